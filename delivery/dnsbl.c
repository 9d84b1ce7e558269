/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/dnsbl.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "delivery/dnsbl_list.h"
#include "io/record.h"

enum {
	WORKING_S = 86400, /* seconds until a list that passed its test is tested again */
	OTHERWISE_S = 3600 /* and one that did not */
};

struct test;

struct list {
	struct dnsbl_list list;
	struct test *tests[2]; /* in flight: IPv4, IPv6 */
};

/* A list as one mail sees it. */
struct item {
	struct ask *ask;
	size_t list;
	enum dnsbl_state state;
	struct test *test; /* waited for, or NULL */
	bool asked;
	const struct dns_result *a, *txt; /* NULL: not answered */
	enum { TXT_NONE, TXT_WANTED, TXT_ASKED } txt_state;
	bool done;
	TAILQ_ENTRY(item) entry; /* of those that wait for the test */
};

TAILQ_HEAD(items, item);

/* The test of a list for one address family (RFC 5782 section 5). */
struct test {
	struct dnsbl *dnsbl;
	size_t list;
	bool ipv6, cancelled;
	enum dnsbl_verdict is_listed, is_not; /* of the test entry, and of the counter-entry */
	size_t left;
	int64_t begun_us;
	struct items waiting;
};

struct ask {
	struct dnsbl *dnsbl;
	struct arena *arena;
	struct ip ip;
	int64_t begun_us, deadline_us;
	struct item *items;
	size_t items_n;
	size_t left;               /* items that are not done */
	size_t pending;            /* look-ups that will still call back */
	struct loop_timer *finish, /* set to the deadline; once all is known, to now */
	    *more;                 /* asks for TXT */
	dnsbl_done *done;          /* NULL: called back already */
	void *arg;
	TAILQ_ENTRY(ask) entry;
};

struct dnsbl {
	struct dnsbl_params p;
	struct arena *arena;
	struct list *lists;
	int64_t heard_us; /* when some list last answered */
	TAILQ_HEAD(, ask) asks;
};

static int64_t
now_us(const struct dnsbl *b)
{
	return clock_since_us(loop_clock(b->p.loop));
}

struct dnsbl *
dnsbl_new(const struct dnsbl_params *p)
{
	struct arena *a = arena_new();
	struct dnsbl *b = arena_alloc(a, sizeof *b);

	b->p = *p;
	b->arena = a;
	b->heard_us = INT64_MIN;
	b->lists = arena_alloc(a, p->lists.n * sizeof *b->lists);
	TAILQ_INIT(&b->asks);
	for (size_t i = 0; i < p->lists.n; i++)
		b->lists[i].list = dnsbl_list(p->lists.v[i], &p->keys);
	enrich_state_lists(p->state, p->lists.v, p->lists.n);
	return b;
}

/* Notes that a list has answered; and an answer from the cache was no question to it. */
static enum dnsbl_verdict
take_answer(struct dnsbl *b, size_t list, const struct dns_result *r)
{
	enum dnsbl_verdict verdict = dnsbl_verdict(r);

	if (r->cached)
		enrich_state_give_back(b->p.state, list);
	else if (verdict != DNSBL_NO_ANSWER)
		b->heard_us = now_us(b);
	return verdict;
}

/* Why the client is listed. */
static json_t *
reason_value(const struct dns_result *txt)
{
	if (!txt || !txt->answer_n || txt->dnssec == DNS_BOGUS)
		return json_null();
	return record_string(span_str(txt->answer[0]));
}

static json_t *
item_value(const struct item *i, bool *listed)
{
	const struct dnsbl_list *l = &i->ask->dnsbl->lists[i->list].list;
	enum dnsbl_verdict verdict = i->a ? dnsbl_verdict(i->a) : DNSBL_NO_ANSWER;
	bool known = i->state == DNSBL_WORKING && verdict != DNSBL_NO_ANSWER;
	enum dns_outcome outcome = i->a ? i->a->outcome : DNS_TIMEOUT;
	json_t *value = json_object(), *answer = json_array();

	*listed = known && verdict == DNSBL_LISTED;
	for (size_t n = 0; i->a && i->a->dnssec != DNS_BOGUS && n < i->a->answer_n; n++)
		record_append(answer, record_string(span_str(i->a->answer[n])));
	record_set(value, "list", json_string(l->name));
	record_set(value, "state", json_string(dnsbl_state_name(i->state)));
	record_set(value, "listed", known ? json_boolean(*listed) : json_null());
	record_set(value, "answer", answer);
	record_set(value, "reason", reason_value(i->txt));
	record_set(
	    value, "outcome", i->asked ? json_string(dns_outcome_name(outcome)) : json_null());
	return value;
}

/* Has the list, or somebody for it, said something? */
static bool
is_complete(const struct item *i)
{
	if (!i->asked)
		return true;
	return i->state != DNSBL_UNTESTED && i->a && i->a->outcome != DNS_TIMEOUT &&
	       i->a->outcome != DNS_NETERR && i->a->outcome != DNS_CANCELLED;
}

static void
report(struct ask *k)
{
	const struct dns_result **lookups = arena_alloc(k->arena, 2 * k->items_n * sizeof *lookups);
	json_t *lists = json_array(), *rbl = json_object();
	struct dnsbl_found found = {
	    .rbl = rbl, .dnsbl = json_array(), .lookups = lookups, .complete = true};

	for (size_t n = 0; n < k->items_n; n++) {
		struct item *i = &k->items[n];
		bool listed;

		record_append(found.dnsbl, item_value(i, &listed));
		if (listed)
			record_append(lists, json_string(k->dnsbl->lists[i->list].list.name));
		if (i->a)
			lookups[found.lookups_n++] = i->a;
		if (i->txt)
			lookups[found.lookups_n++] = i->txt;
		found.complete &= is_complete(i);
	}
	record_set(rbl, "count", json_integer((json_int_t)json_array_size(lists)));
	record_set(rbl, "lists", lists);
	k->done(k->arg, &found);
}

static void
free_ask(struct ask *k)
{
	if (k->done || k->pending)
		return;
	loop_timer_free(k->finish);
	loop_timer_free(k->more);
	TAILQ_REMOVE(&k->dnsbl->asks, k, entry);
	arena_free(k->arena);
}

/* Calls back; what is not answered yet is not waited for. */
static void
finish(struct ask *k)
{
	for (size_t n = 0; n < k->items_n; n++) {
		struct item *i = &k->items[n];

		if (i->test)
			TAILQ_REMOVE(&i->test->waiting, i, entry);
		i->test = NULL;
		i->txt_state = TXT_NONE;
	}
	report(k);
	k->done = NULL;
	free_ask(k);
}

/* All is known, or the deadline has come.  The look-ups' own timers are set to the same time and go
 * off in any order: what they have to say is worth a moment. */
static void
on_time(void *arg)
{
	struct ask *k = arg;
	int64_t now = now_us(k->dnsbl);

	if (k->left && now < k->deadline_us + DNSBL_GRACE_US)
		loop_timer_set(k->finish, now + DNSBL_GRACE_US / 5);
	else
		finish(k);
}

/* After each news of an item: is that all? */
static void
settle(struct item *i)
{
	struct ask *k = i->ask;

	if (i->done || i->test || (i->asked && !i->a))
		return;
	if (i->a && i->txt_state == TXT_NONE && i->state == DNSBL_WORKING &&
	    dnsbl_verdict(i->a) == DNSBL_LISTED && k->dnsbl->p.ask_txt) {
		/* Not from here: this may be the end of the dns, which takes no more questions. */
		i->txt_state = TXT_WANTED;
		loop_timer_set(k->more, now_us(k->dnsbl));
	}
	if (i->txt_state != TXT_NONE && !i->txt)
		return;
	i->done = true;
	if (--k->left == 0 && k->done)
		loop_timer_set(k->finish, now_us(k->dnsbl));
}

static void
answered_txt(void *arg, const struct dns_result *r)
{
	struct item *i = arg;
	struct ask *k = i->ask;

	k->pending--;
	take_answer(k->dnsbl, i->list, r);
	i->txt = dnsbl_list_result(k->arena, &k->dnsbl->lists[i->list].list, &k->ip, r);
	if (k->done)
		settle(i);
	else
		free_ask(k);
}

static void
ask_more(void *arg)
{
	struct ask *k = arg;
	struct dnsbl *b = k->dnsbl;

	for (size_t n = 0; n < k->items_n; n++) {
		struct item *i = &k->items[n];
		struct list *l = &b->lists[i->list];

		if (i->txt_state != TXT_WANTED)
			continue;
		i->txt_state = TXT_ASKED;
		if (!enrich_state_take(b->p.state, i->list, 1, b->p.daily_cap)) {
			i->done = true;
			if (--k->left == 0)
				loop_timer_set(k->finish, now_us(b));
			continue;
		}
		k->pending++;
		dns_submit(b->p.dns, dnsbl_list_question(k->arena, &l->list, &k->ip), DNS_TXT,
		    k->deadline_us, answered_txt, i);
	}
}

/* A list that passed its test may turn us away all the same, when it has had enough of us; or fall
 * silent while others are heard.  It is tested again after an hour. */
static void
doubt(struct item *i)
{
	struct dnsbl *b = i->ask->dnsbl;

	if (i->state != DNSBL_WORKING || !i->a)
		return;
	switch (dnsbl_verdict(i->a)) {
	case DNSBL_TURNED_AWAY: i->state = DNSBL_REFUSING; break;
	case DNSBL_ELSEWHERE: i->state = DNSBL_PARKED; break;
	case DNSBL_NO_ANSWER:
		if (i->a->outcome != DNS_TIMEOUT || b->heard_us < i->ask->begun_us)
			return;
		i->state = DNSBL_SILENT;
		break;
	default: return;
	}
	enrich_state_set_test(b->p.state, i->list, i->ask->ip.v6, dnsbl_state_name(i->state));
}

static void
answered_a(void *arg, const struct dns_result *r)
{
	struct item *i = arg;
	struct ask *k = i->ask;

	k->pending--;
	take_answer(k->dnsbl, i->list, r);
	i->a = dnsbl_list_result(k->arena, &k->dnsbl->lists[i->list].list, &k->ip, r);
	doubt(i);
	if (k->done)
		settle(i);
	else
		free_ask(k);
}

static enum dnsbl_state
test_result(const struct test *t)
{
	enum dnsbl_verdict yes = t->is_listed, no = t->is_not;

	if (t->cancelled)
		return DNSBL_UNTESTED;
	if (yes == DNSBL_ELSEWHERE || no == DNSBL_ELSEWHERE)
		return DNSBL_PARKED;
	if (yes == DNSBL_TURNED_AWAY || no == DNSBL_TURNED_AWAY)
		return DNSBL_REFUSING;
	if (yes == DNSBL_NO_ANSWER || no == DNSBL_NO_ANSWER)
		return DNSBL_SILENT;
	return yes == DNSBL_LISTED && no == DNSBL_NOT_LISTED ? DNSBL_WORKING : DNSBL_DEAD;
}

static void
end_test(struct test *t)
{
	struct dnsbl *b = t->dnsbl;
	enum dnsbl_state state = test_result(t);
	struct item *i;

	/* Silence is the list's own only if others were heard meanwhile; else it may be the
	 * resolver's, or ours. */
	if (state != DNSBL_UNTESTED && (state != DNSBL_SILENT || b->heard_us >= t->begun_us))
		enrich_state_set_test(b->p.state, t->list, t->ipv6, dnsbl_state_name(state));
	b->lists[t->list].tests[t->ipv6] = NULL;
	while ((i = TAILQ_FIRST(&t->waiting))) {
		TAILQ_REMOVE(&t->waiting, i, entry);
		i->test = NULL;
		i->state = state;
		doubt(i);
		settle(i);
	}
	free(t);
}

static void
answered_test(struct test *t, enum dnsbl_verdict *verdict, const struct dns_result *r)
{
	*verdict = take_answer(t->dnsbl, t->list, r);
	t->cancelled |= r->outcome == DNS_CANCELLED;
	if (--t->left == 0)
		end_test(t);
}

static void
answered_yes(void *arg, const struct dns_result *r)
{
	struct test *t = arg;

	answered_test(t, &t->is_listed, r);
}

static void
answered_no(void *arg, const struct dns_result *r)
{
	struct test *t = arg;

	answered_test(t, &t->is_not, r);
}

static struct test *
begin_test(struct dnsbl *b, size_t list, bool ipv6, int64_t deadline_us)
{
	static const struct ip entries[2][2] = {
	    {{false, {127, 0, 0, 2}}, {false, {127, 0, 0, 1}}},
	    {{true, {[10] = 0xff, 0xff, 0x7f, 0, 0, 2}},
		{true, {[10] = 0xff, 0xff, 0x7f, 0, 0, 1}}},
	};
	struct list *l = &b->lists[list];
	struct test *t = calloc(1, sizeof *t);
	struct arena *a = arena_new();

	if (!t)
		out_of_memory();
	*t =
	    (struct test){.dnsbl = b, .list = list, .ipv6 = ipv6, .left = 2, .begun_us = now_us(b)};
	TAILQ_INIT(&t->waiting);
	l->tests[ipv6] = t;
	dns_submit(b->p.dns, dnsbl_list_question(a, &l->list, &entries[ipv6][0]), DNS_A,
	    deadline_us, answered_yes, t);
	dns_submit(b->p.dns, dnsbl_list_question(a, &l->list, &entries[ipv6][1]), DNS_A,
	    deadline_us, answered_no, t);
	arena_free(a);
	return t;
}

/* What the last test said, as long as it holds; DNSBL_UNTESTED: test it. */
static enum dnsbl_state
known_state(struct dnsbl *b, size_t list, bool ipv6)
{
	int64_t age_s;
	const char *found = enrich_state_test(b->p.state, list, ipv6, &age_s);

	for (int i = DNSBL_WORKING; found && i <= DNSBL_SILENT; i++)
		if (!strcmp(found, dnsbl_state_name((enum dnsbl_state)i)))
			return age_s < (i == DNSBL_WORKING ? WORKING_S : OTHERWISE_S)
				   ? (enum dnsbl_state)i
				   : DNSBL_UNTESTED;
	return DNSBL_UNTESTED;
}

/* Asks one list, and has it tested if need be. */
static void
ask_list(struct item *i)
{
	struct ask *k = i->ask;
	struct dnsbl *b = k->dnsbl;
	struct list *l = &b->lists[i->list];
	bool v6 = k->ip.v6;

	i->state = l->list.off ? DNSBL_OFF : known_state(b, i->list, v6);
	if (i->state != DNSBL_UNTESTED && i->state != DNSBL_WORKING)
		return;
	if (!enrich_state_take(b->p.state, i->list,
		i->state == DNSBL_UNTESTED && !l->tests[v6] ? 3 : 1, b->p.daily_cap)) {
		i->state = DNSBL_CAPPED;
		return;
	}
	i->asked = true;
	if (i->state == DNSBL_UNTESTED) {
		i->test = l->tests[v6] ? l->tests[v6] : begin_test(b, i->list, v6, k->deadline_us);
		TAILQ_INSERT_TAIL(&i->test->waiting, i, entry);
	}
	k->pending++;
	dns_submit(b->p.dns, dnsbl_list_question(k->arena, &l->list, &k->ip), DNS_A, k->deadline_us,
	    answered_a, i);
}

void
dnsbl_ask(struct dnsbl *b, struct span address, int64_t deadline_us, dnsbl_done *done, void *arg)
{
	struct arena *a = arena_new();
	struct ask *k = arena_alloc(a, sizeof *k);

	*k = (struct ask){.dnsbl = b,
	    .arena = a,
	    .begun_us = now_us(b),
	    .deadline_us = deadline_us,
	    .done = done,
	    .arg = arg};
	TAILQ_INSERT_TAIL(&b->asks, k, entry);
	k->finish = loop_timer_new(b->p.loop, on_time, k);
	k->more = loop_timer_new(b->p.loop, ask_more, k);
	if (ip_read(address, &k->ip)) {
		k->items_n = k->left = b->p.lists.n;
		k->items = arena_alloc(a, k->items_n * sizeof *k->items);
	}
	for (size_t n = 0; n < k->items_n; n++) {
		k->items[n] = (struct item){.ask = k, .list = n};
		ask_list(&k->items[n]);
		settle(&k->items[n]);
	}
	loop_timer_set(k->finish, k->left ? deadline_us : now_us(b));
}

void
dnsbl_free(struct dnsbl *b)
{
	struct ask *k;

	if (!b)
		return;
	while ((k = TAILQ_FIRST(&b->asks))) {
		if (k->pending)
			abort(); /* its look-ups would call back into what is gone */
		finish(k);
	}
	arena_free(b->arena);
}
