/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canned records, read by ingest, and what the loader makes of them: who an item is of, and how
 * certain that is.  Longer than 500 lines: records and what they become stand in one place. */
#include "tests/tap.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/clock_marks.h"
#include "report/evidence_load.h"
#include "report/ingest.h"
#include "report/operator_facts.h"

#define DOMAIN "measurement.example.com"

static char folder[] = "evidence-XXXXXX";
static struct arena *a;
static struct testcases cases;
static struct store *store;
static unsigned ids, letters;

/* Tokens: of set 1 "aaaa...", of set 2 "bbbb...", the last letter is the probe's. */
static const char *
token(int set, const char *testcase)
{
	static char text[4][27];
	static int turn;
	char *t = text[turn++ % 4];
	size_t at = (size_t)(testcase_find(&cases, span_str(testcase)) - cases.v);

	memset(t, 'a' + set - 1, 26);
	t[25] = (char)('a' + at);
	t[26] = '\0';
	return t;
}

static FILE *
append(const char *name)
{
	FILE *f = fopen(arena_printf(a, "%s/mail/%s", folder, name), "a");

	if (!f)
		abort();
	return f;
}

static void
query(double at, const char *client, const char *name, const char *type, const char *of,
    const char *cut)
{
	FILE *f = append("queries/2026-11-20.jsonl");

	fprintf(f,
	    "{\"schema\":\"query/"
	    "1\",\"tool\":\"t\",\"id\":\"%032x\",\"time\":%.6f,\"client\":\"%s\","
	    "\"family\":\"%s\",\"name\":\"%s\",\"type\":\"%s\",\"token\":%s%s%s,\"testcase\":null,"
	    "\"cut\":%s%s%s,\"apex\":false,\"flags\":{},\"proto\":\"udp\",\"rcode\":0}\n",
	    ++ids, at, client, strchr(client, ':') ? "ipv6" : "ipv4", name, type, of ? "\"" : "",
	    of ? of : "null", of ? "\"" : "", cut ? "\"" : "", cut ? cut : "null", cut ? "\"" : "");
	fclose(f);
}

static void
session(double at, const char *service, const char *ip, const char *name, const char *from,
    const char *rcpt, int code, const char *queue_id)
{
	FILE *f = append("sessions/2026-11-20.jsonl");

	fprintf(f,
	    "{\"schema\":\"session/"
	    "1\",\"tool\":\"t\",\"id\":\"%032x\",\"host\":\"h\",\"service\":\"%s\","
	    "\"client_name\":\"%s\",\"client_ip\":\"%s\",\"t_connect\":%.6f,\"t_end\":%.6f,"
	    "\"helo\":\"h\","
	    "\"tls\":{\"protocol\":\"TLSv1.3\",\"cipher\":\"C\",\"error\":null},\"mails\":[",
	    ++ids, service, name, ip, at, at + 1);
	if (rcpt)
		fprintf(f,
		    "{\"from\":\"%s\",\"rcpts\":[[\"%s\",%d]],\"queue_id\":%s%s%s,\"code\":%s}",
		    from, rcpt, code, queue_id ? "\"" : "", queue_id ? queue_id : "null",
		    queue_id ? "\"" : "", queue_id ? "250" : "null");
	fprintf(
	    f, "],\"end\":{\"kind\":\"quit\",\"after\":null},\"complete\":true,\"dialogue\":[]}\n");
	fclose(f);
}

static const char *
address(const char *of, const char *testcase)
{
	return arena_printf(a, "measurement@%s.%s." DOMAIN, of, testcase);
}

static void
mail(double at, const char *ip, const char *name, const char *of, const char *testcase,
    const char *queue_id, const char *sender)
{
	FILE *f = append(arena_printf(a, "json/%u", ++letters));

	fprintf(f,
	    "{\"schema\":\"mail/"
	    "1\",\"tool\":\"t\",\"id\":\"1\",\"flavour\":\"measurement\",\"queue_id\":"
	    "\"%s\",\"sender\":\"%s\",\"recipient\":\"r\",\"original_recipient\":\"%s\",\"client\":"
	    "{\"address\":\"%s\",\"helo\":\"h\",\"hostname\":\"%s\",\"protocol\":\"ESMTPS\"},"
	    "\"token\":"
	    "\"%s\",\"testcase\":\"%s\",\"arrived\":%.6f,\"size\":1,\"headers\":{\"from\":\"A "
	    "<u@x.%s>\"}}",
	    queue_id, sender, address(of, testcase), ip, name, of, testcase, at, "example");
	fclose(f);
}

/* A mail with its session. */
static void
deliver(double at, const char *ip, const char *name, int set, const char *testcase)
{
	const char *queue_id = arena_printf(a, "Q%u", letters), *of = token(set, testcase);

	session(at, "postfix/smtpd", ip, name, "u@x.example", address(of, testcase), 250, queue_id);
	mail(at + 0.5, ip, name, of, testcase, queue_id, "u@x.example");
}

static void
make_records(void)
{
	static const char *const folders[] = {
	    "", "/mail", "/mail/json", "/mail/sessions", "/mail/queries", "/mail/health"};
	FILE *f;

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		mkdir(arena_printf(a, "%s%s", folder, folders[i]), 0700);
	/* Set 1 is of one.example, set 2 of two.example; both ask through 192.0.2.53. */
	for (int set = 1; set <= 2; set++) {
		const char *ip = set == 1 ? "192.0.2.1" : "192.0.2.2";
		const char *name = set == 1 ? "a.one.example" : "a.two.example";

		deliver(1000 + set, ip, name, set, "mail-ok");
		deliver(1010 + set, ip, name, set, "mail-dane-ok");
		query(1000 + set, "192.0.2.53", "x", "MX", token(set, "v4-mail.dnssec-ok"),
		    "dnssec-ok");
		/* Each leaves twice after STARTTLS where the TLSA record is wrong; one.example
		   from another of its addresses, too. */
		session(
		    1100 + set, "postfix-dane/mail-dane-bad/smtpd", ip, name, "", NULL, 0, NULL);
		session(1200 + set, "postfix/mail-dane-bad/smtpd", set == 1 ? "192.0.2.101" : ip,
		    set == 1 ? "b.one.example" : name, "", NULL, 0, NULL);
	}
	deliver(1003, "192.0.2.1", "a.one.example", 1, "v4-mail.dnssec-ok");
	query(1300, "192.0.2.53", "dnssec-broken", "DS", NULL, "dnssec-broken");
	/* Somebody else made it ask before set 1 began; and long before. */
	query(990, "192.0.2.53", "dnssec-broken", "DNSKEY", NULL, "dnssec-broken");
	query(99, "192.0.2.53", "dnssec-broken", "DNSKEY", NULL, "dnssec-broken");
	/* Another address of that resolver's system; somebody who has seen the address hours later,
	   and asks for the twin, too; one that asks before a mail of another operator comes. */
	query(1310, "2001:db8::53", "x", "AAAA", token(1, "v4-mail.v6only"), "v6only");
	query(9000, "2001:db8:5::9", "x", "AAAA", token(1, "v4-mail.v6only"), "v6only");
	query(9000, "203.0.113.53", "x", "MX", token(1, "v4-mail.dnssec-ok"), "dnssec-ok");
	query(9001, "203.0.113.53", "dnssec-broken", "DS", NULL, "dnssec-broken");
	query(1499, "198.51.100.53", "x", "MX", token(1, "v4-mail"), NULL);
	query(1301, "192.0.2.99", "dnssec-broken", "DS", NULL, "dnssec-broken");
	/* At a host whose log tells whole seconds; and one that was there before. */
	session(1000, "postfix/mail-tls-invalid/smtpd", "192.0.2.1", "a.one.example", "", NULL, 0,
	    NULL);
	session(
	    999, "postfix/mail-tls-invalid/smtpd", "192.0.2.1", "a.one.example", "", NULL, 0, NULL);
	/* A scanner at an address of the case's own. */
	session(
	    1150, "postfix/mail-dane-bad/smtpd", "203.0.113.9", "scan.example", "", NULL, 0, NULL);
	/* Somebody of two.example replied to all: a mail for set 1. */
	mail(1500, "192.0.2.2", "a.two.example", token(1, "v4-mail"), "v4-mail", "F1",
	    "u@x.example");
	/* Greylisted: a first attempt, and one whose sender a forwarder rewrote (SRS). */
	session(1600, "postfix/smtpd", "192.0.2.1", "a.one.example", "u@x.example",
	    address(token(1, "v4-mail-greylisting"), "v4-mail-greylisting"), 450, NULL);
	session(2600, "postfix/smtpd", "192.0.2.1", "a.one.example",
	    "SRS0=ab=x.example=u@one.example",
	    address(token(1, "v4-mail-greylisting"), "v4-mail-greylisting"), 250, "G1");
	mail(2600.5, "192.0.2.1", "a.one.example", token(1, "v4-mail-greylisting"),
	    "v4-mail-greylisting", "G1", "SRS0=ab=x.example=u@one.example");
	/* Set 2's mail over IPv6: an address without a name. */
	deliver(1800, "2001:db8::26", "unknown", 2, "v6-mail");
	/* One that our own host took, and could not store, as a later line of its log says. */
	session(1700, "postfix/smtpd", "192.0.2.1", "a.one.example", "u@x.example",
	    address(token(1, "v6-mail"), "v6-mail"), 250, "U1");
	f = append("sessions/2026-11-20.jsonl");
	fprintf(f,
	    "{\"schema\":\"delivery/"
	    "1\",\"tool\":\"t\",\"session\":\"%032x\",\"queue_id\":\"U1\","
	    "\"time\":1701,\"to\":\"r\",\"status\":\"bounced\",\"dsn\":\"5.3.0\",\"text\":\"t\"}\n",
	    ids);
	fclose(f);
	/* The case's checks: ten minutes apart, then one red, then an hour of nothing. */
	f = append("health/2026-11-20.jsonl");
	for (int i = 0; i < 20; i++)
		fprintf(f,
		    "{\"schema\":\"health/"
		    "1\",\"tool\":\"t\",\"id\":\"%032x\",\"time\":%d,\"testcase\":"
		    "\"mail-dane-bad\",\"part\":\"listener\",\"family\":\"ipv4\",\"ok\":%s,"
		    "\"detail\":\"d\"}\n",
		    ++ids, i * 600 + (i > 10 ? 3600 : 0), i == 5 ? "false" : "true");
	/* One of another case, and what the host's log has of it. */
	fprintf(f,
	    "{\"schema\":\"health/1\",\"tool\":\"t\",\"id\":\"%032x\",\"time\":20000,"
	    "\"testcase\":\"v4-mail-greylisting\",\"part\":\"recipient\",\"family\":\"ipv4\","
	    "\"ok\":true,\"detail\":\"d\",\"sender\":\"health-x@m.example\"}\n",
	    ++ids);
	fclose(f);
	session(19990, "postfix/smtpd", "203.0.113.5", "desk.example", "health-x@m.example",
	    arena_printf(a, "probe@v4-mail-greylisting.%s", DOMAIN), 450, NULL);
	f = append("queries/2026-11-21.jsonl");
	fprintf(f,
	    "{\"schema\":\"query-gap/"
	    "1\",\"tool\":\"t\",\"id\":\"%032x\",\"time\":900,\"since\":null,"
	    "\"event\":\"collector-started\",\"identity\":null}\n"
	    "{\"schema\":\"query-gap/"
	    "1\",\"tool\":\"t\",\"id\":\"%032x\",\"time\":1400,\"since\":1350,"
	    "\"event\":\"dropped\",\"identity\":null}\n"
	    "{\"schema\":\"query-gap/"
	    "1\",\"tool\":\"t\",\"id\":\"%032x\",\"time\":1420,\"since\":1390,"
	    "\"event\":\"dropped\",\"identity\":null}\n",
	    ids + 1, ids + 2, ids + 3);
	fclose(f);
}

static const struct evidence_params params = {
    .deadline_us = 475200 * INT64_C(1000000), .health_every_us = 1200 * INT64_C(1000000)};

static void
make_index(void)
{
	const struct ingest_params ingest = {.db = arena_printf(a, "%s/db", folder), .share = "."};
	const struct settings settings = {.domain = DOMAIN};
	char *dirs[] = {folder};

	OK(ingest_run(a, &ingest, &settings, dirs, 1) == 0, "records are read");
	OK(!store_open(a, ingest.db, ".", STORE_WRITE, &store), "the index is open");
	store_begin(store);
	for (int set = 1; set <= 2; set++) {
		store_exec(store,
		    arena_printf(a,
			"INSERT INTO probe_set VALUES ('set%d', 'p%d', NULL, NULL, 900000000, 1, "
			"'one-by-one')",
			set, set));
		for (size_t i = 0; i < cases.n; i++)
			store_exec(
			    store, arena_printf(a,
				       "INSERT INTO probe VALUES ('%s', 'set%d', %zu, 1, '%s')",
				       token(set, cases.v[i].name), set, i + 1, cases.v[i].name));
	}
	store_exec(store, "INSERT OR REPLACE INTO memory VALUES ('renew', 1)");
	store_commit(store);
	store_close(store);
	OK(ingest_run(a, &ingest, &settings, dirs, 1) == 0, "what follows is derived");
	OK(!store_open(a, ingest.db, ".", STORE_READ, &store), "the index is open");
}

static const struct probe *
probe_of(const struct probe_set *set, const char *testcase)
{
	for (size_t i = 0; i < set->probes_n; i++)
		if (!strcmp(set->probes[i].testcase->name, testcase))
			return &set->probes[i];
	abort();
}

/* The probe's items in short: kind, certainty, where from. */
static const char *
shown(const struct probe *p)
{
	const char *text = "";

	for (size_t i = 0; i < p->items_n; i++) {
		const struct item *item = &p->items[i];

		text = arena_printf(a, "%s%s%s %s%s%s%s", text, i ? ", " : "",
		    item_kind_names[item->kind], certainty_names[item->certainty],
		    item->from.address ? " " : "", item->from.address ? item->from.address : "",
		    item->foreign ? " foreign" : "");
	}
	return text;
}

static void
first_set(const struct probe_set *set)
{
	const struct probe *p = probe_of(set, "mail-ok");

	SAME_STR(set->operator, "one.example", "a set is of whoever first delivers its mail-ok");
	SAME_STR(set->from_domain, "x.example", "the domain of its From field is another's");
	SAME_INT(set->first_us, 1001000000, "since its first query or session");
	SAME_STR(shown(p), "attempt certain 192.0.2.1, mail certain 192.0.2.1", "mail-ok");
	OK(p->items[1].session_known && !strcmp(p->items[1].session, p->items[0].session) &&
		!strcmp(p->items[1].tls, "TLSv1.3"),
	    "a mail has the session of its queue id");
	SAME_STR(shown(probe_of(set, "mail-dane-bad")),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session probable 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "sessions without recipient: of its operator, of another one, of a scanner");
	SAME_STR(shown(probe_of(set, "mail-tls-invalid")), "session probable 192.0.2.1",
	    "a session that begins within the second before the set is its");
	SAME_STR(shown(probe_of(set, "v4-mail")),
	    "query background foreign, mail certain 192.0.2.2 foreign",
	    "somebody else's mail is foreign, and who asks just before it");
	SAME_STR(shown(probe_of(set, "v4-mail.dnssec-ok")),
	    "query certain, attempt certain 192.0.2.1, mail certain 192.0.2.1, query background "
	    "foreign",
	    "who asks before the operator comes is of its path, who asks hours later is not");
	SAME_STR(shown(probe_of(set, "v4-mail.v6only")),
	    "query background foreign, query background foreign",
	    "nor is an address that never asked before the operator came");
	p = probe_of(set, "v6-mail");
	SAME_STR(shown(p), "attempt certain 192.0.2.1", "taken, and not stored");
	SAME_STR(p->items[0].undelivered, "bounced 5.3.0", "by our own host's fault");
	OK(!probe_of(set, "mail-ok")->items[0].undelivered, "which is not said of another");
	p = probe_of(set, "v4-mail-greylisting");
	SAME_STR(shown(p),
	    "attempt certain 192.0.2.1, attempt certain 192.0.2.1, mail certain 192.0.2.1",
	    "greylisting");
	OK(p->items[0].code == 450 && p->items[1].code == 250 && p->items[1].accepted &&
		!p->items[0].accepted && strcmp(p->items[0].mail_from, p->items[1].mail_from),
	    "two attempts, the second with another sender");
	p = probe_of(set, "v4-mail.dnssec-broken");
	SAME_STR(shown(p), "cut certain, cut certain, cut background foreign",
	    "the cut, by who asked for the twin, a little before the set, too; a stranger's is "
	    "foreign; nobody else's");
	SAME_INT(p->items[0].sets_sharing, 1, "that resolver serves another set, too");
	SAME_STR(item_certainty(&p->items[0]) == PROBABLE ? "probable" : "certain", "probable",
	    "so it is probable alone");
	SAME_INT(set->gaps_n, 1, "gaps in its time, joined");
	OK(set->gaps_us[0][0] == 1350000000 && set->gaps_us[0][1] == 1420000000, "as they are");
}

static void
health_of(const struct probe_set *set)
{
	/* 0-2400 good, 3000 red, 3600-6000 good, from 10200 good. */
	SAME_INT(set->health_n, 5, "twenty checks are four runs, and one of another case");
	OK(set->health[0].ok && set->health[0].time_us == 0 &&
		set->health[0].until_us == 2400000000,
	    "the first is good for five checks");
	OK(!set->health[1].ok && set->health[1].time_us == 3000000000, "the red one stands alone");
	OK(set->health[2].ok && set->health[2].until_us == 6000000000, "good again");
	OK(set->health[3].time_us == 10200000000, "and a gap is a gap");
	OK(set->clock->n == 1 && set->clock->v[0].ahead_us == -10000000,
	    "the greylisting host's clock was ten seconds behind");
}

static void
sets(void)
{
	struct evidence_loader *e = evidence_loader_open(store, &cases, &params);
	struct probe_set set;

	OK(evidence_loader_next(e, a, &set) && !strcmp(set.id, "set1"), "the first set");
	first_set(&set);
	health_of(&set);
	OK(evidence_loader_next(e, a, &set) && !strcmp(set.id, "set2"), "the second one");
	SAME_STR(set.operator, "two.example", "of the other operator");
	SAME_STR(shown(probe_of(&set, "v6-mail")),
	    "attempt certain 2001:db8::26 foreign, mail certain 2001:db8::26 foreign",
	    "an address without a name is by itself, as long as nothing tells more");
	OK(!evidence_loader_next(e, a, &set), "there is no third");
	OK(evidence_loader_find(e, a, "set2", &set) && !strcmp(set.participant, "p2"),
	    "one by its id");
	OK(!evidence_loader_find(e, a, "set3", &set), "or none");
	evidence_loader_close(e);
}

/* Whose addresses are, by a table; the set's queries over IPv6 then. */
static void
by_table(const char *table, const char *want, const char *what, const char *ascribed)
{
	char *path = arena_printf(a, "%s/as", folder), *dirs[] = {folder};
	const char *v[] = {path};
	const struct ingest_params ingest = {
	    .db = arena_printf(a, "%s/db", folder), .share = ".", .as = {.v = v, .n = 1}};
	const struct settings settings = {.domain = DOMAIN};
	FILE *f = fopen(path, "w");
	struct evidence_loader *e;
	const struct item *items;
	struct probe_set set;

	if (!f || fputs(table, f) < 0 || fclose(f))
		abort();
	store_close(store);
	OK(ingest_run(a, &ingest, &settings, dirs, 1) == 0, "read with a table");
	OK(!store_open(a, ingest.db, ".", STORE_READ, &store), "open");
	e = evidence_loader_open(store, &cases, &params);
	OK(evidence_loader_find(e, a, "set1", &set), "set 1");
	SAME_STR(shown(probe_of(&set, "v4-mail.v6only")), want, what);
	items = probe_of(&set, "v4-mail.v6only")->items;
	SAME_STR(items[0].resolver_operator ? items[0].resolver_operator : items[0].resolver,
	    strstr(table, "2001") ? "AS64500" : "2001:db8::53", "whose its resolver is");
	OK(evidence_loader_find(e, a, "set2", &set), "set 2");
	SAME_STR(shown(probe_of(&set, "v6-mail")), ascribed,
	    "whose the address without a name is, by the AS of those with one");
	evidence_loader_close(e);
}

static void
with_tables(void)
{
	by_table("192.0.2.0\t24\t64500\n2001:db8::\t48\t64500\n",
	    "query probable, query background foreign",
	    "another address of the system that is of the path is probable",
	    "attempt certain 2001:db8::26, mail certain 2001:db8::26");
	by_table("192.0.2.0\t24\t64501\n2001:db8::\t48\t64500\n",
	    "query background foreign, query background foreign",
	    "another table in its place: another system's is not",
	    "attempt certain 2001:db8::26 foreign, mail certain 2001:db8::26 foreign");
	by_table("192.0.2.0\t24\t64501\n", "query background foreign, query background foreign",
	    "a table that no longer knows it",
	    "attempt certain 2001:db8::26 foreign, mail certain 2001:db8::26 foreign");
}

/* Only what is read once may scan a table: a set must cost the same however many there are. */
static void
plans(void)
{
	struct evidence_loader *e = evidence_loader_open(store, &cases, &params);
	struct span all = span_str(store_plans(a, store));
	size_t searches = 0;

	while (all.n) {
		struct span line = span_cut(&all, '\n');

		searches += span_starts(line, SPAN_LIT("SEARCH "));
		if (span_starts(line, SPAN_LIT("SCAN ")) &&
		    !span_starts(line, SPAN_LIT("SCAN health")) &&
		    !span_starts(line, SPAN_LIT("SCAN query_gap")) &&
		    !span_starts(line, SPAN_LIT("SCAN (")) &&
		    !span_eq(line, SPAN_LIT("SCAN few")) && !span_eq(line, SPAN_LIT("SCAN o")) &&
		    !span_eq(line, SPAN_LIT("SCAN q")) &&
		    !span_eq(line, SPAN_LIT("SCAN CONSTANT ROW")))
			SAME_SPAN(line, SPAN_LIT(""), "no table is scanned for a set");
	}
	OK(searches > 15, "tables are searched by their indexes");
	evidence_loader_close(e);
}

/* Set 3 has probes of one.example under way, too: then nobody knows whose sessions those were. */
static void
another_set(void)
{
	struct evidence_loader *e;
	struct probe_set set;

	store_close(store);
	deliver(1050, "192.0.2.1", "a.one.example", 3, "mail-ok");
	OK(!store_open(a, arena_printf(a, "%s/db", folder), ".", STORE_WRITE, &store), "open");
	store_begin(store);
	store_exec(store,
	    "INSERT INTO probe_set VALUES ('set3', 'p3', NULL, NULL, 1000000000, 1, 'one-by-one')");
	store_exec(
	    store, arena_printf(a, "INSERT INTO probe VALUES ('%s', 'set3', 1, 1, 'mail-ok')",
		       token(3, "mail-ok")));
	store_exec(
	    store, arena_printf(a, "INSERT INTO probe VALUES ('%s', 'set3', 2, 2, 'mail-dane-bad')",
		       token(3, "mail-dane-bad")));
	/* Sent behind the first session, and before the second. */
	store_exec(store, arena_printf(a,
			      "INSERT INTO submission (token, time, outcome) VALUES ('%s', "
			      "1150000000, 'accepted')",
			      token(3, "mail-dane-bad")));
	store_exec(store, "INSERT OR REPLACE INTO memory VALUES ('renew', 1)");
	store_commit(store);
	store_close(store);
	{
		const struct ingest_params ingest = {
		    .db = arena_printf(a, "%s/db", folder), .share = "."};
		const struct settings settings = {.domain = DOMAIN};
		char *dirs[] = {folder};

		OK(ingest_run(a, &ingest, &settings, dirs, 1) == 0, "more is read");
	}
	OK(!store_open(a, arena_printf(a, "%s/db", folder), ".", STORE_READ, &store), "open");
	e = evidence_loader_open(store, &cases, &params);
	OK(evidence_loader_find(e, a, "set1", &set), "set 1 again");
	SAME_STR(shown(probe_of(&set, "mail-dane-bad")),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session background 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "a session that a probe of another set fits is background");
	evidence_loader_close(e);
}

/* The index is changed by hand, and set 1 read again. */
static const char *
after(const char *sql)
{
	struct evidence_loader *e;
	struct probe_set set;
	const char *path = arena_printf(a, "%s/db", folder), *text;

	store_close(store);
	OK(!store_open(a, path, ".", STORE_WRITE, &store), "open");
	store_begin(store);
	store_exec(store, sql);
	store_commit(store);
	store_close(store);
	OK(!store_open(a, path, ".", STORE_READ, &store), "open");
	e = evidence_loader_open(store, &cases, &params);
	OK(evidence_loader_find(e, a, "set1", &set), "set 1 once more");
	text = shown(probe_of(&set, "mail-dane-bad"));
	evidence_loader_close(e);
	return text;
}

/* What set 3's probe of that case was given up for is no longer its. */
static void
given_up(void)
{
	const char *of = token(3, "mail-dane-bad");

	SAME_STR(after(arena_printf(a,
		     "INSERT INTO dsn (id, time, action, token) VALUES ('d', 1150500000, "
		     "'delayed', '%s')",
		     of)),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session background 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "a notification of delay ends nothing");
	SAME_STR(after(arena_printf(a,
		     "UPDATE dsn SET action = 'failed', time = 1140900000; "
		     "INSERT INTO submission (token, time, outcome) VALUES ('%s', 1130000000, "
		     "'accepted')",
		     of)),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session background 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "it was handed over once more since it failed");
	SAME_STR(after("DELETE FROM submission WHERE time = 1130000000; "
		       "UPDATE dsn SET time = 1150500000"),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session background 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "a session within the clocks' difference may be its still");
	SAME_STR(after("UPDATE submission SET time = 1110000000; UPDATE dsn SET time = 1139000000"),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session probable 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "one behind its final notification is not");
	SAME_STR(after("DELETE FROM dsn; UPDATE submission SET time = 1201500000"),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session background 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "nor is one within the second before it was handed over");
	SAME_STR(after("UPDATE submission SET time = 1202500000"),
	    "session probable 192.0.2.1, session background 192.0.2.2 foreign, session background "
	    "203.0.113.9 foreign, session probable 192.0.2.101, session background 192.0.2.2 "
	    "foreign",
	    "one before that is");
	after("DELETE FROM dsn; UPDATE submission SET time = 1150000000");
}

/* A stranger's rows of set 1's probe for IPv4, before the sender's; what is there then. */
static size_t
own_mails(const char *sql, const char *undo, bool *left_out)
{
	const char *path = arena_printf(a, "%s/db", folder);
	struct evidence_loader *e;
	struct probe_set set;
	const struct probe *p;
	size_t n = 0;

	store_close(store);
	for (int turn = 0; turn < 2; turn++) {
		OK(!store_open(a, path, ".", STORE_WRITE, &store), "open");
		store_begin(store);
		store_exec(store, turn ? undo : sql);
		store_commit(store);
		store_close(store);
		OK(!store_open(a, path, ".", STORE_READ, &store), "open");
		if (turn)
			break;
		e = evidence_loader_open(store, &cases, &params);
		OK(evidence_loader_find(e, a, "set1", &set), "set 1");
		p = probe_of(&set, "mail-dane-ok");
		for (size_t i = 0; i < p->items_n; i++)
			n += p->items[i].kind == ITEM_MAIL && !p->items[i].foreign;
		*left_out = p->left_out;
		evidence_loader_close(e);
		store_close(store);
	}
	return n;
}

static void
crowd(void)
{
	static const char rows[] =
	    "INSERT INTO client (id, address, name, operator) WITH RECURSIVE c(n) AS (SELECT 1 "
	    "UNION ALL SELECT n + 1 FROM c WHERE n < 2100) SELECT 1000 + n, 'x' || n, '', 'x' || n "
	    "FROM c;"
	    "INSERT INTO mail (id, place, inode, mtime_ns, record_size, name, host, flavour, "
	    "client, token, arrived, size) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
	    "FROM c WHERE n < %d) SELECT 10000 + n, 'p' || n, 1, 1, 1, 'm' || n, 'mail', "
	    "'measurement', 1001 + n %% %d, '%s', 1005000000 + n, 1 FROM c";
	static const char undo[] =
	    "DELETE FROM mail WHERE id > 10000; DELETE FROM client WHERE id > 1000";
	const char *of = token(1, "mail-dane-ok");
	bool left_out;

	SAME_INT(own_mails(arena_printf(a, rows, 2050, 3, of), undo, &left_out), 1,
	    "thousands of mails of three strangers do not hide the sender's");
	OK(!left_out, "and nobody is missing");
	own_mails(arena_printf(a, rows, 2050, 2060, of), undo, &left_out);
	OK(left_out, "of thousands of strangers some are left out, and the probe says so");
}

static void
facts(void)
{
	struct operator_facts f;
	struct flavour_count *counts;
	const char *name = operator_facts_next(a, store, "");

	SAME_STR(name, "2001:db8::26", "an address without a name comes first");
	name = operator_facts_next(a, store, name);
	SAME_STR(name, "one.example", "the first operator with one");
	SAME_STR(operator_facts_next(a, store, name), "two.example", "the second");
	OK(!operator_facts_next(a, store, "two.example"), "no third");
	operator_facts_find(a, store, "one.example", &f);
	OK(f.mails == 5 && f.mails_confirmed == 5 && f.sets == 2, "its mails");
	OK(f.addresses.n == 1 && !strcmp(f.addresses.v[0].text, "192.0.2.1"), "its addresses");
	OK(f.retries_n == 2 && f.retries[1].after_us == 1000000000 && f.retries[1].accepted &&
		f.retries[0].code == 450,
	    "its retry");
	OK(f.resolvers_n == 5 && !strcmp(f.resolvers[0].address, "192.0.2.53") &&
		f.resolvers[0].rows == 5,
	    "its resolver");
	OK(flavour_counts(a, store, &counts) == 1 && counts[0].mails == 9 && counts[0].day == 0,
	    "mails by flavour, host and day");
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
main(void)
{
	a = arena_new();
	if (!mkdtemp(folder) || testcases_read(a, "testcases", &cases))
		abort();
	make_records();
	make_index();
	sets();
	with_tables();
	plans();
	another_set();
	given_up();
	crowd();
	facts();
	store_close(store);
	nftw(folder, remove_one, 20, FTW_DEPTH | FTW_PHYS);
	arena_free(a);
	return tap_end();
}
