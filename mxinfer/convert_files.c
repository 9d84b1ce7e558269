/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/convert_files.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"
#include "mxinfer/diagnostics.h"
#include "mxinfer/forms.h"
#include "mxinfer/splitter.h"

struct conversion {
	const struct convert_job *job;
	struct facts *facts;
	struct diagnostics diagnostics;
	const char *file;
	FILE *out;
};

static void
write_text(void *state, struct span text)
{
	struct conversion *c = state;

	/* A fault stays in the stream; the end of the run asks for it. */
	fwrite(text.p, 1, text.n, c->out);
}

static void
note_bad(void *state, uint64_t line, enum fact_bad cause, struct span what)
{
	struct conversion *c = state;

	diagnostics_add(&c->diagnostics, c->file, line, cause, what);
}

static int
read_blocks(struct conversion *c, struct splitter *s)
{
	uint64_t line = 1;
	struct block block = {.whole = 0};

	buf_init(&block.text, SIZE_MAX / 4);
	while (!c->diagnostics.fatal && splitter_next(s, &block)) {
		if (block.given_up)
			note_bad(c, line++, FACT_BAD_SIZE,
			    SPAN_LIT("a line longer than two such fields"));
		if (block.whole)
			line += s->form->read(c->facts, (struct span){block.text.p, block.whole},
			    line, c->job->max_field);
	}
	buf_free(&block.text);
	return c->diagnostics.fatal ? EX_DATAERR : EX_OK;
}

enum pass {
	PASS_AS, /* the files of --as, which must be AS tables */
	PASS_TABLES,
	PASS_OTHERS,
};

/* Reads the file if it belongs to this pass. */
static int
read_input(struct conversion *c, struct input *in, const char *form, enum pass pass)
{
	struct splitter s;
	int status = EX_OK;
	bool known = splitter_begin(&s, in, form, c->job->max_field);
	bool table = s.form == &form_ip2asn || s.form == &form_pfx2as;

	if (pass == PASS_AS && (!known || !table)) {
		log_error("%s: no AS table: ip2asn, pfx2as or a MaxMind database", c->file);
		status = EX_DATAERR;
	} else if (!known && pass == PASS_OTHERS) {
		log_error("%s: %s; --help lists the forms of --input", c->file,
		    form ? "there is no such form" : "a file of no known form");
		status = form ? EX_USAGE : EX_DATAERR;
	} else if (known && table == (pass != PASS_OTHERS)) {
		status = read_blocks(c, &s);
		if (!status && input_error(in)) {
			log_error("%s: %s", c->file, input_error(in));
			status = EX_DATAERR;
		}
	}
	splitter_free(&s);
	return status;
}

static int
read_file(struct conversion *c, const char *path, const char *form, enum pass pass)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct input *in;
	int status;

	if (is_stdin && pass == PASS_TABLES)
		return EX_OK;
	c->file = is_stdin ? "standard input" : path;
	in = input_open(path);
	if (!in) {
		log_error("%s: %s", path, strerror(errno));
		return EX_TEMPFAIL;
	}
	status = read_input(c, in, form, pass);
	input_close(in);
	return status;
}

static int
read_tables(struct conversion *c, const char *path)
{
	const char *error;

	if (!span_ends(span_str(path), SPAN_LIT(".mmdb")))
		return read_file(c, path, NULL, PASS_AS);
	error = convert_add_mmdb(c->facts, path);
	if (error)
		log_error("%s: %s", path, error);
	return error ? EX_DATAERR : EX_OK;
}

static int
read_all(struct conversion *c, char *const *files, int files_n)
{
	static char standard_input[] = "-";
	static char *const none[] = {standard_input};
	int status = EX_OK;

	if (!files_n) {
		files = none;
		files_n = 1;
	}
	for (size_t i = 0; !status && i < c->job->as.n; i++)
		status = read_tables(c, c->job->as.v[i]);
	for (enum pass pass = PASS_TABLES; pass <= PASS_OTHERS; pass++)
		for (int i = 0; !status && i < files_n; i++)
			status = read_file(c, files[i], c->job->form, pass);
	return status;
}

int
convert_files(const struct convert_job *job, char *const *files, int files_n, FILE *out)
{
	struct conversion c = {.job = job, .out = out, .diagnostics = {.strict = job->strict}};
	struct convert_params params = {.to = job->to,
	    .raw = job->raw,
	    .trust = job->trust,
	    .write = write_text,
	    .bad = note_bad,
	    .state = &c};
	int status;

	c.facts = convert_new(&params);
	status = read_all(&c, files, files_n);
	convert_end(c.facts);
	diagnostics_summary(&c.diagnostics);
	if (fflush(out) || ferror(out)) {
		log_error("the output cannot be written: %s", strerror(errno));
		status = EX_TEMPFAIL;
	}
	return status;
}
