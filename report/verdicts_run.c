/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/verdicts_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "report/howfar.h"
#include "report/matrix.h"
#include "report/measure.h"
#include "report/operator_json.h"
#include "report/tally.h"
#include "report/verdict_csv.h"
#include "report/verdict_json.h"

enum { OUT_MAX = 64 << 20, FLUSH_AT = 64 << 10, SET_SHOWN = 12 };

struct printing {
	const struct verdicts_params *params;
	enum verdicts_by by;
	struct veil *veil;
	struct measure measure;
	struct tally *tally;
	struct matrix matrix;
	struct buf out;
	bool broken; /* standard output */
};

static void
flush(struct printing *p, size_t least)
{
	if (p->out.overflow)
		abort(); /* no set and no operator is so large */
	if (p->out.n < least || !p->out.n)
		return;
	p->broken |= fwrite(p->out.p, 1, p->out.n, stdout) != p->out.n;
	buf_clear(&p->out);
}

static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static int
terminal_columns(void)
{
	struct winsize size;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

static void
print_set_row(struct printing *p, struct arena *a, const struct probe_set *set,
    const struct verdicts *verdicts)
{
	struct matrix_cell cells[CAPABILITIES_N];

	for (size_t i = 0; i < CAPABILITIES_N; i++)
		cells[i] = (struct matrix_cell){
		    verdicts->v[i].state, verdicts->v[i].yes_n, verdicts->v[i].votes_n};
	matrix_row(&p->out, &p->matrix,
	    arena_printf(a, "%.*s %s%s", SET_SHOWN, set->id, set->operator? set->operator: "-",
		set->all_in_one ? " (all in one)" : ""),
	    NULL, cells);
}

static void
print_set(struct printing *p, struct arena *a, const struct probe_set *set,
    const struct verdicts *verdicts)
{
	if (p->params->format == FORMAT_TEXT)
		print_set_row(p, a, set, verdicts);
	for (size_t i = 0; p->params->format != FORMAT_TEXT && i < verdicts->n; i++)
		(p->params->format == FORMAT_CSV ? verdict_csv : verdict_json)(
		    &p->out, set, &verdicts->v[i]);
}

static void
take_sets(struct printing *p)
{
	struct arena *a = arena_new();
	struct probe_set set;
	struct verdicts verdicts;
	struct howfar howfar;

	howfar_begin(&howfar, "sets", measure_count(&p->measure));
	/* Rows that come meanwhile would stand in the middle of it. */
	howfar.shows = howfar.shows && !(p->by == BY_SET && isatty(STDOUT_FILENO));
	while (!p->broken && measure_next(&p->measure, a, &set, &verdicts)) {
		if (p->tally)
			tally_add(p->tally, &set, &verdicts);
		if (p->by == BY_SET) {
			veil_set(p->veil, a, &set, &verdicts);
			print_set(p, a, &set, &verdicts);
			flush(p, FLUSH_AT);
		}
		arena_clear(a);
		howfar_step(&howfar);
	}
	howfar_end(&howfar);
	arena_free(a);
}

static void
print_matrix(struct printing *p, struct arena *a, const struct tallied *t)
{
	size_t longest = 0;

	for (size_t i = 0; i < t->operators_n; i++)
		if (strlen(veil_operator(p->veil, a, t->operators[i].name)) > longest)
			longest = strlen(veil_operator(p->veil, a, t->operators[i].name));
	p->matrix.first = "operator";
	p->matrix.second = "sets";
	p->matrix.width = matrix_width(terminal_columns(), longest);
	for (size_t i = 0; i < t->operators_n; i++) {
		const struct tally_operator *o = &t->operators[i];
		struct matrix_cell cells[CAPABILITIES_N];

		for (size_t c = 0; c < CAPABILITIES_N; c++)
			cells[c] =
			    (struct matrix_cell){o->v[c].state, o->v[c].yes_n, o->v[c].votes_n};
		matrix_row(&p->out, &p->matrix, veil_operator(p->veil, a, o->name),
		    arena_printf(a, "%zu", o->v->sets_n), cells);
		flush(p, FLUSH_AT);
	}
}

static void
print_counts(struct printing *p, const struct tallied *t)
{
	buf_printf(&p->out, "%s%zu probe set%s of %zu operator%s", t->operators_n ? "\n" : "",
	    t->sets_n, t->sets_n == 1 ? "" : "s", t->operators_n, t->operators_n == 1 ? "" : "s");
	if (t->without_operator.n)
		buf_printf(&p->out, "; %zu without operator: their mail-ok did not arrive",
		    t->without_operator.n);
	if (t->all_in_one.n)
		buf_printf(&p->out, "; %zu sent all in one, not counted", t->all_in_one.n);
	buf_puts(&p->out, "\n");
}

static void
print_operators(struct printing *p, struct arena *a, const struct tallied *t)
{
	const struct operator_verdicts *kinds[] = {&t->by_sender, &t->by_resolver};

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < kinds[k]->n; i++) {
			const struct operator_verdict *v = &kinds[k]->v[i];

			const char *name = veil_operator(p->veil, a, v->operator);

			if (p->params->format == FORMAT_CSV)
				operator_csv(&p->out, v, name);
			else
				operator_json(&p->out, t->notes, v, name);
			flush(p, FLUSH_AT);
		}
}

static void
print_heads(struct printing *p)
{
	p->matrix = (struct matrix){.colour = wants_colour()};
	if (p->params->format == FORMAT_TEXT && p->by == BY_SET) {
		p->matrix.first = "set          operator";
		p->matrix.width = MATRIX_NAME_MOST;
	}
	if (p->params->format == FORMAT_CSV)
		(p->by == BY_SET ? verdict_csv_head : operator_csv_head)(&p->out);
}

static void
print_all(struct printing *p)
{
	bool text = p->params->format == FORMAT_TEXT;
	const struct tallied *t;
	struct arena *a;

	print_heads(p);
	if (text || p->by == BY_OPERATOR)
		p->tally = tally_new();
	take_sets(p);
	if (!p->tally)
		return;
	t = tally_end(p->tally);
	a = arena_new();
	if (!text) {
		print_operators(p, a, t);
	} else {
		if (p->by == BY_OPERATOR)
			print_matrix(p, a, t);
		print_counts(p, t);
		matrix_legend(&p->out, &p->matrix);
		matrix_shares(&p->out, t->shares);
	}
	arena_free(a);
}

int
verdicts_run(struct arena *a, const struct verdicts_params *params)
{
	struct printing p = {.params = params, .by = params->by};
	const char *error = NULL;

	if (p.by == BY_DEFAULT)
		p.by = params->format == FORMAT_TEXT ? BY_OPERATOR : BY_SET;
	if (params->key_file)
		error = veil_open(a, params->key_file, &p.veil);
	if (!error)
		error = measure_open(
		    a, params->db, params->share, &params->settings, params->now_us, &p.measure);
	buf_init(&p.out, OUT_MAX);
	if (error)
		log_error("%s", error);
	else
		print_all(&p);
	flush(&p, 1);
	buf_free(&p.out);
	tally_free(p.tally);
	measure_close(&p.measure);
	veil_close(p.veil);
	if (!error && (fflush(stdout) || p.broken)) {
		log_error("standard output: %s", strerror(errno));
		return EX_TEMPFAIL;
	}
	return error ? EX_CONFIG : EX_OK;
}
