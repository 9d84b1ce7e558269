/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/fill.h"

#include <stdlib.h>

#include "io/tree.h"

enum { TEMPLATE_MAX = 256 * 1024, FILE_MAX = 1 << 30 };

void
fill_set_span(struct fill *f, const char *name, struct span value)
{
	size_t i = 0;

	while (i < f->n && !span_eq(f->v[i].name, span_str(name)))
		i++;
	if (i == f->room) {
		f->room = f->room ? 2 * f->room : 32;
		f->v = arena_grow(f->a, f->v, f->n, f->room, sizeof *f->v);
	}
	f->v[i] = (struct template_value){.name = span_str(name), .value = value};
	f->n += i == f->n;
}

void
fill_set(struct fill *f, const char *name, const char *value)
{
	fill_set_span(f, name, span_str(value));
}

void
fill_printf(struct fill *f, const char *name, const char *format, ...)
{
	struct buf b;
	va_list args;

	buf_init(&b, FILE_MAX);
	va_start(args, format);
	buf_vprintf(&b, format, args);
	va_end(args);
	fill_set_span(f, name, arena_span(f->a, buf_span(&b)));
	buf_free(&b);
}

static bool
has_place(struct span text, struct span name)
{
	while (text.n > name.n + 1) {
		text = span_from(text, span_find(text, '@'));
		if (text.n < name.n + 2)
			return false;
		text = span_from(text, 1);
		if (span_starts(text, name) && text.p[name.n] == '@')
			return true;
	}
	return false;
}

/* Only the values that the text has places for: template_fill refuses others. */
static const char *
fill_in(struct fill *f, struct span text, struct span *filled)
{
	struct template_value *used = arena_alloc(f->a, (f->n + 1) * sizeof *used);
	const char *error;
	struct buf out;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (has_place(text, f->v[i].name))
			used[n++] = f->v[i];
	buf_init(&out, FILE_MAX);
	error = template_fill(f->a, &out, text, used, n);
	if (!error && out.overflow)
		error = "the filled text is larger than 1 GiB; set tokens_per_case lower";
	*filled = arena_span(f->a, buf_span(&out));
	buf_free(&out);
	return error;
}

const char *
fill_text(struct fill *f, const char *template, bool part, struct span *text)
{
	const char *path = arena_printf(f->a, "%s/%s", f->share, template), *error;
	struct span raw;

	error = tree_read(f->a, path, TEMPLATE_MAX, &raw);
	if (error)
		return error;
	if (part && span_starts(raw, SPAN_LIT("# SPDX")))
		span_cut(&raw, '\n');
	error = fill_in(f, raw, text);
	return error ? arena_printf(f->a, "%s: %s", path, error) : NULL;
}

struct span
fill_snippet(struct fill *f, const char *snippet)
{
	struct span text;

	if (fill_in(f, span_str(snippet), &text))
		abort();
	return text;
}

const char *
fill_file(struct fill *f, const char *template, const char *path, unsigned mode)
{
	struct span text;
	const char *error = fill_text(f, template, false, &text);

	return error ? error : tree_write(f->a, f->dir, path, (mode_t)mode, text);
}
