/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/session_table.h"

#include <stdlib.h>

#include "sessionparse/hash.h"
#include "sessionparse/logline.h"

enum {
	FIRST_SLOTS = 256,
	IDLE_FREE = 1024, /* idle processes that are always kept */
	IDLE_KEPT_US =
	    10 * 1000000, /* a second session of the same second comes well before that */
};

static struct process **
new_slots(size_t n)
{
	struct process **slots = calloc(n, sizeof *slots);

	if (!slots)
		out_of_memory();
	return slots;
}

void
session_table_init(struct session_table *t)
{
	*t = (struct session_table){.slots = new_slots(FIRST_SLOTS), .slots_n = FIRST_SLOTS};
}

void
session_table_free(struct session_table *t)
{
	for (size_t i = 0; i < t->slots_n; i++) {
		for (struct process *p = t->slots[i], *next; p; p = next) {
			next = p->next;
			session_free(p->session);
			free(p);
		}
	}
	free(t->slots);
	*t = (struct session_table){0};
}

static struct span
host_of(const struct process *p)
{
	return (struct span){p->names, p->host_n};
}

static struct span
tag_of(const struct process *p)
{
	return (struct span){p->names + p->host_n, p->tag_n};
}

static struct span
endpoint_of(const struct process *p)
{
	return (struct span){p->names + p->host_n + p->tag_n, p->endpoint_n};
}

/* The clients of one postscreen process must not all lie in one slot. */
static uint64_t
hash_of(struct span host, int64_t pid, struct span endpoint)
{
	if (endpoint.n)
		return hash_span(hash_span(HASH_START, host), endpoint);
	return hash_number(hash_span(HASH_START, host), (uint64_t)pid);
}

static bool
is_process(
    const struct process *p, struct span host, struct span tag, int64_t pid, struct span endpoint)
{
	return p->pid == pid && span_eq(tag_of(p), tag) && span_eq(host_of(p), host) &&
	       span_eq(endpoint_of(p), endpoint);
}

static struct process *
find(struct session_table *t, struct span host, struct span tag, int64_t pid, struct span endpoint)
{
	uint64_t hash;
	struct process *p = t->last;

	if (p && is_process(p, host, tag, pid, endpoint))
		return p;
	hash = hash_of(host, pid, endpoint);
	p = t->slots[hash_slot(hash, t->slots_n)];
	while (p && (p->hash != hash || !is_process(p, host, tag, pid, endpoint)))
		p = p->next;
	if (p)
		t->last = p;
	return p;
}

struct session *
session_table_find(
    struct session_table *t, struct span host, struct span tag, int64_t pid, struct span endpoint)
{
	struct process *p = find(t, host, tag, pid, endpoint);

	return p ? p->session : NULL;
}

struct session *
session_table_find_pid(struct session_table *t, struct span host, int64_t pid)
{
	uint64_t hash = hash_of(host, pid, NO_ENDPOINT);

	for (struct process *p = t->slots[hash_slot(hash, t->slots_n)]; p; p = p->next)
		if (p->hash == hash && p->pid == pid && p->session && span_eq(host_of(p), host))
			return p->session;
	return NULL;
}

struct session *
session_table_find_endpoint(struct session_table *t, struct span host, struct span endpoint)
{
	uint64_t hash = hash_of(host, 0, endpoint);

	for (struct process *p = t->slots[hash_slot(hash, t->slots_n)]; p; p = p->next)
		if (p->hash == hash && p->session && span_eq(endpoint_of(p), endpoint) &&
		    span_eq(host_of(p), host))
			return p->session;
	return NULL;
}

static void
link_process(struct process **slots, size_t slots_n, struct process *p)
{
	struct process **slot = &slots[hash_slot(p->hash, slots_n)];

	p->next = *slot;
	*slot = p;
}

static bool
is_stale(const struct process *p, int64_t now_us)
{
	return !p->session && p->last_start_us < now_us - IDLE_KEPT_US;
}

static size_t
count_stale(const struct session_table *t, int64_t now_us)
{
	size_t n = 0;

	for (size_t i = 0; i < t->slots_n; i++)
		for (const struct process *p = t->slots[i]; p; p = p->next)
			n += is_stale(p, now_us);
	return n;
}

/* Forgets the processes without a session whose last one started long ago, or makes room if most
 * are still needed.  Either way many more can be added before this is to be done again. */
static void
make_room(struct session_table *t, int64_t now_us)
{
	struct process **old = t->slots;
	size_t old_n = t->slots_n, stale_n = count_stale(t, now_us);
	bool forget = stale_n > IDLE_FREE && stale_n > old_n / 4;

	if (!forget)
		t->slots_n *= 2;
	t->slots = new_slots(t->slots_n);
	t->last = NULL;
	for (size_t i = 0; i < old_n; i++) {
		for (struct process *p = old[i], *next; p; p = next) {
			next = p->next;
			if (forget && is_stale(p, now_us)) {
				t->processes_n--;
				free(p);
			} else {
				link_process(t->slots, t->slots_n, p);
			}
		}
	}
	free(old);
}

static struct process *
add(struct session_table *t, struct span host, struct span tag, int64_t pid, struct span endpoint,
    int64_t now_us)
{
	struct process *p = calloc(1, sizeof *p + host.n + tag.n + endpoint.n);

	if (!p)
		out_of_memory();
	if (t->processes_n >= t->slots_n)
		make_room(t, now_us);
	p->hash = hash_of(host, pid, endpoint);
	p->last_start_us = TIME_UNKNOWN;
	p->pid = pid;
	p->host_n = host.n;
	p->tag_n = tag.n;
	p->endpoint_n = endpoint.n;
	if (host.n)
		memcpy(p->names, host.p, host.n);
	if (tag.n)
		memcpy(p->names + host.n, tag.p, tag.n);
	if (endpoint.n)
		memcpy(p->names + host.n + tag.n, endpoint.p, endpoint.n);
	link_process(t->slots, t->slots_n, p);
	t->processes_n++;
	return p;
}

static void
unlink_session(struct session_table *t, struct session *s)
{
	*(s->older ? &s->older->newer : &t->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &t->newest) = s->older;
	s->older = s->newer = NULL;
}

static void
link_newest(struct session_table *t, struct session *s)
{
	s->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = s;
	t->newest = s;
}

struct session *
session_table_open(struct session_table *t, struct span host, struct span tag, int64_t pid,
    struct span endpoint, int64_t start_us)
{
	struct process *p = find(t, host, tag, pid, endpoint);

	if (!p)
		p = add(t, host, tag, pid, endpoint, start_us);
	/* A clock that was set back does not make an id come again. */
	p->same_n = start_us > p->last_start_us ? 0 : p->same_n + 1;
	if (start_us > p->last_start_us)
		p->last_start_us = start_us;
	p->session = session_new(host, tag, pid);
	if (endpoint.n)
		p->session->screen.endpoint = arena_span(p->session->arena, endpoint);
	session_set_id(p->session, p->last_start_us, p->same_n);
	p->session->t_first = p->session->t_last = start_us;
	link_newest(t, p->session);
	t->sessions_n++;
	t->last = p;
	return p->session;
}

struct process *
session_table_process(struct session_table *t, const struct session *s)
{
	return find(t, s->host, s->service, s->pid, s->screen.endpoint);
}

bool
session_table_restore(struct session_table *t, const struct process *saved, struct span host,
    struct span tag, struct span endpoint, struct session *s)
{
	struct process *p = find(t, host, tag, saved->pid, endpoint);

	if (!p)
		p = add(t, host, tag, saved->pid, endpoint, saved->last_start_us);
	if (p->session)
		return false;
	p->last_start_us = saved->last_start_us;
	p->same_n = saved->same_n;
	if (!s)
		return true;
	p->session = s;
	link_newest(t, s);
	t->sessions_n++;
	return true;
}

void
session_table_close(struct session_table *t, struct session *s)
{
	struct process *p = session_table_process(t, s);

	if (!p || p->session != s)
		abort();
	p->session = NULL;
	unlink_session(t, s);
	t->sessions_n--;
}

void
session_table_touch(struct session_table *t, struct session *s, int64_t time_us)
{
	s->t_last = time_us;
	if (t->newest == s)
		return;
	unlink_session(t, s);
	link_newest(t, s);
}
