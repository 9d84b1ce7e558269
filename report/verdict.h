/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict - what a probe set shows of one capability of its sender's path, with what it rests on.
 *
 * A pure function of the set's evidence, the cases' rules, the settings and the time: no clock, no
 * index, no network.  States and why they are as they are: docs/method.md. */
#ifndef EMT_REPORT_VERDICT_H
#define EMT_REPORT_VERDICT_H

#include "report/evidence.h"

/* Those of rules (plan/testcase.h) and those that come about without one. */
enum verdict_state {
	VERDICT_SUPPORTED,
	VERDICT_NOT_SUPPORTED,
	VERDICT_STRICT,
	VERDICT_BROKEN,
	VERDICT_MIXED,
	VERDICT_INCONCLUSIVE,
	VERDICT_INCONSISTENT,
	VERDICT_NOT_CHALLENGED,
	VERDICT_ABSENT_UNEXPLAINED,
	VERDICT_REFUSED_AT_SUBMISSION,
	VERDICT_FOREIGN,
	VERDICT_NOT_SENT,
	VERDICT_NEVER_STARTED,
	VERDICT_PENDING,
	VERDICT_STATES_N
};

extern const char *const verdict_state_names[VERDICT_STATES_N];

struct either;

/* A control, and what became of it. */
struct verdict_control {
	const struct testcase *testcase;
	enum verdict_state state;  /* _SUPPORTED: it was stored and is fine */
	const struct probe *probe; /* NULL: the set has none of that case */
};

struct verdict {
	const char *capability;          /* "dane" */
	const struct testcase *testcase; /* which decided; NULL: none */
	enum verdict_state state;
	const struct testcase_rule *rule; /* NULL: the state came about without one */
	const char *note;                 /* why, in words; NULL if the rule's words say all */
	struct verdict_control *controls;
	size_t controls_n;
	const struct health *
	    *health; /* those looked at that decide: red ones, or the last good ones */
	size_t health_n;
	const struct item **records; /* by time */
	size_t records_n;
	int64_t pending_until_us; /* VERDICT_PENDING: when absence will count */
	/* The rule whose evidence is there, while something else that it needs is not; or NULL. */
	const struct testcase_rule *held_back;
	/* Of a capability: the verdicts on its cases, those that the set has. */
	const struct verdict **cases;
	size_t cases_n;
	const struct either *either; /* of an undecided capability (either.h); or NULL */
	/* VERDICT_MIXED: yes_n of votes_n cases (or, of an operator, sets) say yes. */
	size_t yes_n, votes_n;
	/* VERDICT_REFUSED_AT_SUBMISSION: the twin was accepted and the refusal repeats, so this is
	   what the resolver of the submission server does. */
	bool submission_resolver;
	/* Of capabilities of resolvers: the operator of the one that asked; NULL: not known. */
	const char *resolver;
};

struct verdict_settings {
	int64_t deadline_us;     /* after the first evidence; METHOD: 5 days 12 hours */
	int64_t retry_least_us;  /* between two attempts; METHOD: 60 s */
	int64_t health_every_us; /* a part not looked at for longer is not known to be well */
};

extern const struct verdict_settings verdict_settings_default;

struct verdicts {
	struct verdict *v; /* one a capability, in the order of the table (report/capability.h) */
	size_t n;
	struct verdict *cases; /* one for each case of the set that has rules, by name */
	size_t cases_n;
};

/* All verdicts of a set at a time; in the arena.  The set is borrowed. */
struct verdicts verdicts_of(struct arena *a, const struct probe_set *set,
    const struct testcases *cases, const struct verdict_settings *settings, int64_t now_us);

#endif
