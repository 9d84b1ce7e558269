/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dsn - delivery status notifications (RFC 3464), and the bounces of those who do not write them.
 *
 * Known are multipart/report with message/delivery-status or its international form (RFC 6533), at
 * any depth that a mailer wraps it in; qmail's QSBMF, which others imitate; and the text of Exim
 * with X-Failed-Recipients.  The message is a stranger's; anybody can send a forged one, so what it
 * says is worth no more than the unguessable token that it names.
 *
 * Nothing fails: what makes no sense is left out, what goes over a limit is cut.  Spans borrow the
 * message or the arena. */
#ifndef EMT_DSN_H
#define EMT_DSN_H

#include <stdint.h>

#include "base/arena.h"

enum {
	DSN_RECIPIENTS_MAX = 100,
	DSN_PARTS_MAX = 50,            /* of all multiparts together */
	DSN_DEPTH_MAX = 5,             /* multiparts within each other */
	DSN_FIELDS_MAX = 2000,         /* of one report */
	DSN_TEXT_MAX = 1000,           /* octets of a diagnostic */
	DSN_SCAN_MAX = 2 * 1024 * 1024 /* octets of a message that are looked at */
};

enum dsn_form {
	DSN_NONE,   /* it is no bounce that is known here */
	DSN_REPORT, /* RFC 3464 */
	DSN_QMAIL,
	DSN_EXIM
};

/* RFC 3464 section 2.3.3 */
enum dsn_action {
	DSN_FAILED,
	DSN_DELAYED,
	DSN_DELIVERED,
	DSN_RELAYED,
	DSN_EXPANDED,
	DSN_ACTIONS_N
};

extern const char *const dsn_action_names[DSN_ACTIONS_N];

struct dsn_recipient {
	enum dsn_action action;
	struct span final;      /* address, without its type; p == NULL: none */
	struct span original;   /* as the sender gave it; p == NULL: not told */
	struct span status;     /* 5.7.1 (RFC 3463); p == NULL: none */
	struct span diagnostic; /* on one line, at most DSN_TEXT_MAX; p == NULL: none */
	struct span remote_mta; /* who said so; p == NULL: not told */
};

struct dsn {
	enum dsn_form form;
	struct span reporting_mta, envelope_id; /* p == NULL: not told */
	struct dsn_recipient *recipients;
	size_t recipients_n;
	/* The header fields of the mail that came back, and perhaps more of it; p == NULL: none. */
	struct span returned;
	bool has_time;
	int64_t time_utc; /* seconds since 1970: its Date, else when the last attempt was */
	bool cut;         /* a limit was met */
};

/* `message` begins with its header or with a mbox line. */
struct dsn dsn_read(struct arena *a, struct span message);

/* The first RFC 3463 code in a text; p == NULL: none. */
struct span dsn_status_in(struct span text);

/* The first address of the field in the mail that came back: "To"; p == NULL: none. */
struct span dsn_returned_address(struct arena *a, const struct dsn *dsn, struct span field);

#endif
