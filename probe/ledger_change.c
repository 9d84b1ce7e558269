/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to probes: handed over, answered, forgotten. */
#include "probe/ledger_db.h"

enum ledger_st
ledger_add_intent(struct ledger *l, const char *token, int64_t time_us, const char *subject_id)
{
	sqlite3_stmt *s = ledger_prepare(l, "INSERT INTO intent VALUES (?, ?, ?)");

	if (s) {
		ledger_bind_text(s, 1, token);
		sqlite3_bind_int64(s, 2, time_us);
		ledger_bind_text(s, 3, subject_id);
	}
	return ledger_run(l, s);
}

enum ledger_st
ledger_drop_intent(struct ledger *l, const char *token)
{
	sqlite3_stmt *s = ledger_prepare(l, "DELETE FROM intent WHERE token = ?");

	if (s)
		ledger_bind_text(s, 1, token);
	return ledger_run(l, s);
}

static enum ledger_st
add_submission(struct ledger *l, const char *token, const struct ledger_submission *sub)
{
	sqlite3_stmt *s =
	    ledger_prepare(l, "INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

	if (s) {
		ledger_bind_text(s, 1, token);
		sqlite3_bind_int64(s, 2, sub->time_us);
		ledger_bind_text(s, 3, ledger_outcome_names[sub->outcome]);
		ledger_bind_text(s, 4, sub->step);
		if (sub->code)
			sqlite3_bind_int64(s, 5, sub->code);
		ledger_bind_text(s, 6, sub->enhanced);
		ledger_bind_text(s, 7, sub->text);
		ledger_bind_text(s, 8, sub->subject_id);
	}
	return ledger_run(l, s);
}

enum ledger_st
ledger_add_submission(struct ledger *l, const char *token, const struct ledger_submission *sub)
{
	enum ledger_st st = ledger_begin(l);

	if (st != LEDGER_OK)
		return st;
	st = add_submission(l, token, sub);
	if (st == LEDGER_OK)
		st = ledger_drop_intent(l, token);
	return ledger_end(l, st);
}

/* The first column of all rows; the statement is freed. */
static enum ledger_st
read_texts(struct ledger *l, sqlite3_stmt *s, const char ***texts, size_t *n)
{
	size_t room = 0;
	int step;

	*texts = NULL;
	*n = 0;
	if (!s)
		return LEDGER_FAILED;
	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		if (*n == room) {
			*texts = arena_grow(l->a, *texts, room, 2 * room + 32, sizeof **texts);
			room = 2 * room + 32;
		}
		(*texts)[(*n)++] = ledger_text(l, s, 0);
	}
	sqlite3_finalize(s);
	return step == SQLITE_DONE ? LEDGER_OK : ledger_failed(l);
}

static enum ledger_st
read_tokens(struct ledger *l, struct ledger_person *p)
{
	sqlite3_stmt *s = ledger_prepare(l, "SELECT token FROM probe JOIN probe_set ON probe_set = "
					    "probe_set.id WHERE participant = ? ORDER BY token");

	if (s)
		sqlite3_bind_int64(s, 1, p->id);
	return read_texts(l, s, &p->tokens, &p->tokens_n);
}

enum ledger_st
ledger_forgotten(struct ledger *l, const char ***tokens, size_t *n)
{
	return read_texts(
	    l, ledger_prepare(l, "SELECT token FROM forgotten ORDER BY token"), tokens, n);
}

enum ledger_st
ledger_people(struct ledger *l, const char *who, struct ledger_person **people, size_t *n)
{
	sqlite3_stmt *s = ledger_prepare(l,
	    "SELECT id, name, address FROM participant WHERE name = ?1 OR lower(address) = "
	    "lower(?1) OR id IN (SELECT participant FROM probe_set JOIN probe ON probe_set = "
	    "probe_set.id WHERE token = lower(?1)) ORDER BY id");
	enum ledger_st st = LEDGER_OK;
	size_t room = 0;
	int step = SQLITE_ERROR;

	*people = NULL;
	*n = 0;
	if (!s)
		return LEDGER_FAILED;
	ledger_bind_text(s, 1, who);
	while (st == LEDGER_OK && (step = sqlite3_step(s)) == SQLITE_ROW) {
		struct ledger_person *p;

		if (*n == room) {
			*people = arena_grow(l->a, *people, room, room + 4, sizeof **people);
			room += 4;
		}
		p = &(*people)[(*n)++];
		*p = (struct ledger_person){.id = sqlite3_column_int64(s, 0),
		    .name = ledger_text(l, s, 1),
		    .address = ledger_text(l, s, 2)};
		st = read_tokens(l, p);
	}
	sqlite3_finalize(s);
	return st != LEDGER_OK || step == SQLITE_DONE ? st : ledger_failed(l);
}

static enum ledger_st
forget_one(struct ledger *l, int64_t id, int64_t now_us)
{
	sqlite3_stmt *s = ledger_prepare(l,
	    "INSERT OR IGNORE INTO forgotten SELECT testcase, pool_number, token, ?2 FROM probe "
	    "JOIN probe_set ON probe_set = probe_set.id WHERE participant = ?1");
	enum ledger_st st;

	if (s) {
		sqlite3_bind_int64(s, 1, id);
		sqlite3_bind_int64(s, 2, now_us);
	}
	st = ledger_run(l, s);
	if (st != LEDGER_OK)
		return st;
	/* Sets, probes, submissions and intents go with it. */
	s = ledger_prepare(l, "DELETE FROM participant WHERE id = ?");
	if (s)
		sqlite3_bind_int64(s, 1, id);
	return ledger_run(l, s);
}

enum ledger_st
ledger_forget(struct ledger *l, const struct ledger_person *people, size_t n, int64_t now_us)
{
	enum ledger_st st = ledger_begin(l);

	if (st != LEDGER_OK)
		return st;
	for (size_t i = 0; st == LEDGER_OK && i < n; i++)
		st = forget_one(l, people[i].id, now_us);
	return ledger_end(l, st);
}

enum ledger_st
ledger_compact(struct ledger *l)
{
	return ledger_exec(l, "VACUUM");
}
