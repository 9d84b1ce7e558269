/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "io/as_text.h"
#include "tests/tap.h"

static struct arena *a;
static char path[] = P_tmpdir "/test_as_file.XXXXXX";

static void
put(const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

/* The first AS of an address in the table that the file has; 0: none, -1: the file is none. */
static int64_t
find(const char *address)
{
	struct as_table *t = as_table_new();
	const char *error = as_file_read(a, t, path);
	uint32_t as[AS_MAX] = {0};
	struct ip ip;
	size_t n;

	as_table_ready(t);
	n = ip_read(span_str(address), &ip) && !error ? as_table_find(t, &ip, as) : 0;
	as_table_free(t);
	return error ? -1 : n ? (int64_t)as[0] : 0;
}

static void
test_lines(void)
{
	static const struct {
		enum as_text_form form;
		struct span line;
		enum as_text_st st;
		const char *what;
	} rows[] = {
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.0\t192.0.2.255\t64500\tZZ\tname"), AS_TEXT_RANGE,
		"ip2asn"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("3221225984\t3221226239\t64500"), AS_TEXT_RANGE,
		"decimal numbers"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.0\t192.0.2.255\t0\tNone"), AS_TEXT_NONE,
		"not routed"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("# a comment"), AS_TEXT_NONE, "a comment"},
	    {AS_TEXT_IP2ASN, SPAN_LIT(" "), AS_TEXT_NONE, "blanks"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.0\t192.0.2.255"), AS_TEXT_COLUMNS, "two columns"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.9\t192.0.2.1\t5"), AS_TEXT_ADDRESS,
		"the last before the first"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.0\t2001:db8::\t5"), AS_TEXT_ADDRESS, "two families"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.0\t192.0.2.255\tfive"), AS_TEXT_NUMBERS,
		"a word for a number"},
	    {AS_TEXT_IP2ASN, SPAN_LIT("192.0.2.0\t192.0.2.255\t5\0"), AS_TEXT_NUL, "a NUL"},
	    {AS_TEXT_PFX2AS, SPAN_LIT("192.0.2.0 24 64500_64501"), AS_TEXT_RANGE,
		"pfx2as of two origins"},
	    {AS_TEXT_PFX2AS, SPAN_LIT("2001:db8::\t32\t64500"), AS_TEXT_RANGE, "IPv6"},
	    {AS_TEXT_PFX2AS, SPAN_LIT("192.0.2.0 33 64500"), AS_TEXT_ADDRESS, "a prefix too long"},
	};
	struct as_range range;
	uint32_t as[AS_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		SAME_INT(
		    as_text_read(rows[i].form, rows[i].line, &range, as), rows[i].st, rows[i].what);
}

int
main(void)
{
	char longest[100 * 1024];
	gzFile packed;

	a = arena_new();
	if (close(mkstemp(path)))
		abort();
	test_lines();
	put("# routes\n192.0.2.0\t192.0.2.255\t64500\tZZ\tname\n2001:db8::\t2001:db8::ff\t64501");
	SAME_INT(find("192.0.2.7"), 64500, "ip2asn");
	SAME_INT(find("2001:db8::7"), 64501, "its last line without a newline");
	SAME_INT(find("198.51.100.1"), 0, "an address of nobody's");
	put("192.0.2.0\t24\t64502_64500\n192.0.2.128\t25\t64503\n");
	SAME_INT(find("192.0.2.7"), 64500, "pfx2as: the smallest number of several origins");
	SAME_INT(find("192.0.2.200"), 64503, "the smaller prefix");
	put("192.0.2.0\t24\t64500\nwrong\n1.2.3.4\n5\n6\n198.51.100.0\t24\t64501\n");
	SAME_INT(find("198.51.100.1"), 64501, "bad lines are passed over");
	memset(longest, 'x', sizeof longest);
	memcpy(longest, "192.0.2.0\t24\t64500\n", 19);
	memcpy(longest + sizeof longest - 24, "\n198.51.100.0\t24\t64501\n", 24);
	put(longest);
	SAME_INT(find("198.51.100.1"), 64501, "so is a line that is too long");
	put("From: somebody\n");
	SAME_INT(find("192.0.2.7"), -1, "a file that is no table");
	put("");
	SAME_INT(find("192.0.2.7"), 0, "an empty one knows nothing");
	packed = gzopen(path, "w");
	gzputs(packed, "192.0.2.0\t24\t64500\n");
	gzclose(packed);
	SAME_INT(find("192.0.2.7"), 64500, "packed");
	OK(truncate(path, 12) == 0 && find("192.0.2.7") == -1, "cut short");
	unlink(path);
	SAME_INT(find("192.0.2.7"), -1, "no file");
	arena_free(a);
	return tap_end();
}
