/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/follow_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/log.h"
#include "io/spool.h"

#define STATE "state"
#define LOCK "lock"

enum { HEAD_LEN_MAX = 4096 + PATH_MAX };

static bool
fail(const struct follow_state *st, const char *name)
{
	log_error("%s/%s: %s", st->dir, name, strerror(errno));
	return false;
}

static bool
refuse(const struct follow_state *st, const char *why)
{
	log_error("%s/" STATE ": %s", st->dir, why);
	return false;
}

static bool
open_folder(struct follow_state *st)
{
	if (mkdir(st->dir, 0700) == 0 || errno == EEXIST)
		st->dir_fd = open(st->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (st->dir_fd < 0)
		log_error("%s: %s; make the folder, for the user that this runs as", st->dir,
		    strerror(errno));
	return st->dir_fd >= 0;
}

static bool
take_lock(struct follow_state *st)
{
	if (!open_folder(st))
		return false;
	st->lock_fd = openat(st->dir_fd, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (st->lock_fd < 0)
		return fail(st, LOCK);
	if (flock(st->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return fail(st, LOCK);
	st->is_busy = true;
	log_error("%s/" LOCK ": another run is at work", st->dir);
	return false;
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static struct span
take_digest(struct cursor *c)
{
	struct span hex = cur_run(c, is_hex, SHA256_HEX_LEN);

	if (hex.n != SHA256_HEX_LEN)
		cur_fail(c);
	cur_literal(c, SPAN_LIT("\n"));
	return hex;
}

/* The value of a line "NAME VALUE". */
static struct span
take_line(struct cursor *c, struct span name)
{
	cur_literal(c, name);
	cur_literal(c, SPAN_LIT(" "));
	return cur_until(c, SPAN_LIT("\n"), HEAD_LEN_MAX);
}

static bool
parse_head(struct follow_state *st, struct span head, int64_t size)
{
	struct cursor c = cursor_on(head);
	char hex[SHA256_HEX_LEN + 1];
	struct span kind, log, place, sum, seen;
	bool place_ok;

	kind = take_line(&c, SPAN_LIT("emt follow"));
	if (!c.failed && !span_eq(kind, SPAN_LIT("state/1")))
		return refuse(st, "was made by another version of emt; finish with that one");
	kind = take_line(&c, SPAN_LIT("kind"));
	log = take_line(&c, SPAN_LIT("log"));
	cur_literal(&c, SPAN_LIT("generation "));
	st->generation = cur_number(&c, 18);
	cur_literal(&c, SPAN_LIT("\n"));
	place = take_line(&c, SPAN_LIT("place"));
	place_ok = !c.failed && follow_place_parse(place, &st->place);
	cur_literal(&c, SPAN_LIT("payload "));
	st->payload_n = (size_t)cur_number(&c, 18);
	cur_literal(&c, SPAN_LIT(" "));
	sum = take_digest(&c);
	seen = (struct span){head.p, (size_t)(c.rest.p - head.p)};
	cur_literal(&c, SPAN_LIT("head "));
	if (!c.failed) {
		memcpy(st->payload_sha256, sum.p, sum.n);
		sha256_hex_of(seen, hex);
		if (!span_eq(take_digest(&c), span_str(hex)))
			cur_fail(&c);
	}
	st->payload_at = (size_t)(c.rest.p - head.p);
	if (c.failed || !place_ok || !st->generation ||
	    (int64_t)(st->payload_at + st->payload_n) != size)
		return refuse(st, "is damaged; put a saved one in its place, or remove it to begin "
				  "again with the log as it is");
	if (st->kind && !span_eq(kind, span_str(st->kind)))
		return refuse(st, "is of another kind of log, or was made by another version; give "
				  "each log a folder of its own");
	if (st->log && !span_eq(log, span_str(st->log)))
		return refuse(st, "is of another log, which its third line names; give each log a "
				  "folder of its own");
	return true;
}

static bool
read_head(struct follow_state *st)
{
	char head[HEAD_LEN_MAX];
	struct stat file;
	ssize_t n;

	st->file_fd = openat(st->dir_fd, STATE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (st->file_fd < 0)
		return errno == ENOENT || fail(st, STATE);
	n = pread(st->file_fd, head, sizeof head, 0);
	if (n < 0 || fstat(st->file_fd, &file))
		return fail(st, STATE);
	return parse_head(st, (struct span){head, (size_t)n}, file.st_size);
}

bool
follow_state_open(struct follow_state *st, const char *dir, const char *kind, const char *log)
{
	*st = (struct follow_state){
	    .dir = dir,
	    .kind = kind,
	    .log = log,
	    .dir_fd = -1,
	    .lock_fd = -1,
	    .file_fd = -1,
	};
	if (log && strchr(log, '\n'))
		log_error("%s: a line end in the name of a log cannot be stored", log);
	else if (take_lock(st) && read_head(st))
		return true;
	follow_state_close(st);
	return false;
}

void
follow_state_close(struct follow_state *st)
{
	int *const fds[] = {&st->file_fd, &st->lock_fd, &st->dir_fd};

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

bool
follow_state_payload(const struct follow_state *st, struct buf *out)
{
	char hex[SHA256_HEX_LEN + 1], *room;
	size_t got = 0;

	if (st->file_fd < 0)
		return true;
	room = buf_room(out, st->payload_n);
	if (!room)
		return refuse(st, "is larger than it can be");
	while (got < st->payload_n) {
		ssize_t n = pread(
		    st->file_fd, room + got, st->payload_n - got, (off_t)(st->payload_at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? fail(st, STATE) : refuse(st, "is cut short");
		got += (size_t)n;
	}
	sha256_hex_of((struct span){room, got}, hex);
	if (strcmp(hex, st->payload_sha256))
		return refuse(st, "is damaged; put a saved one in its place, or remove it to begin "
				  "again with the log as it is");
	buf_added(out, got);
	return true;
}

static void
put_head(struct buf *head, const struct follow_state *st, const struct follow_place *place,
    struct span payload)
{
	char hex[SHA256_HEX_LEN + 1];

	buf_printf(head, "emt follow state/1\nkind %s\nlog %s\ngeneration %llu\nplace ", st->kind,
	    st->log, (unsigned long long)st->generation + 1);
	follow_place_put(head, place);
	sha256_hex_of(payload, hex);
	buf_printf(head, "\npayload %zu %s\n", payload.n, hex);
	sha256_hex_of(buf_span(head), hex);
	buf_printf(head, "head %s\n", hex);
}

bool
follow_state_store(struct follow_state *st, const struct follow_place *place, struct span payload)
{
	struct spool_file file;
	struct buf head;
	bool ok = spool_begin(&file, st->dir_fd) == SPOOL_OK;

	if (!ok)
		return fail(st, STATE);
	buf_init(&head, HEAD_LEN_MAX);
	put_head(&head, st, place, payload);
	ok = spool_write(&file, buf_span(&head)) == SPOOL_OK &&
	     spool_write(&file, payload) == SPOOL_OK && spool_flush(&file) == SPOOL_OK &&
	     spool_replace(&file, STATE) == SPOOL_OK && spool_flush_dir(st->dir_fd) == SPOOL_OK;
	spool_end(&file);
	buf_free(&head);
	if (!ok)
		return fail(st, STATE);
	st->generation++;
	st->place = *place;
	return true;
}
