/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of one sending operator: its verdicts and sets, and what is known of it besides. */
#include "report/cell.h"
#include "report/operator_page.h"

enum { RULES_MAX = 32 };

/* Sets that came to a state by the same rule. */
struct way {
	const struct verdict *v;
	size_t sets;
};

static size_t
ways_of(const struct operator_verdict *o, struct way ways[RULES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < o->sets_n; i++) {
		const struct verdict *v = o->v[i];
		size_t k = 0;

		while (k < n && (ways[k].v->state != v->state || ways[k].v->rule != v->rule))
			k++;
		if (k == RULES_MAX)
			continue;
		if (k == n)
			ways[n++] = (struct way){.v = v};
		ways[k].sets++;
	}
	return n;
}

static void
put_ways(struct page *p, const struct operator_verdict *o)
{
	struct way ways[RULES_MAX];
	size_t n = ways_of(o, ways);

	for (size_t i = 0; i < n; i++) {
		html_printf(&p->out, "<div>%zu: ", ways[i].sets);
		if (ways[i].v->rule)
			html_printf(&p->out, "%s <span class=\"faint mono\">%s rule.%s</span>",
			    ways[i].v->rule->words, ways[i].v->testcase->name,
			    evidence_kinds[ways[i].v->rule->evidence].name);
		else
			html_printf(
			    &p->out, "%s, without a rule", verdict_state_names[ways[i].v->state]);
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
		buf_puts(&p->out, "</td></tr>\n");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_sets(struct page *p, const struct tally_operator *o, size_t from, size_t to)
{
	html_printf(&p->out,
	    "<h2 id=\"sets\">Probe sets</h2>\n<div class=\"scroll\"><table class=\"matrix\">\n"
	    "<caption>Sets %zu to %zu of %zu, by id</caption>\n<thead><tr><th "
	    "scope=\"col\">Set</th>"
	    "<th scope=\"col\">From domain</th><th scope=\"col\">Begun</th>",
	    from + 1, to, o->v->sets_n);
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		html_printf(&p->out, "<th scope=\"col\">%s</th>", capabilities[i].name);
	buf_puts(&p->out, "</tr></thead>\n<tbody>\n");
	for (size_t i = from; i < to; i++) {
		const struct probe_set *set = o->v->sets[i];

		html_printf(&p->out,
		    "<tr><th scope=\"row\"><a class=\"mono\" href=\"../%s\">%s</a></th><td>%s",
		    page_of_set(p, set->id), arena_printf(p->a, "%.12s", set->id),
		    set->from_domain
			? veil_domain(p->of->veil, p->a, set->from_domain, o->name)
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
			page_state(p, &capabilities[c], o->v[c].v[i]->state, 0, 0);
			buf_puts(&p->out, "</td>");
		}
		buf_puts(&p->out, "</tr>\n");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

void
page_operator(struct pages *of, const struct tally_operator *o)
{
	size_t n = o->v->sets_n, pages = (n + PAGE_SETS - 1) / PAGE_SETS;

	for (size_t number = 1; number <= pages; number++) {
		size_t from = (number - 1) * PAGE_SETS, to = number == pages ? n : from + PAGE_SETS;
		struct arena *a = arena_new();
		const char *shown = veil_operator(of->veil, a, o->name), *name;
		struct page p;

		name = arena_printf(a, "operators/%s", html_name(a, shown));
		page_begin(of, a, &p, "../",
		    number == 1 ? shown : arena_printf(a, "%s, page %zu", shown, number), NULL);
		if (number == 1) {
			put_verdicts(&p, o);
			operator_page_facts(&p, o->name);
		}
		page_turn(&p, name, number, pages);
		put_sets(&p, o, from, to);
		page_turn(&p, name, number, pages);
		page_end(&p, page_number(a, name, number));
		arena_free(a);
	}
}
