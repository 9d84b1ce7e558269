/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the site's name servers say, each asked at its own address. */
#include "site/live_question.h"
#include "site/recipe.h"

/* One check of one case, with its questions. */
struct job {
	struct live_authority *all;
	struct live_case *c;
	enum live_part part;
	enum live_family family;
	size_t left;    /* questions that are not answered */
	const char *ds; /* of LIVE_DNSSEC: the first half of the comparison */
	const struct live_reply *keys;
};

/* One question, and what the answer must hold. */
struct want {
	struct job *job;
	const char *const *data;
	size_t n;
};

struct live_authority {
	struct live *live;
	struct live_questions *questions;
};

static void
bad(struct job *j, const char *where, const char *what, const char *why, const char *mend)
{
	const struct live_fault fault = {where, what, why, mend};

	live_bad(j->all->live, j->c, j->part, j->family, &fault);
}

static void
end_question(struct job *j)
{
	if (--j->left == 0)
		live_ok(j->all->live, j->c, j->part, j->family, NULL);
}

static struct job *
job(struct live_authority *all, struct live_case *c, enum live_part part, enum live_family family)
{
	struct job *j = arena_alloc(all->live->a, sizeof *j);

	*j = (struct job){.all = all, .c = c, .part = part, .family = family};
	return j;
}

static const char *
server_ip(const struct live_authority *all, const struct plan_zone *zone, enum live_family family)
{
	return live_ip(all->live, &zone->host->site->ip, family);
}

static bool
is_reached(const struct plan_zone *zone, enum live_family family)
{
	return family == LIVE_IPV4 ? zone->glue4 : zone->glue6;
}

static const char *
said(const struct job *j, const struct live_reply *r)
{
	return r->came && r->result.outcome == DNS_OK && !r->authoritative
		   ? "an answer that is not its own"
		   : dns_result_text(j->all->live->a, &r->result);
}

static void
on_answering(void *arg, const struct live_reply *r)
{
	struct job *j = arg;
	const char *origin = j->c->zone->origin;

	if (!r->came)
		bad(j, r->server,
		    arena_printf(j->all->live->a, "the name server of %s does not answer: %s",
			origin, dns_result_text(j->all->live->a, &r->result)),
		    "nobody can look up the case over this family",
		    "start the name server, and see that UDP and TCP port 53 are open");
	else if (r->result.outcome != DNS_OK || !r->authoritative)
		bad(j, r->server,
		    arena_printf(j->all->live->a, "does not answer for %s: %s", origin, said(j, r)),
		    "nobody can look up the case over this family",
		    "see the name server's log, sign the zone again and reload it");
	end_question(j);
}

/* Over a family that the zone's name server has no address of. */
static void
on_absence(void *arg, const struct live_reply *r)
{
	struct job *j = arg;

	if (r->came && r->authoritative && r->result.outcome == DNS_OK)
		bad(j, r->server,
		    arena_printf(j->all->live->a, "answers for %s over %s", j->c->zone->origin,
			j->family == LIVE_IPV4 ? "IPv4" : "IPv6"),
		    "a broken case that is whole: the zone is meant to be out of reach there",
		    "take the zone out of that name server, and give each DNS role its own "
		    "process");
	end_question(j);
}

static void
on_no_address(void *arg, const struct live_reply *r)
{
	struct job *j = arg;

	if (r->came && r->result.outcome == DNS_OK)
		bad(j, j->c->zone->name_server,
		    arena_printf(j->all->live->a, "has the address %s",
			live_list(j->all->live, r->result.answer, r->result.answer_n)),
		    "a broken case that is whole: its name server is meant to have none of this "
		    "family",
		    "render and sign again, and reload the name server");
	end_question(j);
}

/* No other server of the site that is reached over this family answers for the zone, and the name
 * of its own has no address of it. */
static void
ask_absence(struct live_authority *all, struct live_case *c, enum live_family family)
{
	const struct plan *plan = all->live->plan;
	struct job *j = job(all, c, LIVE_NAME_SERVER, family);
	enum live_family other = family == LIVE_IPV4 ? LIVE_IPV6 : LIVE_IPV4;

	for (size_t i = 0; i < plan->hosts_n; i++) {
		const struct plan_host *host = &plan->hosts[i];

		if (!host->site->role->dns || host == c->zone->host)
			continue;
		j->left++;
		live_question(all->questions, live_ip(all->live, &host->site->ip, family),
		    c->zone->origin, DNS_SOA, on_absence, j);
	}
	j->left++;
	live_question(all->questions, server_ip(all, c->zone, other), c->zone->name_server,
	    family == LIVE_IPV4 ? DNS_A : DNS_AAAA, on_no_address, j);
}

static void
ask_name_server(struct live_authority *all, struct live_case *c, enum live_family family)
{
	struct job *j;

	if (!is_reached(c->zone, family)) {
		ask_absence(all, c, family);
		return;
	}
	j = job(all, c, LIVE_NAME_SERVER, family);
	j->left = 1;
	live_question(all->questions, server_ip(all, c->zone, family), c->zone->origin, DNS_SOA,
	    on_answering, j);
}

static const char *
glue_wanted(const struct job *j, const char *const **want, size_t *n)
{
	const struct plan_zone *zone = j->c->zone;
	const char **data = arena_alloc(j->all->live->a, 2 * sizeof *data);

	*n = 0;
	if (zone->glue4)
		data[(*n)++] = server_ip(j->all, zone, LIVE_IPV4);
	if (zone->glue6)
		data[(*n)++] = server_ip(j->all, zone, LIVE_IPV6);
	*want = data;
	return live_list(j->all->live, data, *n);
}

static void
on_referral(void *arg, const struct live_reply *r)
{
	struct job *j = arg;
	struct live *l = j->all->live;
	const struct plan_zone *zone = j->c->zone;
	const char *const *glue;
	size_t glue_n;
	const char *wanted = glue_wanted(j, &glue, &glue_n), *what = NULL;

	if (!r->came)
		what = arena_printf(l->a, "the name server of %s does not answer: %s",
		    zone->parent->origin, dns_result_text(l->a, &r->result));
	else if (r->authoritative || !r->servers_n || strcmp(r->cut, zone->origin) != 0)
		what =
		    arena_printf(l->a, "does not refer to the name server of %s: %s", zone->origin,
			r->authoritative ? "it answers itself" : dns_result_text(l->a, &r->result));
	else if (!live_same(r->servers, r->servers_n, &zone->name_server, 1))
		what = arena_printf(l->a, "refers to %s for %s, not to %s",
		    live_list(l, r->servers, r->servers_n), zone->origin, zone->name_server);
	else if (span_ends(span_str(zone->name_server),
		     span_str(arena_printf(l->a, ".%s", zone->origin))) &&
		 !live_same(r->addresses, r->addresses_n, glue, glue_n))
		what = arena_printf(l->a, "gives %s the addresses %s, not %s", zone->name_server,
		    live_list(l, r->addresses, r->addresses_n), wanted);
	if (what)
		bad(j, r->server, what, "resolvers find the case's zone elsewhere than is meant",
		    "start the name server; render and sign again, and reload it");
	end_question(j);
}

static void
on_wanted(void *arg, const struct live_reply *r)
{
	struct want *w = arg;
	struct job *j = w->job;
	struct live *l = j->all->live;
	bool empty = r->result.outcome == DNS_NODATA || r->result.outcome == DNS_NXDOMAIN;

	if (!r->came || !r->authoritative || (r->result.outcome != DNS_OK && !empty) ||
	    !live_same(r->result.answer, r->result.answer_n, w->data, w->n))
		bad(j, r->server,
		    arena_printf(l->a, "says %s %s %s, not %s", r->result.name,
			dns_type_name(l->a, r->result.type),
			r->result.answer_n ? live_list(l, r->result.answer, r->result.answer_n)
					   : said(j, r),
			live_list(l, w->data, w->n)),
		    "the case is not what its file says",
		    "render and sign again, and reload the name server");
	end_question(j);
}

static void
want(struct job *j, const char *name, int type, const char *type_name)
{
	struct live_authority *all = j->all;
	const struct plan_zone *zone = live_zone(all->live, name);
	struct want *w = arena_alloc(all->live->a, sizeof *w);
	const char **data;

	/* An MX host lies in the measurement's zone, which has another server. */
	w->job = j;
	w->n = live_planned(all->live, name, type_name, &data);
	w->data = data;
	j->left++;
	live_question(all->questions, server_ip(all, zone, j->family), name, type, on_wanted, w);
}

static void
ask_records(struct live_authority *all, struct live_case *c, enum live_family family)
{
	struct job *j = job(all, c, LIVE_RECORDS, family);

	for (int i = 0; i < 2; i++) {
		want(j, c->domains[i], DNS_MX, "MX");
		want(j, c->hosts[i], DNS_A, "A");
		want(j, c->hosts[i], DNS_AAAA, "AAAA");
	}
}

/* Is the DS record that of a key but for its digest?  Broken in another way, some validators would
 * take the zone for unsigned. */
static void
compare_ds(struct job *j)
{
	struct live *l = j->all->live;

	for (size_t i = 0; i < j->keys->key_tags_n; i++) {
		const char *intro = arena_printf(l->a, "%u 13 2 ", j->keys->key_tags[i]);

		if (span_starts(span_str(j->ds), span_str(intro)))
			return;
	}
	bad(j, j->c->zone->origin,
	    arena_printf(l->a, "its DS record, %s, is not as the recipe %s says: %s", j->ds,
		recipes[RECIPE_DS_NO_KEY].name, recipes[RECIPE_DS_NO_KEY].what),
	    "broken in another way: some validators take the zone for unsigned",
	    "run emt-site sign for both zones, and reload their name servers");
}

static void
on_ds(void *arg, const struct live_reply *r)
{
	struct job *j = arg;

	if (r->came && r->result.outcome == DNS_OK && r->result.answer_n == 1)
		j->ds = r->result.answer[0];
	if (j->ds && j->keys)
		compare_ds(j);
}

static void
on_keys(void *arg, const struct live_reply *r)
{
	struct job *j = arg;

	if (r->came && r->result.outcome == DNS_OK)
		j->keys = r;
	if (j->ds && j->keys)
		compare_ds(j);
}

/* That the zone is bogus, and the servers there at all, others see; this is about the way. */
static void
ask_ds(struct live_authority *all, struct live_case *c)
{
	struct job *j = job(all, c, LIVE_DNSSEC, LIVE_EITHER);

	live_question(all->questions, server_ip(all, c->zone->parent, LIVE_IPV6), c->zone->origin,
	    DNS_DS, on_ds, j);
	live_question(all->questions, server_ip(all, c->zone, LIVE_IPV6), c->zone->origin,
	    DNS_DNSKEY, on_keys, j);
}

struct live_authority *
live_authority_start(struct live *l)
{
	struct live_authority *all = arena_alloc(l->a, sizeof *all);

	all->live = l;
	all->questions = live_questions_new(l);
	for (size_t i = 0; i < l->plan->cases->n; i++) {
		struct live_case *c = &l->cases[i];

		for (int f = LIVE_IPV4; f < LIVE_FAMILIES_N; f++) {
			enum live_family family = (enum live_family)f;
			struct job *j;

			ask_name_server(all, c, family);
			if (live_has(c, LIVE_RECORDS, family))
				ask_records(all, c, family);
			if (!live_has(c, LIVE_DELEGATION, family))
				continue;
			j = job(all, c, LIVE_DELEGATION, family);
			j->left = 1;
			live_question(all->questions, server_ip(all, c->zone->parent, family),
			    c->zone->origin, DNS_NS, on_referral, j);
		}
		if (c->zone->trust == TRUST_DS_BROKEN)
			ask_ds(all, c);
	}
	return all;
}

void
live_authority_end(struct live_authority *all)
{
	live_questions_free(all->questions);
}
