/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/session_rcpts.h"

#include "report/member.h"

enum {
	ATTEMPTS_MAX = 1000, /* recipients of a session */
	ADDRESS_MAX = 512,   /* octets of a mail address */
	QUEUE_ID_MAX = 128,
	COMMAND_MAX = 2048 /* octets of a command line that are looked at */
};

static struct session_attempt *
add(struct session_rcpts *r)
{
	if (r->n == ATTEMPTS_MAX)
		return NULL;
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 4;

		r->all = arena_grow(r->arena, r->all, r->n, room, sizeof *r->all);
		r->room = room;
	}
	r->all[r->n] = (struct session_attempt){.code = 0};
	return &r->all[r->n++];
}

/* ["ADDRESS",CODE] */
static void
take_recipients(struct session_rcpts *r, const struct value_node *mail)
{
	const struct value_node *rcpts = member_get(mail, "rcpts");
	int64_t code = member_int(mail, "code", 0);

	for (const struct value_node *rcpt = node_element(rcpts); rcpt;
	     rcpt = value_node_next(rcpts, rcpt)) {
		const struct value_node *first = node_element(rcpt);
		struct span address = node_text(first);
		struct session_attempt *at = address.p ? add(r) : NULL;

		if (!at)
			continue;
		at->sender = member_clip(mail, "from", ADDRESS_MAX);
		at->recipient = text_clip(address, ADDRESS_MAX);
		(void)node_int(value_node_next(rcpt, first), &at->code);
		at->queue_id = member_clip(mail, "queue_id", QUEUE_ID_MAX);
		at->accepted = at->code / 100 == 2 && code / 100 == 2;
	}
}

static void
take_mails(struct session_rcpts *r, const struct value_node *record)
{
	const struct value_node *mails = member_get(record, "mails");

	for (const struct value_node *mail = node_element(mails); mail;
	     mail = value_node_next(mails, mail))
		take_recipients(r, mail);
}

/* The address of "MAIL FROM:<a@b> SIZE=1" or "RCPT TO: a@b"; p == NULL: it is another command. */
static struct span
address_of(struct span command, struct span verb)
{
	struct span rest, address;

	if (!span_istarts(command, verb))
		return (struct span){NULL, 0};
	rest = span_trim(span_from(command, verb.n));
	if (rest.n && rest.p[0] == '<') {
		rest = span_from(rest, 1);
		return (struct span){rest.p, span_find(rest, '>')};
	}
	address = span_cut(&rest, ' ');
	return (struct span){address.p ? address.p : "", address.n};
}

static int64_t
code_of(struct span reply)
{
	if (reply.n < 3 || !is_digit(reply.p[0]) || !is_digit(reply.p[1]) || !is_digit(reply.p[2]))
		return 0;
	return (reply.p[0] - '0') * 100 + (reply.p[1] - '0') * 10 + (reply.p[2] - '0');
}

/* One RCPT of the dialogue and its reply: the next recipient of a mail that it fits, else one more.
 */
static void
take_rcpt(struct session_rcpts *r, struct span address, struct span sender, struct span reply)
{
	struct session_attempt *at = NULL;

	address = text_clip(address, ADDRESS_MAX);
	r->commands++;
	for (size_t i = 0; i < r->n && !at; i++)
		if (!r->all[i].is_told && r->all[i].code == code_of(reply) &&
		    span_eq(r->all[i].recipient, address))
			at = &r->all[i];
	if (!at && (at = add(r)) != NULL) {
		at->recipient = address;
		at->sender = text_clip(sender, ADDRESS_MAX);
		at->code = code_of(reply);
	}
	if (at) {
		at->is_told = true;
		at->reply = text_clip(reply, SESSION_REPLY_MAX);
	}
}

struct span
session_line(const struct value_node *line, bool *is_client)
{
	const struct value_node *who = node_element(line);
	struct span text = node_text(who ? value_node_next(line, who) : NULL);

	*is_client = span_starts(node_text(who), SPAN_LIT("C"));
	return text.p ? text_clip(text, COMMAND_MAX) : (struct span){"", 0};
}

/* A command and the last line of its reply. */
static void
take_command(struct session_rcpts *r, struct span command, struct span reply, struct span *sender)
{
	struct span rcpt = address_of(command, SPAN_LIT("RCPT TO:"));
	struct span from = address_of(command, SPAN_LIT("MAIL FROM:"));

	if (from.p)
		*sender = from;
	if (rcpt.p)
		take_rcpt(r, rcpt, *sender, reply);
	if (span_ieq(span_trim(command), SPAN_LIT("STARTTLS")) && code_of(reply) == 220)
		r->starttls = true;
	/* RFC 3207 section 4: "530 Must issue a STARTTLS command first" */
	for (size_t i = 0; code_of(reply) == 530 && i + 8 <= reply.n; i++)
		if (span_istarts(span_from(reply, i), SPAN_LIT("STARTTLS")))
			r->refused_clear = true;
}

/* smtpd logs a command when it carries it out: its reply follows, whatever was pipelined. */
static void
take_dialogue(struct session_rcpts *r, const struct value_node *record)
{
	const struct value_node *dialogue = member_get(record, "dialogue");
	struct span command = {NULL, 0}, reply = {"", 0}, sender = {NULL, 0};

	for (const struct value_node *line = node_element(dialogue); line;
	     line = value_node_next(dialogue, line)) {
		bool is_client;
		struct span text = session_line(line, &is_client);

		if (is_client) {
			if (command.p)
				take_command(r, command, reply, &sender);
			command = text;
			reply = (struct span){"", 0};
		} else {
			reply = text;
		}
	}
	if (command.p)
		take_command(r, command, reply, &sender);
	if (r->commands < (int64_t)r->n)
		r->commands = (int64_t)r->n; /* a log without dialogue */
}

void
session_rcpts_read(struct session_rcpts *r, struct arena *a, const struct value_node *record)
{
	*r = (struct session_rcpts){.arena = a};
	take_mails(r, record);
	take_dialogue(r, record);
}
