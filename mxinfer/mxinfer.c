/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/mxinfer.h"

#include <errno.h>
#include <stdlib.h>
#include <sched.h>
#include <sysexits.h>

#include "base/log.h"
#include "mxinfer/answers.h"
#include "mxinfer/convert_files.h"
#include "mxinfer/explain.h"
#include "base/keyed_hash.h"
#include "mxinfer/metadata.h"
#include "mxinfer/run.h"

enum { PIECE = 1 << 20 }; /* octets of a model that are read at a time */

static int
usage(const char *message)
{
	log_error("%s; see emt-mxinfer --help", message);
	return EX_USAGE;
}

static int
write_error(const char *path)
{
	log_error("%s: %s", path ? path : "standard output", strerror(errno));
	return EX_TEMPFAIL;
}

static FILE *
open_output(const char *path)
{
	return path ? fopen(path, "we") : stdout;
}

/* False if anything could not be written. */
static bool
close_output(const char *path, FILE *f)
{
	bool good = !ferror(f);

	return !(path ? fclose(f) : fflush(f)) && good;
}

static int
write_shares(const struct run *r, const struct shares *shares)
{
	const char *path = r->params->shares;
	FILE *f = fopen(path, "we");

	if (!f)
		return write_error(path);
	shares_write(shares, &r->inference, f);
	return close_output(path, f) ? EX_OK : write_error(path);
}

static int
write_answers(struct run *r)
{
	const struct mxinfer_params *p = r->params;
	struct shares shares;
	struct answers_params params = {
	    .in = &r->inference,
	    .format = (enum output_format)p->format,
	    .debug = p->debug,
	    .threads = r->threads,
	    .shares = p->shares ? &shares : NULL,
	};
	FILE *f = open_output(p->output);
	int status = EX_OK;
	bool good;

	if (!f)
		return write_error(p->output);
	shares_init(&shares, p->implicit);
	good = answers_write(&params, f);
	if (!close_output(p->output, f) || !good)
		status = write_error(p->output);
	if (!status && p->shares)
		status = write_shares(r, &shares);
	shares_free(&shares);
	return status;
}

static const char *
load(const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	const char *error = NULL;
	char *room;
	size_t n;

	if (!f)
		return strerror(errno);
	do {
		room = buf_room(out, PIECE);
		n = fread(room, 1, PIECE, f);
		buf_added(out, n);
	} while (n);
	if (ferror(f))
		error = strerror(errno);
	if (f != stdin)
		fclose(f);
	return error;
}

static int
read_model(const char *path, struct model *m)
{
	const char *error;
	struct buf file;
	int status = EX_OK;

	buf_init(&file, SIZE_MAX / 4);
	error = load(path, &file);
	if (error)
		status = EX_TEMPFAIL;
	else if ((error = model_read(m, buf_span(&file))))
		status = EX_DATAERR;
	if (error)
		log_error("%s: %s", path, error);
	buf_free(&file);
	return status;
}

static int
write_model(const struct mxinfer_params *p, struct model *m)
{
	FILE *f = open_output(p->output);
	bool good;

	if (!f)
		return write_error(p->output);
	good = model_write(m, f);
	return close_output(p->output, f) && good ? EX_OK : write_error(p->output);
}

static int
write_explanation(struct run *r, const struct explain *e)
{
	const char *path = r->params->output;
	FILE *f = open_output(path);

	if (!f)
		return write_error(path);
	if (!explain_print(e, &r->inference, f)) {
		log_error("%s: no row names this domain", r->params->explain);
		close_output(path, f);
		return EX_DATAERR;
	}
	return close_output(path, f) ? EX_OK : write_error(path);
}

/* All that is between the tables and the answers. */
static int
infer_with(struct run *r, struct model *model, struct explain *e)
{
	const struct mxinfer_params *p = r->params;
	int status = p->model ? read_model(p->model, model) : EX_OK;

	if (!status && p->explain &&
	    !explain_begin(e, r->a, &r->population, &r->intake, p->explain))
		return usage("--explain: no domain name");
	if (!status)
		status = run_read(r);
	if (status)
		return status;
	run_count(r, p->model ? model : NULL);
	return p->explain ? write_explanation(r, e) : write_answers(r);
}

static int
infer(struct run *r)
{
	struct explain explain = {.id = 0};
	struct model model;
	int status = run_begin(r, true);

	model_init(&model, public_suffixes_time_utc(r->suffixes));
	if (!status)
		status = infer_with(r, &model, &explain);
	if (!status)
		status = metadata_write(r);
	explain_end(&explain);
	model_free(&model);
	return status;
}

static int
count(struct run *r)
{
	struct model model;
	int status = run_begin(r, false);

	model_init(&model, public_suffixes_time_utc(r->suffixes));
	if (!status)
		status = run_read(r);
	if (!status) {
		run_count(r, NULL);
		model_add(&model, &r->population, &r->counts, &r->groups);
		status = write_model(r->params, &model);
	}
	if (!status)
		status = metadata_write(r);
	model_free(&model);
	return status;
}

static int
merge(struct run *r)
{
	struct model model;
	int status = run_begin(r, false);

	model_init(&model, public_suffixes_time_utc(r->suffixes));
	for (int i = 0; !status && i < r->files_n; i++)
		status = read_model(r->files[i], &model);
	if (!status)
		status = write_model(r->params, &model);
	model_free(&model);
	return status;
}

static int
convert(struct run *r)
{
	const struct mxinfer_params *p = r->params;
	struct convert_job job = {
	    .to = (enum convert_to)p->to,
	    .raw = p->raw,
	    .form = p->input,
	    .as = p->as,
	    .max_field = (size_t)p->max_field,
	    .strict = p->strict,
	};
	int status = run_open_trust(r);
	FILE *f = status ? NULL : open_output(p->output);

	if (!f)
		return status ? status : write_error(p->output);
	job.trust = r->trust;
	status = convert_files(&job, r->files, r->files_n, f);
	if (!close_output(p->output, f) && !status)
		status = write_error(p->output);
	return status;
}

static const struct {
	const char *name;
	int (*run)(struct run *r);
} commands[] = {{"infer", infer}, {"count", count}, {"merge", merge}, {"convert", convert}};

/* What is wrong with the command line beyond single switches; NULL if nothing is.  A switch that
 * would do nothing is wrong. */
static const char *
conflict(const struct run *r)
{
	const struct mxinfer_params *p = r->params;
	bool infers = !strcmp(r->command, "infer"), merges = !strcmp(r->command, "merge"),
	     converts = !strcmp(r->command, "convert");
	bool reads = p->input || p->load_data_from_path || p->as.n || p->strict || p->verify;
	const struct {
		bool is;
		const char *message;
	} conflicts[] = {
	    {!infers && (p->model || p->shares || p->explain),
		"--model, --shares and --explain are for infer"},
	    {!infers && (p->format || p->debug || p->providers.n || p->patterns.n),
		"--format, --debug, --providers and --patterns are for infer"},
	    {converts ? p->to < 0 : p->to >= 0 || p->raw,
		"convert needs --to mx-scan or --to tsv; --to and --raw are for convert"},
	    {converts && (p->metadata || p->load_data_from_path),
		"--metadata and --load_data_from_path are not for convert"},
	    {p->raw && p->to != CONVERT_MX_SCAN, "--raw is for --to mx-scan"},
	    {p->roots && !p->verify, "--roots is for --verify"},
	    {merges && !r->files_n, "merge needs the files that `count` made"},
	    {merges && (reads || p->metadata), "merge reads models alone; --input, "
					       "--load_data_from_path, --as, --strict, --verify "
					       "and --metadata are not for it"},
	    {p->implicit && !p->shares, "--shares-implicit is for --shares"},
	    {p->explain && (p->shares || p->format),
		"--explain prints nothing else; --shares and --format are not for it"},
	    {p->options.compat && (!infers || p->model),
		"--compat needs all its input at once, as the Python tool does"},
	};

	for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++)
		if (conflicts[i].is)
			return conflicts[i].message;
	return NULL;
}

/* The processors that we may run on. */
static unsigned
processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

int
mxinfer_run(struct arena *a, struct mxinfer_params *params, char **operands, int operands_n)
{
	struct run r = {.a = a, .params = params, .command = "infer"};
	int (*command)(struct run * r) = infer;
	int status;

	for (size_t i = 0; operands_n && i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(operands[0], commands[i].name)) {
			r.command = commands[i].name;
			command = commands[i].run;
			operands++;
			operands_n--;
			break;
		}
	params->options.map_company = params->map_id_to_company == 0;
	r.files = operands;
	r.files_n = operands_n;
	r.threads = params->jobs ? (unsigned)params->jobs : processors();
	keyed_hash_seed(&rng_system);
	if (conflict(&r))
		return usage(conflict(&r));
	status = command(&r);
	run_end(&r);
	return status;
}
