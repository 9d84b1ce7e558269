/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/server_table.h"

#include "base/cursor.h"

enum test { TEST_HAS, TEST_BEGINS, TEST_IS, TEST_FOUR_NUMBERS, TEST_THREE_DASHES, TEST_GREETING };

struct condition {
	enum test test;
	struct span text;
};

struct rule {
	struct rule *next;
	enum server_kind kind;
	struct condition *conditions;
	size_t conditions_n;
};

struct server_domain {
	struct span domain;
	bool wildcard;
	struct rule *first;
	size_t file;
};

struct server_table {
	struct arena *arena;
	struct server_domain *domains;
	size_t domains_n;
	size_t files_n;
	struct server_domain *current;
};

/* A name, and what is asked about it. */
struct subject {
	struct span name;
	struct span before; /* the domain, with its dot */
	struct span domain;
	bool greeting, compat;
};

struct server_table *
server_table_new(struct arena *a)
{
	struct server_table *t = arena_alloc(a, sizeof *t);

	t->arena = a;
	return t;
}

static const char *
take_domain(struct server_table *t, const struct table_line *line)
{
	struct server_domain *d = NULL;
	struct hostname name;

	if (line->words_n != 2 || !table_domain(line->words[1], &name))
		return "no domain; write `domain DOMAIN`, in which * may stand for some octets";
	for (size_t i = 0; i < t->domains_n && !d; i++)
		if (span_eq(t->domains[i].domain, hostname_span(&name)))
			d = &t->domains[i];
	if (d && d->file == t->files_n)
		return "this domain is in the file already; put its rules together";
	if (!d) {
		t->domains =
		    arena_grow(t->arena, t->domains, t->domains_n, t->domains_n + 1, sizeof *d);
		d = &t->domains[t->domains_n++];
		d->domain = arena_span(t->arena, hostname_span(&name));
		d->wildcard = span_find(d->domain, '*') < d->domain.n;
	}
	d->file = t->files_n;
	d->first = NULL;
	t->current = d;
	return NULL;
}

static bool
take_condition(struct span word, struct condition *c)
{
	static const struct {
		struct span name;
		enum test test;
		bool wants_text;
	} tests[] = {
	    {SPAN_LIT("has:"), TEST_HAS, true},
	    {SPAN_LIT("begins:"), TEST_BEGINS, true},
	    {SPAN_LIT("is:"), TEST_IS, true},
	    {SPAN_LIT("three-dashes:"), TEST_THREE_DASHES, true},
	    {SPAN_LIT("four-numbers"), TEST_FOUR_NUMBERS, false},
	    {SPAN_LIT("greeting"), TEST_GREETING, false},
	};

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		if (!span_starts(word, tests[i].name))
			continue;
		*c = (struct condition){tests[i].test, span_from(word, tests[i].name.n)};
		return tests[i].wants_text == (c->text.n > 0);
	}
	return false;
}

static const char *
take_rule(struct server_table *t, const struct table_line *line, enum server_kind kind)
{
	struct rule *rule = arena_alloc(t->arena, sizeof *rule), **end;
	struct server_domain *d = t->current;

	if (!d)
		return "no domain yet; begin with `domain DOMAIN`";
	rule->kind = kind;
	rule->conditions_n = line->words_n - 1;
	rule->conditions = arena_alloc(t->arena, line->words_n * sizeof *rule->conditions);
	for (size_t i = 1; i < line->words_n; i++)
		if (!take_condition(line->words[i], &rule->conditions[i - 1]))
			return "a condition is has:X, begins:X, is:X, four-numbers, three-dashes:X "
			       "or "
			       "greeting";
	for (end = &d->first; *end; end = &(*end)->next)
		;
	*end = rule;
	return NULL;
}

static const char *
take_line(void *state, const struct table_line *line)
{
	struct server_table *t = state;
	struct span word = line->words[0];

	if (span_eq(word, SPAN_LIT("domain")))
		return take_domain(t, line);
	if (span_eq(word, SPAN_LIT("own")))
		return take_rule(t, line, SERVER_OWN);
	if (span_eq(word, SPAN_LIT("rented")) || span_eq(word, SPAN_LIT("random")))
		return take_rule(t, line, SERVER_RENTED);
	return "a line begins with date, domain, own, rented or random";
}

const char *
server_table_read(struct server_table *t, const char *path, int64_t *date_utc)
{
	t->files_n++;
	t->current = NULL;
	return table_file_read(t->arena, path, take_line, t, date_utc);
}

static bool
contains(struct span s, struct span part)
{
	return s.n >= part.n && memmem(s.p, s.n, part.p, part.n);
}

static bool
is_four_numbers(struct span label)
{
	struct cursor c = cursor_on(label);

	for (int i = 0; i < 4; i++) {
		if (i)
			cur_literal(&c, SPAN_LIT("-"));
		if (cur_number(&c, 18) > 255)
			return false;
	}
	return cur_done(&c);
}

static size_t
count(struct span s, char octet)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == octet;
	return n;
}

static bool
holds(const struct condition *c, const struct subject *s)
{
	struct span label = {s->name.p, span_find(s->name, '.')};

	switch (c->test) {
	case TEST_HAS:
		return contains(
		    s->compat || contains(c->text, s->domain) ? s->name : s->before, c->text);
	case TEST_BEGINS: return span_starts(s->name, c->text);
	case TEST_IS: return span_eq(s->name, c->text);
	case TEST_FOUR_NUMBERS: return is_four_numbers(label);
	case TEST_THREE_DASHES: return span_starts(label, c->text) && count(label, '-') == 3;
	case TEST_GREETING: return s->greeting;
	}
	return false;
}

static enum server_kind
apply_rules(const struct server_domain *d, const struct subject *s)
{
	for (const struct rule *rule = d->first; rule; rule = rule->next) {
		size_t i = 0;

		while (i < rule->conditions_n && holds(&rule->conditions[i], s))
			i++;
		if (i == rule->conditions_n)
			return rule->kind;
	}
	return SERVER_UNKNOWN;
}

/* The domain of the table that `end` is; one without wildcard wins. */
static const struct server_domain *
find_domain(const struct server_table *t, struct span end)
{
	const struct server_domain *found = NULL;

	for (size_t i = 0; i < t->domains_n; i++) {
		const struct server_domain *d = &t->domains[i];

		if (!d->wildcard && span_eq(d->domain, end))
			return d;
		if (!found && d->wildcard && table_glob(d->domain, end))
			found = d;
	}
	return found;
}

enum server_kind
server_kind(const struct server_table *t, struct span name, bool greeting)
{
	for (struct span end = name; end.n; end = span_from(end, span_find(end, '.') + 1)) {
		const struct server_domain *d = find_domain(t, end);
		struct subject s = {.name = name, .domain = end, .greeting = greeting};

		s.before = (struct span){name.p, name.n - end.n};
		if (d)
			return apply_rules(d, &s);
	}
	return SERVER_UNKNOWN;
}

enum server_kind
server_kind_compat(const struct server_table *t, struct span name, bool greeting)
{
	for (size_t i = 0; i < t->domains_n; i++) {
		const struct server_domain *d = &t->domains[i];
		struct subject s = {.name = name, .greeting = greeting, .compat = true};

		/* `elif "180r.com":` is always true there. */
		if (span_eq(d->domain, SPAN_LIT("180r.com")))
			return SERVER_OWN;
		if (d->wildcard ? table_glob(d->domain, name) : contains(name, d->domain))
			return apply_rules(d, &s);
	}
	return SERVER_UNKNOWN;
}
