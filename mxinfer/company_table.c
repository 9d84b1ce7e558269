/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/company_table.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "mxinfer/intern.h"
#include "base/keyed_hash.h"

struct as_list {
	uint32_t *v;
	size_t n;
};

struct company {
	struct span name;
	struct as_list as;
	struct as_list except;        /* of its filter */
	struct company_filter filter; /* id.n == 0: it is none */
	size_t file;                  /* the number of the last file that has it */
	size_t ids_at, ids_n;         /* in ids */
};

struct company_id {
	struct span pattern;
	uint32_t company; /* 0: taken away by a later file */
	bool wildcard;
};

struct company_table {
	struct arena *arena;
	struct company *companies; /* from 1 */
	size_t companies_n;
	struct company_id *ids;
	size_t ids_n;
	struct intern exact;     /* the ids without wildcard, which are asked for all the time */
	uint32_t *exact_company; /* by these */
	const struct company_id **wildcards;
	size_t wildcards_n;
	const struct company_filter **filters;
	size_t filters_n;
	size_t files_n;
	uint32_t current; /* the company whose lines are being read */
};

static void
free_exact(void *exact)
{
	intern_free(exact);
}

struct company_table *
company_table_new(struct arena *a)
{
	struct company_table *t = arena_alloc(a, sizeof *t);

	t->arena = a;
	t->companies = arena_alloc(a, sizeof *t->companies);
	arena_defer(a, free_exact, &t->exact);
	return t;
}

static void
drop_ids(struct company_table *t, uint32_t company)
{
	for (size_t i = 0; i < t->ids_n; i++)
		if (t->ids[i].company == company)
			t->ids[i].company = 0;
}

static const char *
take_company(struct company_table *t, const struct table_line *line)
{
	struct company *c = NULL;

	if (line->words_n != 2)
		return "a company has one word for a name; write `company NAME`";
	for (size_t i = 1; i <= t->companies_n && !c; i++)
		if (span_eq(t->companies[i].name, line->words[1]))
			c = &t->companies[i];
	if (c && c->file == t->files_n)
		return "this company is in the file already; put its lines together";
	if (!c) {
		t->companies = arena_grow(
		    t->arena, t->companies, t->companies_n + 1, t->companies_n + 2, sizeof *c);
		c = &t->companies[++t->companies_n];
	}
	t->current = (uint32_t)(c - t->companies);
	drop_ids(t, t->current);
	*c = (struct company){.name = line->words[1], .file = t->files_n, .ids_at = t->ids_n};
	return NULL;
}

static const char *
take_ids(struct company_table *t, const struct table_line *line)
{
	if (line->words_n < 2)
		return "no ids; write `ids DOMAIN...`";
	for (size_t i = 1; i < line->words_n; i++) {
		struct company_id *id;
		struct hostname name;

		if (!table_domain(line->words[i], &name))
			return "an id is a registered domain, in which * may stand for some octets";
		t->ids = arena_grow(t->arena, t->ids, t->ids_n, t->ids_n + 1, sizeof *t->ids);
		id = &t->ids[t->ids_n++];
		id->pattern = arena_span(t->arena, hostname_span(&name));
		id->company = t->current;
		t->companies[t->current].ids_n++;
		id->wildcard = span_find(id->pattern, '*') < id->pattern.n;
	}
	return NULL;
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Adds the numbers of line's words from `from` on, ascending. */
static const char *
take_as(struct company_table *t, const struct table_line *line, size_t from, struct as_list *as)
{
	as->v = arena_grow(t->arena, as->v, as->n, as->n + line->words_n, sizeof *as->v);
	for (size_t i = from; i < line->words_n; i++) {
		struct cursor c = cursor_on(line->words[i]);
		uint64_t number = cur_number(&c, 10);

		if (!cur_done(&c) || !number || number > UINT32_MAX)
			return "an AS is a number of 1 to 4294967295";
		as->v[as->n++] = (uint32_t)number;
	}
	if (as->n)
		qsort(as->v, as->n, sizeof *as->v, by_number);
	return NULL;
}

static const char *
take_filter(struct company_table *t, const struct table_line *line)
{
	struct company *c = &t->companies[t->current];
	struct hostname name;

	if (line->words_n < 2 || hostname_read(line->words[1], &name) != HOSTNAME_HOST ||
	    (line->words_n > 2 && !span_eq(line->words[2], SPAN_LIT("except"))))
		return "a filter is `filter ID` or `filter ID except AS...`";
	c->filter.id = arena_span(t->arena, hostname_span(&name));
	return take_as(t, line, 3, &c->except);
}

static const char *
take_line(void *state, const struct table_line *line)
{
	struct company_table *t = state;

	if (span_eq(line->words[0], SPAN_LIT("company")))
		return take_company(t, line);
	if (!t->current)
		return "no company yet; begin with `company NAME`";
	if (span_eq(line->words[0], SPAN_LIT("ids")))
		return take_ids(t, line);
	if (span_eq(line->words[0], SPAN_LIT("as")))
		return take_as(t, line, 1, &t->companies[t->current].as);
	if (span_eq(line->words[0], SPAN_LIT("filter")))
		return take_filter(t, line);
	return "a line begins with date, company, ids, as or filter";
}

static bool
has_number(const uint32_t *v, size_t n, uint32_t number)
{
	return n && bsearch(&number, v, n, sizeof number, by_number);
}

/* The AS numbers of the filters, once all lines are known. */
static void
ready_filters(struct company_table *t)
{
	t->filters_n = 0;
	t->filters = arena_alloc(t->arena, (t->companies_n + 1) * sizeof(void *));
	for (uint32_t i = 1; i <= t->companies_n; i++) {
		struct company *c = &t->companies[i];
		uint32_t *as = arena_alloc(t->arena, (c->as.n + 1) * sizeof *as);

		if (!c->filter.id.n)
			continue;
		c->filter.company = i;
		c->filter.as_n = 0;
		for (size_t k = 0; k < c->as.n; k++)
			if (!has_number(c->except.v, c->except.n, c->as.v[k]))
				as[c->filter.as_n++] = c->as.v[k];
		c->filter.as = as;
		t->filters[t->filters_n++] = &c->filter;
	}
}

/* Later lines win. */
static void
ready_ids(struct company_table *t)
{
	t->wildcards = arena_alloc(t->arena, (t->ids_n + 1) * sizeof(void *));
	t->wildcards_n = 0;
	for (size_t i = t->ids_n; i-- > 0;)
		if (t->ids[i].company && t->ids[i].wildcard)
			t->wildcards[t->wildcards_n++] = &t->ids[i];
	intern_free(&t->exact);
	t->exact_company = arena_alloc(t->arena, (t->ids_n + 1) * sizeof *t->exact_company);
	for (size_t i = 0; i < t->ids_n; i++)
		if (t->ids[i].company && !t->ids[i].wildcard)
			t->exact_company[intern_add(&t->exact, t->ids[i].pattern,
			    keyed_hash(t->ids[i].pattern))] = t->ids[i].company;
}

const char *
company_table_read(struct company_table *t, const char *path, int64_t *date_utc)
{
	const char *error;

	t->files_n++;
	t->current = 0;
	error = table_file_read(t->arena, path, take_line, t, date_utc);
	ready_ids(t);
	ready_filters(t);
	return error;
}

uint32_t
company_of(const struct company_table *t, struct span id)
{
	uint32_t exact = intern_find(&t->exact, id, keyed_hash(id));

	if (exact)
		return t->exact_company[exact];
	for (size_t i = 0; i < t->wildcards_n; i++)
		if (table_glob(t->wildcards[i]->pattern, id))
			return t->wildcards[i]->company;
	return 0;
}

bool
company_may_own(const struct company_table *t, uint32_t company, struct span name)
{
	const struct company *c = &t->companies[company];

	for (size_t i = 0; i < c->ids_n; i++) {
		const struct company_id *id = &t->ids[c->ids_at + i];

		if (id->wildcard || span_ends(name, id->pattern))
			return true;
	}
	return false;
}

struct span
company_name(const struct company_table *t, uint32_t company)
{
	return t->companies[company].name;
}

size_t
company_n(const struct company_table *t)
{
	return t->companies_n;
}

bool
company_has_as(const struct company_table *t, uint32_t company)
{
	return t->companies[company].as.n > 0;
}

bool
company_as_meet(const uint32_t *a, size_t a_n, const uint32_t *b, size_t b_n)
{
	for (size_t i = 0; i < a_n; i++)
		if (has_number(b, b_n, a[i]))
			return true;
	return false;
}

bool
company_in_as(const struct company_table *t, uint32_t company, const uint32_t *as, size_t as_n)
{
	return company_as_meet(as, as_n, t->companies[company].as.v, t->companies[company].as.n);
}

size_t
company_filters_n(const struct company_table *t)
{
	return t->filters_n;
}

const struct company_filter *
company_filter(const struct company_table *t, size_t i)
{
	return t->filters[i];
}
