/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/paper.h"

#include <ldns/ldns.h>

enum {
	DEPTH_MAX = 8, /* CNAMEs and names of name servers that are resolved for one question */
	CUTS_MAX = 16,
};

/* One walk from a zone of somebody else's down to the name. */
struct walk {
	struct arena *a;
	const struct paper *paper;
	const struct paper_resolver *resolver;
	const ldns_rdf *name;
	unsigned type;
	unsigned depth;
	/* Where it stands: a zone, and what the zone above says of it. */
	const ldns_rdf *cut;
	const struct zonefile_rrset *ns;
	const struct zonefile *glue;
	const char *const *ds;
	size_t ds_n;
	struct paper_answer *answer;
};

static void ask(struct walk *w);

const char *
paper_outcome_name(enum paper_outcome outcome)
{
	static const char *const names[] = {
	    [PAPER_ANSWER] = "an answer",
	    [PAPER_NODATA] = "\"no such record\"",
	    [PAPER_NXDOMAIN] = "\"no such name\"",
	    [PAPER_UNREACHABLE] = "no answer",
	    [PAPER_STRANGE] = "a referral elsewhere",
	};

	return names[outcome];
}

static void
free_name(void *name)
{
	ldns_rdf_deep_free(name);
}

static ldns_rdf *
read_name(struct arena *a, const char *text)
{
	ldns_rdf *name = must(ldns_dname_new_frm_str(text));

	arena_defer(a, free_name, name);
	return name;
}

static bool
is_within(const ldns_rdf *name, const ldns_rdf *zone)
{
	return ldns_dname_compare(name, zone) == 0 || ldns_dname_is_subdomain(name, zone);
}

/* From here on nothing can be secure any more. */
static void
make_bogus(struct walk *w, const char *why)
{
	if (!w->answer->bogus)
		w->answer->why = why;
	w->answer->bogus = true;
	w->answer->secure = false;
}

static void
demand(struct walk *w, const char *why_not)
{
	if (why_not)
		make_bogus(w, why_not);
}

static void
finish(struct walk *w, enum paper_outcome outcome, const struct zonefile_rrset *set)
{
	w->answer->outcome = outcome;
	w->answer->set = set;
}

static const struct paper_server *
server_at(const struct paper *paper, const struct ip *ip)
{
	for (size_t i = 0; i < paper->servers_n; i++)
		if (ip_eq(&paper->servers[i].ip, ip))
			return &paper->servers[i];
	return NULL;
}

static bool
record_ip(const ldns_rr *rr, struct ip *ip)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);

	*ip = (struct ip){.v6 = ldns_rr_get_type(rr) == LDNS_RR_TYPE_AAAA};
	if (!rdf || ldns_rdf_size(rdf) != (ip->v6 ? 16u : 4u))
		return false;
	memcpy(ip->octets, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
	return true;
}

/* The deepest of its zones that the name lies in, if that is the cut's or below it. */
static const struct proof *
zone_at(const struct walk *w, const struct paper_server *server)
{
	const struct proof *best = NULL;

	for (size_t i = 0; server && i < server->zones_n; i++) {
		const struct proof *p = server->zones[i];

		if (is_within(w->name, p->zone->apex) && is_within(p->zone->apex, w->cut) &&
		    (!best || is_within(p->zone->apex, best->zone->apex)))
			best = p;
	}
	return best;
}

/* Tries the addresses of one family of a name server. */
static const struct proof *
try_addresses(struct walk *w, const struct zonefile_rrset *set)
{
	for (size_t i = 0; set && i < set->rrs_n; i++) {
		struct ip ip;
		const struct proof *p;

		if (!record_ip(set->rrs[i], &ip))
			continue;
		p = zone_at(w, server_at(w->paper, &ip));
		if (p)
			return p;
		w->answer->why = "no server of this tree answers for it at the address of its NS";
	}
	return NULL;
}

/* Glue for a name server within the cut; any other name is resolved by itself. */
static const struct zonefile_rrset *
addresses_of(struct walk *w, const ldns_rdf *server, ldns_rr_type type)
{
	struct paper_answer found = {.outcome = PAPER_STRANGE};
	struct walk inner = {.a = w->a,
	    .paper = w->paper,
	    .resolver = w->resolver,
	    .name = server,
	    .type = type,
	    .depth = w->depth + 1,
	    .answer = &found};

	if (is_within(server, w->cut))
		return zonefile_find(w->glue, server, type);
	ask(&inner);
	/* A validator does not use addresses that are bogus. */
	return found.outcome == PAPER_ANSWER && !found.bogus ? found.set : NULL;
}

/* The zone that answers behind this delegation; NULL: nobody does. */
static const struct proof *
reach(struct walk *w)
{
	const struct proof *p = NULL;

	w->answer->why = "none of its name servers has an address of the family";
	for (size_t i = 0; w->ns && i < w->ns->rrs_n && !p; i++) {
		const ldns_rdf *server = ldns_rr_rdf(w->ns->rrs[i], 0);

		if (w->resolver->ip6)
			p = try_addresses(w, addresses_of(w, server, LDNS_RR_TYPE_AAAA));
		if (!p && w->resolver->ip4)
			p = try_addresses(w, addresses_of(w, server, LDNS_RR_TYPE_A));
	}
	if (p)
		w->answer->why = NULL;
	return p;
}

/* Goes on at a CNAME's target; whatever comes of it is no better than the CNAME was. */
static void
follow(struct walk *w, const struct zonefile_rrset *cname)
{
	struct walk next = {.a = w->a,
	    .paper = w->paper,
	    .resolver = w->resolver,
	    .name = ldns_rr_rdf(cname->rrs[0], 0),
	    .type = w->type,
	    .depth = w->depth + 1,
	    .answer = w->answer};
	bool secure = w->answer->secure, bogus = w->answer->bogus;
	const char *why = w->answer->why;

	ask(&next);
	w->answer->secure = w->answer->secure && secure;
	w->answer->bogus = w->answer->bogus || bogus;
	w->answer->why = bogus ? why : w->answer->why;
}

/* Answers from what stands at `owner`, which is the name or the wildcard in its place. */
static void
answer_at(struct walk *w, const struct proof *p, const ldns_rdf *owner)
{
	const struct zonefile_rrset *set = zonefile_find(p->zone, owner, w->type);
	const struct zonefile_rrset *cname = zonefile_find(p->zone, owner, LDNS_RR_TYPE_CNAME);
	bool secure = w->answer->secure;

	if (set || cname) {
		if (secure)
			demand(w, proof_rrset(p, set ? set : cname));
		finish(w, PAPER_ANSWER, set);
		if (!set)
			follow(w, cname);
	} else {
		if (secure)
			demand(w, proof_no_type(p, owner, w->type));
		finish(w, PAPER_NODATA, NULL);
	}
}

/* The name is not there: is there a wildcard below its closest encloser (RFC 4592 section 3.3.1)?
 */
static void
answer_wildcard(struct walk *w, const struct proof *p)
{
	size_t labels = ldns_dname_label_count(w->name), up = 1;
	ldns_rdf *star = must(ldns_dname_new_frm_str("*"));
	bool there;

	for (there = false; up < labels && !there; up++) {
		ldns_rdf *encloser = must(ldns_dname_clone_from(w->name, (uint16_t)up));

		there = zonefile_exists(p->zone, encloser);
		if (there && ldns_dname_cat(star, encloser) != LDNS_STATUS_OK)
			out_of_memory();
		ldns_rdf_deep_free(encloser);
	}
	there = there && zonefile_exists(p->zone, star);
	if (w->answer->secure)
		demand(w, proof_no_name(p, w->name, !there));
	if (there)
		answer_at(w, p, star);
	else
		finish(w, PAPER_NXDOMAIN, NULL);
	ldns_rdf_deep_free(star);
}

static const char **
ds_texts(struct arena *a, const struct zonefile_rrset *set)
{
	const char **texts = arena_alloc(a, (set->rrs_n + 1) * sizeof *texts);

	for (size_t i = 0; i < set->rrs_n; i++)
		texts[i] = zonefile_data(a, set->rrs[i]);
	return texts;
}

/* Takes the referral of zone p at `ns`. */
static void
descend(struct walk *w, const struct proof *p, const struct zonefile_rrset *ns)
{
	const struct zonefile_rrset *ds = zonefile_find(p->zone, ns->owner, LDNS_RR_TYPE_DS);

	w->cut = ns->owner;
	w->ns = ns;
	w->glue = p->zone;
	w->ds = ds ? ds_texts(w->a, ds) : NULL;
	w->ds_n = ds ? ds->rrs_n : 0;
	if (!w->answer->secure)
		return;
	demand(w, ds ? proof_rrset(p, ds) : proof_no_type(p, ns->owner, LDNS_RR_TYPE_DS));
	if (!ds)
		w->answer->secure = false;
}

/* A server that answered for a zone below the cut that was followed: its keys are believed by the
 * DS records that the zones between hold. */
static void
skip_down(struct walk *w, const struct proof *p)
{
	const struct zonefile_rrset *ds = NULL;

	for (size_t i = 0; i < w->paper->servers_n && !ds; i++)
		for (size_t k = 0; k < w->paper->servers[i].zones_n && !ds; k++)
			ds = zonefile_find(
			    w->paper->servers[i].zones[k]->zone, p->zone->apex, LDNS_RR_TYPE_DS);
	w->cut = p->zone->apex;
	w->ds = ds ? ds_texts(w->a, ds) : NULL;
	w->ds_n = ds ? ds->rrs_n : 0;
}

/* One step: the zone behind the delegation answers or refers.  False when the walk is at its end.
 */
static bool
step(struct walk *w)
{
	const struct proof *p = reach(w);
	const struct zonefile_rrset *cut;

	if (!p) {
		finish(w, PAPER_UNREACHABLE, NULL);
		return false;
	}
	if (ldns_dname_compare(p->zone->apex, w->cut) != 0)
		skip_down(w, p);
	if (w->answer->secure)
		demand(w, proof_keys(p, w->ds, w->ds_n));
	cut = zonefile_cut(p->zone, w->name);
	/* DS records are the parent's. */
	if (cut && !(w->type == LDNS_RR_TYPE_DS && ldns_dname_compare(cut->owner, w->name) == 0)) {
		descend(w, p, cut);
		return true;
	}
	if (zonefile_exists(p->zone, w->name))
		answer_at(w, p, w->name);
	else
		answer_wildcard(w, p);
	return false;
}

static const struct paper_top *
top_of(const struct walk *w)
{
	const struct paper_top *best = NULL;

	for (size_t i = 0; i < w->paper->tops_n; i++) {
		const struct paper_top *top = &w->paper->tops[i];

		if (is_within(w->name, top->delegation.apex) &&
		    (!best || is_within(top->delegation.apex, best->delegation.apex)))
			best = top;
	}
	return best;
}

static void
ask(struct walk *w)
{
	const struct paper_top *top = w->depth < DEPTH_MAX ? top_of(w) : NULL;

	*w->answer = (struct paper_answer){.outcome = PAPER_STRANGE};
	if (!top) {
		w->answer->why = w->depth < DEPTH_MAX ? "no zone of this site holds it"
						      : "names lead in a circle";
		return;
	}
	w->cut = top->delegation.apex;
	w->ns = zonefile_find(&top->delegation, top->delegation.apex, LDNS_RR_TYPE_NS);
	w->glue = &top->delegation;
	w->ds = top->ds;
	w->ds_n = top->ds_n;
	w->answer->secure = top->ds_n > 0;
	for (unsigned cuts = 0; step(w); cuts++)
		if (cuts == CUTS_MAX) {
			w->answer->why = "delegations lead in a circle";
			finish(w, PAPER_UNREACHABLE, NULL);
			break;
		}
}

void
paper_ask(struct arena *a, const struct paper *paper, const struct paper_resolver *resolver,
    const char *name, unsigned type, struct paper_answer *answer)
{
	struct walk w = {.a = a,
	    .paper = paper,
	    .resolver = resolver,
	    .name = read_name(a, name),
	    .type = type,
	    .answer = answer};

	ask(&w);
}
