/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query/1, query-gap/1 and health/1: records that need no joining when they are read. */
#include "report/ingest_parts.h"
#include "report/member.h"

enum { NAME_MAX_LEN = 255, WORD_MAX = 128, DETAIL_MAX = 512 }; /* octets kept */

struct query_statements {
	struct statement *query, *gap, *health;
};

static void
prepare(struct ingest *in)
{
	struct query_statements *s = arena_alloc(in->arena, sizeof *s);

	s->query = store_prepare(in->store,
	    "INSERT OR IGNORE INTO query (time, id, client, family, name, type, token, testcase, "
	    "cut, apex, do, cd, proto, rcode, identity) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
	    "?9, ?10, ?11, ?12, ?13, ?14, ?15)");
	s->gap = store_prepare(in->store,
	    "INSERT OR IGNORE INTO query_gap (id, since, until, event, identity) VALUES (?1, ?2, "
	    "?3, ?4, ?5)");
	s->health = store_prepare(in->store,
	    "INSERT OR IGNORE INTO health (testcase, part, family, time, id, ok, detail, "
	    "sender) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	in->queries = s;
}

static void
prepare_nothing(struct ingest *in)
{
	(void)in; /* those of query/1 serve */
}

static void
bind_bool(struct statement *st, int at, const struct value_node *value)
{
	if (node_is_bool(value))
		statement_int(st, at, node_is_true(value));
}

static void
bind_text(
    struct statement *st, int at, const struct value_node *record, const char *key, size_t max)
{
	statement_text(st, at, member_clip(record, key, max));
}

static enum ingest_taken
take_query(struct ingest *in, const struct value_node *record, struct span host)
{
	struct statement *st = in->queries->query;
	const struct value_node *flags = member_get(record, "flags");
	unsigned char id[MEMBER_ID_LEN];
	int64_t time_us, rcode = member_int(record, "rcode", -1);

	(void)host;
	if (!member_id(record, "id", id) || !member_time(record, "time", &time_us))
		return TAKEN_BAD;
	statement_int(st, 1, time_us);
	statement_blob(st, 2, (struct span){(const char *)id, sizeof id});
	bind_text(st, 3, record, "client", WORD_MAX);
	bind_text(st, 4, record, "family", WORD_MAX);
	bind_text(st, 5, record, "name", NAME_MAX_LEN);
	bind_text(st, 6, record, "type", WORD_MAX);
	bind_text(st, 7, record, "token", WORD_MAX);
	bind_text(st, 8, record, "testcase", NAME_MAX_LEN);
	bind_text(st, 9, record, "cut", NAME_MAX_LEN);
	statement_int(st, 10, member_true(record, "apex"));
	bind_bool(st, 11, member_get(flags, "do"));
	bind_bool(st, 12, member_get(flags, "cd"));
	bind_text(st, 13, record, "proto", WORD_MAX);
	if (rcode >= 0)
		statement_int(st, 14, rcode);
	bind_text(st, 15, record, "identity", WORD_MAX);
	return statement_run(st) ? TAKEN_NEW : TAKEN_KNOWN;
}

static enum ingest_taken
take_gap(struct ingest *in, const struct value_node *record, struct span host)
{
	struct statement *st = in->queries->gap;
	unsigned char id[MEMBER_ID_LEN];
	int64_t since, until;

	(void)host;
	if (!member_id(record, "id", id) || !member_time(record, "time", &until) ||
	    !member_text(record, "event").p)
		return TAKEN_BAD;
	statement_blob(st, 1, (struct span){(const char *)id, sizeof id});
	if (member_time(record, "since", &since))
		statement_int(st, 2, since);
	statement_int(st, 3, until);
	bind_text(st, 4, record, "event", WORD_MAX);
	bind_text(st, 5, record, "identity", WORD_MAX);
	return statement_run(st) ? TAKEN_NEW : TAKEN_KNOWN;
}

static enum ingest_taken
take_health(struct ingest *in, const struct value_node *record, struct span host)
{
	struct statement *st = in->queries->health;
	struct span family = member_clip(record, "family", WORD_MAX);
	unsigned char id[MEMBER_ID_LEN];
	int64_t time_us;

	(void)host;
	if (!member_id(record, "id", id) || !member_time(record, "time", &time_us) ||
	    !member_text(record, "testcase").p || !member_text(record, "part").p ||
	    !node_is_bool(member_get(record, "ok")))
		return TAKEN_BAD;
	bind_text(st, 1, record, "testcase", NAME_MAX_LEN);
	bind_text(st, 2, record, "part", WORD_MAX);
	statement_text(st, 3, family.p ? family : SPAN_LIT(""));
	statement_int(st, 4, time_us);
	statement_blob(st, 5, (struct span){(const char *)id, sizeof id});
	statement_int(st, 6, member_true(record, "ok"));
	bind_text(st, 7, record, "detail", DETAIL_MAX);
	bind_text(st, 8, record, "sender", NAME_MAX_LEN);
	return statement_run(st) ? TAKEN_NEW : TAKEN_KNOWN;
}

const struct ingest_kind ingest_query = {"query/1", prepare, take_query};
const struct ingest_kind ingest_query_gap = {"query-gap/1", prepare_nothing, take_gap};
const struct ingest_kind ingest_health = {"health/1", prepare_nothing, take_health};
