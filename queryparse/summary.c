/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/summary.h"

#include <stdlib.h>

enum {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_AAAA = 28,
	TYPE_DS = 43,
	TYPE_DNSKEY = 48,
	OPTION_COOKIE = 10,
	ROOM_START = 1024, /* slots; grows by doubling */
};

struct summary {
	const struct subjects *subjects;
	struct summary_resolver **slots; /* by address; NULL: free */
	size_t room, n;
	uint64_t others;
	const struct summary_resolver **list;
};

struct summary *
summary_new(const struct subjects *subjects)
{
	struct summary *s = must(calloc(1, sizeof *s));

	s->subjects = subjects;
	s->room = ROOM_START;
	s->slots = must(calloc(s->room, sizeof *s->slots));
	return s;
}

static void
free_resolver(struct summary_resolver *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->cases_n; i++)
		free(r->cases[i].tokens);
	free(r->cases);
	free(r->cuts);
	free(r);
}

void
summary_free(struct summary *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->room; i++)
		free_resolver(s->slots[i]);
	free(s->slots);
	free(s->list);
	free(s);
}

static struct summary_resolver **
slot_of(struct summary_resolver **slots, size_t room, const struct ip *ip)
{
	uint64_t parts[2], hash;
	size_t i;

	memcpy(parts, ip->octets, sizeof parts);
	hash = (parts[0] ^ parts[1] * 0xff51afd7ed558ccd) * 0x9e3779b97f4a7c15;
	i = (size_t)(hash >> 32) & (room - 1);
	while (slots[i] && !ip_eq(&slots[i]->ip, ip))
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static void
grow(struct summary *s)
{
	size_t room = 2 * s->room;
	struct summary_resolver **slots = must(calloc(room, sizeof(struct summary_resolver *)));

	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i])
			*slot_of(slots, room, &s->slots[i]->ip) = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->room = room;
}

/* NULL: there are too many. */
static struct summary_resolver *
resolver_of(struct summary *s, const struct query *q)
{
	struct summary_resolver **slot = slot_of(s->slots, s->room, &q->client.ip), *r = *slot;

	if (r)
		return r;
	if (s->n == SUMMARY_RESOLVERS_MAX)
		return NULL;
	r = must(calloc(1, sizeof *r));
	r->ip = q->client.ip;
	r->first_us = r->last_us = q->time_us;
	*slot = r;
	if (2 * ++s->n > s->room)
		grow(s);
	return r;
}

static struct summary_cut *
cut_of(struct summary_resolver *r, const char *zone)
{
	for (size_t i = 0; i < r->cuts_n; i++)
		if (r->cuts[i].zone == zone)
			return &r->cuts[i];
	r->cuts = must(realloc(r->cuts, (r->cuts_n + 1) * sizeof *r->cuts));
	r->cuts[r->cuts_n] = (struct summary_cut){.zone = zone};
	return &r->cuts[r->cuts_n++];
}

static struct summary_case *
case_of(struct summary_resolver *r, const char *name)
{
	for (size_t i = 0; i < r->cases_n; i++)
		if (r->cases[i].name == name)
			return &r->cases[i];
	r->cases = must(realloc(r->cases, (r->cases_n + 1) * sizeof *r->cases));
	r->cases[r->cases_n] = (struct summary_case){.name = name};
	return &r->cases[r->cases_n++];
}

static void
add_token(struct summary_case *c, const char *token)
{
	for (size_t i = 0; i < c->tokens_n; i++)
		if (!strcmp(c->tokens[i], token))
			return;
	if (c->tokens_n == SUMMARY_TOKENS_MAX) {
		c->has_more = true;
		return;
	}
	c->tokens = must(realloc(c->tokens, (c->tokens_n + 1) * sizeof *c->tokens));
	memcpy(c->tokens[c->tokens_n++], token, sizeof *c->tokens);
}

static void
add_cut(struct summary_resolver *r, const struct query *q, const struct subject *subject)
{
	struct summary_cut *cut = cut_of(r, subject->cut);

	/* A referral is no error, and not authoritative. */
	cut->referred += q->rcode == 0 && q->aa == false;
	if (!subject->is_apex) {
		cut->below++;
		return;
	}
	cut->apex++;
	cut->ns += q->type == TYPE_NS;
	cut->a += q->type == TYPE_A;
	cut->aaaa += q->type == TYPE_AAAA;
	cut->ds += q->type == TYPE_DS;
	cut->dnskey += q->type == TYPE_DNSKEY;
}

/* A resolver that minimises asks for A or NS (RFC 9156 section 2.1) of every name on the way: of
 * names without records, of zones and of test cases, of which mailers want MX alone. */
static bool
is_minimised(const struct query *q, const struct subject *subject)
{
	if (q->type != TYPE_A && q->type != TYPE_NS)
		return false;
	return subject->is_between || subject->is_apex || (subject->testcase && !subject->token[0]);
}

static void
add_subject(struct summary_resolver *r, const struct query *q, const struct subject *subject)
{
	struct summary_case *of;

	r->full += subject->token[0] != '\0' && !subject->is_between;
	r->minimised += is_minimised(q, subject);
	if (subject->cut)
		add_cut(r, q, subject);
	if (!subject->testcase)
		return;
	of = case_of(r, subject->testcase);
	of->queries++;
	if (subject->token[0])
		add_token(of, subject->token);
}

/* Draft-vixie-dnsext-dns0x20: letters in a case by the dice. */
static void
add_letters(struct summary_resolver *r, struct span name)
{
	size_t upper = 0, lower = 0;

	for (size_t i = 0; i < name.n; i++) {
		upper += name.p[i] >= 'A' && name.p[i] <= 'Z';
		lower += name.p[i] >= 'a' && name.p[i] <= 'z';
	}
	if (upper + lower < SUMMARY_LETTERS_MIN)
		return;
	r->mixed += upper && lower;
	r->plain += !upper || !lower;
}

static void
add_edns(struct summary_resolver *r, const struct query *q)
{
	r->edns += q->has_edns == true;
	r->no_edns += q->has_edns == false;
	r->subnet += q->subnet.is_there;
	for (int i = 0; i < q->options_n; i++)
		r->cookie += q->options[i] == OPTION_COOKIE;
	for (size_t i = 0; i < r->sizes_n; i++)
		if (r->sizes[i] == q->edns_size)
			return;
	if (q->edns_size != UNTOLD && r->sizes_n < SUMMARY_SIZES_MAX)
		r->sizes[r->sizes_n++] = q->edns_size;
}

void
summary_add(struct summary *s, const struct query *q)
{
	struct summary_resolver *r;
	struct subject subject;

	if (q->kind == QUERY_GAP)
		return;
	r = q->client.is_known ? resolver_of(s, q) : NULL;
	if (!r) {
		s->others++;
		return;
	}
	if (q->time_us < r->first_us)
		r->first_us = q->time_us;
	if (q->time_us > r->last_us)
		r->last_us = q->time_us;
	r->queries++;
	r->udp += q->proto == PROTO_UDP;
	r->tcp += q->proto == PROTO_TCP;
	r->truncated += q->tc == true;
	r->wants_dnssec += q->wants_dnssec == true;
	r->checking_disabled += q->cd == true;
	r->recursion += q->rd == true;
	r->ds += q->type == TYPE_DS;
	r->dnskey += q->type == TYPE_DNSKEY;
	add_edns(r, q);
	add_letters(r, query_name(q));
	subject_of(s->subjects, query_name(q), &subject);
	add_subject(r, q, &subject);
}

/* A token, and who asked for it. */
struct asked {
	const char *token;
	struct summary_resolver *by;
};

static int
compare_asked(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;
	int order = strcmp(x->token, y->token);

	return order ? order : memcmp(x->by->ip.octets, y->by->ip.octets, 16);
}

static void
add_partner(struct summary_resolver *r, const struct summary_resolver *partner)
{
	for (size_t i = 0; i < r->partners_n; i++)
		if (r->partners[i] == partner)
			return;
	if (r != partner && r->partners_n < SUMMARY_PARTNERS_MAX)
		r->partners[r->partners_n++] = partner;
}

/* Addresses that asked for one token work for one sender. */
static void
find_partners(struct summary *s, const struct summary_resolver *const *list)
{
	struct asked *all = NULL;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < list[i]->cases_n; k++) {
			const struct summary_case *of = &list[i]->cases[k];

			if (n + of->tokens_n > room) {
				room = 2 * (n + of->tokens_n);
				all = must(realloc(all, room * sizeof *all));
			}
			for (size_t t = 0; t < of->tokens_n; t++)
				all[n++] = (struct asked){
				    of->tokens[t], *slot_of(s->slots, s->room, &list[i]->ip)};
		}
	}
	if (n)
		qsort(all, n, sizeof *all, compare_asked);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n && k <= i + SUMMARY_PARTNERS_MAX; k++) {
			if (strcmp(all[k].token, all[i].token))
				break;
			add_partner(all[i].by, all[k].by);
			add_partner(all[k].by, all[i].by);
		}
	}
	free(all);
}

static int
compare_resolvers(const void *a, const void *b)
{
	const struct summary_resolver *const *x = a, *const *y = b;

	if ((*x)->ip.v6 != (*y)->ip.v6)
		return (*x)->ip.v6 ? 1 : -1;
	return memcmp((*x)->ip.octets, (*y)->ip.octets, sizeof(*x)->ip.octets);
}

const struct summary_resolver *const *
summary_list(struct summary *s, size_t *n, uint64_t *others)
{
	size_t at = 0;

	s->list = must(calloc(s->n + 1, sizeof *s->list));
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i])
			s->list[at++] = s->slots[i];
	if (at)
		qsort(s->list, at, sizeof *s->list, compare_resolvers);
	find_partners(s, s->list);
	*n = s->n;
	*others = s->others;
	return s->list;
}

const char *
summary_minimises(const struct summary_resolver *r)
{
	return r->minimised ? "yes" : r->full ? "no" : "unknown";
}

const char *
summary_randomises(const struct summary_resolver *r)
{
	if (!r->mixed && !r->plain)
		return "unknown";
	return 2 * r->mixed > r->mixed + r->plain ? "yes" : "no";
}

const char *
summary_validates(const struct summary_resolver *r)
{
	/* Only who validates has a use for keys; many who do not ask for signatures. */
	if (r->dnskey)
		return "yes";
	return r->wants_dnssec ? "unknown" : r->edns || r->no_edns ? "no" : "unknown";
}
