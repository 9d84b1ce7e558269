/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_subjects.h"

#include "delivery/sender_domain.h"
#include "dns/dns_name.h"

/* The bytes of a string, p == NULL if it is none.  Names are ASCII, so the lossy text next to a
 * _b64 will do. */
static struct span
text_of(const json_t *value)
{
	return (struct span){json_string_value(value), json_string_length(value)};
}

static const char *
canonical(struct arena *a, struct span name)
{
	char text[DNS_NAME_MAX + 1];

	return dns_name_canonical(name, text) ? NULL : arena_dup(a, span_str(text));
}

static struct enrich_name
host_name(struct arena *a, struct span given)
{
	struct enrich_name name = {.given = given};

	if (is_internet_name(given))
		name.name = canonical(a, given);
	else
		name.why_not = given.p ? "not looked up: no name of an Internet host"
				       : "not looked up: the client's name is not known";
	return name;
}

static struct enrich_name
sender_name(struct arena *a, const json_t *record)
{
	const json_t *headers = json_object_get(record, "headers");
	struct enrich_name name = {0};

	name.given = sender_domain(
	    text_of(json_object_get(headers, "from")), text_of(json_object_get(record, "sender")));
	if (name.given.p)
		name.name = canonical(a, name.given);
	else
		name.why_not = "not looked up: the mail names no sender's domain";
	return name;
}

static struct enrich_name
organisation_name(const struct public_suffixes *suffixes, const struct enrich_name *sender)
{
	struct enrich_name name = {.why_not = sender->why_not};

	if (!sender->name)
		return name;
	name.given = public_suffix_organisation(suffixes, sender->name);
	name.name = name.given.p; /* the end of a text */
	name.why_not = "not looked up: the sender's domain is a public suffix";
	return name;
}

/* "4.3.2.1.in-addr.arpa" (RFC 1035 section 3.5), nibbles in ip6.arpa (RFC 3596 section 2.5). */
static struct enrich_name
reverse_name(struct arena *a, const struct enrich_subjects *s)
{
	char reversed[IP_REVERSED_MAX];

	if (!s->has_client)
		return (struct enrich_name){
		    .why_not = "not looked up: the client's address is not known"};
	return (struct enrich_name){
	    .name = arena_printf(a, "%s.%s", ip_reversed(&s->client, reversed),
		s->client.v6 ? "ip6.arpa" : "in-addr.arpa")};
}

/* Reads the tags of each field of that kind. */
static struct enrich_signature *
signatures(struct arena *a, const json_t *record, const char *key, size_t *n)
{
	const json_t *fields = json_object_get(json_object_get(record, "headers"), key);
	struct enrich_signature *s;

	*n = json_array_size(fields);
	s = arena_alloc(a, *n * sizeof *s);
	for (size_t i = 0; i < *n; i++) {
		const json_t *tags = json_object_get(json_array_get(fields, i), "tags");

		s[i].selector = text_of(json_object_get(tags, "s"));
		s[i].domain = text_of(json_object_get(tags, "d"));
	}
	return s;
}

void
enrich_subjects_read(struct arena *a, const struct public_suffixes *suffixes, const json_t *record,
    struct enrich_subjects *s)
{
	const json_t *client = json_object_get(record, "client");
	struct enrich_name *names = s->names;

	*s = (struct enrich_subjects){0};
	names[ENRICH_EHLO] = host_name(a, text_of(json_object_get(client, "helo")));
	names[ENRICH_RDNS] = host_name(a, text_of(json_object_get(client, "hostname")));
	names[ENRICH_SENDER] = sender_name(a, record);
	names[ENRICH_ORG] = organisation_name(suffixes, &names[ENRICH_SENDER]);
	names[ENRICH_ADDRESS].given = text_of(json_object_get(client, "address"));
	s->has_client = ip_read(names[ENRICH_ADDRESS].given, &s->client);
	names[ENRICH_REVERSE] = reverse_name(a, s);
	s->dkim = signatures(a, record, "dkim_signature", &s->dkim_n);
	s->domkey = signatures(a, record, "domainkey_signature", &s->domkey_n);
}
