/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/domains.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/ip.h"
#include "base/keyed_hash.h"
#include "base/sha256.h"
#include "dns/dns_name.h"
#include "dns/idn.h"
#include "io/lines.h"
#include "mxinfer/intern.h"

enum { SHUFFLE_ROUNDS = 6 };

struct domains {
	struct domains_params params;
	struct domains_counts counts;
	struct intern names;
	bool shuffled;
	uint64_t seed;
	unsigned half_bits; /* of the numbers that are shuffled: 2 * half_bits bits */
};

struct domains *
domains_new(const struct domains_params *p)
{
	struct domains *d = must(calloc(1, sizeof *d));

	d->params = *p;
	return d;
}

void
domains_free(struct domains *d)
{
	if (!d)
		return;
	intern_free(&d->names);
	free(d);
}

/* SHA-256, for everybody can do that, in whatever language. */
static bool
is_ours(const struct domains *d, struct span name)
{
	unsigned char digest[SHA256_LEN];
	struct sha256 s;
	uint64_t number = 0;

	if (d->params.shards <= 1)
		return true;
	sha256_init(&s);
	sha256_add(&s, name);
	sha256_end(&s, digest);
	for (size_t i = 0; i < 8; i++)
		number = number << 8 | digest[i];
	return number % d->params.shards + 1 == d->params.shard;
}

/* The domain of a line: what stands behind the number and the comma, without quotes. */
static struct span
field(struct span line)
{
	struct span rest = line, number = span_trim(span_cut(&rest, ','));
	struct cursor c = cursor_on(number);

	cur_number(&c, 18);
	if (!rest.p || !cur_done(&c))
		return line;
	rest = span_trim(rest);
	if (rest.n >= 2 && rest.p[0] == '"' && rest.p[rest.n - 1] == '"')
		rest = span_trim((struct span){rest.p + 1, rest.n - 2});
	return rest;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* NULL with the canonical name in `out`, or why it is no mail domain. */
static const char *
canonical(struct span text, char out[DNS_NAME_MAX + 1])
{
	char ascii[IDN_MAX + 1];
	const char *why;
	struct ip ip;

	if (!is_ascii(text)) {
		if (!idn_to_ascii(text, ascii))
			return "is no name in UTF-8 that A-labels can be made of";
		text = span_str(ascii);
	}
	why = dns_name_canonical(text, out);
	if (why)
		return why;
	text = span_str(out);
	if (span_eq(text, SPAN_LIT(".")))
		return "is the root";
	if (ip_read(text, &ip))
		return "is an address, not a domain";
	if (span_find(text, '*') < text.n || span_find(text, '/') < text.n)
		return "has an octet that no mail domain has";
	return NULL;
}

void
domains_add(struct domains *d, struct span text, const char *file, uint64_t line)
{
	char name[DNS_NAME_MAX + 1];
	uint64_t before = d->names.n;
	const char *why;
	struct span s = span_trim(text);

	if (d->shuffled)
		abort();
	if (!s.n || s.p[0] == '#')
		return;
	s = field(s);
	why = canonical(s, name);
	if (why) {
		d->counts.bad++;
		if (d->params.bad)
			d->params.bad(d->params.arg, file, line, s, why);
		return;
	}
	s = span_str(name);
	if (!is_ours(d, s)) {
		d->counts.elsewhere++;
		return;
	}
	intern_add(&d->names, s, keyed_hash(s));
	if (d->names.n == before)
		d->counts.again++;
	d->counts.taken = d->names.n;
}

static void
add_line(struct domains *d, struct span line, const char *file, uint64_t number)
{
	/* What some programs put in front of UTF-8. */
	if (number == 1 && span_starts(line, SPAN_LIT("\xef\xbb\xbf")))
		line = span_from(line, 3);
	domains_add(d, line, file, number);
}

static const char *
read_fd(struct domains *d, struct arena *a, const char *file, int fd)
{
	struct lines lines;
	struct span line;
	enum lines_st st;
	uint64_t number = 0;
	const char *wrong = NULL;

	lines_init(&lines, fd);
	while ((st = lines_next(&lines, &line)) == LINES_LINE)
		add_line(d, line, file, ++number);
	if (lines_rest(&lines, &line))
		add_line(d, line, file, ++number);
	if (st == LINES_FAILED)
		wrong = arena_printf(a, "%s: %s", file, packed_st_text(lines.why));
	lines_free(&lines);
	return wrong;
}

const char *
domains_read(struct domains *d, struct arena *a, const char *file)
{
	const char *wrong;
	int fd;

	if (!strcmp(file, "-"))
		return read_fd(d, a, "standard input", STDIN_FILENO);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return arena_printf(a, "%s: %s", file, strerror(errno));
	wrong = read_fd(d, a, file, fd);
	close(fd);
	return wrong;
}

const struct domains_counts *
domains_counts(const struct domains *d)
{
	return &d->counts;
}

void
domains_shuffle(struct domains *d, uint64_t seed)
{
	d->shuffled = true;
	d->seed = seed;
	d->half_bits = 1;
	while (d->half_bits < 31 && (uint64_t)1 << (2 * d->half_bits) < d->names.n)
		d->half_bits++;
}

/* SplitMix64's finish (Steele, Lea, Flood 2014). */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* A Feistel network: a permutation of the numbers of 2 * half_bits bits, whatever its rounds do. */
static uint64_t
permute(const struct domains *d, uint64_t x)
{
	uint64_t mask = ((uint64_t)1 << d->half_bits) - 1;
	uint64_t left = x >> d->half_bits, right = x & mask;

	for (uint64_t round = 1; round <= SHUFFLE_ROUNDS; round++) {
		uint64_t next = left ^ (mix(mix(d->seed + round) ^ right) & mask);

		left = right;
		right = next;
	}
	return left << d->half_bits | right;
}

struct span
domains_at(const struct domains *d, uint64_t i)
{
	/* A number that no domain has is permuted on: of those below n every one comes once. */
	if (d->shuffled)
		do
			i = permute(d, i);
		while (i >= d->names.n);
	return intern_text(&d->names, (uint32_t)i + 1);
}
