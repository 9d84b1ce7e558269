/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shares - who has how much of the market: each domain is one, and is shared equally by its primary
 * MX.
 *
 * A domain that hosts itself is nobody's customer and stands apart; an id that is a rented
 * machine's landlord counts as "rented at" it.  What is left out is said: domains without MX
 * records, with a null MX, with an implicit one (unless wanted), of which nothing is known, and
 * without SMTP. Only whole numbers are added, so neither order nor threads matter. */
#ifndef EMT_MXINFER_SHARES_H
#define EMT_MXINFER_SHARES_H

#include <stdio.h>

#include "mxinfer/self_hosted.h"

struct shares {
	bool implicit; /* count domains with an implicit MX */
	uint64_t domains, null_mx, no_mx, implicit_mx, not_known, no_smtp, self_hosted, own_name;
	struct intern_records parts; /* kind, company or name id, n: a share of 1/n */
	uint64_t *counts;            /* of each */
	size_t counts_room;
};

void shares_init(struct shares *s, bool implicit);
void shares_free(struct shares *s);

void shares_add(struct shares *s, const struct identify *x, uint8_t flags, enum self_hosted own);

/* Adds what another thread has. */
void shares_merge(struct shares *into, const struct shares *from);

/* CSV: kind,name,domains,share.  The largest share first. */
void shares_write(const struct shares *s, const struct inference *in, FILE *out);

#endif
