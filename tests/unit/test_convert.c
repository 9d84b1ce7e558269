/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversions: tests/golden/convert/NAME.FORM becomes NAME.FORM.to-mx-scan and NAME.FORM.to-tsv;
 * and there and back. */
#include "mxinfer/convert.h"

#include "mxinfer/forms.h"
#include "tests/certtext.h"
#include "tests/factlog.h"
#include "tests/tap.h"

enum { MAX_FIELD = 1 << 22, FILE_MAX = 1 << 16 };

#define HEADER "domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\n"

static struct buf written;
static unsigned bad_n;

static void
take(void *state, struct span text)
{
	(void)state;
	buf_put(&written, text);
}

static void
take_bad(void *state, uint64_t line, enum fact_bad cause, struct span what)
{
	(void)state;
	(void)line;
	(void)cause;
	(void)what;
	bad_n++;
}

static struct facts *
begin(enum convert_to to, bool raw)
{
	struct convert_params params = {.to = to, .raw = raw, .write = take, .bad = take_bad};

	buf_clear(&written);
	bad_n = 0;
	return convert_new(&params);
}

static struct span
convert(enum convert_to to, const struct fact_form *form, struct span text)
{
	struct facts *f = begin(to, true);

	form->read(f, text, 1, MAX_FIELD);
	convert_end(f);
	return buf_span(&written);
}

static struct span
read_file(const char *name, char *text)
{
	char path[200];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "tests/golden/convert/%s", name);
	f = fopen(path, "re");
	n = f ? fread(text, 1, FILE_MAX, f) : 0;
	if (f)
		fclose(f);
	return (struct span){text, n};
}

static void
test_golden(const char *name, const struct fact_form *form, unsigned bad)
{
	static char text[FILE_MAX], want[FILE_MAX];
	struct span in = read_file(name, text);
	char path[200];

	snprintf(path, sizeof path, "%s.to-mx-scan", name);
	SAME_SPAN(convert(CONVERT_MX_SCAN, form, in), read_file(path, want), path);
	SAME_INT(bad_n, bad, "what is bad is told");
	snprintf(path, sizeof path, "%s.to-tsv", name);
	SAME_SPAN(convert(CONVERT_TSV, form, in), read_file(path, want), path);
}

/* An AS table that came before tells of each address once, beside what its rows tell. */
static void
test_table(void)
{
	struct facts *f = begin(CONVERT_MX_SCAN, false);
	struct factlog l;

	form_pfx2as.read(f, SPAN_LIT("192.0.2.0\t24\t7\n"), 1, MAX_FIELD);
	form_tsv.read(f,
	    SPAN_LIT("a.com\tmx\t1\t192.0.2.1\t5\t\nb.com\tmx\t1\t192.0.2.1\t\t\n"
		     "c.com\tmx\t1\t192.0.2.1\t\t\n"),
	    1, MAX_FIELD);
	form_pfx2as.read(f, SPAN_LIT("0.0.0.0\t0\t9\n"), 1, MAX_FIELD);
	convert_end(f);
	factlog_init(&l);
	SAME_SPAN(factlog_read(&l, &form_mx_scan, buf_span(&written), MAX_FIELD),
	    SPAN_LIT(
		"address 1 192.0.2.1#1 as 5,7\nmx 2 a.com mx 1 192.0.2.1#1\n"
		"address 3 192.0.2.1 as 7\nmx 4 b.com mx 1 192.0.2.1\nmx 5 c.com mx 1 192.0.2.1\n"),
	    "AS numbers of a table");
	factlog_free(&l);
	f = begin(CONVERT_TSV, false);
	form_pfx2as.read(f, SPAN_LIT("192.0.2.0\t24\t7\n"), 1, MAX_FIELD);
	form_tsv.read(f, SPAN_LIT("a.com\tmx\t1\t192.0.2.1\t5\t\n"), 1, MAX_FIELD);
	OK(convert_add_mmdb(f, "/nonexistent.mmdb") != NULL, "a database that is not there");
	convert_end(f);
	SAME_SPAN(buf_span(&written), SPAN_LIT(HEADER "a.com\tmx\t1\t192.0.2.1\t{5,7}\t\n"),
	    "AS numbers of a table, in the tool's");
}

static void
test_there_and_back(struct span table, const char *name)
{
	struct buf scan;

	buf_init(&scan, 1 << 24);
	buf_put(&scan, convert(CONVERT_MX_SCAN, &form_tsv, table));
	OK(span_eq(convert(CONVERT_TSV, &form_mx_scan, buf_span(&scan)), table), name);
	OK(span_eq(convert(CONVERT_TSV, &form_tsv, table), table), "and straight");
	buf_free(&scan);
}

static void
test_tables(void)
{
	struct buf table;

	test_there_and_back(
	    SPAN_LIT(HEADER "a.com\tmx\t1\t192.0.2.1\t64496\t{'smtp': {'starttls': {'banner': 'b', "
			    "'ehlo': 'e', 'tls': {'certificate': {'raw': '" CERT_PEM(CERT_NAMES,
				"\\x0a") "', 'parsed': {'names': ['a.com', '*.b.com']}}, "
					 "'validation': {'browser_trusted': False}}}, 'x509_msg': "
					 "''}}\n"),
	    "a certificate, its PEM kept");
	test_there_and_back(
	    SPAN_LIT(
		HEADER "\"a\tb\"\t\"m\"\"x\"\t1\t2001:db8::1\t\t{'smtp': {'starttls': {'banner': "
		       "'\\x00\\x07 \\x7f\\xff\\u20ac\\U0001f600\\\\ \\''}}}\n"
		       "\"c\td\"\tmx\t65535\t\t\t\n"),
	    "odd octets");
	buf_init(&table, 1 << 24);
	buf_puts(&table, HEADER);
	for (int i = 0; i < 30000; i++)
		buf_printf(&table,
		    "d%d.com\tmx%d.com\t%d\t10.0.%d.%d\t%d\t{'smtp': {'starttls': {'banner': "
		    "'%d'}}}\n",
		    i, i % 700, i % 3, i % 50, i % 200, 1 + i % 11, i % 13);
	test_there_and_back(buf_span(&table), "30,000 domains, more than is written at once");
	buf_free(&table);
}

/* The Python tool wants PEM; zgrab2 has the octets in base64. */
static void
test_pem(void)
{
	struct facts *f = begin(CONVERT_TSV, false);
	struct fact_cert cert = {.raw = SPAN_LIT(CERT_NAMES)};
	struct fact_host host = {.cert = 1};
	struct fact_mx mx = {.domain = SPAN_LIT("a.com"), .mx = SPAN_LIT("mx")};

	f->cert(f, (struct span){NULL, 0}, 0, &cert);
	mx.host = f->host(f, (struct span){NULL, 0}, 0, &host);
	f->mx(f, &mx);
	convert_end(f);
	OK(memmem(written.p, written.n, "'raw': '-----BEGIN CERTIFICATE-----\\x0aMIIBu", 43),
	    "base64 becomes PEM");
	OK(memmem(written.p, written.n, "\\x0a-----END CERTIFICATE-----\\x0a'", 33), "to its end");
}

int
main(void)
{
	buf_init(&written, 1 << 26);
	test_golden("table.tsv", &form_tsv, 1);
	test_golden("joined.mx-scan", &form_mx_scan, 0);
	test_golden("scan.mx-scan", &form_mx_scan, 0);
	test_table();
	test_tables();
	test_pem();
	buf_free(&written);
	return tap_end();
}
