/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/awaiting.h"

void
awaiting_add(struct awaiting *w, struct session *s)
{
	s->written = true;
	s->changed = false;
	s->raw_n = 0; /* written, and wanted no more */
	s->held_octets = arena_used(s->arena);
	w->octets += s->held_octets;
	s->older = w->newest;
	s->newer = NULL;
	*(w->newest ? &w->newest->newer : &w->oldest) = s;
	w->newest = s;
}

void
awaiting_remove(struct awaiting *w, struct session *s)
{
	*(s->older ? &s->older->newer : &w->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &w->newest) = s->older;
	s->older = s->newer = NULL;
	w->octets -= s->held_octets;
}

struct session *
awaiting_take_oldest(struct awaiting *w)
{
	struct session *s = w->oldest;

	if (s)
		awaiting_remove(w, s);
	return s;
}
