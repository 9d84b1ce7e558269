/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/misidentify.h"

#include "base/buf.h"

static void
correct(struct mx_answer *answer, int corrected, enum mx_reason reason)
{
	answer->corrected = corrected;
	answer->reason = reason;
}

static struct span
name_text(const struct inference *in, uint32_t name)
{
	return intern_text(&in->population->names, name);
}

static bool
is_less(struct span a, struct span b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order < 0 : a.n < b.n;
}

static void
take_as(struct identify *x, const struct inference *in, const struct view_mx *mx, size_t i)
{
	x->as_n = 0;
	view_as(
	    &x->view, in->population, view_address(&x->view, mx, i), &x->as, &x->as_n, &x->as_room);
}

/* Does an address with a known AS lie outside the company's? */
static bool
outside(struct identify *x, const struct inference *in, const struct view_mx *mx, uint32_t company)
{
	for (size_t i = 0; i < mx->addresses_n; i++) {
		take_as(x, in, mx, i);
		if (x->as_n && !company_in_as(in->companies, company, x->as, x->as_n))
			return true;
	}
	return false;
}

/* Is the AS of an address known, and do all that are lie in the filter's?  With compat also where
 * none is known, as all() of nothing is true. */
static bool
inside(struct identify *x, const struct inference *in, const struct view_mx *mx,
    const struct company_filter *filter)
{
	bool known = in->options.compat;

	for (size_t i = 0; i < mx->addresses_n; i++) {
		take_as(x, in, mx, i);
		known = known || x->as_n;
		if (x->as_n && !company_as_meet(x->as, x->as_n, filter->as, filter->as_n))
			return false;
	}
	return known;
}

static bool
check_as(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer, uint32_t company)
{
	if (company && company_has_as(in->companies, company) && outside(x, in, mx, company)) {
		correct(answer, -1, MX_REASON_UNSEEN_AS);
		return true;
	}
	for (size_t i = 0; i < company_filters_n(in->companies); i++) {
		const struct company_filter *filter = company_filter(in->companies, i);

		if (!inside(x, in, mx, filter))
			continue;
		if (company)
			return in->options.compat;
		correct(answer, 1, MX_REASON_FILTER_AS);
		answer->new_id = in->filter_ids[i];
		answer->reason_company = filter->company;
		return true;
	}
	return false;
}

static bool
is_rented(const struct inference *in, uint32_t name, bool greeting)
{
	struct span text = name_text(in, name);

	return (in->options.compat ? server_kind_compat(in->servers, text, greeting)
				   : server_kind(in->servers, text, greeting)) == SERVER_RENTED;
}

/* The bytewise smallest trusted name of all addresses decides; with compat the first one. */
static void
check_cert_name(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	uint32_t least = 0;

	for (size_t i = 0; i < mx->addresses_n; i++) {
		const struct view_address *a = view_address(&x->view, mx, i);

		for (size_t k = 0; k < a->hosts_n; k++) {
			const struct cert_entry *c = cert_table_trusted(
			    in->certs, view_host(&x->view, in->population, a, k));

			if (!c || (least && in->options.compat))
				continue;
			if (!least || is_less(name_text(in, c->least), name_text(in, least)))
				least = c->least;
		}
	}
	if (least && is_rented(in, least, false))
		correct(answer, -1, MX_REASON_RENTED_CERT);
}

/* What the names in greetings are, so far. */
struct greetings {
	bool all_rented;
	uint32_t named;  /* how many */
	uint32_t rented; /* one of them: the bytewise smallest, with compat the last; 0: none */
};

static void
look_at_greeting(struct greetings *g, const struct inference *in, uint32_t name)
{
	if (!in->population->name_rd[name])
		return;
	g->named++;
	if (!is_rented(in, name, true))
		g->all_rented = false;
	else if (!g->rented || in->options.compat ||
		 is_less(name_text(in, name), name_text(in, g->rented)))
		g->rented = name;
}

static void
check_greetings(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	struct greetings g = {.all_rented = true};

	for (size_t i = 0; i < mx->addresses_n; i++) {
		const struct view_address *a = view_address(&x->view, mx, i);

		for (size_t k = 0; k < a->hosts_n; k++) {
			const struct population_host *host =
			    view_host(&x->view, in->population, a, k);

			look_at_greeting(&g, in, host->ehlo);
			look_at_greeting(&g, in, host->banner);
		}
		/* The Python tool decides after each address, and on no name at all. */
		if (in->options.compat && g.all_rented)
			break;
	}
	if (!g.all_rented || (!g.named && (!in->options.compat || !mx->addresses_n)))
		return;
	correct(answer, -1, MX_REASON_RENTED_SERVER);
	answer->reason_name = g.rented;
}

void
misidentify(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer)
{
	const struct identify_options *o = &in->options;
	uint32_t company = company_of(in->companies, name_text(in, answer->id));

	if (!o->disable_heuristics_as && check_as(x, in, mx, answer, company))
		return;
	if (!company)
		return;
	if (answer->source == MX_SOURCE_GREETING && !o->disable_heuristics_banner_pattern)
		check_greetings(x, in, mx, answer);
	if (answer->source == MX_SOURCE_TLS && !o->disable_heuristics_tls_pattern)
		check_cert_name(x, in, mx, answer);
}

void
identify_reason(struct buf *out, const struct inference *in, const struct mx_answer *answer)
{
	switch (answer->reason) {
	case MX_REASON_NONE: return;
	case MX_REASON_UNSEEN_AS: buf_puts(out, "IP in an unseen AS"); return;
	case MX_REASON_FILTER_AS:
		buf_puts(out, "All IPs are in ");
		buf_put(out, company_name(in->companies, answer->reason_company));
		/* The words of the Python tool, on which scripts rely. */
		if (span_eq(company_name(in->companies, answer->reason_company), SPAN_LIT("Cisco")))
			buf_puts(out, " Ironport");
		buf_puts(out, "'s AS");
		return;
	case MX_REASON_RENTED_CERT:
		buf_puts(out, "FQDN used by Cert Indicates Potentially VPS");
		return;
	case MX_REASON_RENTED_SERVER:
		buf_puts(out, "FQDN (");
		if (answer->reason_name)
			buf_put(out, name_text(in, answer->reason_name));
		else
			buf_puts(out, "None");
		buf_puts(out, ") used by Banner/EHLO Indicates Potentially VPS");
		return;
	}
}
