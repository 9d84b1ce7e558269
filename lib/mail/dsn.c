/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/dsn.h"

#include "base/base64.h"
#include "base/buf.h"
#include "mail/header.h"
#include "mail/dsn_parts.h"
#include "mail/maildate.h"

const char *const dsn_action_names[] = {"failed", "delayed", "delivered", "relayed", "expanded"};

enum { BOUNDARY_MAX = 200 };

static bool
is_status_char(char c)
{
	return is_digit(c) || c == '.';
}

struct span
dsn_status_in(struct span text)
{
	for (size_t i = 0; i + 5 <= text.n; i++) {
		struct span s = {text.p + i, 0};
		size_t dots = 0, digits = 0;

		if (!strchr("245", text.p[i]) || !text.p[i] || text.p[i + 1] != '.' ||
		    (i && (is_status_char(text.p[i - 1]) || is_alpha(text.p[i - 1]))))
			continue;
		while (i + s.n < text.n && is_status_char(s.p[s.n])) {
			dots += s.p[s.n] == '.';
			digits = s.p[s.n] == '.' ? 0 : digits + 1;
			s.n++;
			if (digits > 3)
				break;
		}
		/* The dot of a sentence. */
		if (dots == 3 && s.p[s.n - 1] == '.') {
			dots--;
			s.n--;
			digits = 1;
		}
		if (dots == 2 && digits > 0 && digits <= 3)
			return s;
	}
	return no_span;
}

/* ---- fields ---- */

/* A value on one line, short enough to be kept. */
static struct span
value_of(struct dsn_reading *r, struct span body)
{
	struct span text = header_unfold(r->a, body);

	if (text.n > DSN_TEXT_MAX) {
		r->dsn->cut = true;
		text.n = DSN_TEXT_MAX;
	}
	return text;
}

/* What stands behind "rfc822;", "smtp;", "dns;". */
static struct span
typed_value(struct dsn_reading *r, struct span body)
{
	struct span value = value_of(r, body);
	size_t at = span_find(value, ';');

	if (at < value.n)
		value = span_trim(span_from(value, at + 1));
	return value.n ? value : no_span;
}

static struct span
address_of(struct dsn_reading *r, struct span body)
{
	struct span value = typed_value(r, body);

	if (value.n > 1 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = (struct span){value.p + 1, value.n - 2};
	return value;
}

struct dsn_recipient *
dsn_add_recipient(struct dsn_reading *r)
{
	struct dsn *d = r->dsn;

	if (d->recipients_n == DSN_RECIPIENTS_MAX) {
		d->cut = true;
		return NULL;
	}
	if (!d->recipients)
		d->recipients = arena_alloc(r->a, DSN_RECIPIENTS_MAX * sizeof *d->recipients);
	return &d->recipients[d->recipients_n++];
}

static bool
action_of(struct span text, enum dsn_action *action)
{
	for (int i = 0; i < DSN_ACTIONS_N; i++)
		if (span_istarts(text, span_str(dsn_action_names[i]))) {
			*action = (enum dsn_action)i;
			return true;
		}
	return false;
}

/* One field of a group of a recipient; false: it is none of those. */
static bool
recipient_field(
    struct dsn_reading *r, const struct header_field *f, struct dsn_recipient *to, bool *has_action)
{
	if (span_ieq(f->name, SPAN_LIT("Final-Recipient")))
		to->final = address_of(r, f->body);
	else if (span_ieq(f->name, SPAN_LIT("Original-Recipient")))
		to->original = address_of(r, f->body);
	else if (span_ieq(f->name, SPAN_LIT("Action")))
		*has_action = action_of(value_of(r, f->body), &to->action);
	else if (span_ieq(f->name, SPAN_LIT("Status")))
		to->status = dsn_status_in(value_of(r, f->body));
	else if (span_ieq(f->name, SPAN_LIT("Diagnostic-Code")))
		to->diagnostic = typed_value(r, f->body);
	else if (span_ieq(f->name, SPAN_LIT("Remote-MTA")))
		to->remote_mta = typed_value(r, f->body);
	else
		return false;
	return true;
}

static void
message_field(struct dsn_reading *r, const struct header_field *f)
{
	if (span_ieq(f->name, SPAN_LIT("Reporting-MTA")))
		r->dsn->reporting_mta = typed_value(r, f->body);
	else if (span_ieq(f->name, SPAN_LIT("Original-Envelope-Id")))
		r->dsn->envelope_id = value_of(r, f->body);
	else if (span_ieq(f->name, SPAN_LIT("Arrival-Date")))
		r->arrival = value_of(r, f->body);
	else if (span_ieq(f->name, SPAN_LIT("Last-Attempt-Date")))
		r->last_attempt = value_of(r, f->body);
}

/* An action is 2.3.3's one word; of a group that has none the status tells, class 4 being a delay.
 */
static void
end_recipient(struct dsn_reading *r, struct dsn_recipient *to, bool has_action)
{
	struct dsn_recipient *kept;

	if (!to->final.p && !to->original.p)
		return;
	if (!to->status.p)
		to->status = dsn_status_in(to->diagnostic);
	if (!has_action && to->status.p)
		to->action = to->status.p[0] == '2'   ? DSN_DELIVERED
			     : to->status.p[0] == '4' ? DSN_DELAYED
						      : DSN_FAILED;
	kept = has_action || to->status.p ? dsn_add_recipient(r) : NULL;
	if (kept)
		*kept = *to;
}

/* Groups of fields, empty lines between them; lines that are no fields are stepped over. */
static void
read_report(struct dsn_reading *r, struct span text)
{
	struct dsn_recipient to = {.action = DSN_FAILED};
	struct header_reader reader = {text};
	struct header_field field;
	bool has_action = false;

	r->dsn->form = DSN_REPORT;
	while (reader.rest.n && r->fields < DSN_FIELDS_MAX) {
		struct span line = reader.rest;

		r->fields++;
		if (header_next(&reader, &field)) {
			if (!recipient_field(r, &field, &to, &has_action))
				message_field(r, &field);
			continue;
		}
		line = span_trim(span_cut(&reader.rest, '\n'));
		if (!line.n) {
			end_recipient(r, &to, has_action);
			to = (struct dsn_recipient){.action = DSN_FAILED};
			has_action = false;
		}
	}
	end_recipient(r, &to, has_action);
}

/* ---- parts ---- */

struct part {
	struct span type;     /* "message/delivery-status", as it came */
	struct span boundary; /* p == NULL: none */
	bool is_base64;
	struct span body;
};

/* The value of a parameter (RFC 2045 section 5.1), quotes undone. */
static struct span
parameter(struct span text, struct span name)
{
	while (text.n) {
		struct span value;
		size_t at = span_find(text, ';');

		text = span_trim(span_from(text, at + 1));
		if (!span_istarts(text, name))
			continue;
		value = span_trim(span_from(text, name.n));
		if (!value.n || value.p[0] != '=')
			continue;
		value = span_trim(span_from(value, 1));
		if (value.n && value.p[0] == '"') {
			value = span_from(value, 1);
			value.n = span_find(value, '"');
			return value;
		}
		value.n = span_find(value, ';');
		return span_trim(value);
	}
	return no_span;
}

static struct part
part_of(struct dsn_reading *r, struct span text)
{
	struct header_reader reader = {span_from(text, header_mbox_line(text))};
	struct part part = {no_span, no_span, false, span_from(text, header_end(text))};
	struct header_field field;

	while (r->fields < DSN_FIELDS_MAX && header_next(&reader, &field)) {
		r->fields++;
		if (span_ieq(field.name, SPAN_LIT("Content-Type"))) {
			struct span value = header_unfold(r->a, field.body);

			part.boundary = parameter(value, SPAN_LIT("boundary"));
			value.n = span_find(value, ';');
			part.type = span_trim(value);
		} else if (span_ieq(field.name, SPAN_LIT("Content-Transfer-Encoding"))) {
			part.is_base64 = span_ieq(value_of(r, field.body), SPAN_LIT("base64"));
		}
	}
	if (part.boundary.n > BOUNDARY_MAX || !span_istarts(part.type, SPAN_LIT("multipart/")))
		part.boundary = no_span;
	return part;
}

static struct span
decoded(struct dsn_reading *r, const struct part *part)
{
	struct buf text, lines;
	struct span out = part->body;

	if (!part->is_base64)
		return out;
	buf_init(&text, DSN_SCAN_MAX);
	buf_init(&lines, DSN_SCAN_MAX);
	for (size_t i = 0; i < part->body.n; i++)
		if (part->body.p[i] > ' ')
			buf_putc(&lines, part->body.p[i]);
	if (base64_take(&text, buf_span(&lines)))
		out = arena_span(r->a, buf_span(&text));
	buf_free(&lines);
	buf_free(&text);
	return out;
}

static bool
is_type(const struct part *part, const char *const *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_ieq(part->type, span_str(types[i])))
			return true;
	return false;
}

static void read_parts(struct dsn_reading *r, const struct part *whole, size_t depth);

static void
take_part(struct dsn_reading *r, struct span text, size_t depth)
{
	static const char *const reports[] = {
	    "message/delivery-status", "message/global-delivery-status"};
	static const char *const returned[] = {
	    "text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"};
	struct part part = part_of(r, text);

	if (part.boundary.p && depth < DSN_DEPTH_MAX)
		read_parts(r, &part, depth + 1);
	else if (is_type(&part, reports, 2))
		read_report(r, decoded(r, &part));
	else if (is_type(&part, returned, 4) && !r->dsn->returned.p)
		r->dsn->returned = decoded(r, &part);
}

/* "--BOUNDARY" at the start of a line (RFC 2046 section 5.1.1). */
static void
read_parts(struct dsn_reading *r, const struct part *whole, size_t depth)
{
	struct span rest = whole->body, part = no_span;

	while (rest.p && r->parts < DSN_PARTS_MAX) {
		struct span line = span_cut(&rest, '\n');

		if (!span_starts(line, SPAN_LIT("--")) ||
		    !span_starts(span_from(line, 2), whole->boundary))
			continue;
		if (part.p) {
			part.n = (size_t)(line.p - part.p);
			r->parts++;
			take_part(r, part, depth);
		}
		part = (struct span){rest.p, 0};
		if (span_starts(span_from(line, 2 + whole->boundary.n), SPAN_LIT("--")))
			return;
	}
	r->dsn->cut |= r->parts == DSN_PARTS_MAX;
	/* A bounce that was cut off in its last part. */
	if (part.p && !rest.p) {
		part.n = (size_t)(whole->body.p + whole->body.n - part.p);
		take_part(r, part, depth);
	}
}

/* ---- the message ---- */

static void
set_time(struct dsn_reading *r, struct span date)
{
	const struct span dates[] = {date, r->last_attempt, r->arrival};

	for (size_t i = 0; i < 3 && !r->dsn->has_time; i++)
		r->dsn->has_time = maildate_read(dates[i], &r->dsn->time_utc);
}

struct dsn
dsn_read(struct arena *a, struct span message)
{
	struct dsn dsn = {.form = DSN_NONE};
	struct dsn_reading r = {.a = a, .dsn = &dsn};
	struct header_reader reader;
	struct header_field field;
	struct span date = no_span, failed = no_span;
	struct part part;

	if (message.n > DSN_SCAN_MAX)
		message.n = DSN_SCAN_MAX;
	reader.rest = span_from(message, header_mbox_line(message));
	for (size_t i = 0; i < DSN_FIELDS_MAX && header_next(&reader, &field); i++) {
		if (span_ieq(field.name, SPAN_LIT("Date")) && !date.p)
			date = value_of(&r, field.body);
		else if (span_ieq(field.name, SPAN_LIT("X-Failed-Recipients")))
			failed = value_of(&r, field.body);
	}
	part = part_of(&r, message);
	if (part.boundary.p)
		read_parts(&r, &part, 1);
	else if (span_ieq(part.type, SPAN_LIT("message/delivery-status")))
		read_report(&r, decoded(&r, &part));
	if (dsn.form == DSN_NONE && failed.p) {
		dsn.form = DSN_EXIM;
		dsn_read_exim(&r, failed, part.body);
	} else if (dsn.form == DSN_NONE && dsn_is_qmail(part.body)) {
		dsn.form = DSN_QMAIL;
		dsn_read_qmail(&r, part.body);
	}
	if (dsn.form != DSN_NONE)
		set_time(&r, date);
	return dsn;
}

struct span
dsn_returned_address(struct arena *a, const struct dsn *dsn, struct span field)
{
	struct header_reader reader = {dsn->returned};
	struct header_field f;

	for (size_t i = 0; i < DSN_FIELDS_MAX && header_next(&reader, &f); i++) {
		struct span value, address;

		if (!span_ieq(f.name, field))
			continue;
		value = header_unfold(a, f.body);
		value.n = span_find(value, ',');
		address = span_from(value, span_find(value, '<') + 1);
		address.n = span_find(address, '>');
		return span_trim(address.n ? address : value);
	}
	return no_span;
}
