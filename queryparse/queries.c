/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/queries.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/share.h"
#include "io/write_all.h"
#include "queryparse/casenames.h"
#include "queryparse/inputs.h"
#include "queryparse/recorder.h"

enum { OUTPUT_BLOCK = 64 * 1024 };

struct output {
	struct recorder *recorder;
	struct joiner *joiner;
	struct buf text;
	int error; /* errno of the first write that failed; nothing is written after it */
};

static void
flush_output(struct output *o)
{
	if (!o->error && !write_all(STDOUT_FILENO, buf_span(&o->text)))
		o->error = errno;
	buf_clear(&o->text);
}

static void
write_query(void *state, const struct query *q)
{
	struct output *o = state;

	recorder_put(o->recorder, q, &o->text);
	if (o->text.n >= OUTPUT_BLOCK)
		flush_output(o);
}

static bool
take_query(void *state, const struct query *q)
{
	struct output *o = state;

	joiner_add(o->joiner, q);
	return !o->error;
}

int
queries_source(const struct queries_params *params, struct zone *zone, struct source_params *source)
{
	*source = (struct source_params){
	    .zone = zone, .year = (int)params->year, .now_us = clock_wall_us(&clock_system)};
	zone_system(zone);
	if (!params->zone || zone_set(zone, params->zone))
		return EX_OK;
	log_error("--zone: \"%s\" is no zone; write UTC, +HH:MM, or a name as Europe/Berlin",
	    params->zone);
	return EX_USAGE;
}

int
queries_subjects(const struct queries_params *params, struct arena *a, struct subjects **subjects)
{
	const char **cases = NULL, *share, *error = NULL;
	size_t n = 0;

	/* Without a domain no name can be of a test case. */
	if (params->domain) {
		error = share_find(a, params->share, "testcases/mail-ok.conf", &share);
		if (!error)
			error = casenames_read(a, share, &cases, &n);
	}
	if (error) {
		log_error("%s", error);
		return EX_CONFIG;
	}
	*subjects = subjects_new(a, params->domain, cases, n);
	return EX_OK;
}

static void
print_stats(const struct source_counts *c, const struct joiner_counts *j)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {
	    {"units", c->units},
	    {"unrecognised", c->unrecognised},
	    {"damaged", c->damaged},
	    {"lost-streams", c->lost_streams},
	    {"queries", j->queries},
	    {"answers", j->answers},
	    {"unanswered", j->unanswered},
	    {"answers-without-query", j->orphans},
	    {"late", j->late},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(stderr, "%s %" PRIu64 "\n", rows[i].name, rows[i].n);
}

int
queries_report(const struct queries_params *params, const struct source_counts *counts,
    const struct joiner_counts *joined, int status)
{
	if (params->stats)
		print_stats(counts, joined);
	if (counts->damaged)
		log_error("warning: %" PRIu64 " lines, frames or packets are damaged or cut; what "
			  "they held is missing",
		    counts->damaged);
	if (counts->lost_streams)
		log_error("warning: of %" PRIu64 " TCP connections something was not captured; "
			  "what came after it is missing",
		    counts->lost_streams);
	if (joined->late)
		log_error("warning: %" PRIu64 " queries came too late for their place and stand "
			  "further behind; a longer --window helps",
		    joined->late);
	if (status == EX_OK && params->strict && (counts->damaged || counts->lost_streams))
		return EX_DATAERR;
	return status;
}

static int
run(const struct queries_params *params, const struct source_params *source,
    struct subjects *subjects, char *const *files, int files_n)
{
	struct output output = {.recorder = recorder_new(subjects)};
	const struct joiner_params joiner = {.window_us = params->window_s * 1000000,
	    .held_max = QUERIES_HELD_MAX,
	    .write = write_query,
	    .state = &output};
	struct source_counts counts = {0};
	int status;

	buf_init(&output.text, OUTPUT_BLOCK + QUERIES_LINE_MAX);
	output.joiner = joiner_new(&joiner);
	status = inputs_read(source, files, files_n, take_query, &output, &counts);
	joiner_end(output.joiner);
	flush_output(&output);
	if (output.error) {
		log_error("standard output: %s", strerror(output.error));
		status = EX_TEMPFAIL;
	}
	status = queries_report(params, &counts, joiner_counts(output.joiner), status);
	joiner_free(output.joiner);
	recorder_free(output.recorder);
	buf_free(&output.text);
	return status;
}

int
queries_run(const struct queries_params *params, char *const *files, int files_n)
{
	struct source_params source;
	struct subjects *subjects;
	struct arena *a = arena_new();
	struct zone zone;
	int status = queries_source(params, &zone, &source);

	if (status == EX_OK)
		status = queries_subjects(params, a, &subjects);
	if (status == EX_OK)
		status = run(params, &source, subjects, files, files_n);
	arena_free(a);
	return status;
}
