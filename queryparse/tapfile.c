/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/tapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "queryparse/dnstap.h"
#include "queryparse/framestream.h"
#include "queryparse/tappast.h"

enum {
	OUT_MAX = 4 * 1024 * 1024, /* octets of frames between two flushes */
	NAME_LEN = 64,
	SAME_NAME_MAX = 1000,
	LATE_US = 2 * 1000 * 1000, /* name servers hand over what they have once a second */
};

#define DAY_US INT64_C(86400000000)

static bool
fail(const struct tapfile *f, const char *name)
{
	log_error("%s/%s: %s", f->dir, name, strerror(errno));
	return false;
}

/* YYYYMMDD */
static void
put_day(char *out, size_t size, int64_t day)
{
	time_t t = (time_t)(day * 86400);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, size, "%Y%m%d", &tm);
}

/* Gives the file a name that is free: NAME, NAME-2, NAME-3 ... */
static bool
move_aside(struct tapfile *f, const char *name)
{
	char to[NAME_LEN];

	for (int n = 1; n < SAME_NAME_MAX; n++) {
		snprintf(to, sizeof to, n > 1 ? "%s-%06d" : "%s", name, n);
		if (renameat2(f->dir_fd, COLLECT_FILE, f->dir_fd, to, RENAME_NOREPLACE) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	return fail(f, name);
}

static bool
open_file(struct tapfile *f)
{
	f->fd = openat(f->dir_fd, COLLECT_FILE,
	    O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (f->fd >= 0 && flock(f->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (f->fd >= 0 && errno == EWOULDBLOCK) {
		log_error("%s/" COLLECT_FILE ": another emt-queries collect writes to it", f->dir);
		return false;
	}
	return fail(f, COLLECT_FILE);
}

/* What makes it a dnstap file is written with its first frames. */
static bool
begin_file(struct tapfile *f, int64_t now_us)
{
	f->size = 0;
	f->day = now_us / DAY_US;
	return open_file(f);
}

/* What is there goes aside, and another file takes its place. */
static bool
replace_file(struct tapfile *f, const char *name, int64_t now_us)
{
	if (!move_aside(f, name))
		return false;
	close(f->fd);
	f->fd = -1;
	return begin_file(f, now_us);
}

static bool
put_day_aside(struct tapfile *f, int64_t now_us)
{
	char day[16], name[NAME_LEN];

	put_day(day, sizeof day, f->day);
	snprintf(name, sizeof name, COLLECT_FILE "-%s", day);
	return replace_file(f, name, now_us);
}

/* Cuts it behind whole frames.  Its time stays that of the last of them: another run has to know
 * since when something may be missing. */
static bool
cut(struct tapfile *f, int64_t size, int64_t written_us)
{
	struct timespec times[2] = {
	    {.tv_nsec = UTIME_OMIT}, {written_us / 1000000, written_us % 1000000 * 1000}};

	f->size = size;
	return (ftruncate(f->fd, size) == 0 && futimens(f->fd, times) == 0) ||
	       fail(f, COLLECT_FILE);
}

/* What of it is whole stays; *last_us becomes since when something may be missing. */
static bool
recover(struct tapfile *f, int64_t now_us, int64_t size, int64_t *last_us, bool *is_damaged)
{
	char name[NAME_LEN];
	struct tappast past;

	tappast_read(f->fd, &past);
	f->size = past.size;
	*is_damaged = f->size < size;
	if (!f->size && size) {
		snprintf(name, sizeof name, "damaged-%" PRId64 ".dnstap", now_us / 1000000);
		log_error("%s/" COLLECT_FILE ": is no dnstap file; moved to %s", f->dir, name);
		*last_us = tappast_aside_us(f->dir_fd);
		return replace_file(f, name, now_us);
	}
	if (*is_damaged) {
		/* After a power failure its time may be later than what of it is there. */
		if (past.last_us < *last_us)
			*last_us = past.last_us;
		log_error("warning: %s/" COLLECT_FILE ": %" PRId64
			  " octets at its end are no whole "
			  "frame; cut off",
		    f->dir, size - f->size);
		if (!cut(f, f->size, *last_us < 0 ? now_us : *last_us))
			return false;
	}
	if (past.is_stopped || f->day != now_us / DAY_US)
		return put_day_aside(f, now_us);
	return true;
}

bool
tapfile_open(struct tapfile *f, const char *dir, int64_t now_us, int64_t *last_us, bool *is_damaged)
{
	struct stat st;

	*f = (struct tapfile){.dir = dir, .dir_fd = -1, .fd = -1};
	*last_us = TIME_UNKNOWN;
	*is_damaged = false;
	buf_init(&f->out, OUT_MAX);
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		f->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->dir_fd < 0) {
		log_error("%s: %s", dir, strerror(errno));
		return false;
	}
	if (!open_file(f))
		return false;
	if (fstat(f->fd, &st) != 0)
		return fail(f, COLLECT_FILE);
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return fail(f, COLLECT_FILE);
	}
	f->day = now_us / DAY_US;
	if (!st.st_size) {
		*last_us = tappast_aside_us(f->dir_fd);
		return true;
	}
	*last_us = f->written_us = tappast_changed_us(&st);
	f->day = *last_us / DAY_US;
	return recover(f, now_us, st.st_size, last_us, is_damaged);
}

void
tapfile_close(struct tapfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	buf_free(&f->out);
}

/* All of it, or nothing. */
static bool
write_octets(struct tapfile *f, struct span octets, int64_t now_us)
{
	size_t n = octets.n;

	while (octets.n) {
		ssize_t done = write(f->fd, octets.p, octets.n);
		int error = errno;

		if (done < 0 && error == EINTR)
			continue;
		if (done <= 0) {
			if (f->fd >= 0 && !cut(f, f->size, f->written_us))
				error = errno;
			errno = error;
			return false;
		}
		octets = span_from(octets, (size_t)done);
	}
	f->size += (int64_t)n;
	f->written_us = now_us;
	f->is_dirty = true;
	return true;
}

/* Writes frames, and in front of the first ones what makes it a dnstap file. */
static bool
write_frames(struct tapfile *f, struct span frames, int64_t now_us)
{
	struct buf all;
	bool ok;

	if (f->fd < 0 && !begin_file(f, now_us))
		return false;
	if (f->size)
		return write_octets(f, frames, now_us);
	buf_init(&all, 2 * OUT_MAX);
	framestream_put(&all, CONTROL_START);
	dnstap_put_note(&all, now_us);
	buf_put(&all, frames);
	ok = write_octets(f, buf_span(&all), now_us);
	buf_free(&all);
	return ok;
}

static void
put_gap(struct buf *out, enum query_gap gap, int64_t from_us, int64_t now_us, const char *identity)
{
	struct query q;

	query_init(&q, SOURCE_DNSTAP);
	q.gap = gap;
	q.gap_from_us = from_us < LATE_US ? TIME_UNKNOWN : from_us - LATE_US;
	q.time_us = now_us;
	query_set_identity(&q, span_str(identity));
	dnstap_put_gap(out, &q);
}

void
tapfile_add(struct tapfile *f, struct span frame, int64_t now_us)
{
	if (f->out.n + frame.n > OUT_MAX)
		tapfile_flush(f, now_us);
	buf_put(&f->out, frame);
}

void
tapfile_add_gap(
    struct tapfile *f, enum query_gap gap, int64_t from_us, int64_t now_us, const char *identity)
{
	struct buf frame;

	buf_init(&frame, OUT_MAX);
	put_gap(&frame, gap, from_us, now_us, identity);
	tapfile_add(f, buf_span(&frame), now_us);
	buf_free(&frame);
	/* Should it be dropped, then what it tells is part of what was dropped. */
	if (!f->has_gap || from_us < f->gap_us)
		f->gap_us = from_us;
	f->has_gap = true;
}

void
tapfile_add_note(struct tapfile *f, int64_t now_us)
{
	dnstap_put_note(&f->out, now_us);
}

static void
drop(struct tapfile *f, int64_t now_us)
{
	if (!f->is_dropping) {
		log_error("%s/" COLLECT_FILE
			  ": %s; frames are dropped until it can be written again",
		    f->dir, strerror(errno));
		f->dropped_us = now_us;
	}
	f->is_dropping = true;
	if (f->has_gap && f->gap_us < f->dropped_us)
		f->dropped_us = f->gap_us;
}

/* Frames were dropped; can it be written again? */
static void
try_again(struct tapfile *f, int64_t now_us)
{
	struct buf gap;

	buf_init(&gap, OUT_MAX);
	put_gap(&gap, GAP_DROPPED, f->dropped_us, now_us, "");
	if (write_frames(f, buf_span(&gap), now_us)) {
		log_error("%s/" COLLECT_FILE ": can be written again", f->dir);
		f->is_dropping = false;
	}
	buf_free(&gap);
}

static void
end_day(struct tapfile *f, int64_t now_us)
{
	int64_t before = f->size;
	struct buf stop;

	buf_init(&stop, OUT_MAX);
	framestream_put(&stop, CONTROL_STOP);
	if (write_octets(f, buf_span(&stop), now_us))
		tapfile_sync(f);
	buf_free(&stop);
	if (put_day_aside(f, now_us) || f->fd < 0)
		return;
	/* It goes on with what there is, and tries tomorrow; nothing may stand behind a STOP. */
	(void)cut(f, before, now_us); /* reported */
	f->day = now_us / DAY_US;
}

void
tapfile_flush(struct tapfile *f, int64_t now_us)
{
	if (f->size && f->fd >= 0 && now_us / DAY_US > f->day)
		end_day(f, now_us);
	if (f->is_dropping)
		try_again(f, now_us);
	if (f->out.n && !write_frames(f, buf_span(&f->out), now_us))
		drop(f, now_us);
	buf_clear(&f->out);
	f->has_gap = false;
}

void
tapfile_sync(struct tapfile *f)
{
	if (!f->is_dirty || f->fd < 0)
		return;
	f->is_dirty = false;
	if (fdatasync(f->fd))
		log_error("%s/" COLLECT_FILE ": %s", f->dir, strerror(errno));
}
