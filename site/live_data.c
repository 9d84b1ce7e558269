/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was asked, seen and shown, compared with the plan and with each other. */
#include "site/live.h"

size_t
live_planned(const struct live *l, const char *name, const char *type, const char ***data)
{
	const struct plan_zone *zone = live_zone(l, name);
	size_t owner_n = strlen(name) - strlen(zone->origin), n = 0, room = 0;

	*data = NULL;
	for (size_t i = 0; owner_n && i < zone->records_n; i++) {
		const struct plan_record *r = &zone->records[i];

		if (!span_eq(span_str(r->owner), (struct span){name, owner_n - 1}) ||
		    strcmp(r->type, type) != 0)
			continue;
		if (n == room) {
			room = room ? 2 * room : 4;
			*data = arena_grow(l->a, *data, n, room, sizeof **data);
		}
		(*data)[n++] = r->data;
	}
	return n;
}

/* Equal but for blanks and case: digests are written in several ways. */
static bool
same_data(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, " \t");
		b += strspn(b, " \t");
		if (to_lower(*a) != to_lower(*b))
			return false;
		if (!*a)
			return true;
	}
}

static bool
holds(const char *const *set, size_t n, const char *data)
{
	for (size_t i = 0; i < n; i++)
		if (same_data(set[i], data))
			return true;
	return false;
}

bool
live_same(const char *const *a, size_t a_n, const char *const *b, size_t b_n)
{
	for (size_t i = 0; i < a_n; i++)
		if (!holds(b, b_n, a[i]))
			return false;
	for (size_t i = 0; i < b_n; i++)
		if (!holds(a, a_n, b[i]))
			return false;
	return true;
}

const char *
live_list(const struct live *l, const char *const *data, size_t n)
{
	const char *text = n ? data[0] : "none";

	for (size_t i = 1; i < n; i++)
		text = arena_printf(l->a, "%s, %s", text, data[i]);
	return text;
}

const struct plan_zone *
live_zone(const struct live *l, const char *name)
{
	const struct plan_zone *best = &l->plan->zones[0];

	for (size_t i = 0; i < l->plan->zones_n; i++) {
		const struct plan_zone *zone = &l->plan->zones[i];

		if (strlen(zone->origin) > strlen(best->origin) &&
		    (!strcmp(name, zone->origin) ||
			span_ends(
			    span_str(name), span_str(arena_printf(l->a, ".%s", zone->origin)))))
			best = zone;
	}
	return best;
}

const char *
live_ip(const struct live *l, const struct site_pair *ip, enum live_family family)
{
	char text[IP_TEXT_MAX];

	return arena_dup(l->a, span_str(ip_text(family == LIVE_IPV4 ? &ip->ip4 : &ip->ip6, text)));
}

void
live_tlsa(struct live *l, struct live_case *c, enum live_family family)
{
	const struct testcase *t = c->testcase;
	bool wants = t->tlsa == TLSA_MATCH;

	if (!live_has(c, LIVE_TLSA, family) || c->tlsa_seen_n < 2 ||
	    (t->tlsa != TLSA_NONE && !c->shown[family].seen))
		return;
	for (int i = 0; i < 2; i++) {
		bool matches =
		    t->tlsa != TLSA_NONE && holds(c->tlsa[i], c->tlsa_n[i], c->shown[family].pin);
		struct live_fault fault = {.where = arena_printf(l->a, "_25._tcp.%s", c->hosts[i])};

		if (t->tlsa == TLSA_NONE && c->tlsa_n[i]) {
			fault.what = arena_printf(
			    l->a, "has TLSA records: %s", live_list(l, c->tlsa[i], c->tlsa_n[i]));
			fault.why = "the case is not about them, and senders with DANE would "
				    "behave otherwise";
			fault.mend = "render and sign the zone again, and reload the name server";
		} else if (t->tlsa != TLSA_NONE && !c->tlsa_n[i]) {
			fault.what = "has no TLSA record";
			fault.why = "it would be no case of DANE";
			fault.mend = "set tls_pin, render and sign again";
		} else if (matches != wants && t->tlsa != TLSA_NONE) {
			fault.what = arena_printf(l->a, "%s the certificate at %s",
			    matches ? "matches" : "does not match", live_ip(l, c->ip, family));
			fault.why =
			    wants ? "a whole case that is broken: no sender with DANE gets through"
				  : "a broken case that is whole: every sender with DANE gets "
				    "through";
			fault.mend = wants ? "set tls_pin to what emt-site pin prints for that "
					     "certificate, render and sign again"
					   : "render and sign the zone again, and reload the name "
					     "server";
		}
		if (fault.what)
			live_bad(l, c, LIVE_TLSA, family, &fault);
	}
	live_ok(l, c, LIVE_TLSA, family,
	    t->tlsa == TLSA_NONE ? "none, as meant"
	    : wants              ? "matches, as meant"
				 : "matches nothing, as meant");
}
