/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger - who takes part, which tokens they have, what was submitted: schema/ledger.sql in SQLite.
 *
 * Several programs may use one ledger at once; every change is a transaction of its own that is on
 * the disk when the call returns, so a kill leaves the ledger as it was before or after it.  What
 * was deleted is overwritten.  All text is bound, never put into SQL.
 *
 * Answers live in the arena that ledger_open was given.  After any answer but LEDGER_OK,
 * ledger_message is one line with what is wrong and the mend. */
#ifndef EMT_LEDGER_H
#define EMT_LEDGER_H

#include <stdint.h>

#include "base/arena.h"

enum ledger_st {
	LEDGER_OK,
	LEDGER_FAILED,  /* the machine: locked for too long, full disk */
	LEDGER_REFUSED, /* another site's, no ledger, no such set, the pool is used up */
	LEDGER_UNLIKE,  /* a name that is known with another address or provider */
};

enum { LEDGER_ID_LEN = 64 /* of a set */ };

/* The pool of tokens that a ledger belongs to. */
struct ledger_site {
	const char *domain;
	const char *token_secret; /* NULL: not known here; then no set can be made */
	int64_t tokens_per_case;
};

enum ledger_outcome { SUBMISSION_ACCEPTED, SUBMISSION_REFUSED, SUBMISSION_FAILED };

extern const char *const ledger_outcome_names[];

struct ledger_submission {
	int64_t time_us;
	enum ledger_outcome outcome;
	const char *step;       /* NULL: none was refused */
	int64_t code;           /* 0: no reply */
	const char *enhanced;   /* NULL: none */
	const char *text;       /* as it came, bounded; NULL: none */
	const char *subject_id; /* NULL: none */
};

struct ledger_probe {
	const char *token, *testcase;
	int64_t number, position, pool_number;
	struct ledger_submission *submissions; /* by time */
	size_t submissions_n;
	int64_t intent_us;          /* it may have been accepted since then; 0: it is certain */
	const char *intent_subject; /* NULL with 0 */
};

struct ledger_set {
	const char *id;
	const char *participant, *address, *provider; /* the last two may be NULL */
	int64_t created_us, seed;
	bool all_in_one;
	struct ledger_probe *probes; /* by position */
	size_t probes_n;
};

struct ledger;

/* Opens it; `schema` is the SQL that makes a new one, NULL: it must be there.  NULL in *ledger
 * means that there is no memory or no file; the message is then in *message. */
enum ledger_st ledger_open(struct arena *a, const char *path, const char *schema,
    const struct ledger_site *site, struct ledger **ledger, const char **message)
    __attribute__((warn_unused_result));
void ledger_close(struct ledger *l); /* NULL is fine */
const char *ledger_message(const struct ledger *l);

/* A set to be made: the probes have testcase, number and position; token and pool number are drawn
 * from the pool here. */
struct ledger_draft {
	const char *id, *participant, *address, *provider; /* the last two may be NULL */
	int64_t created_us, seed;
	bool all_in_one;
	struct ledger_probe *probes;
	size_t probes_n;
};

enum ledger_st ledger_add_set(struct ledger *l, const struct ledger_draft *draft)
    __attribute__((warn_unused_result));

/* The sets whose id begins with `prefix`, oldest first. */
enum ledger_st ledger_sets(struct ledger *l, const char *prefix, struct ledger_set **sets,
    size_t *n) __attribute__((warn_unused_result));

/* Before the last octets of a mail are handed over.  This and ledger_add_submission: LEDGER_REFUSED
 * if its participant was forgotten meanwhile. */
enum ledger_st ledger_add_intent(struct ledger *l, const char *token, int64_t time_us,
    const char *subject_id) __attribute__((warn_unused_result));
enum ledger_st ledger_drop_intent(struct ledger *l, const char *token)
    __attribute__((warn_unused_result));

/* The outcome of one attempt; the intent goes with it. */
enum ledger_st ledger_add_submission(struct ledger *l, const char *token,
    const struct ledger_submission *s) __attribute__((warn_unused_result));

/* Everybody whose name, address (whatever its case) or token is `who`. */
struct ledger_person {
	int64_t id;
	const char *name, *address; /* the latter may be NULL */
	const char **tokens;
	size_t tokens_n;
};

enum ledger_st ledger_people(struct ledger *l, const char *who, struct ledger_person **people,
    size_t *n) __attribute__((warn_unused_result));

/* Deletes them; their tokens are never given again. */
enum ledger_st ledger_forget(struct ledger *l, const struct ledger_person *people, size_t n,
    int64_t now_us) __attribute__((warn_unused_result));

/* The tokens of everybody who was forgotten. */
enum ledger_st ledger_forgotten(struct ledger *l, const char ***tokens, size_t *n)
    __attribute__((warn_unused_result));

/* Writes what is left in new pages, so that no octet of what was deleted stays in the file. */
enum ledger_st ledger_compact(struct ledger *l) __attribute__((warn_unused_result));

#endif
