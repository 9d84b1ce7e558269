/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dsn_parts - what dsn.c and dsn_text.c share. */
#ifndef EMT_DSN_PARTS_H
#define EMT_DSN_PARTS_H

#include "mail/dsn.h"

static const struct span no_span = {NULL, 0};

struct dsn_reading {
	struct arena *a;
	struct dsn *dsn;
	size_t parts, fields;
	struct span last_attempt, arrival;
};

/* One more; NULL: there are too many. */
struct dsn_recipient *dsn_add_recipient(struct dsn_reading *r);

/* "Hi. This is the ..." */
bool dsn_is_qmail(struct span body);
void dsn_read_qmail(struct dsn_reading *r, struct span body);

/* `failed` is the field X-Failed-Recipients. */
void dsn_read_exim(struct dsn_reading *r, struct span failed, struct span body);

#endif
