/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_parts - what the modules of evidence_load share. */
#ifndef EMT_REPORT_EVIDENCE_PARTS_H
#define EMT_REPORT_EVIDENCE_PARTS_H

#include "report/evidence_load.h"
#include "report/health_runs.h"

struct evidence_loader {
	struct arena *arena; /* of all: health runs, gaps */
	struct store *store;
	const struct testcases *cases;
	struct evidence_params params;
	struct health_runs *health;
	const struct clock_marks *clock;
	int64_t (*gaps)[2]; /* by their begin, none touches another */
	size_t gaps_n;
	char last[80]; /* id of the set that came last */

	struct statement *next_set, *find_set, *probes;
	/* Rows that bear a token. */
	struct statement *submissions, *queries, *attempts, *mails, *dsns;
	struct statement *session_of_mail;
	/* Sessions without recipient; other sets; zone cuts. */
	struct statement *bare, *bare_any, *others, *fits, *cuts, *sharing;
};

/* A set that is being read. */
struct loading {
	struct evidence_loader *e;
	struct arena *a;
	struct probe_set *set;
	size_t *room;     /* of each probe's items */
	int64_t until_us; /* first evidence and deadline */
};

/* A new item of the probe, zeroed. */
struct item *loading_add(struct loading *l, size_t probe, enum item_kind kind);

/* Rows that bear the probe's token: submissions, attempts and mails need nothing else; queries and
 * notifications need the set's clock. */
void evidence_rows_prepare(struct evidence_loader *e);
void evidence_rows(struct loading *l, size_t probe);
void evidence_rows_of_anybody(struct loading *l, size_t probe);

/* Sessions that named no recipient; these need the rows of all probes. */
void evidence_bare_prepare(struct evidence_loader *e);
void evidence_bare(struct loading *l, size_t probe);

/* Queries at the cut, and who shares the resolvers; likewise. */
void evidence_cuts_prepare(struct evidence_loader *e);
void evidence_cuts(struct loading *l, size_t probe);
void evidence_sharing(struct loading *l);

/* Which queries are of the set's path; these need the cuts, too. */
void evidence_home(struct loading *l);

/* The columns of a session and its client from `at` on, as EVIDENCE_SESSION selects them. */
void item_take_session(struct loading *l, struct item *item, struct statement *row, int at);

#define EVIDENCE_SESSION \
	"s.record, s.helo, s.tls_protocol, s.tls_cipher, s.tls_error, s.ehlo, s.starttls, " \
	"s.refused_clear, s.complete, s.end_kind, c.address, c.name, c.operator, c.as_number"
enum { EVIDENCE_SESSION_N = 14 };

#endif
