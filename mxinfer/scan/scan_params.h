/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_params - what the command line of emt-mxscan says. */
#ifndef EMT_MXINFER_SCAN_SCAN_PARAMS_H
#define EMT_MXINFER_SCAN_SCAN_PARAMS_H

#include "base/option.h"
#include "base/settings.h"

enum scan_sni { SCAN_SNI_NONE, SCAN_SNI_MX };

struct scan_params {
	struct option_list domains, files, as, blocklist_files, allow;
	struct option_list resolvers; /* none: the setting's */
	const char *output, *metadata, *status, *save_scan_data;
	const char *ehlo_name, *contact; /* NULL: the settings' */
	const char *root_hints, *roots, *psl, *share, *shards;
	bool resume, dry_run, tlsa, mta_sts, dane, validate, authorities, ipv4, ipv6, raw, quiet;
	bool no_blocklist;
	int64_t sni; /* enum scan_sni */
	int64_t port, connect_timeout_s, patience_s;
	int64_t max_open, rate, per_ipv4_24, per_ipv6_48, per_operator;
	int64_t dns_parallel, dns_timeout_s;
	int64_t max_runtime_s; /* 0: none */
	int64_t seed;          /* -1: the order of the input */
	int64_t debug;
	int64_t shard, shards_n; /* out of `shards`; 1 of 1 without it */
};

/* The switches, for base/option.h; their target is a struct scan_params that begins as
 * scan_params_default. */
extern const struct option_table scan_switches;
extern const struct scan_params scan_params_default;

/* Completes the params out of the settings and each other: what one implies, what does not go with
 * another.  NULL, or what is wrong and the mend, from the arena. */
const char *scan_params_check(struct arena *a, struct scan_params *p,
    const struct settings *settings) __attribute__((warn_unused_result));

/* MX Inference's own switches in a form that base/option.h reads: behind --domains come any number
 * of values (none: its ten examples), behind --save_scan_data one or none.  Puts a command line in
 * their place where each has one. */
void scan_switches_of_original(struct arena *a, int *argc, char ***argv);

#endif
