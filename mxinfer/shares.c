/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/shares.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/output.h"

enum kind { KIND_COMPANY, KIND_ID, KIND_RENTED_COMPANY, KIND_RENTED_ID, KIND_NO_ID };

static const char *const kind_names[] = {"company", "id", "rented-at", "rented-at", "no-id"};

void
shares_init(struct shares *s, bool implicit)
{
	*s = (struct shares){.implicit = implicit, .parts.words_n = 3};
}

void
shares_free(struct shares *s)
{
	intern_records_free(&s->parts);
	free(s->counts);
}

static void
add_part(struct shares *s, const uint32_t part[3], uint64_t n)
{
	size_t before = s->parts.n;
	uint32_t id = intern_record(&s->parts, part);

	s->counts = intern_beside(s->counts, &s->counts_room, id, sizeof *s->counts);
	if (s->parts.n > before)
		s->counts[id] = 0;
	s->counts[id] += n;
}

static void
add_answer(struct shares *s, const struct mx_answer *answer, uint32_t n)
{
	uint32_t id = answer->corrected == 1 ? answer->new_id : answer->id;
	bool rented = answer->corrected == -1;

	if (!answer->ok)
		add_part(s, (uint32_t[]){KIND_NO_ID, 0, n}, 1);
	else if (answer->company)
		add_part(s,
		    (uint32_t[]){rented ? KIND_RENTED_COMPANY : KIND_COMPANY, answer->company, n},
		    1);
	else
		add_part(s, (uint32_t[]){rented ? KIND_RENTED_ID : KIND_ID, id, n}, 1);
}

/* Is the domain left out, and where is it counted then? */
static uint64_t *
left_out(struct shares *s, const struct identify *x, uint8_t flags)
{
	if (!(flags & DOMAIN_HAS_MX)) {
		if (flags & DOMAIN_IMPLICIT) {
			if (!s->implicit)
				return &s->implicit_mx;
		} else {
			return flags & DOMAIN_NULL_MX ? &s->null_mx
			       : flags & DOMAIN_NO_MX ? &s->no_mx
						      : &s->not_known;
		}
	}
	return x->answers_n ? NULL : &s->no_smtp;
}

void
shares_add(struct shares *s, const struct identify *x, uint8_t flags, enum self_hosted own)
{
	uint64_t *out = left_out(s, x, flags);

	s->domains++;
	if (out)
		++*out;
	else if (own == SELF_HOSTED_YES)
		s->self_hosted++;
	else if (own == SELF_HOSTED_OWN_NAME)
		s->own_name++;
	else
		for (size_t i = 0; i < x->answers_n; i++)
			add_answer(s, &x->answers[i], (uint32_t)x->answers_n);
}

void
shares_merge(struct shares *into, const struct shares *from)
{
	into->domains += from->domains;
	into->null_mx += from->null_mx;
	into->no_mx += from->no_mx;
	into->implicit_mx += from->implicit_mx;
	into->not_known += from->not_known;
	into->no_smtp += from->no_smtp;
	into->self_hosted += from->self_hosted;
	into->own_name += from->own_name;
	for (uint32_t id = 1; id <= from->parts.n; id++)
		add_part(into, intern_words(&from->parts, id), from->counts[id]);
}

/* One line to be: all parts of one kind and name. */
struct row {
	enum kind kind;
	struct span name;
	uint32_t n;
	double domains;
};

static int
compare_spans(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : a.n < b.n ? -1 : a.n > b.n;
}

static int
by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(kind_names[x->kind], kind_names[y->kind]);

	order = order ? order : compare_spans(x->name, y->name);
	return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

static int
by_share(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->domains > y->domains ? -1 : x->domains < y->domains ? 1 : by_name(a, b);
}

/* The rows of the parts.  They are added up in the order of their n, so that the last digits do not
 * depend on how the parts came together. */
static size_t
make_rows(const struct shares *s, const struct inference *in, struct row *rows)
{
	size_t n = 0;

	for (uint32_t id = 1; id <= s->parts.n; id++) {
		const uint32_t *part = intern_words(&s->parts, id);
		enum kind kind = (enum kind)part[0];
		struct row *row = &rows[id - 1];

		*row = (struct row){kind, {"", 0}, part[2], (double)s->counts[id] / part[2]};
		if (kind == KIND_COMPANY || kind == KIND_RENTED_COMPANY)
			row->name = company_name(in->companies, part[1]);
		else if (kind != KIND_NO_ID)
			row->name = intern_text(&in->population->names, part[1]);
	}
	if (s->parts.n)
		qsort(rows, s->parts.n, sizeof *rows, by_name);
	for (size_t i = 0; i < s->parts.n; i++) {
		if (n && !strcmp(kind_names[rows[n - 1].kind], kind_names[rows[i].kind]) &&
		    span_eq(rows[n - 1].name, rows[i].name))
			rows[n - 1].domains += rows[i].domains;
		else
			rows[n++] = rows[i];
	}
	if (n)
		qsort(rows, n, sizeof *rows, by_share);
	return n;
}

static void
put_count(FILE *out, const char *kind, const char *name, uint64_t n)
{
	fprintf(out, "%s,%s,%" PRIu64 ",\n", kind, name, n);
}

void
shares_write(const struct shares *s, const struct inference *in, FILE *out)
{
	struct row *rows = must(malloc((s->parts.n + 1) * sizeof *rows));
	size_t rows_n = make_rows(s, in, rows);
	uint64_t counted =
	    s->domains - s->null_mx - s->no_mx - s->not_known - s->no_smtp - s->implicit_mx;
	double all = counted ? (double)counted : 1;
	struct buf name;

	fprintf(out, "kind,name,domains,share\n");
	put_count(out, "all", "", s->domains);
	put_count(out, "left-out", "null MX", s->null_mx);
	put_count(out, "left-out", "no MX", s->no_mx);
	put_count(out, "left-out", "implicit MX", s->implicit_mx);
	put_count(out, "left-out", "not known", s->not_known);
	put_count(out, "left-out", "no SMTP", s->no_smtp);
	put_count(out, "counted", "", counted);
	fprintf(
	    out, "self-hosted,,%" PRIu64 ",%.6f\n", s->self_hosted, (double)s->self_hosted / all);
	fprintf(out, "own-name,,%" PRIu64 ",%.6f\n", s->own_name, (double)s->own_name / all);
	buf_init(&name, SIZE_MAX / 4);
	for (size_t i = 0; i < rows_n; i++) {
		buf_clear(&name);
		output_csv_field(&name, rows[i].name);
		fprintf(out, "%s,%s,%.6f,%.6f\n", kind_names[rows[i].kind], buf_str(&name),
		    rows[i].domains, rows[i].domains / all);
	}
	buf_free(&name);
	free(rows);
}
