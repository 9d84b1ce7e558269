/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/rng.h"
#include "dns/dns_qname.h"

static struct buf out;

static struct span
wire(const struct dns_qname *name)
{
	return (struct span){(const char *)name->wire, name->n};
}

static const char *
again(const char *text)
{
	struct dns_qname name;

	buf_clear(&out);
	if (!dns_qname_read(span_str(text), &name))
		return "none";
	dns_qname_put(&out, wire(&name));
	return buf_str(&out);
}

static void
test_text(void)
{
	SAME_STR(again("v4-Mail.example.com"), "v4-Mail.example.com", "a name keeps its case");
	SAME_STR(again("example.com."), "example.com", "and loses the dot at its end");
	SAME_STR(again("."), ".", "the root");
	SAME_STR(again("a\\032b\\.c.\\\\\\(x\\)\\;.\\000\\255"),
	    "a\\032b\\.c.\\\\\\(x\\)\\;.\\000\\255", "escapes");
	SAME_STR(again("a\\\"b\\$\\@.x"), "a\"b$@.x", "BIND escapes more than we do");
	SAME_STR(again("a;(b).x"), "a\\;\\(b\\).x", "PowerDNS less");
	SAME_STR(again(""), "none", "nothing is no name");
	SAME_STR(again("a..b"), "none", "an empty label");
	SAME_STR(again(".a"), "none", "a dot in front");
	SAME_STR(again("a\\"), "none", "a backslash at the end");
	SAME_STR(again("a\\25"), "none", "two digits");
	SAME_STR(again("a\\256"), "none", "no octet");
	SAME_STR(again("a\\2x6"), "none", "no digits");
}

static void
test_limits(void)
{
	char text[300];
	struct dns_qname name;

	memset(text, 'a', sizeof text);
	OK(dns_qname_read((struct span){text, 63}, &name), "a label of 63");
	OK(!dns_qname_read((struct span){text, 64}, &name), "not of 64");
	for (size_t i = 63; i < 253; i += 64)
		text[i] = '.';
	OK(dns_qname_read((struct span){text, 253}, &name) && name.n == 255, "a name of 255");
	OK(!dns_qname_read((struct span){text, 254}, &name), "not of 256");
	for (size_t i = 0; i < 254; i++)
		text[i] = i % 2 ? '.' : 'x';
	OK(dns_qname_read((struct span){text, 253}, &name), "127 labels");
	buf_clear(&out);
	dns_qname_put(&out, wire(&name));
	SAME_SPAN(buf_span(&out), ((struct span){text, 253}), "are written again");
}

/* Any octets as a name, to text and back. */
static void
test_random(void)
{
	uint64_t position = 1;
	struct rng rng = rng_seeded(&position);
	bool good = true;

	for (int round = 0; round < 20000 && good; round++) {
		struct dns_qname name = {.n = 0}, back;

		while (rng_below(&rng, 4)) {
			size_t n = 1 + rng_below(&rng, rng_below(&rng, 8) ? 5 : 63);

			if (name.n + n + 2 > DNS_QNAME_MAX)
				break;
			name.wire[name.n++] = (unsigned char)n;
			while (n--)
				name.wire[name.n++] = (unsigned char)rng_below(&rng, 256);
		}
		name.wire[name.n++] = 0;
		buf_clear(&out);
		dns_qname_put(&out, wire(&name));
		good = dns_qname_read(buf_span(&out), &back) && span_eq(wire(&name), wire(&back)) &&
		       utf8_valid(buf_span(&out));
	}
	OK(good, "any octets are the same name again");
}

static void
test_lower(void)
{
	struct dns_qname name;

	OK(dns_qname_read(SPAN_LIT("AbC\\200Z.EXAMPLE"), &name), "a name in mixed case");
	buf_clear(&out);
	dns_qname_put_lower(&out, wire(&name));
	SAME_STR(buf_str(&out), "abc\\200z.example", "in lower case");
	dns_qname_lower(name.wire, name.n);
	buf_clear(&out);
	dns_qname_put(&out, wire(&name));
	SAME_STR(buf_str(&out), "abc\\200z.example", "in place");
}

int
main(void)
{
	buf_init(&out, 4096);
	test_text();
	test_limits();
	test_random();
	test_lower();
	buf_free(&out);
	return tap_end();
}
