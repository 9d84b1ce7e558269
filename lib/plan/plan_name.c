/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan_name.h"

#include "mail/probe.h"

/* What a name stands for, addresses or not. */
struct holder {
	struct plan_name name; /* ip == NULL: a case or a zone, which `families` tells apart */
	const char *place;
};

/* In the place of a TLSA setting, for what has none. */
enum { IS_CASE = -1, IS_ZONE = -2 };

struct maker {
	struct arena *a;
	const struct plan *plan;
	struct plan_names *names;
	struct holder *holders;
	size_t holders_n;
};

static const char *
hold(struct maker *m, struct plan_name name, const char *place)
{
	for (size_t i = 0; i < m->holders_n; i++) {
		const struct holder *other = &m->holders[i];

		if (strcmp(other->name.name, name.name) != 0)
			continue;
		if (other->name.ip == name.ip && other->name.families == name.families &&
		    other->name.tlsa == name.tlsa)
			return NULL;
		return arena_printf(m->a,
		    "%s: the name %s stands for other addresses, families or TLSA records at %s; "
		    "choose another name",
		    place, name.name, other->place);
	}
	m->holders[m->holders_n++] = (struct holder){name, place};
	if (name.ip)
		m->names->v[m->names->n++] = name;
	return NULL;
}

/* The same host by a name that has one address family only; not where another host has that name
 * (dns and dns-v6). */
static const char *
hold_alias(struct maker *m, const struct site_host *host, const char *suffix, int64_t families)
{
	const struct site *site = m->plan->site;
	struct plan_name alias = {
	    arena_printf(m->a, "%s%s", host->name, suffix), &host->ip, families, TLSA_NONE, NULL};

	for (size_t i = 0; i < site->hosts_n; i++)
		if (!strcmp(site->hosts[i].name, alias.name))
			return NULL;
	return hold(m, alias, host->place);
}

static const char *
hold_host(struct maker *m, const struct site_host *host)
{
	struct plan_name name = {host->name, &host->ip, FAMILIES_BOTH, TLSA_NONE, NULL};
	const char *error = hold(m, name, host->place);

	if (!error)
		error = hold_alias(m, host, "-v4", FAMILIES_IPV4);
	return error ? error : hold_alias(m, host, "-v6", FAMILIES_IPV6);
}

/* A host's name lies neither in a case nor in a zone below: it would be hidden, or hide a token. */
static const char *
check_place(struct maker *m, const char *label)
{
	struct span below = span_str(arena_printf(m->a, ".%s", label));
	const struct site *site = m->plan->site;

	for (size_t i = 0; i < site->hosts_n; i++)
		if (span_ends(span_str(site->hosts[i].name), below))
			return arena_printf(m->a,
			    "%s: host.%s lies below %s, which is a test case's or a zone's; choose "
			    "another name",
			    site->hosts[i].place, site->hosts[i].name, label);
	return NULL;
}

static const char *
hold_label(struct maker *m, const char *label, size_t number, int64_t what, const char *place)
{
	const char *error =
	    hold(m, (struct plan_name){label, NULL, (int64_t)number, what, NULL}, place);

	return error ? error : check_place(m, label);
}

/* The longest names of a case are the MX hosts of its tokens, with TLSA records below, and where
 * acme_zone has their challenges.  A name has 253 characters at most (RFC 1035 section 2.3.4). */
static const char *
check_length(struct maker *m, const struct testcase *t)
{
	const char *acme_zone = m->plan->site->settings->acme_zone;
	size_t n = strlen(t->name) + 1;
	size_t token = PROBE_TOKEN_LEN + strlen(".mx.") + n + strlen(m->plan->site->domain);
	size_t challenge = acme_zone ? strlen("mx.") + n + strlen(acme_zone) : 0;

	if (t->tlsa != TLSA_NONE)
		token += strlen("_25._tcp.");
	if (token <= 253 && challenge <= 253)
		return NULL;
	return arena_printf(m->a,
	    "%s:1: names below %s would have %zu characters, and DNS has 253 at most; shorten %s",
	    t->file, t->name, token > 253 ? token : challenge,
	    token > 253 ? "setting domain" : "setting acme_zone");
}

const char *
plan_names(struct arena *a, const struct plan *plan, struct plan_names *names)
{
	const struct testcases *cases = plan->cases;
	const struct site *site = plan->site;
	size_t most = 3 * site->hosts_n + 2 * cases->n + plan->zones_n;
	struct maker m = {.a = a, .plan = plan, .names = names};
	const char *error = NULL;

	m.holders = arena_alloc(a, most * sizeof *m.holders);
	*names = (struct plan_names){.v = arena_alloc(a, most * sizeof *names->v)};
	/* Zones come first, since nobody can rename them. */
	for (size_t i = 0; !error && i < plan->zones_n; i++)
		if (plan->zones[i].label[0])
			error = hold_label(
			    &m, plan->zones[i].label, i, IS_ZONE, "the zone of that name");
	for (size_t i = 0; !error && i < site->hosts_n; i++)
		error = hold_host(&m, &site->hosts[i]);
	for (size_t i = 0; !error && i < cases->n; i++) {
		const struct testcase *t = &cases->v[i];

		error = hold(&m,
		    (struct plan_name){t->mx, plan_case_ip(plan, t), t->families, t->tlsa, t},
		    t->mx_place);
		if (!error)
			error = check_length(&m, t);
	}
	for (size_t i = 0; !error && i < cases->n; i++)
		error = hold_label(
		    &m, cases->v[i].name, i, IS_CASE, arena_printf(a, "%s:1", cases->v[i].file));
	return error;
}

const struct testcase *
plan_longest(const struct plan *plan, size_t *octets)
{
	const struct testcase *longest = NULL;
	size_t label = 0;

	for (size_t i = 0; i < plan->cases->n; i++) {
		const struct testcase *t = &plan->cases->v[i];

		if (!longest || strlen(t->name) > label) {
			longest = t;
			label = strlen(t->name);
		}
	}
	*octets = PROBE_TOKEN_LEN + 1 + label + 1 + strlen(plan->site->domain);
	return longest;
}
