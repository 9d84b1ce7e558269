/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/lines.h"
#include "io/write_all.h"
#include "sessionparse/config_check.h"
#include "sessionparse/journal_export.h"
#include "sessionparse/logyear.h"
#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog.h"

enum {
	OUTPUT_BLOCK = 64 * 1024,
	OUTPUT_MAX = 1024 * 1024 * 1024, /* no record comes near: its parts are bounded */
};

struct output {
	struct buf text;
	size_t block; /* octets gathered before they are written */
	int error;    /* errno of the first write that failed; nothing is written after it */
};

static void
flush_output(struct output *o)
{
	if (!o->error && !write_all(STDOUT_FILENO, buf_span(&o->text)))
		o->error = errno;
	buf_clear(&o->text);
}

static void
write_record(void *state, struct session *s)
{
	struct output *o = state;

	session_json_put(&o->text, s);
	if (o->text.n >= o->block)
		flush_output(o);
}

struct input {
	const char *name;
	int fd;
	struct stat stat;
};

static bool
open_input(struct input *in, const char *file)
{
	bool is_stdin = !strcmp(file, "-");

	in->name = is_stdin ? "standard input" : file;
	in->fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &in->stat) != 0) {
		log_error("%s: %s", in->name, strerror(errno));
		return false;
	}
	if (S_ISDIR(in->stat.st_mode)) {
		log_error("%s: is a folder; name the log files in it", in->name);
		return false;
	}
	return true;
}

/* Damage: the input is at fault, and stays so; all else may be better the next time. */
static int
report_failure(const struct lines *r, const struct input *in)
{
	const char *format = packed_format(&r->packed);

	if (r->why == PACKED_ERROR) {
		log_error("%s: %s", in->name, strerror(errno));
		return EX_TEMPFAIL;
	}
	log_error("%s: %s (%s)", in->name, packed_st_text(r->why), format);
	return EX_DATAERR;
}

static void
take_entry(struct sessionlog *l, enum journal_st st, const struct logline *entry)
{
	if (st != JOURNAL_MORE)
		sessionlog_split(l, st == JOURNAL_ENTRY ? entry : NULL);
}

/* The journal's export form, of which one line is read already. */
static enum lines_st
read_journal(struct sessionlog *l, struct lines *r, struct span line, const struct output *o)
{
	struct journal_export j;
	struct logline entry;
	enum lines_st st = LINES_LINE;
	uint64_t before = 0;

	journal_export_init(&j);
	while (!o->error && st == LINES_LINE) {
		take_entry(l, journal_export_line(&j, line, r->offset - before, &entry), &entry);
		before = r->offset;
		st = lines_next(r, &line);
	}
	if (!o->error && st == LINES_END && lines_rest(r, &line))
		take_entry(l, journal_export_line(&j, line, r->offset - before, &entry), &entry);
	take_entry(l, journal_export_end(&j, &entry), &entry);
	journal_export_free(&j);
	return st;
}

static int
read_lines(struct sessionlog *l, struct lines *r, const struct input *in, const struct output *o)
{
	struct span line;
	enum lines_st st = lines_next(r, &line);

	if (st == LINES_LINE && journal_export_is(line))
		st = read_journal(l, r, line, o);
	for (; !o->error && st == LINES_LINE; st = lines_next(r, &line))
		sessionlog_line(l, line);
	if (!o->error && st == LINES_END && lines_rest(r, &line))
		sessionlog_line(l, line);
	return st == LINES_FAILED ? report_failure(r, in) : EX_OK;
}

static int
read_input(struct sessionlog *l, const struct input *in, struct output *o)
{
	struct lines r;
	int status;

	/* Whoever feeds us line by line wants to see the records as they come. */
	o->block = S_ISREG(in->stat.st_mode) ? OUTPUT_BLOCK : 0;
	lines_init(&r, in->fd);
	status = read_lines(l, &r, in, o);
	lines_free(&r);
	return status;
}

static int
first_year(const struct sessions_params *params, const struct input *in)
{
	int64_t changed_us = (int64_t)in->stat.st_mtim.tv_sec * 1000000;

	if (params->year)
		return (int)params->year;
	if (!S_ISREG(in->stat.st_mode))
		return 0;
	return logyear_first(in->fd, in->stat.st_size, changed_us);
}

static void
print_stats(const struct sessionlog_counts *c)
{
	fprintf(stderr, "lines %" PRIu64 "\nunrecognised %" PRIu64 "\n", c->lines, c->unrecognised);
	for (int i = 0; i < EVENT_KINDS; i++)
		fprintf(
		    stderr, "%s %" PRIu64 "\n", logevent_name((enum logevent_kind)i), c->kinds[i]);
	fprintf(stderr, "sessions %" PRIu64 "\nincomplete-sessions %" PRIu64 "\n", c->sessions,
	    c->incomplete);
	fprintf(stderr, "mails-without-dialogue %" PRIu64 "\n", c->mails_without_dialogue);
}

void
sessions_report(const struct sessions_params *params, const struct sessionlog_counts *counts)
{
	if (params->stats)
		print_stats(counts);
	config_check_hint(counts->silent, counts->with_mail);
}

int
sessions_core(const struct sessions_params *params, struct sessionlog_params *core)
{
	*core = (struct sessionlog_params){
	    .keep_auth = params->keep_auth,
	    .now_us = clock_wall_us(&clock_system),
	    .year_given = params->year != 0,
	    .hold_us = params->hold_s * 1000000,
	};
	zone_system(&core->zone);
	if (!params->zone || zone_set(&core->zone, params->zone))
		return EX_OK;
	log_error("--zone: \"%s\" is no zone; write UTC, +HH:MM, or a name as Europe/Berlin",
	    params->zone);
	return EX_USAGE;
}

/* Files are opened before anything is written: a stream with a hole in it would make wrong
 * sessions. */
static int
open_inputs(struct input *inputs, char *const *files, int files_n)
{
	for (int i = 0; i < files_n; i++)
		if (!open_input(&inputs[i], files[i]))
			return EX_TEMPFAIL;
	return EX_OK;
}

static int
run(const struct sessions_params *params, struct sessionlog_params *core, struct input *inputs,
    int inputs_n)
{
	struct output output = {.error = 0};
	struct sessionlog *l;
	int status = EX_OK;

	core->first_year = first_year(params, &inputs[0]);
	core->write = write_record;
	core->state = &output;
	buf_init(&output.text, OUTPUT_MAX);
	l = sessionlog_new(core);
	for (int i = 0; i < inputs_n && status == EX_OK && !output.error; i++)
		status = read_input(l, &inputs[i], &output);
	if (status == EX_OK)
		sessionlog_end(l);
	flush_output(&output);
	if (output.error) {
		log_error("standard output: %s", strerror(output.error));
		status = EX_TEMPFAIL;
	}
	sessions_report(params, sessionlog_counts(l));
	sessionlog_free(l);
	buf_free(&output.text);
	return status;
}

int
sessions_run(const struct sessions_params *params, char *const *files, int files_n)
{
	static char dash[] = "-", *const only_stdin[] = {dash};
	struct sessionlog_params core;
	struct input *inputs;
	int status = sessions_core(params, &core);

	if (status != EX_OK)
		return status;
	if (!files_n) {
		files = only_stdin;
		files_n = 1;
	}
	inputs = calloc((size_t)files_n, sizeof *inputs);
	if (!inputs)
		out_of_memory();
	status = open_inputs(inputs, files, files_n);
	if (status == EX_OK)
		status = run(params, &core, inputs, files_n);
	for (int i = 0; i < files_n; i++)
		if (inputs[i].fd > STDIN_FILENO)
			close(inputs[i].fd);
	free(inputs);
	return status;
}
