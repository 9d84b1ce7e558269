/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_command - the commands of emt-report and their switches. */
#ifndef EMT_REPORT_REPORT_COMMAND_H
#define EMT_REPORT_REPORT_COMMAND_H

#include "report/html_run.h"
#include "report/ingest.h"
#include "report/purge.h"
#include "report/verdicts_run.h"

/* What the switches set; a command looks at its own. */
struct report_switches {
	const char *db, *share, *ledger;
	struct option_list mailbox, as;
	const char *output, *key_file, *mx_id;
	int64_t format, by; /* enum verdicts_format, verdicts_by */
	bool strict, dry_run;
	int64_t now_utc; /* 0: the clock's */
};

struct report_call {
	struct arena *a;
	const struct settings *settings;
	const struct report_switches *switches;
	char *const *operands; /* behind the command */
	int operands_n;
};

extern const struct option_table report_switches_table;
extern const char report_synopsis[];

/* Runs a command; the exit code. */
int report_command_run(const char *name, const struct report_call *call);

#endif
