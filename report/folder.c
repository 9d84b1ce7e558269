/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "report/written.h"

static const char *const below[] = {"operators", "sets"};

enum { BELOW_N = sizeof below / sizeof *below };

struct folder {
	struct arena *arena;
	const char *place, *fresh;
	struct written written, before; /* of the fresh one, of what is there */
	int fd;
	FILE *streams[FOLDER_STREAMS];
	size_t streams_n;
	const char *error;
};

static const char *
because(struct folder *f, const char *name)
{
	const char *error = arena_printf(f->arena, "%s/%s: %s", f->fresh, name, strerror(errno));

	if (!f->error)
		f->error = error;
	return error;
}

static bool
is_folder_of_ours(const char *name)
{
	for (size_t i = 0; i < BELOW_N; i++)
		if (!strcmp(name, below[i]))
			return true;
	return false;
}

enum holds { HOLDS_NOTHING, HOLDS_REPORT, HOLDS_OTHER };

/* What a folder holds; `in` is "" for the top one, "sets/" for one in it; `odd` is the first name
 * that is none of ours. */
static enum holds
look(struct written *w, int parent, const char *path, const char *in, const char **odd)
{
	int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	enum holds holds = HOLDS_NOTHING;
	bool top = !*in, marked = !top;
	struct dirent *e;

	if (!d && fd >= 0)
		close(fd);
	if (!d) {
		*odd = path;
		return HOLDS_OTHER;
	}
	while (holds != HOLDS_OTHER && (e = readdir(d))) {
		struct stat st;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		holds = HOLDS_REPORT;
		marked |= !strcmp(e->d_name, WRITTEN_MARK);
		*odd = arena_printf(w->a, "%s%s", in, e->d_name);
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			holds = HOLDS_OTHER;
		else if (S_ISDIR(st.st_mode))
			holds =
			    top && is_folder_of_ours(e->d_name)
				? look(w, fd, e->d_name, arena_printf(w->a, "%s/", e->d_name), odd)
				: HOLDS_OTHER;
		else if (!S_ISREG(st.st_mode) ||
			 (!written_has(w, *odd) && !(top && !strcmp(e->d_name, WRITTEN_MARK))))
			holds = HOLDS_OTHER;
		if (holds == HOLDS_NOTHING)
			holds = HOLDS_REPORT; /* an empty folder of ours */
	}
	closedir(d);
	return holds == HOLDS_REPORT && !marked ? HOLDS_OTHER : holds;
}

/* A file of ours, within its folder, be that what it may by now. */
static void
take_file(int fd, const char *name)
{
	const char *slash = strchr(name, '/');

	if (!slash) {
		(void)unlinkat(fd, name, 0);
		return;
	}
	for (size_t i = 0; i < BELOW_N; i++) {
		size_t n = strlen(below[i]);
		int in;

		if ((size_t)(slash - name) != n || memcmp(name, below[i], n) != 0 ||
		    strchr(slash + 1, '/'))
			continue;
		in = openat(fd, below[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (in >= 0) {
			(void)unlinkat(in, slash + 1, 0);
			close(in);
		}
	}
}

/* Takes away what we wrote; what came in between stays, and so does its folder: false. */
static bool
take_away(const char *path, const struct written *w)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	for (size_t i = 0; fd >= 0 && i < w->n; i++)
		take_file(fd, w->names[i]);
	for (size_t i = 0; fd >= 0 && i < BELOW_N; i++)
		(void)unlinkat(fd, below[i], AT_REMOVEDIR);
	if (fd >= 0) {
		(void)unlinkat(fd, WRITTEN_MARK, 0);
		close(fd);
	}
	return !rmdir(path) || errno == ENOENT;
}

/* Is a folder above it a report?  That one would then hold what is none of it, for ever. */
static const char *
check_above(struct arena *a, const char *place)
{
	char *above = arena_dup(a, span_str(place)), *slash;
	char *real;
	const char *error = NULL;

	do {
		slash = strrchr(above, '/');
		if (slash)
			slash[slash == above] = '\0';
		real = realpath(slash ? above : ".", NULL);
	} while (!real && slash && slash != above);
	while (real && !error) {
		if (!access(arena_printf(a, "%s/" WRITTEN_MARK, real), F_OK))
			error = arena_printf(a,
			    "%s: lies in the report %s, which is replaced as a whole; name a "
			    "folder outside of it with -o DIR",
			    place, real);
		slash = strrchr(real, '/');
		if (!slash || !slash[1])
			break;
		slash[slash == real] = '\0';
	}
	free(real);
	return error;
}

static const char *
check_place(struct arena *a, const char *place, struct written *before)
{
	const char *odd = NULL, *error = check_above(a, place);
	struct stat st;

	if (error)
		return error;
	if (lstat(place, &st))
		return errno == ENOENT ? NULL : arena_printf(a, "%s: %s", place, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return arena_printf(a, "%s: is no folder; name another with -o DIR", place);
	if (!access(arena_printf(a, "%s/" WRITTEN_MARK, place), F_OK)) {
		error = written_read(before, place);
		if (error)
			return error;
	}
	if (look(before, AT_FDCWD, place, "", &odd) != HOLDS_OTHER)
		return NULL;
	return arena_printf(a,
	    "%s: holds %s, which emt-report did not write there, and would be replaced as a whole; "
	    "move that away, or name a new folder with -o DIR",
	    place, odd ? odd : "something");
}

static const char *
make_fresh(struct folder *f)
{
	char *name = arena_printf(f->arena, "%s.new-XXXXXX", f->place);
	mode_t mask = umask(0);

	umask(mask);
	f->fresh = name;
	if (!mkdtemp(name))
		return arena_printf(f->arena,
		    "%s: the folder above it cannot be written to: %s; make it, or name another "
		    "place with -o DIR",
		    f->place, strerror(errno));
	f->fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0 || fchmod(f->fd, 0777 & ~mask))
		return because(f, "");
	for (size_t i = 0; i < BELOW_N; i++)
		if (mkdirat(f->fd, below[i], 0777))
			return because(f, below[i]);
	return f->error;
}

const char *
folder_begin(struct arena *a, const char *path, struct folder **folder)
{
	struct folder *f = arena_alloc(a, sizeof *f);
	size_t n = strlen(path);
	char *real = realpath(path, NULL);
	const char *error;

	while (n > 1 && path[n - 1] == '/')
		n--;
	*f = (struct folder){.arena = a, .fd = -1, .written = {.a = a}, .before = {.a = a}};
	f->place = real ? arena_dup(a, span_str(real)) : arena_dup(a, (struct span){path, n});
	free(real);
	error = check_place(a, f->place, &f->before);
	if (error)
		return error;
	*folder = f;
	error = make_fresh(f);
	if (error)
		take_away(f->fresh, &f->written);
	return error;
}

static int
open_new(struct folder *f, const char *name)
{
	int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd >= 0 && strcmp(name, WRITTEN_MARK) != 0)
		written_add(&f->written, name);
	return fd;
}

void
folder_put(struct folder *f, const char *name, struct span text)
{
	int fd;

	if (f->error)
		return;
	fd = open_new(f, name);
	while (fd >= 0 && text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			break;
		text = span_from(text, n < 0 ? 0 : (size_t)n);
	}
	if (fd < 0 || text.n)
		because(f, name);
	if (fd >= 0 && close(fd))
		because(f, name);
}

FILE *
folder_stream(struct folder *f, const char *name)
{
	int fd;
	FILE *stream;

	if (f->error || f->streams_n == FOLDER_STREAMS)
		return NULL;
	fd = open_new(f, name);
	stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (!stream)
		because(f, name);
	else
		f->streams[f->streams_n++] = stream;
	return stream;
}

static void
take_old_away(const struct folder *f, const char *path)
{
	if (!take_away(path, &f->before))
		log_warning(
		    "%s: left there, with what somebody put into %s meanwhile", path, f->place);
}

/* The two change names; a file system that cannot do that at once gets two steps. */
static const char *
exchange(struct folder *f)
{
	const char *old = arena_printf(f->arena, "%s.old", f->fresh);

	if (!rename(f->fresh, f->place)) /* there was none, or an empty one */
		return NULL;
	if (!renameat2(AT_FDCWD, f->fresh, AT_FDCWD, f->place, RENAME_EXCHANGE)) {
		take_old_away(f, f->fresh);
		return NULL;
	}
	if ((errno != EINVAL && errno != ENOSYS) || rename(f->place, old) ||
	    rename(f->fresh, f->place))
		return arena_printf(f->arena, "%s: %s", f->place, strerror(errno));
	take_old_away(f, old);
	return NULL;
}

static void
put_mark(struct folder *f)
{
	struct buf text;

	buf_init(&text, WRITTEN_MAX);
	written_put(&f->written, &text);
	if (text.overflow)
		abort(); /* no report has so many pages */
	folder_put(f, WRITTEN_MARK, buf_span(&text));
	buf_free(&text);
}

const char *
folder_end(struct folder *f, bool wanted)
{
	for (size_t i = 0; i < f->streams_n; i++) {
		bool failed = ferror(f->streams[i]);

		if (fclose(f->streams[i]) || failed)
			because(f, "data");
	}
	if (wanted && !f->error)
		put_mark(f);
	if (wanted && !f->error && syncfs(f->fd))
		because(f, "");
	if (wanted && !f->error)
		f->error = exchange(f);
	if (!wanted || f->error)
		(void)take_away(f->fresh, &f->written);
	close(f->fd);
	return f->error;
}
