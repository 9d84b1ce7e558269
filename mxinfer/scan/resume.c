/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/resume.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/value.h"

enum {
	PIECE = 1 << 20, /* octets that are read at a time */
};

struct reading {
	const struct resume_events *events;
	void *arg;
	struct buf scratch;
	struct arena *a; /* of one line */
};

/* The members of a record that matter here. */
struct seen {
	struct span schema, tool, kind, domain, address, variant, mx;
};

static void
take_member(struct value *v, struct span key, struct seen *seen)
{
	const struct {
		struct span key, *text;
	} texts[] = {
	    {SPAN_LIT("schema"), &seen->schema},
	    {SPAN_LIT("tool"), &seen->tool},
	    {SPAN_LIT("kind"), &seen->kind},
	    {SPAN_LIT("domain"), &seen->domain},
	    {SPAN_LIT("address"), &seen->address},
	    {SPAN_LIT("variant"), &seen->variant},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (span_eq(key, texts[i].key)) {
			value_string(v, texts[i].text);
			return;
		}
	if (span_eq(key, SPAN_LIT("mx")))
		seen->mx = value_skip(v);
	else
		value_skip(v);
}

/* An MX record, as it is gathered. */
struct mx {
	struct span name, addresses;
	struct route_look tlsa;
	const char *base;
};

static void
take_records(struct reading *r, struct value *v, struct route_texts *texts)
{
	const char **records = arena_alloc(r->a, ROUTE_TEXTS_MAX * sizeof *records);
	struct span text;

	texts->v = records;
	if (!value_array(v))
		return;
	while (value_more(v)) {
		value_string(v, &text);
		if (text.p && texts->n < ROUTE_TEXTS_MAX)
			records[texts->n++] = arena_dup(r->a, text);
	}
}

static enum dns_outcome
outcome_of(struct span word)
{
	for (int o = DNS_OK; o < DNS_CANCELLED; o++)
		if (span_eq(word, span_str(dns_outcome_name((enum dns_outcome)o))))
			return (enum dns_outcome)o;
	return DNS_CANCELLED;
}

static enum dns_security
security_of(struct span word)
{
	for (int s = DNS_UNCHECKED; s < DNS_INDETERMINATE; s++)
		if (span_eq(word, span_str(dns_security_name((enum dns_security)s))))
			return (enum dns_security)s;
	return DNS_INDETERMINATE;
}

static void
take_tlsa(struct reading *r, struct value *v, struct mx *mx)
{
	struct span key, text;

	if (!value_object(v))
		return;
	mx->tlsa = (struct route_look){.asked = true, .dnssec = DNS_UNCHECKED};
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("records"))) {
			take_records(r, v, &mx->tlsa.texts);
			continue;
		}
		if (!value_string(v, &text))
			continue;
		if (span_eq(key, SPAN_LIT("outcome")))
			mx->tlsa.outcome = outcome_of(text);
		else if (span_eq(key, SPAN_LIT("dnssec")))
			mx->tlsa.dnssec = security_of(text);
		else if (span_eq(key, SPAN_LIT("base")))
			mx->base = arena_dup(r->a, text);
	}
}

/* Members come in any order: the addresses are looked at when all are there. */
static void
take_addresses(struct reading *r, const struct mx *mx)
{
	struct span text, rest;
	struct value v;
	struct ip ip;

	value_init(&v, VALUE_JSON, mx->addresses, &r->scratch);
	if (!mx->addresses.n || !value_array(&v))
		return;
	while (value_more(&v)) {
		value_string(&v, &text);
		rest = text;
		if (ip_read(span_cut(&rest, '#'), &ip))
			r->events->target(r->arg, &ip, rest.p ? rest : (struct span){"", 0},
			    mx->name, &mx->tlsa, mx->base);
	}
}

static void
take_mx(struct reading *r, struct value *v)
{
	struct mx mx = {.base = NULL};
	struct span key;

	if (!value_object(v))
		return;
	while (value_member(v, &key)) {
		if (span_eq(key, SPAN_LIT("name")))
			value_string(v, &mx.name);
		else if (span_eq(key, SPAN_LIT("addresses")))
			mx.addresses = value_skip(v);
		else if (span_eq(key, SPAN_LIT("tlsa")))
			take_tlsa(r, v, &mx);
		else
			value_skip(v);
	}
	if (mx.name.n)
		take_addresses(r, &mx);
}

static bool
take_domain(struct reading *r, const struct seen *seen)
{
	struct value v;

	if (!seen->domain.n)
		return false;
	r->events->domain(r->arg, seen->domain);
	value_init(&v, VALUE_JSON, seen->mx, &r->scratch);
	if (seen->mx.n && value_array(&v))
		while (value_more(&v))
			take_mx(r, &v);
	return true;
}

static bool
take_address(struct reading *r, const struct seen *seen)
{
	struct span variant = seen->variant.p ? seen->variant : (struct span){"", 0};
	struct ip ip;

	if (!ip_read(seen->address, &ip))
		return false;
	r->events->address(r->arg, &ip, variant);
	return true;
}

/* False: this is no record of ours. */
static bool
take_record(struct reading *r, struct span line)
{
	struct seen seen = {.schema = {NULL, 0}};
	struct value v;
	struct span key;

	value_init(&v, VALUE_JSON, line, &r->scratch);
	if (value_object(&v))
		while (value_member(&v, &key))
			take_member(&v, key, &seen);
	if (!value_done(&v) || !span_eq(seen.schema, SPAN_LIT("mx-scan/1")) ||
	    !span_starts(seen.tool, SPAN_LIT("emt-mxscan ")))
		return false;
	if (span_eq(seen.kind, SPAN_LIT("domain")))
		return take_domain(r, &seen);
	return span_eq(seen.kind, SPAN_LIT("address")) && take_address(r, &seen);
}

static bool
take_line(struct reading *r, struct span line)
{
	bool good;

	/* Texts whose escapes are undone, of lists that are read twice, too. */
	buf_clear(&r->scratch);
	r->scratch.max = 3 * line.n + 1024;
	if (!buf_room(&r->scratch, 3 * line.n))
		return false;
	r->a = arena_new();
	good = take_record(r, line);
	if (good)
		r->events->line(r->arg, line);
	arena_free(r->a);
	return good;
}

/* Takes the whole lines of `text`; the octets of them.  *bad is the first line that is none of
 * ours. */
static size_t
take_lines(struct reading *r, struct span text, uint64_t *line, bool *bad)
{
	size_t at = 0;

	while (!*bad) {
		struct span rest = span_from(text, at);
		size_t n = span_find(rest, '\n');

		if (n == rest.n)
			break;
		++*line;
		*bad = !take_line(r, (struct span){rest.p, n + 1});
		at += n + 1;
	}
	return at;
}

const char *
resume_read(struct arena *a, int fd, const char *path, const struct resume_events *events,
    void *arg, uint64_t *whole)
{
	struct reading r = {.events = events, .arg = arg};
	const char *error = NULL;
	uint64_t line = 0;
	struct buf held;
	bool bad = false;
	char *room;
	ssize_t n;

	*whole = 0;
	buf_init(&r.scratch, SIZE_MAX / 4);
	buf_init(&held, RESUME_LINE_MAX + PIECE);
	while ((room = buf_room(&held, PIECE)) &&
	       (n = pread(fd, room, PIECE, (off_t)(*whole + held.n))) > 0) {
		size_t taken;

		buf_added(&held, (size_t)n);
		taken = take_lines(&r, buf_span(&held), &line, &bad);
		memmove(held.p, held.p + taken, held.n - taken);
		held.n -= taken;
		*whole += taken;
		if (bad)
			break;
	}
	if (!room)
		error = arena_printf(a, "%s:%llu: a line longer than any record; name another file",
		    path, (unsigned long long)line + 1);
	else if (bad)
		error = arena_printf(a,
		    "%s:%llu: no record of emt-mxscan; name the file of the run "
		    "to go on with",
		    path, (unsigned long long)line);
	else if (n < 0)
		error = arena_printf(a, "%s: %s", path, strerror(errno));
	buf_free(&held);
	buf_free(&r.scratch);
	return error;
}
