/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/verdict.h"

#include "report/capability.h"
#include "report/either.h"
#include "report/judge.h"

const char *const verdict_state_names[VERDICT_STATES_N] = {
    [VERDICT_SUPPORTED] = "supported",
    [VERDICT_NOT_SUPPORTED] = "not-supported",
    [VERDICT_STRICT] = "strict",
    [VERDICT_BROKEN] = "broken",
    [VERDICT_MIXED] = "mixed",
    [VERDICT_INCONCLUSIVE] = "inconclusive",
    [VERDICT_INCONSISTENT] = "inconsistent",
    [VERDICT_NOT_CHALLENGED] = "not-challenged",
    [VERDICT_ABSENT_UNEXPLAINED] = "absent-unexplained",
    [VERDICT_REFUSED_AT_SUBMISSION] = "refused-at-submission",
    [VERDICT_FOREIGN] = "foreign",
    [VERDICT_NOT_SENT] = "not-sent",
    [VERDICT_NEVER_STARTED] = "never-started",
    [VERDICT_PENDING] = "pending",
};

#define HOURS_US(n) ((int64_t)(n)*3600 * 1000000)

const struct verdict_settings verdict_settings_default = {
    .deadline_us = HOURS_US(5 * 24 + 12), /* most queues live for five days */
    .retry_least_us = (int64_t)60 * 1000000,
    .health_every_us = HOURS_US(1), /* emt-health.timer starts every ten minutes */
};

struct verdicts
verdicts_of(struct arena *a, const struct probe_set *set, const struct testcases *cases,
    const struct verdict_settings *settings, int64_t now_us)
{
	struct judge j = judge_new(a, set, cases, settings, now_us);
	struct verdicts out = {.n = CAPABILITIES_N};

	out.v = arena_alloc(a, CAPABILITIES_N * sizeof *out.v);
	out.cases = arena_alloc(a, (cases->n + 1) * sizeof *out.cases);
	for (size_t i = 0; i < cases->n; i++)
		out.cases_n += judge_case(&j, &cases->v[i], &out.cases[out.cases_n]);
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		const struct verdict **of =
		    arena_alloc(a, (out.cases_n + 1) * sizeof(struct verdict *));
		size_t n = 0;

		for (size_t k = 0; k < out.cases_n; k++)
			if (capability_find(out.cases[k].capability) == &capabilities[i])
				of[n++] = &out.cases[k];
		out.v[i] = capability_combine(a, &capabilities[i], of, n);
	}
	either_find(a, set, cases, settings, now_us, &out);
	return out;
}
