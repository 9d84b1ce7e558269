/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses that a scan never touches (mxinfer/scan/blocklist.h), those shipped among them. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rng.h"
#include "mxinfer/scan/blocklist.h"
#include "tests/tap.h"

static struct arena *arena;

static const char *
read_text(struct blocklist *b, const char *text)
{
	char *path = arena_dup(arena, SPAN_LIT("test_blocklist.XXXXXX"));
	int fd = mkstemp(path);
	const char *error;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	error = blocklist_read(arena, b, path);
	unlink(path);
	return error ? strchr(error, ':') : NULL;
}

static struct ip
ip(const char *text)
{
	struct ip out;

	if (!ip_read(span_str(text), &out))
		abort();
	return out;
}

static bool
has(const struct blocklist *b, const char *text)
{
	struct ip address = ip(text);

	return blocklist_has(b, &address);
}

static void
test_files(void)
{
	struct blocklist *b = blocklist_new();
	struct ip_range range;

	OK(!read_text(b, "# nothing\n\n10.0.0.0/8 # private\n10.1.0.0/16\n  192.0.2.7\t# one\n"
			 "2001:db8::/32#doc\r\n2001:db9::1"),
	    "files of ranges");
	SAME_STR(read_text(b, "10.0.0.0/8\n10.0.0.1/8\n"),
	    ":2: 10.0.0.1/8 has bits set behind its prefix; write the first address of the range",
	    "files of ranges");
	SAME_STR(read_text(b, "mail.example\n"),
	    ":1: mail.example is no range of addresses; write one such as 192.0.2.0/24 or "
	    "2001:db8::/32",
	    "files of ranges");
	OK(!ip_range_read(SPAN_LIT("10.2.0.0/16"), &range), "files of ranges");
	blocklist_allow(b, &range);
	blocklist_ready(b);
	OK(has(b, "10.0.0.0") && has(b, "10.255.255.255") && has(b, "10.1.2.3"), "files of ranges");
	OK(!has(b, "9.255.255.255") && !has(b, "11.0.0.0"), "files of ranges");
	OK(!has(b, "10.2.0.0") && !has(b, "10.2.255.255") && has(b, "10.3.0.0"), "files of ranges");
	OK(has(b, "192.0.2.7") && !has(b, "192.0.2.6") && !has(b, "192.0.2.8"), "files of ranges");
	OK(has(b, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") && !has(b, "2001:db9::"),
	    "files of ranges");
	OK(has(b, "2001:db9::1") && !has(b, "2001:db9::2"), "files of ranges");
	OK(has(b, "::ffff:10.0.0.1"), "files of ranges");
	blocklist_free(b);
	SAME_STR(strchr(blocklist_read(arena, b = blocklist_new(), "no-such-file"), ':'),
	    ": No such file or directory; name a file of ranges", "files of ranges");
	blocklist_ready(b);
	OK(!has(b, "10.0.0.1"), "files of ranges");
	blocklist_free(b);
}

static void
test_shipped(void)
{
	static const char *const blocked[] = {"0.0.0.1", "10.9.8.7", "100.127.255.255", "127.0.0.1",
	    "169.254.1.1", "172.31.0.1", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
	    "198.19.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
	    "255.255.255.255", "::", "::1", "::10.0.0.1", "64:ff9b::808:808", "100::1", "2001::1",
	    "2001:db8::1", "2002:a00:1::1", "3fff::1", "fc00::1", "fd00::1", "fe80::1", "ff02::1"};
	static const char *const open[] = {"1.1.1.1", "9.255.255.255", "100.128.0.0", "172.32.0.0",
	    "193.0.0.1", "223.255.255.255", "2001:200::1", "2600::1", "2a00::1"};
	struct blocklist *b = blocklist_new();

	SAME_STR(blocklist_read(arena, b, "tables/scan-blocklist.conf"), NULL, "the list shipped");
	blocklist_ready(b);
	for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
		if (!has(b, blocked[i]))
			SAME_STR(blocked[i], "blocked", "the list shipped");
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		if (has(b, open[i]))
			SAME_STR(open[i], "not blocked", "the list shipped");
	OK(true, "the list shipped");
	blocklist_free(b);
}

/* Against a look at each range. */
static void
test_random(void)
{
	enum { RANGES = 300, LOOKS = 20000 };
	static struct ip_range ranges[RANGES];
	struct blocklist *b = blocklist_new();
	uint64_t seed = 3;
	struct rng rng = rng_seeded(&seed);
	int wrong = 0, blocked = 0;

	for (int i = 0; i < RANGES; i++) {
		struct ip_range *r = &ranges[i];

		*r =
		    (struct ip_range){.first.v6 = i % 2, .bits = 4 + (unsigned)rng_below(&rng, 13)};
		r->first.octets[0] = (unsigned char)rng_below(&rng, 256);
		r->first.octets[1] = (unsigned char)rng_below(&rng, 256);
		for (unsigned bit = r->bits; bit < 16; bit++)
			r->first.octets[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
		blocklist_add(b, r);
	}
	blocklist_ready(b);
	for (int i = 0; i < LOOKS; i++) {
		struct ip a = {.v6 = i % 2};
		bool want = false;

		a.octets[0] = (unsigned char)rng_below(&rng, 256);
		a.octets[1] = (unsigned char)rng_below(&rng, 256);
		a.octets[3] = (unsigned char)rng_below(&rng, 256);
		for (int k = 0; k < RANGES; k++)
			want = want || ip_range_has(&ranges[k], &a);
		blocked += want;
		wrong += want != blocklist_has(b, &a);
	}
	SAME_INT(wrong, 0, "as a look at each range");
	OK(blocked > LOOKS / 10 && blocked < LOOKS, "as a look at each range");
	blocklist_free(b);
}

static void
test_digest(void)
{
	char one[SHA256_HEX_LEN + 1], two[SHA256_HEX_LEN + 1];
	struct blocklist *a = blocklist_new(), *b = blocklist_new();
	struct ip_range range;

	OK(!read_text(a, "10.0.0.0/8\n192.0.2.0/24\n") &&
		!read_text(b, "192.0.2.0/24\n10.0.0.0/8\n"),
	    "digest");
	blocklist_ready(a);
	blocklist_ready(b);
	blocklist_digest(a, one);
	blocklist_digest(b, two);
	SAME_STR(one, two, "digest");
	OK(!ip_range_read(SPAN_LIT("192.0.2.0/24"), &range), "digest");
	blocklist_allow(b, &range);
	blocklist_ready(b);
	blocklist_digest(b, two);
	OK(strcmp(one, two) != 0, "digest");
	blocklist_free(a);
	blocklist_free(b);
}

int
main(void)
{
	arena = arena_new();
	test_files();
	test_shipped();
	test_random();
	test_digest();
	arena_free(arena);
	return tap_end();
}
