/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session/1 and delivery/1. */
#include "base/json_text.h"
#include "mail/probe.h"
#include "report/ingest_parts.h"
#include "report/member.h"
#include "report/session_rcpts.h"

enum {
	DIALOGUE_MAX = 4096, /* octets kept */
	ADDRESS_MAX = 512,   /* of a mail address */
	TEXT_MAX = SESSION_REPLY_MAX,
	WORD_MAX = 128 /* of a name, a protocol, a cipher */
};

struct session_statements {
	struct statement *insert, *attempt, *dialogue, *undelivered;
};

static void
prepare(struct ingest *in)
{
	struct session_statements *s = arena_alloc(in->arena, sizeof *s);

	s->insert = store_prepare(in->store,
	    "INSERT OR IGNORE INTO session (record, host, service, testcase, client, helo, begun, "
	    "ended, tls_protocol, tls_cipher, tls_error, ehlo, starttls, refused_clear, "
	    "recipients, end_kind, end_after, complete) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
	    "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)");
	s->attempt = store_prepare(in->store,
	    "INSERT INTO attempt (session, n, sender, recipient, token, testcase, code, enhanced, "
	    "reply, accepted, queue_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
	s->dialogue = store_prepare(
	    in->store, "INSERT OR REPLACE INTO dialogue (session, text) VALUES (?1, ?2)");
	s->undelivered = store_prepare(in->store,
	    "INSERT OR IGNORE INTO undelivered (session, queue_id, recipient, status, dsn, text) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
	in->sessions = s;
}

/* "5.7.1" behind the code (RFC 2034). */
static struct span
enhanced_of(struct span reply)
{
	struct span rest = span_from(reply, 4), word;
	size_t dots = 0;

	word = span_cut(&rest, ' ');
	for (size_t i = 0; i < word.n; i++) {
		dots += word.p[i] == '.';
		if (word.p[i] != '.' && !is_digit(word.p[i]))
			return (struct span){NULL, 0};
	}
	return dots == 2 && word.n >= 5 && word.n <= 11 ? word : (struct span){NULL, 0};
}

static bool
insert_attempt(struct ingest *in, const struct session_attempt *at, int64_t session, size_t n)
{
	struct statement *st = in->sessions->attempt;
	struct probe probe = probe_of_address(in->record, at->recipient, in->domain);

	statement_int(st, 1, session);
	statement_int(st, 2, (int64_t)n);
	statement_text(st, 3, at->sender);
	statement_text(st, 4, at->recipient);
	statement_text(st, 5, probe.token);
	statement_text(st, 6, text_clip(probe.testcase, WORD_MAX));
	if (at->code)
		statement_int(st, 7, at->code);
	statement_text(st, 8, enhanced_of(at->reply));
	statement_text(st, 9, at->reply.n > 4 ? span_from(at->reply, 4) : (struct span){NULL, 0});
	statement_int(st, 10, at->accepted);
	statement_text(st, 11, at->queue_id);
	statement_run(st);
	return probe.token.p || probe.testcase.p;
}

/* The component that is the name of a case: postfix/mail-dane-bad/smtpd. */
static struct span
testcase_of(const struct ingest *in, struct span service)
{
	while (service.p) {
		struct span part = span_cut(&service, '/');

		if (testcase_find(in->cases, part))
			return part;
	}
	return (struct span){NULL, 0};
}

/* [["C","EHLO x"],...], whole lines up to the limit, then null if there are more. */
static void
insert_dialogue(struct ingest *in, const struct value_node *record, int64_t session)
{
	const struct value_node *dialogue = member_get(record, "dialogue");
	struct statement *st = in->sessions->dialogue;
	struct buf text;

	buf_init(&text, 4 * DIALOGUE_MAX);
	buf_putc(&text, '[');
	for (const struct value_node *line = node_element(dialogue); line;
	     line = value_node_next(dialogue, line)) {
		bool is_client;
		struct span said = text_clip(session_line(line, &is_client), TEXT_MAX);

		json_text_next(&text);
		if (text.n + said.n > DIALOGUE_MAX) {
			buf_puts(&text, "null");
			break;
		}
		buf_puts(&text, is_client ? "[\"C\"," : "[\"S\",");
		json_text_string(&text, said);
		buf_putc(&text, ']');
	}
	buf_putc(&text, ']');
	/* Only if nearly every octet is a control character. */
	statement_int(st, 1, session);
	statement_text(st, 2, text.overflow ? SPAN_LIT("[null]") : buf_span(&text));
	statement_run(st);
	buf_free(&text);
}

/* Is it news? */
static bool
insert_delivery(struct ingest *in, const unsigned char *id, struct span queue_id,
    const struct value_node *delivery)
{
	struct statement *st = in->sessions->undelivered;
	struct span status = member_clip(delivery, "status", WORD_MAX);
	struct span columns[] = {status, member_clip(delivery, "dsn", WORD_MAX),
	    member_clip(delivery, "text", TEXT_MAX)};
	struct span to = member_clip(delivery, "to", ADDRESS_MAX);

	if (!queue_id.p || !status.p || span_eq(status, SPAN_LIT("sent")))
		return false;
	statement_blob(st, 1, (struct span){(const char *)id, MEMBER_ID_LEN});
	statement_text(st, 2, queue_id);
	statement_text(st, 3, to.p ? to : SPAN_LIT(""));
	for (int i = 0; i < 3; i++)
		statement_text(st, 4 + i, columns[i].p ? columns[i] : SPAN_LIT(""));
	return statement_run(st);
}

static void
insert_deliveries(struct ingest *in, const struct value_node *record, const unsigned char *id)
{
	const struct value_node *mails = member_get(record, "mails");

	for (const struct value_node *mail = node_element(mails); mail;
	     mail = value_node_next(mails, mail)) {
		const struct value_node *all = member_get(mail, "deliveries");
		struct span queue_id = member_clip(mail, "queue_id", WORD_MAX);

		for (const struct value_node *one = node_element(all); one;
		     one = value_node_next(all, one))
			insert_delivery(in, id, queue_id, one);
	}
}

static void
bind_time(struct statement *st, int at, const struct value_node *record, const char *key)
{
	int64_t us;

	if (member_time(record, key, &us))
		statement_int(st, at, us);
}

static bool
insert_session(struct ingest *in, const struct value_node *record,
    const struct session_rcpts *rcpts, const unsigned char *id, struct span host,
    struct span testcase)
{
	const struct value_node *tls = member_get(record, "tls");
	const struct value_node *end = member_get(record, "end");
	struct statement *st = in->sessions->insert;
	struct span helo = member_clip(record, "helo", 2 * WORD_MAX);
	int64_t client = client_table_id(
	    in->clients, member_text(record, "client_ip"), member_text(record, "client_name"));

	statement_blob(st, 1, (struct span){(const char *)id, MEMBER_ID_LEN});
	statement_text(st, 2, host);
	statement_text(st, 3, member_clip(record, "service", WORD_MAX));
	statement_text(st, 4, testcase);
	if (client)
		statement_int(st, 5, client);
	statement_text(st, 6, helo);
	bind_time(st, 7, record, "t_connect");
	bind_time(st, 8, record, "t_end");
	statement_text(st, 9, member_clip(tls, "protocol", WORD_MAX));
	statement_text(st, 10, member_clip(tls, "cipher", WORD_MAX));
	statement_text(st, 11, member_clip(tls, "error", TEXT_MAX));
	statement_int(st, 12, helo.p != NULL);
	statement_int(st, 13, rcpts->starttls || (tls && tls->kind == VALUE_OBJECT));
	statement_int(st, 14, rcpts->refused_clear);
	statement_int(st, 15, rcpts->commands);
	statement_text(st, 16, member_clip(end, "kind", WORD_MAX));
	statement_text(st, 17, member_clip(end, "after", WORD_MAX));
	statement_int(st, 18, member_true(record, "complete"));
	return statement_run(st);
}

static enum ingest_taken
take(struct ingest *in, const struct value_node *record, struct span host)
{
	struct session_rcpts rcpts;
	struct span service = member_text(record, "service"), testcase = testcase_of(in, service);
	unsigned char id[MEMBER_ID_LEN];
	bool is_ours = testcase.p != NULL;
	int64_t session;

	if (!service.p || !member_id(record, "id", id))
		return TAKEN_BAD;
	session_rcpts_read(&rcpts, in->record, record);
	if (!insert_session(in, record, &rcpts, id, host, testcase))
		return TAKEN_KNOWN;
	session = store_last_id(in->store);
	for (size_t i = 0; i < rcpts.n; i++)
		is_ours |= insert_attempt(in, &rcpts.all[i], session, i);
	insert_deliveries(in, record, id);
	if (is_ours)
		insert_dialogue(in, record, session);
	return TAKEN_NEW;
}

static void
prepare_nothing(struct ingest *in)
{
	(void)in; /* the session's statements serve */
}

static enum ingest_taken
take_delivery(struct ingest *in, const struct value_node *record, struct span host)
{
	unsigned char id[MEMBER_ID_LEN];

	(void)host;
	if (!member_id(record, "session", id) || !member_text(record, "queue_id").p)
		return TAKEN_BAD;
	return insert_delivery(in, id, member_clip(record, "queue_id", WORD_MAX), record)
		   ? TAKEN_NEW
		   : TAKEN_KNOWN;
}

const struct ingest_kind ingest_session = {"session/1", prepare, take};
const struct ingest_kind ingest_delivery = {"delivery/1", prepare_nothing, take_delivery};
