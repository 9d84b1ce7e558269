/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_files - the sessions folder of the cron job: for each session ID (its lines of the log)
 * and ID.json (its record), and the records of a day in YYYY-MM-DD.jsonl.
 *
 * ID is the second of the connect, ':', and SHA-256 of the first MAIL FROM as 64 hex digits, or of
 * "NOT SUPPLIED" and that second where there was none: the ATC toolchain's name.  A name that
 * another session has, or that toolchain's own file, gets .2, .3 ... behind it.  ID.json is always
 * whole; it comes before ID and is replaced when more is known of the session's mails.
 *
 * Everything is done again after a kill (io/dayfiles.h): a file that holds the same session, by the
 * record's `id`, is then replaced.  Without a kill before it such a session was recorded by a state
 * that is lost: it is left alone, and counted.
 *
 * The first error is reported, and nothing is written after it. */
#ifndef EMT_SESSION_FILES_H
#define EMT_SESSION_FILES_H

#include "base/clock.h"
#include "io/dayfiles.h"
#include "sessionparse/session.h"

enum { SESSION_FILES_SLOTS = 256 };

struct session_files {
	const char *dir; /* borrowed; for messages */
	int dir_fd;      /* -1: not open */
	const struct clock *clock;
	struct dayfiles days;
	struct buf text;
	bool failed;
	uint64_t known_n; /* sessions that were recorded before */

	/* How far names of one ID were taken: bursts of scanners give a thousand in one second. */
	struct session_files_taken {
		char id[100];
		unsigned n;
	} taken[SESSION_FILES_SLOTS];
};

/* Opens the folder, making it if it is missing.  `state` is the state's folder, `state_fd` the same
 * one open: two states of one folder are refused, since either would take back the other's lines.
 * False: reported. */
bool session_files_open(struct session_files *f, const char *dir, const char *state, int state_fd,
    uint64_t generation, const struct clock *clock) __attribute__((warn_unused_result));
void session_files_close(struct session_files *f);

/* For struct sessionlog_params; `state` is the struct session_files. */
void session_files_write(void *state, struct session *s);
void session_files_late(
    void *state, const struct session_mail *m, const struct session_delivery *d, int64_t time_us);
void session_files_change(void *state, struct session *s);

/* Makes everything durable.  False: reported, now or before. */
bool session_files_sync(struct session_files *f) __attribute__((warn_unused_result));

/* The state that knows of it is durable. */
void session_files_committed(struct session_files *f, uint64_t generation);

#endif
