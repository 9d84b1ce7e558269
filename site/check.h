/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check - `emt-site check`, offline: is the rendered and signed tree what the plan says, and does
 * every case lead where it is meant to?
 *
 * A table of checks (check.c), each a function in a module check_*.c that looks at the files of the
 * tree and tells its findings, one line each: where, what, why it matters, how to mend.  What is
 * broken on purpose must be broken, in just that way, and everything else whole.  Nothing here asks
 * the network. */
#ifndef EMT_CHECK_H
#define EMT_CHECK_H

#include <stdio.h>

#include "site/paper.h"
#include "plan/plan.h"
#include "site/zonefile.h"

enum {
	CHECK_EXPIRY_S = 7 * 86400,       /* certificates that end sooner are a finding; so are
						signatures, or those in their last quarter */
	CHECK_FILE_MAX = 4 * 1024 * 1024, /* octets of a configuration file */
};

/* A zone of the plan, as its files say. */
struct check_zone {
	const struct plan_zone *plan;
	const char *file, *signed_file;
	bool loaded; /* the signed file could be read */
	struct zonefile zone;
	struct proof proof;
	const char **ds; /* what the parent holds: of a stranger's zone, owner/ORIGIN.ds */
	size_t ds_n;
};

struct check {
	struct arena *a;
	const struct plan *plan;
	const char *dir;
	const char *share; /* templates */
	const struct option_values *values;
	int64_t now_utc;
	bool try_postfix; /* run `postfix check` */
	FILE *out;
	size_t findings_n, skipped_n;
	struct check_zone *zones; /* as plan->zones */
	struct paper paper;
};

/* Runs them all.  Findings and what was skipped go to c->out; the caller fills in the members up to
 * `out`. */
void check_run(struct check *c);

/* One finding: "WHERE: WHAT; WHY; MEND".  Control characters are escaped. */
void check_finding(
    struct check *c, const char *where, const char *what, const char *why, const char *mend);

/* "skipped: WHAT: WHY".  No finding, but said. */
void check_skipped(struct check *c, const char *what, const char *why);

/* DIR/MACHINE/PATH; PATH is absolute on the machine, or relative to its root. */
const char *check_path(const struct check *c, const struct plan_machine *machine, const char *path);

/* Reads a file of the tree; one that is missing or cannot be read is a finding, and false. */
bool check_read(struct check *c, const char *path, struct span *text);

/* Resolvers that have one address family. */
enum { CHECK_RESOLVERS_N = 2 };
extern const struct paper_resolver check_resolvers[CHECK_RESOLVERS_N];

/* Takes the next line that holds more than blanks and a comment (# or ;) out of *text. */
bool check_next_line(struct span *text, struct span *line);

/* The checks.  Those that stand later may use what earlier ones have loaded. */
void check_zone_files(struct check *c);
void check_zone_ds(struct check *c);
void check_name_servers(struct check *c);
void check_cases(struct check *c);
void check_pointers(struct check *c);
void check_certificates(struct check *c);
void check_mail_servers(struct check *c);
void check_mail_tables(struct check *c);
void check_mail_domains(struct check *c);
void check_rendered(struct check *c);
void check_postfix(struct check *c);

#endif
