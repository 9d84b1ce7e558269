/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessionlog_parts - what a sessionlog is made of, for sessionlog*.c alone: sessionlog_line finds
 * out what a line is about, sessionlog keeps the sessions of smtpd and the mails, sessionlog_screen
 * those of postscreen, sessionlog_state saves it all. */
#ifndef EMT_SESSIONLOG_PARTS_H
#define EMT_SESSIONLOG_PARTS_H

#include "sessionparse/awaiting.h"
#include "sessionparse/grammar.h"
#include "sessionparse/lastline.h"
#include "sessionparse/logline.h"
#include "sessionparse/outbox.h"
#include "sessionparse/queue.h"
#include "sessionparse/session_table.h"
#include "sessionparse/sessionlog.h"

struct sessionlog {
	struct sessionlog_params params;
	struct sessionlog_counts counts;
	struct logtime time;
	int64_t now_us; /* the latest time that a line had */
	struct session_table table;
	struct session_table screened; /* of postscreen */
	size_t screened_n_max;         /* sessions in it at which forgotten ones are looked for */
	struct queue queue;
	struct outbox outbox;
	struct awaiting awaiting;
	struct grammar *grammar;
	struct buf unescaped, redacted, head;
	struct lastline last;
};

/* The line at hand. */
struct said {
	const struct logline *line;
	const struct logevent *event;
	int64_t time_us;
	struct span raw; /* as it stands in the log; p == NULL: the spans of `line` are not in it */
};

/* sessionlog.c */

void sessionlog_take(struct sessionlog *l, const struct said *said);

/* Keeps the line with the session, where that is wanted; `shown`, if set, stands in the place of
 * the event's text. */
void sessionlog_keep_raw(
    struct sessionlog *l, struct session *s, const struct said *said, struct span shown);
void sessionlog_take_tls(struct sessionlog *l, struct session *s, const struct logevent *e);

/* A session that is over, and out of its table: it will be written. */
void sessionlog_over(struct sessionlog *l, struct session *s);

/* sessionlog_screen.c */

/* Does this event of postscreen or tlsproxy come from that program? */
bool sessionlog_is_screen(const struct logline *line, const struct logevent *e);
void sessionlog_screen(struct sessionlog *l, const struct said *said);

/* A postscreen process is gone; pid -1: all of the host's that belong to `instance`. */
void sessionlog_screen_gone(
    struct sessionlog *l, const struct said *said, int64_t pid, struct span instance);
void sessionlog_screen_end(struct sessionlog *l);

#endif
