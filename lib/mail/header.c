/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/header.h"

enum { NAME_LEN_MAX = 998 }; /* a whole line of RFC 5322; a longer name is no name */

size_t
header_mbox_line(struct span mail)
{
	size_t n;

	if (!span_starts(mail, SPAN_LIT("From ")))
		return 0;
	n = span_find(mail, '\n');
	return n < mail.n ? n + 1 : n;
}

static bool
is_field_name_char(char c)
{
	return c > ' ' && c < 0x7f && c != ':'; /* ftext of RFC 5322 section 3.6.8 */
}

/* The name in front of the colon, and in *colon its offset; empty if the line is no field. */
static struct span
field_name(struct span line, size_t *colon)
{
	size_t n = 0, at;

	while (n < line.n && n < NAME_LEN_MAX && is_field_name_char(line.p[n]))
		n++;
	for (at = n; at < line.n && is_blank(line.p[at]); at++)
		;
	*colon = at;
	return (struct span){line.p, at < line.n && line.p[at] == ':' ? n : 0};
}

bool
header_next(struct header_reader *r, struct header_field *field)
{
	struct span text = r->rest, line = span_cut(&text, '\n');
	size_t colon, end;

	field->name = field_name(line, &colon);
	if (!field->name.n)
		return false;
	while (text.n && is_blank(text.p[0]))
		span_cut(&text, '\n');
	end = text.p ? (size_t)(text.p - r->rest.p) : r->rest.n;
	field->body = (struct span){r->rest.p + colon + 1, end - colon - 1};
	if (field->body.n && field->body.p[field->body.n - 1] == '\n')
		field->body.n--;
	if (field->body.n && field->body.p[field->body.n - 1] == '\r')
		field->body.n--;
	r->rest = span_from(r->rest, end);
	return true;
}

size_t
header_end(struct span mail)
{
	struct header_reader r = {span_from(mail, header_mbox_line(mail))};
	struct header_field field;

	while (header_next(&r, &field))
		;
	if (span_starts(r.rest, SPAN_LIT("\r\n")))
		r.rest = span_from(r.rest, 2);
	else if (span_starts(r.rest, SPAN_LIT("\n")))
		r.rest = span_from(r.rest, 1);
	return mail.n - r.rest.n;
}

struct span
header_unfold(struct arena *a, struct span body)
{
	char *p = arena_alloc(a, body.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < body.n; i++) {
		bool ends = body.p[i] == '\n' ||
			    (body.p[i] == '\r' && i + 1 < body.n && body.p[i + 1] == '\n');

		if (!ends)
			p[n++] = body.p[i];
	}
	return span_trim((struct span){p, n});
}

size_t
header_comment(struct span s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.n;
}
