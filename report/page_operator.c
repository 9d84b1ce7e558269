/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of one sending operator: its verdicts and sets, and what is known of it besides. */
#include <stdio.h>

#include "report/cell.h"
#include "report/operator_page.h"
#include "report/plot.h"

static void
put_ways(struct page *p, const struct operator_verdict *o)
{
	for (size_t i = 0; i < o->ways_n; i++) {
		const struct verdict_way *w = &o->ways[i];

		html_printf(&p->out, "<div>%zu: ", w->sets_n);
		if (w->rule)
			html_printf(&p->out, "%s <span class=\"faint mono\">%s rule.%s</span>",
			    w->rule->words, w->testcase->name,
			    evidence_kinds[w->rule->evidence].name);
		else
			html_printf(&p->out, "%s, without a rule", verdict_state_names[w->state]);
		buf_puts(&p->out, "</div>");
	}
}

static void
put_verdicts(struct page *p, const struct tally_operator *o)
{
	buf_puts(&p->out,
	    "<h2>Verdicts</h2>\n<div class=\"scroll\"><table class=\"verdicts\">\n<caption>Of all "
	    "its sets together</caption>\n<thead><tr><th scope=\"col\">Capability</th>"
	    "<th scope=\"col\">State</th><th scope=\"col\" class=\"number\">yes</th>"
	    "<th scope=\"col\" class=\"number\">decided</th>"
	    "<th scope=\"col\" class=\"number\">sets</th><th scope=\"col\">How many sets, and "
	    "why</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		const struct operator_verdict *v = &o->v[i];

		html_printf(&p->out, "<tr><th scope=\"row\"><abbr title=\"%s\">%s</abbr></th><td>",
		    cell_heads[i].question, v->capability->name);
		page_state(p, v->capability, v->state, v->yes_n, v->votes_n);
		html_printf(&p->out,
		    "</td><td class=\"number\">%zu</td><td class=\"number\">%zu</td>"
		    "<td class=\"number\">%zu</td><td>",
		    v->yes_n, v->votes_n, v->sets_n);
		put_ways(p, v);
		if (v->either_n)
			html_printf(&p->out, "<div>%s</div>", v->note);
		buf_puts(&p->out, "</td></tr>\n");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_ascribed(struct page *p, const struct pooled *pooled)
{
	if (!pooled->clients_n)
		return;
	buf_puts(&p->out,
	    "<h2>Addresses without a confirmed name that count as its</h2>\n<p>They delivered mail "
	    "of its sets with the domain of the envelope sender that its named clients have. What "
	    "follows below is of its named clients alone.</p>\n"
	    "<div class=\"scroll\"><table>\n<caption>By sets</caption>\n<thead><tr>"
	    "<th scope=\"col\">address</th><th scope=\"col\">why</th>"
	    "<th scope=\"col\" class=\"number\">sets</th></tr></thead>\n<tbody>\n");
	for (size_t k = 0; k < pooled->clients_n; k++)
		html_printf(&p->out,
		    "<tr><th scope=\"row\" class=\"mono\">%s</th><td>%s</td>"
		    "<td class=\"number\">%zu</td></tr>\n",
		    veil_address(p->of->veil, p->a, pooled->clients[k].client.address),
		    page_why_ascribed(p, &pooled->clients[k].client), pooled->clients[k].sets_n);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_greylisting(struct page *p, const struct tally_operator *o)
{
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		const struct greylisting_summary *g = &o->v[i].greylisting;
		char gap[PLOT_DURATION_MAX], accepted[PLOT_DURATION_MAX];

		if (!g->mails)
			continue;
		html_printf(&p->out,
		    "<h2>Greylisting</h2>\n<p>Of %zu mails of its sets that were put off %zu came "
		    "again%s%s; %zu were let in%s%s. With another envelope sender (SRS, VERP) came "
		    "%zu, from another address %zu: a greylist takes these for other mails.</p>\n",
		    g->mails, g->again, g->again ? ", half of them within " : "",
		    g->again ? plot_duration((double)g->gap_ms / 1000, gap) : "", g->accepted,
		    g->accepted ? ", half of them within " : "",
		    g->accepted ? plot_duration((double)g->accepted_after_ms / 1000, accepted) : "",
		    g->sender_changed, g->client_changed);
	}
}

/* Those behind the id `last`, which goes on; the first one is number `from`, from 0. */
static void
put_sets(struct page *p, const struct tally_operator *o, size_t from, char last[PAGE_SET_ID])
{
	struct set_note *v;
	size_t n = set_notes_read(p->of->t->notes, p->a, o->v->group, last, PAGE_SETS, &v);

	html_printf(&p->out,
	    "<h2 id=\"sets\">Probe sets</h2>\n<div class=\"scroll\"><table class=\"matrix\">\n"
	    "<caption>Sets %zu to %zu of %zu, by id</caption>\n<thead><tr><th "
	    "scope=\"col\">Set</th>"
	    "<th scope=\"col\">From domain</th><th scope=\"col\">Begun</th>",
	    from + 1, from + n, o->v->sets_n);
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		html_printf(&p->out, "<th scope=\"col\">%s</th>", capabilities[i].name);
	buf_puts(&p->out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct set_note *set = &v[i];

		html_printf(&p->out,
		    "<tr><th scope=\"row\"><a class=\"mono\" href=\"../%s\">%s</a></th><td>%s",
		    page_of_set(p, set->id), arena_printf(p->a, "%.12s", set->id),
		    set->from_domain ? veil_domain(p->of->veil, p->a, set->from_domain, o->name)
				     : "");
		if (mx_of(p->of->mx, set->from_domain))
			html_printf(&p->out, " <span class=\"faint\">mailboxes: %s</span>",
			    page_mx(p, set->from_domain, o->name));
		buf_puts(&p->out, "</td><td>");
		if (set->first_us)
			page_time(p, set->first_us);
		buf_puts(&p->out, "</td>");
		for (size_t c = 0; c < CAPABILITIES_N; c++) {
			buf_puts(&p->out, "<td>");
			page_state(p, &capabilities[c], set->state[c], 0, 0);
			buf_puts(&p->out, "</td>");
		}
		buf_puts(&p->out, "</tr>\n");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
	if (n)
		snprintf(last, PAGE_SET_ID, "%s", v[n - 1].id);
}

void
page_operator(struct pages *of, const struct tally_operator *o)
{
	size_t n = o->v->sets_n, pages = (n + PAGE_SETS - 1) / PAGE_SETS;
	char last[PAGE_SET_ID] = "";

	for (size_t number = 1; number <= pages; number++) {
		struct arena *a = arena_new();
		const char *shown = veil_operator(of->veil, a, o->name), *name;
		struct page p;

		name = arena_printf(a, "operators/%s", html_name(a, shown));
		page_begin(of, a, &p, "../",
		    number == 1 ? shown : arena_printf(a, "%s, page %zu", shown, number), NULL);
		if (number == 1) {
			put_verdicts(&p, o);
			put_ascribed(&p, o->v->pooled);
			put_greylisting(&p, o);
			operator_page_facts(&p, o->name);
		}
		page_turn(&p, name, number, pages);
		put_sets(&p, o, (number - 1) * PAGE_SETS, last);
		page_turn(&p, name, number, pages);
		page_end(&p, page_number(a, name, number));
		arena_free(a);
	}
}
