/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the golden pairs of test_forms.c do not show of zdns, zgrab2 and mx-scan/1. */
#include "mxinfer/forms.h"

#include "tests/factlog.h"
#include "tests/tap.h"

enum { MAX_FIELD = 1 << 20 };

static struct factlog f;

#define NO_MX \
	"{\"schema\":\"mx-scan/" \
	"1\",\"kind\":\"domain\",\"domain\":\"a.com\",\"outcome\":\"nodata\"}\n"
#define ADDRESS(rest) \
	"{\"schema\":\"mx-scan/1\",\"kind\":\"address\",\"address\":\"192.0.2.1\"," rest "}\n"

/* A certificate that is met again is not read again. */
static void
test_memory(void)
{
	factlog_read(&f, &form_mx_scan,
	    SPAN_LIT(ADDRESS("\"certificate\":{\"names\":[\"a.com\"]}")
		    ADDRESS("\"banner\":\"x\",\"certificate\":{\"names\":[\"a.com\"]}")),
	    MAX_FIELD);
	SAME_INT(f.certs.made, 1, "one certificate");
	SAME_INT(f.hosts.made, 2, "two hosts");
}

static void
test_bounds(void)
{
	struct buf text;
	uint64_t lines;

	buf_init(&text, 1 << 22);
	buf_puts(&text, "{\"name\":\"deep.com\",\"data\":");
	for (int i = 0; i < 10000; i++)
		buf_putc(&text, '[');
	buf_puts(&text, "\n" NO_MX);
	factlog_read(&f, &form_zdns, buf_span(&text), MAX_FIELD);
	SAME_INT(f.counts[FACT_BAD_DEPTH], 1, "nested too deeply");
	SAME_INT(f.facts_n, 1, "the next record is read");
	factlog_read(&f, &form_zdns, buf_span(&text), 2000);
	SAME_INT(f.counts[FACT_BAD_SIZE], 1, "a record over --max-field");
	SAME_INT(f.facts_n, 1, "the next one is read");
	factlog_free(&f);
	factlog_init(&f);
	lines = form_mx_scan.read(&f.facts, SPAN_LIT("\n\n" NO_MX "x"), 10, MAX_FIELD);
	SAME_INT(lines, 4, "lines are counted, the last one without its end too");
	SAME_SPAN(buf_span(&f.out), SPAN_LIT("domain 12 a.com no-mx\nbad 13 record x\n"),
	    "from the number given");
	buf_free(&text);
}

int
main(void)
{
	factlog_init(&f);
	test_memory();
	test_bounds();
	factlog_free(&f);
	return tap_end();
}
