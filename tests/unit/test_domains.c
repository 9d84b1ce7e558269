/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/keyed_hash.h"
#include "mxinfer/scan/domains.h"
#include "tests/tap.h"

static struct buf bad;

static void
told(void *arg, const char *file, uint64_t line, struct span text, const char *why)
{
	(void)arg;
	buf_printf(&bad, "%s:%llu: ", file ? file : "-", (unsigned long long)line);
	safe_put(&bad, text);
	buf_printf(&bad, ": %s\n", why);
}

/* A file of those octets, in memory. */
static const char *
read_text(struct domains *d, struct arena *a, struct span text)
{
	int fd = memfd_create("domains", 0);
	const char *wrong = "cannot write";

	if (fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n)
		wrong = domains_read(d, a, arena_printf(a, "/proc/self/fd/%d", fd));
	close(fd);
	return wrong;
}

static void
put_all(struct buf *out, const struct domains *d)
{
	for (uint64_t i = 0; i < domains_counts(d)->taken; i++) {
		buf_put(out, domains_at(d, i));
		buf_putc(out, ' ');
	}
}

static void
test_lines(void)
{
	struct arena *a = arena_new();
	struct domains *d = domains_new(&(struct domains_params){.bad = told});
	struct buf all;
	const struct domains_counts *n = domains_counts(d);

	buf_init(&all, 10000);
	buf_init(&bad, 10000);
	OK(!read_text(d, a,
	       SPAN_LIT(
		   "\xef\xbb\xbf"
		   "Example.ORG.\r\n# comment\n\n  \texample.net \n1,google.com\r\n2,\"Quoted."
		   "com\"\n10,example.org,more\nb\xc3\xbc"
		   "cher.example\nxn--bcher-kva.example\n"
		   "bad name.example\n192.0.2.1\n2001:db8::1\n.\na..b\n*.example\nrank,domain\n"
		   "b\xff.example\nlast.example")),
	    "read");
	put_all(&all, d);
	SAME_STR(buf_str(&all),
	    "example.org example.net google.com quoted.com xn--bcher-kva.example last.example ",
	    "canonical, in their order, each once");
	OK(n->taken == 6 && n->again == 1 && n->bad == 9 && n->elsewhere == 0, "counts");
	printf("# %llu %llu %llu\n", (unsigned long long)n->taken, (unsigned long long)n->again,
	    (unsigned long long)n->bad);
	OK(strstr(buf_str(&bad), ":10: bad name.example: has an octet that no host") != NULL,
	    "file, line and why");
	OK(strstr(buf_str(&bad), ":11: 192.0.2.1: is an address, not a domain\n") != NULL,
	    "an address");
	OK(strstr(buf_str(&bad), ":17: b\\xff.example: is no name in UTF-8") != NULL, "no UTF-8");
	OK(strstr(domains_read(d, a, "/nonexistent/list"), "/nonexistent/list: ") != NULL,
	    "no such file");
	domains_free(d);
	buf_free(&all);
	buf_free(&bad);
	arena_free(a);
}

enum { MANY = 2000, SHARDS = 7 };

static void
add_many(struct domains *d, bool backwards)
{
	char name[40];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "Domain%d.example", backwards ? MANY - 1 - i : i);
		domains_add(d, span_str(name), NULL, 0);
	}
}

static bool
has(const struct domains *d, struct span name)
{
	for (uint64_t i = 0; i < domains_counts(d)->taken; i++)
		if (span_eq(domains_at(d, i), name))
			return true;
	return false;
}

static void
test_shards(void)
{
	uint64_t sum = 0, least = MANY, most = 0;

	for (uint64_t shard = 1; shard <= SHARDS; shard++) {
		struct domains_params p = {.shard = shard, .shards = SHARDS};
		struct domains *d = domains_new(&p), *e = domains_new(&p);
		uint64_t n;

		add_many(d, false);
		add_many(e, true);
		n = domains_counts(d)->taken;
		OK(n == domains_counts(e)->taken && domains_counts(d)->elsewhere == MANY - n &&
			has(e, domains_at(d, 0)) && has(e, domains_at(d, n - 1)),
		    "a shard does not hang on the order");
		sum += n;
		least = n < least ? n : least;
		most = n > most ? n : most;
		domains_free(d);
		domains_free(e);
	}
	SAME_INT(sum, MANY, "the shards are all of it");
	OK(least > MANY / SHARDS / 2 && most < MANY / SHARDS * 2, "about equal");
}

/* What SHA-256 of the name says, worked out elsewhere: `printf domain1.example | sha256sum`. */
static void
test_shard_of(void)
{
	struct domains *d = domains_new(&(struct domains_params){.shard = 2, .shards = 256});
	char name[40];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "domain%d.example", i);
		domains_add(d, span_str(name), NULL, 0);
	}
	OK(has(d, SPAN_LIT("domain80.example")),
	    "a name whose first eight octets of SHA-256 end in 01");
	domains_free(d);
}

static void
test_shuffle(void)
{
	static const uint64_t sizes[] = {0, 1, 2, 3, 16, 17, 1000};

	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		struct domains *d = domains_new(&(struct domains_params){.shards = 1});
		bool seen[1000] = {false}, good = true;
		char name[40];
		uint64_t same = 0;

		for (uint64_t i = 0; i < sizes[k]; i++) {
			snprintf(name, sizeof name, "%llu.example", (unsigned long long)i);
			domains_add(d, span_str(name), NULL, 0);
		}
		domains_shuffle(d, 4711);
		for (uint64_t i = 0; i < sizes[k]; i++) {
			int number = (int)strtol(domains_at(d, i).p, NULL, 10);

			good &= !seen[number];
			seen[number] = true;
			same += (uint64_t)number == i;
		}
		OK(good, "a permutation");
		if (sizes[k] == 1000)
			OK(same < 20, "that is none of the identity");
		domains_free(d);
	}
}

static void
test_seed(void)
{
	struct domains *d = domains_new(&(struct domains_params){.shards = 1});
	struct domains *e = domains_new(&(struct domains_params){.shards = 1});
	struct domains *f = domains_new(&(struct domains_params){.shards = 1});
	uint64_t equal = 0, other = 0;

	add_many(d, false);
	add_many(e, false);
	add_many(f, false);
	domains_shuffle(d, 1);
	domains_shuffle(e, 1);
	domains_shuffle(f, 2);
	for (uint64_t i = 0; i < MANY; i++) {
		equal += span_eq(domains_at(d, i), domains_at(e, i));
		other += span_eq(domains_at(d, i), domains_at(f, i));
	}
	OK(equal == MANY && other < 20, "the seed chooses the order");
	domains_free(d);
	domains_free(e);
	domains_free(f);
}

int
main(void)
{
	keyed_hash_seed(&rng_system);
	test_lines();
	test_shards();
	test_shard_of();
	test_shuffle();
	test_seed();
	return tap_end();
}
