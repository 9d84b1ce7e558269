/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run - one run of emt-mxinfer while it is under way: its input, its tables, what was counted. */
#ifndef EMT_MXINFER_RUN_H
#define EMT_MXINFER_RUN_H

#include "mxinfer/intake.h"
#include "mxinfer/model.h"
#include "mxinfer/mxinfer.h"

/* A table that was read. */
struct run_table {
	const char *path;
	int64_t date_utc;
};

struct run {
	struct arena *a;
	const struct mxinfer_params *params;
	const char *command;
	char *const *files;
	int files_n;
	unsigned threads;
	int64_t started_utc;
	struct public_suffixes *suffixes;
	struct as_table *as_table;
	struct trust *trust; /* NULL: what scanners say of certificates stands */
	struct company_table *companies;
	struct server_table *servers;
	struct run_table *tables;
	size_t tables_n;
	struct population population;
	struct diagnostics diagnostics;
	struct intake intake;
	struct cert_table certs;
	struct counts counts;
	struct cert_groups groups;
	struct inference inference;
};

/* Opens the certificates of roots, if --verify asks for them.  The exit code. */
int run_open_trust(struct run *r);

/* Opens the list of public suffixes and, for an inference, the tables.  The exit code. */
int run_begin(struct run *r, bool with_tables);
void run_end(struct run *r);

/* Reads all input, and counts.  With a model, its counts and groups take the place of the input's.
 */
int run_read(struct run *r);
void run_count(struct run *r, const struct model *model);

/* YYYY-MM-DD */
const char *run_day(struct arena *a, int64_t utc);

#endif
