/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "probe/address.h"
#include "probe/submit.h"

static void
addresses(void)
{
	static const char *const good[] = {"a@b", "bob@example.net", "b.o.b+x=y@a-1.example.net",
	    "!#$%&'*+-/=?^_`{|}~@example.net", "100%@example.net"};
	static const char *const bad[] = {"", "@", "a@", "@b", "a b@c", "a@b c", "a@b@c", ".a@b",
	    "a.@b", "a..b@c", "a@b.", "a@.b", "a@-b", "a@b-", "a@b\r\nRCPT TO:<c@d>", "a\n@b",
	    "<a@b>", "a@b>", "\"a\"@b", "a@[192.0.2.1]", "a,b@c", "b\xc3\xb6@c", "a@b\xc3\xb6",
	    "a(c)@b", "a@b;c", "a:b@c",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		OK(address_is_plain(span_str(good[i])), good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(!address_is_plain(span_str(bad[i])), "a bad address is refused");
	OK(!address_is_plain(SPAN_LIT("a\0b@c")), "NUL is");
}

static void
texts(void)
{
	OK(words_are_plain(SPAN_LIT("Bob \"x\" '; DROP TABLE probe; -- %s <b>")), "odd, and plain");
	OK(words_are_plain(SPAN_LIT("J\xc3\xb6rg")), "UTF-8");
	OK(!words_are_plain(SPAN_LIT("")), "nothing");
	OK(!words_are_plain(SPAN_LIT(" a")), "a blank in front");
	OK(!words_are_plain(SPAN_LIT("a\nb")), "a line end");
	OK(!words_are_plain(SPAN_LIT("a\rb")), "a carriage return");
	OK(!words_are_plain(SPAN_LIT("\033[2J")), "an escape");
	OK(!words_are_plain(SPAN_LIT("a\0b")), "NUL");
	OK(!words_are_plain(SPAN_LIT("J\xf6rg")), "no UTF-8");
	OK(!words_are_plain(SPAN_LIT("a\xe2\x80\xae"
				     "b")),
	    "what turns the writing around");
}

static void
servers(void)
{
	static const struct {
		const char *text, *host;
		int port;
		bool tls;
	} good[] = {
	    {"smtp://mail.example.net", "mail.example.net", 587, false},
	    {"smtps://mail.example.net", "mail.example.net", 465, true},
	    {"SMTP://mail.example.net:25/", "mail.example.net", 25, false},
	    {"smtp://192.0.2.1:2525", "192.0.2.1", 2525, false},
	    {"smtps://[2001:db8::1]:465", "2001:db8::1", 465, true},
	};
	static const char *const bad[] = {"", "mail.example.net", "http://mail.example.net",
	    "smtp://", "smtp://:25", "smtp://a:0", "smtp://a:65536", "smtp://a:", "smtp://u:p@a",
	    "smtp://a/b", "smtp://a b", "smtp://a\r\nb", "smtp://[::1", "smtp://[a]", "smtp://-a",
	    "smtp://a?x", "smtp://[192.0.2.1]"};
	struct arena *a = arena_new();
	struct submit_server s = {0};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		OK(!submit_server_parse(a, good[i].text, &s), good[i].text);
		SAME_STR(s.host, good[i].host, "its host");
		SAME_INT(s.port, good[i].port, "its port");
		OK(s.tls_at_once == good[i].tls, "and when TLS begins");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(submit_server_parse(a, bad[i], &s) != NULL, "a bad server is refused");
	arena_free(a);
}

int
main(void)
{
	addresses();
	texts();
	servers();
	return tap_end();
}
