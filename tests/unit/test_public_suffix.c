/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/public_suffix.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/tap.h"

static struct public_suffixes *suffixes;

static void
organisation(const char *name, const char *want)
{
	SAME_SPAN(public_suffix_organisation(suffixes, name), span_str(want), name);
}

static void
registered(const char *name, const char *want)
{
	SAME_SPAN(public_suffix_registered(suffixes, name), span_str(want), name);
}

static void
test_registered(void)
{
	registered("example.com", "example.com");
	registered("a.b.example.co.uk", "example.co.uk");
	registered("co.uk", NULL);
	registered("x.blogspot.com", "x.blogspot.com");
	registered("blogspot.com", NULL);
	registered("mail.local", NULL);
	registered("localhost", NULL);
	registered("192.0.2.1", NULL);
	registered("", NULL);
	registered(".", NULL);
	registered("a..com", NULL);
	registered("c.www.ck", "www.ck");
	registered("c.a.b.ck", "a.b.ck");
	registered("www.city.kawasaki.jp", "city.kawasaki.jp");
	registered("b.kawasaki.jp", NULL);
	registered("kawasaki.jp", "kawasaki.jp");
}

static void
test_file(void)
{
	char name[] = "test_psl.XXXXXX",
	     text[] = "// VERSION: 2024-06-08_09-07-29_UTC\ncom\nexample.com\n";
	int fd = mkstemp(name);
	struct public_suffixes *own;

	if (!OK(fd >= 0 && write(fd, text, sizeof text - 1) > 0, "a list of our own"))
		return;
	own = public_suffixes_open_file(name);
	SAME_SPAN(public_suffix_registered(own, "a.b.example.com"), SPAN_LIT("b.example.com"),
	    "its rules count");
	OK(!public_suffix_registered(own, "a.example.org").p, "those of others do not");
	SAME_INT(public_suffixes_time_utc(own), 1717837649, "its VERSION is its time");
	public_suffixes_free(own);
	OK(ftruncate(fd, 0) == 0 && !public_suffixes_open_file(name), "an empty file is no list");
	OK(!public_suffixes_open_file("/nonexistent/list"), "nor is one that is not there");
	close(fd);
	unlink(name);
}

int
main(void)
{
	int64_t time_utc;

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
	test_registered();
	OK(public_suffixes_time_utc(suffixes) > 1262304000, "the list has a date");
	time_utc = public_suffixes_time_utc(suffixes);
	public_suffixes_free(suffixes);
	suffixes = public_suffixes_open_fast();
	test_registered();
	SAME_INT(
	    public_suffixes_time_utc(suffixes) / 86400, time_utc / 86400, "the same list, faster");
	public_suffixes_free(suffixes);
	test_file();
	OK(!public_suffix_organisation(NULL, "example.com").p, "without a list there is none");
	return tap_end();
}
