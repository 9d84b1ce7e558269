/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns.h"

#include <search.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/utf8.h"
#include "dns/dns_answer.h"
#include "dns/dns_backend.h"
#include "dns/dns_cache.h"
#include "dns/dns_name.h"
#include "dns/dns_pace.h"
#include "dns/dns_wire.h"

/* Somebody who waits for a callback: in the list of the flight until that lands, then in the list
 * of the answered. */
struct waiter {
	struct dns *dns;
	struct dns_flight *flight; /* NULL: landed, or never begun */
	struct dns_answer *answer; /* once there is one: what the timer will hand over */
	int64_t ttl_s;             /* what is left of the answer's */
	bool cached;
	dns_done *done;
	void *arg;
	struct loop_timer *timer; /* set to the deadline; once there is an answer, to now */
	int64_t begun_us;
	char name[DNS_NAME_MAX + 1];
	int type;
	TAILQ_ENTRY(waiter) entry;
};

TAILQ_HEAD(waiters, waiter);

struct dns_flight {
	struct dns_pace_turn turn; /* first: dns_pace knows the flight by it */
	struct dns *dns;
	char name[DNS_NAME_MAX + 1];
	int type;
	int64_t begun_us;
	void *handle; /* the back end's */
	struct waiters waiters;
};

struct dns {
	struct loop *loop;
	struct dns_backend *backend;
	struct dns_cache *cache;
	struct dns_pace *pace;
	void *flights;           /* by question (tsearch(3)) */
	struct waiters answered; /* and those whose question never flew */
	bool closing;
};

static int
compare(const void *a, const void *b)
{
	const struct dns_flight *x = a, *y = b;

	return dns_question_compare(x->name, x->type, y->name, y->type);
}

static int64_t
now_us(const struct dns *d)
{
	return clock_since_us(loop_clock(d->loop));
}

static void
take_off(struct dns_pace_turn *turn)
{
	struct dns_flight *f = (struct dns_flight *)turn;

	f->begun_us = now_us(f->dns);
	/* This may answer at once: f is gone then. */
	f->dns->backend->ops->submit(f->dns->backend, f);
}

struct dns *
dns_new(struct loop *l, struct dns_backend *backend_own, size_t cache_octets)
{
	struct dns *d = must(calloc(1, sizeof *d));

	d->loop = l;
	d->backend = backend_own;
	d->cache = dns_cache_new(cache_octets);
	d->pace = dns_pace_new(l, DNS_PACE_PARALLEL, take_off);
	TAILQ_INIT(&d->answered);
	return d;
}

struct dns *
dns_open(struct arena *a, struct loop *l, const struct dns_params *p, const char **error)
{
	struct dns_backend *b = p->mode == DNS_MODE_STUB ? dns_stub_new(a, l, p, error)
							 : dns_validate_new(a, l, p, error);
	struct dns *d =
	    b ? dns_new(l, b, p->cache_octets ? p->cache_octets : DNS_CACHE_OCTETS) : NULL;

	if (d && p->parallel)
		dns_limit(d, p->parallel);
	return d;
}

void
dns_limit(struct dns *d, size_t parallel)
{
	dns_pace_limit(d->pace, parallel);
}

bool
dns_is_busy(const struct dns *d)
{
	return dns_pace_rounds_waiting(d->pace) >= DNS_BUSY_ROUNDS;
}

const char *
dns_flight_name(const struct dns_flight *f)
{
	return f->name;
}

int
dns_flight_type(const struct dns_flight *f)
{
	return f->type;
}

void
dns_flight_set_handle(struct dns_flight *f, void *handle)
{
	f->handle = handle;
}

void *
dns_flight_handle(const struct dns_flight *f)
{
	return f->handle;
}

static struct waiters *
list_of(const struct waiter *w)
{
	return w->flight ? &w->flight->waiters : &w->dns->answered;
}

/* Hands over from the loop itself, so that a callback never runs inside c-ares, libunbound or
 * dns_submit. */
static void
answer_waiter(struct waiter *w, struct dns_answer *answer, int64_t ttl_s, bool cached)
{
	if (w->flight) {
		TAILQ_REMOVE(list_of(w), w, entry);
		w->flight = NULL;
		TAILQ_INSERT_TAIL(list_of(w), w, entry);
	}
	w->answer = dns_answer_ref(answer);
	w->ttl_s = ttl_s;
	w->cached = cached;
	loop_timer_set(w->timer, now_us(w->dns));
}

static void
end_flight(struct dns_flight *f)
{
	tdelete(f, &f->dns->flights, compare);
	dns_pace_leave(f->dns->pace, &f->turn);
	free(f);
}

/* Tells the waiter and forgets it; without an answer it is told `without`. */
static void
end_waiter(struct waiter *w, enum dns_outcome without, const char *why)
{
	struct dns *d = w->dns;
	struct dns_flight *f = w->flight;
	struct dns_result r = {.name = w->name,
	    .type = w->type,
	    .outcome = without,
	    .why = why,
	    .rcode = -1,
	    .ede = -1,
	    .ttl_s = -1,
	    .rtt_us = now_us(d) - w->begun_us};

	TAILQ_REMOVE(list_of(w), w, entry);
	loop_timer_free(w->timer);
	if (f && TAILQ_EMPTY(&f->waiters)) {
		if (f->turn.state != DNS_PACE_WAITING)
			d->backend->ops->cancel(d->backend, f);
		end_flight(f);
	}
	if (w->answer) {
		r = w->answer->result;
		r.ttl_s = w->ttl_s;
		r.cached = w->cached;
	}
	w->done(w->arg, &r);
	if (w->answer)
		dns_answer_unref(w->answer);
	free(w);
}

static void
waiter_time(void *arg)
{
	const struct waiter *w = arg;
	bool in_line = w->flight && w->flight->turn.state == DNS_PACE_WAITING;

	end_waiter(arg, DNS_TIMEOUT,
	    in_line ? "not asked by the deadline, with so many other questions"
		    : "no answer by the deadline");
}

void
dns_free(struct dns *d)
{
	if (!d)
		return;
	d->closing = true;
	while (!TAILQ_EMPTY(&d->answered))
		end_waiter(TAILQ_FIRST(&d->answered), DNS_CANCELLED, NULL);
	while (d->flights) {
		/* tsearch(3): a node begins with the pointer to what it holds. */
		struct dns_flight *f = *(struct dns_flight **)d->flights;

		end_waiter(TAILQ_FIRST(&f->waiters), DNS_CANCELLED, NULL);
	}
	d->backend->ops->free(d->backend);
	dns_pace_free(d->pace);
	dns_cache_free(d->cache);
	free(d);
}

/* "A; B" of what the back end and the message say. */
static const char *
join_why(struct arena *a, const char *first, const char *second)
{
	struct buf safe;
	const char *why;

	if (!first)
		return second;
	buf_init(&safe, 4000);
	safe_put(&safe, span_str(first));
	why = arena_printf(a, "%s%s%s", buf_str(&safe), second ? "; " : "", second ? second : "");
	buf_free(&safe);
	return why;
}

static void
fill_result(struct arena *a, struct dns_result *r, const struct dns_reply *reply)
{
	if (reply->wire.n) {
		dns_wire_read(a, reply->wire, r);
	} else {
		r->outcome = reply->failed;
		r->rcode = reply->rcode;
	}
	r->dnssec = r->outcome == DNS_MALFORMED ? DNS_UNCHECKED : reply->dnssec;
	r->why = join_why(a, reply->why, r->why);
	r->server = reply->server ? arena_dup(a, span_str(reply->server)) : NULL;
	r->proto = reply->proto;
	r->attempts = reply->attempts;
}

void
dns_flight_done(struct dns_flight *f, const struct dns_reply *reply)
{
	struct dns *d = f->dns;
	struct arena *scratch = arena_new();
	struct dns_result r = {
	    .name = f->name, .type = f->type, .rcode = -1, .ede = -1, .ttl_s = -1};
	struct dns_answer *answer;

	fill_result(scratch, &r, reply);
	r.rtt_us = now_us(d) - f->begun_us;
	answer = dns_answer_of(&r, arena_used(scratch));
	arena_free(scratch);
	dns_cache_put(d->cache, answer, now_us(d));
	while (!TAILQ_EMPTY(&f->waiters))
		answer_waiter(TAILQ_FIRST(&f->waiters), answer, answer->result.ttl_s, false);
	dns_answer_unref(answer);
	end_flight(f);
}

/* Joins the flight of that question, or begins one. */
static void
board(struct dns *d, struct waiter *w)
{
	struct dns_flight *f = must(calloc(1, sizeof *f)), **node;
	bool begins;

	*f = (struct dns_flight){.dns = d, .type = w->type, .begun_us = w->begun_us};
	memcpy(f->name, w->name, sizeof f->name);
	TAILQ_INIT(&f->waiters);
	node = must(tsearch(f, &d->flights, compare));
	begins = *node == f;
	if (!begins)
		free(f);
	w->flight = *node;
	TAILQ_INSERT_TAIL(list_of(w), w, entry);
	if (begins)
		dns_pace_enter(d->pace, &f->turn);
}

static void
answer_bad_name(struct waiter *w, struct span name, const char *why)
{
	struct dns_answer *answer = dns_answer_new("", w->type);
	struct buf shown;

	buf_init(&shown, 1000);
	safe_put(&shown, name);
	answer->result.name = arena_dup(answer->arena, buf_span(&shown));
	answer->result.outcome = DNS_BAD_NAME;
	answer->result.why = why;
	buf_free(&shown);
	answer_waiter(w, answer, -1, false);
	dns_answer_unref(answer);
}

void
dns_submit(
    struct dns *d, struct span name, int type, int64_t deadline_us, dns_done *done, void *arg)
{
	struct waiter *w = must(calloc(1, sizeof *w));
	struct dns_answer *answer;
	const char *why;
	int64_t left_s;

	if (d->closing)
		abort();
	*w = (struct waiter){
	    .dns = d, .done = done, .arg = arg, .type = type, .begun_us = now_us(d)};
	w->timer = loop_timer_new(d->loop, waiter_time, w);
	loop_timer_set(w->timer, deadline_us);
	why = dns_name_canonical(name, w->name);
	answer = why ? NULL : dns_cache_find(d->cache, w->name, type, w->begun_us, &left_s);
	if (!why && !answer && deadline_us > w->begun_us) {
		board(d, w);
		return;
	}
	TAILQ_INSERT_TAIL(list_of(w), w, entry);
	if (why)
		answer_bad_name(w, name, why);
	else if (answer)
		answer_waiter(w, answer, left_s, true);
}
