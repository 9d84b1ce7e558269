/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of other mail (flavours spam and all), and of what the words mean. */
#include "report/cell.h"
#include "report/operator_facts.h"
#include "report/page.h"
#include "report/when.h"

enum { FLAVOUR_ROWS_MAX = 20000 };

void
page_flavours(struct pages *of)
{
	struct arena *a = arena_new();
	struct flavour_count *counts;
	size_t n = flavour_counts(a, of->measure->store, &counts), from;
	struct page p;

	/* The last ones. */
	from = n > FLAVOUR_ROWS_MAX ? n - FLAVOUR_ROWS_MAX : 0;
	page_begin(of, a, &p, "", "Mail by flavour, host and day", "flavours.html");
	buf_puts(&p.out,
	    "<p>Besides the measurement's own mail, hosts may keep what came to other addresses "
	    "(<em>spam</em>) and to all (<em>all</em>). Of these only numbers are shown.</p>\n"
	    "<div class=\"scroll\"><table>\n<caption>Days in UTC</caption>\n<thead><tr>"
	    "<th scope=\"col\">Flavour</th><th scope=\"col\">Host</th><th scope=\"col\">Day</th>"
	    "<th scope=\"col\" class=\"number\">mails</th><th scope=\"col\" class=\"number\">octets"
	    "</th></tr></thead>\n<tbody>\n");
	for (size_t i = from; i < n; i++) {
		char day[WHEN_TEXT_MAX];

		html_printf(&p.out,
		    "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td class=\"number\">%lld"
		    "</td><td class=\"number\">%lld</td></tr>\n",
		    counts[i].flavour, counts[i].host, when_day(counts[i].day, day),
		    (long long)counts[i].mails, (long long)counts[i].octets);
	}
	buf_puts(&p.out, "</tbody>\n</table></div>\n");
	if (from)
		html_printf(&p.out, "<p>%zu rows in front of these are not shown.</p>\n", from);
	page_end(&p, "flavours.html");
	arena_free(a);
}

static void
put_states(struct page *p)
{
	buf_puts(&p->out,
	    "<h2>States</h2>\n<div class=\"scroll\"><table>\n<caption>What is said of a capability"
	    "</caption>\n<thead><tr><th scope=\"col\">State</th><th scope=\"col\">in the text "
	    "matrix</th><th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n");
	for (int i = 0; i < CELLS_N; i++) {
		/* Of one that is enforced, where supported has a word of its own. */
		const struct capability *c = i == CELL_RIGHT ? capability_find("dane") : NULL;

		buf_puts(&p->out, "<tr><th scope=\"row\">");
		page_state(p, c, i == CELL_RIGHT ? VERDICT_SUPPORTED : (enum verdict_state)i, 0, 0);
		html_printf(&p->out, "</th><td class=\"mono\">%s</td><td>%s</td></tr>\n",
		    cell_words[i].word, cell_words[i].meaning);
	}
	buf_puts(&p->out,
	    "</tbody>\n</table></div>\n<p>Of <em>dnssec-validation</em>, <em>certificate-name</em> "
	    "and <em>dane</em>, strict means that it is enforced, not-supported that it is not: "
	    "who "
	    "falls back to clear text does not enforce. Of <em>plaintext</em>, supported means "
	    "that "
	    "it sends in clear text, strict that it refuses to.</p>\n");
}

static void
put_capabilities(struct page *p)
{
	buf_puts(&p->out, "<h2>Capabilities</h2>\n<dl class=\"facts\">\n");
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		html_printf(&p->out, "<dt>%s</dt><dd>%s%s</dd>\n", capabilities[i].name,
		    cell_heads[i].question,
		    capabilities[i].of_resolver ? " One vote an operator of resolvers." : "");
	buf_puts(&p->out, "</dl>\n");
}

static void
put_promise(struct page *p)
{
	buf_puts(&p->out,
	    "<h2>What is promised, and what is not</h2>\n<ul>\n"
	    "<li>Every yes and every strict is shown with its record.</li>\n"
	    "<li>A no rests on controls that arrived before and after, on a site that was seen to "
	    "be "
	    "well, and on a session, a query or a returned mail: never on absence alone.</li>\n"
	    "<li>A verdict is about one path: account, way of submission, client address, "
	    "resolver, "
	    "date. It is no truth about a whole provider or about all providers: the sample is one "
	    "of convenience.</li>\n"
	    "<li>Of wrong certificates, only one of another name was tried.</li>\n"
	    "<li>The shares are not comparable with the percentages of 2022.</li>\n</ul>\n"
	    "<p>The sending operator is the registered domain of the forward-confirmed name of the "
	    "client that delivered the ordinary mail of a set, else its AS, else its address. What "
	    "others delivered of that set is marked foreign and never decides. Beside it may stand "
	    "the From domain and who receives mail for that: these may be others.</p>\n"
	    "<p>Records are <em>certain</em> if they bear the token of the probe, "
	    "<em>probable</em> "
	    "if they fit it alone, <em>background</em> if they may be anybody's; the last never "
	    "decide.</p>\n");
	if (!p->of->veil)
		return;
	buf_puts(&p->out,
	    "<h2>Stand-ins</h2>\n<p>In this report stand-ins take the place of names of "
	    "participants and of their providers, local parts of mail addresses, IP addresses, "
	    "names of hosts and domains unless they are the operator's own (of which labels in "
	    "front are replaced), and ids of records. The same thing has the same stand-in "
	    "everywhere. Of free text only codes at its start and words of a fixed list are left, "
	    "of names that were asked for the token, the case and labels of standards: [...] marks "
	    "the rest. Names of operators, AS numbers, times, tokens and ids of sets are as they "
	    "were.</p>\n");
}

static void
put_case(struct page *p, const struct testcase *t)
{
	html_printf(
	    &p->out, "<h3 id=\"case-%s\">%s</h3>\n<dl class=\"facts\">\n", t->name, t->name);
	page_fact(p, "Differs from its control", t->differs);
	buf_puts(&p->out, "<dt>Control</dt><dd>");
	for (size_t i = 0; i < t->controls_n; i++)
		html_printf(&p->out, "<a href=\"#case-%s\">%s</a> ", t->controls[i]->name,
		    t->controls[i]->name);
	buf_puts(&p->out, t->controls_n ? "</dd>\n" : "none</dd>\n");
	page_fact(
	    p, "Capability", t->capability ? t->capability : "none: it decides nothing alone");
	page_fact(p, "If it arrives", t->arrival);
	page_fact(p, "If it does not", t->absence);
	buf_puts(&p->out, "</dl>\n");
	if (!t->rules_n)
		return;
	html_printf(&p->out,
	    "<div class=\"scroll\"><table>\n<caption>Rules of %s: the first whose evidence is "
	    "there "
	    "decides</caption>\n<thead><tr><th scope=\"col\">Evidence</th><th scope=\"col\">State"
	    "</th><th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n",
	    t->name);
	for (size_t i = 0; i < t->rules_n; i++)
		html_printf(&p->out,
		    "<tr><th scope=\"row\" class=\"mono\">%s</th><td>%s</td><td>%s</td></tr>\n",
		    evidence_kinds[t->rules[i].evidence].name, state_names[t->rules[i].state],
		    t->rules[i].words);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

void
page_method(struct pages *of)
{
	const struct testcases *cases = &of->measure->cases;
	struct arena *a = arena_new();
	struct page p;

	page_begin(of, a, &p, "", "What it means", "method.html");
	put_promise(&p);
	put_states(&p);
	put_capabilities(&p);
	buf_puts(&p.out, "<h2>Cases</h2>\n");
	for (size_t i = 0; i < cases->n; i++)
		put_case(&p, &cases->v[i]);
	page_end(&p, "method.html");
	arena_free(a);
}
