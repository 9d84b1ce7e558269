/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_cache.h"

#include <search.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { KEEP_MAX_S = 86400 };

struct kept {
	struct dns_answer *answer;
	int64_t expires_us;
	size_t octets;
	TAILQ_ENTRY(kept) by_use;
};

struct dns_cache {
	void *tree;                         /* of entries, by question (tsearch(3)) */
	TAILQ_HEAD(kept_list, kept) by_use; /* the one used last is last */
	size_t octets, octets_max;
};

static int
compare(const void *a, const void *b)
{
	const struct dns_result *x = &((const struct kept *)a)->answer->result;
	const struct dns_result *y = &((const struct kept *)b)->answer->result;

	return dns_question_compare(x->name, x->type, y->name, y->type);
}

struct dns_cache *
dns_cache_new(size_t octets)
{
	struct dns_cache *c = calloc(1, sizeof *c);

	if (!c)
		out_of_memory();
	TAILQ_INIT(&c->by_use);
	c->octets_max = octets;
	return c;
}

static void
drop(struct dns_cache *c, struct kept *e)
{
	tdelete(e, &c->tree, compare);
	TAILQ_REMOVE(&c->by_use, e, by_use);
	c->octets -= e->octets;
	dns_answer_unref(e->answer);
	free(e);
}

void
dns_cache_free(struct dns_cache *c)
{
	while (!TAILQ_EMPTY(&c->by_use))
		drop(c, TAILQ_FIRST(&c->by_use));
	free(c);
}

static struct kept *
find(struct dns_cache *c, const char *name, int type)
{
	struct dns_answer key = {.result = {.name = name, .type = type}};
	struct kept **node = tfind(&(struct kept){.answer = &key}, &c->tree, compare);

	return node ? *node : NULL;
}

struct dns_answer *
dns_cache_find(struct dns_cache *c, const char *name, int type, int64_t now_us, int64_t *left_s)
{
	struct kept *e = find(c, name, type);

	if (e && e->expires_us <= now_us) {
		drop(c, e);
		e = NULL;
	}
	if (!e)
		return NULL;
	TAILQ_REMOVE(&c->by_use, e, by_use);
	TAILQ_INSERT_TAIL(&c->by_use, e, by_use);
	*left_s = (e->expires_us - now_us) / 1000000;
	return e->answer;
}

static bool
may_keep(const struct dns_result *r)
{
	bool kind = r->outcome == DNS_OK || r->outcome == DNS_NXDOMAIN || r->outcome == DNS_NODATA;

	return kind && r->ttl_s > 0;
}

void
dns_cache_put(struct dns_cache *c, struct dns_answer *answer, int64_t now_us)
{
	const struct dns_result *r = &answer->result;
	int64_t keep_s = r->ttl_s < KEEP_MAX_S ? r->ttl_s : KEEP_MAX_S;
	size_t octets = arena_used(answer->arena) + DNS_CACHE_ANSWER_OCTETS;
	struct kept *e = find(c, r->name, r->type);

	if (e)
		drop(c, e);
	if (!may_keep(r) || octets > c->octets_max)
		return;
	while (c->octets + octets > c->octets_max)
		drop(c, TAILQ_FIRST(&c->by_use));
	e = malloc(sizeof *e);
	if (!e)
		out_of_memory();
	*e = (struct kept){.answer = dns_answer_ref(answer),
	    .expires_us = now_us + keep_s * 1000000,
	    .octets = octets};
	if (!tsearch(e, &c->tree, compare))
		out_of_memory();
	TAILQ_INSERT_TAIL(&c->by_use, e, by_use);
	c->octets += octets;
}
