/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/deposit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "delivery/mail_record.h"
#include "delivery/mailname.h"
#include "io/record.h"
#include "mail/header.h"

enum {
	NUMBER_MAX = 1000000,          /* mails that want one name */
	RECORD_MAX = 16 * 1024 * 1024, /* octets of a record that is looked at */
	READ_SIZE = 65536,
};

enum found {
	FOUND_NONE, /* no file of that name */
	FOUND_OURS,
	FOUND_OTHER,
	FOUND_ERROR, /* errno */
};

/* Reads a whole file; false with errno. */
static bool
read_all(int fd, struct buf *text)
{
	for (;;) {
		char *room = buf_room(text, READ_SIZE);
		ssize_t n = room ? read(fd, room, READ_SIZE) : -1;

		if (!room)
			errno = EFBIG;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf_added(text, (size_t)n);
		if (n < READ_SIZE) /* of a regular file: its end */
			return true;
	}
}

static bool
has_text(json_t *record, const char *key, struct span want)
{
	json_t *wanted = want.p ? record_string(want) : json_null();
	bool same = json_equal(json_object_get(record, key), wanted);

	json_decref(wanted);
	return same;
}

/* Could the text hold this value?  Letters and digits stand in JSON as they are. */
static bool
may_hold(struct span text, struct span value)
{
	for (size_t i = 0; i < value.n; i++)
		if (!is_alpha(value.p[i]) && !is_digit(value.p[i]))
			return true;
	return value.n == 0 || (text.n && memmem(text.p, text.n, value.p, value.n));
}

/* Is this the text of a record of our delivery?  Digest and queue id are looked for first: mails
 * that share sender and second have many records to look at, and parsing each would cost more than
 * the delivery. */
static bool
is_ours(struct span text, const struct deposit_key *key)
{
	json_t *record;
	bool ours;

	if (!may_hold(text, span_str(key->content_sha256)) || !may_hold(text, key->queue_id))
		return false;
	if (record_read(text, MAIL_SCHEMA, &record) != RECORD_READ_OK)
		return false;
	ours = has_text(record, "content_sha256", span_str(key->content_sha256)) &&
	       has_text(record, "queue_id", key->queue_id) &&
	       has_text(record, "recipient", key->recipient);
	json_decref(record);
	return ours;
}

/* Opens what stands at a name; ENXIO if it is no regular file. */
static int
open_taken(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	int error;

	if (fd < 0)
		return -1;
	error = fstat(fd, &st) ? errno : S_ISREG(st.st_mode) ? 0 : ENXIO;
	if (!error)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

/* Does this error of open_taken mean that the name belongs to somebody else?  Another user's file,
 * a link or a folder there will be there again at the next try, so waiting would lose the mail. */
static bool
is_strangers(int error)
{
	return error == EACCES || error == EPERM || error == ELOOP || error == ENXIO;
}

/* `scratch` is memory for the text: kept from one record to the next, as there may be thousands. */
static enum found
find_record(const struct deposit *d, const char *name, struct buf *scratch)
{
	int fd = open_taken(d->json_dir, name);
	enum found found = FOUND_ERROR;

	if (fd < 0)
		return errno == ENOENT       ? FOUND_NONE
		       : is_strangers(errno) ? FOUND_OTHER
					     : FOUND_ERROR;
	buf_clear(scratch);
	if (read_all(fd, scratch))
		found = is_ours(buf_span(scratch), &d->key) ? FOUND_OURS : FOUND_OTHER;
	else if (scratch->overflow)
		found = FOUND_OTHER; /* no record of ours is that large */
	close(fd);
	return found;
}

/* A mail that a killed delivery left: its mbox line is not ours, and it is the one that stays. */
struct left_over {
	int fd; /* holds its lock; -1: there is none */
	char sha256[SHA256_HEX_LEN + 1];
	int64_t size;
};

/* Does the mail in this file have our bytes, the mbox line apart? */
static enum found
compare_mail(struct left_over *left, const char *content_sha256)
{
	char hex[SHA256_HEX_LEN + 1], piece[READ_SIZE];
	struct sha256 all, content;
	ssize_t n;

	sha256_init(&all);
	sha256_init(&content);
	left->size = 0;
	while ((n = read(left->fd, piece, sizeof piece)) != 0) {
		struct span data = {piece, (size_t)n};

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FOUND_ERROR;
		sha256_add(&all, data);
		sha256_add(&content, span_from(data, left->size ? 0 : header_mbox_line(data)));
		left->size += n;
	}
	sha256_hex(&all, left->sha256);
	sha256_hex(&content, hex);
	return strcmp(hex, content_sha256) == 0 ? FOUND_OURS : FOUND_OTHER;
}

/* A mail stands at our name and had no record a moment ago.  Waits until whoever writes it is done
 * or dead, and looks again.  FOUND_NONE: it is ours to finish, and left->fd holds its lock; the
 * caller closes that. */
static enum found
look_again(const struct deposit *d, const char *name, struct left_over *left, struct buf *scratch)
{
	enum found found;

	left->fd = open_taken(d->mail_dir, name);
	if (left->fd < 0)
		return is_strangers(errno) ? FOUND_OTHER : FOUND_ERROR;
	if (flock(left->fd, LOCK_EX))
		return FOUND_ERROR;
	found = find_record(d, name, scratch);
	if (found != FOUND_NONE)
		return found;
	found = compare_mail(left, d->key.content_sha256);
	return found == FOUND_OURS ? FOUND_NONE : found;
}

static bool
store_record(const struct deposit *d, struct span id, const char *name,
    const struct left_over *left, const char **step)
{
	json_t *record = d->record(d->state, id);
	struct spool_file file = {.fd = -1};
	struct buf text;
	bool done;

	if (left->fd >= 0) {
		record_set(record, "sha256", record_string(span_str(left->sha256)));
		record_set(record, "size", json_integer(left->size));
	}
	buf_init(&text, RECORD_MAX);
	record_put(&text, record);
	json_decref(record);
	*step = "record";
	errno = EFBIG; /* of an overflow; each step that fails otherwise sets its own */
	done = !text.overflow && spool_begin(&file, d->json_dir) == SPOOL_OK &&
	       spool_write(&file, buf_span(&text)) == SPOOL_OK && spool_flush(&file) == SPOOL_OK &&
	       spool_link(&file, name) == SPOOL_OK;
	spool_end(&file);
	buf_free(&text);
	return done;
}

static bool
flush_dir(int dir_fd, const char **step)
{
	*step = "flush of the folder";
	return spool_flush_dir(dir_fd) == SPOOL_OK;
}

/* A delivery that was finished, or nearly: what it may have left undone is done. */
static enum deposit_st
finish_again(const struct deposit *d, const char *name, const char **step)
{
	*step = "mail file";
	if (spool_link(d->mail, name) == SPOOL_ERROR) /* normally it is there: SPOOL_TAKEN */
		return DEPOSIT_ERROR;
	return flush_dir(d->mail_dir, step) && flush_dir(d->json_dir, step) ? DEPOSIT_AGAIN
									    : DEPOSIT_ERROR;
}

/* Tries one name.  FOUND_OTHER: it belongs to another mail. */
static enum found
try_name(const struct deposit *d, struct span id, const char *name, struct buf *scratch,
    enum deposit_st *st, const char **step)
{
	enum found found = find_record(d, name, scratch);
	struct left_over left = {.fd = -1};
	enum spool_st linked;

	*st = DEPOSIT_ERROR;
	*step = "look at the record";
	if (found == FOUND_NONE) {
		*step = "mail file";
		linked = spool_link(d->mail, name);
		if (linked == SPOOL_TAKEN)
			found = look_again(d, name, &left, scratch);
		else if (linked == SPOOL_ERROR)
			found = FOUND_ERROR;
	}
	if (found == FOUND_OURS)
		*st = finish_again(d, name, step);
	else if (found == FOUND_NONE && flush_dir(d->mail_dir, step) &&
		 store_record(d, id, name, &left, step) && flush_dir(d->json_dir, step))
		*st = DEPOSIT_STORED;
	if (left.fd >= 0) {
		int saved = errno;

		close(left.fd);
		errno = saved;
	}
	return found;
}

enum deposit_st
deposit_mail(const struct deposit *d, const char **name, const char **step)
{
	enum deposit_st st = DEPOSIT_ERROR;
	enum found found = FOUND_OTHER;
	struct buf scratch;

	*step = "lock";
	if (flock(d->mail->fd, LOCK_EX))
		return DEPOSIT_ERROR;
	buf_init(&scratch, RECORD_MAX);
	for (unsigned n = 1; n <= NUMBER_MAX && found == FOUND_OTHER; n++) {
		struct span id = mailname_numbered(d->arena, d->id, n);

		*name = mailname_file(d->arena, id, d->rcpt);
		found = try_name(d, id, *name, &scratch, &st, step);
	}
	buf_free(&scratch);
	if (found == FOUND_OTHER) {
		*step = "name";
		errno = EEXIST;
	}
	return st;
}
