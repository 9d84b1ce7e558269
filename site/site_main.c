/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-site - one site file becomes the whole measurement site; see emt-site(8). */
#include <stdio.h>
#include <sysexits.h>

#include "base/log.h"
#include "site/command.h"

static const char synopsis[] =
    "init --domain D --ipv4 PREFIX --ipv6 PREFIX [--layout multi|single] [-o FILE]\n"
    "       emt-site render [-c FILE] -o DIR [--now SECONDS]\n"
    "       emt-site sign [-c FILE] -o DIR [--machine NAME] [--validity TIME] [--now SECONDS]\n"
    "       emt-site check [-c FILE] -o DIR [--now SECONDS]\n"
    "       emt-site check [-c FILE] [-o DIR] --live [--deadline TIME] [--health DIR] [--roots "
    "FILE]\n"
    "       emt-site pin CERTIFICATE\n"
    "       emt-site testca [-c FILE] DIR [--now SECONDS]";

int
main(int argc, char **argv)
{
	struct command_switches switches;
	const struct program program = {
	    .name = "emt-site",
	    .synopsis = synopsis,
	    .about = "Renders, signs and checks the configuration of a measurement site.",
	    .switches = command_switches_table,
	    .switch_target = &switches,
	    .used_by = BY_SITE,
	    .no_set_letter = true,
	};
	struct arena *a = arena_new();
	struct settings settings;
	struct program_start start;
	int code = EX_USAGE;

	log_open(program.name, LOG_TO_STDERR);
	command_switches_init(&switches);
	start = program_start(a, &program, argc, argv, &settings);
	if (start.todo == PROGRAM_SHOW) {
		program_show(&program, &start);
		code = fflush(stdout) ? EX_TEMPFAIL : EX_OK;
	} else if (start.todo == PROGRAM_CONFIG && !start.operands_n) {
		fprintf(stderr, "%s: %s\n", program.name, start.message);
		code = EX_CONFIG;
	} else if (start.todo == PROGRAM_USAGE || !start.operands_n) {
		fprintf(stderr, "%s: %s\nusage: %s %s\n", program.name,
		    start.message ? start.message : "which command?", program.name, synopsis);
	} else {
		struct command_call call = {.a = a,
		    .settings = &settings,
		    .values = &start.values,
		    .site_file = start.site_file,
		    .config_error = start.message,
		    .switches = &switches,
		    .operands = argv + 2,
		    .operands_n = start.operands_n - 1};

		code = command_run(argv[1], &call);
	}
	arena_free(a);
	return code;
}
