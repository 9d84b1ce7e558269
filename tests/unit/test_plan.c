/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The example's plan in detail, and what must hold for any site: the plans of random ones. */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/rng.h"
#include "site/init.h"
#include "plan/plan.h"
#include "io/tree.h"

static struct arena *arena;
static struct testcases cases;

/* The plan of a site file's text, or what is wrong with it. */
static const char *
make(struct span text, struct site *site, struct plan *plan)
{
	struct option_values *values = arena_alloc(arena, sizeof *values);
	struct settings *settings = arena_alloc(arena, sizeof *settings);
	const char *error;

	option_values_init(values, arena, settings_table);
	error = option_take_file(values, "F", text);
	if (!error)
		error = option_store(values, settings);
	if (!error)
		error = site_read(arena, settings, "F", values, site);
	return error ? error : plan_make(arena, site, &cases, 1700000000, plan);
}

static const struct plan_record *
record(const struct plan *plan, const char *origin, const char *owner, const char *type, size_t nth)
{
	const struct plan_zone *zone = plan_zone_find(plan, span_str(origin));

	for (size_t i = 0; zone && i < zone->records_n; i++)
		if (!strcmp(zone->records[i].owner, owner) &&
		    !strcmp(zone->records[i].type, type) && nth-- == 0)
			return &zone->records[i];
	return NULL;
}

static const char *
data(const struct plan *plan, const char *origin, const char *owner, const char *type)
{
	const struct plan_record *r = record(plan, origin, owner, type, 0);

	return r ? r->data : "(none)";
}

#define M "measurement.example.com"

static void
test_zones(const struct plan *plan)
{
	static const char *const origins[] = {M, "rdns." M, "v6only-ok." M, "v6only." M,
	    "dnssec-ok." M, "dnssec-broken." M, "0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"};
	bool same = plan->zones_n == 7;

	for (size_t i = 0; same && i < 7; i++)
		same = !strcmp(plan->zones[i].origin, origins[i]);
	OK(same, "seven zones");
	OK(!plan->zones[0].parent && !plan->zones[6].parent && plan->zones[3].parent == plan->zones,
	    "two lie below strangers' zones, the others below the measurement's");
	SAME_STR(plan->zones[3].file, "dns-v6." M "/etc/nsd/zones/v6only." M ".zone", "a file");
	OK(plan->zones[5].trust == TRUST_DS_BROKEN && plan->zones[4].trust == TRUST_SIGNED,
	    "one of the twins is broken");
	OK(plan->zones[2].host == plan->zones[3].host &&
		plan->zones[4].host == plan->zones[5].host &&
		plan->zones[2].host != plan->zones[0].host &&
		plan->zones[4].host != plan->zones[0].host,
	    "twins have one server, which is not that of the zone above");
	SAME_STR(data(plan, M, "dns.v6only", "AAAA"), "2001:db8::29", "glue of v6only");
	SAME_STR(data(plan, M, "dns.v6only", "A"), "(none)", "for IPv6 alone");
	SAME_STR(data(plan, "v6only." M, "dns", "A"), "(none)", "in the zone itself, too");
	SAME_STR(data(plan, M, "dns.v6only-ok", "A"), "198.51.100.29", "its twin's for both");
	SAME_STR(
	    data(plan, M, "dnssec-broken", "NS"), "dns-dnssec-broken." M ".", "no glue needed");
}

static void
test_records(const struct plan *plan)
{
	SAME_STR(data(plan, M, "v4-mail", "MX"), "10 mail-v4." M ".", "v4-mail");
	SAME_STR(data(plan, M, "mail-v4", "A"), "198.51.100.22", "its MX host");
	SAME_STR(data(plan, M, "mail-v4", "AAAA"), "(none)", "which has no IPv6 address");
	SAME_STR(data(plan, M, "*.v4-mail", "MX"), "10 mail-v4." M ".", "its wildcard");
	SAME_STR(data(plan, "v6only." M, "v6-mail", "MX"), "10 mail-v6." M ".", "v6-mail.v6only");
	SAME_STR(data(plan, M, "dane-bad", "A"), "198.51.100.21", "a case's own address");
	SAME_STR(data(plan, M, "dane-ok", "A"), "198.51.100.24", "the other has the host's");
	SAME_STR(data(plan, M, "_25._tcp.dane-bad", "TLSA"), plan_tlsa_mismatch(arena, plan->site),
	    "TLSA that matches nothing");
	SAME_STR(
	    data(plan, M, "_25._tcp.dane-ok", "TLSA"), plan->site->settings->tls_pin, "the pin");
	SAME_STR(data(plan, M, "_25._tcp.mail", "TLSA"), "(none)", "no TLSA where none belongs");
	SAME_STR(data(plan, "rdns." M, "host21", "PTR"), "dane-bad." M ".", "IPv4 reverse name");
	SAME_STR(data(plan, plan->zones[6].origin, "1.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "PTR"),
	    "dane-bad." M ".", "IPv6 reverse name");
	SAME_STR(data(plan, M, "@", "CAA"), "0 issue \"letsencrypt.org\"", "CAA at the apex");
	SAME_STR(data(plan, M, "_acme-challenge.mx.v4-mail", "CNAME"),
	    "mx.v4-mail.acme.example.net.", "where the challenge of a wildcard is answered");
	SAME_STR(data(plan, "v6only." M, "_acme-challenge.v4-mail", "CNAME"),
	    "v4-mail.v6only.acme.example.net.", "in a zone below");
	OK(!record(plan, M, "_acme-challenge.v4-mail", "CNAME", 1), "each once");
	SAME_STR(data(plan, "dnssec-broken." M, "_acme-challenge.v4-mail", "CNAME"), "(none)",
	    "none where nobody can look");
	SAME_STR(data(plan, M, "_acme-challenge.tls-invalid", "CNAME"), "(none)",
	    "none for what has a copy");
	SAME_STR(data(plan, M, "dns-v6", "AAAA"), "2001:db8::29",
	    "the host dns-v6, and not dns by IPv6 alone");
}

static bool
has_name(const struct plan_certificate *c, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(c->names[i], name))
			return true;
	return false;
}

static void
test_certificates(const struct plan *plan)
{
	const struct plan_certificate *mail = plan_host(plan, ROLE_MAIL)->certificate,
				      *other = plan_host(plan, ROLE_TLS_INVALID)->certificate,
				      *dane = plan_host(plan, ROLE_DANE)->certificate;

	OK(has_name(mail, "*.mx.v4-mail." M, mail->public_n) &&
		has_name(mail, "*.v4-mail." M, mail->public_n) &&
		has_name(mail, "v4-mail." M, mail->public_n) &&
		has_name(mail, "mail-v4." M, mail->public_n),
	    "a good one covers MX host, recipient domain, and those of tokens");
	OK(has_name(mail, "v4-mail.dnssec-broken." M, mail->names_n) &&
		!has_name(mail, "v4-mail.dnssec-broken." M, mail->public_n),
	    "names of a broken zone are apart");
	OK(other->copy_of == plan_host(plan, ROLE_TLS_FORCE)->certificate, "the bad one is a copy");
	OK(!has_name(other, "tls-invalid." M, other->names_n) &&
		!has_name(other, "tlsa-invalid." M, other->names_n) &&
		!has_name(other, "mail-tls-invalid." M, other->names_n),
	    "and covers no name of its host");
	OK(has_name(dane, "dane-bad." M, dane->public_n), "that of dane-bad is good for its name");
	OK(!plan_host(plan, ROLE_PLAINTEXT)->certificate, "plaintext has none");
}

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* The text with the first `from` replaced. */
static const char *
replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void
test_example(void)
{
	struct site site;
	struct plan plan;
	struct span text;
	const struct plan_host *dane;

	if (tree_read(arena, "example-setup/site.conf", 100000, &text))
		abort();
	OK(!make(text, &site, &plan), "the example has a plan");
	SAME_INT(plan.serial, 2022020915, "serial");
	SAME_STR(site.rname, "hostmaster.example.com", "contact as in SOA records");
	SAME_INT(plan.machines_n, 9, "a machine for each host");
	SAME_INT(cases.n, 18, "eighteen cases");
	test_zones(&plan);
	test_records(&plan);
	test_certificates(&plan);
	dane = plan_host(&plan, ROLE_DANE);
	OK(dane->ips_n == 2 && dane->cases_n == 2, "dane: two cases, an address for each");
	SAME_STR(dane->suffix, "", "alone on its machine");
	text = span_str(arena_printf(arena, "%.*s\nspam_domains = none\n",
	    (int)(strstr(text.p, "spam_domains") - text.p), text.p));
	text = span_str(arena_printf(arena, "layout = single\n%s", strstr(text.p, "ipv4 = ")));
	text =
	    span_str(arena_printf(arena, "domain = " M "\ncontact = a.b@example.com\n%s", text.p));
	OK(!make(text, &site, &plan), "in the other layout");
	SAME_INT(plan.machines_n, 1, "one machine");
	SAME_STR(plan.machines[0].name, "mail." M, "called as its mail host");
	SAME_STR(plan_host(&plan, ROLE_DANE)->suffix, "-dane", "whose parts are told apart");
	SAME_STR(site.rname, "a\\.b.example.com", "a dot in the contact is escaped");
	text = span_str(replace(text.p, "tls_pin = ", "tls_pin = 3 1 1 " ZEROS ", "));
	OK(!make(text, &site, &plan), "with two pins, as while a key is rolled");
	SAME_STR(data(&plan, M, "_25._tcp.dane-ok", "TLSA"), "3 1 1 " ZEROS, "the first");
	OK(record(&plan, M, "_25._tcp.dane-ok", "TLSA", 1) != NULL, "and the second");
}

/* What a case's MX leads to: its host has the case's addresses, of its families, and no others. */
static bool
leads_home(const struct plan *plan, const struct plan_zone *zone, const struct plan_record *mx)
{
	const struct testcase *t = mx->testcase;
	const struct site_pair *ip = plan_case_ip(plan, t);
	const char *target = mx->data + strlen("10 ");
	char text[IP_TEXT_MAX];
	struct span owner = span_str(target), origin = span_str(zone->origin);
	const struct plan_zone *holder = mx->token ? zone : &plan->zones[0];
	const char *name, *a, *aaaa;

	origin = span_str(holder->origin);
	owner.n -= origin.n + 2; /* the dots in front of and behind it */
	name = arena_dup(arena, owner);
	a = data(plan, holder->origin, name, "A");
	aaaa = data(plan, holder->origin, name, "AAAA");
	return !strcmp(a, t->families == FAMILIES_IPV6 ? "(none)" : ip_text(&ip->ip4, text)) &&
	       !strcmp(aaaa, t->families == FAMILIES_IPV4 ? "(none)" : ip_text(&ip->ip6, text)) &&
	       !record(plan, holder->origin, name, "A", 1) &&
	       !record(plan, holder->origin, name, "AAAA", 1);
}

/* What must hold for any site. */
static const char *
broken_law(const struct plan *plan)
{
	size_t tokens = 0;

	for (size_t i = 0; i < plan->zones_n; i++) {
		const struct plan_zone *zone = &plan->zones[i];

		if (zone->parent && zone->parent >= zone)
			return "a parent stands before its children";
		for (size_t k = 0; k < zone->records_n; k++) {
			const struct plan_record *r = &zone->records[k];
			bool mx = !strcmp(r->type, "MX");

			if (strchr(r->owner, '*') && !mx)
				return "a wildcard has MX records alone";
			if (mx && !leads_home(plan, zone, r))
				return "each MX leads to the case's addresses";
			tokens += mx && r->token;
		}
	}
	if (tokens != cases.n * (size_t)plan->site->settings->tokens_per_case)
		return "each case has its tokens";
	for (size_t i = 0; i < cases.n; i++)
		for (size_t k = 0; k < cases.n; k++)
			if (i != k && cases.v[i].own_addresses &&
			    plan_case_ip(plan, &cases.v[i]) == plan_case_ip(plan, &cases.v[k]))
				return "no case shares addresses that it needs alone";
	for (size_t i = 0; i < plan->hosts_n; i++)
		if (plan->hosts[i].site->role->dns != !plan->hosts[i].cases_n)
			return "each mail host has cases";
	return NULL;
}

static const char *
random_site(const struct rng *rng, struct span *text)
{
	static const unsigned bits4[] = {20, 24, 26, 28}, bits6[] = {32, 48, 56, 64, 96, 112};
	unsigned b4 = bits4[rng_below(rng, 4)], b6 = bits6[rng_below(rng, 6)];
	uint32_t net = (uint32_t)rng_u64(rng) & ~(uint32_t)0 << (32 - b4);
	char net6[IP_TEXT_MAX];
	struct ip ip = {.v6 = true};
	struct init init = {.cases = &cases, .share = ".", .rng = rng};

	net = (net & 0x00ffffff) | 0x0a000000;
	for (unsigned i = 0; i < b6 / 8; i++)
		ip.octets[i] = (unsigned char)rng_u64(rng);
	ip.octets[0] = 0x20;
	init.domain = arena_printf(arena, "m%u.example.%s", (unsigned)rng_below(rng, 1000),
	    rng_below(rng, 2) ? "org" : "co.uk");
	init.ipv4 = arena_printf(
	    arena, "%u.%u.%u.%u/%u", net >> 24, net >> 16 & 255, net >> 8 & 255, net & 255, b4);
	init.ipv6 = arena_printf(arena, "%s/%u", ip_text(&ip, net6), b6);
	init.layout = rng_below(rng, 2) ? LAYOUT_MULTI : LAYOUT_SINGLE;
	return init_text(arena, &init, text);
}

static void
test_random(void)
{
	uint64_t seed = 20260101;
	struct rng rng = rng_seeded(&seed);
	unsigned wrong = 0;

	for (unsigned i = 0; i < 200; i++) {
		struct site site;
		struct plan plan;
		struct span text;
		const char *error = random_site(&rng, &text);

		if (!error) {
			char *few = strstr(text.p, "tokens_per_case = 1000");

			memcpy(few, "tokens_per_case = 2   ", 22);
			error = make(text, &site, &plan);
		}
		if (!error)
			error = broken_law(&plan);
		if (error && !wrong++)
			printf("# %s\n# in %.*s\n", error, (int)text.n, text.p);
	}
	SAME_INT(wrong, 0, "what init writes for random networks makes a plan that holds");
}

int
main(void)
{
	const char *error;

	arena = arena_new();
	error = testcases_read(arena, "testcases", &cases);
	if (!OK(!error, "the test cases"))
		printf("# %s\n", error);
	test_example();
	test_random();
	arena_free(arena);
	return tap_end();
}
