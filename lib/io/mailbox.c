/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/lines.h"
#include "io/tree.h"

struct mailbox {
	struct arena *a;
	const char *path;
	int fd; /* of the mbox, or of the message; -1 */
	struct lines lines;
	struct buf text;
	uint64_t line;
	/* Of a Maildir. */
	const char **files; /* NULL: it is a mbox */
	size_t files_n, at;
};

/* A readable regular file, or -1 with errno. */
static int
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || (!fstat(fd, &st) && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

static const char *
list(struct mailbox *box)
{
	static const char *const folders[] = {"cur", "new"};

	for (size_t i = 0; i < 2; i++) {
		const char *dir = arena_printf(box->a, "%s/%s", box->path, folders[i]), **names;
		const char *error;
		size_t n;

		error = tree_list(box->a, dir, "", &names, &n);
		if (error)
			return error;
		box->files = arena_grow(
		    box->a, box->files, box->files_n, box->files_n + n + 1, sizeof *box->files);
		for (size_t k = 0; k < n; k++)
			box->files[box->files_n++] = arena_printf(box->a, "%s/%s", dir, names[k]);
	}
	return NULL;
}

const char *
mailbox_open(struct arena *a, const char *path, struct mailbox **out)
{
	struct mailbox *box = arena_alloc(a, sizeof *box);
	const char *error = NULL;
	struct stat st;

	*box = (struct mailbox){.a = a, .path = path, .fd = -1};
	*out = box;
	buf_init(&box->text, MAILBOX_MAX);
	if (stat(path, &st))
		error = arena_printf(a, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		error = list(box);
	else if ((box->fd = open_file(path)) < 0)
		error = arena_printf(a, "%s: %s", path, strerror(errno));
	else
		lines_init(&box->lines, box->fd);
	if (error)
		mailbox_close(box);
	return error;
}

static void
close_file(struct mailbox *box)
{
	if (box->fd < 0)
		return;
	lines_free(&box->lines);
	close(box->fd);
	box->fd = -1;
}

void
mailbox_close(struct mailbox *box)
{
	close_file(box);
	buf_free(&box->text);
}

static void
add_line(struct mailbox *box, struct sha256 *sha, struct span line, bool is_whole)
{
	struct span end = {"\n", is_whole};

	buf_put(&box->text, line);
	buf_put(&box->text, end);
	sha256_add(sha, line);
	sha256_add(sha, end);
}

/* The next line; *is_whole: a newline follows it. */
static enum lines_st
next_line(struct mailbox *box, struct span *line, bool *is_whole)
{
	enum lines_st st = lines_next(&box->lines, line);

	*is_whole = st == LINES_LINE;
	if (st == LINES_END && lines_rest(&box->lines, line))
		st = LINES_LINE;
	box->line += st == LINES_LINE;
	return st;
}

/* Lines up to the next message, or to the end.  The empty line in front of the next mbox line, or
 * of the end of the file, is no part of the message. */
static enum lines_st
gather(struct mailbox *box, struct mailbox_message *m, struct sha256 *sha)
{
	bool is_mbox = !box->files, after_empty = false, is_whole;
	struct span line, empty = {NULL, 0};
	enum lines_st st;

	m->line = box->line ? box->line : 1;
	while ((st = next_line(box, &line, &is_whole)) == LINES_LINE) {
		if (is_mbox && span_starts(line, SPAN_LIT("From ")) &&
		    (box->line == 1 || after_empty)) {
			if (box->line > 1)
				return LINES_LINE;
			continue;
		}
		if (empty.p)
			add_line(box, sha, empty, true);
		after_empty = span_trim(line).n == 0;
		empty = !is_mbox || !after_empty ? (struct span){NULL, 0}
			: line.n                 ? SPAN_LIT("\r")
						 : SPAN_LIT("");
		if (!empty.p)
			add_line(box, sha, line, is_whole);
	}
	return st;
}

/* The next file of a Maildir; false: there is none. */
static bool
open_next(struct mailbox *box, const char **error)
{
	const char *path;

	if (!box->files || box->at == box->files_n)
		return false;
	path = box->files[box->at++];
	box->fd = open_file(path);
	if (box->fd < 0)
		*error = arena_printf(box->a, "%s: %s", path, strerror(errno));
	else
		lines_init(&box->lines, box->fd);
	box->line = 0;
	return true;
}

bool
mailbox_next(struct mailbox *box, struct mailbox_message *m, const char **error)
{
	struct sha256 sha;
	enum lines_st st;

	*error = NULL;
	*m = (struct mailbox_message){.file = box->path};
	buf_clear(&box->text);
	if (box->fd < 0 && !open_next(box, error))
		return false;
	if (*error)
		return true;
	if (box->files)
		m->file = box->files[box->at - 1];
	sha256_init(&sha);
	st = gather(box, m, &sha);
	sha256_hex(&sha, m->sha256);
	m->text = buf_span(&box->text);
	m->cut = box->text.overflow;
	if (st == LINES_FAILED)
		*error = arena_printf(box->a, "%s: %s", m->file,
		    box->lines.why == PACKED_ERROR ? strerror(errno) : "is damaged");
	if (st != LINES_LINE)
		close_file(box);
	return true;
}
