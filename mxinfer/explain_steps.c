/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of the method (emt-mxinfer(1)), each with what it found for one domain. */
#include <inttypes.h>
#include <stdlib.h>

#include "mxinfer/explain.h"
#include "mxinfer/self_hosted.h"
#include "mxinfer/view_order.h"

struct steps {
	const struct inference *in;
	const struct population *p;
	struct identify *x;
	struct buf *out;
};

static void
put_name(const struct steps *s, uint32_t name)
{
	buf_put(s->out, intern_text(&s->p->names, name));
}

static void
put_ip(const struct steps *s, const struct view_address *a)
{
	struct ip ip = population_ip(s->p, a->id);
	char text[IP_TEXT_MAX];

	buf_puts(s->out, ip_text(&ip, text));
}

static void
put_domains_n(const struct steps *s, uint32_t n)
{
	buf_printf(s->out, "in %" PRIu32 " domain%s\n", n, n == 1 ? "" : "s");
}

/* Step 1.  The view of a primary MX has the addresses with SMTP alone. */
static void
put_primary(const struct steps *s)
{
	const struct view *v = &s->x->view;

	buf_puts(s->out, "\nStep 1: the primary MX\n");
	for (size_t i = 0; i < v->mx_n; i++) {
		const struct view_mx *mx = &v->mx[i];

		buf_puts(s->out, "  ");
		put_name(s, mx->name);
		buf_printf(s->out, ", preference %" PRIu32 ": ", mx->preference);
		buf_puts(s->out, mx->primary ? "primary; SMTP at" : "not primary");
		for (size_t k = 0; mx->primary && k < mx->addresses_n; k++) {
			buf_putc(s->out, ' ');
			put_ip(s, view_address(v, mx, k));
		}
		buf_putc(s->out, '\n');
	}
	if (!v->mx_n)
		buf_puts(s->out, "  there is no MX\n");
}

static void
put_cert_counts(const struct steps *s, const struct view_address *a)
{
	for (size_t i = 0; i < a->hosts_n; i++) {
		const struct cert_entry *c =
		    cert_table_trusted(s->in->certs, view_host(&s->x->view, s->p, a, i));

		for (size_t k = 0; c && k < c->rds_n; k++) {
			uint32_t rd = s->in->certs->rds[c->rds_at + k];

			buf_puts(s->out, "  registered domain ");
			put_name(s, rd);
			buf_puts(s->out, " of trusted certificates: ");
			put_domains_n(s, s->in->counts->rd[rd]);
		}
	}
}

/* Step 2. */
static void
put_counts(const struct steps *s)
{
	const struct view *v = &s->x->view;

	buf_puts(s->out, "\nStep 2: counts, over all domains\n");
	for (size_t i = 0; i < v->mx_n; i++) {
		const struct view_mx *mx = &v->mx[i];

		if (!mx->primary)
			continue;
		buf_puts(s->out, "  MX ");
		put_name(s, mx->name);
		buf_puts(s->out, ": ");
		put_domains_n(s, s->in->counts->mx[mx->name]);
		for (size_t k = 0; k < mx->addresses_n; k++) {
			const struct view_address *a = view_address(v, mx, k);

			buf_puts(s->out, "  address ");
			put_ip(s, a);
			buf_puts(s->out, ": ");
			put_domains_n(s, s->in->counts->address[a->base]);
			put_cert_counts(s, a);
		}
	}
}

/* Steps 3 and 4, what the certificates say. */
static void
put_tls(const struct steps *s, const struct view_mx *mx)
{
	bool any = false;

	for (size_t k = 0; k < mx->addresses_n; k++) {
		const struct view_address *a = view_address(&s->x->view, mx, k);

		for (size_t i = 0; i < a->hosts_n; i++) {
			const struct cert_entry *c =
			    cert_table_trusted(s->in->certs, view_host(&s->x->view, s->p, a, i));

			if (!c)
				continue;
			any = true;
			buf_puts(s->out, "    TLS: the certificate of ");
			put_ip(s, a);
			buf_puts(s->out, " is of the group called ");
			put_name(s, cert_groups_id(s->in->groups, s->p, c->name));
			buf_puts(s->out, " after its best name ");
			put_name(s, s->in->groups->best[s->in->groups->parent[c->name]]);
			buf_putc(s->out, '\n');
		}
	}
	if (!any)
		buf_puts(s->out, "    TLS: no trusted certificate with names\n");
}

static void
put_greeting(const struct steps *s, const struct view_address *a, const char *what, uint32_t name)
{
	if (!s->p->name_rd[name])
		return;
	buf_printf(s->out, "    %s of ", what);
	put_ip(s, a);
	buf_puts(s->out, ": ");
	put_name(s, name);
	buf_puts(s->out, ", registered domain ");
	put_name(s, s->p->name_rd[name]);
	buf_putc(s->out, '\n');
}

static void
put_greetings(const struct steps *s, const struct view_mx *mx)
{
	for (size_t k = 0; k < mx->addresses_n; k++) {
		const struct view_address *a = view_address(&s->x->view, mx, k);

		for (size_t i = 0; i < a->hosts_n; i++) {
			const struct population_host *host = view_host(&s->x->view, s->p, a, i);

			put_greeting(s, a, "banner", host->banner);
			put_greeting(s, a, "EHLO answer", host->ehlo);
		}
	}
}

static void
put_as(const struct steps *s, const struct view_mx *mx, uint32_t company)
{
	uint32_t *as = NULL;
	size_t n, room = 0;

	for (size_t k = 0; k < mx->addresses_n; k++) {
		const struct view_address *a = view_address(&s->x->view, mx, k);

		n = 0;
		view_as(&s->x->view, s->p, a, &as, &n, &room);
		buf_puts(s->out, "    AS of ");
		put_ip(s, a);
		buf_puts(s->out, n ? ":" : ": not known");
		for (size_t i = 0; i < n; i++)
			buf_printf(s->out, " %" PRIu32, as[i]);
		if (n && company)
			buf_puts(s->out, company_in_as(s->in->companies, company, as, n)
					     ? ", one of the company's"
					     : ", none of the company's");
		buf_putc(s->out, '\n');
	}
	free(as);
}

static void
put_rented(const struct steps *s, uint32_t name, bool greeting)
{
	static const char *const kinds[] = {
	    "nothing is known", "the provider's own server", "a rented machine"};
	struct span text = intern_text(&s->p->names, name);

	buf_puts(s->out, "    name ");
	put_name(s, name);
	buf_printf(s->out, ": %s\n", kinds[server_kind(s->in->servers, text, greeting)]);
}

static void
put_server_names(const struct steps *s, const struct view_mx *mx, const struct mx_answer *answer)
{
	for (size_t k = 0; k < mx->addresses_n; k++) {
		const struct view_address *a = view_address(&s->x->view, mx, k);

		for (size_t i = 0; i < a->hosts_n; i++) {
			const struct population_host *host = view_host(&s->x->view, s->p, a, i);
			const struct cert_entry *c = cert_table_trusted(s->in->certs, host);

			if (answer->source == MX_SOURCE_TLS && c)
				put_rented(s, c->least, false);
			if (answer->source != MX_SOURCE_GREETING)
				continue;
			if (s->p->name_rd[host->banner])
				put_rented(s, host->banner, true);
			if (s->p->name_rd[host->ehlo])
				put_rented(s, host->ehlo, true);
		}
	}
}

/* Step 6. */
static void
put_checks(const struct steps *s, const struct view_mx *mx, const struct mx_answer *answer)
{
	uint32_t company = company_of(s->in->companies, intern_text(&s->p->names, answer->id));

	buf_printf(s->out, "  Step 6: score %" PRIu32 ", threshold %" PRId64 "; ", answer->score,
	    s->in->options.heuristics_threshold);
	if (s->in->options.disable_heuristics || answer->source == MX_SOURCE_MX ||
	    answer->score > s->in->options.heuristics_threshold) {
		buf_puts(s->out, "not checked\n");
		return;
	}
	buf_puts(s->out, "the id is ");
	if (company)
		buf_put(s->out, company_name(s->in->companies, company));
	buf_puts(s->out, company ? "'s\n" : "of no known company\n");
	put_as(s, mx, company);
	if (company)
		put_server_names(s, mx, answer);
	buf_printf(s->out, "    corrected %d: ", answer->corrected);
	if (answer->reason == MX_REASON_NONE)
		buf_puts(s->out, "nothing speaks against it");
	identify_reason(s->out, s->in, answer);
	if (answer->corrected == 1) {
		buf_puts(s->out, "; new id ");
		put_name(s, answer->new_id);
	}
	buf_putc(s->out, '\n');
}

static const struct mx_answer *
answer_of(const struct steps *s, const struct view_mx *mx)
{
	const struct mx_answer *answer = s->x->answers;

	while (answer->mx != mx->name)
		answer++;
	return answer;
}

static void
put_mx(const struct steps *s, const struct view_mx *mx)
{
	const struct mx_answer *answer = answer_of(s, mx);

	buf_puts(s->out, "\n");
	put_name(s, mx->name);
	buf_puts(s->out, "\n  Step 4: the id, by the first source that agrees with itself\n");
	if (s->in->options.disable_tls)
		buf_puts(s->out, "    TLS: not used\n");
	else
		put_tls(s, mx);
	if (s->in->options.disable_banner)
		buf_puts(s->out, "    banners and EHLO answers: not used\n");
	else
		put_greetings(s, mx);
	if (!answer->ok) {
		buf_puts(s->out, "    no id: the MX name has no registered domain\n");
		return;
	}
	buf_puts(s->out, "    id ");
	put_name(s, answer->id);
	buf_printf(s->out, ", source %s, score %" PRIu32 "\n", mx_source_name(answer->source),
	    answer->score);
	put_checks(s, mx, answer);
	buf_puts(s->out, "  Step 7: company ");
	if (answer->company)
		buf_put(s->out, company_name(s->in->companies, answer->company));
	buf_puts(s->out, answer->company ? "\n" : "not known\n");
}

void
explain_steps(const struct inference *in, uint32_t domain, struct identify *x, struct buf *out)
{
	struct steps s = {in, in->population, x, out};

	identify_node(x, in, in->population->domain_node[domain]);
	view_order(&x->view, in->population);
	put_primary(&s);
	put_counts(&s);
	for (size_t i = 0; i < x->view.mx_n; i++)
		if (x->view.mx[i].primary)
			put_mx(&s, &x->view.mx[i]);
	buf_printf(out, "\nself-hosted: %s\n",
	    self_hosted_name(self_hosted(x, in, population_domain(in->population, domain))));
}
