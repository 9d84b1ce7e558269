/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/mail_route.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "dns/dns_name.h"
#include "mxinfer/scan/route_look.h"

enum { WHY_MAX = 1000, TLSA_NAME_MAX = DNS_NAME_MAX + 20 };

struct mail_routes {
	struct dns *dns;
	struct loop *loop;
	struct mail_routes_params params;
	LIST_HEAD(finds, find) finds;
	bool closed; /* freed by its owner, while answers are still to come */
};

/* One domain until its route is known. */
struct find {
	struct mail_routes *routes;
	struct arena *arena;
	struct mail_route route;
	struct host *hosts; /* beside route.mx */
	struct buf why;
	size_t going; /* look-ups */
	mail_route_done *done;
	void *arg;
	LIST_ENTRY(find) entry;
};

/* One of its MX hosts. */
struct host {
	struct find *find;
	struct route_mx *mx;
	size_t going; /* look-ups of addresses */
};

static void
note(struct find *f, const char *text)
{
	if (!text)
		return;
	if (f->why.n)
		buf_puts(&f->why, "; ");
	buf_puts(&f->why, text);
}

static void
find_free(struct find *f)
{
	LIST_REMOVE(f, entry);
	buf_free(&f->why);
	arena_free(f->arena);
	free(f);
}

static void
let_go(struct mail_routes *r)
{
	if (r->closed && LIST_EMPTY(&r->finds))
		free(r);
}

static int
by_preference(const void *x, const void *y)
{
	const struct route_mx *a = x, *b = y;

	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Without addresses there is no implicit MX (RFC 5321 section 5.1).  If that is not known, what was
 * found stays, for its outcomes tell why. */
static bool
has_none(const struct route_look *k)
{
	return !k->asked || k->outcome == DNS_NODATA || k->outcome == DNS_NXDOMAIN;
}

static void
finish(struct find *f)
{
	struct mail_routes *r = f->routes;
	struct mail_route *route = &f->route;

	if (route->mx_n == 1 && route->mx[0].implicit && has_none(&route->mx[0].a) &&
	    has_none(&route->mx[0].aaaa))
		route->mx_n = 0;
	route->time_us = clock_wall_us(loop_clock(r->loop));
	route->why = f->why.n ? buf_str(&f->why) : NULL;
	if (!r->closed)
		f->done(f->arg, route);
	find_free(f);
	let_go(r);
}

static void
landed(struct find *f)
{
	if (--f->going == 0)
		finish(f);
}

static void
begin(struct find *f, struct span name, int type, route_look_done *done, void *arg)
{
	const struct mail_routes *r = f->routes;
	int64_t deadline_us = clock_since_us(loop_clock(r->loop)) + r->params.deadline_us;

	if (r->closed)
		return; /* dns_free, which calls back for the last time, takes no more questions */
	f->going++;
	route_look_begin(f->arena, r->dns, &r->closed, name, type, deadline_us, done, arg);
}

static struct route_texts
keep_texts(struct find *f, const char *const *v, size_t n, const char *what)
{
	struct arena *a = f->arena;
	size_t kept = n < ROUTE_TEXTS_MAX ? n : ROUTE_TEXTS_MAX;
	const char **copy = kept ? arena_alloc(a, kept * sizeof *copy) : NULL;

	for (size_t i = 0; i < kept; i++)
		copy[i] = arena_dup(a, span_str(v[i]));
	if (kept < n)
		note(f, arena_printf(a, "%zu records of %s, %zu of them kept", n, what, kept));
	return (struct route_texts){copy, kept};
}

static void
keep_look(struct route_look *k, const struct route_look_end *end)
{
	*k = (struct route_look){.asked = true, .outcome = end->outcome, .dnssec = end->dnssec};
}

static void begin_tlsa(struct host *h, const char *base);

static void
take_tlsa(void *arg, const struct route_look_end *end)
{
	struct host *h = arg;
	struct route_mx *mx = h->mx;
	bool none = end->outcome == DNS_NODATA || end->outcome == DNS_NXDOMAIN;

	if (none && strcmp(mx->tlsa_base, mx->name) != 0) {
		begin_tlsa(h, mx->name);
	} else {
		keep_look(&mx->tlsa, end);
		mx->tlsa.texts =
		    keep_texts(h->find, end->last->answer, end->last->answer_n, "TLSA");
	}
	landed(h->find);
}

static void
begin_tlsa(struct host *h, const char *base)
{
	char name[TLSA_NAME_MAX];

	snprintf(name, sizeof name, "_25._tcp.%s", base);
	h->mx->tlsa_base = base;
	begin(h->find, span_str(name), DNS_TLSA, take_tlsa, h);
}

/* May TLSA records of a host with these addresses be of use? */
static bool
is_perhaps_secure(const struct route_look *k)
{
	return k->asked && k->outcome == DNS_OK &&
	       (k->dnssec == DNS_SECURE || k->dnssec == DNS_UNCHECKED);
}

static void
want_tlsa(struct host *h)
{
	const struct route_mx *mx = h->mx;
	const char *last = mx->cname.n ? mx->cname.v[mx->cname.n - 1] : NULL;
	char checked[DNS_NAME_MAX + 1];

	if (!is_perhaps_secure(&mx->a) && !is_perhaps_secure(&mx->aaaa))
		return;
	/* A name that is an alias of strange octets has no TLSA records that can be asked for. */
	begin_tlsa(h, last && !dns_name_canonical(span_str(last), checked) ? last : mx->name);
}

static bool
has_address(const struct route_mx *mx, const struct ip *ip)
{
	for (size_t i = 0; i < mx->addresses_n; i++)
		if (ip_eq(&mx->addresses[i], ip))
			return true;
	return false;
}

/* Adds those of one family; true if it was more than may be kept. */
static bool
add_addresses(struct arena *a, struct route_mx *mx, const struct dns_result *r)
{
	size_t before = mx->addresses_n, room = before + ROUTE_ADDRESSES_MAX;

	if (!r->answer_n)
		return false;
	mx->addresses = arena_grow(a, mx->addresses, before, room, sizeof *mx->addresses);
	for (size_t i = 0; i < r->answer_n; i++) {
		struct ip ip;

		/* An AAAA record of an IPv4-mapped address leads nowhere by IPv6. */
		if (!ip_read(span_str(r->answer[i]), &ip) || ip.v6 != (r->type == DNS_AAAA) ||
		    has_address(mx, &ip))
			continue;
		if (mx->addresses_n == room)
			return true;
		mx->addresses[mx->addresses_n++] = ip;
	}
	return false;
}

static int
by_address(const void *x, const void *y)
{
	const struct ip *a = x, *b = y;

	if (a->v6 != b->v6)
		return a->v6 ? 1 : -1;
	return memcmp(a->octets, b->octets, sizeof a->octets);
}

static void
take_addresses(struct host *h, struct route_look *k, const struct route_look_end *end)
{
	struct route_mx *mx = h->mx;
	struct find *f = h->find;

	keep_look(k, end);
	if (end->outcome == DNS_OK && end->dnssec != DNS_BOGUS &&
	    add_addresses(f->arena, mx, end->last))
		note(f, arena_printf(f->arena, "%s: more addresses than the %d that are kept",
			    mx->name, ROUTE_ADDRESSES_MAX));
	if (!mx->cname.n)
		mx->cname = keep_texts(f, end->cname, end->cname_n, "CNAME");
	if (--h->going == 0) {
		if (mx->addresses_n)
			qsort(mx->addresses, mx->addresses_n, sizeof *mx->addresses, by_address);
		if (f->routes->params.tlsa)
			want_tlsa(h);
	}
	landed(f);
}

static void
take_a(void *arg, const struct route_look_end *end)
{
	struct host *h = arg;

	take_addresses(h, &h->mx->a, end);
}

static void
take_aaaa(void *arg, const struct route_look_end *end)
{
	struct host *h = arg;

	take_addresses(h, &h->mx->aaaa, end);
}

/* Is it a name of a host?  Some write an address instead (RFC 1035 section 3.3.9 wants a name). */
static bool
is_host_name(const char *name)
{
	char checked[DNS_NAME_MAX + 1];
	struct ip ip;

	return !dns_name_canonical(span_str(name), checked) && !ip_read(span_str(name), &ip);
}

static void
resolve(struct host *h)
{
	static const struct route_look bad = {.asked = true, .outcome = DNS_BAD_NAME};
	const struct mail_routes_params *p = &h->find->routes->params;
	struct route_mx *mx = h->mx;

	if (!strcmp(mx->name, "."))
		return;
	mx->resolved = true;
	if (!is_host_name(mx->name)) {
		mx->a = p->ipv4 ? bad : mx->a;
		mx->aaaa = p->ipv6 ? bad : mx->aaaa;
		return;
	}
	h->going = (size_t)p->ipv4 + (size_t)p->ipv6;
	if (p->ipv4)
		begin(h->find, span_str(mx->name), DNS_A, take_a, h);
	if (p->ipv6)
		begin(h->find, span_str(mx->name), DNS_AAAA, take_aaaa, h);
}

static void
resolve_all(struct find *f)
{
	size_t n = f->route.mx_n;

	f->hosts = n ? arena_alloc(f->arena, n * sizeof *f->hosts) : NULL;
	for (size_t i = 0; i < n; i++) {
		f->hosts[i] = (struct host){.find = f, .mx = &f->route.mx[i]};
		resolve(&f->hosts[i]);
	}
}

/* In canonical form, or as it stands if it is none. */
static const char *
keep_name(struct arena *a, struct span text)
{
	char name[DNS_NAME_MAX + 1], *copy;

	if (!dns_name_canonical(text, name))
		return arena_dup(a, span_str(name));
	if (text.n > 1 && text.p[text.n - 1] == '.')
		text.n--;
	copy = arena_dup(a, text);
	for (size_t i = 0; i < text.n; i++)
		copy[i] = to_lower(copy[i]);
	return copy;
}

/* "10 mx.example." */
static struct route_mx
read_mx(struct arena *a, const char *text)
{
	struct cursor c = cursor_on(span_str(text));
	struct route_mx mx = {.preference = (unsigned)cur_number(&c, 5)};

	cur_blanks(&c, 10);
	mx.name = keep_name(a, cur_rest(&c));
	return mx;
}

static void
keep_mx(struct find *f, const struct dns_result *r)
{
	struct mail_route *route = &f->route;
	struct arena *a = f->arena;

	route->mx = arena_alloc(a, ROUTE_MX_MAX * sizeof *route->mx);
	/* The answer is in the order of preference, so the best ones are kept. */
	for (size_t i = 0; i < r->answer_n && route->mx_n < ROUTE_MX_MAX; i++) {
		struct route_mx mx = read_mx(a, r->answer[i]);
		const struct route_mx *before = route->mx_n ? &route->mx[route->mx_n - 1] : NULL;

		if (!before || by_preference(before, &mx) != 0)
			route->mx[route->mx_n++] = mx;
	}
	qsort(route->mx, route->mx_n, sizeof *route->mx, by_preference);
	if (r->answer_n > ROUTE_MX_MAX)
		note(f, arena_printf(
			    a, "%zu MX records, %d of them followed", r->answer_n, ROUTE_MX_MAX));
}

static void
take_mx(void *arg, const struct route_look_end *end)
{
	struct find *f = arg;
	struct mail_route *route = &f->route;

	route->outcome = end->outcome;
	route->dnssec = end->dnssec;
	route->cname = keep_texts(f, end->cname, end->cname_n, "CNAME");
	note(f, end->why);
	if (end->outcome == DNS_OK) {
		keep_mx(f, end->last);
		if (end->dnssec != DNS_BOGUS)
			resolve_all(f);
	} else if (end->outcome == DNS_NODATA && end->dnssec != DNS_BOGUS) {
		route->mx = arena_alloc(f->arena, sizeof *route->mx);
		route->mx[0] = (struct route_mx){.name = route->domain, .implicit = true};
		route->mx_n = 1;
		resolve_all(f);
	}
	landed(f);
}

static void
take_mta_sts(void *arg, const struct route_look_end *end)
{
	struct find *f = arg;

	keep_look(&f->route.mta_sts, end);
	f->route.mta_sts.texts = keep_texts(f, end->last->answer, end->last->answer_n, "TXT");
	landed(f);
}

struct mail_routes *
mail_routes_new(struct dns *dns, struct loop *l, const struct mail_routes_params *p)
{
	struct mail_routes *r = must(calloc(1, sizeof *r));

	*r = (struct mail_routes){.dns = dns, .loop = l, .params = *p};
	LIST_INIT(&r->finds);
	return r;
}

void
mail_routes_free(struct mail_routes *r)
{
	if (!r)
		return;
	r->closed = true;
	let_go(r);
}

static const char *
shown(struct arena *a, struct span domain)
{
	char name[DNS_NAME_MAX + 1];

	return dns_name_canonical(domain, name) ? arena_dup(a, domain)
						: arena_dup(a, span_str(name));
}

void
mail_route_find(struct mail_routes *r, struct span domain, mail_route_done *done, void *arg)
{
	struct find *f = must(calloc(1, sizeof *f));
	const struct mail_routes_params *p = &r->params;
	char name[DNS_NAME_MAX + 20];

	*f = (struct find){.routes = r, .arena = arena_new(), .done = done, .arg = arg};
	LIST_INSERT_HEAD(&r->finds, f, entry);
	buf_init(&f->why, WHY_MAX);
	f->route.domain = shown(f->arena, domain);
	begin(f, domain, DNS_MX, take_mx, f);
	if (p->mta_sts && is_host_name(f->route.domain)) {
		snprintf(name, sizeof name, "_mta-sts.%s", f->route.domain);
		begin(f, span_str(name), DNS_TXT, take_mta_sts, f);
	}
}
