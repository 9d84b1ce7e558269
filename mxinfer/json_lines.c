/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/json_lines.h"

#include "mxinfer/forms.h"

/* How all records of ours begin when we wrote them; others may put their members in any order. */
#define MX_SCAN_START "{\"schema\":\"mx-scan/1\","

/* Gathers the members of an object, as far as it goes. */
static enum value_why
gather(struct span text, struct buf *scratch, struct json_record *record)
{
	const struct {
		struct span key;
		struct span *value;
	} wanted[] = {
	    {SPAN_LIT("schema"), &record->schema},
	    {SPAN_LIT("name"), &record->name},
	    {SPAN_LIT("status"), &record->status},
	    {SPAN_LIT("data"), &record->data},
	    {SPAN_LIT("results"), &record->results},
	    {SPAN_LIT("ip"), &record->ip},
	    {SPAN_LIT("domain"), &record->domain},
	};
	struct span key;
	struct value v;

	*record = (struct json_record){.schema = {NULL, 0}};
	value_init(&v, VALUE_JSON, text, scratch);
	if (value_kind(&v) != VALUE_OBJECT)
		value_fail(&v);
	else
		value_enter(&v);
	while (value_member(&v, &key)) {
		const char *start = v.p;
		struct span value = value_skip(&v);

		if (v.why)
			value = (struct span){start, 0}; /* it is there, and cut off */
		for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
			if (span_eq(key, wanted[i].key))
				*wanted[i].value = value;
	}
	if (!v.why && !value_done(&v))
		value_fail(&v);
	return v.why;
}

static enum json_kind
kind_of(const struct json_record *record)
{
	if (span_eq(record->schema, SPAN_LIT("\"mx-scan/1\"")))
		return JSON_MX_SCAN;
	if (record->schema.p)
		return JSON_OTHER;
	if (record->data.p && (record->ip.p || record->domain.p))
		return JSON_ZGRAB2;
	if (record->name.p && (record->results.p || record->data.p || record->status.p))
		return JSON_ZDNS;
	return JSON_OTHER;
}

enum json_kind
json_lines_kind(struct span text)
{
	enum json_kind kind = JSON_BROKEN;
	struct json_record record;
	struct buf scratch;

	buf_init(&scratch, text.n + 1);
	while (text.p && (kind == JSON_BROKEN || kind == JSON_OTHER)) {
		struct span line = span_cut(&text, '\n');

		buf_clear(&scratch);
		/* A line that is cut off may tell enough all the same. */
		if (gather(line, &scratch, &record) == VALUE_FINE)
			kind = kind_of(&record);
		else if (kind == JSON_BROKEN && kind_of(&record) != JSON_OTHER)
			kind = kind_of(&record);
	}
	buf_free(&scratch);
	return kind;
}

static void
read_record(struct reader *r, struct span line)
{
	struct json_record record;
	enum value_why why;

	if (span_starts(line, SPAN_LIT(MX_SCAN_START))) {
		mx_scan_read(r, line);
		return;
	}
	why = gather(line, &r->scratch, &record);
	if (why != VALUE_FINE) {
		reader_bad(r, why == VALUE_DEEP ? FACT_BAD_DEPTH : FACT_BAD_RECORD, line);
		return;
	}
	switch (kind_of(&record)) {
	case JSON_MX_SCAN: mx_scan_read(r, line); return;
	case JSON_ZDNS: zdns_read(r, line, &record); return;
	case JSON_ZGRAB2: zgrab2_read(r, line, &record); return;
	case JSON_OTHER:
	case JSON_BROKEN: reader_bad(r, FACT_OTHER_KIND, line); return;
	}
}

uint64_t
json_lines_read(struct facts *f, struct span records, uint64_t line, size_t max_field)
{
	uint64_t first = line;
	struct reader r;

	reader_init(&r, f, records.n, max_field);
	for (; records.n; line++) {
		struct span text = span_cut(&records, '\n');

		reader_begin(&r, line, text.n);
		if (text.n > max_field)
			reader_bad(&r, FACT_BAD_SIZE, text);
		else if (span_trim(text).n)
			read_record(&r, text);
	}
	reader_free(&r);
	return line - first;
}

static bool
is_mx_scan(struct span start)
{
	enum json_kind kind = json_lines_kind(start);

	return kind == JSON_MX_SCAN || kind == JSON_OTHER;
}

static bool
is_zdns(struct span start)
{
	return json_lines_kind(start) == JSON_ZDNS;
}

static bool
is_zgrab2(struct span start)
{
	return json_lines_kind(start) == JSON_ZGRAB2;
}

const struct fact_form form_mx_scan = {"mx-scan", is_mx_scan, forms_whole_lines, json_lines_read};
const struct fact_form form_zdns = {"zdns", is_zdns, forms_whole_lines, json_lines_read};
const struct fact_form form_zgrab2 = {"zgrab2", is_zgrab2, forms_whole_lines, json_lines_read};
