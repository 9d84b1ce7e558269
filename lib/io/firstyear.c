/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/firstyear.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/logtime.h"
#include "io/packed.h"

enum {
	BLOCK = 16 * 1024, /* octets of a sample */
	SAMPLES = 256,     /* at most, of a plain file */
	EVERY = 16,        /* of so many blocks of a compressed file, behind SAMPLES, one is one */
	DAY_S = 86400,     /* what the zone may make of a difference */
	LEAP_GAP_MAX = 8,  /* years from a leap year to the next, 1896 to 1904 */
};

/* What the samples tell; years count from that of the first stamp. */
struct finding {
	firstyear_stamp_of stamp_of;
	struct yearwalk walk;
	struct stamp last; /* the last stamp; month 0: none yet */
	int last_year;
	int leap_year; /* one that has a February 29 */
	bool has_leap_year;
	int known_year,
	    known_at;   /* a stamp that says its year, and what the walk said there; 0: none */
	bool has_years; /* there was a stamp that says its year */
};

static void
look_at_line(struct finding *f, struct span line, struct buf *scratch)
{
	struct span when;
	struct stamp s;

	if (!f->stamp_of(line, &when, scratch) || !stamp_parse(when, &s) || s.is_epoch)
		return;
	if (s.year) {
		f->has_years = true;
		if (!f->known_year && f->walk.month) {
			f->known_at = yearwalk_step(&f->walk, s.month, s.day);
			f->known_year = s.year;
		}
		return;
	}
	f->last_year = yearwalk_step(&f->walk, s.month, s.day);
	f->last = s;
	if (s.month == 2 && s.day == 29 && !f->has_leap_year) {
		f->has_leap_year = true;
		f->leap_year = f->last_year;
	}
}

/* The whole lines of one sample. */
static void
look_at_block(struct finding *f, struct span block, bool is_start, struct buf *scratch)
{
	if (!is_start)
		span_cut(&block, '\n');
	while (block.p) {
		struct span line = span_cut(&block, '\n');

		if (block.p)
			look_at_line(f, line, scratch);
	}
}

static int
year_of_first(const struct finding *f, int64_t changed_us)
{
	int64_t limit_s = changed_us / 1000000 + DAY_S;
	int year = 1970 + (int)(limit_s / (365 * DAY_S));
	const struct stamp *s = &f->last;

	if (f->known_year)
		return f->known_year - f->known_at;
	while (year > 1970 &&
	       civil_to_epoch(year, s->month, s->day, s->hour, s->minute, s->second) > limit_s)
		year--;
	year -= f->last_year;
	for (int i = 0; f->has_leap_year && i < LEAP_GAP_MAX && !is_leap_year(year + f->leap_year);
	     i++)
		year--;
	return year;
}

static void
sample_plain(struct finding *f, int fd, int64_t size, struct buf *scratch)
{
	int64_t stride = size / SAMPLES > BLOCK ? size / SAMPLES : BLOCK;
	char *block = must(malloc(BLOCK));

	for (int64_t at = 0; at < size; at += stride) {
		/* The last sample ends with the file. */
		int64_t from = at + stride >= size && size - at > BLOCK ? size - BLOCK : at;
		ssize_t n = pread(fd, block, BLOCK, from);

		if (n <= 0)
			break;
		look_at_block(f, (struct span){block, (size_t)n}, from == 0, scratch);
	}
	free(block);
}

/* As many octets as fit, or as there are. */
static size_t
read_block(struct packed *p, char *block)
{
	size_t n = 0, got;

	while (n < BLOCK && packed_read(p, block + n, BLOCK - n, &got) == PACKED_OK && got)
		n += got;
	return n;
}

/* It cannot be read at will, only through; not even that if its stamps begin with years.  What is
 * damaged tells what it can. */
static void
sample_packed(struct finding *f, struct packed *p, struct span first, struct buf *scratch)
{
	char *block = must(malloc(2 * BLOCK)); /* the last one, behind the one before it */
	size_t before = 0, n = first.n;

	look_at_block(f, first, true, scratch);
	for (size_t i = 1; n == BLOCK && !f->has_years; i++) {
		n = read_block(p, block + before);
		if (n < BLOCK)
			look_at_block(f, (struct span){block, before + n}, false, scratch);
		else if (i < SAMPLES || i % EVERY == 0)
			look_at_block(f, (struct span){block + before, n}, false, scratch);
		memmove(block, block + before, n);
		before = n;
	}
	free(block);
}

int
firstyear(int fd, int64_t size, int64_t changed_us, firstyear_stamp_of stamp_of)
{
	struct finding f = {.stamp_of = stamp_of};
	char *first = must(malloc(BLOCK));
	struct packed p;
	struct buf scratch;
	size_t n;

	buf_init(&scratch, 2 * BLOCK);
	packed_init(&p, fd);
	n = p.by_offset ? read_block(&p, first) : 0;
	if (packed_format(&p))
		sample_packed(&f, &p, (struct span){first, n}, &scratch);
	else
		sample_plain(&f, fd, size, &scratch);
	packed_free(&p);
	buf_free(&scratch);
	free(first);
	return f.last.month ? year_of_first(&f, changed_us) : 0;
}
