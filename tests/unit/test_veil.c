/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is replaced in free text, what is not, and that no address of any form gets through. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ip.h"
#include "base/rng.h"
#include "report/veil.h"
#include "tests/tap.h"

static struct arena *arena;
static struct veil *veil;

/* Does the veiled text still hold `thing`? */
static bool
holds(const char *text, const char *thing)
{
	return strstr(veil_text(veil, arena, text), thing) != NULL;
}

static void
test_texts(void)
{
	static const struct {
		const char *text, *gone, *kept;
	} texts[] = {
	    {"RCPT TO:<alice@example.org> SIZE=1", "alice", "@example.org> SIZE=1"},
	    {"SRS0=h=tt=example.org=alice@fwd.example", "alice", "@fwd.example"},
	    {"bounce+alice=example.org@lists.example", "alice", "@lists.example"},
	    {"<\"alice b.\"@example.org>", "alice", "@example.org>"},
	    {"a1ice@example.org,bob@example.org", "bob", "@example.org"},
	    {"x@y@z.example", "y@", "@z.example"},
	    {"client [192.0.2.17]:25", "192.0.2.17", "client ["},
	    {"connect from unknown[2001:db8::17]", "2001:db8", "unknown["},
	    {"EHLO [IPv6:2001:DB8::17]", "DB8", "EHLO [IPv6:"},
	    {"host-192-0-2-17.isp.example", "192-0-2-17", ".isp.example"},
	    {"ec2_192_0_2_17.example", "192_0_2_17", ".example"},
	    {"17.2.0.192.list.example", "17.2.0.192", "list.example"},
	    {"ip-2001-db8-0-0-0-0-0-17.isp.example", "2001-db8", ".isp.example"},
	    {"7.1.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0", "ip6.arpa"},
	    {"2001:db8::17.", "2001", "."},
	    {"::ffff:192.0.2.17", "192.0.2", ""},
	    {"alice=40example is none, alice@[192.0.2.17] is", "[192.0", "is none"},
	};
	static const char *const same[] = {"550 5.7.1 no", "at 12:34:56 on 2026-11-22", "TLSv1.3",
	    "op0.example", "a::b is none? it is one", "version 3.7.11-1", "", "1.2.3", "256.1.1.1"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		OK(!holds(texts[i].text, texts[i].gone), texts[i].text);
		OK(holds(texts[i].text, texts[i].kept), "the rest stays");
	}
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (!strstr(same[i], "::"))
			OK(!strcmp(veil_text(veil, arena, same[i]), same[i]), same[i]);
}

static void
test_known(void)
{
	veil_know(veil, "Alice", "participant-1");
	OK(holds("user alice: unknown", "participant-1"), "a word that is known");
	OK(!holds("malice and alices", "participant-1"), "words that hold it are others");
	veil_know(veil, "al", "participant-2");
	OK(!holds("al", "participant-2"), "two letters are no name");
	veil_forget(veil);
	OK(holds("user alice", "alice"), "forgotten");
}

static void
test_names(void)
{
	OK(!strcmp(veil_operator(veil, arena, "example.org"), "example.org"), "operators stay");
	OK(!strcmp(veil_operator(veil, arena, "AS64500"), "AS64500"), "and their numbers");
	OK(!strncmp(veil_operator(veil, arena, "192.0.2.1"), "ip4-", 4), "but for addresses");
	OK(!strncmp(veil_operator(veil, arena, "[192.0.2.1]"), "host-", 5), "and literals");
	OK(!strcmp(veil_host(veil, arena, "example.org"), "example.org"),
	    "a registered domain stays");
	OK(strstr(veil_host(veil, arena, "mx7.example.org"), ".example.org") != NULL,
	    "in a name, too");
	OK(!strstr(veil_host(veil, arena, "mx7.example.org"), "mx7"),
	    "without what stands in front");
	OK(!strncmp(veil_host(veil, arena, "alices-laptop"), "host-", 5), "a name that is none");
	OK(!strcmp(veil_address(veil, arena, "2001:DB8::1"),
	       veil_address(veil, arena, "2001:db8:0::1")),
	    "one address, one stand-in");
	OK(!strcmp(veil_text(NULL, arena, "a@b"), "a@b"), "no veil, no change");
}

/* Any address, in any clothes, at any place. */
static void
test_any(void)
{
	uint64_t seed = 7;
	struct rng rng = rng_seeded(&seed);
	size_t through = 0;

	for (int i = 0; i < 20000; i++) {
		struct ip ip = {.v6 = rng_below(&rng, 2) != 0};
		static const char *const around[] = {
		    "", " ", "[", "(", "<", "=", "x-", "\xc3\xa4", "\"", "/"};
		char text[IP_TEXT_MAX], whole[100];
		size_t n = sizeof around / sizeof *around;

		for (size_t k = 0; k < (ip.v6 ? 16 : 4); k++)
			ip.octets[k] = rng_below(&rng, 3) ? (unsigned char)rng_u64(&rng) : 0;
		ip_text(&ip, text);
		snprintf(whole, sizeof whole, "%s%s%s", around[rng_below(&rng, n)], text,
		    around[rng_below(&rng, n - 3)]);
		if (!strcmp(text, "::") || !holds(whole, text))
			continue;
		if (!through++)
			printf("# %s\n", whole);
	}
	OK(!through, "no address gets through");
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
	test_texts();
	test_known();
	test_names();
	test_any();
	veil_close(veil);
	arena_free(arena);
	return tap_end();
}
