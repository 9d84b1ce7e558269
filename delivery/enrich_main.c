/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-enrich - completes records of mails by what their senders publish; see emt-enrich(8). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "delivery/enrich.h"

struct switches {
	bool once, verbose;
	const char *file;
};

#define FIELD(name) .field = offsetof(struct switches, name)

static struct switches chosen;

static const struct option switches[] = {
    {"once", 0, OPT_FLAG, FIELD(once), .help = "complete all pending records, then exit"},
    {"file", 0, OPT_TEXT, FIELD(file), .arg = "JSON", .help = "complete this record alone"},
    {"verbose", 'v', OPT_FLAG, FIELD(verbose), .help = "log more"},
};

static const struct program program = {
    .name = "emt-enrich",
    .synopsis = "[--once | --file JSON] [-v] [-c FILE] [-o NAME=VALUE]...",
    .about = "Looks up what the senders of stored mails publish, and completes the records.",
    .switches = {switches, sizeof switches / sizeof *switches},
    .switch_target = &chosen,
    .used_by = BY_ENRICH,
};

static int
run(struct arena *a, const struct settings *settings)
{
	struct notify_env notify = {
	    .socket = getenv("NOTIFY_SOCKET"),
	    .watchdog_us = getenv("WATCHDOG_USEC"),
	    .watchdog_pid = getenv("WATCHDOG_PID"),
	};
	struct dns_params dns = {
	    .mode = (enum dns_mode)settings->dns_mode,
	    .resolvers = settings->resolver,
	    .trust_anchor = settings->trust_anchor,
	    .trust_ad = settings->resolver_trusted,
	    .rng = &rng_system,
	    .parallel = (size_t)settings->dns_parallel,
	};
	struct enrich_params p = {
	    .settings = settings,
	    .loop = loop_new(),
	    .mode = chosen.file   ? ENRICH_FILE
		    : chosen.once ? ENRICH_ONCE
				  : ENRICH_DAEMON,
	    .file = chosen.file,
	    .progress = chosen.once && isatty(STDERR_FILENO),
	    .notify = &notify,
	};
	const char *error;
	int code = EX_CONFIG;

	p.dns_own = dns_open(a, p.loop, &dns, &error);
	if (p.dns_own)
		code = enrich(&p);
	else
		log_error("%s", error);
	loop_free(p.loop);
	return code;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct settings settings;
	int operands_n, code = program_begin(a, &program, argc, argv, &settings, &operands_n);

	log_open(program.name, LOG_TO_STDERR);
	log_verbose(chosen.verbose);
	if (code < 0 && (operands_n || (chosen.once && chosen.file))) {
		fprintf(stderr, "%s: %s\nusage: %s %s\n", program.name,
		    operands_n ? "it takes no argument beside its options"
			       : "--once and --file exclude each other",
		    program.name, program.synopsis);
		code = EX_USAGE;
	}
	/* libunbound and c-ares write to TCP connections that the other side may have closed. */
	signal(SIGPIPE, SIG_IGN);
	if (code < 0)
		code = run(a, &settings);
	arena_free(a);
	return code;
}
