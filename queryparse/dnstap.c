/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/dnstap.h"

#include "io/lines.h"
#include "queryparse/protobuf.h"

#define GAP_TAG "emt-gap/1 "
#define GAP_SENDER "emt-queries"

/* Fields of dnstap.Dnstap, and of its Message. */
enum {
	TAP_IDENTITY = 1,
	TAP_EXTRA = 3,
	TAP_MESSAGE = 14,
	TAP_TYPE = 15,
	TAP_TYPE_OURS = 1000, /* no type of dnstap.proto: readers pass over what they do not know,
				 and some end at a message that is missing */

	MESSAGE_TYPE = 1,
	MESSAGE_PROTOCOL = 3,
	MESSAGE_QUERY_ADDRESS = 4,
	MESSAGE_RESPONSE_ADDRESS = 5,
	MESSAGE_QUERY_PORT = 6,
	MESSAGE_RESPONSE_PORT = 7,
	MESSAGE_QUERY_S = 8,
	MESSAGE_QUERY_NS = 9,
	MESSAGE_QUERY = 10,
	MESSAGE_RESPONSE_S = 12,
	MESSAGE_RESPONSE_NS = 13,
	MESSAGE_RESPONSE = 14,
};

/* Values of MESSAGE_TYPE: a query is odd, its response one more. */
enum { AUTH_QUERY = 1, CLIENT_QUERY = 5, UPDATE_QUERY = 13 };

enum {
	LENGTH_LEN = 4,
	TIME_MAX_S = 253402300799, /* the end of the year 9999 */
};

struct message {
	uint64_t type, protocol;
	struct span query_address, response_address, query, response;
	uint64_t query_port, response_port;
	uint64_t query_s, query_ns, response_s, response_ns;
	bool has_query_time, has_response_time;
};

static void
take_field(struct message *m, const struct protobuf_field *f)
{
	switch (f->number) {
	case MESSAGE_TYPE: m->type = f->value; break;
	case MESSAGE_PROTOCOL: m->protocol = f->value; break;
	case MESSAGE_QUERY_ADDRESS: m->query_address = f->octets; break;
	case MESSAGE_RESPONSE_ADDRESS: m->response_address = f->octets; break;
	case MESSAGE_QUERY_PORT: m->query_port = f->value; break;
	case MESSAGE_RESPONSE_PORT: m->response_port = f->value; break;
	case MESSAGE_QUERY_S:
		m->query_s = f->value;
		m->has_query_time = true;
		break;
	case MESSAGE_QUERY_NS: m->query_ns = f->value; break;
	case MESSAGE_QUERY: m->query = f->octets; break;
	case MESSAGE_RESPONSE_S:
		m->response_s = f->value;
		m->has_response_time = true;
		break;
	case MESSAGE_RESPONSE_NS: m->response_ns = f->value; break;
	case MESSAGE_RESPONSE: m->response = f->octets; break;
	default: break;
	}
}

static bool
take_message(struct span octets, struct message *m)
{
	struct cursor c = cursor_on(octets);
	struct protobuf_field field;

	*m = (struct message){.type = 0};
	while (protobuf_next(&c, &field))
		take_field(m, &field);
	return !c.failed;
}

static void
take_peer(struct query_peer *peer, struct span address, uint64_t port)
{
	if (address.n != 4 && address.n != 16)
		return;
	peer->is_known = true;
	peer->ip.v6 = address.n == 16;
	memcpy(peer->ip.octets, address.p, address.n);
	peer->port = port <= UINT16_MAX ? (int)port : UNTOLD;
}

static int64_t
time_of(bool is_there, uint64_t s, uint64_t ns)
{
	if (!is_there || s > TIME_MAX_S || ns >= 1000000000)
		return TIME_UNKNOWN;
	return (int64_t)(s * 1000000 + ns / 1000);
}

/* The octets of a query or an answer; what is no message at all was asked, too. */
static void
take_dns(struct query *q, struct span wire, bool is_answer)
{
	struct dns_message m;
	bool ok = dns_message_read(wire, &m);

	if (ok && m.is_answer == is_answer)
		query_take_message(q, &m, wire.n);
	else
		q->is_malformed = true;
	q->kind = is_answer ? QUERY_ANSWER : QUERY_ASKED;
}

static enum dnstap_st
read_message(const struct message *m, struct query *q)
{
	static const enum query_proto protos[] = {[1] = PROTO_UDP, [2] = PROTO_TCP};
	bool is_answer = m->type % 2 == 0;
	uint64_t kind = is_answer ? m->type - 1 : m->type;
	int64_t asked_us = time_of(m->has_query_time, m->query_s, m->query_ns);
	struct query answer;

	if (kind != AUTH_QUERY && kind != CLIENT_QUERY && kind != UPDATE_QUERY)
		return DNSTAP_OTHER;
	q->proto = m->protocol == 1 || m->protocol == 2 ? protos[m->protocol] : PROTO_OTHER;
	take_peer(&q->client, m->query_address, m->query_port);
	take_peer(&q->server, m->response_address, m->response_port);
	answer = *q;
	answer.answer_us = time_of(m->has_response_time, m->response_s, m->response_ns);
	if (is_answer)
		take_dns(&answer, m->response, true);
	if (!is_answer || m->query.n) {
		take_dns(q, m->query, false);
		if (is_answer)
			query_take_answer(q, &answer);
	} else {
		*q = answer;
	}
	q->time_us = asked_us != TIME_UNKNOWN ? asked_us : q->answer_us;
	return q->time_us == TIME_UNKNOWN ? DNSTAP_BAD : DNSTAP_QUERY;
}

static bool
take_gap_time(struct cursor *c, int64_t *us)
{
	if (cur_maybe(c, SPAN_LIT("- ")))
		return true;
	*us = (int64_t)cur_number(c, 18);
	return cur_literal(c, SPAN_LIT(" "));
}

/* EVENT SINCE NOW SERVER, times in microseconds, what is not known as "-". */
static enum dnstap_st
read_gap(struct span text, struct query *q)
{
	struct cursor c = cursor_on(text);
	struct span event = cur_until(&c, SPAN_LIT(" "), 32);

	q->kind = QUERY_GAP;
	for (q->gap = 0; q->gap < GAPS_N; q->gap++)
		if (span_eq(event, span_str(query_gap_names[q->gap])))
			break;
	if (q->gap == GAPS_N || !take_gap_time(&c, &q->gap_from_us) ||
	    !take_gap_time(&c, &q->time_us) || q->time_us == TIME_UNKNOWN)
		return DNSTAP_BAD;
	q->identity[0] = '\0';
	if (!span_eq(c.rest, SPAN_LIT("-")))
		query_set_identity(q, c.rest);
	return DNSTAP_QUERY;
}

/* The protocol buffer of a data frame; p == NULL: it is none, or cut off. */
static struct span
payload_of(struct span frame)
{
	if (frame.n < LENGTH_LEN || span_starts(frame, LINES_FRAMES_START) ||
	    lines_frame_size(NULL, frame) != frame.n)
		return (struct span){NULL, 0};
	return span_from(frame, LENGTH_LEN);
}

enum dnstap_st
dnstap_read(struct span frame, struct query *q)
{
	struct span payload = payload_of(frame), extra = {NULL, 0};
	struct cursor c = cursor_on(payload);
	struct message message = {.type = 0};
	struct protobuf_field field;
	bool has_message = false;

	query_init(q, SOURCE_DNSTAP);
	if (!payload.p)
		return span_starts(frame, LINES_FRAMES_START) &&
			       lines_frame_size(NULL, frame) == frame.n
			   ? DNSTAP_OTHER
			   : DNSTAP_BAD;
	while (protobuf_next(&c, &field)) {
		if (field.number == TAP_IDENTITY)
			query_set_identity(q, field.octets);
		else if (field.number == TAP_EXTRA)
			extra = field.octets;
		else if (field.number == TAP_MESSAGE && !take_message(field.octets, &message))
			return DNSTAP_BAD;
		has_message |= field.number == TAP_MESSAGE;
	}
	if (c.failed)
		return DNSTAP_BAD;
	if (has_message)
		return read_message(&message, q);
	if (!strcmp(q->identity, GAP_SENDER) && span_starts(extra, SPAN_LIT(GAP_TAG)))
		return read_gap(span_from(extra, sizeof GAP_TAG - 1), q);
	return DNSTAP_OTHER;
}

static void
put_gap_time(struct buf *out, int64_t us)
{
	if (us == TIME_UNKNOWN)
		buf_puts(out, "- ");
	else
		buf_printf(out, "%lld ", (long long)us);
}

/* A frame of ours: no message, but a text beside it. */
static void
put_extra(struct buf *out, struct span text)
{
	unsigned char length[LENGTH_LEN];
	struct buf tap;

	buf_init(&tap, 1024);
	protobuf_put_octets(&tap, TAP_IDENTITY, SPAN_LIT(GAP_SENDER));
	protobuf_put_octets(&tap, TAP_EXTRA, text);
	protobuf_put_number(&tap, TAP_TYPE, TAP_TYPE_OURS);
	for (int i = 0; i < LENGTH_LEN; i++)
		length[i] = (unsigned char)(tap.n >> 8 * (LENGTH_LEN - 1 - i));
	buf_put(out, (struct span){(char *)length, sizeof length});
	buf_put(out, buf_span(&tap));
	buf_free(&tap);
}

void
dnstap_put_gap(struct buf *out, const struct query *gap)
{
	struct buf text;

	buf_init(&text, 256);
	buf_printf(&text, GAP_TAG "%s ", query_gap_names[gap->gap]);
	put_gap_time(&text, gap->gap_from_us);
	put_gap_time(&text, gap->time_us);
	buf_puts(&text, gap->identity[0] ? gap->identity : "-");
	put_extra(out, buf_span(&text));
	buf_free(&text);
}

void
dnstap_put_note(struct buf *out, int64_t time_us)
{
	struct buf text;

	buf_init(&text, 256);
	buf_puts(&text, "emt-note/1 ");
	put_gap_time(&text, time_us);
	put_extra(out, buf_span(&text));
	buf_free(&text);
}

struct span
dnstap_identity(struct span frame)
{
	struct cursor c = cursor_on(payload_of(frame));
	struct protobuf_field field;

	while (protobuf_next(&c, &field))
		if (field.number == TAP_IDENTITY)
			return field.octets;
	return (struct span){NULL, 0};
}
