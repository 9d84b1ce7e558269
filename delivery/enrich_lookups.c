/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_lookups.h"

#include "delivery/enrich_keys.h"
#include "io/record.h"

/* Somebody who wants to go on with the answer. */
struct listener {
	enrich_then *then;
	void *arg;
	struct listener *next;
};

struct enrich_lookup {
	struct enrich_lookups *all;
	const char *name;
	int type;
	const struct dns_result *result; /* NULL: not answered */
	struct listener *listeners, *last;
	struct enrich_lookup *next;
};

struct enrich_lookups {
	struct arena *arena;
	struct dns *dns;
	int64_t deadline_us;
	void (*idle)(void *arg);
	void *arg;
	struct enrich_lookup *first, *last;
	size_t n, open, octets;
	bool stopped;
};

struct enrich_lookups *
enrich_lookups_new(
    struct arena *a, struct dns *dns, int64_t deadline_us, void (*idle)(void *arg), void *arg)
{
	struct enrich_lookups *s = arena_alloc(a, sizeof *s);

	*s = (struct enrich_lookups){
	    .arena = a, .dns = dns, .deadline_us = deadline_us, .idle = idle, .arg = arg};
	return s;
}

static size_t
octets_of(const struct dns_result *r)
{
	size_t octets = r->wire.n;

	for (size_t i = 0; i < r->answer_n; i++)
		octets += strlen(r->answer[i]) + sizeof r->answer[i];
	return octets;
}

/* Keeps the answer, or if it is too large what became of the question. */
static const struct dns_result *
keep(struct enrich_lookups *s, const struct dns_result *r)
{
	size_t octets = octets_of(r);
	struct dns_result less = *r;

	if (octets <= ENRICH_ANSWERS_MAX - s->octets) {
		s->octets += octets;
		return dns_result_copy(s->arena, r);
	}
	less.wire = (struct span){NULL, 0};
	less.answer_n = 0;
	less.why = "not kept: the answers about this mail are larger than 1 MiB";
	return dns_result_copy(s->arena, &less);
}

static struct enrich_lookup *
append(struct enrich_lookups *s, const char *name, int type)
{
	struct enrich_lookup *l = arena_alloc(s->arena, sizeof *l);

	*l = (struct enrich_lookup){.all = s, .name = name, .type = type};
	if (s->last)
		s->last->next = l;
	else
		s->first = l;
	s->last = l;
	s->n++;
	return l;
}

static void
listen(struct enrich_lookup *l, enrich_then *then, void *arg)
{
	struct listener *new = arena_alloc(l->all->arena, sizeof *new);

	*new = (struct listener){.then = then, .arg = arg};
	if (l->last)
		l->last->next = new;
	else
		l->listeners = new;
	l->last = new;
}

static void
tell_listeners(struct enrich_lookup *l)
{
	struct listener *first = l->listeners;

	l->listeners = l->last = NULL;
	for (; first; first = first->next)
		first->then(first->arg, l->result);
}

static void
answered(void *arg, const struct dns_result *r)
{
	struct enrich_lookup *l = arg;
	struct enrich_lookups *s = l->all;

	l->result = keep(s, r);
	/* Those who listen may ask more: then it goes on. */
	if (!s->stopped)
		tell_listeners(l);
	if (--s->open == 0 && !s->stopped)
		s->idle(s->arg);
}

static struct enrich_lookup *
find(const struct enrich_lookups *s, const char *name, int type)
{
	struct enrich_lookup *l = s->first;

	while (l && (l->type != type || strcmp(l->name, name) != 0))
		l = l->next;
	return l;
}

struct enrich_lookup *
enrich_lookups_ask(
    struct enrich_lookups *s, const char *name, int type, enrich_then *then, void *arg)
{
	struct enrich_lookup *l = find(s, name, type);
	bool is_new = !l;

	if (s->stopped || (is_new && s->n >= ENRICH_LOOKUPS_MAX))
		return NULL;
	if (is_new)
		l = append(s, name, type);
	if (then && l->result)
		then(arg, l->result);
	else if (then)
		listen(l, then, arg);
	if (is_new) {
		s->open++;
		dns_submit(s->dns, span_str(name), type, s->deadline_us, answered, l);
	}
	return l;
}

const struct dns_result *
enrich_lookup_result(const struct enrich_lookup *l)
{
	return l->result;
}

void
enrich_lookups_add(struct enrich_lookups *s, const struct dns_result *r)
{
	const struct dns_result *kept = keep(s, r);

	append(s, kept->name, kept->type)->result = kept;
}

void
enrich_lookups_stop(struct enrich_lookups *s)
{
	s->stopped = true;
}

bool
enrich_lookups_are_open(const struct enrich_lookups *s)
{
	return s->open > 0;
}

json_t *
enrich_lookups_value(struct arena *a, const struct enrich_lookups *s)
{
	json_t *value = json_array();

	for (const struct enrich_lookup *l = s->first; l; l = l->next)
		if (l->result)
			record_append(value, enrich_lookup_value(a, l->result));
	return value;
}

bool
enrich_lookups_complete(const struct enrich_lookups *s)
{
	for (const struct enrich_lookup *l = s->first; l; l = l->next)
		if (!l->result || !enrich_answered(l->result))
			return false;
	return true;
}
