/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-mxscan - looks at the mail servers of many domains, politely.  See emt-mxscan.1. */
#include "base/log.h"
#include "mxinfer/scan/scan.h"

int
main(int argc, char **argv)
{
	struct scan_params params = scan_params_default;
	const struct program program = {
	    .name = "emt-mxscan",
	    .synopsis = "[SWITCH...] [DOMAIN...|-]",
	    .about = "Finds and visits the mail servers of domains: DNS, SMTP, certificates.",
	    .switches = scan_switches,
	    .switch_target = &params,
	    .used_by = BY_SCAN,
	    .no_set_letter = true,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	scan_switches_of_original(a, &argc, &argv);
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0)
		status = scan_run(a, &params, &settings, argv + 1, operands_n);
	arena_free(a);
	return status;
}
