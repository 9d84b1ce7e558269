/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/template.h"

#include "base/cursor.h"

enum { NAME_MAX_LEN = 64 };

static bool
is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

static struct template_value *
find(struct span name, struct template_value *values, size_t values_n)
{
	for (size_t i = 0; i < values_n; i++)
		if (span_eq(values[i].name, name))
			return &values[i];
	return NULL;
}

static size_t
count_lines(struct span s)
{
	size_t n = 0;

	while (s.p)
		n++, span_cut(&s, '\n');
	return n;
}

const char *
template_fill(struct arena *a, struct buf *out, struct span text, struct template_value *values,
    size_t values_n)
{
	struct cursor c = cursor_on(text);

	for (;;) {
		size_t line;
		struct span name;
		struct template_value *v;
		size_t plain = span_find(c.rest, '@');

		buf_put(out, (struct span){c.rest.p, plain});
		c.rest = span_from(c.rest, plain);
		if (cur_done(&c))
			break;
		line = count_lines((struct span){text.p, text.n - c.rest.n});
		cur_literal(&c, SPAN_LIT("@"));
		if (cur_maybe(&c, SPAN_LIT("@"))) {
			buf_putc(out, '@');
			continue;
		}
		name = cur_run(&c, is_name_char, NAME_MAX_LEN);
		if (!name.n || !cur_literal(&c, SPAN_LIT("@")))
			return arena_printf(
			    a, "line %zu: a lone @; write @@ for one, or @NAME@ for a place", line);
		v = find(name, values, values_n);
		if (!v)
			return arena_printf(
			    a, "line %zu: no value for @%.*s@", line, (int)name.n, name.p);
		v->used = true;
		buf_put(out, v->value);
	}
	for (size_t i = 0; i < values_n; i++)
		if (!values[i].used)
			return arena_printf(a, "no place @%.*s@ in the text for the value given",
			    (int)values[i].name.n, values[i].name.p);
	return NULL;
}
