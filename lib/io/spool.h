/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool - files that are there whole or not at all, in qmail's order.
 *
 * A new file is written without a name (O_TMPFILE; a hidden exclusive name where the file system
 * has none), flushed to the disk, linked into place, and the folder is flushed: only then is it
 * stored.  A kill at any point leaves either nothing or the whole file.  After a failed fsync the
 * file is given up, never flushed again: the kernel may have dropped its pages (the "fsyncgate" of
 * 2018). */
#ifndef EMT_SPOOL_H
#define EMT_SPOOL_H

#include <stdint.h>

#include "base/span.h"

/* What a file is called until it takes the place of another.  One writer a folder replaces files,
 * so one name is enough. */
#define SPOOL_REPLACEMENT ".replacing"

enum spool_st {
	SPOOL_OK,
	SPOOL_TAKEN, /* a file of that name is there already */
	SPOOL_ERROR, /* errno says why; nothing is visible, except after a failed flush of the
			folder */
};

struct spool_file {
	int dir_fd;
	int fd;          /* open until spool_end, so that the file can be locked */
	char hidden[40]; /* its exclusive name, or empty */
};

/* Begins a file of mode 0600 in the folder dir_fd (borrowed). */
enum spool_st spool_begin(struct spool_file *f, int dir_fd) __attribute__((warn_unused_result));
enum spool_st spool_write(struct spool_file *f, struct span data)
    __attribute__((warn_unused_result));

/* Flushes the file's bytes.  Once; then spool_link as often as names are taken. */
enum spool_st spool_flush(struct spool_file *f) __attribute__((warn_unused_result));

/* Gives the file its name; the folder is not flushed yet. */
enum spool_st spool_link(struct spool_file *f, const char *name)
    __attribute__((warn_unused_result));

/* Puts the file in the place of `name`, whether there is one or not.  One program at a time
 * replaces files of a folder: the caller holds a lock for that. */
enum spool_st spool_replace(struct spool_file *f, const char *name)
    __attribute__((warn_unused_result));

/* Makes links durable. */
enum spool_st spool_flush_dir(int dir_fd) __attribute__((warn_unused_result));

/* Ends it; a file that was not linked is gone.  Harmless after an error. */
void spool_end(struct spool_file *f);

#endif
