/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_mail - completes the record of one mail: asks what its sender publishes, all at once, and
 * adds the answers.
 *
 * A table says which names of the record are asked for which types, and which keys take the
 * answers.  Those keys have the ATC toolchain's shape, an array of presentation text, on failure of
 * one text that says why; records that fail DNSSEC validation count as a failure there, as a
 * validating resolver gives none.  `lookups` beside them has everything about each answer, bogus
 * records too.
 *
 * The record is untrusted: every value may have any type and any content. */
#ifndef EMT_ENRICH_MAIL_H
#define EMT_ENRICH_MAIL_H

#include <jansson.h>

#include "dns/dns.h"

/* Begins; done(arg) is called once, from the loop, when the record is completed, not later than
 * deadline_us (a time of the loop's clock).  `record` is borrowed until then. */
void enrich_mail(struct loop *l, struct dns *d, json_t *record, int64_t deadline_us,
    void (*done)(void *arg), void *arg);

#endif
