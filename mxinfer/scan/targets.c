/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/targets.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/keyed_hash.h"

enum { KEY_ADDRESS = 17 }; /* octets of family and address in front of a key */

static void
free_work(struct target *t)
{
	if (t->work && t->work->tlsa)
		arena_free(t->work->tlsa->arena);
	if (t->work)
		free(t->work->as);
	free(t->work);
	t->work = NULL;
}

void
targets_free(struct targets *t)
{
	for (size_t id = 1; id <= t->keys.n; id++)
		free_work(&t->v[id]);
	intern_free(&t->keys);
	intern_free(&t->names);
	free(t->v);
	free(t->links);
	*t = (struct targets){.room = 0};
}

uint32_t
targets_add(struct targets *t, const struct ip *ip, struct span variant)
{
	size_t before = t->keys.n;
	struct buf key;
	uint32_t id;

	buf_init(&key, SIZE_MAX / 4);
	buf_putc(&key, (char)ip->v6);
	buf_put(&key, (struct span){(const char *)ip->octets, sizeof ip->octets});
	buf_put(&key, variant);
	id = intern_add(&t->keys, buf_span(&key), keyed_hash(buf_span(&key)));
	buf_free(&key);
	t->v = intern_beside(t->v, &t->room, id, sizeof *t->v);
	if (id > before)
		t->v[id] = (struct target){.state = TARGET_NEW};
	return id;
}

void
targets_name(struct targets *t, uint32_t id, struct span name)
{
	uint32_t number = intern_add(&t->names, name, keyed_hash(name)), last = 0;
	size_t n = 0;

	for (uint32_t at = t->v[id].names; at; at = t->links[at].next, n++) {
		if (t->links[at].name == number)
			return;
		last = at;
	}
	if (n == TARGET_NAMES_MAX)
		return;
	t->links_n++;
	t->links = intern_beside(t->links, &t->links_room, t->links_n, sizeof *t->links);
	t->links[t->links_n] = (struct target_link){.name = number};
	if (last)
		t->links[last].next = (uint32_t)t->links_n;
	else
		t->v[id].names = (uint32_t)t->links_n;
}

struct ip
targets_ip(const struct targets *t, uint32_t id)
{
	struct span key = intern_text(&t->keys, id);
	struct ip ip = {.v6 = key.p[0]};

	memcpy(ip.octets, key.p + 1, sizeof ip.octets);
	return ip;
}

struct span
targets_variant(const struct targets *t, uint32_t id)
{
	return span_from(intern_text(&t->keys, id), KEY_ADDRESS);
}

size_t
targets_names(const struct targets *t, uint32_t id, struct span names[TARGET_NAMES_MAX])
{
	size_t n = 0;

	for (uint32_t at = t->v[id].names; at; at = t->links[at].next)
		names[n++] = intern_text(&t->names, t->links[at].name);
	return n;
}

struct target_work *
targets_work(struct targets *t, uint32_t id)
{
	if (!t->v[id].work) {
		t->v[id].work = must(calloc(1, sizeof *t->v[id].work));
		t->v[id].work->id = id;
	}
	return t->v[id].work;
}

void
targets_tlsa(struct targets *t, uint32_t id, const struct route_look *look, const char *base)
{
	struct target_work *work = targets_work(t, id);
	struct arena *a = arena_new();
	struct target_tlsa *tlsa = arena_alloc(a, sizeof *tlsa);
	const char **records = arena_alloc(a, (look->texts.n + 1) * sizeof *records);

	for (size_t i = 0; i < look->texts.n; i++)
		records[i] = arena_dup(a, span_str(look->texts.v[i]));
	*tlsa = (struct target_tlsa){.arena = a, .look = *look};
	tlsa->look.texts.v = records;
	tlsa->base = base ? arena_dup(a, span_str(base)) : NULL;
	if (work->tlsa)
		arena_free(work->tlsa->arena);
	work->tlsa = tlsa;
}

void
targets_done(struct targets *t, uint32_t id)
{
	free_work(&t->v[id]);
	t->v[id].state = TARGET_DONE;
}
