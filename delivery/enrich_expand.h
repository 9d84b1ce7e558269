/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_expand - rows of the plan that stand for several look-ups, and those that go on from an
 * answer.  Each makes the part of the record that it fills, and has its own bound. */
#ifndef EMT_ENRICH_EXPAND_H
#define EMT_ENRICH_EXPAND_H

#include "delivery/enrich_plan.h"

enum {
	ENRICH_LABELS_MAX = 32,     /* of one name, counted from the root */
	ENRICH_SIGNATURES_MAX = 20, /* of a mail, whose keys are looked up */
	ENRICH_HOSTS_MAX = 10,      /* MX hosts, and PTR names of a client */
};

/* {"domain": NAME, "res": {"com.": {"DS": [], "DNSKEY": []}, "example.com.": ...}}: each label from
 * the children of the root on, as the ATC toolchain does it; the root itself is not asked. */
void enrich_expand_labels(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);

/* The first signature of its kind: {"selector", "domain", "sender_domain_key", "dkim_domain_key"};
 * {"N/A": true} without one. */
void enrich_expand_dkim(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);
void enrich_expand_domkey(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);

/* [{"kind": "dkim", "selector", "domain", "key": []}, ...]: all signatures of both kinds. */
void enrich_expand_signatures(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);

/* [{"host", "tlsa": []}, ...]: the MX hosts of the subject, the preferred ones first. */
void enrich_expand_mx_hosts(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);

/* {"names": [], "forward_confirmed": true, "confirmed": [NAME]}: the client's PTR names, and those
 * of them that have its address.  forward_confirmed is null if that is not known. */
void enrich_expand_ptr(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);

#endif
