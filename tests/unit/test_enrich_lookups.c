/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sharing, going on from answers, bounds and stopping, with canned answers and a virtual clock. */
#include "delivery/enrich_lookups.h"

#include "dns/dns_backend.h"
#include "delivery/enrich_keys.h"
#include "tests/tap.h"

static struct {
	struct arena *arena;
	int64_t now_us;
	struct loop *loop;
	struct dns *dns;
	struct enrich_lookups *lookups;
	struct buf log;
} t;

static void
idle(void *arg)
{
	(void)arg;
	buf_printf(&t.log, "idle@%d ", (int)(t.now_us / 1000));
}

static void
begin(const char *answers)
{
	const char *error;
	struct dns_backend *b;

	t.arena = arena_new();
	t.now_us = 0;
	t.loop = loop_new_virtual(&t.now_us);
	b = dns_canned_new(t.arena, t.loop, span_str(answers), &error);
	if (!b)
		abort();
	t.dns = dns_new(t.loop, b, DNS_CACHE_OCTETS);
	t.lookups = enrich_lookups_new(t.arena, t.dns, 1000000, idle, NULL);
	buf_init(&t.log, 100000);
}

static void
end(void)
{
	dns_free(t.dns);
	loop_free(t.loop);
	buf_free(&t.log);
	arena_free(t.arena);
}

static void
note(void *arg, const struct dns_result *r)
{
	buf_printf(&t.log, "%s:%s@%d ", (const char *)arg, dns_outcome_name(r->outcome),
	    (int)(t.now_us / 1000));
}

static void
ask_more(void *arg, const struct dns_result *r)
{
	note(arg, r);
	enrich_lookups_ask(t.lookups, "second.example", DNS_A, note, (void *)(uintptr_t) "more");
}

static struct enrich_lookup *
ask(const char *name, int type, enrich_then *then, const char *who)
{
	return enrich_lookups_ask(t.lookups, name, type, then, (void *)(uintptr_t)who);
}

static void
expect(const char *want, const char *name)
{
	loop_run(t.loop);
	SAME_STR(buf_str(&t.log), want, name);
	buf_clear(&t.log);
}

static size_t
listed(void)
{
	json_t *value = enrich_lookups_value(t.arena, t.lookups);
	size_t n = json_array_size(value);

	json_decref(value);
	return n;
}

static void
test_sharing(void)
{
	struct enrich_lookup *one;

	begin("first.example A ok after 10\n first.example. 300 IN A 192.0.2.1\n"
	      "second.example A nxdomain after 20\nlost.example A timeout\n");
	OK(!enrich_lookups_are_open(t.lookups), "nothing is asked yet");
	one = ask("first.example", DNS_A, note, "a");
	OK(ask("first.example", DNS_A, note, "b") == one, "the same question is one look-up");
	OK(ask("first.example", DNS_AAAA, NULL, NULL) != one, "another type is another");
	OK(!enrich_lookup_result(one), "not answered yet");
	expect("a:ok@10 b:ok@10 idle@10 ", "all who ask are told, then it is idle");
	SAME_INT(enrich_lookup_result(one)->outcome, DNS_OK, "the answer is kept");
	ask("first.example", DNS_A, note, "late");
	SAME_STR(buf_str(&t.log), "late:ok@10 ", "who comes later is told at once");
	buf_clear(&t.log);
	SAME_INT(listed(), 2, "each question is listed once");
	OK(enrich_lookups_complete(t.lookups), "complete");

	ask("lost.example", DNS_A, NULL, NULL);
	expect("idle@10 ", "a look-up that fails ends too");
	OK(!enrich_lookups_complete(t.lookups), "but is no answer");
	end();
}

static void
test_more(void)
{
	begin("first.example A ok after 10\n first.example. 300 IN A 192.0.2.1\n"
	      "second.example A nxdomain after 20\n");
	ask("first.example", DNS_A, ask_more, "first");
	expect("first:ok@10 more:nxdomain@30 idle@30 ", "what an answer leads to counts");
	end();
}

static void
test_bounds(void)
{
	char name[ENRICH_LOOKUPS_MAX + 10][30];
	size_t given = 0;

	begin("");
	for (int i = 0; i < ENRICH_LOOKUPS_MAX + 10; i++) {
		snprintf(name[i], sizeof name[i], "n%d.example", i);
		given += ask(name[i], DNS_A, NULL, NULL) != NULL;
	}
	SAME_INT(given, ENRICH_LOOKUPS_MAX, "no more than so many are asked");
	OK(ask("n1.example", DNS_A, NULL, NULL) != NULL, "one that is there already is given");
	loop_run(t.loop);
	SAME_INT(listed(), ENRICH_LOOKUPS_MAX, "and listed");
	end();
}

static void
test_large(void)
{
	enum { LARGE = 400000 };
	char *wire;
	struct dns_result r = {.name = "large.example", .outcome = DNS_OK, .type = DNS_TXT};
	json_t *value;

	begin("");
	wire = arena_alloc(t.arena, LARGE);
	r.wire = (struct span){wire, LARGE};
	r.answer = (const char *const[]){"\"text\""};
	r.answer_n = 1;
	for (int i = 0; i < 4; i++)
		enrich_lookups_add(t.lookups, &r);
	SAME_INT(listed(), 4, "every look-up is listed");
	value = enrich_lookups_value(t.arena, t.lookups);
	OK(json_is_string(json_object_get(json_array_get(value, 1), "wire")), "kept whole");
	OK(json_is_null(json_object_get(json_array_get(value, 2), "wire")) &&
		!json_array_size(json_object_get(json_array_get(value, 2), "answer")),
	    "over the limit the outcome alone");
	SAME_STR(json_string_value(json_object_get(json_array_get(value, 3), "why")),
	    "not kept: the answers about this mail are larger than 1 MiB", "and why");
	json_decref(value);
	OK(enrich_lookups_complete(t.lookups), "it was answered all the same");

	r.answer_n = 0;
	r.why = "not kept";
	value = enrich_texts(t.arena, &r, NULL);
	SAME_STR(json_string_value(json_array_get(value, 0)), "OK: records found (not kept)",
	    "the ATC toolchain's key says so too");
	json_decref(value);
	end();
}

static void
test_stop(void)
{
	begin("first.example A ok after 10\n first.example. 300 IN A 192.0.2.1\n");
	ask("first.example", DNS_A, ask_more, "first");
	ask("slow.example", DNS_A, note, "slow");
	enrich_lookups_stop(t.lookups);
	OK(!ask("other.example", DNS_A, NULL, NULL), "nothing is asked any more");
	expect("", "and nobody is called back");
	end();

	begin("first.example A ok after 10\n first.example. 300 IN A 192.0.2.1\n");
	ask("first.example", DNS_A, ask_more, "first");
	enrich_lookups_stop(t.lookups);
	dns_free(t.dns);
	t.dns = NULL;
	SAME_STR(buf_str(&t.log), "", "nor when the DNS ends");
	end();
}

int
main(void)
{
	test_sharing();
	test_more();
	test_bounds();
	test_large();
	test_stop();
	return tap_end();
}
