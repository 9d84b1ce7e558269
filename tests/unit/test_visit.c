/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Visits to hosts of the tests' own (mailpeer.h), polite, odd and hostile: what is seen, what is
 * said, and that it ends. */
#include "mxinfer/scan/visit.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "mxinfer/scan/visit_reply.h"
#include "tests/mailpeer.h"
#include "tests/tap.h"

enum { MS = 1000, LONG_US = 30000 * MS, SHORT_US = 40 * MS, BIG_NAMES = 40000 };

#define STEP(what) ((struct peer_step){what, {NULL, 0}})
#define SAY(s) ((struct peer_step){PEER_SAY, SPAN_LIT(s)})
#define FLOOD(s) ((struct peer_step){PEER_FLOOD, SPAN_LIT(s)})
#define HEAR STEP(PEER_HEAR)
#define TAKE STEP(PEER_TAKE)
#define END STEP(PEER_END)
#define CLOSE STEP(PEER_CLOSE)
#define RESET STEP(PEER_RESET)
#define TLS STEP(PEER_TLS)

/* A session up to the handshake. */
#define TO_STARTTLS \
	SAY("220 mx\r\n"), HEAR, SAY("250-mx\r\n250 STARTTLS\r\n"), HEAR, SAY("220 go\r\n")
#define BYE HEAR, SAY("221 bye\r\n"), END

static struct {
	struct arena *arena;
	struct loop *loop;
	struct visits *visits;
	const char *pem, *big_pem;
	struct span der;
	int ends, running;
	struct visit_wish wish;
	struct buf seen;
	struct visit last; /* its pointers are gone */
} t;

static void
note(const char *key, const char *value)
{
	if (value)
		buf_printf(&t.seen, " %s=%s", key, value);
}

static void
note_text(const char *key, struct span text, bool cut)
{
	if (!text.p)
		return;
	buf_printf(&t.seen, " %s=", key);
	if (text.n > 200)
		buf_printf(&t.seen, "(%zu)", text.n);
	else
		safe_put(&t.seen, text);
	buf_puts(&t.seen, cut ? "+" : "");
}

static void
on_done(void *arg, const struct visit *v)
{
	(void)arg;
	t.ends++;
	t.last = *v;
	buf_clear(&t.seen);
	buf_printf(
	    &t.seen, "%s %s", visit_outcome_name(v->outcome), visit_starttls_name(v->starttls));
	note_text("banner", v->banner, v->cut);
	note_text(v->helo ? "helo" : "ehlo", v->ehlo, v->cut);
	note("why", v->why);
	note("version", v->tls_version);
	note("alert", v->tls_alert);
	note("error", v->tls_error);
	for (size_t i = 0; i < v->chain_n; i++)
		note("certificate", span_eq(v->chain[i], t.der) ? "same" : "other");
	if (--t.running == 0)
		loop_stop(t.loop);
}

/* One visit; t.seen is what it saw, *heard what the host was told. */
static void
visit(const struct peer_step *steps, struct buf *heard)
{
	struct smtp_server server = peer_start(steps);

	t.wish.port = ntohs(server.address.sin_port);
	t.ends = 0;
	t.running = 1;
	visit_begin(t.visits, &t.wish, on_done, NULL);
	if (t.ends)
		printf("# called back before it returned\n");
	loop_run(t.loop);
	buf_clear(heard);
	smtp_server_heard(&server, heard);
}

static void
check(const struct peer_step *steps, const char *want, const char *want_heard, const char *name)
{
	struct buf heard;

	buf_init(&heard, 1 << 20);
	visit(steps, &heard);
	SAME_SPAN(buf_span(&t.seen), span_str(want), name);
	SAME_INT(t.ends, 1, "once");
	if (want_heard)
		SAME_SPAN(buf_span(&heard), span_str(want_heard), "what the host was told");
	buf_free(&heard);
}

#define CHECK(want, heard, name, ...) \
	check((const struct peer_step[]){__VA_ARGS__}, want, heard, name)
#define EHLO "EHLO scan.example.org\r\n"
#define HELO "HELO scan.example.org\r\n"
#define QUIT "QUIT\r\n"
#define STARTTLS "STARTTLS\r\n"

static void
test_dialogues(void)
{
	CHECK("ok not-offered banner=220-mx\\x0d\\x0a220 hi ehlo=250-mx\\x0d\\x0a250 SIZE",
	    EHLO QUIT, "no STARTTLS", SAY("220-mx\r\n220 hi\r\n"), HEAR,
	    SAY("250-mx\r\n250 SIZE\r\n"), BYE);
	CHECK("ok ok banner=220 mx ehlo=250-mx\\x0d\\x0a250 STARTTLS version=TLSv1.3 "
	      "certificate=same",
	    EHLO STARTTLS "[TLSv1.3]" QUIT, "TLS 1.3", TO_STARTTLS, TLS, BYE);
	CHECK("ok not-offered banner=220 mx helo=250 mx", EHLO HELO QUIT, "HELO", SAY("220 mx\r\n"),
	    HEAR, SAY("502 what\r\n"), HEAR, SAY("250 mx\r\n"), BYE);
	CHECK("ok not-offered banner=220 mx helo=250-mx\\x0d\\x0a250 STARTTLS", EHLO HELO QUIT,
	    "HELO has no STARTTLS", SAY("220 mx\r\n"), HEAR, SAY("500\r\n"), HEAR,
	    SAY("250-mx\r\n250 STARTTLS\r\n"), BYE);
	CHECK("no-service not-tried banner=220 mx helo=550 no why=answer to HELO: 550",
	    EHLO HELO QUIT, "neither", SAY("220 mx\r\n"), HEAR, SAY("550 no\r\n"), HEAR,
	    SAY("550 no\r\n"), BYE);
	CHECK("no-service not-tried banner=554 no why=greeting: 554", QUIT, "no service",
	    SAY("554 no\r\n"), BYE);
	CHECK("retry not-tried banner=450 later why=greeting: 450", QUIT, "later",
	    SAY("450 later\r\n"), BYE);
	CHECK("retry not-tried banner=421 later why=greeting: 421", "", "421", SAY("421 later\r\n"),
	    END);
	CHECK("retry not-tried banner=220 mx ehlo=421 later why=answer to EHLO: 421", EHLO,
	    "421 to EHLO", SAY("220 mx\r\n"), HEAR, SAY("421 later\r\n"), END);
	CHECK("retry not-tried banner=220 mx ehlo=451 later why=answer to EHLO: 451", EHLO QUIT,
	    "4xx to EHLO", SAY("220 mx\r\n"), HEAR, SAY("451 later\r\n"), BYE);
	CHECK("not-smtp not-tried banner=354 go why=greeting: 354", "", "a code of no meaning",
	    SAY("354 go\r\n"), END);
	CHECK("not-smtp not-tried banner=SSH-2.0-x why=greeting: no SMTP reply", "", "not SMTP",
	    SAY("SSH-2.0-x\r\n"), END);
	CHECK("not-smtp not-tried banner=220 mx ehlo=what? why=answer to EHLO: no SMTP reply", EHLO,
	    "not for long", SAY("220 mx\r\n"), HEAR, SAY("what?\r\n"), END);
}

static void
test_octets(void)
{
	CHECK("ok not-offered banner=220 a\\x00b\\xff\\x0dc ehlo=250 d", EHLO QUIT,
	    "NUL, bare CR and LF, no ASCII", SAY("220 a\0b\xff\rc\n"), HEAR, SAY("250 d\n"), HEAR,
	    CLOSE);
	CHECK("ok not-offered banner=220 ehlo=250", EHLO QUIT, "codes alone", SAY("220\r\n"), HEAR,
	    SAY("250\r\n"), BYE);
	CHECK("ok not-offered banner=220-a\\x0d\\x0ab\\x0d\\x0a220 c ehlo=250 d", EHLO QUIT,
	    "a line without digits", SAY("220-a\r\nb\r\n220 c\r\n"), HEAR, SAY("250 d\r\n"), BYE);
	CHECK("ok not-offered banner=220 a ehlo=250 b", EHLO QUIT, "speaks before it is asked",
	    SAY("220 a\r\n250 b\r\n"), HEAR, BYE);
}

static void
test_starttls(void)
{
#define SEEN(st) "ok " st " banner=220 mx ehlo=250-mx\\x0d\\x0a250 STARTTLS"
#define OFFER SAY("220 mx\r\n"), HEAR, SAY("250-mx\r\n250 STARTTLS\r\n"), HEAR
	CHECK(SEEN("refused") " why=answer to STARTTLS: 502", EHLO STARTTLS QUIT, "refused", OFFER,
	    SAY("502 no\r\n"), BYE);
	CHECK(SEEN("retry") " why=answer to STARTTLS: 454", EHLO STARTTLS QUIT, "later", OFFER,
	    SAY("454 no\r\n"), BYE);
	CHECK(SEEN("retry") " why=answer to STARTTLS: 421", EHLO STARTTLS, "421", OFFER,
	    SAY("421 no\r\n"), END);
	CHECK(SEEN("bad-reply") " why=answer to STARTTLS: no SMTP reply", EHLO STARTTLS, "no reply",
	    OFFER, SAY("go\r\n"), END);
	CHECK(SEEN("bad-reply") " why=answer to STARTTLS: 354", EHLO STARTTLS, "another code",
	    OFFER, SAY("354 go\r\n"), END);
	CHECK(SEEN("closed") " why=answer to STARTTLS: closed", EHLO STARTTLS, "closed", OFFER,
	    CLOSE);
	CHECK(SEEN("injected"), EHLO STARTTLS, "clear text behind it", OFFER,
	    SAY("220 go\r\n250 injected\r\n"), END);
	CHECK(SEEN("injected"), EHLO STARTTLS, "an octet of it", OFFER, SAY("220 go\r\n\n"), END);
	CHECK(SEEN("closed") " why=TLS handshake: closed", NULL, "closed in the handshake",
	    TO_STARTTLS, TAKE, CLOSE);
	CHECK(SEEN("failed") " why=TLS handshake: sslv3 alert handshake failure "
			     "alert=handshake failure error=sslv3 alert handshake failure",
	    NULL, "an alert", TO_STARTTLS, TAKE, SAY("\x15\3\3\0\2\2\50"), END);
	CHECK(SEEN("failed") " why=TLS handshake: wrong version number "
			     "error=wrong version number",
	    NULL, "garbage", TO_STARTTLS, HEAR, SAY("500 what are you talking about\r\n"), END);
	CHECK(SEEN("failed") " why=TLS handshake: unexpected message "
			     "alert=sent: unexpected_message error=unexpected message",
	    NULL, "a message out of order", TO_STARTTLS, TAKE, SAY("\x16\3\3\0\4\x0e\0\0\0"), END);
}

static void
test_tls(void)
{
	peer.newest = TLS1_VERSION;
	CHECK(SEEN("ok") " version=TLSv1 certificate=same", EHLO STARTTLS "[TLSv1]" QUIT, "TLS 1.0",
	    TO_STARTTLS, TLS, BYE);
	peer.newest = TLS1_2_VERSION;
	CHECK(SEEN("ok") " version=TLSv1.2 certificate=same", EHLO STARTTLS "[TLSv1.2]" QUIT,
	    "TLS 1.2", TO_STARTTLS, TLS, BYE);
	peer.newest = TLS1_3_VERSION;
	peer.tickets = 5;
	t.wish.sni = "mx.example.com";
	CHECK(SEEN("ok") " version=TLSv1.3 certificate=same",
	    EHLO STARTTLS "[TLSv1.3 mx.example.com]" QUIT, "a name, and tickets", TO_STARTTLS, TLS,
	    BYE);
	t.wish.sni = NULL;
	peer.tickets = 0;
	CHECK(SEEN("ok") " version=TLSv1.3 certificate=same", EHLO STARTTLS "[TLSv1.3]" QUIT,
	    "closed without a farewell", TO_STARTTLS, TLS, HEAR, CLOSE);
	CHECK(SEEN("ok") " version=TLSv1.3 certificate=same", EHLO STARTTLS "[TLSv1.3]",
	    "or broken", TO_STARTTLS, TLS, RESET);
	peer.pem = t.big_pem;
	CHECK(SEEN("too-big") " why=TLS handshake: excessive message size alert=sent: illegal "
			      "parameter error=excessive message size",
	    NULL, "a certificate of a megabyte", TO_STARTTLS, TLS, BYE);
	peer.pem = t.pem;
}

static void
test_bounds(void)
{
	struct buf lines;

	buf_init(&lines, 1 << 20);
	for (int i = 0; i < 10000; i++)
		buf_puts(&lines, "250-SOMETHING\r\n");
	buf_puts(&lines, "250 STARTTLS\r\n");
	CHECK("too-much not-tried banner=(65536)+ why=greeting: endless", NULL, "lines without end",
	    FLOOD("220-on and on\r\n"));
	CHECK("too-much not-tried banner=(65536)+ why=greeting: endless", NULL, "one without end",
	    FLOOD("220 on and on "));
	CHECK("too-much not-tried banner=220 mx+ ehlo=(65536)+ why=answer to EHLO: endless", NULL,
	    "EHLO without end", SAY("220 mx\r\n"), HEAR, FLOOD("250-on and on\r\n"));
	CHECK("ok ok banner=220 mx+ ehlo=(65536)+ version=TLSv1.3 certificate=same", NULL,
	    "10,000 lines of EHLO", SAY("220 mx\r\n"), HEAR, {PEER_SAY, buf_span(&lines)}, HEAR,
	    SAY("220 go\r\n"), TLS, BYE);
	CHECK("ok not-offered banner=220 mx ehlo=250 mx", EHLO QUIT, "endless after QUIT",
	    SAY("220 mx\r\n"), HEAR, SAY("250 mx\r\n"), HEAR, FLOOD("221-bye\r\n"));
	CHECK("ok injected banner=220 mx ehlo=250-mx\\x0d\\x0a250 STARTTLS", NULL,
	    "endless behind STARTTLS", OFFER, SAY("220 go\r\n\x16\3\3\0\0"), FLOOD("\x16\3\3\0\0"));
	buf_free(&lines);
}

/* As check, with a time that is short but for a busy machine: then it is tried with a longer one.
 */
static void
check_in(int64_t *time_us, const struct peer_step *steps, const char *want, const char *name)
{
	struct buf heard;

	buf_init(&heard, 1 << 20);
	for (*time_us = SHORT_US; *time_us < LONG_US; *time_us *= 4) {
		visit(steps, &heard);
		if (span_eq(buf_span(&t.seen), span_str(want)))
			break;
	}
	SAME_SPAN(buf_span(&t.seen), span_str(want), name);
	OK(t.ends == 1 && t.last.took_us >= *time_us, "once, and not before");
	*time_us = LONG_US;
	buf_free(&heard);
}

#define CHECK_IN(time, want, name, ...) \
	check_in(&t.wish.time, (const struct peer_step[]){__VA_ARGS__}, want, name)

static void
test_time(void)
{
	CHECK_IN(patience_us, "silent not-tried why=greeting: not whole in time", "silent", END);
	CHECK_IN(patience_us, "slow not-tried banner=220 m why=greeting: not whole in time",
	    "no line end", SAY("220 m"), END);
	CHECK_IN(total_us,
	    "slow not-tried banner=220 mx ehlo=250-mx why=answer to EHLO: not whole in time",
	    "slow EHLO", SAY("220 mx\r\n"), HEAR, SAY("250-mx\r\n"), END);
	CHECK_IN(total_us,
	    "slow not-tried banner=220 mx ehlo=500 why=answer to HELO: not whole in time",
	    "no HELO", SAY("220 mx\r\n"), HEAR, SAY("500\r\n"), END);
	CHECK_IN(total_us, SEEN("bad-reply") " why=answer to STARTTLS: not whole in time",
	    "no answer to STARTTLS", OFFER, END);
	CHECK_IN(total_us, SEEN("stalled") " why=TLS handshake: not whole in time",
	    "a stalling handshake", TO_STARTTLS, TAKE, SAY("\x16\3\3\0\x50\2"), END);
	CHECK_IN(total_us, "ok not-offered banner=220 mx ehlo=250 mx", "no farewell",
	    SAY("220 mx\r\n"), HEAR, SAY("250 mx\r\n"), HEAR, END);
}

static void
test_breaks(void)
{
	CHECK("reset not-tried why=greeting: closed", "", "closed at once", CLOSE);
	CHECK("reset not-tried why=greeting: Connection reset by peer", "", "reset at once", RESET);
	CHECK("reset not-tried banner=220-m why=greeting: closed", "", "in the greeting",
	    SAY("220-m\r\n"), CLOSE);
	CHECK("reset not-tried banner=220 mx why=answer to EHLO: closed", EHLO, "after EHLO",
	    SAY("220 mx\r\n"), HEAR, CLOSE);
	CHECK("no-service not-tried banner=220 mx ehlo=500 no why=answer to HELO: closed",
	    EHLO HELO, "after HELO", SAY("220 mx\r\n"), HEAR, SAY("500 no\r\n"), HEAR, CLOSE);
}

/* Visits an address without a server; a socket of the test has the port. */
static void
check_address(const char *address, unsigned port, const char *want, const char *name)
{
	t.wish.port = port;
	OK(ip_read(span_str(address), &t.wish.address), name);
	t.ends = 0;
	t.running = 1;
	visit_begin(t.visits, &t.wish, on_done, NULL);
	OK(t.ends == 0, "not at once");
	loop_run(t.loop);
	SAME_STR(buf_str(&t.seen), want, "what is seen");
	OK(ip_read(SPAN_LIT("127.0.0.1"), &t.wish.address), "back");
}

static void
test_connect(void)
{
	struct rlimit limit, none;
	unsigned port;
	int fd = peer_port(AF_INET, &port);

	check_address("127.0.0.1", port, "refused not-tried why=connection: Connection refused",
	    "nobody listens");
	/* Connections that nobody takes fill the queue, and then nobody answers. */
	if (listen(fd, 0))
		abort();
	t.wish.connect_us = SHORT_US;
	t.wish.patience_us = SHORT_US;
	for (int i = 0; i < 3; i++)
		check_address("127.0.0.1", port,
		    i ? "no-connect not-tried why=connection: not whole in time"
		      : "silent not-tried why=greeting: not whole in time",
		    i ? "no answer" : "it fills");
	t.wish.connect_us = t.wish.patience_us = LONG_US;
	close(fd);
	check_address("255.255.255.255", 9,
	    "unreachable not-tried why=connection: Network is "
	    "unreachable",
	    "no host");
	fd = peer_port(AF_INET6, &port);
	if (fd >= 0)
		check_address(
		    "::1", port, "refused not-tried why=connection: Connection refused", "of IPv6");
	close(fd);
	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){3, limit.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	check_address(
	    "127.0.0.1", 9, "local not-tried why=connection: Too many open files", "no descriptor");
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* However the octets are cut, the same is seen and said. */
static void
test_pieces(void)
{
	const struct peer_step steps[] = {SAY("220-mx\r\n220 \xff\r\n"), HEAR,
	    SAY("250-mx\r\n250-X\r\n250 STARTTLS\r\n"), HEAR, SAY("220 go\r\n"), TLS, BYE};
	static const char want[] =
	    "ok ok banner=220-mx\\x0d\\x0a220 \\xff ehlo=250-mx\\x0d\\x0a250-X\\x0d\\x0a250 "
	    "STARTTLS version=TLSv1.3 certificate=same";

	for (size_t piece = 1; piece < 40; piece += 3) {
		peer.piece = piece;
		check(steps, want, EHLO STARTTLS "[TLSv1.3]" QUIT, "in pieces");
	}
	peer.piece = 1;
	peer.newest = TLS1_2_VERSION;
	CHECK(SEEN("ok") " version=TLSv1.2 certificate=same", EHLO STARTTLS "[TLSv1.2]" QUIT,
	    "octet by octet in TLS 1.2", TO_STARTTLS, TLS, BYE);
	peer.newest = TLS1_3_VERSION;
	peer.piece = 0;
}

/* The host goes at every octet: what was whole before is seen. */
static void
test_gone_anywhere(enum peer_do how, const char *name)
{
	static const char greeting[] = "220 mx\r\n", ehlo[] = "250-mx\r\n250 STARTTLS\r\n",
			  go[] = "220 go\r\n";
	const struct peer_step steps[] = {TO_STARTTLS, TLS, BYE};
	size_t a = sizeof greeting - 1, b = a + sizeof ehlo - 1, c = b + sizeof go - 1;
	int wrong = 0, made = 0, n = 0;
	struct buf heard;

	buf_init(&heard, 1 << 20);
	/* The handshake is some 800 octets; the signature in it varies by some. */
	for (size_t left = 1; left < 1000; left += left < c ? 1 : 13, n++) {
		bool whole;

		peer.left = left;
		peer.at_last = how;
		visit(steps, &heard);
		whole = t.last.starttls == STARTTLS_OK;
		made += whole;
		wrong += t.ends != 1 || t.last.outcome != (left < b ? VISIT_RESET : VISIT_OK) ||
			 (left < b && t.last.starttls != STARTTLS_NOT_TRIED) ||
			 (left >= b && !whole && t.last.starttls != STARTTLS_CLOSED) ||
			 (whole ? left < c + 500 : left > c + 900) ||
			 (t.last.banner.n != (left < a ? left : a - 2) && left != a - 1);
	}
	peer.left = 0;
	buf_free(&heard);
	SAME_INT(wrong, 0, name);
	OK(n > 90 && made > 0, "at many places");
}

/* 200 visits to one silent host, and nobody waits for their end. */
static void
test_left(void)
{
	unsigned port;
	int fd = peer_port(AF_INET, &port);

	if (listen(fd, 300))
		abort();
	t.wish.port = port;
	t.ends = 0;
	for (int i = 0; i < 200; i++)
		visit_begin(t.visits, &t.wish, on_done, NULL);
	visits_free(t.visits);
	SAME_INT(t.ends, 0, "freed, and nobody called back");
	t.visits = visits_new(t.loop);
	close(fd);
}

static const char *
make_pem(size_t names_n)
{
	const char **names = arena_alloc(t.arena, names_n * sizeof *names);
	struct certificate_wish wish = {
	    .subject = "mx.example.com", .names = names, .names_n = names_n, .until_utc = 4e9};
	struct certificate_key *key = certificate_key_new(t.arena);
	struct certificate_issuer self = {.key = key};
	struct span pem, rest, key_pem = certificate_key_pem(t.arena, key);

	for (size_t i = 0; i < names_n; i++)
		names[i] =
		    i ? arena_printf(t.arena, "host%zu.of.some.example.com", i) : "mx.example.com";
	rest = pem = certificate_make(t.arena, &wish, key, &self, &rng_system);
	if (names_n == 1 && !certificate_pem_next(t.arena, &rest, &t.der))
		abort();
	return arena_printf(t.arena, "%.*s%.*s", (int)key_pem.n, key_pem.p, (int)pem.n, pem.p);
}

int
main(void)
{
	t.arena = arena_new();
	t.loop = loop_new();
	t.visits = visits_new(t.loop);
	t.pem = make_pem(1);
	t.big_pem = make_pem(BIG_NAMES);
	buf_init(&t.seen, 10000);
	t.wish = (struct visit_wish){.ehlo_name = "scan.example.org",
	    .connect_us = LONG_US,
	    .patience_us = LONG_US,
	    .total_us = LONG_US};
	OK(ip_read(SPAN_LIT("127.0.0.1"), &t.wish.address), "an address");
	OK(strlen(t.big_pem) > 1000000, "a large certificate");
	peer.pem = t.pem;
	peer.newest = TLS1_3_VERSION;
	test_dialogues();
	test_octets();
	test_starttls();
	test_tls();
	test_bounds();
	test_time();
	test_breaks();
	test_connect();
	test_pieces();
	test_gone_anywhere(PEER_CLOSE, "closed after any octet");
	test_gone_anywhere(PEER_RESET, "reset after any octet");
	test_left();
	visits_free(t.visits);
	visits_free(NULL);
	loop_free(t.loop);
	buf_free(&t.seen);
	arena_free(t.arena);
	return tap_end();
}
