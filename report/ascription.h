/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ascription - whose a set is, and whose the clients without a confirmed name are that delivered
 * mail of it.
 *
 * A set is of the operator that first delivered its mail-ok.  By the letter an address without a
 * confirmed name is an operator of its own, and a sender whose IPv6 address has none would be split
 * in two.  So an address counts as an operator's, within a set, if
 *
 * - it delivered a mail of the set, by the token, and so did a client whose confirmed name is the
 *   operator's;
 * - both mails have an envelope sender of the same domain: who forwards writes another one, who
 *   replies has another one;
 * - and both are of one AS; or, where the AS of one of them is not known, it greets with a name
 *   below the operator's registered domain.  Anybody may greet so: then what rests on it is
 *   probable.
 *
 * Never across operators: an address that fits two is nobody's, one that has a confirmed name is
 * that name's, and two AS that are known and differ never fit.  A session without recipient adds
 * nothing to this. */
#ifndef EMT_REPORT_ASCRIPTION_H
#define EMT_REPORT_ASCRIPTION_H

#include "report/evidence.h"

/* Says whose the set is and its clients are, and marks as foreign what came from others.  Once more
 * when items were added. */
void ascribe(struct probe_set *set);

/* Lists in the set, from the arena, the clients that count as its operator's. */
void ascription_list(struct arena *a, struct probe_set *set);

/* The operator of a client by itself, whatever a set says. */
static inline const char *
sender_alone(const struct sender *s)
{
	return s->alone ? s->alone : s->operator;
}

#endif
