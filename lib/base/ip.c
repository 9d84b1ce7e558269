/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ip.h"

#include <arpa/inet.h>

#include "base/cursor.h"

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

/* As inet_pton(3) has it, IPv4-mapped ones too. */
static bool
read_plain(struct span s, struct ip *ip)
{
	char text[IP_TEXT_MAX];

	*ip = (struct ip){.v6 = span_find(s, ':') < s.n};
	if (s.n >= sizeof text || span_find(s, '\0') < s.n)
		return false;
	memcpy(text, s.n ? s.p : "", s.n);
	text[s.n] = '\0';
	return inet_pton(ip->v6 ? AF_INET6 : AF_INET, text, ip->octets) == 1;
}

static bool
is_mapped(const struct ip *ip)
{
	return ip->v6 && !memcmp(ip->octets, mapped, sizeof mapped);
}

bool
ip_read(struct span s, struct ip *ip)
{
	struct ip v4 = {.v6 = false};

	if (!read_plain(s, ip))
		return false;
	if (is_mapped(ip)) {
		memcpy(v4.octets, ip->octets + sizeof mapped, 4);
		*ip = v4;
	}
	return true;
}

const char *
ip_text(const struct ip *ip, char out[IP_TEXT_MAX])
{
	return inet_ntop(ip->v6 ? AF_INET6 : AF_INET, ip->octets, out, IP_TEXT_MAX);
}

/* The octet in decimal, as it stands in names. */
static char *
put_octet(char *to, unsigned octet)
{
	if (octet >= 100)
		*to++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*to++ = (char)('0' + octet / 10 % 10);
	*to++ = (char)('0' + octet % 10);
	return to;
}

const char *
ip_reversed(const struct ip *ip, char out[IP_REVERSED_MAX])
{
	static const char hex[] = "0123456789abcdef";
	char *to = out;

	for (size_t i = ip->v6 ? 16 : 4; i-- > 0;) {
		if (ip->v6) {
			*to++ = hex[ip->octets[i] & 15];
			*to++ = '.';
			*to++ = hex[ip->octets[i] >> 4];
		} else {
			to = put_octet(to, ip->octets[i]);
		}
		*to++ = i ? '.' : '\0';
	}
	return out;
}

bool
ip_eq(const struct ip *a, const struct ip *b)
{
	return a->v6 == b->v6 && !memcmp(a->octets, b->octets, sizeof a->octets);
}

bool
ip_is_no_host(const struct ip *ip)
{
	static const struct ip_range none[] = {
	    {{false, {0}}, 8},
	    {{false, {127}}, 8},
	    {{false, {169, 254}}, 16},
	    {{false, {224}}, 3}, /* multicast, reserved, broadcast */
	    {{true, {0}}, 96},   /* unspecified, loopback, IPv4-compatible */
	    {{true, {0xfe, 0x80}}, 10},
	    {{true, {0xff}}, 8},
	};

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (ip_range_has(&none[i], ip))
			return true;
	return false;
}

/* Is any bit behind the prefix set? */
static bool
has_host_bits(const struct ip_range *range)
{
	for (unsigned bit = range->bits; bit < 128; bit++)
		if (range->first.octets[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

const char *
ip_range_read(struct span s, struct ip_range *range)
{
	struct span bits = s, address = span_cut(&bits, '/');
	struct cursor c = cursor_on(bits);
	unsigned most;

	if (!read_plain(address, &range->first))
		return "is no range of addresses; write one such as 192.0.2.0/24 or 2001:db8::/32";
	if (is_mapped(&range->first))
		return "is a range of IPv4-mapped addresses; write it as IPv4";
	most = range->first.v6 ? 128 : 32;
	range->bits = bits.p ? (unsigned)cur_number(&c, 3) : most;
	if ((bits.p && !cur_done(&c)) || range->bits > most)
		return range->first.v6 ? "has no prefix length of 0 to 128 behind its /"
				       : "has no prefix length of 0 to 32 behind its /";
	if (has_host_bits(range))
		return "has bits set behind its prefix; write the first address of the range";
	return NULL;
}

bool
ip_range_has(const struct ip_range *range, const struct ip *ip)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;

	if (range->first.v6 != ip->v6 || memcmp(range->first.octets, ip->octets, whole) != 0)
		return false;
	return !rest || (range->first.octets[whole] ^ ip->octets[whole]) >> (8 - rest) == 0;
}
