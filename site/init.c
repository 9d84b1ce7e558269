/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/init.h"

#include "site/fill.h"

enum {
	TEXT_MAX = 1 << 20,
	IPV4_BITS_MAX = 28, /* hosts and cases need eleven addresses */
	IPV6_BITS_MAX = 112,
	NUMBER_BASE = 16, /* the numbers of roles are those of a /28 that begins there */
	CASE_NUMBER = 21, /* of the first case with addresses of its own; the next is one less */
	SECRET_OCTETS = 20
};

struct maker {
	struct arena *a;
	const struct init *init;
	struct ip_range range4, range6;
	bool as_is; /* the IPv4 network holds addresses that end in the numbers themselves */
	struct buf hosts, addresses;
};

static struct ip
ip4_of(const struct maker *m, unsigned number)
{
	struct ip ip = m->range4.first;

	ip.octets[3] = (unsigned char)(m->as_is ? number : ip.octets[3] + number - NUMBER_BASE);
	return ip;
}

/* Its last group reads as the last number of the IPv4 address does: ...::22 for .22. */
static struct ip
ip6_of(const struct maker *m, const struct ip *ip4)
{
	unsigned n = ip4->octets[3];
	struct ip ip = m->range6.first;

	ip.octets[14] = (unsigned char)(ip.octets[14] | n / 100);
	ip.octets[15] = (unsigned char)(ip.octets[15] | (n / 10 % 10) << 4 | n % 10);
	return ip;
}

static void
put_line(struct maker *m, struct buf *out, const char *left, unsigned number)
{
	struct ip ip4 = ip4_of(m, number), ip6 = ip6_of(m, &ip4);
	char text4[IP_TEXT_MAX], text6[IP_TEXT_MAX];

	buf_printf(out, "%s %s %s\n", left, ip_text(&ip4, text4), ip_text(&ip6, text6));
}

static bool
is_control_of(const struct testcase *t, const struct testcase *of)
{
	for (size_t i = 0; i < of->controls_n; i++)
		if (of->controls[i] == t)
			return true;
	return false;
}

/* Of several cases of a role, one may have the host's address; the others get their own if one of
 * them may be decided by a session without a recipient. */
static void
put_addresses(struct maker *m)
{
	const struct testcases *cases = m->init->cases;
	unsigned number = CASE_NUMBER;

	for (size_t i = 0; i < ROLES_N; i++) {
		const struct testcase *keeps = NULL;
		bool apart = false;

		for (size_t k = 0; k < cases->n; k++)
			if (cases->v[k].host == &roles[i])
				apart |= cases->v[k].own_addresses;
		for (size_t k = 0; apart && k < cases->n; k++) {
			const struct testcase *t = &cases->v[k];

			if (t->host != &roles[i])
				continue;
			/* The host's own goes to a case that is the control of another. */
			if (!keeps || is_control_of(t, keeps))
				keeps = t;
		}
		for (size_t k = 0; apart && k < cases->n; k++)
			if (cases->v[k].host == &roles[i] && &cases->v[k] != keeps)
				put_line(m, &m->addresses,
				    arena_printf(m->a, "addresses.%s =", cases->v[k].name),
				    number--);
	}
}

static const char *
read_ranges(struct maker *m)
{
	const struct init *init = m->init;
	const char *error = ip_range_read(span_str(init->ipv4), &m->range4);
	const unsigned char *last = &m->range4.first.octets[3];

	if (error)
		return arena_printf(m->a, "--ipv4: \"%s\" %s", init->ipv4, error);
	if (m->range4.first.v6 || m->range4.bits > IPV4_BITS_MAX)
		return arena_printf(m->a,
		    "--ipv4: \"%s\" holds too few IPv4 addresses; a /28 is enough", init->ipv4);
	error = ip_range_read(span_str(init->ipv6), &m->range6);
	if (error)
		return arena_printf(m->a, "--ipv6: \"%s\" %s", init->ipv6, error);
	if (!m->range6.first.v6 || m->range6.bits > IPV6_BITS_MAX || m->range6.bits % 4)
		return arena_printf(m->a,
		    "--ipv6: \"%s\" is no IPv6 network of at most 112 bits, in steps of 4; a /64 "
		    "is usual",
		    init->ipv6);
	m->as_is = *last == NUMBER_BASE || (*last == 0 && m->range4.bits < IPV4_BITS_MAX);
	return NULL;
}

static const char *
secret(struct maker *m)
{
	unsigned char octets[SECRET_OCTETS];
	char hex[2 * SECRET_OCTETS + 1];

	m->init->rng->fill(m->init->rng->state, octets, sizeof octets);
	for (size_t i = 0; i < sizeof octets; i++) {
		hex[2 * i] = "0123456789abcdef"[octets[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[octets[i] & 15];
	}
	hex[sizeof hex - 1] = '\0';
	return arena_dup(m->a, span_str(hex));
}

const char *
init_text(struct arena *a, const struct init *init, struct span *text)
{
	struct maker m = {.a = a, .init = init};
	struct fill f = {.a = a, .share = init->share};
	struct span parent = span_str(init->domain);
	const char *error = read_ranges(&m);

	if (error)
		return error;
	span_cut(&parent, '.');
	if (!parent.n)
		return arena_printf(a,
		    "--domain: \"%s\" is no domain below another; write one such as "
		    "measurement.example.com",
		    init->domain);
	buf_init(&m.hosts, TEXT_MAX);
	buf_init(&m.addresses, TEXT_MAX);
	for (size_t i = 0; i < ROLES_N; i++)
		put_line(&m, &m.hosts,
		    arena_printf(a, "host.%s = %s", roles[i].name, roles[i].name), roles[i].number);
	put_addresses(&m);
	fill_set(&f, "DOMAIN", init->domain);
	fill_printf(&f, "CONTACT", "hostmaster@%.*s", (int)parent.n, parent.p);
	fill_set(&f, "LAYOUT", init->layout == LAYOUT_SINGLE ? "single" : "multi");
	fill_set(&f, "IPV4", init->ipv4);
	fill_set(&f, "IPV6", init->ipv6);
	fill_set_span(&f, "HOSTS", arena_span(a, buf_span(&m.hosts)));
	fill_set_span(&f, "ADDRESSES", arena_span(a, buf_span(&m.addresses)));
	fill_set(&f, "SECRET", secret(&m));
	buf_free(&m.hosts);
	buf_free(&m.addresses);
	return fill_text(&f, "zones/site.conf.in", false, text);
}
