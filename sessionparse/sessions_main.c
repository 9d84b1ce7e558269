/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-sessions - full SMTP sessions out of a Postfix log.  See emt-sessions.1. */

#include <sysexits.h>

#include "base/log.h"
#include "base/settings.h"
#include "sessionparse/config_check.h"
#include "sessionparse/sessions_follow.h"

struct command_line {
	struct sessions_params params;
	struct sessions_follow follow;
	bool check_config;
	const char *postfix_config;
};

#define FIELD(name) .field = offsetof(struct command_line, params.name)
#define FOLLOW(name) .field = offsetof(struct command_line, follow.name)

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
    {"follow-state", 0, OPT_TEXT, FOLLOW(state_dir), .arg = "DIR",
	.help = "read what is new in the log, and remember in this folder how far"},
    {"out", 0, OPT_TEXT, FOLLOW(out_dir), .arg = "DIR",
	.help = "with --follow-state: folder of the sessions (default session_dir)"},
    {"log", 0, OPT_TEXT, FOLLOW(log), .arg = "FILE",
	.help = "with --follow-state: the log (default mail_log)"},
    {"check-config", 0, OPT_FLAG, .field = offsetof(struct command_line, check_config),
	.help =
	    "say what Postfix should log and does not; FILEs hold what postconf said elsewhere"},
    {"postfix-config", 0, OPT_TEXT, .field = offsetof(struct command_line, postfix_config),
	.arg = "DIR",
	.help = "with --check-config: Postfix' configuration folder (default: Postfix' own)"},
};

static int
run(struct command_line *line, const struct settings *settings, char *const *files, int files_n)
{
	struct sessions_follow *follow = &line->follow;

	if (line->check_config)
		return config_check_run(line->postfix_config, files, files_n);
	if (line->postfix_config) {
		log_error("--postfix-config is of --check-config; give that, too");
		return EX_USAGE;
	}
	if (!follow->state_dir && (follow->out_dir || follow->log)) {
		log_error("--out and --log are of --follow-state; give it a folder, too");
		return EX_USAGE;
	}
	if (!follow->state_dir)
		return sessions_run(&line->params, files, files_n);
	if (files_n) {
		log_error("%s: with --follow-state the log is named by --log", files[0]);
		return EX_USAGE;
	}
	if (!follow->out_dir)
		follow->out_dir = settings->session_dir;
	if (!follow->log)
		follow->log = settings->mail_log;
	follow->user = settings->user;
	return sessions_follow_run(follow, &line->params);
}

int
main(int argc, char **argv)
{
	/* Postfix' maximal_queue_lifetime */
	struct command_line line = {.params = {.hold_s = 5 * 86400}};
	const struct program program = {
	    .name = "emt-sessions",
	    .synopsis = "[SWITCH...] [FILE...|-]",
	    .about =
		"Reads Postfix logs and writes one JSON line (session/1) for each SMTP session.",
	    .switches = {switches, sizeof switches / sizeof *switches},
	    .switch_target = &line,
	    .used_by = BY_SESSIONS,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0)
		status = run(&line, &settings, argv + 1, operands_n);
	arena_free(a);
	return status;
}
