/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/mail_record.h"

#include "io/record.h"
#include "mail/header.h"
#include "mail/taglist.h"

struct mail_names
mail_names_read(struct arena *a, struct span head)
{
	struct header_reader r = {span_from(head, header_mbox_line(head))};
	struct mail_names names = {{NULL, 0}, {NULL, 0}};
	struct header_field field;

	while (header_next(&r, &field)) {
		if (!names.from.p && span_ieq(field.name, SPAN_LIT("From")))
			names.from = header_unfold(a, field.body);
		else if (!names.subject.p && span_ieq(field.name, SPAN_LIT("Subject")))
			names.subject = header_unfold(a, field.body);
	}
	return names;
}

struct received_facts {
	struct span text;
	struct received parts;
	json_t *time;
};

static json_t *
received_value(struct span text)
{
	static const struct record_field fields[] = {
	    {"from", RECORD_BYTES, offsetof(struct received_facts, parts.helo)},
	    {"hostname", RECORD_BYTES, offsetof(struct received_facts, parts.hostname)},
	    {"address", RECORD_BYTES, offsetof(struct received_facts, parts.address)},
	    {"by", RECORD_BYTES, offsetof(struct received_facts, parts.by)},
	    {"with", RECORD_BYTES, offsetof(struct received_facts, parts.with)},
	    {"id", RECORD_BYTES, offsetof(struct received_facts, parts.id)},
	    {"for", RECORD_BYTES, offsetof(struct received_facts, parts.for_addr)},
	    {"time", RECORD_JSON, offsetof(struct received_facts, time)},
	    {"text", RECORD_BYTES, offsetof(struct received_facts, text)},
	};
	struct received_facts facts = {.text = text, .parts = received_read(text)};

	facts.time = facts.parts.has_time ? json_integer(facts.parts.time_utc) : NULL;
	return record_part((struct record_table){fields, sizeof fields / sizeof *fields}, &facts);
}

/* {"text": ..., "tags": {...}}: of tags that are there twice the first counts, as verifiers must
 * refuse them anyway. */
static json_t *
taglist_value(struct span text)
{
	json_t *value = json_object(), *tags = json_object();
	struct span rest = text;
	struct tag tag;

	record_set_bytes(value, "text", text);
	while (json_object_size(tags) < MAIL_LIST_MAX && taglist_next(&rest, &tag)) {
		struct buf key;

		if (!tag.value.p || !tag.name.n)
			continue;
		buf_init(&key, 64);
		for (size_t i = 0; i < tag.name.n; i++)
			if (tag.name.p[i] > ' ' && tag.name.p[i] < 0x7f)
				buf_putc(&key, tag.name.p[i]);
		if (key.n && !key.overflow && !json_object_get(tags, buf_str(&key)))
			record_set(tags, buf_str(&key), record_string(tag.value));
		buf_free(&key);
	}
	record_set(value, "tags", tags);
	return value;
}

static json_t *
text_value(struct span text)
{
	json_t *value = json_object();

	record_set_bytes(value, "text", text);
	return value;
}

/* What of the header goes into the record: single values as KEY (and KEY_b64), lists as arrays in
 * order, top first. */
static const struct wanted {
	struct span name;
	const char *key;
	json_t *(*list_value)(struct span text); /* NULL: a single value, the first one counts */
} wanted[] = {
    {SPAN_LIT("From"), "from", NULL},
    {SPAN_LIT("Subject"), "subject", NULL},
    {SPAN_LIT("Message-ID"), "message_id", NULL},
    {SPAN_LIT("Date"), "date", NULL},
    {SPAN_LIT("Return-Path"), "return_path", NULL},
    {SPAN_LIT("X-Original-To"), "x_original_to", NULL},
    {SPAN_LIT("Delivered-To"), "delivered_to", NULL},
    {SPAN_LIT("X-Greylist"), "x_greylist", NULL},
    {SPAN_LIT("Received"), "received", received_value},
    {SPAN_LIT("DKIM-Signature"), "dkim_signature", taglist_value},
    {SPAN_LIT("DomainKey-Signature"), "domainkey_signature", taglist_value},
    {SPAN_LIT("Authentication-Results"), "authentication_results", text_value},
    {SPAN_LIT("ARC-Seal"), "arc_seal", taglist_value},
    {SPAN_LIT("ARC-Message-Signature"), "arc_message_signature", taglist_value},
    {SPAN_LIT("ARC-Authentication-Results"), "arc_authentication_results", text_value},
};
enum { WANTED_N = sizeof wanted / sizeof *wanted };

/* Every key is there in every record, so that jq scripts need no guard. */
static json_t *
empty_headers(void)
{
	json_t *headers = json_object();

	for (size_t i = 0; i < WANTED_N; i++)
		record_set(
		    headers, wanted[i].key, wanted[i].list_value ? json_array() : json_null());
	return headers;
}

/* True if a limit cut something off. */
static bool
add_field(struct arena *a, json_t *headers, const struct wanted *w, struct span body)
{
	struct span text = header_unfold(a, body);
	json_t *old = json_object_get(headers, w->key);
	bool cut = text.n > MAIL_FIELD_TEXT_MAX;

	if (cut)
		text.n = MAIL_FIELD_TEXT_MAX;
	if (!w->list_value && json_is_null(old))
		record_set_bytes(headers, w->key, text);
	if (w->list_value && json_array_size(old) == MAIL_LIST_MAX)
		return true;
	if (w->list_value)
		record_append(old, w->list_value(text));
	return cut;
}

static json_t *
headers_value(struct arena *a, const struct intake *intake)
{
	struct header_reader r = {span_from(intake->head, header_mbox_line(intake->head))};
	json_t *headers = empty_headers();
	bool cut = intake->head_cut;
	struct header_field field;
	int64_t n = 0, from_n = 0;

	while (header_next(&r, &field)) {
		if (n++ >= MAIL_FIELDS_MAX) {
			cut = true;
			break;
		}
		from_n += span_ieq(field.name, SPAN_LIT("From"));
		for (size_t i = 0; i < WANTED_N; i++)
			if (span_ieq(field.name, wanted[i].name))
				cut |= add_field(a, headers, &wanted[i], field.body);
	}
	record_set(headers, "fields", json_integer(n));
	record_set(headers, "from_fields", json_integer(from_n));
	record_set(headers, "cut", json_boolean(cut));
	return headers;
}

static json_t *
client_value(const struct envelope *e)
{
	static const struct record_field fields[] = {
	    {"address", RECORD_BYTES, offsetof(struct envelope, client_address)},
	    {"port", RECORD_NUMBER, offsetof(struct envelope, client_port)},
	    {"helo", RECORD_BYTES, offsetof(struct envelope, client_helo)},
	    {"hostname", RECORD_BYTES, offsetof(struct envelope, client_hostname)},
	    {"protocol", RECORD_BYTES, offsetof(struct envelope, client_protocol)},
	};

	return record_part((struct record_table){fields, sizeof fields / sizeof *fields}, e);
}

json_t *
mail_record(struct arena *a, const struct mail_facts *facts, const struct envelope *envelope,
    const struct intake *intake)
{
	json_t *record = record_new(MAIL_SCHEMA, "emt-deliver");

	record_set_bytes(record, "id", facts->id);
	record_set_bytes(record, "flavour", span_str(facts->flavour));
	record_set_bytes(record, "queue_id", envelope->queue_id);
	record_set_bytes(record, "sender", envelope->sender);
	record_set_bytes(record, "recipient", envelope->recipient);
	record_set_bytes(record, "original_recipient", envelope->original_recipient);
	record_set(record, "client", client_value(envelope));
	record_set_bytes(record, "token", facts->probe.token);
	record_set_bytes(record, "testcase", facts->probe.testcase);
	record_set_bytes(record, "sha256", span_str(intake->sha256));
	record_set_bytes(record, "content_sha256", span_str(intake->content_sha256));
	record_set(record, "size", json_integer(intake->size));
	record_set(record, "arrived", record_time(facts->arrived_us));
	record_set(record, "headers", headers_value(a, intake));
	record_set(record, "enrichment", json_string("pending"));
	return record;
}
