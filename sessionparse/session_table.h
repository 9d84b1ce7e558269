/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_table - the sessions that are open, by the process that serves them.
 *
 * An smtpd process serves one client at a time, so host, tag and pid name the session until its
 * end.  A postscreen process serves all of them at once: its sessions have the client's endpoint,
 * [IP]:PORT, in their key, too, and a table of their own.  Pids come again, also as another daemon,
 * and a process may end without a word; what that means for its session is for sessionlog to say.
 * Memory is bound to the sessions open: a process without one is remembered for some seconds of log
 * time only, so that the ids of its sessions within one second can be told apart. */
#ifndef EMT_SESSION_TABLE_H
#define EMT_SESSION_TABLE_H

#include "sessionparse/session.h"

enum { SESSIONS_OPEN_MAX = 65536 };

#define NO_ENDPOINT ((struct span){NULL, 0}) /* smtpd's */

struct process {
	struct process *next;    /* of its slot */
	uint64_t hash;           /* of host and pid, or of host and endpoint */
	struct session *session; /* the open one, or NULL */
	int64_t last_start_us;   /* the latest start of a session of its */
	unsigned same_n;         /* sessions before the last one that count as started then */
	int64_t pid;
	size_t host_n, tag_n, endpoint_n;
	char names[]; /* host, then tag, then endpoint */
};

struct session_table {
	struct process **slots;
	size_t slots_n; /* a power of two */
	size_t processes_n, sessions_n;
	struct session *oldest, *newest; /* by their last line */
	struct process *last; /* the one found last: lines of one process often follow each other */
};

void session_table_init(struct session_table *t);
void session_table_free(struct session_table *t); /* and the sessions still in it */

/* The open session of a process; NULL if it has none. */
struct session *session_table_find(
    struct session_table *t, struct span host, struct span tag, int64_t pid, struct span endpoint);

/* Of a process of which only host and pid are known; of a client of which only host and endpoint
 * are. */
struct session *session_table_find_pid(struct session_table *t, struct span host, int64_t pid);
struct session *session_table_find_endpoint(
    struct session_table *t, struct span host, struct span endpoint);

/* Starts a session of a process that has none, at `start_us`, and gives it its id. */
struct session *session_table_open(struct session_table *t, struct span host, struct span tag,
    int64_t pid, struct span endpoint, int64_t start_us);

/* Takes an open session out; it is the caller's from then on. */
void session_table_close(struct session_table *t, struct session *s);

/* The process that serves an open session. */
struct process *session_table_process(struct session_table *t, const struct session *s);

/* What was saved comes back: a process, and an open session that it serves (NULL: none), which
 * becomes the one with the newest line.  False: that process serves one already. */
bool session_table_restore(struct session_table *t, const struct process *saved, struct span host,
    struct span tag, struct span endpoint, struct session *s) __attribute__((warn_unused_result));

/* A line of this session came. */
void session_table_touch(struct session_table *t, struct session *s, int64_t time_us);

#endif
