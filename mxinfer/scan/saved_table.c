/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/saved_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mxinfer/convert.h"
#include "mxinfer/forms.h"

struct saved_table {
	FILE *file;
	struct facts *facts;
	bool bad; /* a record of ours that cannot be read: our own mistake */
};

const char *
saved_table_path(struct arena *a, const char *value, int64_t now_utc)
{
	time_t t = (time_t)now_utc;
	char text[64];
	struct tm tm;

	if (!strcmp(value, "False"))
		return NULL;
	if (strcmp(value, "True") != 0)
		return value;
	if (!gmtime_r(&t, &tm) ||
	    !strftime(text, sizeof text, "mx_inference-data-%Y%m%d%H%M%S.csv", &tm))
		abort();
	return arena_dup(a, span_str(text));
}

static void
write_text(void *state, struct span text)
{
	struct saved_table *t = state;

	/* A fault stays in the stream; the end asks for it. */
	fwrite(text.p, 1, text.n, t->file);
}

static void
note_bad(void *state, uint64_t line, enum fact_bad cause, struct span what)
{
	struct saved_table *t = state;

	(void)line;
	(void)what;
	t->bad = t->bad || cause == FACT_BAD_RECORD;
}

struct saved_table *
saved_table_new(const char *path)
{
	struct saved_table *t = must(calloc(1, sizeof *t));
	const struct convert_params params = {
	    .to = CONVERT_TSV, .write = write_text, .bad = note_bad, .state = t};

	t->file = fopen(path, "we");
	if (!t->file) {
		free(t);
		return NULL;
	}
	t->facts = convert_new(&params);
	return t;
}

void
saved_table_add(struct saved_table *t, struct span record)
{
	form_mx_scan.read(t->facts, record, 1, record.n + 1);
	if (t->bad)
		abort();
}

bool
saved_table_end(struct saved_table *t)
{
	bool good;

	convert_end(t->facts);
	good = !ferror(t->file);
	good = !fclose(t->file) && good;
	free(t);
	return good;
}
