/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/rng.h"

/* RFC 3629 section 3 the other way round: the one form that a code point has, or 0 octets if it has
 * none. */
static size_t
encode(unsigned code, unsigned char out[4])
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (unsigned char)(0x80 | (code & 0x3f));
	out[0] = (unsigned char)(n == 1 ? code : (0xf00u >> n & 0xff) | code);
	return n;
}

/* The octets of every code point are one sequence, and cut short they are none. */
static void
test_all_code_points(void)
{
	unsigned wrong = 0, count = 0;

	for (unsigned code = 0; code <= 0x10ffff; code++) {
		unsigned char octets[4];
		size_t n = encode(code, octets);
		unsigned got = 0;

		if (!n)
			continue;
		count++;
		wrong += utf8_sequence((struct span){(char *)octets, n}, &got) != n || got != code;
		wrong += utf8_sequence((struct span){(char *)octets, n - 1}, NULL) != 0;
	}
	SAME_INT(count, 0x110000 - 0x800, "all code points but the surrogates");
	SAME_INT(wrong, 0, "every code point is understood, and none that is cut short");
}

/* Of all sequences of two and of three octets, and of random ones of four, exactly the forms above
 * are well-formed. */
static void
test_nothing_else(void)
{
	uint64_t seed = 6, good = 0, want_good = 0;
	struct rng r = rng_seeded(&seed);
	unsigned wrong = 0;

	for (uint32_t bits = 0; bits < 1u << 24; bits++) {
		char p[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};

		good += utf8_sequence((struct span){p, 3}, NULL) == 3;
		if (bits < 1u << 16)
			good += utf8_sequence((struct span){p + 1, 2}, NULL) == 2;
	}
	for (unsigned code = 0x80; code < 0x10000; code++)
		want_good += code < 0xd800 || code >= 0xe000;
	SAME_INT(good, want_good,
	    "as many well-formed sequences of 2 and 3 octets as there are code points");
	for (int i = 0; i < 2000000; i++) {
		uint32_t bits = (uint32_t)rng_u64(&r) | 0xf0808080;
		unsigned char p[4], again[4];
		unsigned code = 0;

		bits &= 0xf7bfbfbf;
		for (int k = 0; k < 4; k++)
			p[k] = (unsigned char)(bits >> (24 - 8 * k));
		if (utf8_sequence((struct span){(char *)p, 4}, &code))
			wrong += encode(code, again) != 4 || memcmp(p, again, 4) != 0;
		else /* over-long, or over U+10FFFF: the octets' order is the code points' */
			wrong += memcmp(p, "\xf0\x90\x80\x80", 4) >= 0 &&
				 memcmp(p, "\xf4\x8f\xbf\xbf", 4) <= 0;
	}
	SAME_INT(wrong, 0, "sequences of 4 octets");
}

static struct span
random_bytes(const struct rng *r, char *room, size_t max)
{
	static const char odd[] =
	    "a\\\x1b\n\x7f\xc2\x9b\xe2\x80\xae\xc3\xa9\xf0\x9f\x98\x80\xff\xed\xa0\x80";
	size_t n = rng_below(r, max);

	for (size_t i = 0; i < n; i++)
		room[i] = rng_below(r, 2) ? odd[rng_below(r, sizeof odd)] : (char)rng_u64(r);
	return (struct span){room, n};
}

/* The bytes that safe_put's text stands for. */
static struct span
unescape(struct span s, char *room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\') {
			room[n++] = s.p[i];
		} else if (s.p[++i] == 'x') {
			room[n++] = (char)(hex_value(s.p[i + 1]) * 16 + hex_value(s.p[i + 2]));
			i += 2;
		} else {
			room[n++] = s.p[i];
		}
	}
	return (struct span){room, n};
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return memmem(s.p, s.n, "\xc2\x9b", 2) || memmem(s.p, s.n, "\xe2\x80\xae", 3);
}

static void
test_output(void)
{
	uint64_t seed = 7;
	struct rng r = rng_seeded(&seed);
	unsigned unsafe = 0, lost = 0, invalid = 0, changed = 0;
	char room[60], back[300];
	struct buf b;

	buf_init(&b, 1000);
	for (int i = 0; i < 100000; i++) {
		struct span s = random_bytes(&r, room, sizeof room);

		buf_clear(&b);
		safe_put(&b, s);
		unsafe += b.n && (!utf8_valid(buf_span(&b)) || has_control(buf_span(&b)));
		lost += !span_eq(unescape(buf_span(&b), back), s);
		buf_clear(&b);
		utf8_put_lossy(&b, s);
		invalid += !utf8_valid(buf_span(&b));
		changed += utf8_valid(s) != span_eq(buf_span(&b), s);
	}
	SAME_INT(unsafe, 0, "safe_put shows no control and is UTF-8");
	SAME_INT(lost, 0, "what safe_put shows can be turned back into the bytes");
	SAME_INT(invalid, 0, "utf8_put_lossy makes UTF-8");
	SAME_INT(changed, 0, "of valid text utf8_put_lossy changes nothing");
	buf_free(&b);
}

static void
test_examples(void)
{
	struct buf b;

	buf_init(&b, 1000);
	safe_put(&b, SPAN_LIT("\xc3\xa9\\\n\xe2\x80\xae\xff\xc2\x9b[\xe2\x80\xa8"));
	SAME_STR(buf_str(&b), "\xc3\xa9\\\\\\x0a\\xe2\\x80\\xae\\xff\\xc2\\x9b[\\xe2\\x80\\xa8",
	    "letters stay; newline, override, bad octet, C1 and line separator do not");
	buf_clear(&b);
	utf8_put_lossy(&b, SPAN_LIT("a\xe2\x80z\xc0\x80"));
	SAME_STR(buf_str(&b), "a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd",
	    "one U+FFFD an octet");
	OK(utf8_valid(SPAN_LIT("a\0b")) && utf8_valid((struct span){NULL, 0}),
	    "NUL and nothing are UTF-8");
	buf_free(&b);
}

int
main(void)
{
	test_all_code_points();
	test_nothing_else();
	test_output();
	test_examples();
	return tap_end();
}
