/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/dnsbl_list.h"

/* Lists that want a registration, with all below them. */
static const char *const registered[] = {
    "b.barracudacentral.org", /* of the asking address */
    "dq.spamhaus.net",
    "mail.abusix.zone",
};

/* The key for that list, or NULL. */
static const char *
find_key(const struct option_list *keys, const char *list)
{
	for (size_t i = 0; i < keys->n; i++) {
		struct span key = span_str(keys->v[i]);

		if (span_eq(span_cut(&key, '='), span_str(list)))
			return key.p;
	}
	return NULL;
}

static bool
wants_registration(struct span name)
{
	for (size_t i = 0; i < sizeof registered / sizeof *registered; i++) {
		struct span zone = span_str(registered[i]);

		if (span_eq(name, zone) || (span_ends(name, zone) && name.n > zone.n &&
					       name.p[name.n - zone.n - 1] == '.'))
			return true;
	}
	return false;
}

struct dnsbl_list
dnsbl_list(const char *name, const struct option_list *keys)
{
	struct dnsbl_list l = {.name = name, .key = find_key(keys, name)};

	l.off = !l.key && wants_registration(span_str(name));
	if (l.key && !strcmp(l.key, "registered"))
		l.key = NULL;
	return l;
}

static struct span
question(struct arena *a, const struct dnsbl_list *l, const struct ip *ip, const char *key)
{
	char reversed[IP_REVERSED_MAX];

	return span_str(arena_printf(
	    a, "%s.%s%s%s", ip_reversed(ip, reversed), key ? key : "", key ? "." : "", l->name));
}

struct span
dnsbl_list_question(struct arena *a, const struct dnsbl_list *l, const struct ip *ip)
{
	return question(a, l, ip, l->key);
}

const struct dns_result *
dnsbl_list_result(
    struct arena *a, const struct dnsbl_list *l, const struct ip *ip, const struct dns_result *r)
{
	struct dns_result shown = *r;

	if (!l->key)
		return dns_result_copy(a, r);
	shown.name = question(a, l, ip, "KEY").p;
	shown.wire = (struct span){NULL, 0};
	shown.why = r->why ? "not shown, as it may name the key" : NULL;
	return dns_result_copy(a, &shown);
}

static enum dnsbl_verdict
judge_address(const char *text)
{
	struct ip ip;

	if (!ip_read(span_str(text), &ip) || ip.v6)
		return DNSBL_NO_ANSWER;
	if (ip.octets[0] != 127)
		return DNSBL_ELSEWHERE;
	if (ip.octets[1] == 255 && ip.octets[2] == 255)
		return DNSBL_TURNED_AWAY;
	/* RFC 5782 section 5: 127.0.0.1 is no entry, so it is no answer about one. */
	if (ip.octets[1] == 0 && ip.octets[2] == 0 && ip.octets[3] == 1)
		return DNSBL_TURNED_AWAY;
	return DNSBL_LISTED;
}

enum dnsbl_verdict
dnsbl_verdict(const struct dns_result *r)
{
	enum dnsbl_verdict worst = DNSBL_NO_ANSWER;

	if (r->dnssec == DNS_BOGUS)
		return DNSBL_NO_ANSWER;
	switch (r->outcome) {
	case DNS_NXDOMAIN:
	case DNS_NODATA: return DNSBL_NOT_LISTED;
	case DNS_REFUSED: return DNSBL_TURNED_AWAY;
	case DNS_OK: break;
	default: return DNSBL_NO_ANSWER;
	}
	for (size_t i = 0; i < r->answer_n; i++) {
		enum dnsbl_verdict verdict = judge_address(r->answer[i]);

		if (verdict > worst)
			worst = verdict;
	}
	return worst;
}

const char *
dnsbl_state_name(enum dnsbl_state state)
{
	static const char *const names[] = {
	    [DNSBL_UNTESTED] = "untested",
	    [DNSBL_WORKING] = "working",
	    [DNSBL_DEAD] = "dead",
	    [DNSBL_REFUSING] = "refusing",
	    [DNSBL_PARKED] = "parked",
	    [DNSBL_SILENT] = "silent",
	    [DNSBL_CAPPED] = "capped",
	    [DNSBL_OFF] = "off",
	};

	return names[state];
}
