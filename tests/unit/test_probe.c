/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "mail/probe.h"

#define TOKEN "abcdefghijklmnopqrstuvwx27"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWX27"

static struct arena *arena;

static void
is(const char *address, const char *domain, const char *token, const char *testcase)
{
	struct probe p = probe_of_address(arena, span_str(address), span_str(domain));

	OK((p.token.p != NULL) == (token != NULL) && (p.testcase.p != NULL) == (testcase != NULL),
	    address);
	if (token)
		SAME_SPAN(p.token, span_str(token), "token");
	if (testcase)
		SAME_SPAN(p.testcase, span_str(testcase), "test case");
}

int
main(void)
{
	arena = arena_new();
	is("m@" TOKEN ".v4-mail.example.com", "example.com", TOKEN, "v4-mail");
	is("m@" UPPER ".V4-Mail.V6only.eXample.com.", "Example.Com.", TOKEN, "v4-mail.v6only");
	is("m+" UPPER "@v4-mail.example.com", "example.com", TOKEN, "v4-mail");
	is("m@v4-mail.example.com", "example.com", NULL, "v4-mail");
	is("m@v4-mail.example.com", NULL, NULL, NULL);
	is("m@" TOKEN ".v4-mail.example.com", NULL, TOKEN, NULL);
	is("m@" TOKEN ".example.com", "example.com", TOKEN, NULL);
	is("m@example.com", "example.com", NULL, NULL);
	is("m@v4-mailexample.com", "example.com", NULL, NULL);
	is("m@.example.com", "example.com", NULL, NULL);
	is("m@x.example.net", "example.com", NULL, NULL);
	is("m@a" TOKEN ".x.example.com", "example.com", NULL, "a" TOKEN ".x");
	is("m+a" TOKEN "@x.example.com", "example.com", NULL, "x");
	is("m+abcdefghijklmnopqrstuvwx21@x.example.com", "example.com", NULL, "x");
	is("m+abcdefghijklmnopqrstuvw-27@x.example.com", "example.com", NULL, "x");
	is("\"m@" TOKEN ".y.example.com\"@x.example.com", "example.com", NULL, "x");
	is("", "example.com", NULL, NULL);
	is("@", "example.com", NULL, NULL);
	is("m", "example.com", NULL, NULL);
	is("m+" TOKEN, "example.com", TOKEN, NULL);
	arena_free(arena);
	return tap_end();
}
