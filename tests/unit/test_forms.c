/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which form a file has, told by its content; and golden pairs: tests/golden/forms/NAME.FORM is
 * read as that form (the JSON ones as any of them) to the facts of NAME.FORM.facts
 * (tests/factlog.h). */
#include "mxinfer/forms.h"

#include <dirent.h>

#include "tests/factlog.h"
#include "tests/tap.h"

static const struct {
	const char *form; /* "": none */
	struct span start;
} rows[] = {
    {"tsv", SPAN_LIT("domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\n")},
    {"tsv", SPAN_LIT("domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\tip_scan_"
		     "debug_message\r\n")},
    {"tsv", SPAN_LIT("\xef\xbb\xbf"
		     "domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\n")},
    {"tsv", SPAN_LIT("\"domain_name\"\t\"mx\"\t\"mx_pref\"\t\"ip_of_mx\"\t\"asn_of_ip\"\t\"dict_"
		     "scanning_data\"\n")},
    {"tsv", SPAN_LIT("a.com\tmx.a.com\t10\t192.0.2.1\t64496\t{'smtp': {'starttls': {}}}\n")},
    {"tsv", SPAN_LIT("a.com\t\t\t\t\t\n")},
    {"tsv",
	SPAN_LIT("a.com\tmx.a.com\t10\t192.0.2.1\t64496\t{'smtp': {'starttls': {'banner': 'cut")},
    {"", SPAN_LIT("a.com\tmx.a.com\t10\t192.0.2.1\t64496\n")},
    {"", SPAN_LIT("a.com\tmx.a.com\t10\tno address\t64496\t\n")},
    {"zdns", SPAN_LIT("{\"name\":\"a.com\",\"results\":{\"MXLOOKUP\":{\"data\":{}}}}\n")},
    {"zdns",
	SPAN_LIT("{\"data\":{\"exchanges\":null},\"name\":\"a.com\",\"status\":\"NOERROR\"}\n")},
    {"zdns",
	SPAN_LIT("{\"name\":\"a.com\",\"results\":{\"MXLOOKUP\":{\"data\":{\"exchanges\":[{\"na")},
    {"zgrab2", SPAN_LIT("{\"ip\":\"192.0.2.1\",\"data\":{\"smtp\":{\"protocol\":\"smtp\"}}}\n")},
    {"zgrab2", SPAN_LIT("{\"domain\":\"a.com\",\"data\":{\"smtp\":{\"protocol\":\"smtp\"}}}\n")},
    {"zgrab2", SPAN_LIT("{\"ip\":\"192.0.2.1\",\"data\":{\"smtp\":{\"status\":\"succ")},
    {"mx-scan", SPAN_LIT("{\"schema\":\"mx-scan/1\",\"tool\":\"x\",\"kind\":\"domain\"}\n")},
    {"mx-scan", SPAN_LIT("{\"kind\":\"domain\",\"schema\": \"mx-scan/1\"}\n")},
    {"mx-scan", SPAN_LIT("{\"schema\":\"mx-scan/1\",\"tool\":\"x\",\"ki")},
    {"zdns", SPAN_LIT("\n{\"a\":1}\n{\"name\":\"a.com\",\"status\":\"NOERROR\"}\n")},
    {"mx-scan", SPAN_LIT("{\"schema\":\"session/1\"}\n")}, /* and skips them as another kind */
    {"ip2asn", SPAN_LIT("1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n")},
    {"ip2asn", SPAN_LIT("0.0.0.0\t0.255.255.255\t0\tNone\tNot routed\n")},
    {"ip2asn", SPAN_LIT("2001::\t2001:0:ffff:ffff:ffff:ffff:ffff:ffff\t6939\tUS\tX\n")},
    {"ip2asn", SPAN_LIT("16777216\t16777471\t13335\tUS\tX\n")},
    {"pfx2as", SPAN_LIT("1.0.0.0\t24\t13335\n")},
    {"pfx2as", SPAN_LIT("0.0.0.0\t8\t1_2\n")},
    {"pfx2as", SPAN_LIT("# a comment\n2001:db8::\t32\t1,2\n")},
    {"", SPAN_LIT("")},
    {"", SPAN_LIT("\n")},
    {"", SPAN_LIT("hello\n")},
    {"", SPAN_LIT("a,b,c,d,e,f\n")},
    {"", SPAN_LIT("\0\0\0\0")},
    {"", SPAN_LIT("[1,2]\n")},
};

static const char *
form_of(struct span start)
{
	for (size_t i = 0; i < fact_forms_n; i++)
		if (fact_forms[i]->detect(start))
			return fact_forms[i]->name;
	return "";
}

static void
test_whole_lines(void)
{
	static const struct span text = SPAN_LIT("ab\ncd\ne");

	SAME_INT(forms_whole_lines(text, 0, 1, false), 6, "whole lines");
	SAME_INT(forms_whole_lines(text, 0, 1, true), 7, "the end ends a line");
	SAME_INT(forms_whole_lines((struct span){text.p, 2}, 0, 1, false), 0, "none");
	SAME_INT(forms_whole_lines((struct span){text.p, 3}, 2, 1, false), 3, "then there is");
	SAME_INT(forms_whole_lines((struct span){text.p, 0}, 0, 1, false), 0, "nothing");
}

static struct buf
read_file(const char *name)
{
	char path[300];
	struct buf text;
	FILE *f;
	char *room;

	buf_init(&text, 1 << 20);
	snprintf(path, sizeof path, "tests/golden/forms/%s", name);
	f = fopen(path, "re");
	room = buf_room(&text, 1 << 16);
	if (!f || !room)
		abort();
	buf_added(&text, fread(room, 1, 1 << 16, f));
	fclose(f);
	return text;
}

static const struct fact_form *
form_called(const char *name)
{
	for (size_t i = 0; i < fact_forms_n; i++)
		if (!strcmp(fact_forms[i]->name, name))
			return fact_forms[i];
	return NULL;
}

static void
test_pair(struct factlog *f, const char *name)
{
	const struct fact_form *form = form_called(strrchr(name, '.') + 1);
	struct buf text, facts;
	char expected[300];

	snprintf(expected, sizeof expected, "%s.facts", name);
	text = read_file(name);
	facts = read_file(expected);
	if (OK(form != NULL, name))
		SAME_SPAN(factlog_read(f, form, buf_span(&text), 1 << 20), buf_span(&facts), name);
	buf_free(&text);
	buf_free(&facts);
}

static void
test_golden(void)
{
	struct dirent **entries;
	struct factlog f;
	int n = scandir("tests/golden/forms", &entries, NULL, alphasort);

	OK(n > 100, "there are golden pairs");
	factlog_init(&f);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (name[0] != '.' && !span_ends(span_str(name), SPAN_LIT(".facts")))
			test_pair(&f, name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	factlog_free(&f);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char name[40];

		snprintf(name, sizeof name, "row %zu is %s", i, rows[i].form);
		SAME_STR(form_of(rows[i].start), rows[i].form, name);
	}
	test_whole_lines();
	test_golden();
	return tap_end();
}
