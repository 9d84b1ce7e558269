/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Block lists by canned answers and a virtual clock: what each state looks like, who is asked how
 * often, and that nobody waits longer than the slowest answer or the deadline.
 *
 * Longer than 500 lines: canned zones of many lists, one test each. */
#include "delivery/dnsbl.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/dns_backend.h"
#include "tests/tap.h"

enum { MS = 1000, S = 1000000, DEADLINE_US = 20 * S };

static struct {
	char base[40];
	struct arena *arena;
	int64_t now_us;
	struct loop *loop;
	struct dns *dns;
	struct buf canned; /* what is added to it counts from the next start */
	struct enrich_state *state;
	struct dnsbl *dnsbl;
	const char *lists[20];
	size_t lists_n;
	const char *keys[4];
	size_t keys_n;
	int64_t cap;
	bool txt;
	/* of the last ask */
	json_t *rbl, *dnsbl_value;
	struct buf lookups; /* "NAME TYPE OUTCOME\n" */
	bool complete;
	int64_t done_us;
	size_t done_n;
} t;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void
begin(void)
{
	snprintf(t.base, sizeof t.base, P_tmpdir "/emt-dnsbl-XXXXXX");
	if (!mkdtemp(t.base))
		abort();
	t.now_us = (int64_t)1795290310 * S;
	t.lists_n = t.keys_n = 0;
	t.cap = 1000;
	t.txt = false;
	buf_init(&t.canned, 1 << 20);
	buf_init(&t.lookups, 1 << 20);
}

/* A process begins, with what the canned text and the lists are now. */
static void
start(void)
{
	const char *error = NULL;
	struct dnsbl_params p = {.daily_cap = t.cap, .ask_txt = t.txt};
	struct dns_backend *b;

	t.arena = arena_new();
	t.loop = loop_new_virtual(&t.now_us);
	b = dns_canned_new(t.arena, t.loop, buf_span(&t.canned), &error);
	if (!b) {
		printf("# %s\n", error);
		abort();
	}
	t.dns = dns_new(t.loop, b, DNS_CACHE_OCTETS);
	t.state = enrich_state_open(t.base, loop_clock(t.loop));
	p.loop = t.loop;
	p.dns = t.dns;
	p.state = t.state;
	p.lists = (struct option_list){t.lists, t.lists_n};
	p.keys = (struct option_list){t.keys, t.keys_n};
	t.dnsbl = dnsbl_new(&p);
}

static void
stop(void)
{
	dns_free(t.dns);
	dnsbl_free(t.dnsbl);
	enrich_state_free(t.state);
	loop_free(t.loop);
	arena_free(t.arena);
}

static void
forget_answer(void)
{
	json_decref(t.rbl);
	json_decref(t.dnsbl_value);
	t.rbl = t.dnsbl_value = NULL;
	buf_clear(&t.lookups);
	t.done_n = 0;
}

static void
end(void)
{
	forget_answer();
	buf_free(&t.canned);
	buf_free(&t.lookups);
	nftw(t.base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
}

static void
found(void *arg, const struct dnsbl_found *f)
{
	(void)arg;
	forget_answer();
	t.rbl = f->rbl;
	t.dnsbl_value = f->dnsbl;
	t.complete = f->complete;
	for (size_t i = 0; i < f->lookups_n; i++)
		buf_printf(&t.lookups, "%s %s %s\n", f->lookups[i]->name,
		    dns_type_name(t.arena, f->lookups[i]->type),
		    dns_outcome_name(f->lookups[i]->outcome));
	t.done_us = t.now_us;
	t.done_n++;
}

/* Asks, and waits for all that goes on; how long the answer took, in milliseconds. */
static int64_t
ask(const char *address)
{
	int64_t begun_us = t.now_us;

	forget_answer();
	dnsbl_ask(t.dnsbl, span_str(address), t.now_us + DEADLINE_US, found, NULL);
	if (t.done_n)
		abort();
	loop_run(t.loop);
	if (t.done_n != 1)
		abort();
	return (t.done_us - begun_us) / MS;
}

/* "working:true" of list n, as the last answer has it. */
static const char *
state_of(size_t n)
{
	json_t *item = json_array_get(t.dnsbl_value, n), *listed = json_object_get(item, "listed");

	return arena_printf(t.arena, "%s:%s", json_string_value(json_object_get(item, "state")),
	    json_is_null(listed)   ? "null"
	    : json_is_true(listed) ? "true"
				   : "false");
}

static const char *
text(const json_t *value)
{
	char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	const char *copy = arena_dup(t.arena, span_str(dumped));

	free(dumped);
	return copy;
}

static void
add_list(const char *name)
{
	t.lists[t.lists_n++] = name;
}

/* Canned: an answer of one A record, or of an outcome alone; `more` is "after 10" and the like. */
static void
answers(const char *prefix, const char *list, const char *address, const char *more)
{
	buf_printf(&t.canned, "%s.%s A ok %s\n\t%s.%s. 300 IN A %s\n", prefix, list, more, prefix,
	    list, address);
}

static void
fails(const char *prefix, const char *list, const char *outcome)
{
	buf_printf(&t.canned, "%s.%s A %s\n\t%s. 60 IN SOA ns.%s. h.%s. 1 2 3 4 30\n", prefix, list,
	    outcome, list, list, list);
}

static void
passes_test(const char *list)
{
	answers("2.0.0.127", list, "127.0.0.2", "");
	fails("1.0.0.127", list, "nxdomain");
}

#define CLIENT "192.0.2.99"
#define REVERSED "99.2.0.192"

static void
test_states(void)
{
	static const struct {
		const char *list, *yes, *no, *client, *want;
	} rows[] = {
	    /* answers to 127.0.0.2, to 127.0.0.1, and about the client */
	    {"good.example", "127.0.0.2", "nxdomain", "127.0.0.4", "working:true"},
	    {"clean.example", "127.0.0.2", "nxdomain", "nxdomain", "working:false"},
	    {"nodata.example", "127.0.0.2", "nodata", "nodata", "working:false"},
	    {"slip.example", "127.0.0.2", "nxdomain", "servfail", "working:null"},
	    {"fed-up.example", "127.0.0.2", "nxdomain", "127.255.255.254", "refusing:null"},
	    {"turns.example", "127.0.0.2", "nxdomain", "refused", "refusing:null"},
	    {"sold.example", "127.0.0.2", "nxdomain", "203.0.113.7", "parked:null"},
	    {"gone.example", "nxdomain", "nxdomain", "nxdomain", "dead:null"},
	    {"all.example", "127.0.0.2", "127.0.0.2", "127.0.0.2", "dead:null"},
	    {"open.example", "127.255.255.254", "nxdomain", "127.255.255.254", "refusing:null"},
	    {"one.example", "127.0.0.1", "nxdomain", "nxdomain", "refusing:null"},
	    {"refuses.example", "refused", "refused", "refused", "refusing:null"},
	    {"parked.example", "203.0.113.7", "203.0.113.7", "203.0.113.7", "parked:null"},
	    {"fails.example", "servfail", "servfail", "servfail", "silent:null"},
	    {"half.example", "127.0.0.2", "servfail", "127.0.0.2", "silent:null"},
	};
	enum { ROWS_N = sizeof rows / sizeof *rows };

	begin();
	for (size_t i = 0; i < ROWS_N; i++) {
		static const char *const prefixes[] = {"2.0.0.127", "1.0.0.127", REVERSED};
		const char *const said[] = {rows[i].yes, rows[i].no, rows[i].client};

		add_list(rows[i].list);
		for (size_t n = 0; n < 3; n++)
			if (is_digit(said[n][0]))
				answers(prefixes[n], rows[i].list, said[n], "");
			else
				fails(prefixes[n], rows[i].list, said[n]);
	}
	start();
	SAME_INT(ask(CLIENT), 0, "answered at once");
	for (size_t i = 0; i < ROWS_N; i++)
		SAME_STR(state_of(i), rows[i].want, rows[i].list);
	SAME_STR(text(t.rbl), "{\"count\":1,\"lists\":[\"good.example\"]}", "rbl");
	OK(t.complete, "complete: everybody said something");
	SAME_STR(text(json_array_get(t.dnsbl_value, 0)),
	    "{\"list\":\"good.example\",\"state\":\"working\",\"listed\":true,"
	    "\"answer\":[\"127.0.0.4\"],\"reason\":null,\"outcome\":\"ok\"}",
	    "a list in full");
	OK(strstr(buf_str(&t.lookups), REVERSED ".good.example A ok\n") &&
		strstr(buf_str(&t.lookups), REVERSED ".clean.example A nxdomain\n") &&
		!strstr(buf_str(&t.lookups), "127."),
	    "look-ups, without those of tests");
	t.now_us += 400 * S;
	ask("192.0.2.98");
	SAME_STR(state_of(0), "refusing:null", "without a canned answer it is refused");
	SAME_STR(state_of(4), "refusing:null", "who refused a client is not asked again");
	SAME_STR(text(json_object_get(json_array_get(t.dnsbl_value, 4), "outcome")), "null",
	    "so there is no outcome");
	SAME_STR(state_of(7), "dead:null", "nor is who is dead");
	OK(!strstr(buf_str(&t.lookups), "gone.example"), "not at all");
	stop();
	end();
}

/* Fourteen lists, three of them silent; the client is on the last one. */
static void
test_time(void)
{
	static char names[14][20];

	begin();
	for (int i = 0; i < 14; i++) {
		snprintf(names[i], sizeof names[i], "l%d.example", i);
		add_list(names[i]);
		if (i >= 1 && i <= 3) {
			for (int n = 0; n < 3; n++)
				buf_printf(&t.canned, "%s.%s A timeout after 100000\n",
				    n == 0   ? "2.0.0.127"
				    : n == 1 ? "1.0.0.127"
					     : REVERSED,
				    names[i]);
			continue;
		}
		passes_test(names[i]);
		answers(REVERSED, names[i], "127.0.0.2", i == 13 ? "after 700" : "after 20");
	}
	start();
	SAME_INT(ask(CLIENT), 20000, "three silent lists: the deadline");
	SAME_STR(state_of(1), "silent:null", "that is their state");
	SAME_STR(text(json_object_get(json_array_get(t.dnsbl_value, 1), "outcome")), "\"timeout\"",
	    "and their outcome");
	SAME_INT(json_integer_value(json_object_get(t.rbl, "count")), 11, "the others are counted");
	OK(!t.complete, "not complete");
	t.now_us += 400 * S;
	SAME_INT(ask(CLIENT), 700, "they are not asked again: the slowest answer");
	OK(t.complete, "complete");
	t.now_us += 3600 * (int64_t)S;
	SAME_INT(ask(CLIENT), 20000, "after an hour they are tested again");
	stop();
	start();
	SAME_INT(ask(CLIENT), 700, "a restart remembers who is silent");
	t.now_us += 10 * S;
	SAME_INT(ask(CLIENT), 0, "the cache");
	stop();
	end();
}

/* A list that has passed its test falls silent. */
static void
test_falls_silent(void)
{
	begin();
	add_list("a.example");
	add_list("b.example");
	passes_test("a.example");
	passes_test("b.example");
	answers(REVERSED, "a.example", "127.0.0.2", "");
	answers(REVERSED, "b.example", "127.0.0.2", "");
	fails("1.2.0.192", "b.example", "nxdomain");
	fails("2.2.0.192", "b.example", "nxdomain");
	for (int i = 1; i <= 2; i++)
		buf_printf(&t.canned, "%d.2.0.192.a.example A timeout after 100000\n", i);
	start();
	ask(CLIENT);
	SAME_STR(state_of(0), "working:true", "a list that works");
	SAME_INT(ask("192.0.2.1"), 20000, "and says nothing of another client: the deadline");
	SAME_STR(state_of(0), "silent:null", "is silent then");
	OK(!t.complete, "which is not complete");
	SAME_INT(ask("192.0.2.2"), 0, "and not asked again");
	stop();
	end();
}

/* Nobody answers: that is not remembered of the lists, as it may be the resolver's fault. */
static void
test_dead_resolver(void)
{
	static const char *const prefixes[] = {"2.0.0.127", "1.0.0.127", REVERSED};

	begin();
	add_list("a.example");
	add_list("b.example");
	for (int i = 0; i < 6; i++)
		buf_printf(&t.canned, "%s.%s A timeout after 100000\n", prefixes[i % 3],
		    i < 3 ? "a.example" : "b.example");
	start();
	SAME_INT(ask(CLIENT), 20000, "a dead resolver: the deadline");
	SAME_STR(state_of(0), "silent:null", "silent");
	stop();
	buf_clear(&t.canned);
	passes_test("a.example");
	passes_test("b.example");
	answers(REVERSED, "a.example", "127.0.0.2", "");
	answers(REVERSED, "b.example", "127.0.0.2", "");
	start();
	SAME_INT(ask(CLIENT), 0, "and when it lives again");
	SAME_STR(state_of(0), "working:true", "the lists are tested at once");
	SAME_INT(json_integer_value(json_object_get(t.rbl, "count")), 2, "both");
	stop();
	end();
}

/* Bogus records are nobody's. */
static void
test_bogus(void)
{
	begin();
	add_list("a.example");
	passes_test("a.example");
	answers(REVERSED, "a.example", "127.0.0.2", "bogus");
	add_list("b.example");
	answers("2.0.0.127", "b.example", "127.0.0.2", "bogus");
	fails("1.0.0.127", "b.example", "nxdomain");
	answers(REVERSED, "b.example", "127.0.0.2", "");
	start();
	ask(CLIENT);
	SAME_STR(state_of(0), "working:null", "a bogus answer about the client");
	SAME_STR(text(json_object_get(json_array_get(t.dnsbl_value, 0), "answer")), "[]",
	    "is not shown as an answer");
	SAME_STR(state_of(1), "silent:null", "a bogus answer to the test");
	stop();
	end();
}

static void
test_ipv6(void)
{
	const char *yes = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
	const char *no = "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
	const char *client = "9.9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";

	begin();
	add_list("both.example");
	add_list("four.example");
	passes_test("both.example");
	passes_test("four.example");
	answers(yes, "both.example", "127.0.0.2", "");
	fails(no, "both.example", "nxdomain");
	answers(client, "both.example", "127.0.0.3", "");
	fails(yes, "four.example", "nxdomain");
	fails(no, "four.example", "nxdomain");
	fails(client, "four.example", "nxdomain");
	answers(REVERSED, "both.example", "127.0.0.3", "");
	answers(REVERSED, "four.example", "127.0.0.3", "");
	start();
	ask("2001:db8::99");
	SAME_STR(state_of(0), "working:true", "an IPv6 client");
	SAME_STR(state_of(1), "dead:null", "a list without IPv6 is dead for it");
	ask(CLIENT);
	SAME_STR(state_of(1), "working:true", "and works for IPv4");
	ask("::ffff:192.0.2.99");
	SAME_STR(state_of(1), "working:true", "an IPv4-mapped address is IPv4");
	for (size_t i = 0; i < 6; i++) {
		static const char *const none[] = {
		    "", "unknown", "IPv6:2001:db8::99", "192.0.2.99 ", "[192.0.2.99]", "\x1b"};

		ask(none[i]);
		OK(t.complete && !strcmp(text(t.rbl), "{\"count\":0,\"lists\":[]}") &&
			!strcmp(text(t.dnsbl_value), "[]"),
		    arena_printf(t.arena, "no address: row %zu", i));
	}
	stop();
	end();
}

static void
test_cap(void)
{
	begin();
	t.cap = 5;
	add_list("a.example");
	passes_test("a.example");
	for (int i = 0; i < 9; i++) {
		char prefix[20];

		snprintf(prefix, sizeof prefix, "%d.2.0.192", i);
		fails(prefix, "a.example", "nxdomain");
	}
	start();
	ask("192.0.2.0");
	SAME_STR(state_of(0), "working:false", "the test and the first question: three");
	ask("192.0.2.1");
	SAME_STR(state_of(0), "working:false", "the fourth");
	ask("192.0.2.1");
	SAME_STR(state_of(0), "working:false", "an answer of the cache is not counted");
	stop();
	start();
	ask("192.0.2.2");
	SAME_STR(state_of(0), "working:false", "the fifth, after a restart");
	ask("192.0.2.3");
	SAME_STR(state_of(0), "capped:null", "no sixth");
	OK(t.complete, "complete: nobody was asked");
	t.now_us += 86400 * (int64_t)S - 20 * S;
	ask("192.0.2.3");
	SAME_STR(state_of(0), "working:false", "the next day");
	stop();
	end();
}

static void
test_keys(void)
{
	begin();
	add_list("zen.dq.spamhaus.net");
	add_list("other.dq.spamhaus.net");
	add_list("b.barracudacentral.org");
	add_list("notdq.spamhaus.net");
	t.keys[t.keys_n++] = "zen.dq.spamhaus.net=secret7";
	t.keys[t.keys_n++] = "b.barracudacentral.org=registered";
	passes_test("secret7.zen.dq.spamhaus.net");
	answers(REVERSED, "secret7.zen.dq.spamhaus.net", "127.0.0.4", "why secret7 told");
	passes_test("b.barracudacentral.org");
	answers(REVERSED, "b.barracudacentral.org", "127.0.0.2", "");
	passes_test("notdq.spamhaus.net");
	answers(REVERSED, "notdq.spamhaus.net", "127.0.0.2", "");
	start();
	ask(CLIENT);
	SAME_STR(state_of(0), "working:true", "a list with a key");
	SAME_STR(state_of(1), "off:null", "one without");
	SAME_STR(state_of(2), "working:true", "one that knows our address");
	SAME_STR(state_of(3), "working:true", "one whose name only looks like it");
	OK(strstr(buf_str(&t.lookups), REVERSED ".KEY.zen.dq.spamhaus.net A ok") != NULL &&
		!strstr(buf_str(&t.lookups), "secret7") &&
		!strstr(text(t.dnsbl_value), "secret7") && !strstr(text(t.rbl), "secret7"),
	    "the key appears nowhere");
	stop();
	t.keys_n = 1;
	start();
	ask(CLIENT);
	SAME_STR(state_of(2), "off:null", "and is off when it does not");
	stop();
	end();
}

static void
test_txt(void)
{
	begin();
	t.txt = true;
	add_list("a.example");
	add_list("b.example");
	add_list("c.example");
	passes_test("a.example");
	passes_test("b.example");
	passes_test("c.example");
	answers(REVERSED, "a.example", "127.0.0.2", "after 10");
	buf_printf(&t.canned, "%s.a.example TXT ok after 30\n\t%s.a.example. 300 IN TXT \"spam\"\n",
	    REVERSED, REVERSED);
	fails(REVERSED, "b.example", "nxdomain");
	answers(REVERSED, "c.example", "127.0.0.2", "after 10");
	buf_printf(&t.canned, "%s.c.example TXT timeout after 100000\n", REVERSED);
	start();
	SAME_INT(ask(CLIENT) / 10, 2000, "a list that does not say why: the deadline");
	SAME_STR(text(json_object_get(json_array_get(t.dnsbl_value, 0), "reason")),
	    "\"\\\"spam\\\"\"", "why a list lists");
	SAME_STR(text(json_object_get(json_array_get(t.dnsbl_value, 2), "reason")), "null",
	    "one that does not say");
	SAME_STR(state_of(2), "working:true", "lists all the same");
	OK(strstr(buf_str(&t.lookups), REVERSED ".a.example TXT ok\n") &&
		!strstr(buf_str(&t.lookups), "b.example TXT"),
	    "only who lists is asked why");
	stop();
	end();
}

/* Many mails at once share a test; each has its own deadline. */
static void
test_many(void)
{
	size_t calls = 0;

	begin();
	add_list("a.example");
	answers("2.0.0.127", "a.example", "127.0.0.2", "after 500");
	fails("1.0.0.127", "a.example", "nxdomain");
	answers(REVERSED, "a.example", "127.0.0.2", "");
	t.cap = 2 + 100;
	start();
	for (int i = 0; i < 100; i++)
		dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us + DEADLINE_US, found, NULL);
	calls = t.done_n;
	loop_run(t.loop);
	SAME_INT(calls, 0, "nothing is called back at once");
	SAME_STR(state_of(0), "working:true", "a hundred mails at once: one test");
	SAME_INT(t.done_us - (int64_t)1795290310 * S, 500 * MS, "which all wait for");
	t.now_us += 86400 * (int64_t)S;
	forget_answer();
	dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us + DEADLINE_US, found, NULL);
	dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us + 100 * MS, found, NULL);
	dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us, found, NULL);
	loop_run(t.loop);
	SAME_STR(state_of(0), "working:true", "deadlines of their own");
	stop();
	end();
}

static void
test_short_deadline(void)
{
	begin();
	add_list("a.example");
	answers("2.0.0.127", "a.example", "127.0.0.2", "after 500");
	fails("1.0.0.127", "a.example", "nxdomain");
	answers(REVERSED, "a.example", "127.0.0.2", "");
	fails("1.2.0.192", "a.example", "nxdomain");
	start();
	dnsbl_ask(t.dnsbl, SPAN_LIT("192.0.2.1"), t.now_us + DEADLINE_US, found, NULL);
	dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us + 100 * MS, found, NULL);
	dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us, found, NULL);
	/* Only the first has time for the test, and it comes last. */
	loop_run(t.loop);
	SAME_STR(state_of(0), "working:false", "who has the time waits for the test");
	stop();
	start();
	t.now_us += 90000 * (int64_t)S;
	dnsbl_ask(t.dnsbl, SPAN_LIT("192.0.2.1"), t.now_us + DEADLINE_US, found, NULL);
	dnsbl_ask(t.dnsbl, SPAN_LIT(CLIENT), t.now_us + 100 * MS, found, NULL);
	/* Ended in flight: both are told, and nothing is asked any more. */
	forget_answer();
	dns_free(t.dns);
	t.dns = NULL;
	dnsbl_free(t.dnsbl);
	SAME_STR(state_of(0), "untested:null", "the end of the process is no finding");
	OK(!t.complete, "nor complete");
	t.dnsbl = NULL;
	stop();
	end();
}

static void
test_none(void)
{
	begin();
	start();
	SAME_INT(ask(CLIENT), 0, "no list");
	SAME_STR(text(t.rbl), "{\"count\":0,\"lists\":[]}", "nothing found");
	SAME_STR(text(t.dnsbl_value), "[]", "nobody asked");
	stop();
	end();
}

int
main(void)
{
	test_states();
	test_time();
	test_falls_silent();
	test_dead_resolver();
	test_bogus();
	test_ipv6();
	test_cap();
	test_keys();
	test_txt();
	test_many();
	test_short_deadline();
	test_none();
	return tap_end();
}
