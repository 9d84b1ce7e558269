/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_plan - what is asked about a mail, and which keys of its record take the answers.
 *
 * A table in enrich_plan.c has a row for each: adding a look-up is adding a row.  Rows that stand
 * for several look-ups (each label of a name, each signature) expand by a function, and rows that
 * go on from an answer (MX hosts, PTR names) when it is there (enrich_expand.h). */
#ifndef EMT_ENRICH_PLAN_H
#define EMT_ENRICH_PLAN_H

#include "delivery/enrich_lookups.h"
#include "delivery/enrich_subjects.h"

/* One mail's plan; the modules that expand rows look into it. */
struct enrich_plan {
	struct arena *arena;
	struct enrich_subjects subjects;
	struct enrich_lookups *lookups;
	json_t *record;
	struct enrich_place *first, *last;
};

/* A key that is set when all answers are there, in the order of the places. */
struct enrich_place {
	json_t *object; /* borrowed: a part of the record */
	const char *key;
	const struct enrich_lookup *lookup; /* NULL: not asked */
	const char *why_not;                /* if so */
	json_t *(*value)(
	    struct arena *a, const struct enrich_place *place); /* NULL: enrich_texts */
	const void *arg;                                        /* of value */
	struct enrich_place *next;
};

/* Asks all that is in the table.  The record is borrowed until enrich_plan_fill. */
void enrich_plan_begin(struct enrich_plan *p);

/* Sets the keys. */
void enrich_plan_fill(struct enrich_plan *p);

/* A place for the answer to PREFIX NAME: asked now, or never with the reason in its stead. */
struct enrich_place *enrich_plan_ask(struct enrich_plan *p, json_t *object, const char *key,
    const char *prefix, const struct enrich_name *name, int type, enrich_then *then, void *arg);

/* A place without a question of its own. */
struct enrich_place *enrich_plan_place(struct enrich_plan *p, json_t *object, const char *key);

#endif
