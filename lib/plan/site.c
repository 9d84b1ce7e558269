/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/site.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/utf8.h"
#include "plan/values.h"

enum { WORD_MAX = 300 };

struct reader {
	struct arena *a;
	const struct settings *settings;
	const struct option_values *values;
	struct site *site;
};

static bool
is_word_char(char c)
{
	return !is_blank(c) && c != ',';
}

static bool
is_gap(char c)
{
	return is_blank(c) || c == ',';
}

/* The next word of a value; empty at its end. */
static struct span
next_word(struct cursor *c)
{
	cur_run(c, is_gap, c->rest.n);
	return cur_run(c, is_word_char, WORD_MAX);
}

/* A word of the file inside a message, safe and short. */
static const char *
shown(struct arena *a, struct span word)
{
	struct buf b;
	const char *text;

	buf_init(&b, 400);
	safe_put(&b, word.n > 80 ? (struct span){word.p, 80} : word);
	text = arena_dup(a, buf_span(&b));
	buf_free(&b);
	return text;
}

static const char *
lower(struct arena *a, const char *s)
{
	char *copy = arena_dup(a, span_str(s));

	for (char *p = copy; *p; p++)
		*p = to_lower(*p);
	return copy;
}

/* Labels of letters, digits and hyphens: what a host name is made of (RFC 1123 section 2.1). */
static bool
is_host_name(struct span s)
{
	while (s.p) {
		struct span label = span_cut(&s, '.');

		if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_alpha(label.p[i]) && !is_digit(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return true;
}

static const char *
read_address(
    struct reader *r, struct span word, bool v6, const struct option_member *m, struct ip *ip)
{
	const struct ip_range *range = v6 ? &r->site->range6 : &r->site->range4;
	const char *family = v6 ? "IPv6" : "IPv4", *other = v6 ? "IPv4" : "IPv6";
	char text[IP_TEXT_MAX];

	if (!word.n)
		return arena_printf(r->a, "%s: no %s address for \"%s\"; write its %s behind %s",
		    m->place, family, m->key, v6 ? "IPv6 address" : "IPv4 and IPv6 address",
		    v6 ? "the IPv4 one" : "it");
	if (!ip_read(word, ip))
		return arena_printf(r->a, "%s: \"%s\" is no address; write %s", m->place,
		    shown(r->a, word), v6 ? "one such as 2001:db8::22" : "one such as 192.0.2.22");
	if (ip->v6 != v6)
		return arena_printf(r->a,
		    "%s: %s is an %s address where the %s address belongs; the order is IPv4, IPv6",
		    m->place, ip_text(ip, text), other, family);
	if (!ip_range_has(range, ip))
		return arena_printf(r->a,
		    "%s: %s lies outside the site's network (setting %s); correct one of them",
		    m->place, ip_text(ip, text), v6 ? "ipv6" : "ipv4");
	return NULL;
}

/* Reads "IPV4 IPV6" up to the end of the value. */
static const char *
read_pair(struct reader *r, struct cursor *c, const struct option_member *m, struct site_pair *pair)
{
	const char *error = read_address(r, next_word(c), false, m, &pair->ip4);
	struct span more;

	if (!error)
		error = read_address(r, next_word(c), true, m, &pair->ip6);
	more = next_word(c);
	if (!error && more.n)
		error = arena_printf(r->a, "%s: \"%s\" is too much; one IPv4 and one IPv6 address",
		    m->place, shown(r->a, more));
	return error;
}

/* Where a line that is missing would stand. */
static const char *
place_to_add(const struct reader *r)
{
	const struct site *site = r->site;

	return site->hosts_n ? site->hosts[site->hosts_n - 1].place
			     : arena_printf(r->a, "%s:1", site->file);
}

static const char *
role_names(struct arena *a)
{
	const char *names = roles[0].name;

	for (size_t i = 1; i < ROLES_N; i++)
		names = arena_printf(a, "%s, %s", names, roles[i].name);
	return names;
}

static const char *
read_host(struct reader *r, const struct option_member *m)
{
	struct site *site = r->site;
	struct site_host *host = &site->hosts[site->hosts_n];
	struct cursor c = cursor_on(span_str(m->text));
	struct span role = next_word(&c);
	const char *error;

	*host = (struct site_host){.name = lower(r->a, m->key), .place = m->place};
	if (!is_host_name(span_str(host->name)))
		return arena_printf(r->a,
		    "%s: \"%s\" is no host name; write letters, digits and hyphens", m->place,
		    m->key);
	host->fqdn = arena_printf(r->a, "%s.%s", host->name, site->domain);
	host->role = role_find(role);
	if (!host->role)
		return arena_printf(r->a, "%s: there is no role \"%s\"; write one of %s", m->place,
		    shown(r->a, role), role_names(r->a));
	for (size_t i = 0; i < site->hosts_n; i++) {
		const struct site_host *other = &site->hosts[i];

		if (other->role == host->role)
			return arena_printf(r->a,
			    "%s: host.%s has role %s, as host.%s at %s has; delete one of them",
			    m->place, host->name, host->role->name, other->name, other->place);
		if (!strcmp(other->name, host->name))
			return arena_printf(r->a,
			    "%s: host.%s stands at %s already; delete one of them", m->place,
			    host->name, other->place);
	}
	error = read_pair(r, &c, m, &host->ip);
	site->hosts_n += !error;
	return error;
}

static const char *
read_hosts(struct reader *r)
{
	const struct option_family *family = &r->settings->host;
	const char *error = NULL;

	r->site->hosts = arena_alloc(r->a, (family->n + 1) * sizeof *r->site->hosts);
	for (size_t i = 0; !error && i < family->n; i++)
		error = read_host(r, &family->v[i]);
	for (size_t i = 0; !error && i < ROLES_N; i++)
		if (!site_host(r->site, (enum role_id)i))
			error = arena_printf(r->a,
			    "%s: no host has role %s; add a line host.%s = %s IPV4 IPV6",
			    place_to_add(r), roles[i].name, roles[i].name, roles[i].name);
	return error;
}

static const char *
read_addresses(struct reader *r)
{
	const struct option_family *family = &r->settings->addresses;
	struct site *site = r->site;
	const char *error = NULL;

	site->addresses = arena_alloc(r->a, (family->n + 1) * sizeof *site->addresses);
	for (size_t i = 0; !error && i < family->n; i++) {
		struct cursor c = cursor_on(span_str(family->v[i].text));
		struct site_addresses *own = &site->addresses[site->addresses_n++];

		own->testcase = lower(r->a, family->v[i].key);
		own->place = family->v[i].place;
		error = read_pair(r, &c, &family->v[i], &own->ip);
	}
	return error;
}

/* The i-th line that names addresses: hosts first. */
static void
line_of(const struct site *site, size_t i, const struct site_pair **pair, const char **place)
{
	const struct site_addresses *own =
	    i < site->hosts_n ? NULL : &site->addresses[i - site->hosts_n];

	*pair = own ? &own->ip : &site->hosts[i].ip;
	*place = own ? own->place : site->hosts[i].place;
}

/* One address in two lines makes two hosts, or two cases, one. */
static const char *
refuse_shared(struct reader *r)
{
	const struct site *site = r->site;
	size_t n = site->hosts_n + site->addresses_n;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct site_pair *x, *y;
			const char *x_place, *y_place;
			char text[IP_TEXT_MAX];

			line_of(site, i, &x, &x_place);
			line_of(site, k, &y, &y_place);
			if (!ip_eq(&x->ip4, &y->ip4) && !ip_eq(&x->ip6, &y->ip6))
				continue;
			return arena_printf(r->a,
			    "%s: address %s is taken at %s already; give each an address of its "
			    "own",
			    x_place, ip_text(ip_eq(&x->ip4, &y->ip4) ? &x->ip4 : &x->ip6, text),
			    y_place);
		}
	}
	return NULL;
}

static const char *
read_range(struct reader *r, const struct option_list *list, const char *name, bool v6,
    struct ip_range *range)
{
	const char *place = option_place(r->values, name);

	if (!list->n)
		return arena_printf(r->a, "%s: %s is not set; write %s = %s", place_to_add(r), name,
		    name, v6 ? "2001:db8::/64, or your own" : "192.0.2.0/28, or your own");
	if (list->n > 1)
		return arena_printf(r->a, "%s: %s holds several networks; write one", place, name);
	if (ip_range_read(span_str(list->v[0]), range))
		abort(); /* the table of settings has checked it */
	if (range->first.v6 != v6)
		return arena_printf(r->a, "%s: %s holds an %s network; write an %s one", place,
		    name, v6 ? "IPv4" : "IPv6", v6 ? "IPv6" : "IPv4");
	/* The reverse zone is cut at a nibble (RFC 3596 section 2.5). */
	if (v6 && (range->bits % 4 || range->bits > 124))
		return arena_printf(r->a,
		    "%s: ipv6 has a prefix of %u bits, and no reverse zone; write a multiple of 4 "
		    "up to 124",
		    place, range->bits);
	return NULL;
}

/* user@domain as the SOA record has it: dots of the user escaped (RFC 1035 section 8). */
static const char *
read_contact(struct reader *r)
{
	struct span domain = span_str(r->settings->contact), user = span_cut(&domain, '@');
	struct buf rname;
	bool good = user.n && user.n < 60 && domain.n && is_host_name(domain);

	buf_init(&rname, 400);
	for (size_t i = 0; i < user.n; i++) {
		char c = user.p[i];

		if (c == '.')
			buf_putc(&rname, '\\');
		else if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
			good = false;
		buf_putc(&rname, c);
	}
	buf_putc(&rname, '.');
	buf_put(&rname, domain);
	r->site->rname = arena_dup(r->a, buf_span(&rname));
	buf_free(&rname);
	return good ? NULL
		    : arena_printf(r->a,
			  "%s: contact is no plain mail address; write one such as "
			  "hostmaster@example.com",
			  option_place(r->values, "contact"));
}

static const char *
need(struct reader *r, const char *value, const char *name, const char *mend)
{
	return value ? NULL
		     : arena_printf(r->a, "%s: %s is not set; %s", place_to_add(r), name, mend);
}

const char *
site_read(struct arena *a, const struct settings *settings, const char *file,
    const struct option_values *values, struct site *site)
{
	struct reader r = {a, settings, values, site};
	const char *error;

	*site = (struct site){.settings = settings, .file = file};
	error = need(&r, settings->domain, "domain", "write domain = measurement.example.com");
	if (!error)
		error = need(&r, settings->contact, "contact", "write the address of who answers");
	if (!error)
		error = need(&r, settings->token_secret, "token_secret",
		    "emt-site init draws one; write token_secret = TEXT");
	if (error)
		return error;
	site->domain = lower(a, settings->domain);
	error = read_contact(&r);
	if (!error)
		error = values_check(a, settings, values);
	if (!error)
		error = read_range(&r, &settings->ipv4, "ipv4", false, &site->range4);
	if (!error)
		error = read_range(&r, &settings->ipv6, "ipv6", true, &site->range6);
	if (!error)
		error = read_hosts(&r);
	if (!error)
		error = read_addresses(&r);
	return error ? error : refuse_shared(&r);
}

const struct site_host *
site_host(const struct site *site, enum role_id role)
{
	for (size_t i = 0; i < site->hosts_n; i++)
		if (site->hosts[i].role->id == role)
			return &site->hosts[i];
	return NULL;
}
