/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/query_json.h"

#include "base/json_text.h"
#include "base/settings.h"
#include "io/record.h"

#define TOOL "emt-queries " EMT_VERSION

enum { NAME_TEXT_MAX = 4 * DNS_QNAME_MAX, SHORT_TEXT_MAX = 64 };

static void
put_null(struct buf *out)
{
	buf_put(out, SPAN_LIT("null"));
}

static void
put_text(struct buf *out, const char *key, const char *text)
{
	json_text_key(out, key);
	json_text_string_or_null(out, span_str(text));
}

static void
put_number(struct buf *out, const char *key, int64_t value)
{
	json_text_key(out, key);
	if (value == UNTOLD)
		put_null(out);
	else
		json_text_int(out, value);
}

static void
put_flag(struct buf *out, const char *key, int value)
{
	json_text_key(out, key);
	if (value == UNTOLD)
		put_null(out);
	else
		buf_puts(out, value ? "true" : "false");
}

static void
put_time(struct buf *out, const char *key, int64_t us)
{
	json_text_key(out, key);
	if (us == TIME_UNKNOWN)
		put_null(out);
	else
		json_text_seconds(out, us);
}

static void
put_address(struct buf *out, const char *key, const struct query_peer *peer)
{
	char text[IP_TEXT_MAX];

	put_text(out, key, peer->is_known ? ip_text(&peer->ip, text) : NULL);
}

static void
put_name(struct buf *out, const char *key, struct span wire, void (*put)(struct buf *, struct span))
{
	char text[NAME_TEXT_MAX + 1];
	struct buf b = {.p = text, .room = sizeof text, .max = NAME_TEXT_MAX};

	json_text_key(out, key);
	if (!wire.n) {
		put_null(out);
		return;
	}
	put(&b, wire);
	json_text_string(out, buf_span(&b));
}

static void
put_code(struct buf *out, const char *key, int code, void (*put)(struct buf *, uint16_t))
{
	char text[SHORT_TEXT_MAX];
	struct buf b = {.p = text, .room = sizeof text, .max = sizeof text - 1};

	json_text_key(out, key);
	if (code == UNTOLD) {
		put_null(out);
		return;
	}
	put(&b, (uint16_t)code);
	json_text_string(out, buf_span(&b));
}

static void
put_subnet(struct buf *out, const struct dns_subnet *s)
{
	char ip[IP_TEXT_MAX], text[IP_TEXT_MAX + 10];

	snprintf(text, sizeof text, "%s/%u/%u", ip_text(&s->ip, ip), s->source, s->scope);
	put_text(out, "subnet", s->is_there ? text : NULL);
}

static void
put_edns(struct buf *out, const struct query *q)
{
	json_text_key(out, "edns");
	buf_putc(out, '{');
	put_flag(out, "present", q->has_edns);
	put_number(out, "version", q->edns_version);
	put_number(out, "size", q->edns_size);
	json_text_key(out, "options");
	if (q->options_n == UNTOLD) {
		put_null(out);
	} else {
		buf_putc(out, '[');
		for (int i = 0; i < q->options_n; i++) {
			json_text_next(out);
			json_text_int(out, q->options[i]);
		}
		buf_putc(out, ']');
	}
	put_subnet(out, &q->subnet);
	buf_putc(out, '}');
}

static void
put_flags(struct buf *out, const struct query *q)
{
	json_text_key(out, "flags");
	buf_putc(out, '{');
	put_flag(out, "rd", q->rd);
	put_flag(out, "do", q->wants_dnssec);
	put_flag(out, "cd", q->cd);
	put_flag(out, "tc", q->tc);
	put_flag(out, "aa", q->aa);
	put_flag(out, "ad", q->ad);
	buf_putc(out, '}');
}

static void
put_subject(struct buf *out, const struct subject *s)
{
	put_text(out, "token", s->token[0] ? s->token : NULL);
	put_text(out, "testcase", s->testcase);
	put_text(out, "cut", s->cut);
	put_flag(out, "apex", s->is_apex);
}

static void
put_head(struct buf *out, const char *schema, const char *id, const struct query *q)
{
	buf_putc(out, '{');
	put_text(out, "schema", schema);
	put_text(out, "tool", TOOL);
	put_text(out, "id", id);
	put_time(out, "time", q->time_us);
}

static void
put_tail(struct buf *out, const struct query *q)
{
	put_text(out, "identity", q->identity[0] ? q->identity : NULL);
	put_text(out, "source", query_source_names[q->source]);
	buf_put(out, SPAN_LIT("}\n"));
}

static void
put_gap(struct buf *out, const struct query *q, const char *id)
{
	put_head(out, "query-gap/1", id, q);
	put_time(out, "since", q->gap_from_us);
	put_text(out, "event", query_gap_names[q->gap]);
	put_tail(out, q);
}

void
query_json_put(struct buf *out, const struct query *q, const struct subject *subject,
    const char *id, const char *retry_of)
{
	if (q->kind == QUERY_GAP) {
		put_gap(out, q, id);
		return;
	}
	put_head(out, "query/1", id, q);
	put_address(out, "server", &q->server);
	put_number(out, "server_port", q->server.port);
	put_address(out, "client", &q->client);
	put_number(out, "port", q->client.port);
	put_text(out, "proto", query_proto_names[q->proto]);
	put_text(out, "family", !q->client.is_known ? NULL : q->client.ip.v6 ? "ipv6" : "ipv4");
	put_name(out, "name", query_name(q), dns_qname_put);
	put_name(out, "qname_lower", query_name(q), dns_qname_put_lower);
	put_code(out, "type", q->type, dns_type_put);
	put_code(out, "class", q->class, dns_class_put);
	put_number(out, "opcode", q->opcode);
	put_flags(out, q);
	put_edns(out, q);
	put_number(out, "rcode", q->rcode);
	put_subject(out, subject);
	put_number(out, "msg_id", q->id);
	put_number(out, "size", q->size);
	put_number(out, "answer_size", q->answer_size);
	put_time(out, "answered", q->answer_us);
	put_flag(out, "answer_only", q->kind == QUERY_ANSWER);
	put_flag(out, "malformed", q->is_malformed);
	put_text(out, "retry_of", retry_of);
	put_tail(out, q);
}

static struct span
text_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value)
		   ? (struct span){json_string_value(value), json_string_length(value)}
		   : (struct span){NULL, 0};
}

static int
number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	return json_is_integer(value) && number >= 0 && number <= UINT16_MAX ? (int)number : UNTOLD;
}

static int
flag_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_boolean(value) ? json_is_true(value) : UNTOLD;
}

static int64_t
time_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0 && seconds < 1e11))
		return TIME_UNKNOWN;
	return (int64_t)(seconds * 1e6 + 0.5);
}

static void
read_peer(const json_t *record, const char *key, const char *port, struct query_peer *peer)
{
	struct span text = text_of(record, key);

	peer->is_known = text.p && ip_read(text, &peer->ip);
	peer->port = number_of(record, port);
}

static void
read_edns(const json_t *edns, struct query *q)
{
	const json_t *options = json_object_get(edns, "options");
	struct span subnet = text_of(edns, "subnet");

	if (subnet.p)
		query_set_subnet(q, subnet);
	q->has_edns = flag_of(edns, "present");
	q->edns_size = number_of(edns, "size");
	q->edns_version = number_of(edns, "version");
	if (!json_is_array(options) || json_array_size(options) > DNS_OPTIONS_MAX)
		return;
	q->options_n = (int)json_array_size(options);
	for (int i = 0; i < q->options_n; i++)
		q->options[i] = (uint16_t)json_integer_value(json_array_get(options, (size_t)i));
}

static bool
read_record(const json_t *record, struct query *q)
{
	const json_t *flags = json_object_get(record, "flags");
	struct span name = text_of(record, "name");

	q->time_us = time_of(record, "time");
	read_peer(record, "client", "port", &q->client);
	read_peer(record, "server", "server_port", &q->server);
	q->proto = span_eq(text_of(record, "proto"), SPAN_LIT("tcp"))   ? PROTO_TCP
		   : span_eq(text_of(record, "proto"), SPAN_LIT("udp")) ? PROTO_UDP
									: PROTO_OTHER;
	q->type = dns_type_read(text_of(record, "type"));
	q->class = dns_class_read(text_of(record, "class"));
	q->opcode = number_of(record, "opcode");
	q->rd = flag_of(flags, "rd");
	q->wants_dnssec = flag_of(flags, "do");
	q->cd = flag_of(flags, "cd");
	q->tc = flag_of(flags, "tc");
	q->aa = flag_of(flags, "aa");
	q->rcode = number_of(record, "rcode");
	q->id = number_of(record, "msg_id");
	q->answer_us = time_of(record, "answered");
	read_edns(json_object_get(record, "edns"), q);
	if (name.p && !dns_qname_read(name, &q->name))
		return false;
	return q->time_us != TIME_UNKNOWN;
}

enum query_json_read
query_json_read(struct span line, struct query *q)
{
	json_t *record = NULL;
	enum query_json_read result = QUERY_READ_BAD;

	query_init(q, SOURCE_DNSTAP);
	switch (record_read(line, "query/1", &record)) {
	case RECORD_READ_OK:
		result = read_record(record, q) ? QUERY_READ_OK : QUERY_READ_BAD;
		break;
	case RECORD_READ_SCHEMA: result = QUERY_READ_OTHER; break;
	case RECORD_READ_NOT_JSON:
	case RECORD_READ_NOT_OBJECT: break;
	}
	json_decref(record);
	return result;
}
