/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile mails, which must not ask for more than their bounds; the rest is in tests/replay. */
#include "delivery/enrich_expand.h"

#include "dns/dns_backend.h"
#include "io/record.h"
#include "tests/tap.h"

static struct {
	struct arena *arena;
	int64_t now_us;
	struct loop *loop;
	struct dns *dns;
	json_t *record, *lookups;
} t;

static void
idle(void *arg)
{
	(void)arg;
}

/* Completes the record, which it takes over, and leaves what was asked in t.lookups. */
static void
run(json_t *record)
{
	struct public_suffixes *suffixes = public_suffixes_open();
	struct enrich_plan plan = {0};
	const char *error;

	t.record = record;
	t.arena = plan.arena = arena_new();
	t.loop = loop_new_virtual(&t.now_us);
	t.dns = dns_new(t.loop, dns_canned_new(t.arena, t.loop, SPAN_LIT(""), &error), 100000);
	plan.record = record;
	plan.lookups = enrich_lookups_new(t.arena, t.dns, t.now_us + 1000000, idle, NULL);
	enrich_subjects_read(t.arena, suffixes, record, &plan.subjects);
	enrich_plan_begin(&plan);
	loop_run(t.loop);
	enrich_plan_fill(&plan);
	t.lookups = enrich_lookups_value(t.arena, plan.lookups);
	public_suffixes_free(suffixes);
}

static void
end(void)
{
	json_decref(t.record);
	json_decref(t.lookups);
	dns_free(t.dns);
	loop_free(t.loop);
	arena_free(t.arena);
}

static json_t *
with_headers(json_t *headers)
{
	return json_pack("{s:o}", "headers", headers);
}

static void
test_many_signatures(void)
{
	json_t *list = json_array(), *keys;
	const char *why;

	for (int i = 0; i < 200; i++)
		record_append(list, json_pack("{s:{s:o,s:s}}", "tags", "s", json_sprintf("s%d", i),
					"d", "signer.example"));
	run(with_headers(
	    json_pack("{s:o,s:O}", "dkim_signature", list, "domainkey_signature", list)));
	keys = json_object_get(t.record, "dkim_keys");
	SAME_INT(json_array_size(keys), 400, "every signature is listed");
	SAME_INT(
	    json_array_size(t.lookups), ENRICH_SIGNATURES_MAX, "the keys of some are asked for");
	why = json_string_value(
	    json_array_get(json_object_get(json_array_get(keys, ENRICH_SIGNATURES_MAX), "key"), 0));
	SAME_STR(why, "not looked up: more than 20 signatures", "the others say why not");
	end();
}

/* A name of as many labels as fit. */
static void
test_many_labels(void)
{
	char name[254];
	json_t *client, *res;

	for (size_t i = 0; i < sizeof name - 1; i++)
		name[i] = i % 2 ? '.' : 'a';
	name[sizeof name - 1] = '\0';
	client = json_pack("{s:s,s:s}", "helo", name, "hostname", name);
	run(json_pack("{s:o,s:{s:s+}}", "client", client, "headers", "from", "a@", name));
	res = json_object_get(
	    json_object_get(json_object_get(t.record, "dnssec_trace"), "ehlo"), "res");
	SAME_INT(json_object_size(res), ENRICH_LABELS_MAX, "so many labels are traced");
	OK(json_object_get(res, "a.") && json_object_get(res, "a.a.a.a."), "from the root on");
	/* DS and DNSKEY of the shared labels; A, AAAA; five of the sender's; the organisational
	 * domain's DMARC.  What has a prefix is too long. */
	SAME_INT(json_array_size(t.lookups), 2 * ENRICH_LABELS_MAX + 2 + 3 + 1,
	    "and equal names are asked once");
	SAME_STR(json_string_value(json_array_get(json_object_get(t.record, "dmarc"), 0)),
	    "not looked up: no DNS name: longer than 253 octets", "a name that gets too long");
	end();
}

static void
test_long_label(void)
{
	char label[301];

	memset(label, 'a', sizeof label - 1);
	label[sizeof label - 1] = '\0';
	run(json_pack("{s:{s:s+},s:{s:s++}}", "client", "helo", label, ".example", "headers",
	    "from", "a@", label, ".example"));
	SAME_INT(json_array_size(t.lookups), 0, "a label of 300 octets is not asked for");
	end();
}

/* Whatever stands where our keys go. */
static void
test_taken_keys(void)
{
	run(json_pack("{s:i,s:[i],s:s,s:{s:i},s:b,s:{s:s}}", "ehlo", 7, "dkim", 1, "spf", "x",
	    "dnssec_trace", "sender", 7, "ptr", 1, "headers", "from", "a@sender.example"));
	OK(json_is_array(json_object_get(json_object_get(t.record, "spf"), "IN_SPF")),
	    "an object in the place of a text");
	OK(json_is_object(json_object_get(
	       json_object_get(json_object_get(t.record, "dnssec_trace"), "sender"), "res")),
	    "an object in the place of a number");
	OK(json_is_null(json_object_get(json_object_get(t.record, "ehlo"), "ip")),
	    "and of another");
	end();
}

int
main(void)
{
	test_many_signatures();
	test_many_labels();
	test_long_label();
	test_taken_keys();
	return tap_end();
}
