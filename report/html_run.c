/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/html_run.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"
#include "io/record.h"
#include "io/tree.h"
#include "report/howfar.h"
#include "report/operator_json.h"
#include "report/page.h"
#include "report/verdict_csv.h"
#include "report/verdict_json.h"

enum { STYLE_MAX = 1 << 20, TEXT_MAX = 64 << 20 };

struct writing {
	struct pages pages;
	struct tally *tally;
	FILE *json, *csv;
	struct buf text;
};

/* What goes wrong here shows when the folder closes its streams. */
static void
write_out(struct writing *w, FILE *to)
{
	if (w->text.overflow)
		abort(); /* no set and no operator is so large */
	if (to && w->text.n)
		(void)fwrite(w->text.p, 1, w->text.n, to);
	buf_clear(&w->text);
}

static void
write_data(struct writing *w, const struct probe_set *set, const struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->n; i++)
		verdict_json(&w->text, set, &verdicts->v[i]);
	write_out(w, w->json);
	for (size_t i = 0; i < verdicts->n; i++)
		verdict_csv(&w->text, set, &verdicts->v[i]);
	write_out(w, w->csv);
}

static void
write_sets(struct writing *w)
{
	struct arena *a = arena_new();
	struct probe_set set;
	struct verdicts verdicts;
	struct howfar howfar;

	howfar_begin(&howfar, "sets", measure_count(w->pages.measure));
	verdict_csv_head(&w->text);
	write_out(w, w->csv);
	while (measure_next(w->pages.measure, a, &set, &verdicts)) {
		tally_add(w->tally, &set, &verdicts);
		/* This veils set and verdicts. */
		page_set(&w->pages, a, &set, &verdicts);
		write_data(w, &set, &verdicts);
		arena_clear(a);
		howfar_step(&howfar);
	}
	howfar_end(&howfar);
	arena_free(a);
}

static void
write_verdicts_of(struct writing *w, const struct operator_verdicts *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct arena *a = arena_new();
		const char *name = veil_operator(w->pages.veil, a, all->v[i].operator);

		operator_json(&w->text, w->pages.t->notes, &all->v[i], name);
		write_out(w, w->json);
		operator_csv(&w->text, &all->v[i], name);
		write_out(w, w->csv);
		arena_free(a);
	}
}

static void
write_operators(struct writing *w)
{
	struct folder *folder = w->pages.folder;
	const struct tallied *t = w->pages.t;
	struct howfar howfar;

	w->json = folder_stream(folder, "operators.jsonl");
	w->csv = folder_stream(folder, "operators.csv");
	operator_csv_head(&w->text);
	write_out(w, w->csv);
	write_verdicts_of(w, &t->by_sender);
	write_verdicts_of(w, &t->by_resolver);
	howfar_begin(&howfar, "operators", t->operators_n);
	for (size_t i = 0; i < t->operators_n; i++) {
		page_operator(&w->pages, &t->operators[i]);
		howfar_step(&howfar);
	}
	howfar_end(&howfar);
	for (size_t i = 0; i < SHARE_HEADLINES_N; i++)
		share_json(&w->text, &t->shares[i]);
	folder_put(folder, "shares.jsonl", buf_span(&w->text));
	buf_clear(&w->text);
}

static const char *
write_all(struct arena *a, struct writing *w)
{
	struct pages *pages = &w->pages;
	struct span style;
	const char *error = tree_read(
	    a, arena_printf(a, "%s/pages/style.css", pages->measure->share), STYLE_MAX, &style);

	if (error)
		return error;
	folder_put(pages->folder, "style.css", style);
	w->json = folder_stream(pages->folder, "verdicts.jsonl");
	w->csv = folder_stream(pages->folder, "verdicts.csv");
	w->tally = tally_new();
	write_sets(w);
	pages->t = tally_end(w->tally);
	write_operators(w);
	page_summary(pages);
	page_other_sets(pages);
	page_flavours(pages);
	page_method(pages);
	log_info("%zu probe sets, %zu operators", pages->t->sets_n, pages->t->operators_n);
	return NULL;
}

int
html_run(struct arena *a, const struct html_params *params)
{
	struct measure measure = {0};
	struct writing w = {.pages = {.params = params, .measure = &measure}};
	const char *error = NULL, *failed = NULL;

	record_seed(&rng_system);
	if (params->key_file)
		error = veil_open(a, params->key_file, &w.pages.veil);
	if (!error)
		error = measure_open(
		    a, params->db, params->share, &params->settings, params->now_us, &measure);
	if (!error && params->mx_id)
		error = mx_of_read(a, measure.store, params->mx_id, &w.pages.mx);
	if (!error)
		error = folder_begin(a, params->output, &w.pages.folder);
	if (!error) {
		buf_init(&w.text, TEXT_MAX);
		error = write_all(a, &w);
		failed = folder_end(w.pages.folder, !error);
		buf_free(&w.text);
	}
	if (error || failed)
		log_error("%s", error ? error : failed);
	tally_free(w.tally);
	measure_close(&measure);
	veil_close(w.pages.veil);
	return error ? EX_CONFIG : failed ? EX_TEMPFAIL : EX_OK;
}
