/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/hostname.h"
#include "tests/tap.h"

static void
reads(struct span s, enum hostname_kind kind, const char *want)
{
	struct hostname h = {.text = ""};

	SAME_INT(hostname_read(s, &h), kind, want);
	if (kind == HOSTNAME_HOST || kind == HOSTNAME_TEXT) {
		SAME_SPAN(hostname_span(&h), span_str(want), want);
		SAME_STR(h.text, want, "there is a NUL behind it");
	}
}

#define READS(s, kind, want) reads(SPAN_LIT(s), HOSTNAME_##kind, want)

int
main(void)
{
	struct hostname h;
	char longest[300];

	READS("example.com", HOST, "example.com");
	READS("MX.Example.COM.", HOST, "mx.example.com");
	READS("example.com..", HOST, "example.com");
	READS(" example.com\r\n", HOST, "example.com");
	READS("*.Example.com", HOST, "*.example.com");
	READS("_dmarc.0-9.example", HOST, "_dmarc.0-9.example");
	READS("localhost", HOST, "localhost");
	READS("b\xc3\xbc"
	      "cher.EXAMPLE",
	    HOST, "xn--bcher-kva.example");
	READS("B\xc3\x9c"
	      "CHER.example.",
	    HOST, "xn--bcher-kva.example");
	READS("fa\xc3\x9f.example", HOST, "xn--fa-hia.example");
	READS("", ROOT, "");
	READS(".", ROOT, "");
	READS(" .. ", ROOT, "");
	READS("f*.example", TEXT, "f*.example");
	READS("mx.*.example", TEXT, "mx.*.example");
	READS("a..example", TEXT, "a..example");
	READS(".Example", TEXT, ".example");
	READS("[192.0.2.1]", TEXT, "[192.0.2.1]");
	READS("2001:DB8::1", TEXT, "2001:db8::1");
	READS("joe@example.com", TEXT, "joe@example.com");
	READS("a b", NONE, "a blank");
	READS("a\tb", NONE, "a tab");
	READS("a\0b", NONE, "NUL");
	READS("a\x7f"
	      "b",
	    NONE, "DEL");
	READS("\xff.example", NONE, "no UTF-8");
	memset(longest, 'a', sizeof longest);
	for (size_t i = 63; i < sizeof longest; i += 64)
		longest[i] = '.';
	SAME_INT(hostname_read((struct span){longest, 253}, &h), HOSTNAME_HOST, "253 octets");
	SAME_INT(hostname_read((struct span){longest, 254}, &h), HOSTNAME_NONE, "254 octets");
	longest[63] = 'a';
	SAME_INT(hostname_read((struct span){longest, 70}, &h), HOSTNAME_TEXT, "a label of 64");
	SAME_INT(hostname_read_as_is(SPAN_LIT("MX.Example.com."), &h), HOSTNAME_HOST, "as it is");
	SAME_STR(h.text, "MX.Example.com.", "with its case and its dot");
	SAME_INT(hostname_read_as_is(SPAN_LIT("."), &h), HOSTNAME_ROOT, "the root as it is");
	SAME_INT(hostname_read_as_is(SPAN_LIT("a b"), &h), HOSTNAME_NONE, "a blank as it is");
	return tap_end();
}
