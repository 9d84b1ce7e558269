/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-mxinfer - which provider is behind each domain's mail.  See emt-mxinfer.1. */
#include <stdio.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/settings.h"
#include "mxinfer/mxinfer.h"
#include "mxinfer/original_switches.h"

#define FIELD(name) .field = offsetof(struct mxinfer_params, name)

static const struct option switches[] = {
    {"output", 'o', OPT_TEXT, FIELD(output), .arg = "FILE",
	.help = "write there instead of standard output"},
    {"format", 0, OPT_CHOICE, .choices = "json|text|csv", FIELD(format),
	.help = "JSON lines (mx-id/1), what MX Inference prints, or CSV (default json)"},
    {"input", 0, OPT_TEXT, FIELD(input), .arg = "FORM",
	.help = "form of all input files: mx-scan, zdns, zgrab2, tsv, ip2asn or pfx2as "
		"(default: by their beginnings)"},
    {"to", 0, OPT_CHOICE, .choices = "mx-scan|tsv", FIELD(to),
	.help = "convert: what to write: mx-scan/1, or the table of MX Inference"},
    {"raw", 0, OPT_FLAG, FIELD(raw),
	.help = "convert to mx-scan: keep whole certificates, not only their names"},
    {"load_data_from_path", 0, OPT_TEXT, FIELD(load_data_from_path), .arg = "FILE",
	.help = "an input file"},
    {"as", 0, OPT_TEXTS, FIELD(as), .arg = "FILE",
	.help = "table of autonomous systems: ip2asn, pfx2as, or MaxMind (NAME.mmdb)"},
    {"verify", 0, OPT_FLAG, FIELD(verify),
	.help = "zgrab2: verify the certificates' raw chains, as of the time of the scan"},
    {"roots", 0, OPT_TEXT, FIELD(roots), .arg = "FILE",
	.help = "--verify: certificates of roots, PEM (default: this system's)"},
    {"psl", 0, OPT_TEXT, FIELD(psl), .arg = "FILE",
	.help = "Public Suffix List (default: the newest of this system)"},
    {"providers", 0, OPT_TEXTS, FIELD(providers), .arg = "FILE",
	.help = "companies, their ids and AS, beside or in the place of those shipped"},
    {"patterns", 0, OPT_TEXTS, FIELD(patterns), .arg = "FILE",
	.help = "what servers' names tell, beside or in the place of those shipped"},
    {"share", 0, OPT_TEXT, FIELD(share), .arg = "DIR",
	.help = "folder that holds tables/ (default: where this program was installed)"},
    {"disable_tls", 0, OPT_FLAG, FIELD(options.disable_tls), .help = "do not use certificates"},
    {"disable_banner", 0, OPT_FLAG, FIELD(options.disable_banner),
	.help = "do not use banners and answers to EHLO"},
    {"disable_heuristics", 0, OPT_FLAG, FIELD(options.disable_heuristics), .help = "correct no id"},
    {"heuristics_threshold", 0, OPT_NUMBER, .min = 0, .max = INT32_MAX,
	FIELD(options.heuristics_threshold),
	.help = "correct ids up to this confidence score (default 5)"},
    {"disable_heuristics_as", 0, OPT_FLAG, FIELD(options.disable_heuristics_as),
	.help = "correct no id by AS"},
    {"disable_heuristics_tls_pattern", 0, OPT_FLAG, FIELD(options.disable_heuristics_tls_pattern),
	.help = "correct no id by the names in certificates"},
    {"disable_heuristics_banner_pattern", 0, OPT_FLAG,
	FIELD(options.disable_heuristics_banner_pattern),
	.help = "correct no id by the names in banners and answers to EHLO"},
    {"map_id_to_company", 0, OPT_CHOICE, .choices = "True|False", FIELD(map_id_to_company),
	.help = "name the company of an id (default True)"},
    {"debug", 0, OPT_NUMBER, .min = 0, .max = 2, FIELD(debug),
	.help = "with --format text: 0 shows the primary MX, 1 all, 2 the names in certificates"},
    {"compat", 0, OPT_FLAG, FIELD(options.compat),
	.help = "answer as MX Inference does, its defects included"},
    {"explain", 0, OPT_TEXT, FIELD(explain), .arg = "DOMAIN",
	.help = "print every fact and rule that led to this domain's ids, and nothing else"},
    {"shares", 0, OPT_TEXT, FIELD(shares), .arg = "FILE",
	.help = "write market shares there (CSV)"},
    {"shares-implicit", 0, OPT_FLAG, FIELD(implicit),
	.help = "count domains without MX records whose own address answers"},
    {"model", 0, OPT_TEXT, FIELD(model), .arg = "FILE",
	.help = "take the counts and groups of a model (count, merge)"},
    {"metadata", 0, OPT_TEXT, FIELD(metadata), .arg = "FILE",
	.help = "write the record of this run there (mx-run/1)"},
    {"jobs", 'j', OPT_NUMBER, .min = 1, .max = 256, FIELD(jobs),
	.help = "threads (default: as many as processors)"},
    {"strict", 0, OPT_FLAG, FIELD(strict), .help = "end with 65 at the first bad record"},
    {"max-field", 0, OPT_NUMBER, .min = 1024, .max = INT64_C(1) << 30, .unit = "octets",
	FIELD(max_field), .help = "a larger field makes a record bad (default 16777216)"},
    {"now", 0, OPT_NUMBER, .min = 1, .max = INT64_C(1) << 40, FIELD(now_utc), .arg = "SECONDS",
	.help = "take this for the time, in seconds since 1970"},
};

int
main(int argc, char **argv)
{
	struct mxinfer_params params = {
	    .options.heuristics_threshold = 5,
	    .max_field = 16 << 20,
	    .to = -1,
	};
	const struct program program = {
	    .name = "emt-mxinfer",
	    .synopsis = "[infer] [SWITCH...] [FILE...|-]\n"
			"       emt-mxinfer count [SWITCH...] FILE... -o MODEL\n"
			"       emt-mxinfer merge MODEL... -o MODEL\n"
			"       emt-mxinfer convert --to mx-scan|tsv [SWITCH...] [FILE...|-]",
	    .about = "Finds the provider behind each domain's mail, out of scans.",
	    .switches = {switches, sizeof switches / sizeof *switches},
	    .switch_target = &params,
	};
	struct arena *a = arena_new();
	struct settings settings = {0};
	const char *error;
	int operands_n, status;

	log_open(program.name, LOG_TO_STDERR);
	error = original_switches(a, &argc, &argv);
	if (error) {
		log_error("%s", error);
		arena_free(a);
		return EX_USAGE;
	}
	status = program_begin(a, &program, argc, argv, &settings, &operands_n);
	if (status < 0)
		status = mxinfer_run(a, &params, argv + 1, operands_n);
	arena_free(a);
	return status;
}
