/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For whom a client came (session_rcpts.h). */
#include "report/session_rcpts.h"

#include <stdio.h>

#include "base/buf.h"
#include "report/member.h"
#include "tests/tap.h"

#define MAIL(rcpts, code) \
	"{\"from\":\"a@s.example\",\"queue_id\":\"Q1\",\"code\":" code ",\"rcpts\":[" rcpts "]}"
#define RECORD(mails, dialogue) "{\"mails\":[" mails "],\"dialogue\":[" dialogue "]}"
#define C(text) "[\"C\",\"" text "\"]"
#define S(text) "[\"S\",\"" text "\"]"
#define ASKED(command, reply) C(command) "," S(reply)

/* One recipient, put off and then taken. */
#define TWICE \
	ASKED("MAIL FROM:<a@s.example> SIZE=1", "250 ok") \
	"," ASKED("rcpt to: b@x", "450 later") "," ASKED("RCPT TO:<b@x>", "250 yes")
/* Where STARTTLS is demanded. */
#define IN_CLEAR \
	ASKED("EHLO x", "250-x") \
	"," S("250 SIZE") "," ASKED("MAIL FROM:<a@s.example>", \
	    "530 5.7.0 Must issue a STARTTLS command first") "," ASKED("RCPT TO:<b@x>", \
	    "503 5.5.1 Error: need MAIL command")

static struct arena *a;

/* "SENDER>RECIPIENT CODE[+][ told[ REPLY]], ...; N commands[ starttls][ refused]"; + is accepted */
static const char *
shown(const char *record)
{
	static char text[4096];
	struct buf out;
	struct value_tree tree;
	const struct value_node *root;
	struct session_rcpts r;

	value_tree_init(&tree);
	root = value_tree_read(&tree, span_str(record));
	if (!root)
		return "no JSON";
	session_rcpts_read(&r, a, root);
	buf_init(&out, sizeof text - 1);
	for (size_t i = 0; i < r.n; i++) {
		const struct session_attempt *at = &r.all[i];

		buf_put(&out, at->sender);
		buf_putc(&out, '>');
		buf_put(&out, at->recipient);
		buf_printf(&out, " %d%s%s", (int)at->code, at->accepted ? "+" : "",
		    at->is_told ? " told " : "");
		buf_put(&out, at->reply);
		buf_puts(&out, at->queue_id.p ? " queued, " : ", ");
	}
	buf_printf(&out, "%d commands%s%s", (int)r.commands, r.starttls ? " starttls" : "",
	    r.refused_clear ? " refused" : "");
	snprintf(text, sizeof text, "%.*s", (int)out.n, out.p);
	buf_free(&out);
	value_tree_free(&tree);
	return text;
}

static void
of_mails(void)
{
	SAME_STR(shown("{}"), "0 commands", "nothing is known");
	SAME_STR(shown(RECORD(MAIL("[\"b@x\",250],[\"c@x\",550]", "250"), "")),
	    "a@s.example>b@x 250+ queued, a@s.example>c@x 550 queued, 2 commands",
	    "a log without dialogue: the mail's recipients");
	SAME_STR(shown(RECORD(MAIL("[\"b@x\",250]", "552"), "")),
	    "a@s.example>b@x 250 queued, 1 commands", "a mail that was refused was not accepted");
	SAME_STR(shown(RECORD(MAIL("7,[],[1,250],[\"b@x\"],[\"c@x\",\"250\"]", "250"), "")),
	    "a@s.example>b@x 0 queued, a@s.example>c@x 0 queued, 2 commands",
	    "what is no recipient is left out, what is no code is none");
}

static void
of_dialogues(void)
{
	SAME_STR(shown(RECORD(MAIL("[\"b@x\",250],[\"b@x\",450]", "250"), TWICE)),
	    "a@s.example>b@x 250+ told 250 yes queued, a@s.example>b@x 450 told 450 later queued, "
	    "2 commands",
	    "each command is that recipient which got this reply");
	SAME_STR(shown(RECORD("", IN_CLEAR)),
	    "a@s.example>b@x 503 told 503 5.5.1 Error: need MAIL command, 1 commands refused",
	    "who goes on in clear text shows for whom it came");
	SAME_STR(shown(RECORD("", C("MAIL FROM:<>") "," S("530 Authentication required"))),
	    "0 commands", "another 530 is none of TLS");
	SAME_STR(shown(RECORD("", C("STARTTLS") "," S("454 no"))), "0 commands",
	    "STARTTLS was not taken");
	SAME_STR(shown(RECORD("", C(" starttls") "," S("220 2.0.0 go"))), "0 commands starttls",
	    "or was");
	SAME_STR(shown(RECORD("", C("RCPT TO:<b@x>"))), ">b@x 0 told , 1 commands",
	    "a command without reply");
	SAME_STR(shown(RECORD("", S("250 who asked") ",7,[],[\"C\"]," C("NOOP"))), "0 commands",
	    "lines that are none");
}

/* More recipients than are kept: all are counted. */
static void
too_many(void)
{
	struct value_tree tree;
	struct session_rcpts r;
	struct buf record;

	buf_init(&record, 1 << 20);
	buf_puts(&record, "{\"dialogue\":[");
	for (int i = 0; i < 1500; i++)
		buf_printf(&record, "%s" C("RCPT TO:<%d@x>") "," S("250 ok"), i ? "," : "", i);
	buf_puts(&record, "]}");
	value_tree_init(&tree);
	session_rcpts_read(&r, a, value_tree_read(&tree, buf_span(&record)));
	OK(r.n == 1000 && span_eq(r.all[999].recipient, SPAN_LIT("999@x")), "the first thousand");
	SAME_INT(r.commands, 1500, "and how many there were");
	value_tree_free(&tree);
	buf_free(&record);
}

int
main(void)
{
	a = arena_new();
	of_mails();
	of_dialogues();
	too_many();
	arena_free(a);
	return tap_end();
}
