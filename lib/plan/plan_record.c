/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/token.h"
#include "plan/plan_name.h"
#include "plan/plan_zone.h"

struct maker {
	struct arena *a;
	struct plan *plan;
	size_t *rooms; /* of each zone's records */
	size_t tlsa_room;
};

static struct plan_zone *
zone_of(struct maker *m, const struct plan_zone *zone)
{
	return &m->plan->zones[zone - m->plan->zones];
}

static struct plan_record *
add(struct maker *m, const struct plan_zone *where, enum plan_section section, const char *owner,
    const char *type, const char *data)
{
	struct plan_zone *zone = zone_of(m, where);
	size_t *room = &m->rooms[zone - m->plan->zones];
	struct plan_record *record;

	if (zone->records_n == *room) {
		*room = *room ? 2 * *room : 64;
		zone->records =
		    arena_grow(m->a, zone->records, zone->records_n, *room, sizeof *zone->records);
	}
	record = &zone->records[zone->records_n++];
	*record =
	    (struct plan_record){.section = section, .owner = owner, .type = type, .data = data};
	return record;
}

static const char *
ip_data(struct maker *m, const struct ip *ip)
{
	char text[IP_TEXT_MAX];

	return arena_dup(m->a, span_str(ip_text(ip, text)));
}

/* The A and AAAA records of a name; returns how many. */
static size_t
add_addresses(struct maker *m, const struct plan_zone *zone, enum plan_section section,
    const char *owner, const struct site_pair *ip, int64_t families)
{
	size_t n = 0;

	if (families != FAMILIES_IPV6)
		n++, add(m, zone, section, owner, "A", ip_data(m, &ip->ip4));
	if (families != FAMILIES_IPV4)
		n++, add(m, zone, section, owner, "AAAA", ip_data(m, &ip->ip6));
	return n;
}

/* TLSA records at _25._tcp.HOST: one for each part of tls_pin, since a certificate is rolled by
 * publishing both. */
static void
add_tlsa(struct maker *m, const struct plan_zone *zone, enum plan_section section,
    const char *mx_host, const struct testcase *t, const char *token)
{
	struct plan *plan = m->plan;
	const char *owner = arena_printf(m->a, "_25._tcp.%s", mx_host);
	struct span rest = span_str(t->tlsa == TLSA_MISMATCH ? plan_tlsa_mismatch(m->a, plan->site)
							     : plan->site->settings->tls_pin);

	if (plan->tlsa_n == m->tlsa_room) {
		m->tlsa_room = m->tlsa_room ? 2 * m->tlsa_room : 64;
		plan->tlsa =
		    arena_grow(m->a, plan->tlsa, plan->tlsa_n, m->tlsa_room, sizeof *plan->tlsa);
	}
	plan->tlsa[plan->tlsa_n++] = (struct plan_tlsa){.zone = zone,
	    .owner = owner,
	    .want = (enum testcase_tlsa)t->tlsa,
	    .certificate = plan_host(plan, t->host->id)->certificate,
	    .testcase = t,
	    .token = token};
	while (rest.p) {
		const char *data = arena_dup(m->a, span_trim(span_cut(&rest, ',')));
		struct plan_record *record = add(m, zone, section, owner, "TLSA", data);

		record->testcase = t;
		record->token = token;
	}
}

/* Hosts, and the MX hosts of cases. */
static const char *
add_names(struct maker *m)
{
	const struct plan_zone *zone = &m->plan->zones[0];
	struct plan_names names;
	const char *error = plan_names(m->a, m->plan, &names);

	for (size_t i = 0; !error && i < names.n; i++) {
		const struct plan_name *name = &names.v[i];

		add_addresses(m, zone, SECTION_HOSTS, name->name, name->ip, name->families);
		if (name->tlsa != TLSA_NONE)
			add_tlsa(m, zone, SECTION_HOSTS, name->name, name->testcase, NULL);
	}
	return error;
}

/* The name of a case relative to its zone. */
static const char *
case_owner(struct maker *m, const struct testcase *t)
{
	struct span rest = span_str(t->name);

	return t->zone[0] ? arena_dup(m->a, span_cut(&rest, '.')) : t->name;
}

static void
add_case(struct maker *m, const struct testcase *t)
{
	const struct plan_zone *zone = plan_case_zone(m->plan, t);
	const char *owner = case_owner(m, t), *domain = m->plan->site->domain;
	const char *mx = arena_printf(m->a, "10 %s.%s.", t->mx, domain);

	add(m, zone, SECTION_CASES, owner, "MX", mx)->testcase = t;
	/* The wildcard has no other type: TXT would answer for _mta-sts and _dmarc, A for mta-sts.
	 */
	add(m, zone, SECTION_CASES, arena_printf(m->a, "*.%s", owner), "MX", mx)->testcase = t;
}

static void
add_token(struct maker *m, const struct testcase *t, uint64_t number)
{
	const struct site *site = m->plan->site;
	const struct plan_zone *zone = plan_case_zone(m->plan, t);
	const char *owner = case_owner(m, t), *token, *mx_host;
	char text[PROBE_TOKEN_LEN + 1];
	struct plan_record *record;
	size_t n;

	token_make(span_str(site->settings->token_secret), span_str(t->name), number, text);
	token = arena_dup(m->a, span_str(text));
	mx_host = arena_printf(m->a, "%s.mx.%s", token, owner);
	record = add(m, zone, SECTION_TOKENS, arena_printf(m->a, "%s.%s", token, owner), "MX",
	    arena_printf(m->a, "10 %s.%s.", mx_host, zone->origin));
	record->testcase = t;
	record->token = token;
	n = add_addresses(m, zone, SECTION_TOKENS, mx_host, plan_case_ip(m->plan, t), t->families);
	for (; n > 0; n--) {
		record = &zone->records[zone->records_n - n];
		record->testcase = t;
		record->token = token;
	}
	if (t->tlsa != TLSA_NONE)
		add_tlsa(m, zone, SECTION_TOKENS, mx_host, t, token);
}

/* NS records and glue; in the child as in the parent. */
static void
add_delegations(struct maker *m)
{
	const struct plan *plan = m->plan;

	for (size_t i = 0; i < plan->zones_n; i++) {
		const struct plan_zone *zone = &plan->zones[i];
		struct span name = span_str(zone->name_server);
		int64_t families = !zone->glue4   ? FAMILIES_IPV6
				   : !zone->glue6 ? FAMILIES_IPV4
						  : FAMILIES_BOTH;

		if (!zone->parent)
			continue;
		add(m, zone->parent, SECTION_DELEGATIONS, zone->label, "NS",
		    arena_printf(m->a, "%s.", zone->name_server));
		if (!span_ends(name, span_str(arena_printf(m->a, ".%s", zone->origin))))
			continue;
		add_addresses(m, zone->parent, SECTION_DELEGATIONS,
		    arena_printf(m->a, "dns.%s", zone->label), &zone->host->site->ip, families);
		add_addresses(m, zone, SECTION_HOSTS, "dns", &zone->host->site->ip, families);
	}
}

static void
add_caa(struct maker *m)
{
	const struct plan_zone *zone = &m->plan->zones[0];
	const struct option_list *caa = &m->plan->site->settings->caa;
	static const char *const tags[] = {"issue", "issuewild"};

	/* At the apex alone: RFC 8659 section 3 climbs up to it from every name. */
	for (size_t tag = 0; tag < 2; tag++)
		for (size_t i = 0; i < caa->n; i++)
			add(m, zone, SECTION_HOSTS, "@", "CAA",
			    arena_printf(m->a, "0 %s \"%s\"", tags[tag], caa->v[i]));
	if (caa->n)
		add(m, zone, SECTION_HOSTS, "@", "CAA",
		    arena_printf(m->a, "0 iodef \"mailto:%s\"", m->plan->site->settings->contact));
}

/* The name that an IPv4 address has in the zone that its PTR record lies in. */
const char *
plan_rdns_label(struct arena *a, const struct site *site, const struct ip *ip4)
{
	const unsigned char *o = ip4->octets;

	return site->range4.bits >= 24
		   ? arena_printf(a, "host%u", o[3])
		   : arena_printf(a, "host-%u-%u-%u-%u", o[0], o[1], o[2], o[3]);
}

/* A PTR record leads to a name that leads back: none for a family that the name has not. */
static void
add_pointer(struct maker *m, const struct site_pair *ip, const char *name)
{
	const struct site *site = m->plan->site;
	int64_t families = plan_ip_families(m->plan, ip);
	const char *data = arena_printf(m->a, "%s.", name);
	char reversed[IP_REVERSED_MAX];

	for (size_t i = 0; i < m->plan->zones_n; i++) {
		const struct plan_zone *zone = &m->plan->zones[i];

		if (zone->kind == ZONE_RDNS && families != FAMILIES_IPV6)
			add(m, zone, SECTION_HOSTS, plan_rdns_label(m->a, site, &ip->ip4), "PTR",
			    data);
		if (zone->kind != ZONE_REVERSE6 || families == FAMILIES_IPV4)
			continue;
		ip_reversed(&ip->ip6, reversed);
		reversed[2 * (128 - site->range6.bits) / 4 - 1] = '\0';
		add(m, zone, SECTION_HOSTS, arena_dup(m->a, span_str(reversed)), "PTR", data);
	}
}

static void
add_pointers(struct maker *m)
{
	const struct plan *plan = m->plan;
	const struct site *site = plan->site;

	for (size_t i = 0; i < site->hosts_n; i++)
		add_pointer(m, &site->hosts[i].ip, site->hosts[i].fqdn);
	for (size_t i = 0; i < site->addresses_n; i++) {
		const struct testcase *t =
		    testcase_find(plan->cases, span_str(site->addresses[i].testcase));

		add_pointer(
		    m, &site->addresses[i].ip, arena_printf(m->a, "%s.%s", t->mx, site->domain));
	}
}

/* The zone of cases that a name lies in: the deepest one. */
static const struct plan_zone *
zone_of_name(struct maker *m, struct span name)
{
	const struct plan_zone *best = &m->plan->zones[0];

	for (size_t i = 1; i < m->plan->zones_n; i++) {
		const struct plan_zone *zone = &m->plan->zones[i];

		if (zone->kind == ZONE_CHILD &&
		    span_ends(name, span_str(arena_printf(m->a, ".%s", zone->origin))))
			best = zone;
	}
	return best;
}

static bool
has_owner(const struct plan_zone *zone, const char *owner)
{
	for (size_t i = 0; i < zone->records_n; i++)
		if (!strcmp(zone->records[i].owner, owner))
			return true;
	return false;
}

/* A name and the wildcard below it have one challenge (RFC 8555 section 8.4). */
static void
add_challenge(struct maker *m, const char *certificate_name)
{
	const struct site *site = m->plan->site;
	struct span name = span_str(certificate_name), below;
	const struct plan_zone *zone;
	const char *owner;

	if (span_starts(name, SPAN_LIT("*.")))
		name = span_from(name, 2);
	zone = zone_of_name(m, name);
	below = (struct span){name.p, name.n - strlen(site->domain) - 1};
	owner = arena_printf(
	    m->a, "_acme-challenge.%.*s", (int)(name.n - strlen(zone->origin) - 1), name.p);
	if (!has_owner(zone, owner))
		add(m, zone, SECTION_HOSTS, owner, "CNAME",
		    arena_printf(
			m->a, "%.*s.%s.", (int)below.n, below.p, site->settings->acme_zone));
}

static void
add_challenges(struct maker *m)
{
	const struct plan *plan = m->plan;

	for (size_t i = 0; plan->site->settings->acme_zone && i < plan->certificates_n; i++) {
		const struct plan_certificate *c = &plan->certificates[i];

		for (size_t k = 0; !c->copy_of && k < c->public_n; k++)
			add_challenge(m, c->names[k]);
	}
}

const char *
plan_records(struct arena *a, struct plan *plan)
{
	struct maker m = {
	    .a = a, .plan = plan, .rooms = arena_alloc(a, plan->zones_n * sizeof *m.rooms)};
	const struct testcases *cases = plan->cases;
	const char *error;

	add_caa(&m);
	error = add_names(&m);
	if (error)
		return error;
	add_delegations(&m);
	add_pointers(&m);
	add_challenges(&m);
	for (size_t i = 0; i < cases->n; i++)
		add_case(&m, &cases->v[i]);
	for (size_t i = 0; i < cases->n; i++)
		for (int64_t k = 0; k < plan->site->settings->tokens_per_case; k++)
			add_token(&m, &cases->v[i], (uint64_t)k);
	return NULL;
}
