/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_mail - completes the record of one mail: asks what its sender publishes and what block
 * lists say of the client, all at once under one deadline, and adds the answers.
 *
 * enrich_plan.h has the table of what is asked; dnsbl.h and relay_test.h do the rest.  `lookups`
 * has everything about each answer once.  `enrichment` becomes "complete" only if every question
 * has been answered, else "partial".
 *
 * The record is untrusted: every value may have any type and any content. */
#ifndef EMT_ENRICH_MAIL_H
#define EMT_ENRICH_MAIL_H

#include "delivery/dnsbl.h"
#include "delivery/relay_test.h"
#include "dns/public_suffix.h"

/* Who is asked. */
struct enrich_sources {
	struct loop *loop;
	struct dns *dns;
	struct dnsbl *dnsbl;
	struct relay_test *relay_test;
	struct public_suffixes *suffixes; /* or NULL */
};

struct enrich_mail;

/* Begins; done(arg) is called once, from the loop, when the record is completed, not later than
 * deadline_us (a time of the loop's clock).  Then, and not before, the caller frees it.  The record
 * is borrowed until it is freed; it is in between before done is called. */
struct enrich_mail *enrich_mail_new(const struct enrich_sources *sources, json_t *record,
    int64_t deadline_us, void (*done)(void *arg), void *arg);

/* The end of the program has come first: done is not called any more.  To be freed after dns_free,
 * dnsbl_free and relay_test_free. */
void enrich_mail_stop(struct enrich_mail *m);

void enrich_mail_free(struct enrich_mail *m);

#endif
