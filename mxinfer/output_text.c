/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form that MX Inference prints: scripts read it. */
#include <stdlib.h>

#include "base/utf8.h"
#include "mxinfer/output.h"

enum { CERT_NAMES_SHOWN = 20 };

static struct span
name_text(const struct inference *in, uint32_t name)
{
	return intern_text(&in->population->names, name);
}

static void
put_id(struct buf *out, const struct inference *in, const struct mx_answer *answer, int64_t debug)
{
	static const char *const messages[] = {"", "Cert ID Ok", "Banner/EHLO ID Ok", "MX RD Ok"};

	buf_puts(out, "\tID:");
	safe_put(out, name_text(in, answer->id));
	buf_printf(out, ", Type:OK, Source:%s", mx_source_name(answer->source));
	if (!answer->corrected)
		buf_printf(out, ", Debug MSG:%s", messages[answer->source]);
	buf_printf(out, ", Conf_Score:%u", answer->score);
	if (answer->corrected && debug == 2)
		buf_printf(out, ", Debug MSG:%s", messages[answer->source]);
	buf_putc(out, '\n');
	if (answer->corrected == 1) {
		buf_puts(out, "\t\tHeuristics suggests new provider id: ");
		safe_put(out, name_text(in, answer->new_id));
		buf_puts(out, ", reason: ");
	} else if (answer->corrected) {
		buf_puts(out, "\t\tHeuristics suggests that this provider id might NOT be "
			      "accurate, reason: ");
	}
	identify_reason(out, in, answer);
	if (answer->corrected)
		buf_putc(out, '\n');
	if (answer->company && answer->corrected >= 0) {
		buf_puts(
		    out, answer->corrected ? "\t\tSuggested company: " : "\t\tSuggested Company: ");
		safe_put(out, company_name(in->companies, answer->company));
		buf_putc(out, '\n');
	}
	buf_puts(out, "\t\n");
}

static void
put_greeting(
    struct buf *out, const struct inference *in, const char *what, uint32_t name, int64_t debug)
{
	uint32_t rd = in->population->name_rd[name];

	buf_printf(out, "\t\t\t%s RD: ", what);
	if (rd)
		safe_put(out, name_text(in, rd));
	else
		buf_puts(out, "None");
	if (debug)
		buf_printf(out, " %s RD Type: %s", what, rd ? "OK" : "NONE");
	buf_putc(out, '\n');
}

static void
put_cert_names(struct buf *out, const struct inference *in, uint32_t cert)
{
	size_t n;
	const uint32_t *names = population_words(&in->population->certs, cert, &n);

	buf_puts(out, ", Names:");
	for (size_t i = 0; i < n && i < CERT_NAMES_SHOWN; i++) {
		buf_putc(out, ' ');
		safe_put(out, name_text(in, names[i]));
	}
	if (n > CERT_NAMES_SHOWN)
		buf_printf(out, " (and %zu more)", n - CERT_NAMES_SHOWN);
}

static void
put_host(
    struct buf *out, const struct inference *in, const struct population_host *host, int64_t debug)
{
	if (host->flags & (FACT_HAS_BANNER | FACT_HAS_EHLO)) {
		put_greeting(out, in, "Banner", host->banner, debug);
		put_greeting(out, in, "EHLO", host->ehlo, debug);
	}
	if (!host->cert)
		return;
	buf_printf(
	    out, "\t\t\tBrowser Trusted: %s", host->flags & FACT_IS_TRUSTED ? "True" : "False");
	if (debug == 2)
		put_cert_names(out, in, host->cert);
	buf_putc(out, '\n');
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
put_as(struct buf *out, const struct output_domain *d, const struct view_address *a)
{
	uint32_t *as = NULL;
	size_t n = 0, room = 0;

	view_as(&d->x->view, d->in->population, a, &as, &n, &room);
	if (!n)
		buf_puts(out, "None");
	else
		qsort(as, n, sizeof *as, by_number);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, i ? " %u" : "%u", as[i]);
	buf_putc(out, '\n');
	free(as);
}

static void
put_address(
    struct buf *out, const struct output_domain *d, const struct view_address *a, int64_t debug)
{
	struct ip ip = population_ip(d->in->population, a->id);
	char text[IP_TEXT_MAX];

	buf_printf(out, "\t\t%s: %s, ASN: ", ip.v6 ? "IPv6" : "IPv4", ip_text(&ip, text));
	put_as(out, d, a);
	for (size_t i = 0; i < a->hosts_n; i++)
		put_host(out, d->in, view_host(&d->x->view, d->in->population, a, i), debug);
}

/* Needs a view in an order that can be shown: view_order. */
void
output_text(struct buf *out, const struct output_domain *d, int64_t debug)
{
	const struct view *v = &d->x->view;
	bool any = false;

	buf_puts(out, "Domain: ");
	safe_put(out, d->domain);
	buf_putc(out, '\n');
	for (size_t i = 0; i < d->x->answers_n; i++) {
		if (d->x->answers[i].ok)
			put_id(out, d->in, &d->x->answers[i], debug);
		any = any || d->x->answers[i].ok;
	}
	if (!any)
		buf_puts(out, "\tInfered Provider ID: N/A\n\n");
	for (size_t i = 0; i < v->mx_n; i++) {
		const struct view_mx *mx = &v->mx[i];

		if (!debug && !mx->primary)
			continue;
		buf_puts(out, "\tMX: ");
		safe_put(out, name_text(d->in, mx->name));
		buf_printf(out, ", Pref:%u\n", mx->preference);
		for (size_t k = 0; k < mx->addresses_n; k++)
			put_address(out, d, view_address(v, mx, k), debug);
	}
	buf_putc(out, '\n');
}
