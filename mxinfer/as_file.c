/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/as_file.h"

#include <errno.h>

#include "mxinfer/diagnostics.h"
#include "mxinfer/forms.h"
#include "mxinfer/splitter.h"

enum { FIELD_MAX = 64 * 1024 }; /* octets; of such tables */

struct filling {
	struct facts facts; /* first */
	struct as_table *table;
	const char *path;
	struct diagnostics diagnostics;
};

static void
on_range(struct facts *f, const struct fact_range *range)
{
	as_table_add(((struct filling *)f)->table, range);
}

static void
on_bad(struct facts *f, uint64_t line, enum fact_bad cause, struct span what)
{
	struct filling *filling = (struct filling *)f;

	diagnostics_add(&filling->diagnostics, filling->path, line, cause, what);
}

static void
read_blocks(struct filling *f, struct splitter *s)
{
	struct block block = {.whole = 0};
	uint64_t line = 1;

	buf_init(&block.text, SIZE_MAX / 4);
	while (splitter_next(s, &block)) {
		if (block.given_up)
			on_bad(&f->facts, line++, FACT_BAD_SIZE, SPAN_LIT("a line too long"));
		if (block.whole)
			line += s->form->read(
			    &f->facts, (struct span){block.text.p, block.whole}, line, FIELD_MAX);
	}
	buf_free(&block.text);
}

const char *
as_file_read(struct arena *a, struct as_table *t, const char *path)
{
	struct filling f = {.facts = {.range = on_range, .bad = on_bad}, .table = t, .path = path};
	const char *error;
	struct splitter s;
	struct input *in;

	if (span_ends(span_str(path), SPAN_LIT(".mmdb"))) {
		error = as_table_add_mmdb(t, path);
		return error ? arena_printf(a, "%s: %s", path, error) : NULL;
	}
	in = input_open(path);
	if (!in)
		return arena_printf(a, "%s: %s", path, strerror(errno));
	error = "no table of autonomous systems: ip2asn, pfx2as or a MaxMind database";
	if (splitter_begin(&s, in, NULL, FIELD_MAX) &&
	    (s.form == &form_ip2asn || s.form == &form_pfx2as)) {
		read_blocks(&f, &s);
		error = input_error(in);
	}
	splitter_free(&s);
	input_close(in);
	diagnostics_summary(&f.diagnostics);
	return error ? arena_printf(a, "%s: %s", path, error) : NULL;
}
