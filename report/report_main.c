/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-report - from what the hosts recorded to verdicts.  See emt-report.1. */
#include <stdio.h>
#include <sysexits.h>

#include "base/log.h"
#include "report/report_command.h"

int
main(int argc, char **argv)
{
	struct report_switches switches;
	const struct program program = {
	    .name = "emt-report",
	    .synopsis = report_synopsis,
	    .about = "From records, ledger and returned mails to verdicts and pages; purges them.",
	    .switches = report_switches_table,
	    .switch_target = &switches,
	    .used_by = BY_REPORT,
	    .no_set_letter = true,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	report_switches_init(&switches);
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0 && !operands_n) {
		fprintf(
		    stderr, "emt-report: which command?\nusage: emt-report %s\n", report_synopsis);
		status = EX_USAGE;
	} else if (status < 0) {
		const struct report_call call = {.a = a,
		    .settings = &settings,
		    .switches = &switches,
		    .operands = argv + 2,
		    .operands_n = operands_n - 1};

		status = report_command_run(argv[1], &call);
	}
	arena_free(a);
	return status;
}
