/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/tcpstreams.h"

#include <stdlib.h>

#include "base/arena.h"

enum { LENGTH_LEN = 2, BUCKETS_N = 256 };

/* A segment that came before the one that it follows. */
struct late {
	uint32_t sequence;
	size_t n;
	char *octets;
};

struct stream {
	struct stream *next, **link;  /* of its bucket */
	struct stream *older, *newer; /* by use */
	struct packet packet;         /* its addresses */
	struct segment segment;       /* its ports */
	uint32_t expected;            /* the next sequence number */
	bool is_lost;
	struct late late[TCPSTREAMS_LATE];
	size_t late_n, late_octets;
	size_t n; /* octets of a message that is not whole yet */
	char octets[TCPSTREAMS_OCTETS];
};

struct tcpstreams {
	void (*message)(void *state, int64_t time_us, const struct packet *p,
	    const struct segment *s, struct span message);
	void *state;
	struct stream *buckets[BUCKETS_N];
	struct stream *oldest, *newest;
	size_t n;
	uint64_t lost;
};

struct tcpstreams *
tcpstreams_new(void (*message)(void *state, int64_t time_us, const struct packet *p,
		   const struct segment *s, struct span message),
    void *state)
{
	struct tcpstreams *t = must(calloc(1, sizeof *t));

	t->message = message;
	t->state = state;
	return t;
}

uint64_t
tcpstreams_lost(const struct tcpstreams *t)
{
	return t->lost;
}

static void
unlink_use(struct tcpstreams *t, struct stream *s)
{
	*(s->older ? &s->older->newer : &t->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &t->newest) = s->older;
}

static void
link_newest(struct tcpstreams *t, struct stream *s)
{
	s->older = t->newest;
	s->newer = NULL;
	*(t->newest ? &t->newest->newer : &t->oldest) = s;
	t->newest = s;
}

static void
drop_late(struct stream *s)
{
	while (s->late_n)
		free(s->late[--s->late_n].octets);
	s->late_octets = 0;
}

static void
remove_stream(struct tcpstreams *t, struct stream *s)
{
	unlink_use(t, s);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	drop_late(s);
	free(s);
	t->n--;
}

void
tcpstreams_free(struct tcpstreams *t)
{
	while (t && t->oldest)
		remove_stream(t, t->oldest);
	free(t);
}

static size_t
bucket_of(const struct packet *p, const struct segment *s)
{
	size_t hash = (size_t)s->from_port * 31 + (size_t)s->to_port;

	for (size_t i = 0; i < 16; i++)
		hash = hash * 31 + p->from.octets[i] + 7u * p->to.octets[i];
	return hash % BUCKETS_N;
}

static struct stream *
find(struct tcpstreams *t, const struct packet *p, const struct segment *s)
{
	struct stream *one = t->buckets[bucket_of(p, s)];

	while (
	    one && !(one->segment.from_port == s->from_port && one->segment.to_port == s->to_port &&
		       ip_eq(&one->packet.from, &p->from) && ip_eq(&one->packet.to, &p->to)))
		one = one->next;
	return one;
}

static struct stream *
add_stream(struct tcpstreams *t, const struct packet *p, const struct segment *s)
{
	struct stream **bucket = &t->buckets[bucket_of(p, s)], *one;

	if (t->n == TCPSTREAMS_N)
		remove_stream(t, t->oldest);
	one = must(malloc(sizeof *one));
	memset(one, 0, offsetof(struct stream, octets));
	one->packet = *p;
	one->packet.payload = (struct span){NULL, 0};
	one->segment = *s;
	one->segment.data = (struct span){NULL, 0};
	one->next = *bucket;
	one->link = bucket;
	if (one->next)
		one->next->link = &one->next;
	*bucket = one;
	link_newest(t, one);
	t->n++;
	return one;
}

static void
give_up(struct tcpstreams *t, struct stream *s)
{
	if (!s->is_lost)
		t->lost++;
	s->is_lost = true;
	s->n = 0;
	drop_late(s);
}

/* Octets in their order: whole messages go out. */
static void
take_octets(struct tcpstreams *t, struct stream *s, int64_t time_us, struct span data)
{
	s->expected += (uint32_t)data.n;
	while (data.n) {
		size_t want = LENGTH_LEN, n;

		if (s->n >= LENGTH_LEN)
			want += (size_t)(unsigned char)s->octets[0] << 8 |
				(size_t)(unsigned char)s->octets[1];
		n = want - s->n < data.n ? want - s->n : data.n;
		memcpy(s->octets + s->n, data.p, n);
		s->n += n;
		data = span_from(data, n);
		if (s->n > LENGTH_LEN && s->n == want) {
			t->message(t->state, time_us, &s->packet, &s->segment,
			    (struct span){s->octets + LENGTH_LEN, s->n - LENGTH_LEN});
			s->n = 0;
		} else if (s->n == LENGTH_LEN && !s->octets[0] && !s->octets[1]) {
			s->n = 0; /* an empty message */
		}
	}
}

/* A segment, or what of it was not there before; false: it lies ahead. */
static bool
take_segment(
    struct tcpstreams *t, struct stream *s, int64_t time_us, uint32_t sequence, struct span data)
{
	int32_t ahead = (int32_t)(sequence - s->expected);

	if (ahead > 0)
		return false;
	/* -ahead octets of it were there already. */
	if ((size_t) - (int64_t)ahead < data.n)
		take_octets(t, s, time_us, span_from(data, (size_t) - (int64_t)ahead));
	return true;
}

static void
keep_late(struct tcpstreams *t, struct stream *s, uint32_t sequence, struct span data)
{
	struct late *late;

	if (s->late_n == TCPSTREAMS_LATE || data.n > TCPSTREAMS_OCTETS - s->late_octets) {
		give_up(t, s);
		return;
	}
	late = &s->late[s->late_n++];
	*late = (struct late){sequence, data.n, must(malloc(data.n))};
	memcpy(late->octets, data.p, data.n);
	s->late_octets += data.n;
}

/* Those that came too early, as far as their turn has come. */
static void
take_late(struct tcpstreams *t, struct stream *s, int64_t time_us)
{
	for (size_t i = 0; i < s->late_n;) {
		struct late late = s->late[i];

		if (!take_segment(
			t, s, time_us, late.sequence, (struct span){late.octets, late.n})) {
			i++;
			continue;
		}
		free(late.octets);
		s->late_octets -= late.n;
		s->late[i] = s->late[--s->late_n];
		i = 0;
	}
}

void
tcpstreams_add(
    struct tcpstreams *t, int64_t time_us, const struct packet *p, const struct segment *segment)
{
	struct stream *s = find(t, p, segment);
	uint32_t sequence = segment->sequence;

	if (segment->rst) {
		if (s)
			remove_stream(t, s);
		return;
	}
	if (segment->syn) {
		if (s)
			remove_stream(t, s);
		s = add_stream(t, p, segment);
		s->expected = ++sequence; /* SYN counts as an octet */
	}
	if (!s) {
		if (!segment->data.n)
			return;
		s = add_stream(t, p, segment);
		give_up(t, s);
	}
	unlink_use(t, s);
	link_newest(t, s);
	if (s->is_lost || !segment->data.n)
		return;
	if (p->is_cut)
		give_up(t, s);
	else if (take_segment(t, s, time_us, sequence, segment->data))
		take_late(t, s, time_us);
	else
		keep_late(t, s, sequence, segment->data);
}
