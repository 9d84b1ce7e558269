/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-queries - what name servers were asked, as evidence.  See emt-queries.1. */

#include <sysexits.h>

#include "base/log.h"
#include "base/settings.h"
#include "queryparse/collect.h"
#include "queryparse/queries_follow.h"
#include "queryparse/summary.h"

struct command_line {
	struct queries_params params;
	struct queries_follow follow;
	struct summary_params summary;
	struct collect_params collect;
};

#define FIELD(name) .field = offsetof(struct command_line, name)

static const struct option switches[] = {
    {"share", 0, OPT_TEXT, FIELD(params.share), .arg = "DIR",
	.help = "folder with the test cases (default: beside this program)"},
    {"year", 0, OPT_NUMBER, .min = 1970, .max = 9999, FIELD(params.year),
	.help = "year of the first line, where stamps lack it (default: by the file's date)"},
    {"zone", 0, OPT_TEXT, FIELD(params.zone), .arg = "ZONE",
	.help = "zone of stamps without one: UTC, +HH:MM or a name (default: the system's)"},
    {"window", 0, OPT_SECONDS, .min = 0, .max = 86400, FIELD(params.window_s),
	.help = "how long a query waits for its answer and for earlier ones (default 30s)"},
    {"strict", 0, OPT_FLAG, FIELD(params.strict), .help = "exit 65 if something is damaged"},
    {"stats", 0, OPT_FLAG, FIELD(params.stats), .help = "print counts on standard error"},
    {"follow-state", 0, OPT_TEXT, FIELD(follow.state_dir), .arg = "DIR",
	.help = "read what is new in the log, and remember in this folder how far"},
    {"out", 0, OPT_TEXT, FIELD(follow.out_dir), .arg = "DIR",
	.help = "with --follow-state and collect: the folder to write to (default query_dir)"},
    {"log", 0, OPT_TEXT, FIELD(follow.log), .arg = "FILE",
	.help = "with --follow-state: the log (default " COLLECT_FILE " in query_dir)"},
    {"json", 0, OPT_FLAG, FIELD(summary.json),
	.help = "summary: one JSON line (resolver/1) for each address"},
    {"socket", 0, OPT_TEXT, FIELD(collect.socket), .arg = "PATH",
	.help = "collect: where name servers connect (default dnstap_socket)"},
    {"group", 0, OPT_TEXT, FIELD(collect.group), .arg = "GROUP",
	.help = "collect: its members may connect (default: users of name servers)"},
    {"from", 0, OPT_TEXTS, FIELD(collect.from), .arg = "USER",
	.help = "collect: this user's processes may send, too; may be repeated"},
};

static int
run_follow(struct command_line *line, const struct settings *settings, struct arena *a)
{
	struct queries_follow *follow = &line->follow;

	if (!follow->out_dir)
		follow->out_dir = settings->query_dir;
	if (!follow->log)
		follow->log = arena_printf(a, "%s/" COLLECT_FILE, settings->query_dir);
	follow->user = settings->user;
	return queries_follow_run(follow, &line->params);
}

static int
run_collect(struct command_line *line, const struct settings *settings)
{
	struct collect_params *collect = &line->collect;

	if (!collect->socket)
		collect->socket = settings->dnstap_socket;
	collect->out_dir = line->follow.out_dir ? line->follow.out_dir : settings->query_dir;
	collect->user = settings->user;
	return collect_run(collect);
}

static int
usage(const char *what)
{
	log_error("%s", what);
	return EX_USAGE;
}

static int
run(struct command_line *line, const struct settings *settings, struct arena *a,
    char *const *operands, int n)
{
	const struct queries_follow *follow = &line->follow;
	bool collects = n && !strcmp(operands[0], "collect");
	bool sums_up = n && !strcmp(operands[0], "summary");

	line->params.domain = settings->domain;
	if ((collects && n > 1) || (follow->state_dir && n))
		return usage("collect and --follow-state take no files: --log names the log");
	if (line->summary.json && !sums_up)
		return usage("--json is of summary");
	if ((line->collect.socket || line->collect.group || line->collect.from.n) && !collects)
		return usage("--socket, --group and --from are of emt-queries collect");
	if ((follow->log && !follow->state_dir) ||
	    (follow->out_dir && !follow->state_dir && !collects))
		return usage("--out and --log are of --follow-state; give it a folder, too");
	if (collects)
		return run_collect(line, settings);
	if (sums_up)
		return summary_run(&line->summary, &line->params, operands + 1, n - 1);
	return follow->state_dir ? run_follow(line, settings, a)
				 : queries_run(&line->params, operands, n);
}

int
main(int argc, char **argv)
{
	struct command_line line = {.params = {.window_s = 30}};
	const struct program program = {
	    .name = "emt-queries",
	    .synopsis = "[SWITCH...] [summary] [FILE...|-]\n       emt-queries collect [SWITCH...]",
	    .about =
		"Reads dnstap, query logs and captures, and writes one JSON line (query/1) for "
		"each query.",
	    .switches = {switches, sizeof switches / sizeof *switches},
	    .switch_target = &line,
	    .used_by = BY_QUERIES,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0)
		status = run(&line, &settings, a, argv + 1, operands_n);
	arena_free(a);
	return status;
}
