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
#include "sessionparse/logread.h"
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
	struct span rest = buf_span(&o->text);

	while (rest.n && !o->error) {
		ssize_t n = write(STDOUT_FILENO, rest.p, rest.n);

		if (n >= 0)
			rest = span_from(rest, (size_t)n);
		else if (errno != EINTR)
			o->error = errno;
	}
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

/* What packed it, by the first octets; NULL: nothing did. */
static const char *
packer_of(struct span head)
{
	static const struct {
		struct span magic;
		const char *reader;
	} packers[] = {
	    {{"\x1f\x8b", 2}, "zcat"},
	    {{"BZh", 3}, "bzcat"},
	    {{"\x28\xb5\x2f\xfd", 4}, "zstdcat"},
	    {{"\xfd"
	      "7zXZ",
		 5},
		"xzcat"},
	};

	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++)
		if (span_starts(head, packers[i].magic))
			return packers[i].reader;
	return NULL;
}

static int
read_lines(struct sessionlog *l, struct logread *r, const struct input *in, const struct output *o)
{
	enum logread_st st;
	const char *packer;
	struct span line;

	st = logread_peek(r, 6, &line);
	packer = st == LOGREAD_ERROR ? NULL : packer_of(line);
	if (packer) {
		log_error(
		    "%s: is compressed; read it with: %s FILE | emt-sessions", in->name, packer);
		return EX_DATAERR;
	}
	while (st != LOGREAD_ERROR && !o->error && (st = logread_line(r, &line)) == LOGREAD_LINE)
		sessionlog_line(l, line);
	if (st == LOGREAD_ERROR) {
		log_error("%s: %s", in->name, strerror(errno));
		return EX_TEMPFAIL;
	}
	return EX_OK;
}

static int
read_input(struct sessionlog *l, const struct input *in, struct output *o)
{
	struct logread r;
	int status;

	/* Whoever feeds us line by line wants to see the records as they come. */
	o->block = S_ISREG(in->stat.st_mode) ? OUTPUT_BLOCK : 0;
	logread_init(&r, in->fd);
	status = read_lines(l, &r, in, o);
	logread_free(&r);
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
	if (params->stats)
		print_stats(sessionlog_counts(l));
	sessionlog_free(l);
	buf_free(&output.text);
	return status;
}

int
sessions_run(const struct sessions_params *params, char *const *files, int files_n)
{
	static char dash[] = "-", *const only_stdin[] = {dash};
	struct sessionlog_params core = {
	    .keep_auth = params->keep_auth,
	    .now_us = clock_wall_us(&clock_system),
	    .hold_us = params->hold_s * 1000000,
	};
	struct input *inputs;
	int status;

	zone_system(&core.zone);
	if (params->zone && !zone_set(&core.zone, params->zone)) {
		log_error(
		    "--zone: \"%s\" is no zone; write UTC, +HH:MM, or a name as Europe/Berlin",
		    params->zone);
		return EX_USAGE;
	}
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
