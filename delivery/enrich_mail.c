/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_mail.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/settings.h"
#include "delivery/sender_domain.h"
#include "io/record.h"

/* Which name of a mail a look-up is about. */
enum subject { SENDER_DOMAIN, SUBJECTS_N };

static const struct row {
	const char *object,
	    *key; /* where the answer goes: record[object][key], record[key] if object is NULL */
	enum subject subject;
	int type;
} rows[] = {
    {NULL, "mx", SENDER_DOMAIN, DNS_MX},
    {"spf", "IN_TXT", SENDER_DOMAIN, DNS_TXT},
};
enum { ROWS_N = sizeof rows / sizeof *rows };

struct lookup {
	struct mail *mail;
	const struct row *row;
	const struct dns_result *result; /* NULL: not asked */
};

struct mail {
	struct arena *arena;
	struct loop *loop;
	json_t *record;
	struct lookup lookups[ROWS_N];
	size_t left; /* not answered yet */
	struct loop_timer *finish;
	void (*done)(void *arg);
	void *arg;
};

/* The bytes of a string, p == NULL if it is none.  Domains are ASCII, so the lossy text next to a
 * _b64 will do. */
static struct span
text_of(const json_t *value)
{
	return (struct span){json_string_value(value), json_string_length(value)};
}

static void
find_subjects(const json_t *record, struct span subjects[SUBJECTS_N])
{
	const json_t *headers = json_object_get(record, "headers");

	subjects[SENDER_DOMAIN] = sender_domain(
	    text_of(json_object_get(headers, "from")), text_of(json_object_get(record, "sender")));
}

static json_t *
number_or_null(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static json_t *
text_or_null(const char *text)
{
	return text ? record_string(span_str(text)) : json_null();
}

static json_t *
answer_texts(const struct dns_result *r)
{
	json_t *texts = json_array();

	for (size_t i = 0; i < r->answer_n; i++)
		record_append(texts, record_string(span_str(r->answer[i])));
	return texts;
}

/* One element of `lookups`. */
static json_t *
lookup_value(struct arena *a, const struct dns_result *r)
{
	json_t *value = json_object();
	struct buf wire;

	buf_init(&wire, r->wire.n * 2 + 4);
	base64_put(&wire, r->wire);
	record_set(value, "name", text_or_null(r->name));
	record_set(value, "type", text_or_null(dns_type_name(a, r->type)));
	record_set(value, "outcome", text_or_null(dns_outcome_name(r->outcome)));
	record_set(value, "rcode", number_or_null(r->rcode));
	record_set(value, "ede", number_or_null(r->ede));
	record_set(value, "ttl", number_or_null(r->ttl_s));
	record_set(value, "dnssec", text_or_null(dns_security_name(r->dnssec)));
	record_set(value, "why", text_or_null(r->why));
	record_set(value, "server", text_or_null(r->server));
	record_set(value, "proto", text_or_null(dns_proto_name(r->proto)));
	record_set(value, "attempts", number_or_null(r->attempts));
	record_set(value, "cached", json_boolean(r->cached));
	record_set(value, "ms", json_real((double)r->rtt_us / 1000));
	record_set(value, "answer", answer_texts(r));
	record_set(value, "wire", r->wire.n ? text_or_null(buf_str(&wire)) : json_null());
	buf_free(&wire);
	return value;
}

/* The value of an ATC key. */
static json_t *
texts_value(struct arena *a, const struct dns_result *r)
{
	json_t *texts;

	if (r && r->outcome == DNS_OK && r->dnssec != DNS_BOGUS)
		return answer_texts(r);
	texts = json_array();
	record_append(texts, text_or_null(r ? dns_result_text(a, r)
					    : "not looked up: the mail names no sender's domain"));
	return texts;
}

static void
put_texts(json_t *record, const struct row *row, json_t *texts)
{
	json_t *object = record;

	if (row->object) {
		object = json_object_get(record, row->object);
		if (!json_is_object(object)) {
			record_set(record, row->object, json_object());
			object = json_object_get(record, row->object);
		}
	}
	record_set(object, row->key, texts);
}

/* Has somebody who was asked said something? */
static bool
is_answered(const struct dns_result *r)
{
	return r->outcome != DNS_TIMEOUT && r->outcome != DNS_NETERR && r->outcome != DNS_CANCELLED;
}

static void
finish(void *arg)
{
	struct mail *m = arg;
	json_t *lookups = json_array();
	bool complete = true;

	for (size_t i = 0; i < ROWS_N; i++) {
		const struct dns_result *r = m->lookups[i].result;

		put_texts(m->record, &rows[i], texts_value(m->arena, r));
		if (r)
			record_append(lookups, lookup_value(m->arena, r));
		complete &= !r || is_answered(r);
	}
	record_set(m->record, "tool", json_sprintf("emt-enrich %s", EMT_VERSION));
	record_set(m->record, "enrichment", json_string(complete ? "complete" : "partial"));
	record_set(m->record, "enriched", record_time(clock_wall_us(loop_clock(m->loop))));
	record_set(m->record, "lookups", lookups);
	loop_timer_free(m->finish);
	m->done(m->arg);
	arena_free(m->arena);
}

static void
one_answered(struct mail *m)
{
	if (--m->left == 0)
		loop_timer_set(m->finish, clock_since_us(loop_clock(m->loop)));
}

static void
answered(void *arg, const struct dns_result *r)
{
	struct lookup *lookup = arg;

	lookup->result = dns_result_copy(lookup->mail->arena, r);
	one_answered(lookup->mail);
}

void
enrich_mail(struct loop *l, struct dns *d, json_t *record, int64_t deadline_us,
    void (*done)(void *arg), void *arg)
{
	struct arena *a = arena_new();
	struct mail *m = arena_alloc(a, sizeof *m);
	struct span subjects[SUBJECTS_N];

	*m = (struct mail){.arena = a, .loop = l, .record = record, .done = done, .arg = arg};
	m->finish = loop_timer_new(l, finish, m);
	find_subjects(record, subjects);
	m->left = ROWS_N;
	for (size_t i = 0; i < ROWS_N; i++) {
		struct span name = subjects[rows[i].subject];

		m->lookups[i] = (struct lookup){.mail = m, .row = &rows[i]};
		if (name.p)
			dns_submit(d, name, rows[i].type, deadline_us, answered, &m->lookups[i]);
		else
			one_answered(m);
	}
}
