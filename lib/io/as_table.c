/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_table.h"

#include <maxminddb.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

/* An address as a number. */
struct place {
	uint64_t high, low;
};

struct range {
	struct place first, last;
	uint32_t as_at, as_n; /* its numbers, in `numbers` */
};

/* The ranges of IPv4 or of IPv6. */
struct family {
	struct range *ranges; /* as they were added; when ready, the smallest first */
	size_t ranges_n, ranges_room;

	/* When ready: stretch i goes from starts[i] to just before starts[i + 1], and the smallest
	 * range that holds it is ranges[owners[i]]. */
	struct place *starts;
	uint32_t *owners;
	size_t stretches_n;
};

struct as_table {
	struct family families[2]; /* IPv4, IPv6 */
	uint32_t *numbers;         /* AS numbers of all ranges, one behind the other */
	size_t numbers_n, numbers_room;
	MMDB_s *mmdbs;
	size_t mmdbs_n;
};

#define NOBODY UINT32_MAX /* an owner */
enum { ADDED_MAX = INT32_MAX / AS_MAX };

static struct place
place_of(const struct ip *ip)
{
	uint64_t words[2] = {0, 0};

	for (int i = 0; i < (ip->v6 ? 16 : 4); i++)
		words[ip->v6 ? i / 8 : 1] = words[ip->v6 ? i / 8 : 1] << 8 | ip->octets[i];
	return (struct place){words[0], words[1]};
}

static int
compare_places(struct place a, struct place b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

static struct place
minus(struct place a, struct place b)
{
	return (struct place){a.high - b.high - (a.low < b.low), a.low - b.low};
}

static struct place
next_place(struct place a)
{
	return (struct place){a.high + (a.low == UINT64_MAX), a.low + 1};
}

static void *
grown(void *p, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return p;
	*room = *room ? 2 * *room : 1024;
	return must(realloc(p, *room * size));
}

struct as_table *
as_table_new(void)
{
	return must(calloc(1, sizeof(struct as_table)));
}

void
as_table_free(struct as_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->mmdbs_n; i++)
		MMDB_close(&t->mmdbs[i]);
	for (int i = 0; i < 2; i++) {
		free(t->families[i].ranges);
		free(t->families[i].starts);
		free(t->families[i].owners);
	}
	free(t->mmdbs);
	free(t->numbers);
	free(t);
}

void
as_table_add(struct as_table *t, const struct as_range *range)
{
	struct family *f = &t->families[range->first.v6];
	struct range r = {
	    place_of(&range->first), place_of(&range->last), (uint32_t)t->numbers_n, 0};

	if (range->first.v6 != range->last.v6 || compare_places(r.first, r.last) > 0)
		return;
	if (f->ranges_n == ADDED_MAX)
		out_of_memory();
	for (size_t i = 0; i < range->as_n && i < AS_MAX; i++) {
		t->numbers = grown(t->numbers, t->numbers_n, &t->numbers_room, sizeof *t->numbers);
		t->numbers[t->numbers_n++] = range->as[i];
		r.as_n++;
	}
	f->ranges = grown(f->ranges, f->ranges_n, &f->ranges_room, sizeof *f->ranges);
	f->ranges[f->ranges_n++] = r;
}

const char *
as_table_add_mmdb(struct as_table *t, const char *path)
{
	MMDB_s db;
	int status = MMDB_open(path, MMDB_MODE_MMAP, &db);

	if (status != MMDB_SUCCESS)
		return MMDB_strerror(status);
	t->mmdbs = must(realloc(t->mmdbs, (t->mmdbs_n + 1) * sizeof *t->mmdbs));
	t->mmdbs[t->mmdbs_n++] = db;
	return NULL;
}

static int
compare_sizes(const struct range *a, const struct range *b)
{
	return compare_places(minus(a->last, a->first), minus(b->last, b->first));
}

/* The smallest range first; of the same size the lower one, so that those that share an address are
 * neighbours. */
static int
compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;
	int order = compare_sizes(a, b);

	return order ? order : compare_places(a->first, b->first);
}

static int
compare_starts(const void *left, const void *right)
{
	return compare_places(*(const struct place *)left, *(const struct place *)right);
}

/* Where any range starts or has just ended: between two of these nothing changes.  The place behind
 * the last address of all would be 0 again, which is a start anyhow. */
static void
cut_stretches(struct family *f)
{
	size_t n = 0;

	f->starts = must(malloc((2 * f->ranges_n + 1) * sizeof *f->starts));
	f->starts[n++] = (struct place){0, 0};
	for (size_t i = 0; i < f->ranges_n; i++) {
		f->starts[n++] = f->ranges[i].first;
		f->starts[n++] = next_place(f->ranges[i].last);
	}
	qsort(f->starts, n, sizeof *f->starts, compare_starts);
	for (size_t i = 0; i < n; i++)
		if (!i || compare_places(f->starts[i], f->starts[i - 1]) != 0)
			f->starts[f->stretches_n++] = f->starts[i];
}

/* The stretch that holds a place; there always is one. */
static size_t
stretch_of(const struct family *f, struct place at)
{
	size_t low = 0, high = f->stretches_n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (compare_places(f->starts[middle], at) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The first stretch from i on that nobody owns, or stretches_n.  skip[i] leads there, and is
 * shortened on the way: all ranges together take little more time than there are stretches. */
static size_t
unowned(uint32_t *skip, size_t i)
{
	while (skip[i] != i) {
		skip[i] = skip[skip[i]];
		i = skip[i];
	}
	return i;
}

/* Smaller ranges take their stretches first. */
static void
find_owners(struct family *f)
{
	uint32_t *skip = must(malloc((f->stretches_n + 1) * sizeof *skip));

	f->owners = must(malloc(f->stretches_n * sizeof *f->owners));
	for (size_t i = 0; i <= f->stretches_n; i++)
		skip[i] = (uint32_t)i;
	for (size_t i = 0; i < f->stretches_n; i++)
		f->owners[i] = NOBODY;
	for (size_t r = 0; r < f->ranges_n; r++) {
		size_t last = stretch_of(f, f->ranges[r].last);

		for (size_t i = unowned(skip, stretch_of(f, f->ranges[r].first)); i <= last;
		     i = unowned(skip, i)) {
			f->owners[i] = (uint32_t)r;
			skip[i] = (uint32_t)(i + 1);
		}
	}
	free(skip);
}

void
as_table_ready(struct as_table *t)
{
	for (int i = 0; i < 2; i++) {
		struct family *f = &t->families[i];

		if (!f->ranges_n)
			continue;
		qsort(f->ranges, f->ranges_n, sizeof *f->ranges, compare_ranges);
		cut_stretches(f);
		find_owners(f);
	}
}

/* Adds a number to a set in ascending order. */
static size_t
insert(uint32_t as[AS_MAX], size_t n, uint32_t number)
{
	size_t at = 0;

	while (at < n && as[at] < number)
		at++;
	if (n == AS_MAX || (at < n && as[at] == number))
		return n;
	memmove(as + at + 1, as + at, (n - at) * sizeof *as);
	as[at] = number;
	return n + 1;
}

static bool
holds(const struct range *r, struct place at)
{
	return compare_places(r->first, at) <= 0 && compare_places(at, r->last) <= 0;
}

static size_t
ask_ranges(const struct as_table *t, const struct ip *ip, uint32_t as[AS_MAX], size_t n)
{
	const struct family *f = &t->families[ip->v6];
	struct place at = place_of(ip);
	uint32_t owner = f->stretches_n ? f->owners[stretch_of(f, at)] : NOBODY;
	const struct range *r;

	if (owner == NOBODY)
		return n;
	r = f->ranges + owner;
	while (r > f->ranges && compare_sizes(r - 1, r) == 0 && holds(r - 1, at))
		r--;
	do {
		for (size_t i = 0; i < r->as_n; i++)
			n = insert(as, n, t->numbers[r->as_at + i]);
		r++;
	} while (r < f->ranges + f->ranges_n && compare_sizes(r - 1, r) == 0 && holds(r, at));
	return n;
}

static size_t
ask_mmdb(const MMDB_s *db, const struct ip *ip, uint32_t as[AS_MAX], size_t n)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const struct sockaddr *address =
	    ip->v6 ? (const struct sockaddr *)&v6 : (const struct sockaddr *)&v4;
	MMDB_lookup_result_s found;
	MMDB_entry_data_s data;
	int error;

	memcpy(&v4.sin_addr, ip->octets, sizeof v4.sin_addr);
	memcpy(&v6.sin6_addr, ip->octets, sizeof v6.sin6_addr);
	found = MMDB_lookup_sockaddr(db, address, &error);
	if (error != MMDB_SUCCESS || !found.found_entry)
		return n;
	error = MMDB_get_value(&found.entry, &data, "autonomous_system_number", (char *)NULL);
	if (error != MMDB_SUCCESS || !data.has_data || data.type != MMDB_DATA_TYPE_UINT32 ||
	    data.uint32 == 0)
		return n;
	return insert(as, n, data.uint32);
}

size_t
as_table_find(const struct as_table *t, const struct ip *address, uint32_t as[AS_MAX])
{
	size_t n = ask_ranges(t, address, as, 0);

	for (size_t i = 0; i < t->mmdbs_n; i++)
		n = ask_mmdb(&t->mmdbs[i], address, as, n);
	return n;
}
