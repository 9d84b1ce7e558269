/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the site's resolver says, and whether its signatures hold, by our own validation. */
#include "site/live.h"

/* One question about one case. */
struct ask {
	struct live *live;
	struct live_case *c;
	const struct plan_zone *zone; /* that the name lies in */
	const char *name;
	int type;
	enum live_part part;
	enum live_family family;
	int host;                /* of LIVE_TLSA: which one */
	const char *const *want; /* data; none: there are no such records */
	size_t want_n;
	size_t *left; /* questions of this check that are not answered */
};

static const char mend_zone[] =
    "see that the name server has the zone as it was signed last: emt-site sign, then reload it";

static void
bad(struct ask *k, const char *what, const char *why)
{
	const struct live_fault fault = {
	    .where = k->name, .what = what, .why = why, .mend = mend_zone};

	live_bad(k->live, k->c, k->part, k->family, &fault);
}

static void
end_ask(struct ask *k)
{
	if (--*k->left == 0)
		live_ok(k->live, k->c, k->part, k->family, NULL);
	live_end(k->live);
}

static void
on_soa(void *arg, const struct dns_result *r)
{
	struct ask *k = arg;
	bool broken = k->zone->trust == TRUST_DS_BROKEN;
	const char *text = arena_printf(k->live->a, "the resolver's answer is %s (%s)%s%s",
	    dns_security_name(r->dnssec), dns_outcome_name(r->outcome), r->why ? ": " : "",
	    r->why ? r->why : "");

	if (!broken && (r->dnssec != DNS_SECURE || r->outcome != DNS_OK))
		bad(k, text, "it is meant to be secure: every sender that validates looks broken");
	else if (broken && r->dnssec != DNS_BOGUS)
		bad(k, text,
		    "it is meant to be bogus: a case that breaks nothing measures nothing");
	end_ask(k);
}

/* Of a zone that is bogus on purpose, a resolver need not hand out anything: what is in it is asked
 * of its name server. */
static bool
is_hidden(const struct ask *k, const struct dns_result *r)
{
	return k->zone->trust == TRUST_DS_BROKEN && r->dnssec == DNS_BOGUS && r->outcome != DNS_OK;
}

/* What is wrong with the answer apart from its data, or NULL. */
static const char *
trouble(const struct ask *k, const struct dns_result *r)
{
	bool empty = r->outcome == DNS_NODATA || r->outcome == DNS_NXDOMAIN;

	if (is_hidden(k, r))
		return NULL;
	if (r->outcome != DNS_OK && !empty)
		return arena_printf(k->live->a, "the resolver has no answer to %s: %s",
		    dns_type_name(k->live->a, k->type), dns_result_text(k->live->a, r));
	if (k->zone->trust == TRUST_SIGNED && r->dnssec != DNS_SECURE)
		return arena_printf(k->live->a, "the resolver's answer to %s is %s%s%s",
		    dns_type_name(k->live->a, k->type), dns_security_name(r->dnssec),
		    r->why ? ": " : "", r->why ? r->why : "");
	return NULL;
}

static void
on_records(void *arg, const struct dns_result *r)
{
	struct ask *k = arg;
	const char *what = trouble(k, r);

	if (!what && !is_hidden(k, r) && !live_same(r->answer, r->answer_n, k->want, k->want_n))
		what = arena_printf(k->live->a, "the resolver says %s %s, and it should be %s",
		    dns_type_name(k->live->a, k->type), live_list(k->live, r->answer, r->answer_n),
		    live_list(k->live, k->want, k->want_n));
	if (what)
		bad(k, what, "mail does not arrive, or not as the case means it");
	end_ask(k);
}

static void
on_tlsa(void *arg, const struct dns_result *r)
{
	struct ask *k = arg;
	struct live_case *c = k->c;
	const char *what = trouble(k, r), **kept;

	kept = arena_alloc(k->live->a, (r->answer_n + 1) * sizeof *kept);
	for (size_t i = 0; i < r->answer_n; i++)
		kept[i] = arena_dup(k->live->a, span_str(r->answer[i]));
	c->tlsa[k->host] = kept;
	c->tlsa_n[k->host] = r->answer_n;
	c->tlsa_seen_n++;
	for (int f = LIVE_IPV4; f < LIVE_FAMILIES_N; f++) {
		k->family = (enum live_family)f;
		if (what)
			bad(k, what, "senders with DANE do not deliver where it cannot be told");
		live_tlsa(k->live, c, k->family);
	}
	live_end(k->live);
}

static void
ask(struct live *l, const struct ask *what, dns_done *done)
{
	struct ask *k = arena_alloc(l->a, sizeof *k);

	*k = *what;
	k->live = l;
	k->zone = live_zone(l, k->name);
	live_begin(l);
	dns_submit(l->dns, span_str(k->name), k->type, l->deadline_us, done, k);
}

static size_t *
questions(struct live *l, size_t n)
{
	size_t *left = arena_alloc(l->a, sizeof *left);

	*left = n;
	return left;
}

static void
ask_zone(struct live *l, struct live_case *c)
{
	const char **name_server = arena_alloc(l->a, sizeof *name_server);
	struct ask soa = {.c = c, .name = c->zone->origin, .type = DNS_SOA, .part = LIVE_DNSSEC};
	struct ask ns = soa;

	*name_server = arena_printf(l->a, "%s.", c->zone->name_server);
	soa.left = questions(l, 1);
	ns.type = DNS_NS;
	ns.part = LIVE_DELEGATION;
	ns.want = name_server;
	ns.want_n = 1;
	ns.left = questions(l, 1);
	ask(l, &soa, on_soa);
	ask(l, &ns, on_records);
}

static void
ask_pair(struct live *l, struct live_case *c, const char *const names[2], int type,
    const char *type_name, enum live_part part, enum live_family family)
{
	size_t *left = questions(l, 2);

	for (int i = 0; i < 2; i++) {
		struct ask k = {.c = c,
		    .name = names[i],
		    .type = type,
		    .part = part,
		    .family = family,
		    .left = left};
		const char **want;

		k.want_n = live_planned(l, names[i], type_name, &want);
		k.want = want;
		ask(l, &k, on_records);
	}
}

void
live_resolver_start(struct live *l)
{
	for (size_t i = 0; i < l->plan->cases->n; i++) {
		struct live_case *c = &l->cases[i];

		ask_zone(l, c);
		ask_pair(l, c, c->domains, DNS_MX, "MX", LIVE_MX, LIVE_EITHER);
		ask_pair(l, c, c->hosts, DNS_A, "A", LIVE_ADDRESS, LIVE_IPV4);
		ask_pair(l, c, c->hosts, DNS_AAAA, "AAAA", LIVE_ADDRESS, LIVE_IPV6);
		for (int k = 0; k < 2; k++)
			ask(l,
			    &(struct ask){.c = c,
				.name = arena_printf(l->a, "_25._tcp.%s", c->hosts[k]),
				.type = DNS_TLSA,
				.part = LIVE_TLSA,
				.host = k},
			    on_tlsa);
	}
}
