/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_table.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/rng.h"
#include "tests/tap.h"

static struct ip
ip_of(const char *text)
{
	struct ip ip;

	if (!ip_read(span_str(text), &ip))
		abort();
	return ip;
}

static void
add(struct as_table *t, const char *first, const char *last, uint32_t a, uint32_t b)
{
	struct as_range r = {.first = ip_of(first),
	    .last = ip_of(last),
	    .as = (uint32_t[]){a, b},
	    .as_n = b ? 2 : 1};

	as_table_add(t, &r);
}

static struct buf text;

static const char *
find(const struct as_table *t, const char *address)
{
	uint32_t as[AS_MAX];
	struct ip ip = ip_of(address);
	size_t n = as_table_find(t, &ip, as);

	buf_clear(&text);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%u", i ? "," : "", (unsigned)as[i]);
	return buf_str(&text);
}

static void
test_prefixes(void)
{
	struct as_table *t = as_table_new();

	add(t, "192.0.2.0", "192.0.2.255", 1, 0);
	add(t, "192.0.2.128", "192.0.2.191", 2, 0);
	add(t, "192.0.2.130", "192.0.2.130", 4, 3);
	add(t, "192.0.0.0", "192.255.255.255", 5, 0);
	add(t, "192.0.2.128", "192.0.2.191", 9, 2);
	add(t, "255.255.255.0", "255.255.255.255", 7, 0);
	add(t, "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 10, 0);
	add(t, "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", 11, 0);
	add(t, "2001:db8:1:0:8000::", "2001:db8:1:0:8000::", 12, 0);
	add(t, "::", "::1", 13, 0);
	add(t, "ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 14, 0);
	as_table_ready(t);
	SAME_STR(find(t, "192.0.2.1"), "1", "a prefix");
	SAME_STR(find(t, "192.0.2.127"), "1", "just before a longer one");
	SAME_STR(find(t, "192.0.2.128"), "2,9", "the longer one, announced twice");
	SAME_STR(find(t, "192.0.2.130"), "3,4", "one address, ascending");
	SAME_STR(find(t, "192.0.2.131"), "2,9", "behind it");
	SAME_STR(find(t, "192.0.2.192"), "1", "behind the longer one");
	SAME_STR(find(t, "192.0.3.0"), "5", "the shorter one around it");
	SAME_STR(find(t, "191.255.255.255"), "", "before everything");
	SAME_STR(find(t, "193.0.0.0"), "", "behind it");
	SAME_STR(find(t, "255.255.255.255"), "7", "the last address");
	SAME_STR(find(t, "2001:db8::1"), "10", "IPv6");
	SAME_STR(find(t, "2001:db8:1::1"), "11", "longer");
	SAME_STR(find(t, "2001:db8:1:0:8000::"), "12", "a single address, in the low half");
	SAME_STR(find(t, "2001:db8:1:0:8000::1"), "11", "behind it");
	SAME_STR(find(t, "::1"), "13", "the first addresses");
	SAME_STR(find(t, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), "14", "the last ones");
	SAME_STR(find(t, "::ffff:192.0.2.1"), "1", "an IPv4-mapped address is IPv4");
	as_table_free(t);
}

static void
test_odd(void)
{
	struct as_table *t = as_table_new();
	struct as_range r = {.first = ip_of("192.0.2.9"),
	    .last = ip_of("192.0.2.1"),
	    .as = (uint32_t[]){1},
	    .as_n = 1};

	as_table_ready(t);
	SAME_STR(find(t, "192.0.2.1"), "", "an empty table");
	as_table_free(t);
	t = as_table_new();
	as_table_add(t, &r);
	r.last = ip_of("2001:db8::");
	as_table_add(t, &r);
	add(t, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6, 0);
	as_table_ready(t);
	SAME_STR(find(t, "192.0.2.5"), "", "backwards, of two families, or of IPv6: no IPv4");
	SAME_STR(find(t, "2001:db8::"), "6", "a range of everything");
	as_table_free(t);
	as_table_free(NULL);
}

static bool
ends_before(struct ip a, struct ip b)
{
	return memcmp(a.octets, b.octets, sizeof a.octets) < 0;
}

/* In a small space ranges of any extent against the obvious: look at all of them. */
static void
test_random(bool v6)
{
	enum { RANGES = 60, TABLES = 200, SPACE = 256 };
	static struct as_range ranges[RANGES];
	static uint32_t numbers[RANGES];
	uint64_t seed = 42 + v6;
	struct rng rng = rng_seeded(&seed);
	size_t at = v6 ? 15 : 3;
	bool good = true;

	for (int round = 0; round < TABLES; round++) {
		struct as_table *t = as_table_new();
		size_t n = (size_t)rng_below(&rng, RANGES);

		for (size_t i = 0; i < n; i++) {
			struct ip *first = &ranges[i].first, *last = &ranges[i].last;

			*first = *last = ip_of(v6 ? "2001:db8::" : "198.51.100.0");
			first->octets[at] = (unsigned char)rng_below(&rng, SPACE);
			last->octets[at] = (unsigned char)rng_below(&rng, SPACE);
			if (ends_before(*last, *first))
				last->octets[at] = 255;
			numbers[i] = (uint32_t)rng_below(&rng, 9) + 1;
			ranges[i].as = &numbers[i];
			ranges[i].as_n = 1;
			as_table_add(t, &ranges[i]);
		}
		as_table_ready(t);
		for (int place = 0; place < SPACE; place++) {
			struct ip ip = ip_of(v6 ? "2001:db8::" : "198.51.100.0");
			uint32_t as[AS_MAX];
			bool want[10] = {false};
			int best = SPACE;
			size_t found, wanted = 0;

			ip.octets[at] = (unsigned char)place;
			for (size_t i = 0; i < n; i++) {
				int size = ranges[i].last.octets[at] - ranges[i].first.octets[at];

				if (ends_before(ip, ranges[i].first) ||
				    ends_before(ranges[i].last, ip) || size > best)
					continue;
				if (size < best)
					memset(want, 0, sizeof want);
				best = size;
				want[numbers[i]] = true;
			}
			found = as_table_find(t, &ip, as);
			for (uint32_t number = 1; number < 10; number++)
				if (want[number])
					good = good && wanted < found && as[wanted++] == number;
			good = good && wanted == found;
		}
		as_table_free(t);
	}
	OK(good, v6 ? "IPv6: as by looking at all ranges" : "IPv4: as by looking at all ranges");
}

static void
test_many_numbers(void)
{
	struct as_table *t = as_table_new();
	uint32_t as[AS_MAX];
	struct ip ip = ip_of("192.0.2.1");

	for (uint32_t i = 200; i > 0; i--)
		add(t, "192.0.2.0", "192.0.2.255", i, 0);
	as_table_ready(t);
	SAME_INT(as_table_find(t, &ip, as), AS_MAX, "a bound number of them");
	as_table_free(t);
}

/* A MaxMind database written by hand (format 2.0): a tree of 24-bit records over IPv6, in which
 * IPv4 lies below ::/96, and for each leaf a map of one member. */
struct mmdb {
	unsigned nodes[1000][2]; /* 0: nothing; below 1000: that node; else leaf 1000 + n */
	unsigned nodes_n;
	uint32_t leaves[16];
	unsigned leaves_n;
};

static void
mmdb_insert(struct mmdb *m, const char *address, unsigned bits, uint32_t number)
{
	struct ip ip = ip_of(address);
	unsigned char octets[16] = {0};
	unsigned node = 0;

	memcpy(octets + (ip.v6 ? 0 : 12), ip.octets, ip.v6 ? 16 : 4);
	bits += ip.v6 ? 0 : 96;
	for (unsigned i = 0; i < bits; i++) {
		unsigned *next = &m->nodes[node][octets[i / 8] >> (7 - i % 8) & 1];

		if (i + 1 == bits)
			*next = 1000 + m->leaves_n;
		else if (!*next)
			*next = m->nodes_n++;
		node = *next;
	}
	m->leaves[m->leaves_n++] = number;
}

static void
put_number(struct buf *b, uint64_t number, int octets)
{
	for (int i = octets - 1; i >= 0; i--)
		buf_putc(b, (char)(number >> 8 * i));
}

static void
put_text(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	buf_putc(b, (char)(0x40 | (n < 29 ? n : 29)));
	if (n >= 29)
		buf_putc(b, (char)(n - 29));
	buf_puts(b, s);
}

static void
mmdb_put(struct buf *b, const struct mmdb *m)
{
	enum { LEAF_OCTETS = 32, SEPARATOR = 16 }; /* of a leaf's data, all alike */

	for (unsigned i = 0; i < m->nodes_n; i++)
		for (int side = 0; side < 2; side++) {
			unsigned next = m->nodes[i][side];

			put_number(b,
			    !next         ? m->nodes_n
			    : next < 1000 ? next
					  : m->nodes_n + SEPARATOR + (next - 1000) * LEAF_OCTETS,
			    3);
		}
	put_number(b, 0, 8);
	put_number(b, 0, 8);
	for (unsigned i = 0; i < m->leaves_n; i++) {
		size_t start = b->n;

		buf_putc(b, (char)0xe1); /* a map of one */
		put_text(b, "autonomous_system_number");
		buf_putc(b, (char)0xc4); /* 32 bits */
		put_number(b, m->leaves[i], 4);
		put_number(b, 0, (int)(LEAF_OCTETS - (b->n - start)));
	}
	buf_puts(b, "\xab\xcd\xefMaxMind.com");
	buf_putc(b, (char)0xe9);
	put_text(b, "node_count"), buf_putc(b, (char)0xc4), put_number(b, m->nodes_n, 4);
	put_text(b, "record_size"), buf_putc(b, (char)0xa2), put_number(b, 24, 2);
	put_text(b, "ip_version"), buf_putc(b, (char)0xa2), put_number(b, 6, 2);
	put_text(b, "database_type"), put_text(b, "test");
	put_text(b, "languages"), put_number(b, 0x0004, 2);
	put_text(b, "binary_format_major_version"), buf_putc(b, (char)0xa2), put_number(b, 2, 2);
	put_text(b, "binary_format_minor_version"), buf_putc(b, (char)0xa2), put_number(b, 0, 2);
	put_text(b, "build_epoch"), put_number(b, 0x0802, 2), put_number(b, 1600000000, 8);
	put_text(b, "description"), buf_putc(b, (char)0xe0);
}

static void
test_mmdb(void)
{
	char path[] = P_tmpdir "/test_as_table.XXXXXX";
	struct as_table *t = as_table_new();
	struct mmdb m = {.nodes_n = 1};
	struct buf file;
	int fd = mkstemp(path);

	OK(as_table_add_mmdb(t, "/nonexistent.mmdb") != NULL, "a file that is not there");
	OK(as_table_add_mmdb(t, "Makefile") != NULL, "a file that is no database");
	as_table_ready(t);
	SAME_STR(find(t, "192.0.2.1"), "", "nothing of it is left");
	as_table_free(t);

	buf_init(&file, 1 << 20);
	mmdb_insert(&m, "192.0.2.0", 24, 64496);
	mmdb_insert(&m, "198.51.100.0", 24, 64497);
	mmdb_insert(&m, "2001:db8::", 48, 64498);
	mmdb_insert(&m, "2001:db8:1::", 48, 0);
	mmdb_put(&file, &m);
	if (fd < 0 || write(fd, file.p, file.n) != (ssize_t)file.n)
		abort();
	close(fd);
	t = as_table_new();
	OK(as_table_add_mmdb(t, path) == NULL, "a database");
	add(t, "192.0.2.0", "192.0.2.255", 64500, 0);
	as_table_ready(t);
	SAME_STR(find(t, "192.0.2.1"), "64496,64500", "it answers beside the ranges");
	SAME_STR(find(t, "198.51.100.1"), "64497", "alone");
	SAME_STR(find(t, "203.0.113.1"), "", "an address that it does not know");
	SAME_STR(find(t, "2001:db8::1"), "64498", "IPv6");
	SAME_STR(find(t, "2001:db8:1::1"), "", "a number of 0 is none");
	as_table_free(t);
	unlink(path);
	buf_free(&file);
}

int
main(void)
{
	buf_init(&text, 10000);
	test_prefixes();
	test_odd();
	test_random(false);
	test_random(true);
	test_many_numbers();
	test_mmdb();
	buf_free(&text);
	return tap_end();
}
