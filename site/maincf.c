/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/maincf.h"

#include <stdio.h>

#include "base/buf.h"
#include "io/regex.h"

enum { VALUE_MAX = 1 << 20, NESTING_MAX = 8 };

static bool
is_comment(struct span line)
{
	struct span trimmed = span_trim(line);

	return trimmed.n == 0 || trimmed.p[0] == '#';
}

/* The next logical line: a line that begins with a blank goes on from the one before, and comments
 * between do not end it (postconf(5)). */
static bool
logical_line(struct arena *a, struct span *text, struct span *line)
{
	struct buf whole;

	while (text->p && is_comment((struct span){text->p, span_find(*text, '\n')}))
		span_cut(text, '\n');
	if (!text->p)
		return false;
	buf_init(&whole, VALUE_MAX);
	buf_put(&whole, span_cut(text, '\n'));
	while (text->p) {
		struct span next = {text->p, span_find(*text, '\n')};

		if (!is_comment(next) && !is_blank(next.p[0]))
			break;
		if (!is_comment(next)) {
			buf_putc(&whole, ' ');
			buf_put(&whole, span_trim(next));
		}
		span_cut(text, '\n');
	}
	*line = arena_span(a, buf_span(&whole));
	buf_free(&whole);
	return true;
}

static void
set(struct maincf *m, struct span name, struct span value)
{
	m->v = arena_grow(m->a, m->v, m->n, m->n + 1, sizeof *m->v);
	m->v[m->n++] = (struct maincf_entry){
	    arena_dup(m->a, span_trim(name)), arena_dup(m->a, span_trim(value))};
}

void
maincf_read(struct maincf *m, struct arena *a, struct span text)
{
	struct span line;

	*m = (struct maincf){.a = a};
	while (logical_line(a, &text, &line)) {
		struct span name = span_cut(&line, '=');

		if (line.p)
			set(m, name, line);
	}
}

static const char *
raw(const struct maincf *m, struct span name)
{
	for (size_t i = m->n; i > 0; i--)
		if (span_eq(span_str(m->v[i - 1].name), name))
			return m->v[i - 1].value;
	return NULL;
}

static bool
in_name(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static void
expand(const struct maincf *m, struct buf *out, struct span value, unsigned depth)
{
	while (value.n) {
		size_t n = 0, brace;
		const char *inner;

		if (value.p[0] != '$' || depth == NESTING_MAX) {
			buf_putc(out, value.p[0]);
			value = span_from(value, 1);
			continue;
		}
		brace = value.n > 1 && value.p[1] == '{';
		value = span_from(value, 1 + brace);
		while (n < value.n && in_name(value.p[n]))
			n++;
		inner = raw(m, (struct span){value.p, n});
		if (inner)
			expand(m, out, span_str(inner), depth + 1);
		value = span_from(value, n + (brace && n < value.n && value.p[n] == '}'));
	}
}

const char *
maincf_get(const struct maincf *m, const char *name)
{
	const char *value = raw(m, span_str(name)), *whole;
	struct buf out;

	if (!value)
		return NULL;
	buf_init(&out, VALUE_MAX);
	expand(m, &out, span_str(value), 0);
	whole = arena_dup(m->a, buf_span(&out));
	buf_free(&out);
	return whole;
}

static bool
is_between(char c)
{
	return is_blank(c) || c == ',' || c == '\n' || c == '\r';
}

struct span
maincf_word(struct span *list)
{
	struct span word;
	size_t n = 0;

	while (list->n && is_between(list->p[0]))
		*list = span_from(*list, 1);
	while (n < list->n && !is_between(list->p[n]))
		n++;
	word = (struct span){list->p, n};
	*list = span_from(*list, n);
	return word;
}

void
maincf_table(struct span word, struct span *type, struct span *path)
{
	size_t colon = span_find(word, ':');

	*type = (struct span){word.p, 0};
	*path = word;
	/* An IPv6 address has colons and no slash behind the first. */
	if (colon + 1 < word.n && word.p[colon + 1] == '/') {
		type->n = colon;
		*path = span_from(word, colon + 1);
	}
}

/* `-o name=value` and `-o { name = value }` of one service's line. */
static void
take_overrides(struct maincf *m, struct span words)
{
	struct span word;

	while ((word = maincf_word(&words)).n) {
		struct span name, value;

		if (!span_eq(word, SPAN_LIT("-o")))
			continue;
		words = span_trim(words);
		if (words.n && words.p[0] == '{') {
			value = span_from(span_cut(&words, '}'), 1);
		} else {
			/* A comma belongs to the value here. */
			size_t n = 0;

			while (n < words.n && !is_blank(words.p[n]))
				n++;
			value = (struct span){words.p, n};
			words = span_from(words, n);
		}
		name = span_cut(&value, '=');
		if (value.p)
			set(m, name, value);
	}
}

bool
maincf_service(
    struct arena *a, struct span master, const char *name, const char *type, struct maincf *m)
{
	struct span line;

	*m = (struct maincf){.a = a};
	while (logical_line(a, &master, &line)) {
		struct span rest = line, first = maincf_word(&rest), second = maincf_word(&rest);

		if (span_eq(first, span_str(name)) && span_eq(second, span_str(type))) {
			take_overrides(m, rest);
			return true;
		}
	}
	return false;
}

/* /pattern/flags value; pcre_table(5): letters count for both cases unless the flag i turns that
 * over. */
static enum maincf_found
match_pattern(struct arena *a, struct span line, const char *key, struct span *value)
{
	char delimiter = line.p[0];
	size_t end = 1, flags_n = 0;
	struct span flags;
	struct regex *regex;
	enum regex_st st;

	while (end < line.n && line.p[end] != delimiter)
		end += line.p[end] == '\\' ? 2 : 1;
	if (end >= line.n || in_name(delimiter) || is_blank(delimiter))
		return MAINCF_BAD;
	flags = span_from(line, end + 1);
	while (flags_n < flags.n && is_alpha(flags.p[flags_n]))
		flags_n++;
	*value = span_trim(span_from(flags, flags_n));
	flags.n = flags_n;
	regex = regex_try(
	    arena_dup(a, (struct span){line.p + 1, end - 1}), span_find(flags, 'i') == flags.n);
	if (!regex || value->n == 0) {
		regex_free(regex);
		return MAINCF_BAD;
	}
	st = regex_match(regex, span_str(key), NULL, 0);
	regex_free(regex);
	return st == REGEX_MATCH ? MAINCF_FOUND : MAINCF_ABSENT;
}

/* key value */
static enum maincf_found
match_key(struct span line, const char *key, struct span *value)
{
	struct span first;

	*value = line;
	first = maincf_word(value);
	*value = span_trim(*value);
	if (value->n == 0)
		return MAINCF_BAD;
	return span_ieq(first, span_str(key)) ? MAINCF_FOUND : MAINCF_ABSENT;
}

/* Does y set all that x sets, to the same values? */
static bool
has_all(const struct maincf *y, const struct maincf *x, const char *except)
{
	for (size_t i = 0; i < x->n; i++) {
		const char *mine = maincf_get(x, x->v[i].name),
			   *other = maincf_get(y, x->v[i].name);

		if (strcmp(x->v[i].name, except) != 0 && (!other || strcmp(mine, other) != 0))
			return false;
	}
	return true;
}

bool
maincf_same(const struct maincf *x, const struct maincf *y, const char *except)
{
	return has_all(y, x, except) && has_all(x, y, except);
}

enum maincf_found
maincf_lookup(
    struct arena *a, struct span type, struct span table, const char *key, const char **value)
{
	enum maincf_found answer = MAINCF_ABSENT;
	struct span line, found;

	while (logical_line(a, &table, &line)) {
		enum maincf_found here = MAINCF_ABSENT;

		found = line = span_trim(line);
		if (span_eq(type, SPAN_LIT("pcre"))) {
			here = match_pattern(a, line, key, &found);
		} else if (type.n) {
			here = match_key(line, key, &found);
		} else {
			struct span word, words = line;

			while ((word = maincf_word(&words)).n)
				if (span_ieq(word, span_str(key)))
					here = MAINCF_FOUND;
		}
		if (here == MAINCF_BAD) {
			*value = arena_dup(a, line);
			return MAINCF_BAD;
		}
		if (here == MAINCF_FOUND && answer == MAINCF_ABSENT) {
			answer = here;
			*value = arena_dup(a, found);
		}
	}
	return answer;
}
