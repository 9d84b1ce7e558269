/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/fragments.h"

#include <stdlib.h>

#include "base/arena.h"

struct part {
	uint32_t at, end;
};

struct pending {
	bool in_use, is_bad;
	struct packet key; /* from, to, protocol, fragment_id */
	int64_t time_us;   /* of the first fragment that came */
	size_t total;      /* 0: the last fragment has not come yet */
	size_t held, parts_n;
	struct part parts[FRAGMENTS_PARTS];
	char *octets; /* FRAGMENTS_OCTETS, once it was needed */
};

struct fragments {
	struct pending pending[FRAGMENTS_PACKETS];
};

struct fragments *
fragments_new(void)
{
	return must(calloc(1, sizeof(struct fragments)));
}

void
fragments_free(struct fragments *f)
{
	for (size_t i = 0; f && i < FRAGMENTS_PACKETS; i++)
		free(f->pending[i].octets);
	free(f);
}

static bool
is_same(const struct packet *a, const struct packet *b)
{
	return a->fragment_id == b->fragment_id && a->protocol == b->protocol &&
	       ip_eq(&a->from, &b->from) && ip_eq(&a->to, &b->to);
}

/* The packet that this is a part of, or a place for it. */
static struct pending *
find(struct fragments *f, int64_t time_us, const struct packet *p)
{
	struct pending *place = &f->pending[0];
	char *octets;

	for (size_t i = 0; i < FRAGMENTS_PACKETS; i++) {
		struct pending *one = &f->pending[i];

		if (one->in_use && time_us - one->time_us > FRAGMENTS_US)
			one->in_use = false;
		if (one->in_use && is_same(&one->key, p))
			return one;
		if (place->in_use && (!one->in_use || one->time_us < place->time_us))
			place = one;
	}
	octets = place->octets ? place->octets : must(malloc(FRAGMENTS_OCTETS));
	*place = (struct pending){.in_use = true, .key = *p, .time_us = time_us, .octets = octets};
	return place;
}

/* False: it overlaps what is there, or is too much. */
static bool
take_part(struct pending *whole, const struct packet *p)
{
	struct part part = {p->fragment_at, p->fragment_at + (uint32_t)p->payload.n};

	if (part.end > FRAGMENTS_OCTETS || whole->parts_n == FRAGMENTS_PARTS || p->is_cut ||
	    (!p->is_last && p->payload.n % 8) || (whole->total && part.end > whole->total))
		return false;
	for (size_t i = 0; i < whole->parts_n; i++) {
		const struct part *other = &whole->parts[i];

		if (other->at == part.at && other->end == part.end)
			return true; /* the same again */
		if (part.at < other->end && other->at < part.end)
			return false;
		if (p->is_last && other->end > part.end)
			return false;
	}
	whole->parts[whole->parts_n++] = part;
	if (p->payload.n)
		memcpy(whole->octets + part.at, p->payload.p, p->payload.n);
	whole->held += p->payload.n;
	if (p->is_last)
		whole->total = part.end;
	return true;
}

bool
fragments_add(struct fragments *f, int64_t time_us, struct packet *p)
{
	struct pending *whole = find(f, time_us, p);

	if (!whole->is_bad && !take_part(whole, p))
		whole->is_bad = true;
	if (whole->is_bad || !whole->total || whole->held != whole->total)
		return false;
	p->payload = (struct span){whole->octets, whole->total};
	p->is_fragment = false;
	whole->in_use = false;
	return true;
}
