/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/health.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sha256.h"
#include "io/record.h"

enum { DAY_S = 86400, LINES_MAX = 64 * 1024 * 1024, ID_LEN = 32 };

static const struct record_field fields[] = {
    {"time", RECORD_TIME, offsetof(struct health, time_us)},
    {"testcase", RECORD_TEXT, offsetof(struct health, testcase)},
    {"part", RECORD_TEXT, offsetof(struct health, part)},
    {"family", RECORD_TEXT, offsetof(struct health, family)},
    {"ok", RECORD_BOOL, offsetof(struct health, ok)},
    {"detail", RECORD_TEXT, offsetof(struct health, detail)},
    {"sender", RECORD_TEXT, offsetof(struct health, sender)},
};

/* Of all that says which check this was: whoever reads the file again finds the same one. */
static void
id_of(struct arena *a, const struct health *h, char id[SHA256_HEX_LEN + 1])
{
	sha256_hex_of(span_str(arena_printf(a, "%lld %s %s %s", (long long)h->time_us, h->testcase,
			  h->part, h->family ? h->family : "-")),
	    id);
	id[ID_LEN] = '\0';
}

static void
put_line(struct arena *a, struct buf *out, const struct health *h)
{
	const struct record_table table = {fields, sizeof fields / sizeof *fields};
	json_t *object = record_new("health/1", "emt-site");
	char id[SHA256_HEX_LEN + 1];

	id_of(a, h, id);
	record_set(object, "id", record_string(span_str(id)));
	record_add(object, table, h);
	record_put(out, object);
	json_decref(object);
}

/* All of it or nothing: a full disk must not leave half a line that the next one goes on. */
static int
append(int fd, struct span text)
{
	struct stat before;
	ssize_t n;
	int error;

	if (flock(fd, LOCK_EX) || fstat(fd, &before))
		return errno;
	n = write(fd, text.p, text.n);
	if (n == (ssize_t)text.n)
		return fsync(fd) ? errno : 0;
	error = n < 0 ? errno : ENOSPC;
	if (n > 0 && ftruncate(fd, before.st_size))
		error = errno;
	return error;
}

static const char *
append_day(struct arena *a, const char *dir, int dir_fd, const char *name, struct span text)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int error = fd < 0 ? errno : append(fd, text);

	if (fd >= 0 && close(fd) && !error)
		error = errno;
	return error ? arena_printf(a, "%s/%s: %s", dir, name, strerror(error)) : NULL;
}

static const char *
append_all(struct arena *a, const char *dir, int dir_fd, const struct health *records, size_t n)
{
	const char *error = NULL;

	for (size_t i = 0, next; !error && i < n; i = next) {
		int64_t day = records[i].time_us / 1000000 / DAY_S;
		char name[sizeof "YYYY-MM-DD.jsonl" + 32];
		time_t at = (time_t)(day * DAY_S);
		struct tm tm;
		struct buf text;

		buf_init(&text, LINES_MAX);
		for (next = i; next < n && records[next].time_us / 1000000 / DAY_S == day; next++)
			put_line(a, &text, &records[next]);
		if (text.overflow || !gmtime_r(&at, &tm) ||
		    !strftime(name, sizeof name, "%Y-%m-%d.jsonl", &tm))
			error = "a record has a time without a day, or there are too many";
		else
			error = append_day(a, dir, dir_fd, name, buf_span(&text));
		buf_free(&text);
	}
	if (!error && fsync(dir_fd))
		error = arena_printf(a, "%s: %s", dir, strerror(errno));
	return error;
}

const char *
health_append(struct arena *a, const char *dir, const struct health *records, size_t n)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *error;

	if (dir_fd < 0)
		return arena_printf(a, "%s: %s", dir, strerror(errno));
	error = append_all(a, dir, dir_fd, records, n);
	close(dir_fd);
	return error;
}
