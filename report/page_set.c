/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of one probe set. */
#include "report/greylisting.h"
#include "report/plot.h"
#include "report/timeline.h"

enum { RECORDS_SHOWN = 12, HEALTH_RED_MAX = 500, GAPS_SHOWN = 50, ID_SHOWN = 12 };

static void
put_facts(struct page *p, const struct probe_set *set, const char *operator, const char * mx)
{
	buf_puts(&p->out, "<dl class=\"facts\">\n");
	html_printf(&p->out, "<dt>Set</dt><dd class=\"mono\">%s</dd>\n", set->id);
	if (operator)
		html_printf(&p->out, "<dt>Sending operator</dt><dd>%s</dd>\n", set->operator);
	for (size_t i = 0; i < set->ascribed_n; i++)
		page_fact(p, "Counted as the operator's, without a confirmed name",
		    arena_printf(p->a, "%s: %s", set->ascribed[i].address,
			page_why_ascribed(p, &set->ascribed[i])));
	page_fact(p, "From domain", set->from_domain);
	page_fact(p, "Its mailbox provider", mx);
	page_fact(p, "Participant", set->participant);
	page_fact(p, "Address", set->address);
	page_fact(p, "Said to be a customer of", set->provider);
	page_fact(p, "Way of sending",
	    set->all_in_one ? "one message to all addresses: not counted" : "one message a case");
	buf_puts(&p->out, "<dt>Made</dt><dd>");
	page_time(p, set->created_us);
	buf_puts(&p->out, "</dd>\n<dt>First evidence</dt><dd>");
	if (set->first_us)
		page_time(p, set->first_us);
	else
		buf_puts(&p->out, "none");
	if (set->first_us) {
		buf_puts(&p->out, "</dd>\n<dt>Absence counts after</dt><dd>");
		page_time(p, set->first_us + p->of->measure->settings.deadline_us);
	}
	buf_puts(&p->out, "</dd>\n</dl>\n");
}

static void
put_rule(struct page *p, const struct verdict *v)
{
	if (v->rule)
		html_printf(&p->out, "%s <span class=\"faint mono\">%s rule.%s</span>",
		    v->rule->words, v->testcase->name, evidence_kinds[v->rule->evidence].name);
	if (v->note)
		html_printf(&p->out, "%s%s", v->rule ? "; " : "", v->note);
	if (v->held_back && v->testcase)
		html_printf(&p->out, " <span class=\"faint\">(held back: %s rule.%s)</span>",
		    v->testcase->name, evidence_kinds[v->held_back->evidence].name);
	if (v->submission_resolver)
		buf_puts(&p->out, " <span class=\"faint\">(its control was taken, and the refusal "
				  "repeats: so does the resolver of the submission server)</span>");
	if (v->state == VERDICT_PENDING && v->pending_until_us) {
		buf_puts(&p->out, " <span class=\"faint\">(until ");
		page_time(p, v->pending_until_us);
		buf_puts(&p->out, ")</span>");
	}
}

static void
put_controls(struct page *p, const struct verdict *v)
{
	for (size_t i = 0; i < v->controls_n; i++) {
		html_printf(
		    &p->out, "<div><span class=\"mono\">%s</span> ", v->controls[i].testcase->name);
		page_state(p, NULL, v->controls[i].state, 0, 0);
		buf_puts(&p->out, "</div>");
	}
}

static void
put_records(struct page *p, const struct timeline *t, const struct verdict *v)
{
	for (size_t i = 0; i < v->records_n && i < RECORDS_SHOWN; i++) {
		const char *anchor = timeline_anchor(p->a, t, v->records[i]);

		buf_puts(&p->out, i ? ", " : "");
		if (anchor)
			html_printf(&p->out, "<a href=\"#%s\">%s</a>", anchor,
			    item_kind_names[v->records[i]->kind]);
		else
			html_puts(&p->out, item_kind_names[v->records[i]->kind]);
		html_printf(&p->out, " <span class=\"faint\">%s</span>",
		    certainty_names[item_certainty(v->records[i])]);
	}
	if (v->records_n > RECORDS_SHOWN)
		html_printf(&p->out, " and %zu more", v->records_n - RECORDS_SHOWN);
}

static void
put_health_of(struct page *p, const struct probe_set *set, const struct verdict *v)
{
	for (size_t i = 0; i < v->health_n && i < RECORDS_SHOWN; i++) {
		buf_puts(&p->out, i ? ", " : "");
		html_printf(&p->out, "<a href=\"#h%zu\">%s %s</a>",
		    (size_t)(v->health[i] - set->health) + 1, v->health[i]->part,
		    v->health[i]->ok ? "well" : "red");
	}
	if (v->health_n > RECORDS_SHOWN)
		html_printf(&p->out, " and %zu more", v->health_n - RECORDS_SHOWN);
}

static void
put_row(struct page *p, const struct probe_set *set, const struct timeline *t, const char *head,
    const struct verdict *v)
{
	html_printf(&p->out, "<tr><th scope=\"row\">%s</th><td>", head);
	page_state(p, capability_find(v->capability), v->state, v->yes_n, v->votes_n);
	buf_puts(&p->out, "</td><td>");
	put_rule(p, v);
	if (v->resolver)
		html_printf(&p->out, " <span class=\"faint\">resolver of %s</span>", v->resolver);
	buf_puts(&p->out, "</td><td>");
	put_records(p, t, v);
	buf_puts(&p->out, "</td><td>");
	put_controls(p, v);
	buf_puts(&p->out, "</td><td>");
	put_health_of(p, set, v);
	buf_puts(&p->out, "</td></tr>\n");
}

static void
put_table(struct page *p, const struct probe_set *set, const struct timeline *t,
    const struct verdict *v, size_t n, bool cases)
{
	html_printf(&p->out,
	    "<div class=\"scroll\"><table class=\"verdicts\">\n<caption>%s</caption>\n<thead><tr>"
	    "<th scope=\"col\">%s</th><th scope=\"col\">State</th><th scope=\"col\">Why</th>"
	    "<th scope=\"col\">Records</th><th scope=\"col\">Controls</th>"
	    "<th scope=\"col\">Health of the site</th></tr></thead>\n<tbody>\n",
	    cases ? "What each case of the set shows" : "What the set shows of each capability",
	    cases ? "Case" : "Capability");
	for (size_t i = 0; i < n; i++)
		put_row(p, set, t, cases ? v[i].testcase->name : v[i].capability, &v[i]);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_probes(struct page *p, const struct probe_set *set)
{
	buf_puts(&p->out,
	    "<details>\n<summary>Probes</summary>\n<div class=\"scroll\"><table>\n"
	    "<caption>In the order of their numbers</caption>\n<thead><tr><th scope=\"col\">Case"
	    "</th><th scope=\"col\" class=\"number\">number</th><th scope=\"col\" class=\"number\">"
	    "sent as</th><th scope=\"col\">Token</th><th scope=\"col\" "
	    "class=\"number\">records</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < set->probes_n; i++)
		html_printf(&p->out,
		    "<tr><th scope=\"row\">%s</th><td class=\"number\">%lld</td>"
		    "<td class=\"number\">%lld</td><td class=\"mono\">%s</td>"
		    "<td class=\"number\">%zu</td></tr>\n",
		    set->probes[i].testcase->name, (long long)set->probes[i].number,
		    (long long)set->probes[i].position, set->probes[i].token,
		    set->probes[i].items_n);
	buf_puts(&p->out, "</tbody>\n</table></div>\n</details>\n");
}

/* Those that a verdict names, and red ones: the rest only says that all was well. */
static bool *
mark_health(struct page *p, const struct probe_set *set, const struct verdicts *verdicts)
{
	bool *shown = arena_alloc(p->a, set->health_n + 1);

	for (size_t i = 0, red = 0; i < set->health_n && red < HEALTH_RED_MAX; i++) {
		shown[i] = !set->health[i].ok;
		red += shown[i];
	}
	for (size_t i = 0; i < verdicts->n + verdicts->cases_n; i++) {
		const struct verdict *v =
		    i < verdicts->n ? &verdicts->v[i] : &verdicts->cases[i - verdicts->n];

		for (size_t k = 0; k < v->health_n && k < RECORDS_SHOWN; k++)
			shown[v->health[k] - set->health] = true;
	}
	return shown;
}

static void
put_health_row(struct page *p, const struct health *h, size_t number)
{
	html_printf(&p->out,
	    "<tr id=\"h%zu\"><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td>",
	    number, h->testcase->name, h->part, h->family ? h->family : "", h->ok ? "well" : "red");
	page_time(p, h->time_us);
	buf_puts(&p->out, "</td><td>");
	page_time(p, health_until_us(h));
	html_printf(&p->out, "</td><td>%s</td></tr>\n", h->detail ? h->detail : "");
}

static void
put_health(struct page *p, const struct probe_set *set, const struct verdicts *verdicts)
{
	const bool *shown = mark_health(p, set, verdicts);

	buf_puts(&p->out, "<h2>Health of our site meanwhile</h2>\n");
	if (!set->health_n) {
		buf_puts(
		    &p->out, "<p>There is no record of it: nothing can rest on absence.</p>\n");
		return;
	}
	html_printf(&p->out,
	    "<div class=\"scroll\"><table>\n<caption>Of %zu results of checks from outside those "
	    "that "
	    "are red, or that a verdict names; those that follow each other and agree are one row"
	    "</caption>\n<thead><tr><th scope=\"col\">Case</th><th scope=\"col\">Part</th>"
	    "<th scope=\"col\">over</th><th scope=\"col\">Result</th><th scope=\"col\">from</th>"
	    "<th scope=\"col\">to</th><th scope=\"col\">Detail</th></tr></thead>\n<tbody>\n",
	    set->health_n);
	for (size_t i = 0; i < set->health_n; i++)
		if (shown[i])
			put_health_row(p, &set->health[i], i + 1);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

/* "5 min, 12 min" */
static const char *
gaps_of(struct page *p, const struct greylisting *g)
{
	const char *all = "";
	char text[PLOT_DURATION_MAX];

	for (size_t i = 0; i < g->gaps_n; i++)
		all = arena_printf(p->a, "%s%s%s", all, i ? ", " : "",
		    plot_duration((double)g->gap_ms[i] / 1000, text));
	return g->attempts > g->gaps_n + 1 ? arena_printf(p->a, "%s ...", all) : all;
}

static void
put_greylisting(struct page *p, const struct probe_set *set)
{
	if (!set->greylisting_n)
		return;
	buf_puts(&p->out,
	    "<h3>Coming again after a 450</h3>\n<div class=\"scroll\"><table>\n<caption>A greylist "
	    "takes who comes with another envelope sender or from another address for another mail"
	    "</caption>\n<thead><tr><th scope=\"col\">Case</th>"
	    "<th scope=\"col\" class=\"number\">attempts</th><th scope=\"col\">between them</th>"
	    "<th scope=\"col\">let in after</th><th scope=\"col\">envelope sender</th>"
	    "<th scope=\"col\">client address</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < set->greylisting_n; i++) {
		const struct greylisting *g = &set->greylisting[i];
		char text[PLOT_DURATION_MAX];

		html_printf(&p->out,
		    "<tr><th scope=\"row\">%s</th><td "
		    "class=\"number\">%zu</td><td>%s</td><td>%s</td>"
		    "<td>%s</td><td>%s</td></tr>\n",
		    g->testcase->name, (size_t)g->attempts, gaps_of(p, g),
		    g->accepted ? plot_duration((double)g->accepted_after_ms / 1000, text)
				: "never",
		    g->attempts < 2     ? ""
		    : g->sender_changed ? "changed"
					: "the same",
		    g->attempts < 2     ? ""
		    : g->client_changed ? "changed"
					: "the same");
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_gaps(struct page *p, const struct probe_set *set)
{
	if (!set->gaps_n)
		return;
	buf_puts(&p->out, "<h3>Times in which queries may be missing</h3>\n<ul>\n");
	for (size_t i = 0; i < set->gaps_n && i < GAPS_SHOWN; i++) {
		buf_puts(&p->out, "<li>");
		page_time(p, set->gaps_us[i][0]);
		buf_puts(&p->out, " to ");
		page_time(p, set->gaps_us[i][1]);
		buf_puts(&p->out, "</li>\n");
	}
	buf_puts(&p->out, "</ul>\n");
}

void
page_set(struct pages *of, struct arena *a, struct probe_set *set, struct verdicts *verdicts)
{
	/* Both need what the veil takes away. */
	struct timeline t = timeline_of(a, of->measure->store, set);
	const char *operator= set->operator, * from_domain = set->from_domain;
	struct page p;

	veil_set(of->veil, a, set, verdicts);
	page_begin(of, a, &p, "../", arena_printf(a, "Probe set %.*s", ID_SHOWN, set->id), NULL);
	if (operator&& !set->all_in_one)
		html_printf(&p.out, "<p>of <a href=\"../%s\">%s</a></p>\n",
		    page_of_operator(&p, operator), set->operator);
	put_facts(&p, set, operator, page_mx(&p, from_domain, operator));
	buf_puts(&p.out, "<h2>Verdicts</h2>\n");
	put_table(&p, set, &t, verdicts->v, verdicts->n, false);
	buf_puts(&p.out, "<h3>By case</h3>\n");
	put_table(&p, set, &t, verdicts->cases, verdicts->cases_n, true);
	put_greylisting(&p, set);
	put_probes(&p, set);
	buf_puts(&p.out,
	    "<h2>Evidence</h2>\n<p>In the order of time, UTC. Everything bears the token "
	    "of the probe unless it is marked <em>probable</em> or <em>background</em>."
	    "</p>\n");
	timeline_put(&p, &t);
	put_health(&p, set, verdicts);
	put_gaps(&p, set);
	page_end(&p, page_of_set(&p, set->id));
}
