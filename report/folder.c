/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".emt-report"

static const char *const below[] = {"operators", "sets"};

enum { BELOW_N = sizeof below / sizeof *below };

struct folder {
	struct arena *arena;
	const char *place, *fresh;
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
is_file_of_ours(const char *name)
{
	struct span s = span_str(name);

	return !strcmp(name, MARK) || !strcmp(name, "style.css") ||
	       span_ends(s, SPAN_LIT(".html")) || span_ends(s, SPAN_LIT(".csv")) ||
	       span_ends(s, SPAN_LIT(".jsonl"));
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

/* What a folder holds; `odd` is the first name that is none of ours. */
static enum holds
look(struct arena *a, int parent, const char *path, bool top, const char **odd)
{
	int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	enum holds holds = HOLDS_NOTHING;
	bool marked = !top;
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
		marked |= !strcmp(e->d_name, MARK);
		*odd = arena_dup(a, span_str(e->d_name));
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			holds = HOLDS_OTHER;
		else if (S_ISDIR(st.st_mode))
			holds = top && is_folder_of_ours(e->d_name)
				    ? look(a, fd, e->d_name, false, odd)
				    : HOLDS_OTHER;
		else if (!S_ISREG(st.st_mode) || !is_file_of_ours(e->d_name))
			holds = HOLDS_OTHER;
		if (holds == HOLDS_NOTHING)
			holds = HOLDS_REPORT; /* an empty folder of ours */
	}
	closedir(d);
	return holds == HOLDS_REPORT && !marked ? HOLDS_OTHER : holds;
}

/* Takes away what `look` found to be ours. */
static void
take_away(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	for (size_t i = 0; fd >= 0 && i <= BELOW_N; i++) {
		int in = i < BELOW_N ? openat(fd, below[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				     : dup(fd);
		DIR *d = in < 0 ? NULL : fdopendir(in);
		struct dirent *e;

		while (d && (e = readdir(d)))
			if (is_file_of_ours(e->d_name))
				(void)unlinkat(in, e->d_name, 0);
		if (d)
			closedir(d);
		if (i < BELOW_N)
			(void)unlinkat(fd, below[i], AT_REMOVEDIR);
	}
	if (fd >= 0)
		close(fd);
	(void)rmdir(path);
}

static const char *
check_place(struct arena *a, const char *place)
{
	const char *odd = NULL;
	struct stat st;

	if (lstat(place, &st))
		return errno == ENOENT ? NULL : arena_printf(a, "%s: %s", place, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return arena_printf(a, "%s: is no folder; name another with -o DIR", place);
	if (look(a, AT_FDCWD, place, true, &odd) != HOLDS_OTHER)
		return NULL;
	return arena_printf(a,
	    "%s: holds %s, and would be replaced as a whole; name a new folder with -o DIR", place,
	    odd ? odd : "something");
}

static const char *
make_fresh(struct folder *f)
{
	char *name = arena_printf(f->arena, "%s.new-XXXXXX", f->place);
	mode_t mask = umask(0);

	umask(mask);
	f->fresh = name;
	if (!mkdtemp(name))
		return arena_printf(f->arena, "%s: %s", name, strerror(errno));
	f->fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0 || fchmod(f->fd, 0777 & ~mask))
		return because(f, "");
	for (size_t i = 0; i < BELOW_N; i++)
		if (mkdirat(f->fd, below[i], 0777))
			return because(f, below[i]);
	folder_put(f, MARK, SPAN_LIT("This folder is replaced as a whole by emt-report html.\n"));
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
	*f = (struct folder){.arena = a, .fd = -1};
	f->place = real ? arena_dup(a, span_str(real)) : arena_dup(a, (struct span){path, n});
	free(real);
	error = check_place(a, f->place);
	if (error)
		return error;
	*folder = f;
	error = make_fresh(f);
	if (error)
		take_away(f->fresh);
	return error;
}

void
folder_put(struct folder *f, const char *name, struct span text)
{
	int fd;

	if (f->error)
		return;
	fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
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
	fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (!stream)
		because(f, name);
	else
		f->streams[f->streams_n++] = stream;
	return stream;
}

/* The two change names; a file system that cannot do that at once gets two steps. */
static const char *
exchange(struct folder *f)
{
	const char *old = arena_printf(f->arena, "%s.old", f->fresh);

	if (!rename(f->fresh, f->place)) /* there was none, or an empty one */
		return NULL;
	if (!renameat2(AT_FDCWD, f->fresh, AT_FDCWD, f->place, RENAME_EXCHANGE)) {
		take_away(f->fresh);
		return NULL;
	}
	if ((errno != EINVAL && errno != ENOSYS) || rename(f->place, old) ||
	    rename(f->fresh, f->place))
		return arena_printf(f->arena, "%s: %s", f->place, strerror(errno));
	take_away(old);
	return NULL;
}

const char *
folder_end(struct folder *f, bool wanted)
{
	for (size_t i = 0; i < f->streams_n; i++) {
		bool failed = ferror(f->streams[i]);

		if (fclose(f->streams[i]) || failed)
			because(f, "data");
	}
	if (wanted && !f->error && syncfs(f->fd))
		because(f, "");
	if (wanted && !f->error)
		f->error = exchange(f);
	if (!wanted || f->error)
		take_away(f->fresh);
	close(f->fd);
	return f->error;
}
