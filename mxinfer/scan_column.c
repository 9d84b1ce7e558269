/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan_column.h"

#include "io/as_list.h"

static void
take_validation(struct value *v, struct fact_host *host)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("browser_trusted")))
			host->trusted = value_true(v);
		else
			value_skip(v);
	}
}

static void
take_tls(struct reader *r, struct value *v, struct fact_host *host, uint32_t *note)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("certificate")))
			host->cert = reader_cert(r, v, note);
		else if (span_eq(key, SPAN_LIT("validation")))
			take_validation(v, host);
		else
			value_skip(v);
	}
}

static void
take_starttls(struct reader *r, struct value *v, struct fact_host *host, uint32_t *note)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("banner")))
			value_string(v, &host->banner);
		else if (span_eq(key, SPAN_LIT("ehlo")))
			value_string(v, &host->ehlo);
		else if (span_eq(key, SPAN_LIT("tls")))
			take_tls(r, v, host, note);
		else
			value_skip(v);
	}
}

static void
take_smtp(struct reader *r, struct value *v, struct fact_host *host, uint32_t *note)
{
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("starttls")))
			take_starttls(r, v, host, note);
		else
			value_skip(v);
	}
}

static enum value_why
take_column(struct reader *r, enum value_dialect dialect, struct span column,
    struct fact_host *host, uint32_t *note)
{
	struct value v;
	struct span key;

	*host = (struct fact_host){.cert = 0};
	*note = 0;
	value_init(&v, dialect, column, &r->scratch);
	if (value_object(&v))
		while (value_member(&v, &key)) {
			if (span_eq(key, SPAN_LIT("smtp")))
				take_smtp(r, &v, host, note);
			else
				value_skip(&v);
		}
	if (v.why == VALUE_FINE && !value_done(&v))
		value_fail(&v);
	return v.why;
}

/* repr() begins a dict with a single quote unless a key holds one; JSON never does. */
static bool
is_json(struct span column)
{
	return span_starts(span_trim(column), SPAN_LIT("{\""));
}

static bool
fits(struct span column, enum value_dialect dialect, struct buf *scratch)
{
	struct value v;

	buf_clear(scratch);
	value_init(&v, dialect, column, scratch);
	value_skip(&v);
	return value_done(&v);
}

bool
scan_column_fits(struct span column)
{
	struct buf scratch;
	bool yes;

	if (as_list_nothing(column))
		return true;
	buf_init(&scratch, column.n + 1);
	yes = (is_json(column) && fits(column, VALUE_JSON, &scratch)) ||
	      fits(column, VALUE_PYTHON, &scratch);
	buf_free(&scratch);
	return yes;
}

bool
scan_column_known(struct reader *r, struct span bytes, uint32_t *host)
{
	uint32_t note;

	if (!r->f->host_known(r->f, bytes, host, &note))
		return false;
	reader_bad_note(r, note, bytes);
	return true;
}

uint32_t
scan_column_read(struct reader *r, struct span column, struct span bytes)
{
	struct fact_host host;
	uint32_t note;
	bool json = is_json(column);
	enum value_why why = take_column(r, json ? VALUE_JSON : VALUE_PYTHON, column, &host, &note);

	if (why == VALUE_BROKEN && json)
		why = take_column(r, VALUE_PYTHON, column, &host, &note);
	if (why != VALUE_FINE) {
		reader_bad(r, why == VALUE_DEEP ? FACT_BAD_DEPTH : FACT_BAD_SCAN, column);
		return 0;
	}
	reader_bad_note(r, note, bytes);
	if (!host.banner.p && !host.ehlo.p && !host.cert)
		return 0;
	return r->f->host(r->f, bytes, note, &host);
}
