/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mail_record - the record mail/1 of a stored mail, as it is at storing time (schema/mail-1.json).
 */
#ifndef EMT_MAIL_RECORD_H
#define EMT_MAIL_RECORD_H

#include <jansson.h>

#include "delivery/envelope.h"
#include "delivery/intake.h"
#include "mail/probe.h"

#define MAIL_SCHEMA "mail/1"

enum {
	MAIL_FIELDS_MAX = 2000,      /* header fields looked at */
	MAIL_FIELD_TEXT_MAX = 65536, /* octets of one value kept in the record */
	MAIL_LIST_MAX =
	    100, /* values of one kind (Received, DKIM-Signature, ...) kept in the record */
};

/* The values that name a mail; p == NULL: no such field. */
struct mail_names {
	struct span from, subject;
};

/* The parts of a mail that its record does not take from the envelope or the intake. */
struct mail_facts {
	const char *flavour;
	struct span id; /* with its number, so that it names the files */
	struct probe probe;
	int64_t arrived_us;
};

struct mail_names mail_names_read(struct arena *a, struct span head);

/* A new record with enrichment "pending"; the reference is the caller's. */
json_t *mail_record(struct arena *a, const struct mail_facts *facts,
    const struct envelope *envelope, const struct intake *intake);

#endif
