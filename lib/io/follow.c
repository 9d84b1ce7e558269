/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/follow_parts.h"
#include "io/lines.h"

enum {
	NS_PER_S = 1000000000,
	TAIL_ROOM = 64 * 1024, /* octets looked through for the last newline of a shortened log */
};

#define END_OF_PART INT64_MAX /* of a packed one, whose length nobody knows */

struct follow {
	struct follow_parts parts;
	struct follow_place place;
	int64_t now_utc;

	/* Where the place stands, by index; `part` is NO_PART as long as it is what we were given.
	 */
	size_t part, before;
	uint64_t part_offset, before_offset;

	enum {
		READ_BEFORE, /* lines that came to the part before after we had left it */
		READ_PARTS,  /* the part of the place, and those after it */
		READ_OVER,
	} phase;
	size_t at; /* the part that is being read */
	struct lines lines;
	bool is_reading; /* `lines` is open */
	bool takes_frames;
	unsigned reads; /* blocks of it that are known to be of the part that we mean */
	size_t file;    /* of the last line, or the last error */
	struct follow_gap gap;
};

struct follow *
follow_open(const char *path)
{
	struct logparts *files = logparts_open(path);
	struct follow *f;

	if (!files)
		return NULL;
	f = arena_alloc(files->arena, sizeof *f);
	*f = (struct follow){
	    .part = NO_PART, .before = NO_PART, .phase = READ_OVER, .file = NO_PART};
	follow_parts_init(&f->parts, files);
	return f;
}

void
follow_close(struct follow *f)
{
	if (!f)
		return;
	if (f->is_reading)
		lines_free(&f->lines);
	follow_parts_free(&f->parts);
}

void
follow_take_frames(struct follow *f)
{
	f->takes_frames = true;
}

bool
follow_is_frame(const struct follow *f)
{
	return f->lines.size_of != NULL;
}

/* The head of the part has been read. */
static bool
has_frames(const struct follow *f, size_t part)
{
	const struct parthead *head = &f->parts.heads[part];

	return f->takes_frames &&
	       span_starts((struct span){head->octets, head->n}, LINES_FRAMES_START);
}

static bool
find_before(struct follow *f)
{
	size_t shortened;

	if (!f->place.before.inode || f->part == NO_PART)
		return true;
	if (!follow_parts_find(&f->parts, &f->place.before, &f->before, &shortened))
		return false;
	if (f->before != NO_PART && f->before >= f->part)
		f->before = NO_PART;
	f->before_offset = f->place.before.offset;
	return true;
}

/* Where the last whole line of a part ends. */
static uint64_t
end_of_lines(const struct logpart *part)
{
	int64_t from = part->size > TAIL_ROOM ? part->size - TAIL_ROOM : 0;
	char *tail = must(malloc(TAIL_ROOM));
	ssize_t n = pread(part->fd, tail, TAIL_ROOM, from);
	const char *newline = n > 0 ? memrchr(tail, '\n', (size_t)n) : NULL;
	uint64_t end = newline ? (uint64_t)(from + (newline + 1 - tail)) : (uint64_t)part->size;

	free(tail);
	return end;
}

/* Where the last whole frame of a part ends: frames can only be walked from the front. */
static uint64_t
end_of_frames(const struct logpart *part)
{
	uint64_t end = 0, size = 1;
	char front[8];

	while (size) {
		ssize_t n = pread(part->fd, front, sizeof front, (off_t)end);

		size = n > 0 ? lines_frame_size(NULL, (struct span){front, (size_t)n}) : 0;
		if (size > (uint64_t)part->size - end)
			break;
		end += size;
	}
	return end;
}

/* Goes on in `part`, after the one before it has been looked at. */
static bool
start_at(struct follow *f, size_t part, uint64_t offset)
{
	f->part = part;
	f->part_offset = offset;
	if (!find_before(f))
		return false;
	f->phase = part == NO_PART ? READ_OVER : READ_PARTS;
	if (f->before != NO_PART && f->before_offset != END_OF_PART)
		f->phase = READ_BEFORE;
	return true;
}

/* As long as nothing of a part was consumed, nothing can be said of it but that it comes after
 * another one: its inode may be given to any file as soon as it is removed. */
static bool
note_part_before(struct follow *f)
{
	f->before = follow_parts_before(&f->parts, f->part);
	if (f->before == NO_PART)
		return true;
	f->before_offset = part_is_packed(&f->parts, f->before)
			       ? END_OF_PART
			       : (uint64_t)part_at(&f->parts, f->before)->size;
	return follow_parts_read_head(&f->parts, f->before);
}

/* Goes on with the first part that is certainly newer: all of them are, if there was none before
 * the one of which nothing was consumed yet. */
static enum follow_start
start_newer(struct follow *f)
{
	const struct follow_mark *mark = &f->place.part, *before = &f->place.before;
	size_t older = NO_PART, newer, unused;

	if (before->inode && !follow_parts_find(&f->parts, before, &older, &unused))
		return FOLLOW_START_ERROR;
	newer = before->inode || mark->offset ? follow_parts_newer(&f->parts, mark, older)
					      : follow_parts_first(&f->parts);
	if (!start_at(f, newer, 0))
		return FOLLOW_START_ERROR;
	if (f->part != NO_PART && f->before == NO_PART && !note_part_before(f))
		return FOLLOW_START_ERROR;
	return mark->offset || (before->inode && older == NO_PART) ? FOLLOW_LOST : FOLLOW_FOUND;
}

static enum follow_start
start_gone(struct follow *f)
{
	const struct follow_mark *mark = &f->place.part;
	enum follow_start result = start_newer(f);
	size_t unreadable = follow_parts_unreadable(&f->parts, mark);

	if (result != FOLLOW_LOST)
		return result;
	f->gap.kind = unreadable == NO_PART ? FOLLOW_GAP_GONE : FOLLOW_GAP_FORMAT;
	f->gap.octets = mark->size - mark->offset;
	if (unreadable != NO_PART)
		f->gap.name = part_at(&f->parts, unreadable)->name;
	else if (f->part != NO_PART)
		f->gap.name = part_at(&f->parts, f->part)->name;
	return result;
}

static enum follow_start
start_shortened(struct follow *f, size_t part)
{
	const struct logpart *shorter = part_at(&f->parts, part);

	f->gap = (struct follow_gap){FOLLOW_GAP_SHORTENED, shorter->name, 0};
	return start_at(
		   f, part, has_frames(f, part) ? end_of_frames(shorter) : end_of_lines(shorter))
		   ? FOLLOW_LOST
		   : FOLLOW_START_ERROR;
}

static enum follow_start
start_again(struct follow *f)
{
	size_t part = NO_PART, shortened = NO_PART;

	if (f->place.part.offset &&
	    !follow_parts_find(&f->parts, &f->place.part, &part, &shortened))
		return FOLLOW_START_ERROR;
	if (part != NO_PART)
		return start_at(f, part, f->place.part.offset) ? FOLLOW_FOUND : FOLLOW_START_ERROR;
	return shortened != NO_PART ? start_shortened(f, shortened) : start_gone(f);
}

/* The log; while it has been renamed and not been made anew, the part that it was. */
static enum follow_start
start_first(struct follow *f)
{
	size_t last = f->parts.files->n - 1;

	if (!f->parts.files->has_log && part_is_packed(&f->parts, last))
		return FOLLOW_FIRST;
	f->part = last;
	f->phase = READ_PARTS;
	return note_part_before(f) ? FOLLOW_FIRST : FOLLOW_START_ERROR;
}

enum follow_start
follow_start(struct follow *f, const struct follow_place *place, int64_t now_utc)
{
	enum follow_start result = FOLLOW_START_ERROR;

	f->place = *place;
	f->now_utc = now_utc;
	switch (follow_parts_begin(&f->parts)) {
	case FOLLOW_PARTS_OK: result = place->part.inode ? start_again(f) : start_first(f); break;
	case FOLLOW_PARTS_CHANGED: return FOLLOW_LATER;
	case FOLLOW_PARTS_ERROR: break;
	}
	if (result == FOLLOW_START_ERROR) {
		f->file = f->parts.failed;
		f->phase = READ_OVER;
	}
	f->at = f->phase == READ_BEFORE ? f->before : f->part;
	return result;
}

/* The part that is being read is at its end. */
static void
finish_part(struct follow *f)
{
	if (f->is_reading)
		lines_free(&f->lines);
	f->is_reading = false;
	if (f->phase == READ_BEFORE) {
		if (part_is_packed(&f->parts, f->before))
			f->before_offset = END_OF_PART; /* nobody writes to that any more */
		f->phase = READ_PARTS;
		f->at = f->part;
		return;
	}
	f->at = follow_parts_next(&f->parts, f->at);
	if (f->at == NO_PART)
		f->phase = READ_OVER;
}

/* A part after which another one has content will not be continued. */
static bool
is_finished(struct follow *f)
{
	if (f->phase == READ_BEFORE)
		return part_is_packed(&f->parts, f->before) ||
		       follow_parts_next(&f->parts, f->part) != NO_PART;
	return follow_parts_next(&f->parts, f->at) != NO_PART;
}

/* What came of opening a part for reading. */
enum begun { BEGUN, BEGUN_AT_END, BEGUN_FAILED };

static enum begun
begin_packed(struct follow *f, uint64_t offset)
{
	lines_init(&f->lines, part_at(&f->parts, f->at)->fd);
	f->lines.size_of = has_frames(f, f->at) ? lines_frame_size : NULL;
	f->is_reading = true;
	switch (lines_skip(&f->lines, offset)) {
	case LINES_LINE: return BEGUN;
	case LINES_END: return BEGUN_AT_END;
	case LINES_FAILED: break;
	}
	return BEGUN_FAILED;
}

static enum begun
begin_part(struct follow *f)
{
	struct logpart *part = part_at(&f->parts, f->at);
	uint64_t offset = 0;
	struct stat s;

	if (f->phase == READ_BEFORE)
		offset = f->before_offset;
	else if (f->at == f->part)
		offset = f->part_offset;
	f->reads = 0;
	if (!parthead_read(&f->parts.heads[f->at], part) || fstat(part->fd, &s) != 0) {
		f->lines.why = PACKED_ERROR;
		return BEGUN_FAILED;
	}
	if (part->rotated.is_packed)
		return begin_packed(f, offset);
	/* A log that was empty when the run began, or is shorter now, is for the next run. */
	if (!f->parts.heads[f->at].n || (uint64_t)s.st_size <= offset)
		return BEGUN_AT_END;
	lines_init_plain(&f->lines, part->fd, offset);
	f->lines.size_of = has_frames(f, f->at) ? lines_frame_size : NULL;
	f->is_reading = true;
	return BEGUN;
}

/* The part of the place becomes the one that is being read. */
static void
move_on(struct follow *f)
{
	f->before = part_is_packed(&f->parts, f->part) ? NO_PART : f->part;
	f->before_offset = f->part_offset;
	f->part = f->at;
}

static enum follow_st
give(struct follow *f)
{
	f->file = f->at;
	if (f->phase == READ_BEFORE) {
		f->before_offset = f->lines.offset;
		return FOLLOW_LINE;
	}
	if (f->at != f->part)
		move_on(f);
	f->part_offset = f->lines.offset;
	return FOLLOW_LINE;
}

/* The rest of a part cannot be read. */
static enum follow_st
fail(struct follow *f)
{
	const struct logpart *part = part_at(&f->parts, f->at);
	enum packed_st why = f->lines.why;
	struct span rest = {NULL, 0};

	f->file = f->at;
	if (why == PACKED_ERROR) {
		f->phase = READ_OVER;
		return FOLLOW_ERROR;
	}
	/* It is being written just now, and what it is made from is gone already. */
	if (why == PACKED_CUT && part->changed_ns / NS_PER_S > f->now_utc - FOLLOW_PACKING_S) {
		f->phase = READ_OVER;
		return FOLLOW_END;
	}
	f->gap = (struct follow_gap){
	    why == PACKED_FORMAT ? FOLLOW_GAP_FORMAT : FOLLOW_GAP_DAMAGED, part->name, 0};
	if (lines_rest(&f->lines, &rest))
		f->gap.octets = rest.n;
	finish_part(f);
	return FOLLOW_GAP;
}

/* The blocks read since the last look are of the part that we mean: the log was not truncated and
 * written anew under our hands. */
static bool
is_still_the_part(struct follow *f)
{
	if (f->reads == f->lines.reads || part_is_packed(&f->parts, f->at))
		return true;
	f->reads = f->lines.reads;
	return parthead_still(&f->parts.heads[f->at], part_at(&f->parts, f->at));
}

enum follow_st
follow_line(struct follow *f, struct span *line)
{
	while (f->phase != READ_OVER) {
		enum begun begun = f->is_reading ? BEGUN : begin_part(f);
		enum lines_st st = LINES_END;

		if (begun == BEGUN) {
			st = lines_next(&f->lines, line);
			if (!is_still_the_part(f)) {
				f->phase = READ_OVER;
				break;
			}
		}
		if (begun == BEGUN_FAILED || st == LINES_FAILED)
			return fail(f);
		if (st == LINES_LINE)
			return give(f);
		if (begun == BEGUN && is_finished(f) && lines_rest(&f->lines, line))
			return give(f);
		finish_part(f);
	}
	return FOLLOW_END;
}

const struct follow_place *
follow_place(struct follow *f)
{
	if (f->part == NO_PART)
		return &f->place;
	parthead_mark(
	    &f->parts.heads[f->part], part_at(&f->parts, f->part), f->part_offset, &f->place.part);
	f->place.before = (struct follow_mark){0};
	/* One that is read to its end for good is known only as long as the other is not. */
	if (f->before != NO_PART && (f->before_offset != END_OF_PART || !f->part_offset))
		parthead_mark(&f->parts.heads[f->before], part_at(&f->parts, f->before),
		    f->before_offset, &f->place.before);
	return &f->place;
}

struct follow_file
follow_file(const struct follow *f)
{
	const struct logpart *part;

	if (f->file == NO_PART)
		return (struct follow_file){.fd = -1};
	part = part_at(&f->parts, f->file);
	return (struct follow_file){part->name, part->fd, part->size, part->changed_ns / 1000};
}

struct follow_gap
follow_gap(const struct follow *f)
{
	return f->gap;
}

const char *
follow_gap_name(enum follow_gap_kind kind)
{
	static const char *const names[] = {
	    [FOLLOW_GAP_NONE] = "nothing is lost",
	    [FOLLOW_GAP_GONE] = "the file in which the last run ended is gone",
	    [FOLLOW_GAP_SHORTENED] = "the file has been shortened",
	    [FOLLOW_GAP_DAMAGED] = "a compressed file is damaged",
	    [FOLLOW_GAP_FORMAT] = "a file is compressed in a form that cannot be read here",
	};

	return names[kind];
}
