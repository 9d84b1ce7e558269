/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recipe - what is broken on purpose, and how.
 *
 * Each breakage changes one thing alone, so that it can be told from every other fault; sign and
 * testca follow the recipes, check finds a broken thing that is whole and a whole one that is
 * broken. */
#ifndef EMT_RECIPE_H
#define EMT_RECIPE_H

#include "base/arena.h"

enum recipe_id {
	RECIPE_DS_NO_KEY,
	RECIPE_TLSA_NO_CERTIFICATE,
	RECIPE_CERTIFICATE_OTHER_NAME,
	RECIPES_N
};

struct recipe {
	const char *name;
	const char *what; /* in plain words */
};

extern const struct recipe recipes[RECIPES_N];

/* RECIPE_DS_NO_KEY: "TAG ALGORITHM TYPE DIGEST" with every bit of the digest turned over.  Tag,
 * algorithm and type stay, so a validator finds the key and calls it bogus; an unknown type or
 * algorithm would make the zone insecure instead (RFC 4035 section 5.2). */
const char *recipe_ds_no_key(struct arena *a, const char *ds);

#endif
