/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_lookups - the look-ups of one mail: a growing list, in which no question is there twice,
 * all under one deadline.
 *
 * It is bounded: what goes over ENRICH_LOOKUPS_MAX is not asked, and of answers over
 * ENRICH_ANSWERS_MAX only the outcome is kept, so that no stranger's DNS can make a record that
 * cannot be written. */
#ifndef EMT_ENRICH_LOOKUPS_H
#define EMT_ENRICH_LOOKUPS_H

#include <jansson.h>

#include "dns/dns.h"

enum {
	ENRICH_LOOKUPS_MAX = 500,
	ENRICH_ANSWERS_MAX = 1024 * 1024, /* octets of messages and their text */
};

struct enrich_lookups;
struct enrich_lookup;

/* What is done with an answer as soon as it is there: it may ask more. */
typedef void enrich_then(void *arg, const struct dns_result *r);

/* idle(arg) is called, from the loop, whenever the last open question was answered. */
struct enrich_lookups *enrich_lookups_new(
    struct arena *a, struct dns *dns, int64_t deadline_us, void (*idle)(void *arg), void *arg);

/* Is a question still without its answer? */
bool enrich_lookups_are_open(const struct enrich_lookups *s);

/* The look-up of that question, asked now if it was not before; `name` is canonical and lives as
 * long as the arena.  `then` may be NULL; it is called once, at once if the answer is there
 * already. NULL: too many look-ups, or stopped. */
struct enrich_lookup *enrich_lookups_ask(
    struct enrich_lookups *s, const char *name, int type, enrich_then *then, void *arg);

/* NULL: not answered yet. */
const struct dns_result *enrich_lookup_result(const struct enrich_lookup *l);

/* Takes in the answer to a question that somebody else has asked. */
void enrich_lookups_add(struct enrich_lookups *s, const struct dns_result *r);

/* Asks no more, and calls nobody back.  What is asked already must still be answered (dns_free
 * does) before the arena goes. */
void enrich_lookups_stop(struct enrich_lookups *s);

/* The record's `lookups`: those that are answered, in the order of asking. */
json_t *enrich_lookups_value(struct arena *a, const struct enrich_lookups *s);

/* Is every question answered, by somebody who was asked? */
bool enrich_lookups_complete(const struct enrich_lookups *s);

#endif
