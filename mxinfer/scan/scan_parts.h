/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_parts - within scan: one run while it is under way. */
#ifndef EMT_MXINFER_SCAN_SCAN_PARTS_H
#define EMT_MXINFER_SCAN_SCAN_PARTS_H

#include <sysexits.h>

#include "dns/public_suffix.h"
#include "io/trust.h"
#include "mxinfer/as_table.h"
#include "mxinfer/scan/blocklist.h"
#include "mxinfer/scan/cymru.h"
#include "mxinfer/scan/domains.h"
#include "mxinfer/scan/mail_route.h"
#include "mxinfer/scan/pace.h"
#include "mxinfer/scan/progress.h"
#include "mxinfer/scan/saved_table.h"
#include "mxinfer/scan/scan_out.h"
#include "mxinfer/scan/scan_params.h"
#include "mxinfer/scan/wordcount.h"
#include "mxinfer/scan/targets.h"
#include "mxinfer/scan/visit.h"

struct scan {
	struct arena *a;
	const struct scan_params *params;
	const struct settings *settings;
	int64_t started_us, ended_us; /* UTC */

	/* What a run is made with (scan_open). */
	struct loop *loop;
	struct domains *domains;
	struct dns *dns;
	struct mail_routes *routes;
	struct visits *visits;
	struct pace *pace;
	struct blocklist *blocklist;
	struct public_suffixes *suffixes;
	struct trust *trust;
	struct as_table *as_table; /* NULL: none */
	struct cymru *cymru;       /* NULL: not asked */
	int output_fd;
	char blocklist_digest[SHA256_HEX_LEN + 1];
	struct scan_out *out;
	struct saved_table *saved; /* NULL: not asked for */
	struct progress *progress;

	/* Where it is. */
	struct intern done_domains; /* those of an earlier run (--resume) */
	struct targets targets;
	uint64_t next;                       /* turn of the next domain */
	size_t routing_n, asking_n, ended_n; /* domains, and AS numbers, on their way */
	bool stopping;
	const char *stopped_by; /* NULL: by nobody, it came to its end */
	struct scan_tally tally;
	struct buf record; /* the one that is being written */
	struct loop_timer *feeder, *limit, *grace;
	struct loop_watch *signals;
	int signal_fd;
};

/* Opens all that a run is made with.  EX_OK, or the exit code; what is wrong was reported. */
int scan_open(struct scan *s, char *const *operands, int operands_n);
void scan_close(struct scan *s);

/* What was written before, and what that leaves to do (--resume): marks domains and targets.  The
 * targets that are left begin to wait when the run begins.  An exit code. */
int scan_resume(struct scan *s);

/* Writes s->record; ends the loop if nothing is left to do. */
void scan_write_record(struct scan *s);
void scan_end_if_done(struct scan *s);

/* An MX leads to an address: it begins its way to a record, unless it has. */
void scan_target_add(struct scan *s, const struct route_mx *mx, const struct ip *ip);
/* Those that an earlier run left. */
void scan_targets_begin(struct scan *s);
/* A pace_start: the visit. */
void scan_target_start(void *scan, uint32_t id);

/* The record of the run: beside the output when it begins, to --metadata at its end.  An exit code.
 */
int scan_note_begin(struct scan *s);
int scan_note_end(struct scan *s);

#endif
