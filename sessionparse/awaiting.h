/* SPDX-License-Identifier: GPL-3.0-or-later */
/* awaiting - sessions that are written, but of whose mails the queue may still tell more: the list
 * that a followed log keeps from run to run, in the order in which they were written. */
#ifndef EMT_AWAITING_H
#define EMT_AWAITING_H

#include "sessionparse/session.h"

struct awaiting {
	struct session *oldest, *newest;
	size_t octets; /* their memory, about */
};

void awaiting_add(struct awaiting *w, struct session *s);
void awaiting_remove(struct awaiting *w, struct session *s);
struct session *awaiting_take_oldest(struct awaiting *w); /* NULL: there is none */

#endif
