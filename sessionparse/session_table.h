/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_table - the sessions that are open, by the process that serves them.
 *
 * An smtpd process serves one client at a time, so host, tag and pid name the session until its
 * end.  Pids come again, also as another daemon, and a process may end without a word; what that
 * means for its session is for sessionlog to say.  Memory is bound to the sessions open: a process
 * without one is remembered for some seconds of log time only, so that the ids of its sessions
 * within one second can be told apart. */
#ifndef EMT_SESSION_TABLE_H
#define EMT_SESSION_TABLE_H

#include "sessionparse/session.h"

enum { SESSIONS_OPEN_MAX = 65536 };

struct process {
	struct process *next;    /* of its slot */
	uint64_t hash;           /* of host and pid */
	struct session *session; /* the open one, or NULL */
	int64_t last_start_us;   /* the latest start of a session of its */
	unsigned same_n;         /* sessions before the last one that count as started then */
	int64_t pid;
	size_t host_n, tag_n;
	char names[]; /* host, then tag */
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
    struct session_table *t, struct span host, struct span tag, int64_t pid);

/* Of a process of which only host and pid are known. */
struct session *session_table_find_pid(struct session_table *t, struct span host, int64_t pid);

/* Starts a session of a process that has none, at `start_us`, and gives it its id. */
struct session *session_table_open(
    struct session_table *t, struct span host, struct span tag, int64_t pid, int64_t start_us);

/* Takes an open session out; it is the caller's from then on. */
void session_table_close(struct session_table *t, struct session *s);

/* A line of this session came. */
void session_table_touch(struct session_table *t, struct session *s, int64_t time_us);

#endif
