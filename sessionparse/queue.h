/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue - which mail of which session has a queue id: the way from the lines of cleanup, qmgr and
 * the delivery agents back to the session that brought the mail.
 *
 * Key is host and queue id; the syslog_name is no part of it, since smtpd's may be set apart from
 * qmgr's.  Only mails of known sessions are in it, each as long as the queue may still say
 * something: until `removed`, until the id is given to another mail (short ids come again), or
 * until the record is written.  The table links the mails; it owns nothing. */
#ifndef EMT_QUEUE_H
#define EMT_QUEUE_H

#include "sessionparse/session.h"

struct queue {
	struct session_mail **slots; /* chains by queue_hash */
	size_t slots_n;              /* a power of two */
	size_t mails_n;
};

void queue_init(struct queue *q);
void queue_free(struct queue *q);

/* Adds a mail that has a queue id.  Another one of that host and id leaves the table: it is
 * returned, else NULL. */
struct session_mail *queue_add(struct queue *q, struct session_mail *m);
struct session_mail *queue_find(const struct queue *q, struct span host, struct span queue_id);

/* Takes the mail out, if it is in. */
void queue_remove(struct queue *q, struct session_mail *m);

#endif
