/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_command - the commands of emt-report and their switches. */
#ifndef EMT_REPORT_REPORT_COMMAND_H
#define EMT_REPORT_REPORT_COMMAND_H

#include "report/html_run.h"
#include "report/ingest.h"
#include "report/purge.h"
#include "report/verdicts_run.h"

/* What the switches set; what was not given is NULL, false, 0 or as report_switches_init says. */
struct report_switches {
	const char *db, *share, *ledger;
	struct option_list mailbox, as;
	const char *output, *key_file, *mx_id;
	int64_t format; /* enum verdicts_format; -1: not given */
	int64_t by;     /* enum verdicts_by; BY_DEFAULT: not given */
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

/* Sets all switches to "not given". */
void report_switches_init(struct report_switches *switches);

/* Runs a command; the exit code. */
int report_command_run(const char *name, const struct report_call *call);

#endif
