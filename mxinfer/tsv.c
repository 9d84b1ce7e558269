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

/* Does a line hold something, and then as many tabs as a row? */
static bool
is_row(struct span line)
{
	unsigned tabs = 0;

	if (!span_trim((struct span){line.p, find_from(line, 0, '\t')}).n)
		return false; /* JSON that is set in with tabs is none */
	for (size_t at = 0; tabs < TSV_TABS_MIN; tabs++) {
		at = find_from(line, at, '\t') + 1;
		if (at > line.n)
			return false;
	}
	return true;
}

/* Cannot be the start of a field of several lines: one of them is a row, or it is too large.
 * *lines: it has several. */
static bool
swallows(struct span field, size_t field_max, bool *lines)
{
	size_t at = find_from(field, 0, '\n');

	if (at == field.n)
		return false;
	*lines = true;
	if (field.n > field_max)
		return true;
	while (at < field.n) {
		size_t next = find_from(field, at + 1, '\n');

		if (is_row((struct span){field.p + at + 1, next - at - 1}))
			return true;
		at = next;
	}
	return false;
}

/* How far a row goes. */
enum extent {
	EXTENT_ENDS, /* with a line end */
	EXTENT_OPEN, /* so far; if this is all of the file, it is whole */
	EXTENT_OPEN_QUOTED,
	EXTENT_ASTRAY,
};

/* Goes through a row field by field; *octets: with its line end, or all of s.  Whatever comes
 * behind s, a row that is astray stays so. */
static enum extent
walk(struct tsv_row *row, struct span s, size_t field_max, size_t *octets)
{
	size_t at = 0, start, newline = 0;
	bool lines = false;

	for (;; at++) {
		start = at;
		if (at < s.n && s.p[at] == '"') {
			at = closing_quote(s, at + 1);
			if (swallows((struct span){s.p + start, at - start}, field_max, &lines))
				return EXTENT_ASTRAY;
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
		/* Fields more than a row may have end it here: quotes that open in each line and
		 * close in the next would lead through the whole file, for each of its lines. */
		if (lines && row->fields_n == TSV_FIELDS_MAX)
			return EXTENT_ASTRAY;
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

static uint64_t
count_lines(struct span s)
{
	uint64_t n = 0;

	for (size_t at = 0; at < s.n; at = find_from(s, at, '\n') + 1)
		n++;
	return n;
}

static struct span
without_end(struct span line)
{
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* The row that the first octets of s are, according to its quotes, if it may be one. */
static bool
stands(struct tsv_row *row, struct span s, size_t line, const struct tsv_rule *rule)
{
	row->text = without_end(s);
	row->lines = s.n > line ? count_lines(s) : 1;
	return row->lines == 1 || rule->stands(row, rule->field_max);
}

size_t
tsv_row_octets(struct span text, const struct tsv_rule *rule)
{
	struct tsv_row row = {.fields_n = 0};
	size_t line = find_from(text, 0, '\n'), octets = 0;
	enum extent extent;

	if (memchr(text.p, '"', line)) {
		extent = walk(&row, text, rule->field_max, &octets);
		if (extent == EXTENT_OPEN || extent == EXTENT_OPEN_QUOTED)
			return 0;
		if (extent == EXTENT_ENDS &&
		    stands(&row, (struct span){text.p, octets}, line + 1, rule))
			return octets;
	}
	return line < text.n ? line + 1 : 0;
}

void
tsv_next(struct span *text, const struct tsv_rule *rule, struct tsv_row *row)
{
	size_t line = find_from(*text, 0, '\n'), octets = line < text->n ? line + 1 : line;
	struct span s = {text->p, octets};
	enum extent extent;

	row->fields_n = 0;
	row->astray = false;
	row->lines = 1;
	if (memchr(s.p, '"', s.n)) {
		extent = walk(row, *text, rule->field_max, &s.n);
		row->astray = extent == EXTENT_ASTRAY || extent == EXTENT_OPEN_QUOTED ||
			      !stands(row, s, octets, rule);
	} else {
		walk(row, s, rule->field_max, &s.n);
	}
	if (row->astray) {
		s.n = octets;
		row->lines = 1;
	}
	*text = span_from(*text, s.n);
	row->text = without_end(s);
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
