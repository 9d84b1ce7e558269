/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/convert.h"

#include "mxinfer/forms.h"
#include "tests/certtext.h"
#include "tests/factlog.h"
#include "tests/tap.h"

enum { MAX_FIELD = 1 << 22 };

#define TOOL "{\"schema\":\"mx-scan/1\",\"tool\":\"emt-mxinfer 0.1\",\"kind\":"
#define ADDRESS(rest) TOOL "\"address\",\"address\":" rest "}\n"
#define DOMAIN(name, rest) TOOL "\"domain\",\"domain\":\"" name "\",\"outcome\":" rest "}\n"
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

/* What comes out for texts of these forms; NULL ends them. */
static struct span
convert(enum convert_to to, bool raw, const struct fact_form *form1, struct span text1,
    const struct fact_form *form2, struct span text2)
{
	struct convert_params params = {.to = to, .raw = raw, .write = take, .bad = take_bad};
	struct facts *f = convert_new(&params);

	buf_clear(&written);
	bad_n = 0;
	form1->read(f, text1, 1, MAX_FIELD);
	if (form2)
		form2->read(f, text2, 1, MAX_FIELD);
	convert_end(f);
	return buf_span(&written);
}

static struct span
convert1(enum convert_to to, const struct fact_form *form, struct span text)
{
	return convert(to, false, form, text, NULL, text);
}

static void
test_to_mx_scan(void)
{
	SAME_SPAN(
	    convert1(CONVERT_MX_SCAN, &form_tsv,
		SPAN_LIT(HEADER "a.com\tmx1\t10\t192.0.2.1\t64496\t{'smtp':{'starttls':{'banner':'"
				"220 \\xe9'}}}\n"
				"a.com\tmx1\t10\t192.0.2.2\t\t\na.com\tmx2\t20\t\t\t\n"
				"b.com\tmx1\t10\t192.0.2.1\t64496\t{'smtp':{'starttls':{'banner':'"
				"220 \\xe9'}}}\n"
				"c.com\tmx1\t10\t192.0.2.1\t\t{'smtp':{'starttls':{'ehlo':'x'}}}\n"
				"d.com\tmx1\t10\t192.0.2.1\t\t\n"
				"e.com\t\t\t\t\t\nf.com\t\t0\t\t\t\nbad\n")),
	    SPAN_LIT(ADDRESS("\"192.0.2.1\",\"variant\":\"1\",\"outcome\":\"ok\",\"as\":[64496],"
			     "\"banner\":\"220 \xc3\xa9\"") DOMAIN("a.com",
		"\"ok\",\"mx\":[{\"name\":\"mx1\",\"preference\":10,\"addresses\":[\"192.0.2.1#1\","
		"\"192.0.2.2\"]},"
		"{\"name\":\"mx2\",\"preference\":20,\"addresses\":[]}]") DOMAIN("b.com",
		"\"ok\",\"mx\":[{\"name\":\"mx1\",\"preference\":10,\"addresses\":[\"192.0.2.1#1\"]"
		"}]") ADDRESS("\"192.0.2.1\",\"variant\":\"2\",\"outcome\":\"ok\",\"ehlo\":\"x\"")
		    DOMAIN("c.com", "\"ok\",\"mx\":[{\"name\":\"mx1\",\"preference\":10,"
				    "\"addresses\":[\"192.0.2.1#2\"]}]") DOMAIN("d.com",
			"\"ok\",\"mx\":[{\"name\":\"mx1\",\"preference\":10,\"addresses\":"
			"[\"192.0.2.1\"]}]") DOMAIN("e.com", "\"nodata\",\"mx\":[]")
			DOMAIN("f.com", "\"ok\",\"mx\":[{\"name\":\".\",\"preference\":0}]")),
	    "the tool's table as mx-scan/1: each scan of an address once");
	SAME_INT(bad_n, 1, "a bad row is told");
	SAME_SPAN(
	    convert(CONVERT_MX_SCAN, false, &form_zdns,
		SPAN_LIT("{\"name\":\"a.com\",\"status\":\"NOERROR\",\"data\":{\"exchanges\":[{"
			 "\"name\":\"mx\",\"preference\":1,"
			 "\"ipv4_addresses\":[\"192.0.2.1\"]}]}}\n{\"name\":\"b.com\",\"status\":"
			 "\"SERVFAIL\"}\n"),
		&form_zgrab2,
		SPAN_LIT("{\"ip\":\"192.0.2.1\",\"data\":{\"x\":{\"protocol\":\"smtp\",\"result\":{"
			 "\"banner\":\"b\",\"tls\":{\"handshake_log\":"
			 "{\"server_certificates\":{\"certificate\":{\"raw\":\"" CERT_NAMES
			 "\"},\"validation\":{\"browser_trusted\":true}}}}}}}}\n"
			 "{\"ip\":\"192.0.2.2\",\"data\":{\"x\":{\"protocol\":\"smtp\"}}}\n")),
	    SPAN_LIT(DOMAIN("a.com",
		"\"ok\",\"mx\":[{\"name\":\"mx\",\"preference\":1,\"addresses\":[\"192.0.2.1\"]}]")
		    DOMAIN("b.com", "\"unknown\",\"mx\":[]")
			ADDRESS("\"192.0.2.1\",\"outcome\":\"ok\",\"banner\":\"b\",\"trusted\":"
				"true,\"certificate\":{\"names\":"
				"[\"mx.example.com\",\"mx.example.com\",\"*.example.net\"]}")
			    ADDRESS("\"192.0.2.2\",\"outcome\":\"unknown\"")),
	    "zdns and zgrab2");
	SAME_SPAN(
	    convert(CONVERT_MX_SCAN, false, &form_pfx2as, SPAN_LIT("192.0.2.0\t24\t7\n"), &form_tsv,
		SPAN_LIT("a.com\tmx\t1\t192.0.2.1\t5\t\nb.com\tmx\t1\t192.0.2.1\t\t\nc."
			 "com\tmx\t1\t192.0.2.1\t\t\n")),
	    SPAN_LIT(ADDRESS("\"192.0.2.1\",\"variant\":\"1\",\"outcome\":\"unknown\",\"as\":[5,7]")
		    DOMAIN("a.com", "\"ok\",\"mx\":[{\"name\":\"mx\",\"preference\":1,"
				    "\"addresses\":[\"192.0.2.1#1\"]}]")
			ADDRESS("\"192.0.2.1\",\"outcome\":\"unknown\",\"as\":[7]")
			    DOMAIN("b.com", "\"ok\",\"mx\":[{\"name\":\"mx\",\"preference\":1,"
					    "\"addresses\":[\"192.0.2.1\"]}]")
				DOMAIN("c.com", "\"ok\",\"mx\":[{\"name\":\"mx\",\"preference\":1,"
						"\"addresses\":[\"192.0.2.1\"]}]")),
	    "an AS table that came before");
}

static void
test_to_tsv(void)
{
	SAME_SPAN(
	    convert1(CONVERT_TSV, &form_mx_scan,
		SPAN_LIT(DOMAIN("a.com",
		    "\"ok\",\"mx\":[{\"name\":\"mx\",\"preference\":1,\"addresses\":[\"192.0.2.1\","
		    "\"192.0.2.1#v\","
		    "\"192.0.2.9\"]}]") DOMAIN("b.com", "\"nodata\",\"mx\":[]") DOMAIN("c.com",
		    "\"ok\",\"mx\":[{\"name\":\".\",\"preference\":0}]") DOMAIN("d.com",
		    "\"nodata\",\"mx\":[{\"name\":\"d.com\",\"preference\":0,\"implicit\":true,"
		    "\"addresses\":[\"192.0.2.1\"]}]")
			ADDRESS("\"192.0.2.1\",\"outcome\":\"ok\",\"as\":[2,1],\"banner\":\"it's "
				"\\\"x\\\"\\r\\n\"")
			    ADDRESS("\"192.0.2.1\",\"variant\":\"v\",\"outcome\":\"ok\","
				    "\"trusted\":true,\"certificate\":{\"names\":[\"a.com\"]}"))),
	    SPAN_LIT(HEADER "a.com\tmx\t1\t192.0.2.1\t{1,2}\t\"{'smtp': {'starttls': {'banner': "
			    "'it\\'s \"\"x\"\"\\x0d\\x0a'}}}\"\n"
			    "a.com\tmx\t1\t192.0.2.1\t\t{'smtp': {'starttls': {'tls': "
			    "{'certificate': {'parsed': {'names': ['a.com']}}, "
			    "'validation': {'browser_trusted': True}}}, 'x509_msg': ''}}\n"
			    "a.com\tmx\t1\t192.0.2.9\t\t\nb.com\t\t\t\t\t\nc.com\t.\t0\t\t\t\nd."
			    "com\t\t\t\t\t\n"),
	    "mx-scan/1 as the tool's table: what belongs to an address goes to each of its rows");
	SAME_SPAN(convert1(CONVERT_TSV, &form_zgrab2,
		      SPAN_LIT("{\"name\":\"a.com\",\"data\":{\"exchanges\":[{\"name\":\"mx\","
			       "\"preference\":1,\"ipv4_addresses\":[\"192.0.2.1\"]}]}}\n"
			       "{\"ip\":\"192.0.2.1\",\"data\":{\"x\":{\"protocol\":\"smtp\","
			       "\"result\":{\"banner\":\"1\"}},"
			       "\"y\":{\"protocol\":\"smtp\",\"result\":{\"banner\":\"2\"}}}}\n")),
	    SPAN_LIT(HEADER "a.com\tmx\t1\t192.0.2.1\t\t{'smtp': {'starttls': {'banner': '2'}}}\n"
			    "a.com\tmx\t1\t192.0.2.1\t\t{'smtp': {'starttls': {'banner': '1'}}}\n"),
	    "two scans of one address are two rows");
}

/* A certificate in each form, there and back. */
static void
test_raw(void)
{
	static const struct span table = SPAN_LIT(
	    HEADER "a.com\tmx\t1\t192.0.2.1\t64496\t{'smtp': {'starttls': {'banner': 'b', 'ehlo': "
		   "'e', 'tls': {'certificate': {'raw': '" CERT_PEM(CERT_NAMES,
		       "\\x0a") "', 'parsed': {'names': ['a.com', '*.b.com']}}, 'validation': "
				"{'browser_trusted': False}}}, 'x509_msg': ''}}\n");
	struct buf scan;
	struct span out;

	buf_init(&scan, 1 << 20);
	buf_put(&scan, convert(CONVERT_MX_SCAN, true, &form_tsv, table, NULL, table));
	SAME_SPAN(convert1(CONVERT_TSV, &form_mx_scan, buf_span(&scan)), table,
	    "from the table to mx-scan/1 and back, its PEM kept");
	SAME_SPAN(convert1(CONVERT_TSV, &form_tsv, table), table, "from the table to itself");
	out = convert1(CONVERT_TSV, &form_mx_scan,
	    SPAN_LIT(ADDRESS(
		"\"192.0.2.1\",\"certificate\":{\"names\":[\"x\"],\"raw\":\"" CERT_NAMES "\"}")
		    DOMAIN("a.com", "\"ok\",\"mx\":[{\"name\":\"mx\",\"preference\":1,"
				    "\"addresses\":[\"192.0.2.1\"]}]")));
	OK(memmem(out.p, out.n, "'raw': '-----BEGIN CERTIFICATE-----\\x0aMIIBu", 43),
	    "base64 becomes PEM");
	buf_free(&scan);
}

/* Odd names and texts of all octets go there and back. */
static void
test_odd(void)
{
	static const struct span table =
	    SPAN_LIT(HEADER "\"a\tb\"\t\"m\"\"x\"\t1\t2001:db8::1\t\t{'smtp': {'starttls': "
			    "{'banner': '\\x00\\x07 \\x7f\\xff\\u20ac\\U0001f600\\\\ \\''}}}\n"
			    "\"c\nd\"\tmx\t65535\t\t\t\n");
	struct buf scan;

	buf_init(&scan, 1 << 20);
	buf_put(&scan, convert1(CONVERT_MX_SCAN, &form_tsv, table));
	SAME_SPAN(
	    convert1(CONVERT_TSV, &form_mx_scan, buf_span(&scan)), table, "odd octets come back");
	buf_free(&scan);
}

static void
test_many(void)
{
	struct buf table, first;

	buf_init(&table, 1 << 24);
	buf_init(&first, 1 << 24);
	buf_puts(&table, HEADER);
	for (int i = 0; i < 30000; i++)
		buf_printf(&table,
		    "d%d.com\tmx%d.com\t%d\t10.0.%d.%d\t%d\t{'smtp': {'starttls': {'banner': "
		    "'%d'}}}\n",
		    i, i % 700, i % 3, i % 50, i % 200, 1 + i % 11, i % 13);
	buf_put(&first, convert1(CONVERT_MX_SCAN, &form_tsv, buf_span(&table)));
	OK(first.n > 1 << 20, "more than is written at once");
	OK(span_eq(convert1(CONVERT_TSV, &form_mx_scan, buf_span(&first)), buf_span(&table)),
	    "30,000 domains, there and back");
	buf_free(&table);
	buf_free(&first);
}

int
main(void)
{
	buf_init(&written, 1 << 26);
	test_to_mx_scan();
	test_to_tsv();
	test_raw();
	test_odd();
	test_many();
	buf_free(&written);
	return tap_end();
}
