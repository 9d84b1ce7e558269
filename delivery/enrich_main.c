/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-enrich - completes records of mails by what their senders publish; see emt-enrich(8). */
#include <stdio.h>
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
    .synopsis = "--once | --file JSON [-v] [-c FILE] [-o NAME=VALUE]...",
    .about = "Looks up what the senders of stored mails publish, and completes the records.",
    .switches = {switches, sizeof switches / sizeof *switches},
    .switch_target = &chosen,
    .used_by = BY_ENRICH,
};

static int
run(struct arena *a, const struct settings *settings)
{
	struct loop *l = loop_new();
	struct dns_params dns = {
	    .mode = (enum dns_mode)settings->dns_mode,
	    .resolvers = settings->resolver,
	    .trust_anchor = settings->trust_anchor,
	    .trust_ad = settings->resolver_trusted,
	    .rng = &rng_system,
	};
	struct enrich_params p = {
	    .settings = settings,
	    .loop = l,
	    .file = chosen.file,
	    .progress = isatty(STDERR_FILENO),
	};
	const char *error;
	int code = EX_CONFIG;

	p.dns = dns_open(a, l, &dns, &error);
	if (p.dns)
		code = enrich(&p);
	else
		log_error("%s", error);
	dns_free(p.dns);
	loop_free(l);
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
	if (code < 0 && (operands_n || chosen.once == (chosen.file != NULL))) {
		fprintf(stderr, "usage: %s %s\n", program.name, program.synopsis);
		code = EX_USAGE;
	}
	if (code < 0)
		code = run(a, &settings);
	arena_free(a);
	return code;
}
