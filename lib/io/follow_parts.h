/* SPDX-License-Identifier: GPL-3.0-or-later */
/* follow_parts - the parts of a log with what they begin with, and the search for a mark among
 * them.  Parts go by their index, the oldest is 0.
 *
 * What the log begins with is read once, at the start of a run (follow_parts_begin): at that moment
 * all parts were open, so whatever the log is later, its octets belong to this run only as long as
 * it still begins so. */
#ifndef EMT_FOLLOW_PARTS_H
#define EMT_FOLLOW_PARTS_H

#include "io/parthead.h"

#define NO_PART SIZE_MAX

struct follow_parts {
	struct logparts *files;
	struct parthead *heads;
	bool *has_content; /* as it was when the run began */
	size_t failed;     /* the part that could not be read */
};

/* Takes the files; follow_parts_free closes them. */
void follow_parts_init(struct follow_parts *p, struct logparts *files);
void follow_parts_free(struct follow_parts *p);

enum follow_parts_st {
	FOLLOW_PARTS_OK,
	FOLLOW_PARTS_CHANGED, /* files came, went or were renamed since they were opened */
	FOLLOW_PARTS_ERROR,   /* `failed` cannot be read; errno says why */
};

enum follow_parts_st follow_parts_begin(struct follow_parts *p) __attribute__((warn_unused_result));

static inline struct logpart *
part_at(const struct follow_parts *p, size_t i)
{
	return &p->files->v[i];
}

static inline bool
part_is_packed(const struct follow_parts *p, size_t i)
{
	return part_at(p, i)->rotated.is_packed;
}

static inline bool
part_is_log(const struct follow_parts *p, size_t i)
{
	return part_at(p, i)->rotated.kind == ROTATED_LOG;
}

/* False: FOLLOW_PARTS_ERROR. */
bool follow_parts_read_head(struct follow_parts *p, size_t i) __attribute__((warn_unused_result));

/* The part to go on with behind `i`, or NO_PART: one that has content, and is no copy that was
 * made, or is being made, to truncate the log. */
size_t follow_parts_next(struct follow_parts *p, size_t i);

/* The oldest such part, or the last one if there is none. */
size_t follow_parts_first(struct follow_parts *p);

/* The nearest such part before `i`, or NO_PART. */
size_t follow_parts_before(struct follow_parts *p, size_t i);

/* The part in which a mark was made, which is not at its very start: *i, or NO_PART; then
 * *shortened is one that begins as it and ends before the mark.  False: FOLLOW_PARTS_ERROR. */
bool follow_parts_find(struct follow_parts *p, const struct follow_mark *mark, size_t *i,
    size_t *shortened) __attribute__((warn_unused_result));

/* The oldest part of which all was certainly written after the mark was made, or NO_PART; all
 * behind `older` were, if that is not NO_PART. */
size_t follow_parts_newer(struct follow_parts *p, const struct follow_mark *mark, size_t older);

/* A part that follow_parts_find could not unpack, and that may be the one of the mark; or NO_PART.
 */
size_t follow_parts_unreadable(const struct follow_parts *p, const struct follow_mark *mark);

#endif
