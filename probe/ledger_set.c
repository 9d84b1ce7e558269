/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets and their probes: made, and read. */
#include "mail/token.h"
#include "probe/ledger_db.h"

static enum ledger_st
unlike(struct ledger *l)
{
	enum ledger_st st = ledger_refused(l,
	    "a participant of this name is known with another address or provider; leave these "
	    "away, or give another name");

	return st == LEDGER_REFUSED ? LEDGER_UNLIKE : st;
}

/* The participant of that name, who is added if nobody has it. */
static enum ledger_st
participant(struct ledger *l, const struct ledger_draft *d, int64_t *id)
{
	sqlite3_stmt *s = ledger_prepare(l,
	    "SELECT id, address IS ?2 OR ?2 IS NULL, provider IS ?3 OR ?3 IS NULL "
	    "FROM participant WHERE name = ?1");
	bool same = false;
	int step;

	if (!s)
		return LEDGER_FAILED;
	ledger_bind_text(s, 1, d->participant);
	ledger_bind_text(s, 2, d->address);
	ledger_bind_text(s, 3, d->provider);
	step = sqlite3_step(s);
	if (step == SQLITE_ROW) {
		*id = sqlite3_column_int64(s, 0);
		same = sqlite3_column_int(s, 1) && sqlite3_column_int(s, 2);
	}
	sqlite3_finalize(s);
	if (step == SQLITE_ROW)
		return same ? LEDGER_OK : unlike(l);
	if (step != SQLITE_DONE)
		return ledger_failed(l);
	s = ledger_prepare(
	    l, "INSERT INTO participant (name, address, provider, created) VALUES (?, ?, ?, ?)");
	if (s) {
		ledger_bind_text(s, 1, d->participant);
		ledger_bind_text(s, 2, d->address);
		ledger_bind_text(s, 3, d->provider);
		sqlite3_bind_int64(s, 4, d->created_us);
	}
	if (ledger_run(l, s) != LEDGER_OK)
		return LEDGER_FAILED;
	*id = sqlite3_last_insert_rowid(l->db);
	return LEDGER_OK;
}

/* The next number of a case's pool.  The last one is for checks of the live site. */
static enum ledger_st
next_number(struct ledger *l, const char *testcase, int64_t *number)
{
	sqlite3_stmt *s = ledger_prepare(l,
	    "SELECT coalesce(max(n) + 1, 0) FROM ("
	    "SELECT max(pool_number) AS n FROM probe WHERE testcase = ?1 UNION ALL "
	    "SELECT max(pool_number) FROM forgotten WHERE testcase = ?1)");
	int step = SQLITE_ERROR;

	if (s) {
		ledger_bind_text(s, 1, testcase);
		step = sqlite3_step(s);
		if (step == SQLITE_ROW)
			*number = sqlite3_column_int64(s, 0);
	}
	sqlite3_finalize(s);
	if (step != SQLITE_ROW)
		return ledger_failed(l);
	if (*number < l->site.tokens_per_case - 1)
		return LEDGER_OK;
	return ledger_refused(l,
	    "the pool of %s is used up: %lld tokens were given, of %lld in the zones one is kept "
	    "for emt-site check --live; set tokens_per_case higher, render and sign the zones",
	    testcase, (long long)*number, (long long)l->site.tokens_per_case);
}

static enum ledger_st
add_probe(struct ledger *l, const char *set, struct ledger_probe *p)
{
	enum ledger_st st = next_number(l, p->testcase, &p->pool_number);
	char token[PROBE_TOKEN_LEN + 1];
	sqlite3_stmt *s;

	if (st != LEDGER_OK)
		return st;
	token_make(
	    span_str(l->site.token_secret), span_str(p->testcase), (uint64_t)p->pool_number, token);
	p->token = arena_dup(l->a, span_str(token));
	s = ledger_prepare(l, "INSERT INTO probe (token, probe_set, number, position, testcase, "
			      "pool_number) VALUES (?, ?, ?, ?, ?, ?)");
	if (s) {
		ledger_bind_text(s, 1, token);
		ledger_bind_text(s, 2, set);
		sqlite3_bind_int64(s, 3, p->number);
		sqlite3_bind_int64(s, 4, p->position);
		ledger_bind_text(s, 5, p->testcase);
		sqlite3_bind_int64(s, 6, p->pool_number);
	}
	return ledger_run(l, s);
}

static enum ledger_st
add_set(struct ledger *l, const struct ledger_draft *d)
{
	int64_t id = 0;
	enum ledger_st st = participant(l, d, &id);
	sqlite3_stmt *s;

	if (st != LEDGER_OK)
		return st;
	s = ledger_prepare(l, "INSERT INTO probe_set (id, participant, created, seed, mode) "
			      "VALUES (?, ?, ?, ?, ?)");
	if (s) {
		ledger_bind_text(s, 1, d->id);
		sqlite3_bind_int64(s, 2, id);
		sqlite3_bind_int64(s, 3, d->created_us);
		sqlite3_bind_int64(s, 4, d->seed);
		ledger_bind_text(s, 5, d->all_in_one ? "all-in-one" : "one-by-one");
	}
	st = ledger_run(l, s);
	for (size_t i = 0; st == LEDGER_OK && i < d->probes_n; i++)
		st = add_probe(l, d->id, &d->probes[i]);
	return st;
}

enum ledger_st
ledger_add_set(struct ledger *l, const struct ledger_draft *draft)
{
	enum ledger_st st = ledger_begin(l);

	return st == LEDGER_OK ? ledger_end(l, add_set(l, draft)) : st;
}

static enum ledger_outcome
outcome_of(const char *name)
{
	for (int i = 0; i < SUBMISSION_FAILED; i++)
		if (name && !strcmp(name, ledger_outcome_names[i]))
			return (enum ledger_outcome)i;
	return SUBMISSION_FAILED;
}

static enum ledger_st
read_submissions(struct ledger *l, struct ledger_probe *p)
{
	sqlite3_stmt *s = ledger_prepare(l, "SELECT time, outcome, step, code, enhanced, text, "
					    "subject_id FROM submission WHERE token = ? "
					    "ORDER BY time");
	size_t room = 0;
	int step;

	if (!s)
		return LEDGER_FAILED;
	ledger_bind_text(s, 1, p->token);
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		if (p->submissions_n == room) {
			p->submissions = arena_grow(
			    l->a, p->submissions, room, room + 4, sizeof *p->submissions);
			room += 4;
		}
		p->submissions[p->submissions_n++] = (struct ledger_submission){
		    .time_us = sqlite3_column_int64(s, 0),
		    .outcome = outcome_of(ledger_text(l, s, 1)),
		    .step = ledger_text(l, s, 2),
		    .code = sqlite3_column_int64(s, 3),
		    .enhanced = ledger_text(l, s, 4),
		    .text = ledger_text(l, s, 5),
		    .subject_id = ledger_text(l, s, 6),
		};
	}
	sqlite3_finalize(s);
	return step == SQLITE_DONE ? LEDGER_OK : ledger_failed(l);
}

static enum ledger_st
read_probes(struct ledger *l, struct ledger_set *set)
{
	sqlite3_stmt *s = ledger_prepare(l,
	    "SELECT token, testcase, number, position, pool_number, intent.time, subject_id "
	    "FROM probe LEFT JOIN intent USING (token) WHERE probe_set = ? ORDER BY position");
	enum ledger_st st = LEDGER_OK;
	size_t room = 0;
	int step = SQLITE_ERROR;

	if (!s)
		return LEDGER_FAILED;
	ledger_bind_text(s, 1, set->id);
	while (st == LEDGER_OK && (step = sqlite3_step(s)) == SQLITE_ROW) {
		struct ledger_probe *p;

		if (set->probes_n == room) {
			set->probes =
			    arena_grow(l->a, set->probes, room, room + 32, sizeof *set->probes);
			room += 32;
		}
		p = &set->probes[set->probes_n++];
		*p = (struct ledger_probe){
		    .token = ledger_text(l, s, 0),
		    .testcase = ledger_text(l, s, 1),
		    .number = sqlite3_column_int64(s, 2),
		    .position = sqlite3_column_int64(s, 3),
		    .pool_number = sqlite3_column_int64(s, 4),
		    .intent_us = sqlite3_column_int64(s, 5),
		    .intent_subject = ledger_text(l, s, 6),
		};
		st = read_submissions(l, p);
	}
	sqlite3_finalize(s);
	return st != LEDGER_OK || step == SQLITE_DONE ? st : ledger_failed(l);
}

enum ledger_st
ledger_sets(struct ledger *l, const char *prefix, struct ledger_set **sets, size_t *n)
{
	sqlite3_stmt *s = ledger_prepare(l,
	    "SELECT s.id, p.name, p.address, p.provider, s.created, s.seed, "
	    "s.mode = 'all-in-one' FROM probe_set AS s JOIN participant AS p ON p.id = "
	    "s.participant WHERE substr(s.id, 1, length(?1)) = ?1 ORDER BY s.created, s.rowid");
	enum ledger_st st = LEDGER_OK;
	size_t room = 0;
	int step = SQLITE_ERROR;

	*sets = NULL;
	*n = 0;
	if (!s)
		return LEDGER_FAILED;
	ledger_bind_text(s, 1, prefix);
	while (st == LEDGER_OK && (step = sqlite3_step(s)) == SQLITE_ROW) {
		struct ledger_set *set;

		if (*n == room) {
			*sets = arena_grow(l->a, *sets, room, 2 * room + 8, sizeof **sets);
			room = 2 * room + 8;
		}
		set = &(*sets)[(*n)++];
		*set = (struct ledger_set){
		    .id = ledger_text(l, s, 0),
		    .participant = ledger_text(l, s, 1),
		    .address = ledger_text(l, s, 2),
		    .provider = ledger_text(l, s, 3),
		    .created_us = sqlite3_column_int64(s, 4),
		    .seed = sqlite3_column_int64(s, 5),
		    .all_in_one = sqlite3_column_int(s, 6) != 0,
		};
		st = read_probes(l, set);
	}
	sqlite3_finalize(s);
	return st != LEDGER_OK || step == SQLITE_DONE ? st : ledger_failed(l);
}
