/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_expand.h"

#include "delivery/enrich_keys.h"
#include "delivery/sender_domain.h"
#include "dns/dns_name.h"
#include "io/record.h"

/* object[key] = value, which stays the record's. */
static json_t *
put(json_t *object, const char *key, json_t *value)
{
	record_set(object, key, value);
	return value;
}

static json_t *
append(json_t *array, json_t *value)
{
	record_append(array, value);
	return value;
}

/* The name behind the next dot from the right, before `tail`; NULL in front of the first label. */
static const char *
longer_tail(const char *name, const char *tail)
{
	if (tail == name)
		return NULL;
	if (*tail)
		tail--; /* the dot */
	while (tail > name && tail[-1] != '.')
		tail--;
	return tail;
}

void
enrich_expand_labels(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject)
{
	const struct enrich_name *name = &p->subjects.names[subject];
	json_t *trace = put(object, key, json_object());
	json_t *res;
	const char *tail = name->name ? name->name + strlen(name->name) : NULL;

	record_set(trace, "domain", enrich_text(name->given));
	res = put(trace, "res", json_object());
	for (int i = 0; tail && i < ENRICH_LABELS_MAX; i++) {
		struct enrich_name part = {.name = tail = longer_tail(name->name, tail)};
		json_t *zone;

		if (!tail)
			break;
		zone = put(res, arena_printf(p->arena, "%s.", tail), json_object());
		enrich_plan_ask(p, zone, "DS", "", &part, DNS_DS, NULL, NULL);
		enrich_plan_ask(p, zone, "DNSKEY", "", &part, DNS_DNSKEY, NULL, NULL);
	}
}

/* SELECTOR._domainkey.DOMAIN (RFC 6376 section 3.6.2.1). */
static struct enrich_name
key_name(struct arena *a, struct span selector, struct span domain)
{
	struct enrich_name name = {0};

	if (!selector.n)
		name.why_not = "not looked up: the signature names no selector";
	else if (!domain.n)
		name.why_not = "not looked up: the signature names no domain";
	else if (selector.n + domain.n > DNS_NAME_MAX || memchr(selector.p, '\0', selector.n) ||
		 memchr(domain.p, '\0', domain.n))
		name.why_not = "not looked up: no name that the DNS can have";
	else
		name.name = arena_printf(a, "%.*s._domainkey.%.*s", (int)selector.n, selector.p,
		    (int)domain.n, domain.p);
	return name;
}

/* The key below the sender's domain, whether that is the signer's or not. */
static struct enrich_name
sender_key_name(struct enrich_plan *p, struct span selector)
{
	const struct enrich_name *sender = &p->subjects.names[ENRICH_SENDER];

	if (!sender->name)
		return *sender;
	return key_name(p->arena, selector, span_str(sender->name));
}

static void
expand_first(struct enrich_plan *p, json_t *object, const char *key, const char *domain_key,
    const struct enrich_signature *signatures, size_t n)
{
	json_t *value = put(object, key, json_object());
	struct enrich_name of_sender, of_domain;

	if (!n) {
		record_set(value, "N/A", json_true());
		return;
	}
	of_sender = sender_key_name(p, signatures->selector);
	of_domain = key_name(p->arena, signatures->selector, signatures->domain);
	record_set(value, "selector", enrich_text(signatures->selector));
	record_set(value, "domain", enrich_text(signatures->domain));
	enrich_plan_ask(p, value, "sender_domain_key", "", &of_sender, DNS_TXT, NULL, NULL);
	enrich_plan_ask(p, value, domain_key, "", &of_domain, DNS_TXT, NULL, NULL);
}

void
enrich_expand_dkim(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject)
{
	(void)subject;
	expand_first(p, object, key, "dkim_domain_key", p->subjects.dkim, p->subjects.dkim_n);
}

void
enrich_expand_domkey(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject)
{
	(void)subject;
	expand_first(p, object, key, "domkey_domain_key", p->subjects.domkey, p->subjects.domkey_n);
}

static void
add_signatures(struct enrich_plan *p, json_t *array, const char *kind,
    const struct enrich_signature *signatures, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *value = append(array, json_object());
		struct enrich_name name =
		    key_name(p->arena, signatures[i].selector, signatures[i].domain);

		if (json_array_size(array) > ENRICH_SIGNATURES_MAX)
			name = (struct enrich_name){
			    .why_not = "not looked up: more than 20 signatures"};
		record_set(value, "kind", json_string(kind));
		record_set(value, "selector", enrich_text(signatures[i].selector));
		record_set(value, "domain", enrich_text(signatures[i].domain));
		enrich_plan_ask(p, value, "key", "", &name, DNS_TXT, NULL, NULL);
	}
}

void
enrich_expand_signatures(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject)
{
	json_t *array = put(object, key, json_array());

	(void)subject;
	add_signatures(p, array, "dkim", p->subjects.dkim, p->subjects.dkim_n);
	add_signatures(p, array, "domkey", p->subjects.domkey, p->subjects.domkey_n);
}

/* A host that an answer names: the text in presentation form, such as "mx.example.com.". */
static struct enrich_name
host_of(struct arena *a, struct span text, size_t number)
{
	struct enrich_name name = {.given = text};
	char canonical[DNS_NAME_MAX + 1];

	if (number >= ENRICH_HOSTS_MAX)
		name.why_not = "not looked up: more than 10 hosts";
	else if (!is_internet_name(text) || dns_name_canonical(text, canonical))
		name.why_not = "not looked up: no name of an Internet host";
	else
		name.name = arena_dup(a, span_str(canonical));
	return name;
}

/* Answers are in canonical order (RFC 4034 section 6.3), so the preferred hosts are first. */
struct mx_hosts {
	struct enrich_plan *plan;
	json_t *array;
};

static void
take_mx(void *arg, const struct dns_result *r)
{
	struct mx_hosts *hosts = arg;
	struct enrich_plan *p = hosts->plan;

	for (size_t i = 0; enrich_believed(r) && i < r->answer_n; i++) {
		struct span host = span_str(r->answer[i]);
		struct enrich_name name;
		json_t *value;

		span_cut(&host, ' ');
		if (span_eq(host, SPAN_LIT("."))) /* takes no mail: RFC 7505 */
			continue;
		host = arena_span(p->arena, host);
		name = host_of(p->arena, host, i);
		value = append(hosts->array, json_object());
		record_set(
		    value, "host", enrich_text(name.name ? span_str(name.name) : name.given));
		enrich_plan_ask(p, value, "tlsa", "_25._tcp.", &name, DNS_TLSA, NULL, NULL);
	}
}

void
enrich_expand_mx_hosts(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject)
{
	const struct enrich_name *name = &p->subjects.names[subject];
	struct mx_hosts *hosts = arena_alloc(p->arena, sizeof *hosts);

	*hosts = (struct mx_hosts){.plan = p, .array = put(object, key, json_array())};
	if (name->name)
		enrich_lookups_ask(p->lookups, name->name, DNS_MX, take_mx, hosts);
}

/* The PTR names of a client, and whether each leads back to it. */
struct ptr {
	struct enrich_plan *plan;
	json_t *confirmed;
	bool unknown; /* an answer that it takes to say "no" is missing */
};

struct ptr_name {
	struct ptr *ptr;
	const char *name;
};

/* NXDOMAIN and NODATA say "no"; what failed says nothing. */
static bool
says_no(const struct dns_result *r)
{
	return r->dnssec != DNS_BOGUS && (r->outcome == DNS_NXDOMAIN || r->outcome == DNS_NODATA);
}

static void
take_forward(void *arg, const struct dns_result *r)
{
	struct ptr_name *n = arg;
	const struct ip *client = &n->ptr->plan->subjects.client;
	bool has_it = false;

	for (size_t i = 0; enrich_believed(r) && i < r->answer_n; i++) {
		struct ip address;

		has_it |= ip_read(span_str(r->answer[i]), &address) && ip_eq(&address, client);
	}
	if (has_it)
		record_append(n->ptr->confirmed, enrich_text(span_str(n->name)));
	else if (!enrich_believed(r) && !says_no(r))
		n->ptr->unknown = true;
}

static void
take_ptr(void *arg, const struct dns_result *r)
{
	struct ptr *ptr = arg;
	struct enrich_plan *p = ptr->plan;
	int type = p->subjects.client.v6 ? DNS_AAAA : DNS_A;

	ptr->unknown = !enrich_believed(r) && !says_no(r);
	for (size_t i = 0; enrich_believed(r) && i < r->answer_n; i++) {
		struct enrich_name name =
		    host_of(p->arena, arena_span(p->arena, span_str(r->answer[i])), i);
		struct ptr_name *n = arena_alloc(p->arena, sizeof *n);

		*n = (struct ptr_name){ptr, name.name};
		if (!name.name || !enrich_lookups_ask(p->lookups, name.name, type, take_forward, n))
			ptr->unknown |= i >= ENRICH_HOSTS_MAX || name.name;
	}
}

static json_t *
forward_confirmed(struct arena *a, const struct enrich_place *place)
{
	const struct ptr *ptr = place->arg;

	(void)a;
	if (json_array_size(ptr->confirmed))
		return json_true();
	return ptr->unknown ? json_null() : json_false();
}

void
enrich_expand_ptr(
    struct enrich_plan *p, json_t *object, const char *key, enum enrich_subject subject)
{
	struct ptr *ptr = arena_alloc(p->arena, sizeof *ptr);
	json_t *value = put(object, key, json_object());
	struct enrich_place *place;

	/* Without an address nothing is known. */
	*ptr = (struct ptr){.plan = p, .confirmed = json_array(), .unknown = true};
	enrich_plan_ask(p, value, "names", "", &p->subjects.names[subject], DNS_PTR, take_ptr, ptr);
	place = enrich_plan_place(p, value, "forward_confirmed");
	place->value = forward_confirmed;
	place->arg = ptr;
	record_set(value, "confirmed", ptr->confirmed);
}
