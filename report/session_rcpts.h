/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_rcpts - for whom a client came: the recipients of a session/1 record.  They are those of
 * its mails, and those RCPT commands of the dialogue that belong to no mail: a client that goes on
 * without STARTTLS where that is demanded gets 530 for MAIL, and still shows with RCPT for whom it
 * came. */
#ifndef EMT_REPORT_SESSION_RCPTS_H
#define EMT_REPORT_SESSION_RCPTS_H

#include "base/arena.h"
#include "base/span.h"
#include "base/value_tree.h"

enum { SESSION_REPLY_MAX = 512 /* octets of a reply that are kept */ };

/* Texts are those of the record, clipped; p == NULL: not known. */
struct session_attempt {
	struct span sender, recipient, reply, queue_id;
	int64_t code;  /* 0: not known */
	bool accepted; /* with the mail */
	bool is_told;  /* found in the dialogue */
};

struct session_rcpts {
	struct arena *arena;
	struct session_attempt *all;
	size_t n, room;
	int64_t commands; /* RCPT, or "n" where the log has none; also what is too much for "all" */
	bool starttls;    /* it was taken */
	bool refused_clear; /* 530 Must issue a STARTTLS command first */
};

/* In the arena; the record must live as long. */
void session_rcpts_read(struct session_rcpts *r, struct arena *a, const struct value_node *record);

/* One line ["C"|"S",TEXT] of a dialogue; never p == NULL. */
struct span session_line(const struct value_node *line, bool *is_client);

#endif
