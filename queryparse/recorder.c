/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/recorder.h"

#include <stdlib.h>

#include "base/sha256.h"

enum {
	ALIKE_START = 64,            /* slots; grows by doubling */
	ALIKE_MAX = 1 << 17,         /* different queries of one moment that are told apart */
	TRUNCATED_MAX = 128,         /* truncated answers that a repeat is looked for among */
	RETRY_US = 10 * 1000 * 1000, /* resolvers repeat at once */
};

/* How many queries of one moment were alike. */
struct alike {
	uint64_t key; /* 0: a free slot */
	unsigned n;
};

struct truncated {
	int64_t time_us;
	struct ip client;
	uint64_t question; /* hashed */
	char id[QUERY_ID_LEN + 1];
};

struct recorder {
	const struct subjects *subjects;
	int64_t moment_us;
	struct alike *alike;
	size_t alike_n, alike_room;
	struct truncated truncated[TRUNCATED_MAX]; /* a ring */
	size_t truncated_n;                        /* so many were put in */
};

struct recorder *
recorder_new(const struct subjects *subjects)
{
	struct recorder *r = must(calloc(1, sizeof *r));

	r->subjects = subjects;
	r->moment_us = TIME_UNKNOWN;
	r->alike_room = ALIKE_START;
	r->alike = must(calloc(r->alike_room, sizeof *r->alike));
	return r;
}

void
recorder_free(struct recorder *r)
{
	if (!r)
		return;
	free(r->alike);
	free(r);
}

static struct alike *
slot_of(struct recorder *r, uint64_t key)
{
	size_t i = (size_t)key & (r->alike_room - 1);

	while (r->alike[i].key && r->alike[i].key != key)
		i = (i + 1) & (r->alike_room - 1);
	return &r->alike[i];
}

static void
grow(struct recorder *r)
{
	struct alike *old = r->alike;
	size_t old_room = r->alike_room;

	r->alike_room *= 2;
	r->alike = must(calloc(r->alike_room, sizeof *r->alike));
	for (size_t i = 0; i < old_room; i++)
		if (old[i].key)
			*slot_of(r, old[i].key) = old[i];
	free(old);
}

/* The how-manieth this one is of those alike in its moment. */
static unsigned
count_alike(struct recorder *r, uint64_t key, int64_t time_us)
{
	struct alike *slot;

	if (time_us != r->moment_us || r->alike_n >= ALIKE_MAX) {
		if (r->alike_n)
			memset(r->alike, 0, r->alike_room * sizeof *r->alike);
		r->alike_n = 0;
		r->moment_us = time_us;
	}
	key += !key;
	slot = slot_of(r, key);
	if (!slot->key)
		r->alike_n++;
	slot->key = key;
	slot->n++;
	key = slot->n;
	if (2 * r->alike_n > r->alike_room)
		grow(r);
	return (unsigned)key;
}

static void
add_peer(struct sha256 *s, const struct query_peer *peer)
{
	unsigned char facts[20] = {peer->is_known, peer->ip.v6, (unsigned char)(peer->port >> 8),
	    (unsigned char)peer->port};

	if (peer->is_known)
		memcpy(facts + 4, peer->ip.octets, sizeof peer->ip.octets);
	sha256_add(s, (struct span){(char *)facts, sizeof facts});
}

static void
add_number(struct sha256 *s, int64_t number)
{
	unsigned char octets[8];

	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (unsigned char)((uint64_t)number >> 8 * i);
	sha256_add(s, (struct span){(char *)octets, sizeof octets});
}

static void
add_facts(struct sha256 *s, const struct query *q)
{
	unsigned char facts[] = {(unsigned char)q->kind, (unsigned char)q->source,
	    (unsigned char)q->proto, (unsigned char)(q->id >> 8), (unsigned char)q->id,
	    (unsigned char)(q->type >> 8), (unsigned char)q->type, (unsigned char)q->gap};

	sha256_add(s, (struct span){(char *)facts, sizeof facts});
	add_number(s, q->time_us);
	add_peer(s, &q->client);
	add_peer(s, &q->server);
	sha256_add(s, span_str(q->identity));
	sha256_add(s, query_name(q));
}

static void
hex(const unsigned char *octets, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < QUERY_ID_LEN / 2; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
	out[QUERY_ID_LEN] = '\0';
}

static void
make_id(struct recorder *r, const struct query *q, char id[QUERY_ID_LEN + 1])
{
	unsigned char digest[SHA256_LEN];
	struct sha256 s;
	uint64_t key;
	unsigned n;

	sha256_init(&s);
	add_facts(&s, q);
	sha256_end(&s, digest);
	memcpy(&key, digest + SHA256_LEN - sizeof key, sizeof key);
	n = count_alike(r, key, q->time_us);
	for (size_t i = 0; n > 1 && i < 4; i++)
		digest[i] ^= (unsigned char)((n - 1) >> 8 * i);
	hex(digest, id);
}

#define FNV_PRIME 0x100000001b3

/* FNV-1a of what a repeat repeats: the name in any case, the type, the server, by the same source.
 */
static uint64_t
hash_question(const struct query *q)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < q->name.n; i++)
		hash = (hash ^ (unsigned char)to_lower((char)q->name.wire[i])) * FNV_PRIME;
	for (size_t i = 0; q->server.is_known && i < sizeof q->server.ip.octets; i++)
		hash = (hash ^ q->server.ip.octets[i]) * FNV_PRIME;
	for (const char *c = q->identity; *c; c++)
		hash = (hash ^ (unsigned char)*c) * FNV_PRIME;
	return (hash ^ (uint64_t)(uint32_t)q->type ^ (uint64_t)q->source << 16) * FNV_PRIME;
}

static void
keep_truncated(struct recorder *r, const struct query *q, const char *id)
{
	struct truncated *t = &r->truncated[r->truncated_n++ % TRUNCATED_MAX];

	*t = (struct truncated){
	    .time_us = q->time_us, .client = q->client.ip, .question = hash_question(q)};
	memcpy(t->id, id, sizeof t->id);
}

static const char *
find_truncated(const struct recorder *r, const struct query *q)
{
	size_t n = r->truncated_n < TRUNCATED_MAX ? r->truncated_n : TRUNCATED_MAX;
	uint64_t question = n ? hash_question(q) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct truncated *t = &r->truncated[(r->truncated_n - 1 - i) % TRUNCATED_MAX];

		if (t->question == question && ip_eq(&t->client, &q->client.ip) &&
		    q->time_us - t->time_us <= RETRY_US)
			return t->id;
	}
	return NULL;
}

void
recorder_put(struct recorder *r, const struct query *q, struct buf *out)
{
	char id[QUERY_ID_LEN + 1];
	const char *retry_of = NULL;
	struct subject subject;

	make_id(r, q, id);
	subject_of(r->subjects, query_name(q), &subject);
	if (q->kind != QUERY_GAP && q->client.is_known && q->name.n) {
		if (q->proto == PROTO_TCP)
			retry_of = find_truncated(r, q);
		else if (q->proto == PROTO_UDP && q->tc == true)
			keep_truncated(r, q, id);
	}
	query_json_put(out, q, &subject, id, retry_of);
}

static void
code_truncated(struct codec *c, struct truncated *t)
{
	code_i64(c, &t->time_us);
	code_bool(c, &t->client.v6);
	code_octets(c, t->client.octets, sizeof t->client.octets);
	code_u64(c, &t->question);
	code_octets(c, t->id, QUERY_ID_LEN);
	t->id[QUERY_ID_LEN] = '\0';
}

static void
code_alike(struct codec *c, struct recorder *r)
{
	size_t n = r->alike_n;

	code_i64(c, &r->moment_us);
	code_count(c, &n, ALIKE_MAX);
	if (c->out) {
		for (size_t i = 0; i < r->alike_room; i++) {
			if (!r->alike[i].key)
				continue;
			code_u64(c, &r->alike[i].key);
			code_uint(c, &r->alike[i].n);
		}
		return;
	}
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		struct alike one;

		code_u64(c, &one.key);
		code_uint(c, &one.n);
		if (!one.key || slot_of(r, one.key)->key)
			cur_fail(&c->in);
		else
			*slot_of(r, one.key) = one;
		if (2 * ++r->alike_n > r->alike_room)
			grow(r);
	}
}

void
recorder_code(struct codec *c, struct recorder *r)
{
	size_t n = r->truncated_n < TRUNCATED_MAX ? r->truncated_n : TRUNCATED_MAX;
	size_t first = r->truncated_n - n;

	code_alike(c, r);
	code_count(c, &n, TRUNCATED_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++)
		code_truncated(c, &r->truncated[(first + i) % TRUNCATED_MAX]);
	if (!c->out)
		r->truncated_n = n;
}
