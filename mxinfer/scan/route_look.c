/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/route_look.h"

struct look {
	struct arena *arena;
	struct dns *dns;
	const bool *closed;
	int type;
	int64_t deadline_us;
	route_look_done *done;
	void *arg;
	size_t asked_n;
	const char *first; /* the name that was asked for first, once an answer came */
	const char *cname[ROUTE_LOOK_CNAMES_MAX];
	size_t cname_n;
	enum dns_security dnssec;
};

/* How much an answer can be relied on: that of a chain is that of its weakest link. */
static int
rank(enum dns_security s)
{
	static const int ranks[] = {
	    [DNS_BOGUS] = 0,
	    [DNS_INDETERMINATE] = 1,
	    [DNS_UNCHECKED] = 2,
	    [DNS_INSECURE] = 3,
	    [DNS_SECURE] = 4,
	};

	return ranks[s];
}

/* Takes over the names that the answer's CNAMEs lead to; false: they have been there, or are too
 * many. */
static bool
take_cnames(struct look *k, const struct dns_result *r)
{
	for (size_t i = 0; i < r->cname_n; i++) {
		bool been = !strcmp(k->first, r->cname[i]);

		if (k->cname_n == ROUTE_LOOK_CNAMES_MAX)
			return false;
		for (size_t j = 0; j < k->cname_n; j++)
			been |= !strcmp(k->cname[j], r->cname[i]);
		k->cname[k->cname_n++] = arena_dup(k->arena, span_str(r->cname[i]));
		if (been)
			return false;
	}
	return !r->cname_circle;
}

static void answered(void *arg, const struct dns_result *r);

static void
ask(struct look *k, struct span name)
{
	k->asked_n++;
	dns_submit(k->dns, name, k->type, k->deadline_us, answered, k);
}

static void
answered(void *arg, const struct dns_result *r)
{
	struct look *k = arg;
	struct route_look_end end = {.last = r, .outcome = r->outcome, .why = r->why};
	bool straight;

	if (!k->first) {
		k->first = arena_dup(k->arena, span_str(r->name));
		k->dnssec = r->dnssec;
	} else if (rank(r->dnssec) < rank(k->dnssec)) {
		k->dnssec = r->dnssec;
	}
	straight = take_cnames(k, r);
	if (straight && r->cname_open && k->asked_n < ROUTE_LOOK_ASKED_MAX && !*k->closed) {
		ask(k, span_str(k->cname[k->cname_n - 1]));
		return;
	}
	if (!straight || r->cname_open) {
		end.outcome = DNS_MALFORMED;
		end.why = "its CNAMEs lead in a circle, or are too many";
	}
	end.dnssec = k->dnssec;
	end.cname = k->cname;
	end.cname_n = k->cname_n;
	k->done(k->arg, &end);
}

void
route_look_begin(struct arena *a, struct dns *dns, const bool *closed, struct span name, int type,
    int64_t deadline_us, route_look_done *done, void *arg)
{
	struct look *k = arena_alloc(a, sizeof *k);

	*k = (struct look){.arena = a,
	    .dns = dns,
	    .closed = closed,
	    .type = type,
	    .deadline_us = deadline_us,
	    .done = done,
	    .arg = arg};
	ask(k, name);
}
