/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/logparts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES_MAX = 16 }; /* a folder that changes each time is left to the next run */

/* What the folder says of the names that matter, sorted by name. */
struct logparts_listing {
	struct name {
		const char *name;
		uint64_t inode;     /* by readdir(3): to be compared with its like only */
		int64_t changed_ns; /* set where there are too many */
	} * v;
	size_t n;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

/* NULL, with errno, if the folder cannot be read. */
static struct logparts_listing *
list(struct logparts *p)
{
	struct logparts_listing *l = arena_alloc(p->arena, sizeof *l);
	size_t room = 0;
	struct dirent *entry;
	struct rotated rotated;

	rewinddir(p->dir);
	while (l->n < LOGPARTS_NAMES_MAX && (errno = 0, entry = readdir(p->dir))) {
		struct span name = span_str(entry->d_name);

		if (!rotated_parse(&rotated, name, p->log))
			continue;
		if (l->n == room) {
			room = room ? 2 * room : 32;
			l->v = arena_grow(p->arena, l->v, l->n, room, sizeof *l->v);
		}
		l->v[l->n++] = (struct name){arena_dup(p->arena, name), entry->d_ino, 0};
	}
	if (l->n < LOGPARTS_NAMES_MAX && errno)
		return NULL;
	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, compare_names);
	return l;
}

static bool
same(const struct logparts_listing *a, const struct logparts_listing *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].inode != b->v[i].inode || strcmp(a->v[i].name, b->v[i].name) != 0)
			return false;
	return true;
}

static int64_t
nanoseconds(const struct timespec *t)
{
	int64_t ns = (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;

	return t->tv_sec < 0 ? 0 : ns;
}

static int
compare_newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct name *)a)->changed_ns, y = ((const struct name *)b)->changed_ns;

	return (x < y) - (x > y);
}

/* The names to open: a copy of the listing, of too many the newest files. */
static struct logparts_listing
choose(const struct logparts *p, const struct logparts_listing *all)
{
	struct logparts_listing chosen = {
	    arena_grow(p->arena, all->v, all->n, all->n, sizeof *all->v), all->n};
	struct stat s;

	if (chosen.n <= LOGPARTS_MAX)
		return chosen;
	for (size_t i = 0; i < chosen.n; i++) {
		struct name *name = &chosen.v[i];

		if (span_eq(span_str(name->name), p->log))
			name->changed_ns = INT64_MAX;
		else if (fstatat(dirfd(p->dir), name->name, &s, AT_SYMLINK_NOFOLLOW) == 0)
			name->changed_ns = nanoseconds(&s.st_mtim);
	}
	qsort(chosen.v, chosen.n, sizeof *chosen.v, compare_newest_first);
	chosen.n = LOGPARTS_MAX;
	return chosen;
}

enum opened { OPENED, OPENED_NOT, OPENED_AGAIN, OPENED_ERROR };

/* Of a sibling anything may be wrong but the machine; the log must be what it is said to be. */
static enum opened
open_part(struct logparts *p, const char *name, struct logpart *part)
{
	struct stat s;
	bool is_log;

	*part = (struct logpart){.name = name};
	if (!rotated_parse(&part->rotated, span_str(name), p->log))
		return OPENED_NOT;
	is_log = part->rotated.kind == ROTATED_LOG;
	part->fd =
	    openat(dirfd(p->dir), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (part->fd < 0) {
		if (errno == ENOENT)
			return OPENED_AGAIN;
		return is_log || errno == EMFILE || errno == ENFILE || errno == EIO ? OPENED_ERROR
										    : OPENED_NOT;
	}
	if (fstat(part->fd, &s) != 0)
		return OPENED_ERROR;
	if (!S_ISREG(s.st_mode)) {
		close(part->fd);
		errno = S_ISDIR(s.st_mode) ? EISDIR : EINVAL;
		return is_log ? OPENED_ERROR : OPENED_NOT;
	}
	part->device = s.st_dev;
	part->inode = s.st_ino;
	part->size = s.st_size;
	part->changed_ns = nanoseconds(&s.st_mtim);
	return OPENED;
}

static void
close_parts(struct logparts *p)
{
	for (size_t i = 0; i < p->n; i++)
		close(p->v[i].fd);
	p->n = 0;
}

static enum opened
open_parts(struct logparts *p, const struct logparts_listing *listing)
{
	struct logparts_listing names = choose(p, listing);

	p->v = arena_alloc(p->arena, (names.n ? names.n : 1) * sizeof *p->v);
	for (size_t i = 0; i < names.n; i++) {
		enum opened o = open_part(p, names.v[i].name, &p->v[p->n]);

		if (o == OPENED)
			p->n++;
		else if (o != OPENED_NOT)
			return o;
	}
	return OPENED;
}

/* Another name for the same octets, of which `other` is the better one. */
static bool
is_twin(const struct logpart *part, const struct logpart *other)
{
	if (part->inode == other->inode && part->device == other->device)
		return other->rotated.kind == ROTATED_LOG ||
		       (part->rotated.kind != ROTATED_LOG && strcmp(part->name, other->name) > 0);
	return part->rotated.is_packed && !other->rotated.is_packed &&
	       span_eq(part->rotated.stem, other->rotated.stem);
}

static void
drop_twins(struct logparts *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		bool drop = false;

		for (size_t j = 0; j < p->n && !drop; j++)
			drop = j != i && p->v[j].fd >= 0 && is_twin(&p->v[i], &p->v[j]);
		if (drop) {
			close(p->v[i].fd);
			p->v[i].fd = -1;
		}
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].fd >= 0)
			p->v[kept++] = p->v[i];
	p->n = kept;
}

/* By kind; within a kind by age, oldest first. */
static int
compare_parts(const void *va, const void *vb)
{
	const struct logpart *a = va, *b = vb;
	int order = (int)a->rotated.kind - (int)b->rotated.kind;

	if (!order && (a->rotated.kind == ROTATED_NUMBER || a->rotated.kind == ROTATED_DATE))
		order = rotated_compare(&a->rotated, &b->rotated);
	if (!order)
		order = (a->changed_ns > b->changed_ns) - (a->changed_ns < b->changed_ns);
	return order ? order : strcmp(a->name, b->name);
}

/* Names order the parts of one kind.  Between kinds, after a change of the scheme, the time of the
 * last change does: the three rows are merged by it, and stay in order each. */
static void
sort_parts(struct logparts *p)
{
	struct logpart *sorted = arena_alloc(p->arena, p->n * sizeof *sorted);
	size_t next[ROTATED_KINDS + 1] = {0}, end[ROTATED_KINDS];

	qsort(p->v, p->n, sizeof *p->v, compare_parts);
	for (size_t i = 0; i < p->n; i++)
		next[p->v[i].rotated.kind + 1]++;
	for (int k = 0; k < ROTATED_KINDS; k++) {
		next[k + 1] += next[k];
		end[k] = next[k + 1];
	}
	for (size_t i = 0; i < p->n; i++) {
		int oldest = ROTATED_LOG; /* which comes when nothing else is left */

		for (int k = ROTATED_LOG + 1; k < ROTATED_KINDS; k++)
			if (next[k] < end[k] &&
			    (oldest == ROTATED_LOG ||
				p->v[next[k]].changed_ns < p->v[next[oldest]].changed_ns))
				oldest = k;
		sorted[i] = p->v[next[oldest]++];
	}
	p->v = sorted;
	p->has_log = p->v[p->n - 1].rotated.kind == ROTATED_LOG;
}

/* One try; OPENED_AGAIN: the folder has changed under our hands. */
static enum opened
try(struct logparts *p)
{
	enum opened o;

	close_parts(p);
	p->listing = list(p);
	if (!p->listing)
		return OPENED_ERROR;
	o = open_parts(p, p->listing);
	if (o == OPENED && !logparts_unchanged(p))
		return OPENED_AGAIN;
	return o;
}

struct logparts *
logparts_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct arena *a = arena_new();
	struct logparts *p = arena_alloc(a, sizeof *p);
	const char *folder = slash ? arena_printf(a, "%.*s/", (int)(slash - path), path) : ".";
	enum opened o = OPENED_AGAIN;

	p->arena = a;
	errno = ENOENT;
	p->log = arena_span(a, span_str(slash ? slash + 1 : path));
	p->dir = p->log.n ? opendir(folder) : NULL;
	if (!p->dir) {
		arena_free(a);
		return NULL;
	}
	for (int i = 0; i < TRIES_MAX && o == OPENED_AGAIN; i++)
		o = try(p);
	if (o == OPENED)
		drop_twins(p);
	if (o == OPENED && p->n) {
		sort_parts(p);
		return p;
	}
	if (o != OPENED_ERROR)
		errno = o == OPENED_AGAIN ? EAGAIN : ENOENT;
	logparts_close(p);
	return NULL;
}

void
logparts_close(struct logparts *p)
{
	int kept = errno;

	if (!p)
		return;
	close_parts(p);
	closedir(p->dir);
	arena_free(p->arena);
	errno = kept;
}

bool
logparts_unchanged(struct logparts *p)
{
	struct logparts_listing *now = list(p);

	return now && same(now, p->listing);
}
