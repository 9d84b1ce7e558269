/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_plan.h"

#include "delivery/enrich_expand.h"
#include "delivery/enrich_keys.h"
#include "dns/dns_name.h"
#include "io/record.h"

#define TLSA_OF_SMTP "_25._tcp." /* RFC 7672 section 2.2 */

/* The order is that of the record's keys and of the questions. */
static const struct row {
	const char *object, *key; /* record[object][key]; object NULL: record[key] */
	enum enrich_subject subject;
	const char *prefix;
	int type; /* 0: no question, the subject itself as the record has it */
	void (*expand)(
	    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject);
} rows[] = {
    {"ehlo", "ehlo", ENRICH_EHLO, NULL, 0, NULL},
    {"ehlo", "rdns", ENRICH_RDNS, NULL, 0, NULL},
    {"ehlo", "ip", ENRICH_ADDRESS, NULL, 0, NULL},
    {"ehlo", "ehlo_A", ENRICH_EHLO, "", DNS_A, NULL},
    {"ehlo", "ehlo_AAAA", ENRICH_EHLO, "", DNS_AAAA, NULL},
    {"ehlo", "ehlo_TLSA", ENRICH_EHLO, TLSA_OF_SMTP, DNS_TLSA, NULL},
    {"ehlo", "rdns_A", ENRICH_RDNS, "", DNS_A, NULL},
    {"ehlo", "rdns_AAAA", ENRICH_RDNS, "", DNS_AAAA, NULL},
    {"ehlo", "rdns_TLSA", ENRICH_RDNS, TLSA_OF_SMTP, DNS_TLSA, NULL},
    {"dnssec_trace", "ehlo", ENRICH_EHLO, NULL, 0, enrich_expand_labels},
    {"dnssec_trace", "rdns", ENRICH_RDNS, NULL, 0, enrich_expand_labels},
    {"dnssec_trace", "sender", ENRICH_SENDER, NULL, 0, enrich_expand_labels},
    {NULL, "mx", ENRICH_SENDER, "", DNS_MX, NULL},
    {"spf", "IN_SPF", ENRICH_SENDER, "", DNS_SPF, NULL},
    {"spf", "IN_TXT", ENRICH_SENDER, "", DNS_TXT, NULL},
    {NULL, "dmarc", ENRICH_SENDER, "_dmarc.", DNS_TXT, NULL},
    {NULL, "srv", ENRICH_SENDER, "_smtp._tcp.", DNS_SRV, NULL},
    {"dkim", "dkim", ENRICH_SENDER, NULL, 0, enrich_expand_dkim},
    {"dkim", "domkey", ENRICH_SENDER, NULL, 0, enrich_expand_domkey},
    {NULL, "dkim_keys", ENRICH_SENDER, NULL, 0, enrich_expand_signatures},
    {NULL, "ptr", ENRICH_REVERSE, NULL, 0, enrich_expand_ptr},
    {"dmarc_org", "domain", ENRICH_ORG, NULL, 0, NULL},
    {"dmarc_org", "txt", ENRICH_ORG, "_dmarc.", DNS_TXT, NULL},
    {NULL, "mta_sts", ENRICH_SENDER, "_mta-sts.", DNS_TXT, NULL},
    {NULL, "tls_rpt", ENRICH_SENDER, "_smtp._tls.", DNS_TXT, NULL},
    {NULL, "bimi", ENRICH_SENDER, "default._bimi.", DNS_TXT, NULL},
    {NULL, "mx_tlsa", ENRICH_SENDER, NULL, 0, enrich_expand_mx_hosts},
};
enum { ROWS_N = sizeof rows / sizeof *rows };

struct enrich_place *
enrich_plan_place(struct enrich_plan *p, json_t *object, const char *key)
{
	struct enrich_place *place = arena_alloc(p->arena, sizeof *place);

	*place = (struct enrich_place){.object = object, .key = key};
	if (p->last)
		p->last->next = place;
	else
		p->first = place;
	p->last = place;
	record_set(object, key, json_null()); /* keeps its place among the keys */
	return place;
}

struct enrich_place *
enrich_plan_ask(struct enrich_plan *p, json_t *object, const char *key, const char *prefix,
    const struct enrich_name *name, int type, enrich_then *then, void *arg)
{
	struct enrich_place *place = enrich_plan_place(p, object, key);
	char canonical[DNS_NAME_MAX + 1];
	const char *whole, *wrong;

	place->why_not = name->why_not;
	if (!name->name)
		return place;
	whole = arena_printf(p->arena, "%s%s", prefix, name->name);
	wrong = dns_name_canonical(span_str(whole), canonical);
	if (wrong) {
		place->why_not = arena_printf(p->arena, "not looked up: no DNS name: %s", wrong);
		return place;
	}
	place->lookup = enrich_lookups_ask(
	    p->lookups, arena_dup(p->arena, span_str(canonical)), type, then, arg);
	if (!place->lookup)
		place->why_not = "not looked up: more than 500 look-ups for this mail";
	return place;
}

/* record[key] as an empty object, whatever it was; the one that a row before this one made. */
static json_t *
object_for(struct enrich_plan *p, size_t row)
{
	const char *key = rows[row].object;

	if (!key)
		return p->record;
	if (row == 0 || rows[row - 1].object == NULL || strcmp(rows[row - 1].object, key) != 0)
		record_set(p->record, key, json_object());
	return json_object_get(p->record, key);
}

static void
begin_row(struct enrich_plan *p, size_t i)
{
	const struct row *row = &rows[i];
	const struct enrich_name *name = &p->subjects.names[row->subject];
	json_t *object = object_for(p, i);

	if (row->expand)
		row->expand(p, object, row->key, row->subject);
	else if (row->type)
		enrich_plan_ask(p, object, row->key, row->prefix, name, row->type, NULL, NULL);
	else
		record_set(object, row->key, enrich_text(name->given));
}

void
enrich_plan_begin(struct enrich_plan *p)
{
	for (size_t i = 0; i < ROWS_N; i++)
		begin_row(p, i);
}

static json_t *
value_of(struct arena *a, const struct enrich_place *place)
{
	if (place->value)
		return place->value(a, place);
	return enrich_texts(
	    a, place->lookup ? enrich_lookup_result(place->lookup) : NULL, place->why_not);
}

void
enrich_plan_fill(struct enrich_plan *p)
{
	for (const struct enrich_place *place = p->first; place; place = place->next)
		record_set(place->object, place->key, value_of(p->arena, place));
}
