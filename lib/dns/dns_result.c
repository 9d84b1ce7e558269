/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_result.h"

#include <ldns/ldns.h>
#include <stdlib.h>

static const struct {
	const char *name, *text;
} outcomes[] = {
    [DNS_OK] = {"ok", "records found"},
    [DNS_NXDOMAIN] = {"nxdomain", "no such name"},
    [DNS_NODATA] = {"nodata", "no such records"},
    [DNS_SERVFAIL] = {"servfail", "the server failed"},
    [DNS_REFUSED] = {"refused", "the server refused"},
    [DNS_RCODE] = {"rcode", "the server answered with an unusual code"},
    [DNS_TIMEOUT] = {"timeout", "no answer in time"},
    [DNS_NETERR] = {"neterr", "the network failed"},
    [DNS_MALFORMED] = {"malformed", "the answer cannot be read"},
    [DNS_BAD_NAME] = {"badname", "not a name to look up"},
    [DNS_CANCELLED] = {"cancelled", "given up"},
};

const char *
dns_outcome_name(enum dns_outcome outcome)
{
	return outcomes[outcome].name;
}

const char *
dns_security_name(enum dns_security security)
{
	static const char *const names[] = {
	    [DNS_UNCHECKED] = "unchecked",
	    [DNS_SECURE] = "secure",
	    [DNS_INSECURE] = "insecure",
	    [DNS_BOGUS] = "bogus",
	    [DNS_INDETERMINATE] = "indeterminate",
	};

	return names[security];
}

const char *
dns_proto_name(enum dns_proto proto)
{
	static const char *const names[] = {
	    [DNS_PROTO_UNKNOWN] = "unknown",
	    [DNS_UDP] = "udp",
	    [DNS_TCP] = "tcp",
	};

	return names[proto];
}

const char *
dns_type_name(struct arena *a, int type)
{
	char *text = ldns_rr_type2str((ldns_rr_type)type);
	const char *name;

	if (!text)
		out_of_memory();
	name = arena_dup(a, span_str(text));
	free(text);
	return name;
}

static const char *
dup_text(struct arena *a, const char *text)
{
	return text ? arena_dup(a, span_str(text)) : NULL;
}

static const char *const *
dup_texts(struct arena *a, const char *const *texts, size_t n)
{
	const char **copy = n ? arena_alloc(a, n * sizeof *copy) : NULL;

	for (size_t i = 0; i < n; i++)
		copy[i] = dup_text(a, texts[i]);
	return copy;
}

void
dns_result_copy_to(struct arena *a, const struct dns_result *r, struct dns_result *copy)
{
	*copy = *r;
	copy->name = dup_text(a, r->name);
	copy->why = dup_text(a, r->why);
	copy->server = dup_text(a, r->server);
	copy->answer = dup_texts(a, r->answer, r->answer_n);
	copy->cname = dup_texts(a, r->cname, r->cname_n);
	copy->wire = arena_span(a, r->wire);
}

const struct dns_result *
dns_result_copy(struct arena *a, const struct dns_result *r)
{
	struct dns_result *copy = arena_alloc(a, sizeof *copy);

	dns_result_copy_to(a, r, copy);
	return copy;
}

const char *
dns_result_text(struct arena *a, const struct dns_result *r)
{
	bool bogus = r->dnssec == DNS_BOGUS;
	char code[40], name[20];
	size_t i;

	snprintf(code, sizeof code, "RCODE %d", r->rcode);
	for (i = 0; outcomes[r->outcome].name[i]; i++)
		name[i] = (char)(outcomes[r->outcome].name[i] - 'a' + 'A');
	name[i] = '\0';
	return arena_printf(a, "%s: %s%s%s%s",
	    bogus                     ? "BOGUS"
	    : r->outcome == DNS_RCODE ? code
				      : name,
	    bogus ? "DNSSEC validation failed" : outcomes[r->outcome].text, r->why ? " (" : "",
	    r->why ? r->why : "", r->why ? ")" : "");
}
