/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/follow_parts.h"

#include <sys/stat.h>

enum { NS_PER_S = 1000000000 };

void
follow_parts_init(struct follow_parts *p, struct logparts *files)
{
	*p = (struct follow_parts){
	    .files = files,
	    .heads = arena_alloc(files->arena, files->n * sizeof *p->heads),
	    .has_content = arena_alloc(files->arena, files->n * sizeof *p->has_content),
	    .failed = NO_PART,
	};
}

void
follow_parts_free(struct follow_parts *p)
{
	logparts_close(p->files);
}

bool
follow_parts_read_head(struct follow_parts *p, size_t i)
{
	if (parthead_read(&p->heads[i], part_at(p, i)))
		return true;
	p->failed = i;
	return false;
}

enum follow_parts_st
follow_parts_begin(struct follow_parts *p)
{
	size_t log = p->files->n - 1;
	struct stat s;

	if (p->files->has_log && !follow_parts_read_head(p, log))
		return FOLLOW_PARTS_ERROR;
	for (size_t i = 0; i < p->files->n; i++) {
		/* Only after the log: what is empty now is no copy of something that the log held
		 * before we read what it begins with. */
		if (part_at(p, i)->size == 0 && fstat(part_at(p, i)->fd, &s) == 0)
			part_at(p, i)->size = s.st_size;
		p->has_content[i] = part_at(p, i)->size > 0;
	}
	if (p->files->has_log)
		p->has_content[log] = p->heads[log].n > 0;
	return logparts_unchanged(p->files) ? FOLLOW_PARTS_OK : FOLLOW_PARTS_CHANGED;
}

/* As long as the log is not truncated, a copy of it has nothing of its own. */
static bool
is_copy_of_log(struct follow_parts *p, size_t i)
{
	size_t log = p->files->n - 1;

	/* What cannot be read is an error when its turn comes. */
	return p->files->has_log && i != log && p->has_content[log] &&
	       parthead_read(&p->heads[i], part_at(p, i)) &&
	       parthead_copies(&p->heads[i], part_at(p, i), &p->heads[log], part_at(p, log));
}

static bool
has_its_own(struct follow_parts *p, size_t i)
{
	return p->has_content[i] && !is_copy_of_log(p, i);
}

size_t
follow_parts_next(struct follow_parts *p, size_t i)
{
	for (size_t next = i + 1; next < p->files->n; next++)
		if (has_its_own(p, next))
			return next;
	return NO_PART;
}

size_t
follow_parts_before(struct follow_parts *p, size_t i)
{
	while (i-- > 0)
		if (has_its_own(p, i))
			return i;
	return NO_PART;
}

size_t
follow_parts_first(struct follow_parts *p)
{
	size_t i = 0;

	while (i < p->files->n - 1 && !has_its_own(p, i))
		i++;
	return i;
}

static bool
reaches(const struct follow_parts *p, size_t i, const struct follow_mark *mark)
{
	return part_is_packed(p, i) || (uint64_t)part_at(p, i)->size >= mark->offset;
}

static bool
find_by_inode(struct follow_parts *p, const struct follow_mark *mark, size_t *i)
{
	for (*i = p->files->n; (*i)-- > 0;) {
		if (part_at(p, *i)->inode != mark->inode)
			continue;
		if (!follow_parts_read_head(p, *i))
			return false;
		if (parthead_fits(&p->heads[*i], mark) && reaches(p, *i, mark))
			return true;
	}
	*i = NO_PART;
	return true;
}

bool
follow_parts_find(
    struct follow_parts *p, const struct follow_mark *mark, size_t *i, size_t *shortened)
{
	*shortened = NO_PART;
	if (!find_by_inode(p, mark, i))
		return false;
	if (*i != NO_PART)
		return true;
	/* The newest first: what was rotated last is found soonest. */
	for (*i = p->files->n; (*i)-- > 0;) {
		if (!follow_parts_read_head(p, *i))
			return false;
		if (!parthead_fits(&p->heads[*i], mark))
			continue;
		if (reaches(p, *i, mark))
			return true;
		*shortened = *i;
	}
	*i = NO_PART;
	return true;
}

/* Some packers keep the time of a file in whole seconds only. */
static bool
is_newer(const struct follow_parts *p, size_t i, const struct follow_mark *mark)
{
	int64_t changed_ns = part_at(p, i)->changed_ns;

	if (part_is_log(p, i))
		return true;
	if (!mark->offset && changed_ns >= mark->changed_ns)
		return true; /* nothing was consumed: nothing can come twice */
	if (part_is_packed(p, i))
		return changed_ns / NS_PER_S > mark->changed_ns / NS_PER_S;
	return changed_ns > mark->changed_ns;
}

size_t
follow_parts_newer(struct follow_parts *p, const struct follow_mark *mark, size_t older)
{
	for (size_t i = older == NO_PART ? 0 : older + 1; i < p->files->n; i++)
		if ((older != NO_PART || is_newer(p, i, mark)) && !is_copy_of_log(p, i))
			return i;
	return NO_PART;
}

size_t
follow_parts_unreadable(const struct follow_parts *p, const struct follow_mark *mark)
{
	for (size_t i = p->files->n; i-- > 0;)
		if (p->heads[i].st == PACKED_FORMAT &&
		    part_at(p, i)->changed_ns / NS_PER_S >= mark->changed_ns / NS_PER_S)
			return i;
	return NO_PART;
}
