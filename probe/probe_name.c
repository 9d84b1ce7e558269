/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/probe_name.h"

const char *
probe_address(struct arena *a, const struct ledger_probe *p, const char *domain)
{
	return arena_printf(a, "measurement@%s.%s.%s", p->token, p->testcase, domain);
}

const char *
probe_subject(struct arena *a, int64_t time_us, const struct ledger_set *set, int64_t number)
{
	return arena_printf(
	    a, "%010lld:%s:%lld", (long long)(time_us / 1000000), set->id, (long long)number);
}
