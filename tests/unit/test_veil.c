/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is replaced, what is not, and that free text holds nothing but the vocabulary. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/rng.h"
#include "report/veil_parts.h"
#include "tests/tap.h"

static struct arena *arena;
static struct veil *veil;

static void
test_words(void)
{
	static const struct {
		const char *text, *veiled;
	} texts[] = {
	    {"550 5.7.1 no", "550 5.7.1 no"},
	    {"550-5.7.1 User\r\n550 5.7.1 Unknown.", "550 5.7.1 user 550 5.7.1 unknown."},
	    {"smtp; 550 5.7.5 no DANE at [2001:db8::24]", "SMTP; 550 5.7.5 no DANE at [...]"},
	    {"Ok 550 5.7.1", "ok [...]"},
	    {"550 412 451", "550 [...]"},
	    {"550 https://x.example/Why?id=third.person%40corp.example;ip=1 rejected",
		"550 [...] rejected"},
	    {"third.person=40corp.example unknown", "[...] unknown"},
	    {"mail for third.person&#64;corp.example", "mail for [...]"},
	    {"cannot write /srv/third.person/Mail", "cannot write [...]"},
	    {"ip-c6122c37.dyn c6-12-2c-37 0xc6122c37 3323079735 20010db8000000000000000000000bad",
		"[...]"},
	    {"Smith, Zoe; Mrs. Quux-Smith", "[...]"},
	    {"J\xc3\x9cRGEN M\xc3\x9cLLER M\xc3\xbcller Juergen Mueller", "[...]"},
	    {"server-third", "[...]"},
	    {"TLSv1.3 handshake_failure, (user)", "TLSv1.3 handshake_failure, user"},
	    {"EHLO mx.third.example", "EHLO [...]"},
	    {"MAIL FROM:<third@person.example> SIZE=1", "mail [...]"},
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *veiled = veil_words(veil, arena, texts[i].text);

		if (!OK(!strcmp(veiled, texts[i].veiled), texts[i].text))
			printf("# %s\n", veiled);
	}
	for (size_t i = 1; veil_word_at(VEIL_WORDS, i); i++)
		if (strcasecmp(veil_word_at(VEIL_WORDS, i - 1), veil_word_at(VEIL_WORDS, i)) >= 0)
			OK(false, veil_word_at(VEIL_WORDS, i));
}

/* Whatever comes in, only the vocabulary comes out. */
static void
test_any(void)
{
	uint64_t seed = 7;
	struct rng rng = rng_seeded(&seed);
	size_t strange = 0;

	for (int i = 0; i < 20000; i++) {
		char text[65] = "zone ";
		struct span s, word;
		size_t n = 5 + rng_below(&rng, 60);

		for (size_t k = 5; k < n; k++)
			text[k] = rng_below(&rng, 4) ? "aemnoust.-=%@ "[rng_below(&rng, 14)]
						     : (char)(1 + rng_below(&rng, 255));
		s = span_str(veil_words(veil, arena, text));
		while ((word = span_cut(&s, ' ')).n) {
			if (span_eq(word, SPAN_LIT("[...]")))
				continue;
			if (strchr(",.:;", word.p[word.n - 1]))
				word.n--;
			strange += !veil_word(VEIL_WORDS, word);
		}
	}
	OK(!strange, "nothing that is not in the list");
}

static void
is(const char *veiled, const char *expected)
{
	if (!OK(!strcmp(veiled, expected), expected))
		printf("# %s\n", veiled);
}

static void
starts(const char *veiled, const char *start, const char *end)
{
	if (!OK(!strncmp(veiled, start, strlen(start)) &&
		    span_ends(span_str(veiled), span_str(end)),
		start))
		printf("# %s\n", veiled);
}

static void
test_names(void)
{
	is(veil_operator(veil, arena, "example.org"), "example.org");
	is(veil_operator(veil, arena, "AS64500"), "AS64500");
	starts(veil_operator(veil, arena, "AS64500-person"), "host-", "");
	starts(veil_operator(veil, arena, "192.0.2.1"), "ip4-", "");
	starts(veil_operator(veil, arena, "[192.0.2.1]"), "host-", "");
	starts(veil_operator(veil, arena, "zoe.example.org"), "host-", ".example.org");
	starts(veil_operator(veil, arena, "ip-192-0-2-1.example"), "host-", ".example");
	starts(veil_operator(veil, arena, "ip-c6122c37.example"), "host-", ".example");
	starts(veil_operator(veil, arena, "p3323079735.example"), "host-", ".example");
	is(veil_operator(veil, arena, "1und1.example"), "1und1.example");
	is(veil_host(veil, arena, "Example.org", "example.org"), "example.org");
	starts(veil_host(veil, arena, "mx7.example.org", "example.org"), "host-", ".example.org");
	starts(veil_host(veil, arena, "mx7.example.org", "other.org"), "host-", "");
	OK(!strstr(veil_host(veil, arena, "mx7.example.org", "other.org"), "example"),
	    "nothing of a name of others");
	starts(veil_host(veil, arena, "alices-laptop", NULL), "host-", "");
	starts(veil_domain(veil, arena, "smith.example", "big.example"), "domain-", "");
	is(veil_domain(veil, arena, "big.example", "big.example"), "big.example");
	starts(
	    veil_mailbox(veil, arena, "a@b@big.example", "big.example"), "user-", "@big.example");
	OK(!strstr(veil_mailbox(veil, arena, "a@smith.example", "big.example"), "smith"),
	    "a domain of others");
	is(veil_mailbox(veil, arena, "", NULL), "");
	OK(!strcmp(veil_address(veil, arena, "2001:DB8::1"),
	       veil_address(veil, arena, "2001:db8:0::1")),
	    "one address, one stand-in");
	OK(!strcmp(veil_words(NULL, arena, "a@b"), "a@b"), "no veil, no change");
}

static void
test_queries(void)
{
	is(veil_query(veil, arena, "abc.v4-mail.m.example.com", "abc", "v4-mail"), "abc.v4-mail");
	is(veil_query(veil, arena, "zoetablet.aBc.V4-mail.m.example.com", "abc", "v4-mail"),
	    "[...].abc.v4-mail");
	is(veil_query(veil, arena, "_25._tcp.zoe.tablet.abc.v4-mail.m.example", "abc", "v4-mail"),
	    "_25._tcp.[...].abc.v4-mail");
	is(veil_query(veil, arena, "xabc.v4-mail.m.example.com", "abc", "v4-mail"),
	    "[...].v4-mail");
	is(veil_query(veil, arena, "zoe.v6only.m.example.com", NULL, "v6only"), "[...].v6only");
	is(veil_query(veil, arena, "abc.zoe.example.com", "abc", "v4-mail"), "[...]");
	is(veil_status(veil, arena, "5.7.1"), "5.7.1");
	is(veil_status(veil, arena, "192.0.2.1"), "[...]");
	is(veil_cipher(veil, arena, "TLS_AES_256_GCM_SHA384"), "TLS_AES_256_GCM_SHA384");
	is(veil_cipher(veil, arena, "TLS_ZOE"), "[...]");
}

int
main(void)
{
	char path[] = "test_veil.XXXXXX";
	int fd = mkstemp(path);

	arena = arena_new();
	if (fd < 0 || write(fd, "0123456789abcdef\r\n", 18) != 18)
		return 1;
	close(fd);
	OK(!veil_open(arena, path, &veil), "a key");
	unlink(path);
	test_words();
	test_any();
	test_names();
	test_queries();
	veil_close(veil);
	arena_free(arena);
	return tap_end();
}
