/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/table_file.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/cursor.h"

enum { FILE_MAX = 16 * 1024 * 1024 }; /* octets */

static const char *
load(struct arena *a, const char *path, struct span *text)
{
	FILE *f = fopen(path, "re");
	const char *error = NULL;
	char piece[4096];
	struct buf whole;
	size_t n;

	if (!f)
		return strerror(errno);
	buf_init(&whole, FILE_MAX);
	do {
		n = fread(piece, 1, sizeof piece, f);
		buf_put(&whole, (struct span){piece, n});
	} while (n && !whole.overflow);
	if (ferror(f))
		error = strerror(errno);
	else if (whole.overflow)
		error = "larger than such a table can be (16 MiB)";
	else
		*text = arena_span(a, buf_span(&whole));
	buf_free(&whole);
	fclose(f);
	return error;
}

static bool
read_date(struct span s, int64_t *date_utc)
{
	struct cursor c = cursor_on(s);
	int year = (int)cur_number(&c, 4), month, day = 1;

	cur_literal(&c, SPAN_LIT("-"));
	month = (int)cur_number(&c, 2);
	if (cur_maybe(&c, SPAN_LIT("-")))
		day = (int)cur_number(&c, 2);
	if (!cur_done(&c) || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*date_utc = civil_to_epoch(year, month, day, 0, 0, 0);
	return true;
}

/* The words of a line; more than there is room for are counted, not kept. */
static size_t
split(struct span line, struct span words[TABLE_WORDS_MAX])
{
	size_t n = 0;

	line.n = span_find(line, '#');
	for (line = span_trim(line); line.n; line = span_trim(line), n++) {
		size_t end = 0;

		while (end < line.n && !is_blank(line.p[end]))
			end++;
		if (n < TABLE_WORDS_MAX)
			words[n] = (struct span){line.p, end};
		line = span_from(line, end);
	}
	return n;
}

const char *
table_file_read(struct arena *a, const char *path,
    const char *(*take)(void *state, const struct table_line *line), void *state, int64_t *date_utc)
{
	struct span text = {NULL, 0}, words[TABLE_WORDS_MAX];
	const char *error = load(a, path, &text);
	size_t number = 0;

	if (error)
		return arena_printf(a, "%s: %s; name a readable table", path, error);
	*date_utc = 0;
	while (text.p) {
		struct table_line line = {words, split(span_cut(&text, '\n'), words)};

		number++;
		if (!line.words_n)
			continue;
		if (line.words_n > TABLE_WORDS_MAX)
			error = "more than 1000 words; use several lines";
		else if (!span_eq(words[0], SPAN_LIT("date")))
			error = take(state, &line);
		else if (line.words_n != 2 || !read_date(words[1], date_utc))
			error = "no date; write it as in `date 2021-11-30`";
		if (error)
			return arena_printf(a, "%s:%zu: %s", path, number, error);
	}
	if (!*date_utc)
		return arena_printf(a,
		    "%s:%zu: no date; add a line such as `date 2021-11-30`, when "
		    "its facts were gathered",
		    path, number);
	return NULL;
}

bool
table_domain(struct span word, struct hostname *out)
{
	char plain[HOSTNAME_MAX];

	if (word.n > sizeof plain)
		return false;
	for (size_t i = 0; i < word.n; i++)
		plain[i] = (char)(word.p[i] == '*' ? 'x' : word.p[i]);
	if (hostname_read((struct span){plain, word.n}, out) != HOSTNAME_HOST)
		return false;
	for (size_t i = 0; i < out->n; i++)
		if (word.p[i] == '*')
			out->text[i] = '*';
	return true;
}

bool
table_glob(struct span pattern, struct span text)
{
	struct span after = {NULL, 0}, at = {NULL, 0}; /* behind the last *, and where it ended */

	while (text.n) {
		if (pattern.n && *pattern.p == '*') {
			after = pattern = span_from(pattern, 1);
			at = text;
		} else if (pattern.n && *pattern.p == *text.p) {
			pattern = span_from(pattern, 1);
			text = span_from(text, 1);
		} else if (at.n) {
			pattern = after;
			text = at = span_from(at, 1);
		} else {
			return false;
		}
	}
	while (pattern.n && *pattern.p == '*')
		pattern = span_from(pattern, 1);
	return pattern.n == 0;
}
