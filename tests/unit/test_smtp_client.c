/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client against a server of its own that says what a script says: order, odd and hostile
 * servers, deadlines. */
#include "smtp/smtp_client.h"

#include "tests/smtpserver.h"
#include "tests/tap.h"

enum { MS = 1000, LONG_US = 20000 * MS };

/* What the test says after each reply: the next of these lines; at their end it closes.  A '|' in a
 * line cuts it into several commands, "-" says nothing, "TLS" begins a handshake. */
static struct {
	struct loop *loop;
	struct buf log; /* "220 hi|" for each reply, and how it ended */
	const char *const *lines;
	struct smtp_client *client;
	size_t ends;
} t;

/* TLS itself is test_tls's; no server of these speaks it. */
static void
on_up(void *arg, struct smtp_client *c, const struct tls *tls)
{
	(void)arg, (void)c, (void)tls;
	buf_puts(&t.log, "up|");
}

static void
on_reply(void *arg, struct smtp_client *c, const struct smtp_reply *r)
{
	static const struct tls_wish any = {.version = TLS_ANY};

	(void)arg;
	for (size_t i = 0; i < r->lines_n; i++) {
		safe_put(&t.log, r->lines[i]);
		buf_putc(&t.log, '|');
	}
	if (t.lines && *t.lines) {
		struct span rest = span_str(*t.lines++);

		if (span_eq(rest, SPAN_LIT("TLS"))) {
			smtp_client_starttls(c, &any, on_up);
			return;
		}
		while (rest.p && !span_eq(rest, SPAN_LIT("-")))
			smtp_client_send(c, span_cut(&rest, '|'));
	} else {
		smtp_client_close(c);
	}
}

static void
on_ended(void *arg, const struct smtp_ended *e)
{
	struct arena *a = arena_new();

	(void)arg;
	buf_printf(&t.log, "%d: %s", (int)e->how, smtp_ended_text(a, e));
	arena_free(a);
	t.ends++;
	loop_stop(t.loop);
}

static const struct smtp_events events = {on_reply, on_ended};

static int64_t
soon(int64_t us)
{
	return clock_since_us(loop_clock(t.loop)) + us;
}

static void
connect_client(const struct sockaddr_in *address, int64_t wait_us)
{
	buf_clear(&t.log);
	t.ends = 0;
	t.client = smtp_client_new(t.loop, (const struct sockaddr *)address, sizeof *address,
	    soon(wait_us), &events, NULL);
	OK(t.ends == 0 && t.log.n == 0, "nothing is called back at once");
}

/* Runs a whole connection; the log is what `want` says, and the server was told `want_heard`. */
static void
run(const char *name, const struct serve *script, const char *const *lines, int64_t wait_us,
    const char *want, const char *want_heard)
{
	struct smtp_server server = smtp_server_start(script);
	struct buf heard;

	buf_init(&heard, 1 << 20);
	t.lines = lines;
	connect_client(&server.address, wait_us);
	loop_run(t.loop);
	smtp_server_heard(&server, &heard);
	SAME_SPAN(buf_span(&t.log), span_str(want), name);
	SAME_INT(t.ends, 1, "it ends once");
	if (want_heard)
		SAME_SPAN(buf_span(&heard), span_str(want_heard), "what the server was told");
	buf_free(&heard);
}

static void
test_order(void)
{
	static const struct serve polite[] = {{SERVE_SAY, "220-mail.example.com\r\n220 ready\r\n"},
	    {SERVE_READ, NULL}, {SERVE_SAY, "250 hello\n"}, {SERVE_READ, NULL},
	    {SERVE_SAY, "221 bye\r\n"}, {SERVE_END, NULL}};
	static const struct serve dripping[] = {
	    {SERVE_DRIP, "220-mail.example.com\r\n220 ready\r\n"}, {SERVE_READ, NULL},
	    {SERVE_DRIP, "250\r\n"}, {SERVE_END, NULL}};
	static const struct serve pipelined[] = {{SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL},
	    {SERVE_READ, NULL}, {SERVE_READ, NULL}, {SERVE_SAY, "250 a\r\n250 b\r\n250 c\r\n"},
	    {SERVE_END, NULL}};
	static const char *const two[] = {"EHLO a", "QUIT", NULL};
	static const char *const one[] = {"EHLO a", NULL};
	static const char *const three[] = {"MAIL|RCPT|RSET", "-", "-", NULL};

	run("a dialogue", polite, two, LONG_US,
	    "220-mail.example.com|220 ready|250 hello|221 bye|0: closed", "EHLO a\r\nQUIT\r\n");
	run("octet by octet", dripping, one, LONG_US,
	    "220-mail.example.com|220 ready|250|0: closed", "EHLO a\r\n");
	run("several commands at once", pipelined, three, LONG_US,
	    "220 hi|250 a|250 b|250 c|0: closed", "MAIL\r\nRCPT\r\nRSET\r\n");
}

static void
test_starttls(void)
{
	static const struct serve injected[] = {{SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL},
	    {SERVE_SAY, "220 go\r\n250 injected\r\n"}, {SERVE_END, NULL}};
	static const struct serve half[] = {{SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL},
	    {SERVE_SAY, "220 go\r\n2"}, {SERVE_END, NULL}};
	static const struct serve silent[] = {{SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL},
	    {SERVE_SAY, "220 go\r\n"}, {SERVE_END, NULL}};
	static const char *const lines[] = {"STARTTLS", "TLS", NULL};

	run("clear text behind the 220", injected, lines, LONG_US,
	    "220 hi|220 go|4: spoke before it was asked", NULL);
	run("half a line of it", half, lines, LONG_US, "220 hi|220 go|4: spoke before it was asked",
	    NULL);
	run("no answer to the handshake", silent, lines, 100 * MS, "220 hi|220 go|5: deadline",
	    NULL);
}

/* A server that goes on in clear text once the client's first flight has come. */
static void
test_no_tls(void)
{
	static const struct serve plain[] = {{SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL},
	    {SERVE_SAY, "220 go\r\n"}, {SERVE_FLOOD, "250 what are you talking about\r\n"}};
	static const char *const lines[] = {"STARTTLS", "TLS", NULL};
	struct smtp_server server = smtp_server_start(plain);

	t.lines = lines;
	connect_client(&server.address, LONG_US);
	loop_run(t.loop);
	SAME_INT(t.ends, 1, "no TLS: it ends once");
	OK(memmem(t.log.p, t.log.n, "|6: TLS: ", 9) ||
		span_ends(buf_span(&t.log), SPAN_LIT("|4: spoke before it was asked")),
	    "by its own doing");
	smtp_server_end(&server);
}

/* Whether the reset that unread octets make of it comes first, nobody can tell. */
static void
test_closed_in_handshake(void)
{
	static const struct serve closing[] = {{SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL},
	    {SERVE_SAY, "220 go\r\n"}, {SERVE_CLOSE, NULL}};
	static const char *const lines[] = {"STARTTLS", "TLS", NULL};
	struct smtp_server server = smtp_server_start(closing);

	t.lines = lines;
	connect_client(&server.address, LONG_US);
	loop_run(t.loop);
	OK(t.ends == 1 && (span_eq(buf_span(&t.log),
			       SPAN_LIT("220 hi|220 go|2: closed in the TLS handshake")) ||
			      span_eq(buf_span(&t.log),
				  SPAN_LIT("220 hi|220 go|2: Connection reset by peer")) ||
			      span_eq(buf_span(&t.log), SPAN_LIT("220 hi|220 go|2: Broken pipe"))),
	    "closed in the handshake");
	smtp_server_end(&server);
}

static void
test_ends(void)
{
	static const struct serve closing[] = {
	    {SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL}, {SERVE_CLOSE, NULL}};
	static const struct serve silent[] = {{SERVE_END, NULL}};
	static const struct serve cut[] = {{SERVE_SAY, "220-hi\r\n"}, {SERVE_CLOSE, NULL}};
	static const struct serve torn[] = {{SERVE_SAY, "220 hi"}, {SERVE_CLOSE, NULL}};
	static const struct serve reset[] = {
	    {SERVE_SAY, "220 hi\r\n"}, {SERVE_READ, NULL}, {SERVE_RESET, NULL}};
	static const struct serve last_words[] = {
	    {SERVE_SAY, "421 too busy\r\n"}, {SERVE_CLOSE, NULL}};
	static const char *const one[] = {"EHLO a", NULL};

	run("closed behind a reply", closing, one, LONG_US, "220 hi|0: closed", NULL);
	run("closed inside a reply", cut, one, LONG_US, "2: closed inside a reply: \"220-hi\"",
	    NULL);
	run("closed inside a line", torn, one, LONG_US, "2: closed inside a reply", NULL);
	run("reset", reset, one, LONG_US, "220 hi|2: Connection reset by peer", NULL);
	run("last words", last_words, NULL, LONG_US, "421 too busy|0: closed", NULL);
	run("silence", silent, one, 30 * MS, "5: deadline", "");
}

/* The connection is made, or is not: nobody can tell who hears of the reset first. */
static void
test_reset_at_once(void)
{
	static const struct serve reset[] = {{SERVE_RESET, NULL}};
	struct smtp_server server = smtp_server_start(reset);

	connect_client(&server.address, LONG_US);
	loop_run(t.loop);
	OK(span_eq(buf_span(&t.log), SPAN_LIT("1: Connection reset by peer")) ||
		span_eq(buf_span(&t.log), SPAN_LIT("2: Connection reset by peer")),
	    "reset at once");
	smtp_server_end(&server);
}

static void
test_hostile(void)
{
	static const struct serve endless[] = {{SERVE_FLOOD, "220-banner banner banner\r\n"}};
	static const struct serve no_newline[] = {{SERVE_FLOOD, "220 and on and on and on "}};
	static const struct serve newlines[] = {{SERVE_FLOOD, "\r\n\r\n\r\n"}};
	static const struct serve web[] = {
	    {SERVE_SAY, "HTTP/1.1 400 Bad\x1b[2J\r\n"}, {SERVE_END, NULL}};
	static const struct serve eager[] = {
	    {SERVE_SAY, "220 hi\r\n250 a\r\n250 b\r\n"}, {SERVE_END, NULL}};
	static const struct serve mixed[] = {{SERVE_SAY, "220-a\r\n221 b\r\n"}, {SERVE_END, NULL}};
	static const char *const two[] = {"EHLO a", "QUIT", NULL};

	run("an endless reply", endless, two, LONG_US,
	    "3: reply too large: \"220-banner banner banner\"", NULL);
	run("a line without an end", no_newline, two, LONG_US, "3: reply too large", NULL);
	run("nothing but newlines", newlines, two, LONG_US, "3: no reply code: \"\"", NULL);
	run("another protocol", web, two, LONG_US, "3: no reply code: \"HTTP/1.1 400 Bad\\x1b[2J\"",
	    "");
	run("replies to what was not said", eager, two, LONG_US,
	    "220 hi|4: spoke before it was asked: \"250 a\"", "");
	run("different codes", mixed, two, LONG_US,
	    "3: different reply codes in one reply: \"221 b\"", "");
}

/* Replies without end: how many of them come behind a command nobody can tell, but no more are
 * taken than commands are said. */
static void
test_endless_replies(void)
{
	static const struct serve flood[] = {{SERVE_FLOOD, "220 hello\r\n"}};
	static const char *const two[] = {"EHLO a", "QUIT", NULL};
	struct smtp_server server = smtp_server_start(flood);

	t.lines = two;
	connect_client(&server.address, LONG_US);
	loop_run(t.loop);
	SAME_INT(t.ends, 1, "endless replies: it ends once");
	OK(span_ends(buf_span(&t.log), SPAN_LIT("|4: spoke before it was asked: \"220 hello\"")) ||
		span_eq(buf_span(&t.log), SPAN_LIT("220 hello|220 hello|220 hello|0: closed")),
	    "by its own doing");
	smtp_server_end(&server);
}

/* Wherever the octets of a reply are cut by the network, it is the same reply. */
static void
test_segments(void)
{
	char longest[SMTP_LINE_MAX + 3], more[SMTP_LINE_MAX + 4];
	struct serve drip[] = {{SERVE_DRIP, longest}, {SERVE_END, NULL}};
	struct serve say[] = {{SERVE_SAY, longest}, {SERVE_END, NULL}};
	struct serve drip_more[] = {{SERVE_DRIP, more}, {SERVE_END, NULL}};
	struct serve say_more[] = {{SERVE_SAY, more}, {SERVE_END, NULL}};
	struct buf want;

	memset(longest, 'x', sizeof longest);
	memcpy(longest, "220 ", 4);
	memcpy(longest + SMTP_LINE_MAX, "\r\n", 3);
	memset(more, 'x', sizeof more);
	memcpy(more, "220 ", 4);
	memcpy(more + SMTP_LINE_MAX + 1, "\r\n", 3);
	buf_init(&want, 1 << 16);
	buf_put(&want, (struct span){longest, SMTP_LINE_MAX});
	buf_puts(&want, "|0: closed");
	run("the longest line", say, NULL, LONG_US, buf_str(&want), NULL);
	run("octet by octet", drip, NULL, LONG_US, buf_str(&want), NULL);
	run("one octet more", say_more, NULL, LONG_US, "3: reply too large", NULL);
	run("octet by octet", drip_more, NULL, LONG_US, "3: reply too large", NULL);
	buf_free(&want);
}

static void
test_no_connection(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in none = {.sin_family = AF_UNSPEC};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	/* A port that is ours, and that nobody listens on. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		abort();
	connect_client(&address, LONG_US);
	loop_run(t.loop);
	SAME_SPAN(buf_span(&t.log), SPAN_LIT("1: Connection refused"), "nobody listens");
	SAME_INT(t.ends, 1, "it ends once");
	close(fd);
	connect_client(&none, LONG_US);
	loop_run(t.loop);
	OK(t.ends == 1 && t.log.p[0] == '1', "an address of no family");
}

static void
test_free(void)
{
	static const struct serve silent[] = {{SERVE_END, NULL}};
	struct smtp_server server = smtp_server_start(silent);
	struct buf heard;

	buf_init(&heard, 1 << 16);
	connect_client(&server.address, LONG_US);
	smtp_client_free(t.client);
	smtp_client_free(NULL);
	smtp_server_heard(&server, &heard);
	OK(t.ends == 0 && heard.n == 0, "freed in flight: nothing is called back or sent");
	buf_free(&heard);
}

/* A new deadline counts from when it is set. */
static void
test_deadline(void)
{
	static const struct serve silent[] = {{SERVE_END, NULL}};
	struct smtp_server server = smtp_server_start(silent);
	int64_t before_us, took_us;

	connect_client(&server.address, LONG_US);
	before_us = soon(0);
	smtp_client_deadline(t.client, soon(30 * MS));
	loop_run(t.loop);
	took_us = soon(0) - before_us;
	OK(t.ends == 1 && took_us >= 30 * MS && took_us < LONG_US / 2, "an earlier deadline");
	smtp_server_end(&server);
}

int
main(void)
{
	t.loop = loop_new();
	buf_init(&t.log, 1 << 20);
	test_order();
	test_starttls();
	test_no_tls();
	test_closed_in_handshake();
	test_ends();
	test_reset_at_once();
	test_hostile();
	test_endless_replies();
	test_segments();
	test_no_connection();
	test_free();
	test_deadline();
	buf_free(&t.log);
	loop_free(t.loop);
	return tap_end();
}
