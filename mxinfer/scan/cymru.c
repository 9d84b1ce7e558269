/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/cymru.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/cursor.h"
#include "base/keyed_hash.h"
#include "mxinfer/intern.h"

enum {
	KEY_WORDS = 5, /* family and length of the prefix; its address */
	BLOCK4_BITS = 24,
	BLOCK6_BITS = 48,
	ROUTE_TEXT_MAX = 50, /* octets of a prefix */
	NAME_MAX_LEN = 400,  /* dns_submit refuses what is too long */
};

/* Somebody who waits: for the answer about a block, or, once there is one, for the loop. */
struct waiter {
	struct cymru *cymru;
	struct ip ip;
	cymru_done *done;
	void *arg;
	const struct block *block;
	enum dns_outcome outcome; /* of a block that is not known */
	TAILQ_ENTRY(waiter) entry;
};

TAILQ_HEAD(waiters, waiter);

/* What is known of a prefix of the length that one question serves, or of one address. */
struct block {
	struct cymru *cymru;
	bool single; /* one address */
	enum { BLOCK_NEW, BLOCK_ASKED, BLOCK_KNOWN, BLOCK_SPLIT } state;
	enum dns_outcome outcome; /* BLOCK_KNOWN */
	struct ip asked_for;
	struct waiters waiters;
	size_t as_n;
	uint32_t *as; /* of its own */
};

struct cymru {
	struct dns *dns;
	struct loop *loop;
	struct cymru_params params;
	struct cymru_counts counts;
	struct intern_records keys;
	struct block **blocks; /* by the number of their key */
	size_t blocks_room;
	struct waiters ready;
	struct loop_timer *timer; /* NULL: nobody is ready */
	size_t going;             /* questions */
	bool closed;              /* freed by its owner, while answers are still to come */
};

static bool
is_as_list_char(char c)
{
	return is_digit(c) || c == ' ';
}

static bool
is_route_char(char c)
{
	return is_digit(c) || is_alpha(c) || c == '.' || c == ':' || c == '/';
}

static void
add_as(struct cymru_origin *o, uint32_t as)
{
	size_t at = 0;

	while (at < o->as_n && o->as[at] < as)
		at++;
	if (!as || o->as_n == CYMRU_AS_MAX || (at < o->as_n && o->as[at] == as))
		return;
	memmove(o->as + at + 1, o->as + at, (o->as_n - at) * sizeof *o->as);
	o->as[at] = as;
	o->as_n++;
}

static bool
read_as_list(struct span text, struct cymru_origin *o)
{
	struct cursor c = cursor_on(span_trim(text));

	do {
		uint64_t as = cur_number(&c, 10);

		if (c.failed || as > UINT32_MAX)
			return false;
		add_as(o, (uint32_t)as);
		cur_blanks(&c, 10);
	} while (c.rest.n && !c.failed);
	return cur_done(&c) && o->as_n;
}

bool
cymru_read(struct span txt, struct cymru_origin *o)
{
	struct cursor c = cursor_on(txt);
	struct span list, route;

	*o = (struct cymru_origin){.as_n = 0};
	cur_literal(&c, SPAN_LIT("\""));
	list = cur_run(&c, is_as_list_char, 300);
	cur_literal(&c, SPAN_LIT("|"));
	cur_blanks(&c, 10);
	route = cur_run(&c, is_route_char, ROUTE_TEXT_MAX);
	cur_blanks(&c, 10);
	/* What stands behind is of no interest, and may be missing. */
	if (c.failed || (cur_peek(&c) != '|' && cur_peek(&c) != '"'))
		return false;
	return read_as_list(list, o) && !ip_range_read(route, &o->prefix);
}

struct cymru *
cymru_new(struct dns *dns, struct loop *l, const struct cymru_params *p)
{
	struct cymru *c = must(calloc(1, sizeof *c));

	*c = (struct cymru){.dns = dns, .loop = l, .params = *p, .keys = {.words_n = KEY_WORDS}};
	if (!p->zone4)
		c->params.zone4 = "origin.asn.cymru.com";
	if (!p->zone6)
		c->params.zone6 = "origin6.asn.cymru.com";
	TAILQ_INIT(&c->ready);
	return c;
}

static void
drop_waiters(struct waiters *all)
{
	struct waiter *w;

	while ((w = TAILQ_FIRST(all))) {
		TAILQ_REMOVE(all, w, entry);
		free(w);
	}
}

/* Once nobody holds it and no question is on its way. */
static void
let_go(struct cymru *c)
{
	if (!c->closed || c->going)
		return;
	for (size_t i = 0; i < c->keys.n; i++) {
		drop_waiters(&c->blocks[i]->waiters);
		free(c->blocks[i]->as);
		free(c->blocks[i]);
	}
	drop_waiters(&c->ready);
	free(c->blocks);
	intern_records_free(&c->keys);
	free(c);
}

void
cymru_free(struct cymru *c)
{
	if (!c)
		return;
	loop_timer_free(c->timer);
	c->timer = NULL;
	c->closed = true;
	let_go(c);
}

const struct cymru_counts *
cymru_counts(const struct cymru *c)
{
	return &c->counts;
}

static unsigned
block_bits(const struct ip *ip)
{
	return ip->v6 ? BLOCK6_BITS : BLOCK4_BITS;
}

static unsigned
address_bits(const struct ip *ip)
{
	return ip->v6 ? 128 : 32;
}

/* The block of so many bits that the address lies in. */
static struct block *
block_of(struct cymru *c, const struct ip *ip, unsigned bits)
{
	uint32_t key[KEY_WORDS] = {(uint32_t)ip->v6 << 8 | bits}, id;
	size_t known = c->keys.n;
	unsigned char octets[16] = {0};

	memcpy(octets, ip->octets, bits / 8);
	memcpy(key + 1, octets, sizeof octets);
	id = intern_record(&c->keys, key);
	if (c->keys.n > known) {
		struct block *b = must(calloc(1, sizeof *b));

		c->blocks = intern_beside(c->blocks, &c->blocks_room, id, sizeof *c->blocks);
		b->cymru = c;
		b->single = bits == address_bits(ip);
		TAILQ_INIT(&b->waiters);
		c->blocks[id - 1] = b;
	}
	return c->blocks[id - 1];
}

static void
call_ready(void *arg)
{
	struct cymru *c = arg;
	struct waiters now;
	struct waiter *w;

	loop_timer_free(c->timer);
	c->timer = NULL;
	TAILQ_INIT(&now);
	TAILQ_CONCAT(&now, &c->ready, entry);
	c->going++; /* a callback may free c */
	while ((w = TAILQ_FIRST(&now))) {
		struct cymru_answer answer = {.outcome = w->outcome};

		TAILQ_REMOVE(&now, w, entry);
		if (w->block) {
			answer =
			    (struct cymru_answer){w->block->outcome, w->block->as, w->block->as_n};
		}
		if (!c->closed)
			w->done(w->arg, &answer);
		free(w);
	}
	c->going--;
	let_go(c);
}

static void
get_ready(struct waiter *w, const struct block *known, enum dns_outcome without)
{
	struct cymru *c = w->cymru;

	w->block = known;
	w->outcome = without;
	TAILQ_INSERT_TAIL(&c->ready, w, entry);
	if (c->timer)
		return;
	c->timer = loop_timer_new(c->loop, call_ready, c);
	loop_timer_set(c->timer, clock_since_us(loop_clock(c->loop)));
}

static void wait_for(struct waiter *w);

/* What the records say of the address: those of the longest prefix, all together. */
static enum dns_outcome
read_answer(const struct dns_result *r, const struct ip *ip, struct cymru_origin *best)
{
	struct cymru_origin o;

	*best = (struct cymru_origin){.as_n = 0};
	if (r->outcome != DNS_OK)
		return r->outcome;
	for (size_t i = 0; i < r->answer_n; i++) {
		if (!cymru_read(span_str(r->answer[i]), &o) || !ip_range_has(&o.prefix, ip))
			continue;
		if (!best->as_n || o.prefix.bits > best->prefix.bits)
			*best = o;
		else if (o.prefix.bits == best->prefix.bits)
			for (size_t k = 0; k < o.as_n; k++)
				add_as(best, o.as[k]);
	}
	return best->as_n ? DNS_OK : DNS_MALFORMED;
}

static void
learn(struct block *b, enum dns_outcome outcome, const struct cymru_origin *o)
{
	b->state = BLOCK_KNOWN;
	b->outcome = outcome;
	b->as_n = o->as_n;
	free(b->as);
	b->as = NULL;
	if (!o->as_n)
		return;
	b->as = must(malloc(o->as_n * sizeof *o->as));
	memcpy(b->as, o->as, o->as_n * sizeof *o->as);
}

static void
answered(void *arg, const struct dns_result *r)
{
	struct block *b = arg;
	struct cymru *c = b->cymru;
	struct cymru_origin o;
	enum dns_outcome outcome = read_answer(r, &b->asked_for, &o);
	bool lasts = outcome == DNS_OK || outcome == DNS_NXDOMAIN || outcome == DNS_NODATA;
	struct waiters all;
	struct waiter *w;

	c->going--;
	TAILQ_INIT(&all);
	TAILQ_CONCAT(&all, &b->waiters, entry);
	b->state = BLOCK_NEW; /* a failure is forgotten: the next one asks again */
	if (c->closed) {
		drop_waiters(&all);
		let_go(c);
		return;
	}
	if (outcome == DNS_OK && !b->single && o.prefix.bits > block_bits(&b->asked_for)) {
		b->state = BLOCK_SPLIT;
		learn(block_of(c, &b->asked_for, address_bits(&b->asked_for)), outcome, &o);
	} else if (lasts) {
		learn(b, outcome, &o);
	}
	while ((w = TAILQ_FIRST(&all))) {
		TAILQ_REMOVE(&all, w, entry);
		if (lasts)
			wait_for(w);
		else
			get_ready(w, NULL, outcome);
	}
}

static void
ask(struct block *b, const struct ip *ip)
{
	struct cymru *c = b->cymru;
	char reversed[IP_REVERSED_MAX], name[NAME_MAX_LEN];

	b->state = BLOCK_ASKED;
	b->asked_for = *ip;
	c->counts.asked++;
	c->going++;
	snprintf(name, sizeof name, "%s.%s", ip_reversed(ip, reversed),
	    ip->v6 ? c->params.zone6 : c->params.zone4);
	dns_submit(c->dns, span_str(name), DNS_TXT,
	    clock_since_us(loop_clock(c->loop)) + c->params.deadline_us, answered, b);
}

/* Puts the waiter where its answer will come. */
static void
wait_for(struct waiter *w)
{
	struct cymru *c = w->cymru;
	struct block *b = block_of(c, &w->ip, block_bits(&w->ip));

	if (b->state == BLOCK_SPLIT)
		b = block_of(c, &w->ip, address_bits(&w->ip));
	if (b->state == BLOCK_KNOWN) {
		get_ready(w, b, DNS_OK);
		return;
	}
	TAILQ_INSERT_TAIL(&b->waiters, w, entry);
	if (b->state == BLOCK_NEW)
		ask(b, &w->ip);
}

void
cymru_find(struct cymru *c, const struct ip *ip, cymru_done *done, void *arg)
{
	struct waiter *w = must(calloc(1, sizeof *w));
	uint64_t asked = c->counts.asked;

	*w = (struct waiter){.cymru = c, .ip = *ip, .done = done, .arg = arg};
	wait_for(w);
	c->counts.known += c->counts.asked == asked;
}
