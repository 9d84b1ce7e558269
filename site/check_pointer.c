/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse names: does every address have a name that leads back to it?  Senders look at the name of
 * whom they talk to, and our own logs say "unknown" otherwise. */
#include <ldns/ldns.h>

#include "site/check.h"

/* A reverse name and the address that it stands for. */
struct pointer {
	struct check *c;
	const struct ip *ip;
	const char *name;
};

static void
say(const struct pointer *p, const char *what, const char *why)
{
	char text[IP_TEXT_MAX];

	check_finding(p->c, p->name,
	    arena_printf(p->c->a, "%s (of %s)", what, ip_text(p->ip, text)), why,
	    "render and sign again");
}

/* Does the host's name have that address? */
static bool
leads_back(const struct pointer *p, const char *host)
{
	struct paper_answer answer;

	paper_ask(p->c->a, &p->c->paper, &check_resolvers[0], host,
	    p->ip->v6 ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A, &answer);
	for (size_t i = 0; answer.outcome == PAPER_ANSWER && i < answer.set->rrs_n; i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(answer.set->rrs[i], 0);

		if (ldns_rdf_size(rdf) == (p->ip->v6 ? 16 : 4) &&
		    !memcmp(ldns_rdf_data(rdf), p->ip->octets, ldns_rdf_size(rdf)))
			return true;
	}
	return false;
}

static void
check_pointer(const struct pointer *p)
{
	struct check *c = p->c;
	struct paper_answer answer;
	const char *host;

	for (size_t r = 0; r < CHECK_RESOLVERS_N; r++) {
		paper_ask(c->a, &c->paper, &check_resolvers[r], p->name, LDNS_RR_TYPE_PTR, &answer);
		if (answer.outcome == PAPER_ANSWER && answer.secure)
			continue;
		say(p,
		    arena_printf(c->a, "%s gets %s%s%s for its PTR record", check_resolvers[r].name,
			answer.outcome == PAPER_ANSWER ? "an answer that is not secure"
						       : paper_outcome_name(answer.outcome),
			answer.why ? ": " : "", answer.why ? answer.why : ""),
		    "servers refuse or distrust clients without a name");
		return;
	}
	host = zonefile_text(c->a, ldns_rr_rdf(answer.set->rrs[0], 0));
	if (!leads_back(p, host))
		say(p, arena_printf(c->a, "is %s, which does not have the address", host),
		    "a name that does not lead back is no name");
}

/* Where the provider's zone, of which owner/ has an example, sends a reverse IPv4 name; NULL, and a
 * finding, if nowhere. */
static const char *
follow_provider(struct check *c, const struct ip *ip)
{
	const unsigned char *o = ip->octets;
	const char *origin = arena_printf(c->a, "%u.%u.%u.in-addr.arpa", o[2], o[1], o[0]);
	const char *path = arena_printf(c->a, "%s/owner/%s.zone", c->dir, origin), *error, *target;
	const struct zonefile_rrset *cname;
	struct zonefile zone;
	ldns_rdf *name;

	error = zonefile_read(c->a, path, origin, &zone);
	if (error) {
		check_finding(c, origin, error, "the provider of the network is told nothing",
		    "run emt-site render again");
		return NULL;
	}
	name = must(ldns_dname_new_frm_str(arena_printf(c->a, "%u.%s", o[3], origin)));
	cname = zonefile_find(&zone, name, LDNS_RR_TYPE_CNAME);
	ldns_rdf_deep_free(name);
	target = cname ? zonefile_text(c->a, ldns_rr_rdf(cname->rrs[0], 0)) : NULL;
	if (!target)
		check_finding(c, path, arena_printf(c->a, "lacks the CNAME of %u.%s", o[3], origin),
		    "the address would have no name", "run emt-site render again");
	return target;
}

static const char *
reverse6(struct check *c, const struct ip *ip)
{
	char reversed[IP_REVERSED_MAX];

	return arena_printf(c->a, "%s.ip6.arpa", ip_reversed(ip, reversed));
}

void
check_pointers(struct check *c)
{
	for (size_t i = 0; i < c->plan->hosts_n; i++) {
		const struct plan_host *host = &c->plan->hosts[i];

		for (size_t k = 0; k < host->ips_n; k++) {
			const struct site_pair *ip = host->ips[k];
			int64_t families = plan_ip_families(c->plan, ip);
			struct pointer p = {.c = c};

			if (families != FAMILIES_IPV4) {
				p.ip = &ip->ip6;
				p.name = reverse6(c, p.ip);
				check_pointer(&p);
			}
			if (families == FAMILIES_IPV6)
				continue;
			p.ip = &ip->ip4;
			p.name = follow_provider(c, p.ip);
			if (p.name)
				check_pointer(&p);
		}
	}
}
