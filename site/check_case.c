/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases: does each lead to its host and families, through resolvers of either family, and break
 * just where it is meant to?  The resolvers are of paper (paper.h). */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "mail/token.h"
#include "site/check.h"
#include "plan/plan_zone.h"

/* One address of a case, plain or with a token, seen by one resolver. */
struct look {
	struct check *c;
	const struct testcase *testcase;
	const struct plan_zone *zone;
	const struct paper_resolver *resolver;
	const char *domain; /* of the recipient */
};

static void
say(struct look *l, const char *what, const char *why)
{
	check_finding(l->c, l->domain, what, why,
	    "see the findings about zones and name servers, then render and sign again");
}

/* May a resolver of that family reach the zone at all? */
static bool
is_reachable(const struct look *l)
{
	return (l->resolver->ip4 && l->zone->glue4) || (l->resolver->ip6 && l->zone->glue6);
}

static const char *
type_name(struct check *c, unsigned type)
{
	char *text = must(ldns_rr_type2str(type));
	const char *kept = arena_dup(c->a, span_str(text));

	free(text);
	return kept;
}

/* Is the answer as secure or as bogus as the zone of the name is meant to make it?  Told once for a
 * look, at its first question. */
static bool
is_trusted_as_meant(struct look *l, const struct plan_zone *zone, const struct paper_answer *answer)
{
	if (zone->trust == TRUST_DS_BROKEN ? answer->bogus : answer->secure)
		return true;
	say(l,
	    arena_printf(l->c->a, "%s, if it validates, finds it %s%s%s", l->resolver->name,
		answer->bogus    ? "bogus"
		: answer->secure ? "secure"
				 : "unsigned",
		answer->why ? ": " : "", answer->why ? answer->why : ""),
	    zone->trust == TRUST_DS_BROKEN
		? "it is meant to be bogus: a case that breaks nothing measures nothing"
		: "it is meant to be secure: every sender that validates would look broken");
	return false;
}

/* Asks, and tells what is not as meant.  NULL: there is no more to be learned. */
static const struct zonefile_rrset *
want(struct look *l, const struct plan_zone *zone, const char *name, unsigned type,
    enum paper_outcome outcome)
{
	struct paper_answer answer;

	paper_ask(l->c->a, &l->c->paper, l->resolver, name, type, &answer);
	if (answer.outcome != outcome) {
		say(l,
		    arena_printf(l->c->a, "%s that asks for %s %s gets %s%s%s%s", l->resolver->name,
			name, type_name(l->c, type), paper_outcome_name(answer.outcome),
			answer.why ? " (" : "", answer.why ? answer.why : "",
			answer.why ? ")" : ""),
		    outcome == PAPER_UNREACHABLE
			? "it must get none: the case would tell nothing of the resolver"
			: "no mail would arrive, or not as the case means it");
		return NULL;
	}
	if (outcome == PAPER_UNREACHABLE || !is_trusted_as_meant(l, zone, &answer))
		return NULL;
	return answer.set;
}

static bool
holds_ip(const struct zonefile_rrset *set, const struct ip *ip)
{
	const ldns_rdf *rdf = set->rrs_n == 1 ? ldns_rr_rdf(set->rrs[0], 0) : NULL;
	size_t n = ip->v6 ? 16 : 4;

	return rdf && ldns_rdf_size(rdf) == n && !memcmp(ldns_rdf_data(rdf), ip->octets, n);
}

/* The zone that an MX host lies in: the case's own if it has a token, the measurement's if not. */
static const struct plan_zone *
zone_of(const struct look *l, const char *host)
{
	const struct plan_zone *best = &l->c->plan->zones[0];

	for (size_t i = 0; i < l->c->plan->zones_n; i++) {
		const struct plan_zone *zone = &l->c->plan->zones[i];

		if (span_ends(
			span_str(host), span_str(arena_printf(l->c->a, ".%s", zone->origin))) &&
		    strlen(zone->origin) > strlen(best->origin))
			best = zone;
	}
	return best;
}

static void
check_family(struct look *l, const struct plan_zone *zone, const char *host, unsigned type,
    const struct ip *ip, bool meant)
{
	const struct zonefile_rrset *set =
	    want(l, zone, host, type, meant ? PAPER_ANSWER : PAPER_NODATA);
	char text[IP_TEXT_MAX];

	if (meant && set && !holds_ip(set, ip))
		say(l,
		    arena_printf(l->c->a, "%s %s is not %s alone", host, type_name(l->c, type),
			ip_text(ip, text)),
		    "mail would go to another host, or to one that other cases share");
}

/* Is one of the TLSA records this data? */
static bool
holds_tlsa(struct look *l, const struct zonefile_rrset *set, struct span data)
{
	for (size_t i = 0; i < set->rrs_n; i++)
		if (span_ieq(span_str(zonefile_data(l->c->a, set->rrs[i])), data))
			return true;
	return false;
}

static void
check_tlsa(struct look *l, const struct plan_zone *zone, const char *host)
{
	const char *name = arena_printf(l->c->a, "_25._tcp.%s", host), *pin;
	struct paper_answer answer;
	const struct zonefile_rrset *set;
	struct span rest;
	bool matches = false;

	pin = l->c->plan->site->settings->tls_pin;
	paper_ask(l->c->a, &l->c->paper, l->resolver, name, LDNS_RR_TYPE_TLSA, &answer);
	if (l->testcase->tlsa == TLSA_NONE || (l->testcase->tlsa == TLSA_MATCH && !pin)) {
		if (answer.outcome == PAPER_ANSWER)
			say(l, arena_printf(l->c->a, "%s has TLSA records", name),
			    "the case is not about them, and a sender with DANE would behave "
			    "otherwise");
		return;
	}
	set = want(l, zone, name, LDNS_RR_TYPE_TLSA, PAPER_ANSWER);
	if (!set)
		return;
	rest = span_str(pin);
	while (rest.p && !matches)
		matches = holds_tlsa(l, set, span_trim(span_cut(&rest, ',')));
	if (matches != (l->testcase->tlsa == TLSA_MATCH))
		say(l,
		    arena_printf(l->c->a, "the TLSA records of %s %s tls_pin", name,
			matches ? "match" : "do not match"),
		    matches
			? "a broken case that is whole: every sender with DANE would get through"
			: "a whole case that is broken: no sender with DANE would get through");
}

static const char *
mx_host(struct look *l, const struct zonefile_rrset *mx)
{
	if (mx->rrs_n != 1 || ldns_rr_rd_count(mx->rrs[0]) != 2) {
		say(l, "has several MX records", "the case is about one host");
		return NULL;
	}
	return zonefile_text(l->c->a, ldns_rr_rdf(mx->rrs[0], 1));
}

static void
look_at(struct look *l)
{
	const struct testcase *t = l->testcase;
	const struct site_pair *ip = plan_case_ip(l->c->plan, t);
	const struct zonefile_rrset *mx;
	const struct plan_zone *zone;
	const char *host;

	if (!is_reachable(l)) {
		want(l, l->zone, l->domain, LDNS_RR_TYPE_MX, PAPER_UNREACHABLE);
		want(l, l->zone, l->zone->origin, LDNS_RR_TYPE_NS, PAPER_UNREACHABLE);
		return;
	}
	mx = want(l, l->zone, l->domain, LDNS_RR_TYPE_MX, PAPER_ANSWER);
	host = mx ? mx_host(l, mx) : NULL;
	if (!host)
		return;
	zone = zone_of(l, host);
	check_family(l, zone, host, LDNS_RR_TYPE_A, &ip->ip4, t->families != FAMILIES_IPV6);
	check_family(l, zone, host, LDNS_RR_TYPE_AAAA, &ip->ip6, t->families != FAMILIES_IPV4);
	check_tlsa(l, zone, host);
}

/* The address without a token, the pool's first and last token, and a token of the wildcard; that
 * every token is there, check_zone_files has seen. */
static void
check_case(struct check *c, const struct testcase *t)
{
	const struct settings *s = c->plan->site->settings;
	const uint64_t numbers[] = {0, (uint64_t)s->tokens_per_case - 1};
	const char *plain = arena_printf(c->a, "%s.%s", t->name, c->plan->site->domain);
	char token[PROBE_TOKEN_LEN + 1];
	struct look l = {.c = c, .testcase = t, .zone = plan_case_zone(c->plan, t)};
	const struct zonefile_rrset *set;

	for (size_t r = 0; r < CHECK_RESOLVERS_N; r++) {
		l.resolver = &check_resolvers[r];
		l.domain = plain;
		look_at(&l);
		for (size_t i = 0; i < 2; i++) {
			token_make(span_str(s->token_secret), span_str(t->name), numbers[i], token);
			l.domain = arena_printf(c->a, "%s.%s", token, plain);
			look_at(&l);
		}
		/* A token that nobody drew. */
		l.domain = arena_printf(c->a, "aaaaaaaaaaaaaaaaaaaaaaaaaa.%s", plain);
		set = is_reachable(&l) ? want(&l, l.zone, l.domain, LDNS_RR_TYPE_MX, PAPER_ANSWER)
				       : NULL;
		if (set)
			mx_host(&l, set);
	}
}

/* Addresses that sessions without a recipient are told apart by: nobody else's. */
static void
check_sharing(struct check *c, const struct testcase *t)
{
	const struct site_pair *ip = plan_case_ip(c->plan, t), *other;

	for (size_t i = 0; i < c->plan->cases->n; i++) {
		const struct testcase *with = &c->plan->cases->v[i];

		other = plan_case_ip(c->plan, with);
		if (with != t && (ip_eq(&ip->ip4, &other->ip4) || ip_eq(&ip->ip6, &other->ip6)))
			check_finding(c, t->name,
			    arena_printf(c->a, "shares an address with %s", with->name),
			    "a session that names no recipient could be either's",
			    "give one of them a line addresses.CASE in the site file");
	}
}

void
check_cases(struct check *c)
{
	const struct testcases *cases = c->plan->cases;

	for (size_t i = 0; i < cases->n; i++) {
		const struct testcase *t = &cases->v[i];

		if (t->tlsa == TLSA_MATCH && !c->plan->site->settings->tls_pin)
			check_finding(c, t->name, "has no TLSA record, since tls_pin is not set",
			    "it would be no case of DANE",
			    "set tls_pin to what emt-site pin prints for the host's certificate");
		if (t->own_addresses)
			check_sharing(c, t);
		check_case(c, t);
	}
}
