/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/outbox.h"

enum {
	SESSION_OVERHEAD = 8192
}; /* octets that a session's arena holds beside those in use, about */

void
outbox_add(struct outbox *o, struct session *s)
{
	s->held_octets = arena_used(s->arena) + SESSION_OVERHEAD;
	o->octets += s->held_octets;
	s->older = o->last;
	s->newer = NULL;
	*(o->last ? &o->last->newer : &o->first) = s;
	o->last = s;
}

static void
write_first(struct outbox *o)
{
	struct session *s = o->first;

	o->first = s->newer;
	if (!o->first)
		o->last = NULL;
	o->octets -= s->held_octets;
	o->write(o->state, s);
}

void
outbox_advance(struct outbox *o, int64_t now_us)
{
	while (o->first) {
		struct session *s = o->first;

		if (s->awaited) {
			if (o->octets <= o->octets_max && s->t_last >= now_us - o->hold_us)
				return;
			s->limits |= LIMIT_HELD;
		}
		write_first(o);
	}
}

void
outbox_flush(struct outbox *o)
{
	while (o->first)
		write_first(o);
}
