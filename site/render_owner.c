/* SPDX-License-Identifier: GPL-3.0-or-later */
/* owner/: what the owner of the domain has to do at others. */
#include "plan/plan_zone.h"
#include "site/render.h"

enum { TEXT_MAX = 1 << 20 };

static struct span
keep(struct arena *a, struct buf *text)
{
	struct span kept;

	if (text->n && text->p[text->n - 1] == '\n')
		text->n--; /* the template's line ends behind its place */
	kept = arena_span(a, buf_span(text));
	buf_free(text);
	return kept;
}

static const char *
delegation_file(struct arena *a, const struct plan_zone *zone)
{
	return arena_printf(a, "%s.delegation", zone->origin);
}

/* NS, and glue if the name server's name lies within the zone. */
static const char *
render_delegation(const struct render *r, const struct plan_zone *zone)
{
	struct fill f = render_fill(r, NULL);
	char ip4[IP_TEXT_MAX], ip6[IP_TEXT_MAX];
	const struct site_pair *ip = &zone->host->site->ip;
	struct buf glue;

	fill_set(&f, "ORIGIN", zone->origin);
	fill_set(&f, "NS", zone->name_server);
	buf_init(&glue, TEXT_MAX);
	if (span_ends(
		span_str(zone->name_server), span_str(arena_printf(r->a, ".%s", zone->origin))))
		buf_printf(&glue, "%s.\tIN A\t%s\n%s.\tIN AAAA\t%s\n", zone->name_server,
		    ip_text(&ip->ip4, ip4), zone->name_server, ip_text(&ip->ip6, ip6));
	fill_set_span(&f, "GLUE", keep(r->a, &glue));
	return fill_file(&f, "zones/owner-delegation.zone.in",
	    arena_printf(r->a, "owner/%s", delegation_file(r->a, zone)), 0644);
}

/* The i-th pair of addresses of the site: hosts, then cases; NULL behind the last. */
static const struct site_pair *
pair_at(const struct site *site, size_t i)
{
	if (i < site->hosts_n)
		return &site->hosts[i].ip;
	i -= site->hosts_n;
	return i < site->addresses_n ? &site->addresses[i].ip : NULL;
}

static bool
same_net(const struct ip *x, const struct ip *y)
{
	return !memcmp(x->octets, y->octets, 3);
}

static const char *
reverse4_origin(struct arena *a, const struct ip *ip)
{
	const unsigned char *o = ip->octets;

	return arena_printf(a, "%u.%u.%u.in-addr.arpa", o[2], o[1], o[0]);
}

/* The example of the provider's zone for the /24 that `ip` lies in. */
static const char *
render_reverse4(const struct render *r, const struct ip *ip)
{
	const struct site *site = r->plan->site;
	const char *origin = reverse4_origin(r->a, ip);
	struct fill f = render_fill(r, NULL);
	struct span parent = span_str(site->domain);
	const struct site_pair *pair;
	struct buf lines;

	span_cut(&parent, '.');
	fill_set(&f, "ORIGIN", origin);
	fill_set(&f, "PARENT", parent.p ? parent.p : site->domain);
	buf_init(&lines, TEXT_MAX);
	for (size_t i = 0; (pair = pair_at(site, i)) != NULL; i++)
		if (same_net(&pair->ip4, ip) && plan_ip_families(r->plan, pair) != FAMILIES_IPV6)
			buf_printf(&lines, "%u\tIN CNAME\t%s.rdns.%s.\n", pair->ip4.octets[3],
			    plan_rdns_label(r->a, site, &pair->ip4), site->domain);
	fill_set_span(&f, "CNAMES", keep(r->a, &lines));
	return fill_file(
	    &f, "zones/owner-reverse4.zone.in", arena_printf(r->a, "owner/%s.zone", origin), 0644);
}

/* Each /24 once. */
static const char *
render_reverse4_all(const struct render *r, struct buf *list)
{
	const struct site *site = r->plan->site;
	const struct site_pair *pair;
	const char *error = NULL;

	for (size_t i = 0; !error && (pair = pair_at(site, i)) != NULL; i++) {
		size_t k = 0;

		while (k < i && !same_net(&pair_at(site, k)->ip4, &pair->ip4))
			k++;
		if (k < i)
			continue;
		error = render_reverse4(r, &pair->ip4);
		buf_printf(
		    list, "   - IPv4: the CNAMEs of %s.zone\n", reverse4_origin(r->a, &pair->ip4));
	}
	return error;
}

static void
put_certificate(struct buf *out, const struct plan_certificate *c)
{
	buf_printf(out, "\n%s of %s:\n", c->file, c->host->machine->name);
	if (c->copy_of) {
		buf_printf(out,
		    "\ta copy of %s of %s, each time that one is renewed: it is to be good for "
		    "none of\n\tthis host's names\n",
		    c->copy_of->file, c->copy_of->host->machine->name);
		return;
	}
	for (size_t i = 0; i < c->names_n; i++) {
		if (i == c->public_n)
			buf_puts(out, "    no public CA can look these up, since their zone is "
				      "broken; leave them out if yours refuses:\n");
		buf_printf(out, "\t%s\n", c->names[i]);
	}
}

static const char *
render_certificates(const struct render *r)
{
	struct fill f = render_fill(r, NULL);
	struct buf out;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < r->plan->certificates_n; i++)
		put_certificate(&out, &r->plan->certificates[i]);
	fill_set_span(&f, "CERTIFICATES", keep(r->a, &out));
	return fill_file(&f, "zones/owner-certificates.in", "owner/certificates.txt", 0644);
}

static struct span
addresses(const struct render *r)
{
	char ip4[IP_TEXT_MAX], ip6[IP_TEXT_MAX];
	struct buf out;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < r->plan->hosts_n; i++) {
		const struct plan_host *host = &r->plan->hosts[i];

		for (size_t k = 0; k < host->ips_n; k++)
			buf_printf(&out, "   - %s: %s, %s (port %d)\n", host->site->fqdn,
			    ip_text(&host->ips[k]->ip4, ip4), ip_text(&host->ips[k]->ip6, ip6),
			    host->site->role->dns ? 53 : 25);
	}
	return keep(r->a, &out);
}

const char *
render_owner(const struct render *r)
{
	const struct plan *plan = r->plan;
	struct fill f = render_fill(r, NULL);
	const char *error;
	struct buf list;

	buf_init(&list, TEXT_MAX);
	error = render_reverse4_all(r, &list);
	for (size_t i = 0; !error && i < plan->zones_n; i++) {
		const struct plan_zone *zone = &plan->zones[i];

		if (zone->parent)
			continue;
		error = render_delegation(r, zone);
		if (zone->kind == ZONE_MEASUREMENT)
			fill_set(&f, "DELEGATION", delegation_file(r->a, zone));
		else
			buf_printf(&list,
			    "   - IPv6: the delegation of %s, with %s.ds;\n     CNAMEs to names of "
			    "yours do as well where no delegation is to be had\n",
			    delegation_file(r->a, zone), zone->origin);
	}
	fill_set_span(&f, "REVERSE", arena_span(r->a, buf_span(&list)));
	buf_free(&list);
	fill_set_span(&f, "ADDRESSES", addresses(r));
	if (!error)
		error = render_certificates(r);
	return error ? error : fill_file(&f, "zones/owner-README.in", "owner/README", 0644);
}
