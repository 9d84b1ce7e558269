/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listing - sets and their probes for people, and as records (probe/1, schema/probe-1.json). */
#ifndef EMT_LISTING_H
#define EMT_LISTING_H

#include "base/buf.h"
#include "probe/ledger.h"

enum listing_format { LISTING_TEXT, LISTING_JSON, LISTING_CSV };

struct listing {
	const char *domain;
	enum listing_format format;
	bool status;      /* with what became of each */
	int64_t attempts; /* after which a probe counts as refused (sending.h) */
};

/* Appends a set; what an operator or a server wrote is shown escaped. */
void listing_put(
    struct arena *a, struct buf *out, const struct listing *l, const struct ledger_set *set);

/* The first line of CSV. */
void listing_head(struct buf *out);

#endif
