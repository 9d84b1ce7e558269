/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/csv.h"

#include "base/utf8.h"
#include "report/when.h"

static void
next_field(struct csv *c)
{
	if (c->is_begun)
		buf_putc(c->out, ',');
	c->is_begun = true;
}

static bool
is_formula(char first)
{
	return first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' ||
	       first == '\r';
}

void
csv_text(struct csv *c, const char *s)
{
	struct span rest = span_str(s);

	next_field(c);
	if (!rest.n)
		return;
	buf_putc(c->out, '"');
	if (is_formula(rest.p[0]))
		buf_putc(c->out, '\'');
	while (rest.n) {
		unsigned code = 0;
		size_t n = utf8_sequence(rest, &code);
		bool control = utf8_acts(code) && code != '\t' && code != '\n' && code != '\r';

		if (!n || control)
			buf_puts(c->out, "\xef\xbf\xbd");
		else if (code == '"')
			buf_puts(c->out, "\"\"");
		else
			buf_put(c->out, (struct span){rest.p, n});
		rest = span_from(rest, n ? n : 1);
	}
	buf_putc(c->out, '"');
}

void
csv_number(struct csv *c, int64_t n)
{
	next_field(c);
	buf_printf(c->out, "%lld", (long long)n);
}

void
csv_time(struct csv *c, int64_t us)
{
	char text[WHEN_TEXT_MAX];

	next_field(c);
	if (us)
		buf_puts(c->out, when_machine(us, text));
}

void
csv_end(struct csv *c)
{
	buf_puts(c->out, "\r\n");
	c->is_begun = false;
}

void
csv_head(struct csv *c, const char *columns)
{
	buf_puts(c->out, columns);
	csv_end(c);
}
