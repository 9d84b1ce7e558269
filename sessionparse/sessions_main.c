/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-sessions - full SMTP sessions out of a Postfix log.  See emt-sessions.1. */

#include "base/log.h"
#include "base/settings.h"
#include "sessionparse/sessions.h"

#define FIELD(name) .field = offsetof(struct sessions_params, name)

static const struct option switches[] = {
    {"year", 0, OPT_NUMBER, .min = 1970, .max = 9999, FIELD(year),
	.help = "year of the first line, where stamps lack it (default: by the file's date)"},
    {"zone", 0, OPT_TEXT, FIELD(zone), .arg = "ZONE",
	.help = "zone of stamps without one: UTC, +HH:MM or a name (default: the system's)"},
    {"hold", 0, OPT_SECONDS, .min = 0, .max = 366 * 86400, FIELD(hold_s),
	.help = "how long, in log time, a session waits for its mails' delivery (default 5d)"},
    {"keep-auth", 0, OPT_FLAG, FIELD(keep_auth),
	.help = "show AUTH credentials instead of taking them out"},
    {"stats", 0, OPT_FLAG, FIELD(stats),
	.help = "print counts of lines and sessions on standard error"},
};

int
main(int argc, char **argv)
{
	struct sessions_params params = {.hold_s = 5 * 86400}; /* Postfix' maximal_queue_lifetime */
	const struct program program = {
	    .name = "emt-sessions",
	    .synopsis = "[SWITCH...] [FILE...|-]",
	    .about =
		"Reads Postfix logs and writes one JSON line (session/1) for each SMTP session.",
	    .switches = {switches, sizeof switches / sizeof *switches},
	    .switch_target = &params,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0)
		status = sessions_run(&params, argv + 1, operands_n);
	arena_free(a);
	return status;
}
