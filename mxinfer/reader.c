/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/reader.h"

#include <stdlib.h>

#include "base/base64.h"
#include "io/certificate.h"

void
reader_init(struct reader *r, struct facts *f, size_t octets, size_t max_field)
{
	*r = (struct reader){.f = f, .max_field = max_field};
	buf_init(&r->scratch, 4 * octets + 1);
}

void
reader_free(struct reader *r)
{
	buf_free(&r->scratch);
	free(r->names);
	arena_free(r->certificates);
}

void
reader_begin(struct reader *r, uint64_t line, size_t octets)
{
	buf_clear(&r->scratch);
	/* No text is longer than what it is read from, and none is read more than twice (a scan
	 * column as JSON, then as Python): with this room the buffer never moves them. */
	buf_room(&r->scratch, 2 * octets);
	r->line = line;
}

void
reader_bad(struct reader *r, enum fact_bad cause, struct span what)
{
	r->f->bad(r->f, r->line, cause, what);
}

void
reader_bad_note(struct reader *r, uint32_t note, struct span what)
{
	for (enum fact_bad cause = 0; note && cause < FACT_BAD_N; cause++)
		if (note & READER_NOTE(cause))
			reader_bad(r, cause, what);
}

void
reader_bad_value(struct reader *r, const struct value *v, enum fact_bad broken, struct span what)
{
	reader_bad(r, v->why == VALUE_DEEP ? FACT_BAD_DEPTH : broken, what);
}

static void
add_name(struct reader *r, struct span name)
{
	if (r->names_n == r->names_room) {
		r->names_room = r->names_room ? 2 * r->names_room : 64;
		r->names = must(realloc(r->names, r->names_room * sizeof *r->names));
	}
	r->names[r->names_n++] = name;
}

bool
reader_names(struct reader *r, struct value *v, uint32_t *note)
{
	struct span name;
	bool many = false;

	r->names_n = 0;
	if (value_kind(v) == VALUE_STRING) {
		if (value_string(v, &name))
			add_name(r, name);
		return true;
	}
	if (!value_array(v))
		return false;
	while (value_more(v)) {
		if (!value_string(v, &name))
			continue;
		if (r->names_n < FACT_CERT_NAMES_MAX)
			add_name(r, name);
		else
			many = true;
	}
	if (many) {
		r->names_n = 0;
		*note |= READER_NOTE(FACT_BAD_NAMES);
	}
	return true;
}

/* PEM, or DER in base64. */
static enum certificate_st
unpack(struct arena *a, struct span raw, struct certificate *c)
{
	enum certificate_st st;
	struct span der, rest = raw;
	struct buf octets;

	if (certificate_pem_next(a, &rest, &der))
		return certificate_read(a, der, c);
	buf_init(&octets, (size_t)CERTIFICATE_DER_MAX + 6);
	if (!base64_take(&octets, span_trim(raw)))
		buf_clear(&octets);
	st = certificate_read(a, buf_span(&octets), c);
	buf_free(&octets);
	return st;
}

/* The names of a certificate that comes without them: subject CN and DNS names. */
static void
names_of_raw(struct reader *r, struct span raw, uint32_t *note)
{
	struct certificate c;

	r->names_n = 0;
	/* The names are handed on before the next certificate is unpacked. */
	arena_free(r->certificates);
	r->certificates = arena_new();
	if (unpack(r->certificates, raw, &c) != CERTIFICATE_OK) {
		*note |= READER_NOTE(FACT_BAD_CERT);
		return;
	}
	if (c.names_dropped || c.names_bad)
		*note |= READER_NOTE(c.names_bad ? FACT_BAD_CERT : FACT_BAD_NAMES);
	if (c.names_dropped)
		return;
	if (c.common_name.p)
		add_name(r, c.common_name);
	for (size_t i = 0; i < c.names_n; i++)
		add_name(r, c.names[i]);
}

/* {"names": [...]}; false if there are none, not even no names. */
static bool
take_parsed(struct reader *r, struct value *v, uint32_t *note)
{
	bool names = false;
	struct span key;

	if (!value_object(v))
		return false;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("names")))
			names = reader_names(r, v, note);
		else
			value_skip(v);
	}
	return names;
}

static uint32_t
read_cert(struct reader *r, struct value *outer, struct span text, uint32_t *note)
{
	struct fact_cert fact = {.raw = {NULL, 0}};
	bool names = false, parsed = false;
	struct span key;
	struct value v;

	value_init(&v, outer->dialect, text, &r->scratch);
	value_enter(&v);
	while (value_member(&v, &key)) {
		if (span_eq(key, SPAN_LIT("raw"))) {
			value_string(&v, &fact.raw);
		} else if (span_eq(key, SPAN_LIT("parsed"))) {
			parsed = value_kind(&v) == VALUE_OBJECT;
			names = take_parsed(r, &v, note);
		} else {
			value_skip(&v);
		}
	}
	if (v.why)
		value_fail(outer); /* an escape that is none: it was stepped over before */
	if (v.why || (!fact.raw.p && !parsed))
		return 0;
	if (!names && fact.raw.p)
		names_of_raw(r, fact.raw, note);
	else if (!names)
		r->names_n = 0;
	fact.names = r->names;
	fact.names_n = r->names_n;
	return r->f->cert(r->f, text, *note, &fact);
}

uint32_t
reader_cert(struct reader *r, struct value *v, uint32_t *note)
{
	bool object = value_kind(v) == VALUE_OBJECT;
	struct span text = value_skip(v);
	uint32_t cert = 0, own = 0;

	if (!object || !text.n)
		return 0;
	if (!r->f->cert_known(r->f, text, &cert, &own))
		cert = read_cert(r, v, text, &own);
	*note |= own;
	return cert;
}
