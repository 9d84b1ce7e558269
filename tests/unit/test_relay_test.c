/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The open-relay test against servers that say what a script says: every result, who is never
 * tested, how often, and that nothing beyond RCPT is sent. */
#include "delivery/relay_test.h"

#include <ftw.h>
#include <sys/stat.h>

#include "tests/smtpserver.h"
#include "tests/tap.h"

enum { MS = 1000, LONG_US = 20000 * MS };

#define CLIENT "192.0.2.25"

static struct {
	char base[40];
	struct arena *arena;
	struct loop *loop;
	int64_t wall_us;
	struct clock clock;
	struct enrich_state *state;
	struct relay_test *test;
	struct sockaddr_in server; /* who is connected to, whoever is meant */
	char meant[60];            /* "192.0.2.25:25" */
	size_t connects;
	char text[4000]; /* the last result */
	size_t done_n;
} t;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static struct smtp_client *
connect_here(struct loop *l, const struct sockaddr *address, socklen_t address_len,
    int64_t deadline_us, const struct smtp_events *events, void *arg)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	char ip[INET6_ADDRSTRLEN] = "?";

	if (address->sa_family == AF_INET && address_len == sizeof *v4)
		inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
	else if (address->sa_family == AF_INET6 && address_len == sizeof *v6)
		inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
	snprintf(t.meant, sizeof t.meant, "%s:%d", ip,
	    ntohs(address->sa_family == AF_INET ? v4->sin_port : v6->sin6_port));
	t.connects++;
	return smtp_client_new(
	    l, (struct sockaddr *)&t.server, sizeof t.server, deadline_us, events, arg);
}

static const char *allowed[] = {"192.0.2.0/24", "2001:db8::/32"};

static struct relay_test_params
params(void)
{
	return (struct relay_test_params){.loop = t.loop,
	    .state = t.state,
	    .on = true,
	    .allow = {allowed, 2},
	    .per_hour = 100,
	    .ehlo_name = "probe.example.com",
	    .domain = "measurement.example.com",
	    .connect = connect_here};
}

static void
begin_with(struct relay_test_params *p)
{
	const char *error = NULL;

	snprintf(t.base, sizeof t.base, P_tmpdir "/emt-relay-XXXXXX");
	if (!mkdtemp(t.base))
		abort();
	t.arena = arena_new();
	t.wall_us = (int64_t)1795290310 * 1000000;
	t.clock = clock_fixed(&t.wall_us);
	t.connects = 0;
	p->state = t.state = enrich_state_open(t.base, &t.clock);
	t.test = relay_test_new(t.arena, p, &error);
	if (!t.test)
		abort();
}

static void
begin(void)
{
	struct relay_test_params p = params();

	begin_with(&p);
}

static void
end(void)
{
	relay_test_free(t.test);
	enrich_state_free(t.state);
	arena_free(t.arena);
	nftw(t.base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
}

static void
done(void *arg, const char *text)
{
	(void)arg;
	snprintf(t.text, sizeof t.text, "%s", text);
	t.done_n++;
	loop_stop(t.loop);
}

static const char *
ask_for(const char *client, const char *sender, const char *recipient, int64_t wait_us)
{
	struct relay_mail mail = {span_str(client), span_str(sender), span_str(recipient)};

	t.done_n = 0;
	relay_test_ask(t.test, &mail, clock_since_us(loop_clock(t.loop)) + wait_us, done, NULL);
	if (t.done_n)
		abort();
	loop_run(t.loop);
	if (t.done_n != 1)
		abort();
	return t.text;
}

#define EHLO_LINE "EHLO probe.example.com\r\n"
#define HELO_LINE "HELO probe.example.com\r\n"
#define MAIL_LINE "MAIL FROM:<emt-relay-test@measurement.example.com>\r\n"
#define RCPT_LINE "RCPT TO:<emt-relay-test-recipient@measurement.example.com>\r\n"
#define LEAVE_LINES "RSET\r\nQUIT\r\n"

/* One test against a script: its result, and what the server was told, to the last octet. */
static void
against(const char *name, const struct serve *script, int64_t wait_us, const char *want,
    const char *want_heard)
{
	struct smtp_server server = smtp_server_start(script);
	struct buf heard;

	begin();
	buf_init(&heard, 1 << 20);
	t.server = server.address;
	SAME_STR(ask_for(CLIENT, "a@example.net", "b@example.com", wait_us), want, name);
	SAME_STR(t.meant, CLIENT ":25", "port 25 of the client");
	smtp_server_heard(&server, &heard);
	if (want_heard)
		SAME_SPAN(buf_span(&heard), span_str(want_heard), "what the server was told");
	OK(!strstr(buf_str(&heard), "DATA"), "never DATA");
	buf_free(&heard);
	end();
}

#define SAY(text) \
	{ \
		SERVE_SAY, text "\r\n" \
	}
#define READ \
	{ \
		SERVE_READ, NULL \
	}
#define END \
	{ \
		SERVE_END, NULL \
	}
#define UP_TO_RCPT SAY("220 hi"), READ, SAY("250-a\r\n250 b"), READ, SAY("250 c"), READ

static void
test_results(void)
{
	static const struct serve refuses[] = {UP_TO_RCPT, SAY("554 5.7.1 Relay access denied"),
	    READ, SAY("250 d"), READ, SAY("221 e"), END};
	static const struct serve accepts[] = {
	    UP_TO_RCPT, SAY("250 2.1.5 Ok"), READ, SAY("250 d"), READ, SAY("221 e"), END};
	static const struct serve defers[] = {UP_TO_RCPT, SAY("450-4.2.0 Greylisted\r\n450 wait"),
	    READ, SAY("250 d"), READ, SAY("221 e"), END};
	static const struct serve old[] = {SAY("220 hi"), READ, SAY("502 what?"), READ,
	    SAY("250 b"), READ, SAY("250 c"), READ, SAY("550 no"), READ, SAY("250 d"), READ,
	    SAY("221 e"), END};
	static const struct serve no_greeting[] = {SAY("554 go away"), READ, SAY("221 e"), END};
	static const struct serve busy[] = {SAY("421 busy"), {SERVE_CLOSE, NULL}};
	static const struct serve no_helo[] = {
	    SAY("220 hi"), READ, SAY("550 no"), READ, SAY("550 no!"), READ, SAY("221 e"), END};
	static const struct serve no_mail[] = {
	    SAY("220 hi"), READ, SAY("250 b"), READ, SAY("451 later"), READ, SAY("221 e"), END};
	static const struct serve odd[] = {
	    UP_TO_RCPT, SAY("354 go on"), READ, SAY("250 d"), READ, SAY("221 e"), END};

	static const struct serve forwards[] = {
	    UP_TO_RCPT, SAY("251 will forward"), READ, SAY("250 d"), READ, SAY("221 e"), END};
	static const struct serve deaf[] = {
	    UP_TO_RCPT, SAY("220 hello"), READ, SAY("250 d"), READ, SAY("221 e"), END};

	against("refused", refuses, LONG_US, "refused: 554 5.7.1 Relay access denied",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
	against("accepted, and still nothing is sent", accepts, LONG_US, "accepted: 250 2.1.5 Ok",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
	against("deferred", defers, LONG_US, "deferred: 450-4.2.0 Greylisted / 450 wait",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
	against("HELO where EHLO is refused", old, LONG_US, "refused: 550 no",
	    EHLO_LINE HELO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
	against("refused at the greeting", no_greeting, LONG_US, "refused at greeting: 554 go away",
	    "QUIT\r\n");
	against("too busy", busy, LONG_US, "deferred at greeting: 421 busy", NULL);
	against("refused at HELO", no_helo, LONG_US, "refused at HELO: 550 no!",
	    EHLO_LINE HELO_LINE "QUIT\r\n");
	against("deferred at MAIL", no_mail, LONG_US, "deferred at MAIL: 451 later",
	    EHLO_LINE MAIL_LINE "QUIT\r\n");
	against("forwarded", forwards, LONG_US, "accepted: 251 will forward",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
	against("a yes to something else", deaf, LONG_US, "bad reply at RCPT: 220 hello",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
	against("an answer that answers nothing", odd, LONG_US, "bad reply at RCPT: 354 go on",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
}

static void
test_hostile(void)
{
	static const struct serve silent[] = {END};
	static const struct serve dumb[] = {SAY("220 hi"), READ, END};
	static const struct serve slow[] = {UP_TO_RCPT, END};
	static const struct serve rude[] = {UP_TO_RCPT, SAY("250 ok"), END};
	static const struct serve gone[] = {UP_TO_RCPT, SAY("554 no"), {SERVE_RESET, NULL}};
	static const struct serve reset[] = {SAY("220 hi"), READ, {SERVE_RESET, NULL}};
	static const struct serve closes[] = {SAY("220 hi"), READ, {SERVE_CLOSE, NULL}};
	static const struct serve cut[] = {
	    SAY("220 hi"), READ, {SERVE_SAY, "250-half"}, {SERVE_CLOSE, NULL}};
	static const struct serve flood[] = {{SERVE_FLOOD, "220-banner\r\n"}};
	static const struct serve lines[] = {UP_TO_RCPT, {SERVE_FLOOD, "550-no\r\n"}};
	static const struct serve eager[] = {
	    {SERVE_SAY, "220 a\r\n250 b\r\n250 c\r\n250 d\r\n"}, END};
	static const struct serve escapes[] = {UP_TO_RCPT, SAY("550 \x1b[2J\xff\\ \xe2\x80\xae"),
	    READ, SAY("250"), READ, SAY("221"), END};

	against("silence", silent, 30 * MS, "no answer at greeting: deadline", "");
	against("silence behind EHLO", dumb, 1000 * MS, "no answer at EHLO: deadline", EHLO_LINE);
	against("silence behind RCPT", slow, 2000 * MS, "no answer: deadline",
	    EHLO_LINE MAIL_LINE RCPT_LINE);
	against("silence behind RSET costs no result", rude, LONG_US, "accepted: 250 ok",
	    EHLO_LINE MAIL_LINE RCPT_LINE "RSET\r\n");
	against("nor does a reset", gone, LONG_US, "refused: 554 no", NULL);
	against("a reset", reset, LONG_US, "lost at EHLO: Connection reset by peer", NULL);
	against("closed", closes, LONG_US, "lost at EHLO: closed", NULL);
	against("closed inside a reply", cut, LONG_US, "lost at EHLO: closed inside a reply", NULL);
	against("an endless banner", flood, LONG_US,
	    "bad reply at greeting: reply too large: \"220-banner\"", NULL);
	against("an endless refusal", lines, LONG_US,
	    "bad reply at RCPT: reply too large: \"550-no\"", NULL);
	against("answers to what was not asked", eager, LONG_US,
	    "bad reply at EHLO: spoke before it was asked: \"250 b\"", "");
	against("escapes", escapes, LONG_US, "refused: 550 \\x1b[2J\\xff\\\\ \\xe2\\x80\\xae",
	    EHLO_LINE MAIL_LINE RCPT_LINE LEAVE_LINES);
}

/* A reply of nearly as many octets as are taken, each of which takes four to show. */
static void
test_long(void)
{
	static char line[2100];
	struct serve script[] = {{SERVE_SAY, line}, {SERVE_READ, NULL}, {SERVE_CLOSE, NULL}};
	struct smtp_server server;

	memset(line, 1, 2040);
	memcpy(line, "554 ", 4);
	memcpy(line + 2040, "\r\n", 3);
	server = smtp_server_start(script);
	begin();
	t.server = server.address;
	ask_for(CLIENT, "a@example.net", "b@example.com", LONG_US);
	OK(span_starts(span_str(t.text), SPAN_LIT("refused at greeting: 554 \\x01\\x01")) &&
		span_ends(span_str(t.text), SPAN_LIT("\\x01 ...")) && strlen(t.text) < 2100,
	    "a long reply is cut");
	smtp_server_end(&server);
	end();
}

static void
test_never(void)
{
	static const char *const off[] = {"203.0.113.1", "2001:db9::1", "::ffff:203.0.113.1",
	    "unknown", "", "IPv6:2001:db8::1", "198.51.100.1"};
	static const char *const none[] = {"127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1", "::1",
	    "::", "224.0.0.1", "255.255.255.255", "169.254.1.1"};
	static const char *const ours[] = {"emt-relay-test@measurement.example.com",
	    "EMT-Relay-Test-Recipient@Measurement.Example.COM"};
	struct relay_test_params p = params();

	begin();
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		SAME_STR(ask_for(off[i], "a@example.net", "b@example.com", LONG_US), "not tested",
		    arena_printf(t.arena, "not allowed: \"%s\"", off[i]));
	end();
	p.allow = (struct option_list){(const char *[]){"0.0.0.0/0", "::/0"}, 2};
	begin_with(&p);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		SAME_STR(ask_for(none[i], "a@example.net", "b@example.com", LONG_US),
		    "not tested: no address that another host can have", none[i]);
	for (size_t i = 0; i < 2; i++) {
		SAME_STR(ask_for(CLIENT, ours[i], "b@example.com", LONG_US),
		    "not tested: a mail of our own test", "our probe is the sender");
		SAME_STR(ask_for(CLIENT, "a@example.net", ours[i], LONG_US),
		    "not tested: a mail of our own test", "our probe is the recipient");
	}
	SAME_INT(t.connects, 0, "no connection was made");
	end();
	p = params();
	p.on = false;
	begin_with(&p);
	SAME_STR(ask_for(CLIENT, "a@example.net", "b@example.com", LONG_US), "not tested", "off");
	end();
	p = params();
	p.allow.n = 0;
	begin_with(&p);
	SAME_STR(ask_for(CLIENT, "a@example.net", "b@example.com", LONG_US), "not tested",
	    "on, without ranges");
	SAME_INT(t.connects, 0, "no connection was made");
	end();
}

static void
test_rate(void)
{
	static const struct serve silent[] = {END};
	struct smtp_server server = smtp_server_start(silent);
	struct relay_test_params p = params();
	char blocked[80];
	FILE *f;

	p.per_hour = 2;
	begin_with(&p);
	t.server = server.address;
	SAME_STR(ask_for(CLIENT, "a@example.net", "b@example.com", 10 * MS),
	    "no answer at greeting: deadline", "the first");
	SAME_STR(ask_for(CLIENT, "a@example.net", "b@example.com", 10 * MS),
	    "not tested: tested within the last 24 hours", "once a day");
	SAME_STR(ask_for("::ffff:192.0.2.25", "a@example.net", "b@example.com", 10 * MS),
	    "not tested: tested within the last 24 hours", "however it is written");
	smtp_server_end(&server);
	OK(span_starts(
	       span_str(ask_for("2001:DB8:0::25", "a@example.net", "b@example.com", LONG_US)),
	       SPAN_LIT("no connection: Connection refused")),
	    "an IPv6 client, where nobody listens");
	SAME_STR(t.meant, "2001:db8::25:25", "its port 25");
	SAME_STR(ask_for("192.0.2.26", "a@example.net", "b@example.com", 10 * MS),
	    "not tested: rate limit", "two an hour");
	SAME_INT(t.connects, 2, "as many connections");
	end();

	/* state_dir is a file. */
	begin();
	enrich_state_free(t.state);
	relay_test_free(t.test);
	snprintf(blocked, sizeof blocked, "%s/file", t.base);
	f = fopen(blocked, "we");
	if (!f || fclose(f))
		abort();
	p = params();
	p.state = t.state = enrich_state_open(blocked, &t.clock);
	t.test = relay_test_new(t.arena, &p, &(const char *){NULL});
	SAME_STR(ask_for(CLIENT, "a@example.net", "b@example.com", 10 * MS),
	    "not tested: state_dir cannot be used", "no memory, no test");
	SAME_INT(t.connects, 0, "no connection was made");
	end();
}

/* Ended in flight: everybody is told. */
static void
test_free(void)
{
	static const struct serve silent[] = {END};
	struct smtp_server server = smtp_server_start(silent);
	struct relay_mail mail = {SPAN_LIT(CLIENT), SPAN_LIT(""), SPAN_LIT("b@example.com")};
	int64_t deadline_us = clock_since_us(loop_clock(t.loop)) + LONG_US;

	begin();
	t.server = server.address;
	t.done_n = 0;
	relay_test_ask(t.test, &mail, deadline_us, done, NULL);
	relay_test_ask(t.test, &mail, deadline_us, done, NULL);
	relay_test_free(t.test);
	SAME_INT(t.done_n, 2, "both are told");
	SAME_STR(t.text, "not tested: tested within the last 24 hours", "the second its result");
	t.test = NULL;
	smtp_server_end(&server);
	end();
}

static void
test_settings(void)
{
	struct relay_test_params p = params();
	struct arena *a = arena_new();
	const char *error = NULL;

	p.domain = NULL;
	OK(!relay_test_new(a, &p, &error) && strstr(error, "set domain"), "without a domain");
	p.on = false;
	t.test = relay_test_new(a, &p, &error);
	OK(t.test, "which it needs only when it is on");
	relay_test_free(t.test);
	arena_free(a);
}

int
main(void)
{
	t.loop = loop_new();
	test_results();
	test_hostile();
	test_long();
	test_never();
	test_rate();
	test_free();
	test_settings();
	loop_free(t.loop);
	return tap_end();
}
