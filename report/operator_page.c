/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/operator_page.h"

#include <stdlib.h>

#include "report/operator_facts.h"
#include "report/plot.h"

enum { ATTEMPTS_SHOWN = 12 };

typedef const char *veil_fn(
    struct veil *v, struct arena *a, const char *text, const char *operator);

/* A list of texts with their counts; hidden if it is empty. */
static void
put_counts(struct page *p, const char *caption, const char *head, const struct text_counts *c,
    veil_fn *shown, const char *operator)
{
	if (!c->n)
		return;
	html_printf(&p->out,
	    "<div class=\"scroll\"><table>\n<caption>%s</caption>\n<thead><tr><th scope=\"col\">%s"
	    "</th><th scope=\"col\" class=\"number\">count</th></tr></thead>\n<tbody>\n",
	    caption, head);
	for (size_t i = 0; i < c->n; i++)
		html_printf(&p->out,
		    "<tr><th scope=\"row\" class=\"mono\">%s</th><td "
		    "class=\"number\">%lld</td></tr>\n",
		    *c->v[i].text ? shown(p->of->veil, p->a, c->v[i].text, operator) : "(none)",
		    (long long)c->v[i].n);
	if (c->others)
		html_printf(&p->out,
		    "<tr><th scope=\"row\">others</th><td class=\"number\">%lld</td></tr>\n",
		    (long long)c->others);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static int
by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static void
put_retry_table(struct page *p, const struct operator_facts *f)
{
	buf_puts(&p->out,
	    "<div class=\"scroll\"><table>\n<caption>Attempts for a mail that was put off, by "
	    "their "
	    "number</caption>\n<thead><tr><th scope=\"col\" class=\"number\">attempt</th>"
	    "<th scope=\"col\" class=\"number\">mails</th><th scope=\"col\" class=\"number\">"
	    "accepted</th><th scope=\"col\">median since the first</th></tr></thead>\n<tbody>\n");
	for (int number = 1; number <= ATTEMPTS_SHOWN; number++) {
		double *seconds = arena_alloc(p->a, (f->retries_n + 1) * sizeof *seconds);
		size_t n = 0, accepted = 0;
		char text[PLOT_DURATION_MAX];

		for (size_t i = 0; i < f->retries_n; i++)
			if (f->retries[i].number == number) {
				seconds[n++] = (double)f->retries[i].after_us / 1e6;
				accepted += f->retries[i].accepted;
			}
		if (!n)
			break;
		qsort(seconds, n, sizeof *seconds, by_size);
		html_printf(&p->out,
		    "<tr><th scope=\"row\" class=\"number\">%d</th><td class=\"number\">%zu</td>"
		    "<td class=\"number\">%zu</td><td>%s</td></tr>\n",
		    number, n, accepted, plot_duration(seconds[n / 2], text));
	}
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

/* How soon those that were put off came again, and what one of them did. */
static void
put_retries(struct page *p, const struct operator_facts *f)
{
	double *seconds = arena_alloc(p->a, (f->retries_n + 1) * sizeof *seconds);
	size_t mails = 0, again = 0, own = 0;

	buf_puts(&p->out, "<h2>Coming again</h2>\n");
	if (!f->retries_n) {
		buf_puts(&p->out, "<p>None of its mails was put off.</p>\n");
		return;
	}
	for (size_t i = 0; i < f->retries_n; i++) {
		mails += f->retries[i].number == 1;
		if (f->retries[i].number == 2)
			seconds[again++] = (double)f->retries[i].after_us / 1e6;
		own += f->retries[i].number > 1 && f->retries[i].address &&
		       f->retries[i - 1].address &&
		       !strcmp(f->retries[i].address, f->retries[i - 1].address);
	}
	qsort(seconds, again, sizeof *seconds, by_size);
	buf_puts(&p->out, "<figure>\n");
	plot_rise(&p->out,
	    "Retry curve: share of mails put off that came again, over time since the "
	    "first attempt",
	    "came again", seconds, again, mails);
	html_printf(&p->out,
	    "<figcaption>%zu of %zu mails that were put off came again; the time axis is "
	    "logarithmic. %zu of %zu later attempts came from the address of the one before."
	    "</figcaption>\n</figure>\n",
	    again, mails, own, f->retries_n - mails);
	put_retry_table(p, f);
}

static size_t
read_deliveries(struct page *p, const char *operator, double ** seconds)
{
	struct statement *row = store_cached(p->of->measure->store,
	    "SELECT MIN(m.arrived) - MIN(s.time) FROM client c CROSS JOIN mail m ON m.client = "
	    "c.id "
	    "CROSS JOIN submission s ON s.token = m.token WHERE c.operator = ?1 AND "
	    "s.outcome = 'accepted' AND m.testcase NOT LIKE '%greylisting%' AND "
	    "m.flavour = 'measurement' GROUP BY m.token LIMIT 20000");
	size_t n = 0;

	_Static_assert(PAGE_DELIVERIES == 20000, "LIMIT says it, too");
	*seconds = arena_alloc(p->a, PAGE_DELIVERIES * sizeof **seconds);
	statement_str(row, 1, operator);
	while (statement_row(row)) {
		int64_t us = statement_get_int(row, 0);

		/* Two clocks: what seems to come before it was sent came at once. */
		(*seconds)[n++] = us > 0 ? (double)us / 1e6 : 0;
	}
	qsort(*seconds, n, sizeof **seconds, by_size);
	return n;
}

static void
put_deliveries(struct page *p, const char *operator)
{
	char median[PLOT_DURATION_MAX], slow[PLOT_DURATION_MAX];
	double *seconds;
	size_t n = read_deliveries(p, operator, & seconds);

	buf_puts(&p->out, "<h2>Time to delivery</h2>\n");
	if (!n) {
		buf_puts(&p->out,
		    "<p>Not known: no mail of it was sent by emt-probe, which notes when "
		    "it was handed over.</p>\n");
		return;
	}
	buf_puts(&p->out, "<figure>\n");
	plot_rise(&p->out,
	    "Time to delivery: share of mails that arrived, over time since their "
	    "submission",
	    "arrived", seconds, n, n);
	html_printf(&p->out,
	    "<figcaption>%zu mails that arrived, without those to greylisting hosts: half within "
	    "%s, "
	    "95 %% within %s; the time axis is logarithmic.</figcaption>\n</figure>\n",
	    n, plot_duration(seconds[n / 2], median), plot_duration(seconds[n * 95 / 100], slow));
}

static const char *
of_address(struct veil *v, struct arena *a, const char *text, const char *operator)
{
	(void)operator;
	return veil_address(v, a, text);
}

static const char *
of_cipher(struct veil *v, struct arena *a, const char *text, const char *operator)
{
	(void)operator;
	return veil_cipher(v, a, text);
}

static const char *
of_words(struct veil *v, struct arena *a, const char *text, const char *operator)
{
	(void)operator;
	return veil_words(v, a, text);
}

/* Block lists are operators as well. */
static const char *
of_list(struct veil *v, struct arena *a, const char *text, const char *operator)
{
	(void)operator;
	return veil_operator(v, a, text);
}

static void
put_published(struct page *p, const struct operator_facts *f)
{
	static const char *const words[MAIL_FACTS_N] = {
	    [FACT_SPF] = "SPF record at the sender's domain",
	    [FACT_SIGNED] = "DKIM signature on the mail",
	    [FACT_DKIM_KEY] = "key of a DKIM signature published (not verified)",
	    [FACT_DMARC] = "DMARC record",
	    [FACT_MTA_STS] = "MTA-STS",
	    [FACT_TLS_RPT] = "TLS-RPT",
	    [FACT_MX_TLSA] = "TLSA record of one of its MX hosts",
	    [FACT_CONFIRMED] = "reverse name of the client confirmed",
	};

	buf_puts(&p->out,
	    "<h2>What it publishes</h2>\n<div class=\"scroll\"><table>\n<caption>Mails by what was "
	    "found of their senders</caption>\n<thead><tr><th scope=\"col\">Fact</th>"
	    "<th scope=\"col\" class=\"number\">yes</th><th scope=\"col\" class=\"number\">no</th>"
	    "<th scope=\"col\" class=\"number\">not known</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < MAIL_FACTS_N; i++)
		html_printf(&p->out,
		    "<tr><th scope=\"row\">%s</th><td class=\"number\">%lld</td>"
		    "<td class=\"number\">%lld</td><td class=\"number\">%lld</td></tr>\n",
		    words[i], (long long)f->fact[i][PRESENCE_YES],
		    (long long)f->fact[i][PRESENCE_NO], (long long)f->fact[i][PRESENCE_UNKNOWN]);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
	put_counts(
	    p, "DMARC policies, in mails", "policy", &f->dmarc_policies, of_words, f->operator);
	if (f->listed.n)
		put_counts(p, "DNS block lists that list its clients, in mails", "list", &f->listed,
		    of_list, f->operator);
	else
		buf_puts(&p->out, "<p>No DNS block list was seen to list its clients.</p>\n");
}

static void
put_resolver(struct page *p, const struct resolver_facts *r)
{
	html_printf(&p->out,
	    "<tr><th scope=\"row\" class=\"mono\">%s</th><td>%s</td><td class=\"number\">%lld</td>"
	    "<td class=\"number\">%lld</td><td class=\"number\">%lld</td>"
	    "<td class=\"number\">%lld</td><td class=\"number\">%lld</td>"
	    "<td class=\"number\">%lld</td><td class=\"number\">%lld</td><td>%s</td></tr>\n",
	    veil_address(p->of->veil, p->a, r->address), r->ipv6 ? "IPv6" : "IPv4",
	    (long long)r->queries, (long long)r->rows, (long long)r->wants_dnssec,
	    (long long)r->dnskey, (long long)r->checking_disabled, (long long)r->tcp,
	    (long long)r->minimised,
	    r->mixed > r->plain ? "yes"
	    : r->mixed          ? "partly"
				: "no");
}

static void
put_resolvers(struct page *p, const struct operator_facts *f)
{
	buf_puts(&p->out, "<h2>Resolvers that asked for its probes</h2>\n");
	if (!f->resolvers_n) {
		buf_puts(&p->out, "<p>None was seen.</p>\n");
		return;
	}
	buf_puts(&p->out,
	    "<div class=\"scroll\"><table>\n<caption>Queries: for tokens of its mails; the counts "
	    "behind are of all that the address asked</caption>\n<thead><tr>"
	    "<th scope=\"col\">Resolver</th><th scope=\"col\">over</th>"
	    "<th scope=\"col\" class=\"number\">queries</th><th scope=\"col\" class=\"number\">all"
	    "</th><th scope=\"col\" class=\"number\">DO</th><th scope=\"col\" "
	    "class=\"number\">DNSKEY"
	    "</th><th scope=\"col\" class=\"number\">CD</th><th scope=\"col\" class=\"number\">TCP"
	    "</th><th scope=\"col\" class=\"number\">minimised</th><th scope=\"col\">mixed "
	    "case</th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < f->resolvers_n; i++)
		put_resolver(p, &f->resolvers[i]);
	buf_puts(&p->out, "</tbody>\n</table></div>\n");
}

static void
put_where(struct page *p, const struct operator_facts *f)
{
	html_printf(&p->out,
	    "<h2>Where it sends from</h2>\n<p>%lld mails, %lld of them over IPv6, %lld from "
	    "clients "
	    "whose name was confirmed; it delivered mail of %lld sets.</p>\n",
	    (long long)f->mails, (long long)f->mails_ipv6, (long long)f->mails_confirmed,
	    (long long)f->sets);
	put_counts(p, "Source pool: addresses, in mails", "address", &f->addresses, of_address,
	    f->operator);
	put_counts(p, "Forward-confirmed reverse names, in mails", "name", &f->names, veil_host,
	    f->operator);
	put_counts(
	    p, "Names that it greets as, in mails", "HELO", &f->helos, veil_host, f->operator);
	put_counts(p, "Domains of From fields, in mails", "domain", &f->from_domains, veil_domain,
	    f->operator);
}

void
operator_page_facts(struct page *p, const char *operator)
{
	struct operator_facts f;

	operator_facts_find(p->a, p->of->measure->store, operator, & f);
	put_retries(p, &f);
	put_deliveries(p, operator);
	put_where(p, &f);
	html_printf(&p->out,
	    "<h2>Encryption</h2>\n<p>%lld sessions, %lld with TLS, %lld whose handshakes failed."
	    "</p>\n",
	    (long long)f.sessions, (long long)f.sessions_tls, (long long)f.sessions_failed_tls);
	put_counts(p, "Versions of TLS, in sessions", "version", &f.protocols, of_words, operator);
	put_counts(p, "Ciphers, in sessions", "cipher", &f.ciphers, of_cipher, operator);
	put_published(p, &f);
	put_resolvers(p, &f);
}
