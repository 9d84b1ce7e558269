/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thousands of made-up sessions (tests/sessiongen.h) against what is true of them, field by field
 * and in order. */
#include "tests/tap.h"

#include <openssl/sha.h>

#include "base/clock.h"
#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog.h"
#include "tests/sessiongen.h"

struct check {
	struct gen gen;
	struct sessionlog *log;
	struct gen_session *next; /* whose record comes next */
	size_t checked, wrong;
	struct buf why;
	char (*ids)[SESSION_ID_LEN + 1];
};

static void
complain(struct check *c, const struct session *s, const char *what)
{
	if (c->wrong++ < 20)
		printf("# session %zu, %.*s[%lld]: %s\n", c->checked, (int)s->service.n,
		    s->service.p, (long long)s->pid, what);
}

#define MUST(condition) \
	do { \
		if (!(condition)) \
			complain(c, s, #condition); \
	} while (0)

static bool
same(struct span got, const char *want)
{
	return want ? span_eq(got, span_str(want)) : got.p == NULL;
}

static void
check_mail(struct check *c, const struct session *s, const struct session_mail *m,
    const struct gen_mail *t)
{
	MUST(same(m->from, t->from));
	MUST(same(m->queue_id, t->queue_id));
	MUST(same(m->message_id, t->message_id));
	MUST(m->size == t->size);
	MUST(m->code == t->code);
	MUST(m->data == (!t->data ? DATA_NONE : !strcmp(t->data, "DATA") ? DATA_DATA : DATA_BDAT));
	MUST(m->removed == t->removed);
	MUST(m->deliveries_n == (size_t)t->deliveries_n);
	if (m->deliveries_n) {
		const struct session_delivery *last = &m->deliveries[m->deliveries_n - 1];

		MUST(same(last->status, "sent") && same(last->relay, "local") &&
		     same(last->text, "x (y)"));
	}
	MUST(m->rcpts_n == (size_t)t->rcpts_n);
	for (size_t i = 0; i < m->rcpts_n && i < (size_t)t->rcpts_n; i++)
		MUST(same(m->rcpts[i].address, t->rcpts[i]) && m->rcpts[i].code == t->codes[i]);
}

static void
check_dialogue(struct check *c, struct session *s, const struct gen_session *t)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char want[65], got[65];
	struct buf text;

	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < s->dialogue_n; i++) {
		buf_printf(&text, "%c ", s->dialogue[i].who);
		buf_put(&text, s->dialogue[i].text);
		buf_putc(&text, '\n');
	}
	MUST(span_eq(buf_span(&text), buf_span(&t->dialogue)));
	MUST(s->lines == (uint64_t)t->lines);
	buf_free(&text);
	SHA256((const unsigned char *)t->dialogue.p, t->dialogue.n, digest);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
		want[2 * i] = digits[digest[i] >> 4];
		want[2 * i + 1] = digits[digest[i] & 15];
	}
	want[64] = '\0';
	sha256_hex(&s->digest, got);
	MUST(!strcmp(got, want));
}

static void
check_end(struct check *c, const struct session *s, const struct gen_session *t)
{
	static const char *const ends[] = {
	    "other", "quit", "lost", "timeout", "too-many-errors", "non-smtp", "refused", "killed"};

	MUST(!strcmp(ends[s->end], t->end));
	MUST(same(s->end_after, t->after));
	MUST(s->complete == t->complete);
	MUST(s->t_connect == t->t_connect);
	MUST(s->t_end == (t->t_end < 0 ? TIME_UNKNOWN : t->t_end));
}

static void
check_session(void *state, struct session *s)
{
	struct check *c = state;
	const struct gen_session *t = c->next;
	const struct session_mail *m = s->mails;

	if (!t) {
		complain(c, s, "one session too many");
		return;
	}
	c->next = t->next_ended;
	memcpy(c->ids[c->checked++], s->id, sizeof *c->ids);
	MUST(same(s->host, t->host) && same(s->service, t->tag) && s->pid == t->pid);
	MUST(same(s->client_name, t->name) && same(s->client_ip, t->ip));
	MUST(same(s->first_name, t->first_name));
	MUST(same(s->helo, t->helo) && s->esmtp == t->esmtp);
	MUST(s->has_tls == t->tls && (!t->tls || same(s->tls.protocol, "TLSv1.3")));
	MUST(s->has_auth == t->auth && s->auth_ok == t->auth_ok && same(s->auth_mech, t->mech));
	MUST(s->limits == 0);
	MUST(s->mails_n == (size_t)t->mails_n);
	for (int i = 0; i < t->mails_n && m; i++, m = m->next)
		check_mail(c, s, m, &t->mails[i]);
	check_end(c, s, t);
	check_dialogue(c, s, t);
}

struct lines {
	struct buf text;
};

static void
keep_line(void *state, struct span line)
{
	struct lines *lines = state;

	buf_put(&lines->text, line);
	buf_putc(&lines->text, '\n');
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, SESSION_ID_LEN);
}

static size_t
count_doubles(struct check *c)
{
	size_t doubles = 0;

	qsort(c->ids, c->checked, sizeof *c->ids, compare_ids);
	for (size_t i = 1; i < c->checked; i++)
		doubles += compare_ids(c->ids[i - 1], c->ids[i]) == 0;
	return doubles;
}

static void
test_run(struct gen_params p, int first_year)
{
	struct lines lines;
	size_t sessions = p.sessions;
	struct check c = {.ids = calloc(sessions, sizeof *c.ids)};
	struct sessionlog_params params = {.first_year = first_year,
	    .hold_us = INT64_C(86400) * 1000000,
	    .write = check_session,
	    .state = &c};
	struct span rest;

	p.line = keep_line;
	p.state = &lines;
	buf_init(&lines.text, 1 << 30);
	gen_run(&c.gen, &p);
	c.next = c.gen.first_ended;
	if (!c.ids || !zone_set(&params.zone, "UTC"))
		abort();
	c.log = sessionlog_new(&params);
	rest = buf_span(&lines.text);
	while (rest.n)
		sessionlog_line(c.log, span_cut(&rest, '\n'));
	sessionlog_end(c.log);
	SAME_INT(c.checked, sessions, "as many records as sessions");
	SAME_INT(c.wrong, 0, "each is as the truth has it, in the order of the ends");
	SAME_INT(count_doubles(&c), 0, "no id is there twice");
	SAME_INT(sessionlog_counts(c.log)->lines, c.gen.lines_n, "every line was counted");
	SAME_INT(sessionlog_counts(c.log)->unrecognised, 0, "and its header read");
	sessionlog_free(c.log);
	gen_free(&c.gen);
	buf_free(&lines.text);
	free(c.ids);
}

int
main(void)
{
	bool soak = getenv("EMT_SOAK") != NULL;

	test_run((struct gen_params){.seed = 1, .sessions = 500, .at_once = 1}, 2026);
	test_run((struct gen_params){.seed = 2, .sessions = 2000, .at_once = 60, .noise = 1}, 2026);
	test_run((struct gen_params){.seed = 3, .sessions = soak ? 100000 : 5000, .at_once = 2000},
	    2026);
	test_run(
	    (struct gen_params){
		.seed = 4, .sessions = soak ? 20000 : 1000, .at_once = 20, .noise = 10},
	    2026);
	/* Into a New Year, and over a leap day, with stamps that tell neither year nor zone. */
	test_run((struct gen_params){.seed = 5,
		     .sessions = 500,
		     .at_once = 50,
		     .start_utc = civil_to_epoch(2027, 12, 31, 23, 59, 50),
		     .no_years = true},
	    2027);
	test_run((struct gen_params){.seed = 6,
		     .sessions = 500,
		     .at_once = 50,
		     .start_utc = civil_to_epoch(2028, 2, 28, 23, 59, 50),
		     .no_years = true},
	    2028);
	test_run((struct gen_params){.seed = 7,
		     .sessions = 500,
		     .at_once = 50,
		     .start_utc = civil_to_epoch(2028, 2, 29, 23, 59, 50),
		     .no_years = true},
	    2028);
	return tap_end();
}
