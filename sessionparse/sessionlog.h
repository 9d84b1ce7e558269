/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessionlog - lines of a mail log go in, finished sessions come out: the core of emt-sessions,
 * without files.
 *
 * A session is opened by `connect` and closed by `disconnect`, both of one process (host, tag,
 * pid).  The log may lack either: a line of a process without a session starts one whose head is
 * missing; a `connect` of a process that has one ends that one as truncated; so do a master that
 * starts again, a day of silence, more than SESSIONS_OPEN_MAX sessions at once, and the end of the
 * input.  Those records say "complete": false.  A process that master reports as killed ends its
 * session too; that is an end which the log states. */
#ifndef EMT_SESSIONLOG_H
#define EMT_SESSIONLOG_H

#include "sessionparse/logevent.h"
#include "sessionparse/logline.h"
#include "sessionparse/session.h"

enum {
	SESSIONLOG_LINE_MAX = 65536, /* octets; longer lines are to be cut by the caller */
	SESSIONLOG_HELD_MAX =
	    64 * 1024 * 1024, /* octets of sessions that wait for the queue, outbox.h */
};

struct sessionlog_params {
	bool keep_auth;   /* show credentials */
	struct zone zone; /* of stamps without one */
	int first_year;   /* of the first line, where stamps lack it; 0: it is not known */
	int64_t now_us;   /* the first line is not after it, if its year is not known */
	bool year_given;  /* by who knows better than the clock: any line may be after it */
	int64_t hold_us;  /* outbox.h */
	bool keep_raw;    /* keep each session's lines, redacted (session.h) */

	/* A finished session: to be written, then freed by sessionlog. */
	void (*write)(void *state, struct session *s);

	/* For a log that is read in pieces; both NULL, or neither.  A session is then kept after
	 * `write` until the queue is done with its mails, or `hold_us` of log time has passed, or
	 * SESSIONLOG_HELD_MAX is reached. */
	void (*late)(void *state, const struct session_mail *m, const struct session_delivery *d,
	    int64_t time_us); /* a delivery of a mail whose session is written */
	void (*change)(void *state, struct session *s); /* its record is another one now */
	void *state;
};

struct sessionlog_counts {
	uint64_t lines;
	uint64_t unrecognised;       /* no TAG[PID] with a time, in any form that is known */
	uint64_t kinds[EVENT_KINDS]; /* of the others, by what they say */
	uint64_t sessions, incomplete;
	uint64_t mails_without_dialogue;
	/* Sessions with mail of which the log has start and end, and those of them of whose
	 * dialogue it has nothing; not of postscreen's. */
	uint64_t with_mail, silent;
};

struct sessionlog;

struct sessionlog *sessionlog_new(const struct sessionlog_params *params);
void sessionlog_free(struct sessionlog *l); /* drops what is not written yet; NULL is fine */

/* The next line, without its newline. */
void sessionlog_line(struct sessionlog *l, struct span line);

/* The next one of a log that has no lines: already cut into its parts; NULL: it has other ones. */
void sessionlog_split(struct sessionlog *l, const struct logline *split);

/* The end of a piece: writes what is over, tells of what changed.  Then the log may be saved. */
void sessionlog_commit(struct sessionlog *l);

/* Everything that later lines depend on, to octets and back.  Saving follows a commit; loading is
 * for a new sessionlog of the same params.  False: these are no octets of a sessionlog, which then
 * is of no use. */
void sessionlog_save(struct sessionlog *l, struct buf *out);
bool sessionlog_load(struct sessionlog *l, struct span octets) __attribute__((warn_unused_result));

/* The end of the input: ends and writes every session that is still open or waiting. */
void sessionlog_end(struct sessionlog *l);

const struct sessionlog_counts *sessionlog_counts(const struct sessionlog *l);

#endif
