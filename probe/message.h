/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message - the mail of a probe (RFC 5322), and the texts that participants read.
 *
 * A probe is honest about what it is: plain text that names the measurement, who answers for it and
 * how to be forgotten, and Auto-Submitted (RFC 3834), since a program writes it. */
#ifndef EMT_MESSAGE_H
#define EMT_MESSAGE_H

#include "base/buf.h"
#include "probe/ledger.h"

struct message {
	const char *from, *to; /* plain addresses (address.h) */
	const char *subject;   /* the subject id */
	const char *contact, *domain;
	int64_t time_us;
	unsigned attempt; /* from 1: each attempt is a message of its own */
};

/* Lines end in CRLF; no line is over 998 octets. */
void message_put(struct buf *out, const struct message *m);

/* Who measures, and how to be forgotten; ends in a newline. */
void message_about(struct buf *out, const char *domain, const char *contact);

/* The Date field's value: "Sun, 22 Nov 2026 16:07:02 +0000". */
void message_date(struct buf *out, int64_t time_us);

/* A mail that invites a participant, to be sent by whoever runs the measurement.  For a set that is
 * all-in-one a reply goes to all addresses of the set (Reply-To), and to nobody else; for others
 * there is a mailto link for each probe. */
struct invitation {
	const struct ledger_set *set;
	const char *contact, *domain;
	int64_t time_us;
};

void message_invitation(struct arena *a, struct buf *out, const struct invitation *i);

#endif
