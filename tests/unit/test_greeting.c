/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/greeting.h"
#include "tests/tap.h"

static const char *
join(const struct greeting *g)
{
	static char text[600];

	snprintf(text, sizeof text, "%s%s%s", g->n ? g->names[0].text : "", g->n > 1 ? " " : "",
	    g->n > 1 ? g->names[1].text : "");
	return text;
}

/* The names that `text` may give, and what --compat takes. */
static void
both(struct span text, const char *want, const char *want_compat)
{
	struct greeting g;

	greeting_read(text, &g);
	SAME_STR(join(&g), want, want);
	greeting_read_compat(text, &g);
	SAME_STR(join(&g), want_compat, "--compat");
}

static void
one(const char *text, const char *want)
{
	both(span_str(text), want, want);
}

int
main(void)
{
	one("220 mx.example.com ESMTP Postfix", "mx.example.com");
	one("220-mx.example.com ESMTP\r\n220 second.example.org ESMTP\r\n", "mx.example.com");
	one("250-mx.example.com Hello [192.0.2.1]\r\n250 SIZE", "mx.example.com");
	one("554 mx.example.com ESMTP not accepting", "mx.example.com");
	one("421 mx.example.com: too busy", "mx.example.com");
	one("220 MX.Example.COM, at your service", "mx.example.com");
	one("\r\n  .,;! \r\n220 late.example.com hi", "late.example.com");
	one("220 ESMTP at mx.example.com", "mx.example.com");
	one("220 welcome to mx.example.com .", "mx.example.com");
	one("Hello from mx.example.com", "mx.example.com");
	one("mx.example.com", "mx.example.com");
	one("220 203.0.113.5 ESMTP", "");
	one("220 localhost ESMTP", "");
	one("220 mx.example.c ESMTP", "");
	one("220 -x_1.example.com hi", "-x_1.example.com");
	one("220", "");
	one("22", "");
	one("", "");
	one("2x0 mx.example.com hi", "");
	one("220*mx.example.com hi", "");
	one("220 *.example.com hi", "");
	one("220 a..example.com hi", "");
	one("554 see http://www.spamhaus.org/query", "");
	one("554 blocked by zen.spamhaus.org", "");
	one("554 dynamic.trustedsource.org and cbl.abuseat.org", "");
	one("220 eecs.umich.edu hi", "");
	one("220 bosimpinc14 bizsmtp ready", "eigbox.net");
	one("220-bosimpinc14.bizsmtp ready", "eigbox.net");
	/* What the Python tool gets wrong. */
	both(SPAN_LIT("220  mx.example.com hi"), "mx.example.com", "");
	both(SPAN_LIT("220\tmx.example.com hi"), "mx.example.com", "");
	both(SPAN_LIT("mx.example.com."), "mx.example.com", "");
	both(SPAN_LIT("220 mail.local mx.example.com"), "mail.local mx.example.com", "mail.local");
	both(SPAN_LIT("220 mx.example.xn--p1ai hi"), "mx.example.xn--p1ai", "");
	/* Octets that are no text do no harm. */
	both(SPAN_LIT("220 mx.example.com \xff\xfe\0 hi"), "mx.example.com", "mx.example.com");
	both(SPAN_LIT("220 m\xff.example.com hi"), "", "");
	both(SPAN_LIT("220 mx.b\xc3\xbc"
		      "cher.example hi"),
	    "", "");
	both(SPAN_LIT("220-\tmx.example.com hi"), "mx.example.com", "");
	both(SPAN_LIT("220 x mx.example.com\vmx.example.com"), "mx.example.com", "");
	both(SPAN_LIT("\0\0\0"), "", "");
	both((struct span){NULL, 0}, "", "");
	return tap_end();
}
