/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/tsv.h"

/* The offset of the first `byte` from `from` on; s.n if there is none. */
static inline size_t
find_from(struct span s, size_t from, char byte)
{
	const char *at = from < s.n ? memchr(s.p + from, byte, s.n - from) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* Behind an opening quote: the offset of the closing one; s.n if there is none.  One at the very
 * end may be the first of two. */
static size_t
closing_quote(struct span s, size_t from)
{
	size_t at = find_from(s, from, '"');

	while (at + 1 < s.n && s.p[at + 1] == '"')
		at = find_from(s, at + 2, '"');
	return at;
}

static inline void
add_field(struct tsv_row *row, struct span s, size_t from, size_t to)
{
	if (row->fields_n < TSV_FIELDS_MAX)
		row->fields[row->fields_n++] = (struct span){s.p + from, to - from};
}

/* How far a row goes. */
enum extent {
	EXTENT_ENDS, /* with a line end */
	EXTENT_OPEN, /* so far; if this is all of the file, it is whole */
	EXTENT_OPEN_QUOTED,
	EXTENT_ASTRAY,
};

/* Goes through a row field by field; *octets: with its line end, or all of s. */
static enum extent
walk(struct tsv_row *row, struct span s, size_t *octets)
{
	size_t at = 0, start, newline = 0;

	for (;; at++) {
		start = at;
		if (at < s.n && s.p[at] == '"') {
			at = closing_quote(s, at + 1);
			if (at == s.n)
				return EXTENT_OPEN_QUOTED;
			at++;
		} else {
			if (newline <= at)
				newline = find_from(s, at, '\n');
			at = find_from((struct span){s.p, newline}, at, '\t');
			if (at == newline && at > start && s.p[at - 1] == '\r')
				at--;
		}
		add_field(row, s, start, at);
		if (at < s.n && s.p[at] == '\t')
			continue;
		if (at < s.n && s.p[at] == '\r')
			at++;
		*octets = at < s.n ? at + 1 : s.n;
		if (at >= s.n)
			return EXTENT_OPEN;
		return s.p[at] == '\n' ? EXTENT_ENDS : EXTENT_ASTRAY;
	}
}

size_t
tsv_row_octets(struct span text, bool *quoted)
{
	struct tsv_row row;
	size_t line = find_from(text, 0, '\n'), octets = 0;

	*quoted = false;
	if (memchr(text.p, '"', line)) {
		row.fields_n = 0;
		switch (walk(&row, text, &octets)) {
		case EXTENT_ENDS: return octets;
		case EXTENT_OPEN_QUOTED: *quoted = true; return 0;
		case EXTENT_OPEN: return 0;
		case EXTENT_ASTRAY: break;
		}
	}
	return line < text.n ? line + 1 : 0;
}

static uint64_t
count_lines(struct span s)
{
	uint64_t n = 0;

	for (size_t at = 0; at < s.n; at = find_from(s, at, '\n') + 1)
		n++;
	return n;
}

void
tsv_next(struct span *text, struct tsv_row *row)
{
	size_t line = find_from(*text, 0, '\n'), octets = line < text->n ? line + 1 : line;
	struct span s = {text->p, octets};
	enum extent extent;

	row->fields_n = 0;
	row->astray = false;
	row->lines = 1;
	if (memchr(s.p, '"', s.n)) {
		extent = walk(row, *text, &s.n);
		row->astray = extent == EXTENT_ASTRAY || extent == EXTENT_OPEN_QUOTED;
		if (row->astray)
			s.n = octets;
		row->lines = s.n > octets ? count_lines(s) : 1;
	} else {
		walk(row, s, &s.n);
	}
	*text = span_from(*text, s.n);
	row->text = s;
	if (row->text.n && row->text.p[row->text.n - 1] == '\n')
		row->text.n--;
	if (row->text.n && row->text.p[row->text.n - 1] == '\r')
		row->text.n--;
}

struct span
tsv_field(const struct tsv_row *row, size_t i, struct buf *unquoted)
{
	struct span field = i < row->fields_n ? row->fields[i] : (struct span){"", 0};
	size_t start = unquoted->n;

	if (field.n < 2 || field.p[0] != '"')
		return field;
	field = (struct span){field.p + 1, field.n - 2};
	if (!memchr(field.p, '"', field.n))
		return field;
	if (!start)
		buf_room(unquoted, row->text.n); /* for all fields of the row, so that none moves */
	while (field.n) {
		size_t n = span_find(field, '"');

		n += n < field.n;
		buf_put(unquoted, (struct span){field.p, n});
		field = span_from(field, n + 1);
	}
	return span_from(buf_span(unquoted), start);
}
