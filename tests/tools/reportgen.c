/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reportgen - what a measurement of many probe sets leaves behind, made up: the ledger, and the
 * folder of a host with records of mails, sessions, queries and health.
 *
 * Usage: reportgen DIR SETS LOOKUPS [SEED [HEALTH_STEP]]
 * Writes DIR/ledger.sqlite and DIR/hosts/mail/{json,sessions,queries,health}.  Each set is a probe
 * of each of 18 cases and a second one of mail-ok; a tenth as many operators as sets, every one
 * with abilities of its own, every third with the resolver of another.  LOOKUPS is how many
 * look-ups a mail's record holds, some 400 octets each; HEALTH_STEP
 * how many seconds lie between two checks (600).  The same arguments give the same octets.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/sha256.h"

#define DOMAIN "measurement.example.com"

enum {
	PROBES = 19,
	START_S = 1790000000, /* 2026-09-21 */
	SPAN_S = 60 * 86400,  /* sets begin within */
	DAYS_OPEN = 4
};

static const char *const cases[PROBES] = {"mail-ok", "v4-mail", "v6-mail", "mail-plaintext",
    "mail-tls-force", "mail-tls-invalid", "mail-dane-ok", "mail-dane-bad", "mail-tlsa-invalid",
    "v4-mail.v6only-ok", "v4-mail.v6only", "v6-mail.v6only", "v4-mail.dnssec-ok",
    "v6-mail.dnssec-ok", "v4-mail.dnssec-broken", "v6-mail.dnssec-broken", "v4-mail-greylisting",
    "v6-mail-greylisting", "mail-ok"};

static struct rng rng;
static const char *base;
static unsigned lookups;
static uint64_t sessions, queries;

struct operator
{
	unsigned number, resolver;
	bool ipv6, ipv6_resolver, validates, dane, strict_name, retries;
};

struct day {
	char name[300];
	FILE *f;
} days[DAYS_OPEN];

static unsigned
below(unsigned n)
{
	return (unsigned)rng_below(&rng, n);
}

_Noreturn static void
fail(const char *what)
{
	perror(what);
	exit(75);
}

/* The daily file of that second. */
static FILE *
day_file(const char *kind, int64_t us)
{
	time_t at = (time_t)(us / 1000000);
	char name[sizeof days->name], date[20];
	static unsigned turn;
	struct day *d;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(date, sizeof date, "%Y-%m-%d", &tm);
	snprintf(name, sizeof name, "%s/hosts/mail/%s/%s.jsonl", base, kind, date);
	for (size_t i = 0; i < DAYS_OPEN; i++)
		if (days[i].f && !strcmp(days[i].name, name))
			return days[i].f;
	d = &days[turn++ % DAYS_OPEN];
	if (d->f && fclose(d->f))
		fail(d->name);
	memcpy(d->name, name, sizeof name);
	d->f = fopen(name, "ae");
	if (!d->f)
		fail(name);
	return d->f;
}

static void
id_of(uint64_t kind, uint64_t number, char id[SHA256_HEX_LEN + 1])
{
	char text[64];

	snprintf(text, sizeof text, "%" PRIu64 "/%" PRIu64, kind, number);
	sha256_hex_of(span_str(text), id);
	id[32] = '\0';
}

static void
token_of(uint64_t set, int probe, char token[27])
{
	char text[64], hex[SHA256_HEX_LEN + 1];

	snprintf(text, sizeof text, "token %" PRIu64 " %d", set, probe);
	sha256_hex_of(span_str(text), hex);
	for (int i = 0; i < 26; i++)
		token[i] =
		    "abcdefghijklmnopqrstuvwxyz234567"[(hex[2 * i] * 7 + hex[2 * i + 1]) % 32];
	token[26] = '\0';
}

static void
put_query(const struct operator* o, int64_t us, bool v6, const char *name, const char *type,
    const char *token, const char *testcase, const char *cut, bool apex)
{
	FILE *f = day_file("queries", us);
	char id[SHA256_HEX_LEN + 1], client[64];

	id_of(1, queries++, id);
	snprintf(client, sizeof client, v6 ? "2001:db8:53::%x" : "203.0.%u.%u",
	    v6 ? o->resolver : o->resolver / 250 % 250, o->resolver % 250 + 1);
	fprintf(f,
	    "{\"schema\":\"query/1\",\"tool\":\"emt-queries 0.1\",\"id\":\"%s\",\"time\":%" PRId64
	    ".%06" PRId64 ",\"server\":\"198.51.100.28\",\"server_port\":53,\"client\":\"%s\","
	    "\"port\":%u,\"proto\":\"udp\",\"family\":\"%s\",\"name\":\"%s\",\"qname_lower\":\"%"
	    "s\","
	    "\"type\":\"%s\",\"class\":\"IN\",\"opcode\":0,\"flags\":{\"rd\":false,\"do\":%s,"
	    "\"cd\":false,\"tc\":false,\"aa\":true,\"ad\":false},\"edns\":{\"present\":true,"
	    "\"version\":0,\"size\":1232,\"options\":[],\"subnet\":null},\"rcode\":0,",
	    id, us / 1000000, us % 1000000, client, 1024 + below(60000), v6 ? "ipv6" : "ipv4", name,
	    name, type, o->validates ? "true" : "false");
	fprintf(f, token ? "\"token\":\"%s\"," : "\"token\":null,", token);
	fprintf(f, testcase ? "\"testcase\":\"%s\"," : "\"testcase\":null,", testcase);
	fprintf(f, cut ? "\"cut\":\"%s\"," : "\"cut\":null,", cut);
	fprintf(f,
	    "\"apex\":%s,\"msg_id\":%u,\"size\":80,\"answer_size\":160,\"answered\":%" PRId64
	    ".%06" PRId64 ",\"answer_only\":false,\"malformed\":false,\"retry_of\":null,"
	    "\"identity\":\"dns\",\"source\":\"dnstap\"}\n",
	    apex ? "true" : "false", below(65536), us / 1000000, us % 1000000 + 100);
}

static void
client_of(const struct operator* o, bool v6, char text[64])
{
	if (v6)
		snprintf(text, 64, "2001:db8:%x:%x::25", o->number / 65536, o->number % 65536);
	else
		snprintf(text, 64, "192.%u.%u.%u", o->number / 62500 % 250, o->number / 250 % 250,
		    o->number % 250 + 1);
}

/* token NULL: the client leaves after the handshake. */
static void
put_session(const struct operator* o, int64_t us, bool v6, const char *testcase, const char *token,
    int code, const char *queue_id)
{
	FILE *f = day_file("sessions", us);
	char id[SHA256_HEX_LEN + 1], client[64];
	bool tls = strcmp(testcase, "mail-plaintext") != 0;

	id_of(2, sessions++, id);
	client_of(o, v6, client);
	fprintf(f,
	    "{\"schema\":\"session/1\",\"tool\":\"emt-sessions "
	    "0.1\",\"id\":\"%s\",\"host\":\"mail\","
	    "\"service\":\"postfix/%s/smtpd\",\"pid\":%u,\"client_name\":\"out.op%u.example\","
	    "\"client_ip\":\"%s\",\"xclient\":null,\"t_connect\":%" PRId64 ".%06" PRId64
	    ",\"t_end\":%" PRId64 ".%06" PRId64 ",\"helo\":\"out.op%u.example\",\"esmtp\":true,",
	    id, token ? "x" : testcase, 1000 + below(30000), o->number, client, us / 1000000,
	    us % 1000000, us / 1000000 + 1, us % 1000000, o->number);
	fputs(tls ? "\"tls\":{\"protocol\":\"TLSv1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\","
		    "\"bits\":"
		    "256,\"trust\":\"Anonymous\",\"sni\":null,\"error\":null},"
		  : "\"tls\":null,",
	    f);
	fputs("\"auth\":null,\"mails\":[", f);
	if (token)
		fprintf(f,
		    "{\"from\":\"user@op%u.example\",\"rcpts\":[[\"measurement@%s.%s." DOMAIN
		    "\",%d]],\"queue_id\":%s%s%s,\"data\":%s,\"code\":%s,\"message_id\":\"<%" PRIu64
		    "@op%u.example>\",\"size\":1200,\"deliveries\":[],\"notices\":[],\"removed\":"
		    "true}",
		    o->number, token, testcase, code, queue_id ? "\"" : "",
		    queue_id ? queue_id : "null", queue_id ? "\"" : "",
		    queue_id ? "\"DATA\"" : "null", queue_id ? "250" : "null", sessions, o->number);
	fprintf(f,
	    "],\"end\":{\"kind\":\"quit\",\"after\":null},\"complete\":true,\"counters\":null,"
	    "\"notes\":null,\"limits\":[],\"dialogue\":[[\"S\",\"220 mail." DOMAIN
	    " ESMTP Postfix\"],[\"C\",\"EHLO out.op%u.example\"],[\"S\",\"250-mail." DOMAIN
	    "\"],[\"S\",\"250-PIPELINING\"],[\"S\",\"250-SIZE 10240000\"],[\"S\",\"250 CHUNKING\"]",
	    o->number);
	if (tls)
		fprintf(f,
		    ",[\"C\",\"STARTTLS\"],[\"S\",\"220 2.0.0 Ready to start TLS\"],[\"C\",\"EHLO "
		    "out.op%u.example\"],[\"S\",\"250-mail." DOMAIN
		    "\"],[\"S\",\"250-PIPELINING\"],[\"S\",\"250-SIZE 10240000\"],[\"S\",\"250 "
		    "CHUNKING\"]",
		    o->number);
	if (token)
		fprintf(f,
		    ",[\"C\",\"MAIL FROM:<user@op%u.example>\"],[\"S\",\"250 2.1.0 "
		    "Ok\"],[\"C\",\"RCPT "
		    "TO:<measurement@%s.%s." DOMAIN ">\"],[\"S\",\"%s\"]",
		    o->number, token, testcase,
		    code == 250 ? "250 2.1.5 Ok"
				: "450 4.2.0 Recipient address rejected: Greylisted");
	if (queue_id)
		fprintf(f,
		    ",[\"C\",\"DATA\"],[\"S\",\"354 End data with "
		    "<CR><LF>.<CR><LF>\"],[\"S\",\"250 2.0.0 "
		    "Ok: queued as %s\"]",
		    queue_id);
	fprintf(f,
	    ",[\"C\",\"QUIT\"],[\"S\",\"221 2.0.0 Bye\"]],\"dialogue_sha256\":\"%s%s\","
	    "\"dialogue_lines\":20}\n",
	    id, id);
}

static void
put_lookups(FILE *f, const struct operator* o)
{
	fputs(",\"lookups\":[", f);
	for (unsigned i = 0; i < lookups; i++)
		fprintf(f,
		    "%s{\"name\":\"n%u.op%u.example\",\"type\":\"TXT\",\"outcome\":\"ok\","
		    "\"rcode\":0,"
		    "\"ede\":null,\"ttl\":300,\"dnssec\":\"secure\",\"why\":null,\"server\":\"127."
		    "0.0.1\","
		    "\"proto\":\"udp\",\"attempts\":1,\"cached\":false,\"ms\":12.5,\"answer\":["
		    "\"\\\"v=spf1 "
		    "mx "
		    "-all\\\"\"],\"wire\":"
		    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
		    i ? "," : "", i, o->number);
	fputc(']', f);
}

static void
put_mail(const struct operator* o, int64_t us, bool v6, const char *testcase, const char *token,
    const char *queue_id, const char *set_sha256, int number)
{
	char path[500], client[64];
	FILE *f;

	client_of(o, v6, client);
	snprintf(path, sizeof path,
	    "%s/hosts/mail/json/%" PRId64 ":%s:%d-measurement@%s.%s." DOMAIN, base, us / 1000000,
	    set_sha256, number, token, testcase);
	f = fopen(path, "we");
	if (!f)
		fail(path);
	fprintf(f,
	    "{\"schema\":\"mail/1\",\"tool\":\"emt-enrich 0.1\",\"id\":\"%" PRId64
	    ":%s:%d\",\"flavour\":\"measurement\",\"queue_id\":\"%s\",\"sender\":\"user@op%u."
	    "example\","
	    "\"recipient\":\"measurement@%s.%s." DOMAIN
	    "\",\"original_recipient\":\"measurement@%s.%s." DOMAIN
	    "\",\"client\":{\"address\":\"%s\",\"port\":null,\"helo\":\"out.op%u.example\","
	    "\"hostname\":\"out.op%u.example\",\"protocol\":\"ESMTPS\"},\"token\":\"%s\","
	    "\"testcase\":"
	    "\"%s\",\"sha256\":\"%s\",\"content_sha256\":\"%s\",\"size\":1200,\"arrived\":%" PRId64
	    ".%06" PRId64 ",\"headers\":{\"from\":\"A User <user@op%u.example>\",\"subject\":\"x\","
	    "\"message_id\":\"<1@op%u.example>\",\"date\":null,\"return_path\":null,\"x_original_"
	    "to\":"
	    "null,\"delivered_to\":null,\"x_greylist\":null,\"received\":[],\"dkim_signature\":"
	    "[{\"text\":\"v=1\",\"tags\":{\"v\":\"1\"}}],\"domainkey_signature\":[],"
	    "\"authentication_results\":[],\"arc_seal\":[],\"arc_message_signature\":[],"
	    "\"arc_authentication_results\":[],\"fields\":12,\"from_fields\":1,\"cut\":false},"
	    "\"enrichment\":\"complete\",\"spf\":{\"IN_SPF\":[\"NODATA: no such "
	    "record\"],\"IN_TXT\":"
	    "[\"\\\"v=spf1 mx -all\\\"\"]},\"dmarc\":[\"\\\"v=DMARC1; p=reject\\\"\"],\"mta_sts\":"
	    "[\"NXDOMAIN: no such name\"],\"tls_rpt\":[\"NXDOMAIN: no such "
	    "name\"],\"ptr\":{\"names\":"
	    "[\"out.op%u.example.\"],\"forward_confirmed\":true,\"confirmed\":[\"out.op%u.example."
	    "\"]},"
	    "\"dkim_keys\":[{\"kind\":\"dkim\",\"selector\":\"s\",\"domain\":\"op%u.example\","
	    "\"key\":"
	    "[\"\\\"v=DKIM1; p=AAAA\\\"\"]}],\"mx_tlsa\":[],\"rbl\":{\"count\":0,\"lists\":[]}",
	    us / 1000000, set_sha256, number, queue_id, o->number, token, testcase, token, testcase,
	    client, o->number, o->number, token, testcase, set_sha256, set_sha256, us / 1000000,
	    us % 1000000, o->number, o->number, o->number, o->number, o->number);
	put_lookups(f, o);
	fputs("}\n", f);
	if (fclose(f))
		fail(path);
}

/* What its own resolver asks for one probe. */
static void
ask(const struct operator* o, int64_t us, const char *testcase, const char *token, bool reaches)
{
	const char *dot = strchr(testcase, '.');
	char name[300];

	if (dot)
		put_query(o, us, o->ipv6_resolver, dot + 1, o->validates ? "DS" : "NS", NULL, NULL,
		    dot + 1, true);
	if (!reaches)
		return;
	snprintf(name, sizeof name, "%s.%s." DOMAIN, token, testcase);
	put_query(o, us + 1000, o->ipv6_resolver, name, "MX", token, testcase, dot ? dot + 1 : NULL,
	    false);
	snprintf(name, sizeof name, "%s.mx.%s." DOMAIN, token, testcase);
	put_query(o, us + 2000, o->ipv6_resolver, name, "A", token, testcase, dot ? dot + 1 : NULL,
	    false);
	put_query(o, us + 3000, o->ipv6_resolver, name, "AAAA", token, testcase,
	    dot ? dot + 1 : NULL, false);
}

static void
play(const struct operator* o, int64_t us, int n, const char *token, const char *set_sha256)
{
	const char *testcase = cases[n];
	bool v6 = !strncmp(testcase, "v6", 2), greylisted = strstr(testcase, "greylisting") != NULL;
	bool v6only = strstr(testcase, "v6only") && !strstr(testcase, "-ok");
	bool broken = strstr(testcase, "broken") != NULL;
	bool reaches = !(v6only && !o->ipv6_resolver) && !(broken && o->validates);
	bool leaves = (!strcmp(testcase, "mail-dane-bad") && o->dane) ||
		      (!strcmp(testcase, "mail-tls-invalid") && o->strict_name);
	char queue_id[SHA256_HEX_LEN + 1];

	ask(o, us, testcase, token, reaches);
	if (!reaches || (v6 && !o->ipv6))
		return;
	id_of(3, sessions, queue_id);
	queue_id[12] = '\0';
	us += 1000000;
	if (leaves) {
		put_session(o, us, v6, testcase, NULL, 0, NULL);
		put_session(o, us + 600000000, v6, testcase, NULL, 0, NULL);
		return;
	}
	if (greylisted) {
		put_session(o, us, v6, testcase, token, 450, NULL);
		us += INT64_C(900000000);
		if (!o->retries)
			return;
	}
	put_session(o, us, v6, testcase, token, 250, queue_id);
	put_mail(o, us + 500000, v6, testcase, token, queue_id, set_sha256, n + 1);
}

static void
sql(sqlite3 *db, const char *text)
{
	char *error = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", text, error);
		exit(75);
	}
}

static sqlite3 *
make_ledger(const char *schema)
{
	char path[400], text[20000];
	FILE *f = fopen(schema, "re");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	sqlite3 *db;

	if (!n)
		fail(schema);
	fclose(f);
	text[n] = '\0';
	snprintf(path, sizeof path, "%s/ledger.sqlite", base);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		fail(path);
	sql(db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
	sql(db, text);
	sql(db, "BEGIN; INSERT INTO site VALUES ('" DOMAIN "', '')");
	return db;
}

static void
bind_run(sqlite3 *db, sqlite3_stmt *st)
{
	if (sqlite3_step(st) != SQLITE_DONE)
		fail(sqlite3_errmsg(db));
	sqlite3_reset(st);
}

static void
make_set(sqlite3 *db, sqlite3_stmt *const st[4], uint64_t set, uint64_t sets)
{
	int64_t us = (START_S + (int64_t)(set * SPAN_S / sets)) * INT64_C(1000000);
	struct operator o = {.number = (unsigned)(set % (sets / 10 + 1))};
	char id[SHA256_HEX_LEN + 1], sha256[SHA256_HEX_LEN + 1], name[40];

	o.resolver = o.number % 3 == 2 ? o.number - 1 : o.number;
	o.ipv6 = o.number % 2;
	o.ipv6_resolver = o.resolver % 4 == 1;
	o.validates = o.resolver % 5 == 1;
	o.dane = o.number % 7 == 1;
	o.strict_name = o.number % 11 == 1;
	o.retries = o.number % 13 != 1;
	snprintf(name, sizeof name, "p%" PRIu64, set);
	sha256_hex_of(span_str(name), id);
	sha256_hex_of(span_str(id), sha256);
	sqlite3_bind_int64(st[0], 1, (int64_t)set + 1);
	sqlite3_bind_text(st[0], 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st[0], 3, us);
	bind_run(db, st[0]);
	sqlite3_bind_text(st[1], 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st[1], 2, (int64_t)set + 1);
	sqlite3_bind_int64(st[1], 3, us);
	bind_run(db, st[1]);
	for (int i = 0; i < PROBES; i++) {
		char token[27];

		token_of(set, i, token);
		us += (30 + below(270)) * INT64_C(1000000) + below(1000000);
		sqlite3_bind_text(st[2], 1, token, -1, SQLITE_STATIC);
		sqlite3_bind_text(st[2], 2, id, -1, SQLITE_STATIC);
		sqlite3_bind_int(st[2], 3, i + 1);
		sqlite3_bind_text(st[2], 4, cases[i], -1, SQLITE_STATIC);
		sqlite3_bind_int64(st[2], 5, (int64_t)(set * 2 + (i == PROBES - 1)));
		bind_run(db, st[2]);
		sqlite3_bind_text(st[3], 1, token, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st[3], 2, us);
		bind_run(db, st[3]);
		play(&o, us, i, token, sha256);
	}
}

static void
make_health(int64_t step_s)
{
	static const char *const parts[] = {"listener", "name-server", "recipient"};
	uint64_t n = 0;

	for (int64_t s = START_S; s < START_S + SPAN_S; s += step_s)
		for (int c = 0; c < PROBES - 1; c++)
			for (int p = 0; p < 3; p++) {
				char id[SHA256_HEX_LEN + 1];

				id_of(4, n++, id);
				fprintf(day_file("health", s * INT64_C(1000000)),
				    "{\"schema\":\"health/1\",\"tool\":\"emt-site "
				    "0.1\",\"id\":\"%s\",\"time\":"
				    "%" PRId64
				    ".0,\"testcase\":\"%s\",\"part\":\"%s\",\"family\":\"ipv4\","
				    "\"ok\":true,\"detail\":\"answers\"}\n",
				    id, s, cases[c], parts[p]);
			}
}

int
main(int argc, char **argv)
{
	static const char *const folders[] = {"", "/hosts", "/hosts/mail", "/hosts/mail/json",
	    "/hosts/mail/sessions", "/hosts/mail/queries", "/hosts/mail/health"};
	static const char *const texts[] = {
	    "INSERT INTO participant (id, name, created) VALUES (?1, ?2, ?3)",
	    "INSERT INTO probe_set VALUES (?1, ?2, ?3, 1, 'one-by-one')",
	    "INSERT INTO probe VALUES (?1, ?2, ?3, ?3, ?4, ?5)",
	    "INSERT INTO submission (token, time, outcome, code) VALUES (?1, ?2, 'accepted', 250)"};
	uint64_t sets, seed;
	sqlite3_stmt *st[4];
	sqlite3 *db;

	if (argc < 4) {
		fprintf(stderr, "usage: %s DIR SETS LOOKUPS [SEED [HEALTH_STEP]]\n", argv[0]);
		return 64;
	}
	base = argv[1];
	sets = strtoull(argv[2], NULL, 10);
	lookups = (unsigned)strtoul(argv[3], NULL, 10);
	seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
	rng = rng_seeded(&seed);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char path[300];

		snprintf(path, sizeof path, "%s%s", base, folders[i]);
		mkdir(path, 0700);
	}
	db = make_ledger("schema/ledger.sql");
	for (int i = 0; i < 4; i++)
		if (sqlite3_prepare_v2(db, texts[i], -1, &st[i], NULL) != SQLITE_OK)
			fail(texts[i]);
	for (uint64_t i = 0; i < sets; i++)
		make_set(db, st, i, sets);
	make_health(argc > 5 ? strtol(argv[5], NULL, 10) : 600);
	for (size_t i = 0; i < DAYS_OPEN; i++)
		if (days[i].f && fclose(days[i].f))
			fail(days[i].name);
	for (int i = 0; i < 4; i++)
		sqlite3_finalize(st[i]);
	sql(db, "COMMIT");
	sqlite3_close(db);
	return 0;
}
