/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/queue.h"

#include <stdlib.h>

#include "sessionparse/hash.h"

enum { FIRST_SLOTS = 256 };

static struct session_mail **
new_slots(size_t n)
{
	struct session_mail **slots = calloc(n, sizeof *slots);

	if (!slots)
		out_of_memory();
	return slots;
}

void
queue_init(struct queue *q)
{
	*q = (struct queue){.slots = new_slots(FIRST_SLOTS), .slots_n = FIRST_SLOTS};
}

void
queue_free(struct queue *q)
{
	free(q->slots);
	*q = (struct queue){0};
}

static uint64_t
hash_of(struct span host, struct span queue_id)
{
	return hash_span(hash_octet(hash_span(HASH_START, host), 0), queue_id);
}

static void
link_mail(struct session_mail **slots, size_t slots_n, struct session_mail *m)
{
	struct session_mail **slot = &slots[hash_slot(m->queue_hash, slots_n)];

	m->queue_next = *slot;
	*slot = m;
}

static void
grow(struct queue *q)
{
	size_t n = 2 * q->slots_n;
	struct session_mail **slots = new_slots(n);

	for (size_t i = 0; i < q->slots_n; i++) {
		for (struct session_mail *m = q->slots[i], *next; m; m = next) {
			next = m->queue_next;
			link_mail(slots, n, m);
		}
	}
	free(q->slots);
	q->slots = slots;
	q->slots_n = n;
}

struct session_mail *
queue_find(const struct queue *q, struct span host, struct span queue_id)
{
	uint64_t hash = hash_of(host, queue_id);
	struct session_mail *m = q->slots[hash_slot(hash, q->slots_n)];

	while (m && (m->queue_hash != hash || !span_eq(m->queue_id, queue_id) ||
			!span_eq(m->session->host, host)))
		m = m->queue_next;
	return m;
}

struct session_mail *
queue_add(struct queue *q, struct session_mail *m)
{
	struct session_mail *old = queue_find(q, m->session->host, m->queue_id);

	if (old)
		queue_remove(q, old);
	if (q->mails_n == q->slots_n)
		grow(q);
	m->queue_hash = hash_of(m->session->host, m->queue_id);
	m->in_queue = true;
	link_mail(q->slots, q->slots_n, m);
	q->mails_n++;
	return old;
}

void
queue_remove(struct queue *q, struct session_mail *m)
{
	struct session_mail **at;

	if (!m->in_queue)
		return;
	at = &q->slots[hash_slot(m->queue_hash, q->slots_n)];
	while (*at != m)
		at = &(*at)->queue_next;
	*at = m->queue_next;
	m->queue_next = NULL;
	m->in_queue = false;
	q->mails_n--;
}
