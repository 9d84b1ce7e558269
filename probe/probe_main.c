/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-probe - sets of probes: made, listed, sent, forgotten; see emt-probe(1). */
#include <stdio.h>
#include <sysexits.h>

#include "base/log.h"
#include "probe/probe_command.h"

static const char synopsis[] =
    "new [--participant NAME] [--address ADDRESS] [--provider TEXT] [--seed N] [--all-in-one]\n"
    "       emt-probe list [--probe-set ID] [--format text|json|csv]\n"
    "       emt-probe mailto [--probe-set ID] [--html] [--invitation] [--all-in-one]\n"
    "       emt-probe send [--probe-set ID] [--from ADDRESS] --submission smtp[s]://HOST[:PORT]\n"
    "           [--auth-file FILE] [--roots FILE] [--dry-run]\n"
    "       emt-probe status [--probe-set ID] [--format text|json]\n"
    "       emt-probe forget [--dry-run] [TOKEN|ADDRESS|PARTICIPANT...]";

int
main(int argc, char **argv)
{
	struct probe_switches switches;
	const struct program program = {
	    .name = "emt-probe",
	    .synopsis = synopsis,
	    .about = "Makes, lists and sends the probes of a measurement, and forgets them.",
	    .switches = probe_switches_table,
	    .switch_target = &switches,
	    .used_by = BY_PROBE,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	probe_switches_init(&switches);
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0 && !operands_n) {
		fprintf(stderr, "%s: which command?\nusage: %s %s\n", program.name, program.name,
		    synopsis);
		status = EX_USAGE;
	} else if (status < 0) {
		const struct probe_call call = {.a = a,
		    .settings = &settings,
		    .switches = &switches,
		    .operands = argv + 2,
		    .operands_n = operands_n - 1};

		status = probe_command_run(argv[1], &call);
	}
	arena_free(a);
	return status;
}
