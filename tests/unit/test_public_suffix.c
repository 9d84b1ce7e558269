/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/public_suffix.h"
#include "tests/tap.h"

static struct public_suffixes *suffixes;

static void
organisation(const char *name, const char *want)
{
	SAME_SPAN(public_suffix_organisation(suffixes, name), span_str(want), name);
}

int
main(void)
{
	suffixes = public_suffixes_open();
	if (!OK(suffixes != NULL, "there is a list"))
		return tap_end();
	organisation("example.com", "example.com");
	organisation("a.b.c.example.com", "example.com");
	organisation("example.co.uk", "example.co.uk");
	organisation("mail.example.co.uk", "example.co.uk");
	organisation("co.uk", NULL);
	organisation("com", NULL);
	organisation("a.b.nosuchtopleveldomain", "b.nosuchtopleveldomain");
	organisation("nosuchtopleveldomain", NULL);
	organisation("www.city.kawasaki.jp", "city.kawasaki.jp");
	organisation("b.kawasaki.jp", NULL);
	organisation("c.a.b.kawasaki.jp", "a.b.kawasaki.jp");
	organisation("_dmarc.example.com", "example.com");
	organisation(".", NULL);
	organisation("", NULL);
	public_suffixes_free(suffixes);
	OK(!public_suffix_organisation(NULL, "example.com").p, "without a list there is none");
	return tap_end();
}
