/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_load - the evidence of one probe set after the other, out of the index.
 *
 * What bears a probe's token is certain: submissions, queries, recipients named in sessions, mails,
 * DSNs.  The rest is joined as METHOD 4 says:
 * - A mail's session is the one of the same host with its queue id.
 * - Sessions that named no recipient, at addresses that are a case's own, from the first evidence
 *   to the deadline: probable if they came from an operator that delivered another probe of the
 *   set, and no other set's probe of that case fits them: one that this operator delivers for, too,
 *   that was under way then (it had not come, nor had a final DSN).  All others are background; of
 *   these the first EVIDENCE_BACKGROUND_MAX are given.
 * - Queries without a token at the cut of a case's zone: of those addresses that asked for the
 *   token of one of the case's controls in this set.  How many other sets they served is counted.
 * - Queries are of the set's path if their resolver asked for a probe's token within minutes of the
 *   set's operator coming with that probe: certain by its address, probable if another address of
 *   its operator did (resolver_table.h).  All others may be anybody's who has seen an address of
 *   the set, and are foreign.
 * - A set belongs to the operator that first delivered its mail-ok, clients without a name are
 *   ascribed (ascription.h); what came from others is foreign.
 *
 * Sets come by id; one is in memory at a time, and what was kept of a token or a resolver is
 * bounded by the limits below, first ones first. */
#ifndef EMT_REPORT_EVIDENCE_LOAD_H
#define EMT_REPORT_EVIDENCE_LOAD_H

#include "report/evidence.h"
#include "report/store.h"

enum {
	EVIDENCE_ROWS_MAX = 2000,       /* rows of one kind that bear one token */
	EVIDENCE_CLIENT_ROWS_MAX = 100, /* those of one client, or one resolver's address */
	EVIDENCE_CUT_MAX = 20,          /* queries of one address at one cut */
	EVIDENCE_SESSIONS_MAX = 50,     /* sessions without recipient of one operator at one case */
	EVIDENCE_BACKGROUND_MAX = 10,   /* those of strangers */
	EVIDENCE_OTHERS_MAX = 100,      /* other sets that are looked at; with more, one fits */
	EVIDENCE_SHARING_MAX = 1000 /* queries of a resolver that its other sets are counted in */
};

struct evidence_params {
	int64_t deadline_us;     /* after the first evidence */
	int64_t health_every_us; /* health records further apart leave a gap */
};

struct evidence_loader;

/* All are borrowed.  The store is not written to meanwhile. */
struct evidence_loader *evidence_loader_open(
    struct store *s, const struct testcases *cases, const struct evidence_params *params);
void evidence_loader_close(struct evidence_loader *e); /* NULL is fine */

/* The next set, in the arena; false: there is none. */
bool evidence_loader_next(struct evidence_loader *e, struct arena *a, struct probe_set *set);

/* The set of that id; false: there is none. */
bool evidence_loader_find(
    struct evidence_loader *e, struct arena *a, const char *id, struct probe_set *set);

#endif
