/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was measured, the headline shares, the matrix; and the sets that are not counted. */
#include <stdio.h>

#include "report/cell.h"
#include "report/page.h"
#include "report/plot.h"

static void
put_measured(struct page *p)
{
	const struct tallied *t = p->of->t;

	buf_puts(&p->out, "<h2>What was measured</h2>\n<dl class=\"facts\">\n");
	page_fact(p, "Measurement at", p->of->params->domain);
	page_fact(p, "By", p->of->params->contact);
	if (t->first_us) {
		buf_puts(&p->out, "<dt>Sets begun</dt><dd>");
		page_time(p, t->first_us);
		buf_puts(&p->out, " to ");
		page_time(p, t->last_us);
		buf_puts(&p->out, " UTC</dd>\n");
	}
	html_printf(&p->out, "<dt>N</dt><dd>%zu sending operators, %zu probe sets", t->operators_n,
	    t->sets_n);
	if (t->without_operator.n + t->all_in_one.n)
		html_printf(&p->out,
		    ", of which <a href=\"other-sets.html\">%zu are not counted</a>",
		    t->without_operator.n + t->all_in_one.n);
	buf_puts(&p->out,
	    "</dd>\n<dt>Data</dt><dd><a href=\"verdicts.jsonl\">verdicts of sets</a> "
	    "(JSON Lines), <a href=\"verdicts.csv\">the same</a> (CSV), "
	    "<a href=\"operators.jsonl\">verdicts of operators</a>, "
	    "<a href=\"operators.csv\">the same</a>, <a href=\"shares.jsonl\">shares</a></dd>\n"
	    "</dl>\n"
	    "<p>A verdict says what one path did: an account, a way of submission, a client "
	    "address, a resolver, a date. <a href=\"method.html\">What the words mean</a>, and "
	    "what is not promised.</p>\n");
}

static void
put_percent(struct page *p, bool known, double share)
{
	if (known)
		html_printf(&p->out, "%.*f %%", 1, 100 * share);
	else
		buf_puts(&p->out, "&ndash;");
}

static void
put_figures(struct page *p, const struct share_figures *f)
{
	html_printf(&p->out,
	    "<td class=\"number\">%lld</td><td class=\"number\">%lld</td>"
	    "<td class=\"number\">%lld</td><td class=\"number\">",
	    (long long)f->yes, (long long)f->no, (long long)f->undecided);
	put_percent(p, f->known, f->share);
	buf_puts(&p->out, "</td><td class=\"number\">");
	put_percent(p, true, f->least);
	buf_puts(&p->out, " to ");
	put_percent(p, true, f->most);
	buf_puts(&p->out, "</td><td class=\"number\">");
	if (f->has_interval) {
		put_percent(p, true, f->from);
		buf_puts(&p->out, " to ");
		put_percent(p, true, f->to);
	} else {
		buf_puts(&p->out, "none");
	}
	buf_puts(&p->out, "</td>");
}

static void
put_share_table(struct page *p, bool by_domain)
{
	html_printf(&p->out,
	    "<div class=\"scroll\"><table>\n<caption>%s</caption>\n<thead><tr>"
	    "<th scope=\"col\">Share that ...</th><th scope=\"col\">of</th>"
	    "<th scope=\"col\" class=\"number\">N</th><th scope=\"col\" class=\"number\">yes</th>"
	    "<th scope=\"col\" class=\"number\">no</th>"
	    "<th scope=\"col\" class=\"number\">inconclusive</th>"
	    "<th scope=\"col\" class=\"number\">share</th>"
	    "<th scope=\"col\" class=\"number\">bounds</th>"
	    "<th scope=\"col\" class=\"number\">95 %% interval</th></tr></thead>\n<tbody>\n",
	    by_domain
		? "Weighted by From domains: an operator counts as often as domains were seen "
		  "at it; the interval is a bootstrap over operators."
		: "One vote an operator. The share is of those that decided; the bounds are what "
		  "it would be if all others said no, or all yes.");
	for (size_t i = 0; i < SHARE_HEADLINES_N; i++) {
		const struct share *s = &p->of->t->shares[i];
		const struct share_figures *f = by_domain ? &s->by_domain : &s->by_operator;

		html_printf(&p->out,
		    "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"number\">%lld</td>",
		    s->capability->headline,
		    s->capability->of_resolver ? "operators of resolvers" : "sending operators",
		    (long long)(f->yes + f->no + f->undecided));
		put_figures(p, f);
		buf_puts(&p->out, "</tr>\n");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_shares(struct page *p)
{
	struct plot_share rows[SHARE_HEADLINES_N];

	buf_puts(&p->out, "<h2>Headline shares</h2>\n<figure>\n");
	for (size_t i = 0; i < SHARE_HEADLINES_N; i++) {
		const struct share *s = &p->of->t->shares[i];
		const struct share_figures *f = &s->by_operator;

		rows[i] = (struct plot_share){.label = s->capability->headline,
		    .known = f->known,
		    .share = f->share,
		    .least = f->least,
		    .most = f->most,
		    .has_interval = f->has_interval,
		    .from = f->from,
		    .to = f->to,
		    .note = f->known
				? arena_printf(p->a, "%llu of %llu", (unsigned long long)f->yes,
				      (unsigned long long)(f->yes + f->no))
				: "not known"};
	}
	plot_shares(&p->out, "Headline shares of operators", rows, SHARE_HEADLINES_N);
	html_printf(&p->out,
	    "<figcaption>Bar: share of those that decided. Thin line below: bounds with all who "
	    "did "
	    "not decide. Whisker: 95 %% interval, if at least %d decided. Sending operators: %s. "
	    "Operators of resolvers (resolving over IPv6, DNSSEC): %s.</figcaption>\n</figure>\n",
	    SHARE_LEAST, p->of->t->shares[1].caption, p->of->t->shares[0].caption);
	put_share_table(p, false);
	buf_puts(&p->out, "<details>\n<summary>Weighted by From domains</summary>\n");
	put_share_table(p, true);
	buf_puts(&p->out, "</details>\n");
}

static void
put_matrix_head(struct page *p, size_t from, size_t to)
{
	html_printf(&p->out,
	    "<div class=\"scroll\"><table class=\"matrix\">\n<caption>Sending operators %zu to %zu "
	    "of %zu, by name</caption>\n<thead><tr><th scope=\"col\">Operator</th>"
	    "<th scope=\"col\" class=\"number\">sets</th>",
	    to ? from + 1 : 0, to, p->of->t->operators_n);
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		html_printf(&p->out, "<th scope=\"col\"><abbr title=\"%s\">%s</abbr></th>",
		    cell_heads[i].question, capabilities[i].name);
	buf_puts(&p->out, "</tr></thead>\n<tbody>\n");
}

static void
put_matrix(struct page *p, size_t from, size_t to)
{
	put_matrix_head(p, from, to);
	for (size_t i = from; i < to; i++) {
		const struct tally_operator *o = &p->of->t->operators[i];

		html_printf(&p->out,
		    "<tr><th scope=\"row\"><a href=\"%s\">%s</a></th><td class=\"number\">%zu</td>",
		    page_of_operator(p, o->name), veil_operator(p->of->veil, p->a, o->name),
		    o->v->sets_n);
		for (size_t c = 0; c < CAPABILITIES_N; c++) {
			buf_puts(&p->out, "<td>");
			page_state(
			    p, &capabilities[c], o->v[c].state, o->v[c].yes_n, o->v[c].votes_n);
			buf_puts(&p->out, "</td>");
		}
		buf_puts(&p->out, "</tr>\n");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

void
page_summary(struct pages *of)
{
	size_t n = of->t->operators_n, pages = n ? (n + PAGE_OPERATORS - 1) / PAGE_OPERATORS : 1;

	for (size_t number = 1; number <= pages; number++) {
		size_t from = (number - 1) * PAGE_OPERATORS,
		       to = number == pages ? n : number * PAGE_OPERATORS;
		struct arena *a = arena_new();
		struct page p;

		page_begin(of, a, &p, "",
		    number == 1 ? "What senders of mail support"
				: arena_printf(a, "Matrix, page %zu", number),
		    number == 1 ? "index.html" : NULL);
		if (number == 1) {
			put_measured(&p);
			put_shares(&p);
		}
		buf_puts(&p.out, "<h2>Operators and capabilities</h2>\n");
		page_turn(&p, "index", number, pages);
		put_matrix(&p, from, to);
		page_turn(&p, "index", number, pages);
		page_end(&p, page_number(a, "index", number));
		arena_free(a);
	}
}

/* Those behind the id `last`, which goes on. */
static void
put_others(struct page *p, const char *head, const char *why, int64_t group, char last[PAGE_SET_ID])
{
	struct set_note *v;
	size_t n = set_notes_read(p->of->t->notes, p->a, group, last, PAGE_SETS, &v);

	html_printf(&p->out, "<h2>%s</h2>\n<p>%s</p>\n<ul>\n", head, why);
	for (size_t i = 0; i < n; i++)
		html_printf(&p->out, "<li><a class=\"mono\" href=\"%s\">%s</a></li>\n",
		    page_of_set(p, v[i].id), v[i].id);
	buf_puts(&p->out, "</ul>\n");
	if (n)
		snprintf(last, PAGE_SET_ID, "%s", v[n - 1].id);
}

void
page_other_sets(struct pages *of)
{
	const struct tallied *t = of->t;
	size_t most = t->without_operator.n > t->all_in_one.n ? t->without_operator.n
							      : t->all_in_one.n,
	       pages = most ? (most + PAGE_SETS - 1) / PAGE_SETS : 1;
	char last[2][PAGE_SET_ID] = {"", ""};

	for (size_t number = 1; number <= pages; number++) {
		struct arena *a = arena_new();
		struct page p;

		page_begin(of, a, &p, "", "Sets that are not counted",
		    number == 1 ? "other-sets.html" : NULL);
		page_turn(&p, "other-sets", number, pages);
		put_others(&p, "Without operator",
		    "Nobody delivered their mail-ok, so nobody can be named as their sender.",
		    t->without_operator.group, last[0]);
		put_others(&p, "Sent all in one",
		    "One message to all addresses is another way to measure, and never pooled.",
		    t->all_in_one.group, last[1]);
		page_end(&p, page_number(a, "other-sets", number));
		arena_free(a);
	}
}
