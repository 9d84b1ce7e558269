/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox - sessions that are over, in the order of their ends, until they may be written.
 *
 * What becomes of a mail is logged after its session: qmgr and the delivery agents go on for
 * seconds, or, where a mail is deferred, for days.  A record is to hold it all, and records come in
 * the order of the ends.  So a session waits here until the queue is done with its mails, and those
 * that ended after it wait behind it.  The waiting is bounded: when the first one has waited
 * `hold_us` of log time, or all of them hold `octets_max`, it is written as it is, and says so
 * (LIMIT_HELD) if the queue was not done. */
#ifndef EMT_OUTBOX_H
#define EMT_OUTBOX_H

#include "sessionparse/session.h"

struct outbox {
	struct session *first, *last;
	size_t octets; /* memory of those waiting, about */
	int64_t hold_us;
	size_t octets_max;
	void (*write)(void *state, struct session *s); /* gets the session for good */
	void *state;
};

/* Takes a session that is over. */
void outbox_add(struct outbox *o, struct session *s);

/* Writes all that may be written at `now_us`, the time of the last line. */
void outbox_advance(struct outbox *o, int64_t now_us);

/* The end of the input: writes everything. */
void outbox_flush(struct outbox *o);

#endif
