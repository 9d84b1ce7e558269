/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include "base/sha256.h"
#include "plan/plan_zone.h"

static const char *
check_addresses(struct arena *a, const struct plan *plan)
{
	const struct site *site = plan->site;

	for (size_t i = 0; i < site->addresses_n; i++)
		if (!testcase_find(plan->cases, span_str(site->addresses[i].testcase)))
			return arena_printf(a,
			    "%s: there is no test case \"%s\"; correct the name or delete the line",
			    site->addresses[i].place, site->addresses[i].testcase);
	return NULL;
}

/* A session that names no recipient is known by its address alone. */
static const char *
check_own(struct arena *a, const struct plan *plan, const struct testcase *t)
{
	const struct site_pair *ip = plan_case_ip(plan, t);

	for (size_t i = 0; t->own_addresses && i < plan->cases->n; i++) {
		const struct testcase *other = &plan->cases->v[i];

		if (other == t || plan_case_ip(plan, other) != ip)
			continue;
		if (other->own_addresses && other < t)
			return NULL; /* said of that one already, if it is said at all */
		return arena_printf(a,
		    "%s: %s may be decided by a session that names no recipient, and shares the "
		    "addresses of host.%s with %s; add addresses.%s = IPV4 IPV6, or addresses.%s",
		    plan_host(plan, t->host->id)->site->place, t->name,
		    plan_host(plan, t->host->id)->site->name, other->name, t->name, other->name);
	}
	return NULL;
}

const struct site_pair *
plan_case_ip(const struct plan *plan, const struct testcase *t)
{
	const struct site *site = plan->site;

	for (size_t i = 0; i < site->addresses_n; i++)
		if (!strcmp(site->addresses[i].testcase, t->name))
			return &site->addresses[i].ip;
	return &site_host(site, t->host->id)->ip;
}

const struct testcase *
plan_ip_case(const struct plan *plan, const struct site_pair *ip)
{
	const struct testcase *found = NULL;

	for (size_t i = 0; i < plan->cases->n; i++) {
		if (plan_case_ip(plan, &plan->cases->v[i]) != ip)
			continue;
		if (found)
			return NULL;
		found = &plan->cases->v[i];
	}
	return found;
}

int64_t
plan_ip_families(const struct plan *plan, const struct site_pair *ip)
{
	const struct site *site = plan->site;

	for (size_t i = 0; i < site->addresses_n; i++)
		if (&site->addresses[i].ip == ip)
			return testcase_find(plan->cases, span_str(site->addresses[i].testcase))
			    ->families;
	return FAMILIES_BOTH;
}

static void
plan_one_host(struct arena *a, const struct plan *plan, const struct site_host *site_host,
    struct plan_host *host)
{
	const struct testcases *cases = plan->cases;

	host->site = site_host;
	host->suffix = plan->site->settings->layout == LAYOUT_SINGLE
			   ? arena_printf(a, "-%s", site_host->name)
			   : "";
	host->ips = arena_alloc(a, (cases->n + 1) * sizeof(struct site_pair *));
	host->cases = arena_alloc(a, (cases->n + 1) * sizeof(struct testcase *));
	host->ips[host->ips_n++] = &site_host->ip;
	for (size_t i = 0; i < cases->n; i++) {
		const struct site_pair *ip;

		if (cases->v[i].host != site_host->role)
			continue;
		host->cases[host->cases_n++] = &cases->v[i];
		ip = plan_case_ip(plan, &cases->v[i]);
		if (ip != &site_host->ip)
			host->ips[host->ips_n++] = ip;
	}
}

static void
plan_hosts(struct arena *a, struct plan *plan)
{
	const struct site *site = plan->site;
	bool single = site->settings->layout == LAYOUT_SINGLE;

	plan->hosts = arena_alloc(a, site->hosts_n * sizeof *plan->hosts);
	plan->machines = arena_alloc(a, site->hosts_n * sizeof *plan->machines);
	plan->hosts_n = site->hosts_n;
	plan->machines_n = single ? 1 : site->hosts_n;
	for (size_t i = 0; i < plan->machines_n; i++) {
		struct plan_machine *machine = &plan->machines[i];

		machine->hosts = arena_alloc(a, site->hosts_n * sizeof(struct plan_host *));
		/* One machine for all has the name of the mail host. */
		machine->name = single ? site_host(site, ROLE_MAIL)->fqdn : site->hosts[i].fqdn;
	}
	for (size_t i = 0; i < site->hosts_n; i++) {
		struct plan_machine *machine = &plan->machines[single ? 0 : i];

		plan_one_host(a, plan, &site->hosts[i], &plan->hosts[i]);
		plan->hosts[i].machine = machine;
		machine->hosts[machine->hosts_n++] = &plan->hosts[i];
	}
}

static void
add_name(struct plan_certificate *certificate, const char *name)
{
	for (size_t i = 0; i < certificate->names_n; i++)
		if (!strcmp(certificate->names[i], name))
			return;
	certificate->names[certificate->names_n++] = name;
}

/* The names that every case with this trust of its zone needs. */
static void
add_case_names(struct arena *a, const struct plan *plan, struct plan_certificate *certificate,
    enum plan_trust trust)
{
	const struct plan_host *host = certificate->host;
	const char *domain = plan->site->domain;

	for (size_t i = 0; i < host->cases_n; i++) {
		const struct testcase *t = host->cases[i];

		if (plan_case_zone(plan, t)->trust != trust)
			continue;
		add_name(certificate, arena_printf(a, "%s.%s", t->mx, domain));
		/* A sender at level "secure" compares the recipient's domain. */
		add_name(certificate, arena_printf(a, "%s.%s", t->name, domain));
		add_name(certificate, arena_printf(a, "*.%s.%s", t->name, domain));
		add_name(certificate, arena_printf(a, "*.mx.%s.%s", t->name, domain));
	}
}

static void
plan_certificates(struct arena *a, struct plan *plan)
{
	plan->certificates = arena_alloc(a, plan->hosts_n * sizeof *plan->certificates);
	for (size_t i = 0; i < plan->hosts_n; i++) {
		struct plan_host *host = &plan->hosts[i];
		struct plan_certificate *c = &plan->certificates[plan->certificates_n];

		if (host->site->role->certificate == CERTIFICATE_NONE)
			continue;
		plan->certificates_n++;
		host->certificate = c;
		c->host = host;
		c->file = arena_printf(a, "/etc/emt/tls/%s.pem", host->site->name);
		if (host->site->role->certificate != CERTIFICATE_GOOD)
			continue;
		c->names = arena_alloc(a, (4 * host->cases_n + 1) * sizeof *c->names);
		add_name(c, host->site->fqdn);
		c->subject = c->names[0];
		add_case_names(a, plan, c, TRUST_SIGNED);
		c->public_n = c->names_n;
		add_case_names(a, plan, c, TRUST_DS_BROKEN);
	}
	for (size_t i = 0; i < plan->certificates_n; i++) {
		struct plan_certificate *c = &plan->certificates[i];

		if (c->names_n)
			continue;
		c->copy_of = plan_host(plan, ROLE_TLS_FORCE)->certificate;
		c->subject = c->copy_of->subject;
		c->names = c->copy_of->names;
		c->names_n = c->copy_of->names_n;
		c->public_n = c->copy_of->public_n;
	}
}

const char *
plan_make(struct arena *a, const struct site *site, const struct testcases *cases, int64_t now_utc,
    struct plan *plan)
{
	const char *error;

	*plan = (struct plan){.site = site, .cases = cases};
	/* RFC 1982 serials: seconds fit until 2106. */
	plan->serial = (uint32_t)(site->settings->serial ? site->settings->serial : now_utc);
	error = check_addresses(a, plan);
	if (error)
		return error;
	plan_hosts(a, plan);
	for (size_t i = 0; !error && i < cases->n; i++)
		error = check_own(a, plan, &cases->v[i]);
	if (!error)
		error = plan_zones(a, plan);
	if (error)
		return error;
	plan_certificates(a, plan);
	return plan_records(a, plan);
}

const char *
plan_tlsa_mismatch(struct arena *a, const struct site *site)
{
	char hex[SHA256_HEX_LEN + 1];
	const char *words = arena_printf(
	    a, "These words are no key, and %s has no such certificate.", site->domain);

	sha256_hex_of(span_str(words), hex);
	return arena_printf(a, "3 1 1 %s", hex);
}

const struct plan_host *
plan_host(const struct plan *plan, enum role_id role)
{
	size_t i = 0;

	while (plan->hosts[i].site->role->id != role)
		i++;
	return &plan->hosts[i];
}

const struct plan_zone *
plan_zone_find(const struct plan *plan, struct span origin)
{
	for (size_t i = 0; i < plan->zones_n; i++)
		if (span_eq(span_str(plan->zones[i].origin), origin))
			return &plan->zones[i];
	return NULL;
}

const struct plan_zone *
plan_case_zone(const struct plan *plan, const struct testcase *t)
{
	for (size_t i = 0; i < plan->zones_n; i++)
		if ((plan->zones[i].kind == ZONE_MEASUREMENT ||
			plan->zones[i].kind == ZONE_CHILD) &&
		    !strcmp(plan->zones[i].label, t->zone))
			return &plan->zones[i];
	return NULL;
}
