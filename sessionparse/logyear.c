/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/logyear.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "sessionparse/logline.h"
#include "sessionparse/logtime.h"

enum {
	BLOCK = 16 * 1024, /* octets of a sample */
	SAMPLES = 256,     /* at most */
	DAY_S = 86400,     /* what the zone may make of a difference */
	LEAP_GAP_MAX = 8,  /* years from a leap year to the next, 1896 to 1904 */
};

/* What the samples tell; years count from that of the first stamp. */
struct finding {
	struct yearwalk walk;
	struct stamp last; /* the last stamp; month 0: none yet */
	int last_year;
	int leap_year; /* one that has a February 29 */
	bool has_leap_year;
	int known_year,
	    known_at; /* a stamp that says its year, and what the walk said there; 0: none */
};

static void
look_at_line(struct finding *f, struct span line, struct buf *scratch)
{
	struct logline split;
	struct stamp s;

	if (!logline_split(&split, line, scratch) || !stamp_parse(split.when, &s) || s.is_epoch)
		return;
	if (s.year) {
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

int
logyear_first(int fd, int64_t size, int64_t changed_us)
{
	struct finding f = {{0, 0, 0}, {0}, 0, 0, false, 0, 0};
	int64_t stride = size / SAMPLES > BLOCK ? size / SAMPLES : BLOCK;
	char *block = malloc(BLOCK);
	struct buf scratch;

	if (!block)
		out_of_memory();
	buf_init(&scratch, 2 * BLOCK);
	for (int64_t at = 0; at < size; at += stride) {
		/* The last sample ends with the file. */
		int64_t from = at + stride >= size && size - at > BLOCK ? size - BLOCK : at;
		ssize_t n = pread(fd, block, BLOCK, from);

		if (n <= 0)
			break;
		look_at_block(&f, (struct span){block, (size_t)n}, from == 0, &scratch);
	}
	buf_free(&scratch);
	free(block);
	return f.last.month ? year_of_first(&f, changed_us) : 0;
}
