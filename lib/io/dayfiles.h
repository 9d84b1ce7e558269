/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dayfiles - a folder of YYYY-MM-DD.jsonl files (UTC) that lines are added to, all of a run or
 * none.
 *
 * A run that follows a log adds lines, then stores how far it has read: its state.  If it is killed
 * in between, the next one reads the same part of the log again, and the lines must not stand there
 * twice.  So before the first line of a file, the file's size is noted durably in `undo` beside the
 * state, under the state's generation; the next run finds the note with the generation that it
 * starts from, and cuts the files back.  Once the state has the next generation, the note means
 * nothing.
 *
 * One process at a time: the caller holds a lock. */
#ifndef EMT_DAYFILES_H
#define EMT_DAYFILES_H

#include <stdint.h>

#include "base/buf.h"

enum {
	DAYFILES_OPEN_MAX = 4, /* lines of a run are of few days at a time */
	DAYFILES_NAME_LEN = sizeof "YYYY-MM-DD.jsonl" - 1,
};

struct dayfiles {
	int dir_fd, undo_fd; /* folders; borrowed */
	uint64_t generation;
	bool was_killed; /* the run before this one: its lines were taken back */
	struct dayfile {
		char name[DAYFILES_NAME_LEN + 1];
		int fd;
		struct buf text;   /* not written yet */
	} open[DAYFILES_OPEN_MAX]; /* the one used last comes first */
	size_t open_n;
	struct dayfiles_mark {
		char name[DAYFILES_NAME_LEN + 1];
		int64_t size; /* before the run */
	} * marks;
	size_t marks_n;
};

/* All of these: false, with errno, and `name` says of which file. */

/* Takes back what a killed run left behind. */
bool dayfiles_begin(struct dayfiles *d, int dir_fd, int undo_fd, uint64_t generation,
    const char **name) __attribute__((warn_unused_result));

/* Adds a line, with its newline, to the file of that day.  `day_us` in microseconds since 1970. */
bool dayfiles_add(struct dayfiles *d, int64_t day_us, struct span line, const char **name)
    __attribute__((warn_unused_result));

/* Hands all lines to the kernel; making them durable is the caller's (syncfs). */
bool dayfiles_flush(struct dayfiles *d, const char **name) __attribute__((warn_unused_result));

/* The state has that generation durably: there is nothing to take back any more. */
void dayfiles_committed(struct dayfiles *d, uint64_t generation);

/* Closes; what was not committed is taken back by the next dayfiles_begin. */
void dayfiles_end(struct dayfiles *d);

#endif
