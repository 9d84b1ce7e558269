/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zone_sign.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/spool.h"
#include "site/zone_text.h"

enum {
	THREADS_MAX = 16,
	SLICE = 2048,  /* names that one thread signs and prints at a time; bounds memory */
	HASH_LEN = 32, /* characters of a SHA-1 in base32 */
};

struct work {
	struct arena *a;
	const struct zone_sign *job;
	ldns_dnssec_zone *zone;
	uint32_t ttl;          /* of what signing adds to the apex: the TTL of its NS records */
	uint32_t negative_ttl; /* of NSEC3 records (RFC 9077) */
	const char *error;
};

static bool
good(struct work *w, ldns_status st, const char *what)
{
	if (st != LDNS_STATUS_OK && !w->error)
		w->error = arena_printf(w->a, "%s: cannot %s: %s; mend the zone", w->job->file,
		    what, ldns_get_errorstr_by_id(st));
	return !w->error;
}

static ldns_dnssec_rrsets *
rrset(struct work *w, const ldns_rdf *owner, ldns_rr_type type)
{
	return ldns_dnssec_zone_find_rrset(w->zone, owner, type);
}

static void
add(struct work *w, ldns_rr *rr_own, const char *what)
{
	if (!good(w, ldns_dnssec_zone_add_rr(w->zone, rr_own), what))
		ldns_rr_free(rr_own);
}

/* The DS of each zone below, with the TTL of its delegation; a zone that is not delegated is
 * somebody's mistake that would leave it insecure without a word. */
static void
add_ds(struct work *w, const struct zone_sign_ds *ds)
{
	ldns_rdf *owner = must(ldns_dname_new_frm_str(ds->zone));
	ldns_dnssec_rrsets *ns = rrset(w, owner, LDNS_RR_TYPE_NS);
	ldns_rr *rr = NULL;
	const char *text;

	if (!ns || rrset(w, owner, LDNS_RR_TYPE_DS)) {
		w->error = arena_printf(w->a, "%s: %s of %s; render the site again", w->job->file,
		    ns ? "holds a DS already" : "has no delegation", ds->zone);
	} else {
		text = arena_printf(w->a, "%s. %lu IN DS %s", ds->zone,
		    (unsigned long)ldns_rr_ttl(ns->rrs->rr), ds->data);
		if (good(w, ldns_rr_new_frm_str(&rr, text, 0, NULL, NULL), "read a DS"))
			add(w, rr, "add a DS");
	}
	ldns_rdf_deep_free(owner);
}

static void
take_soa(struct work *w)
{
	ldns_rr *soa = rrset(w, w->zone->soa->name, LDNS_RR_TYPE_SOA)->rrs->rr;
	uint32_t minimum = ldns_rdf2native_int32(ldns_rr_rdf(soa, 6));

	w->negative_ttl = minimum < ldns_rr_ttl(soa) ? minimum : ldns_rr_ttl(soa);
	if (!w->job->serial)
		return;
	ldns_rdf_deep_free(ldns_rr_set_rdf(
	    soa, must(ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, w->job->serial)), 2));
}

/* What the apex of a signed zone has more than that of an unsigned one. */
static void
equip_apex(struct work *w)
{
	const ldns_rdf *apex = w->zone->soa->name;
	ldns_rr *rr;

	w->ttl = ldns_rr_ttl(rrset(w, apex, LDNS_RR_TYPE_NS)->rrs->rr);
	rr = must(ldns_key2rr(w->job->key->ldns));
	ldns_rr_set_ttl(rr, w->ttl);
	add(w, rr, "add the key");
	rr = must(ldns_rr_new_frm_type(LDNS_RR_TYPE_NSEC3PARAM));
	ldns_rr_set_owner(rr, must(ldns_rdf_clone(apex)));
	ldns_rr_set_ttl(rr, w->ttl);
	ldns_nsec3_add_param_rdfs(rr, LDNS_SHA1, 0, 0, 0, NULL);
	add(w, rr, "add NSEC3PARAM");
	take_soa(w);
}

static int
by_hash(const void *x, const void *y)
{
	const ldns_rr *a = *(ldns_rr *const *)x, *b = *(ldns_rr *const *)y;

	/* The first label, 32 characters in lower case: as octets they are in the order of hashes.
	 */
	return memcmp(
	    ldns_rdf_data(ldns_rr_owner(a)) + 1, ldns_rdf_data(ldns_rr_owner(b)) + 1, HASH_LEN);
}

/* The NSEC3 record of a name, which does not know the next yet. */
static ldns_rr *
make_nsec3(struct work *w, ldns_dnssec_name *name)
{
	ldns_rr *rr = must(
	    ldns_dnssec_create_nsec3(name, NULL, w->zone->soa->name, LDNS_SHA1, 0, 0, 0, NULL));

	if (!name->rrsets) /* an empty name: ldns has written that there are signatures */
		ldns_rdf_deep_free(ldns_rr_pop_rdf(rr));
	ldns_rr_set_ttl(rr, w->negative_ttl);
	name->nsec = rr;
	return rr;
}

/* The chain.  ldns makes it as well, and sorts it by comparing whole names: for a large pool of
 * tokens that takes longer than all the rest of this. */
static void
make_chain(struct work *w)
{
	ldns_rr **chain = arena_alloc(w->a, w->zone->names->count * sizeof *chain);
	ldns_rr_list *list = must(ldns_rr_list_new());
	size_t n = 0;

	for (ldns_rbnode_t *node = ldns_rbtree_first(w->zone->names); node != LDNS_RBTREE_NULL;
	     node = ldns_rbtree_next(node)) {
		ldns_dnssec_name *name = (ldns_dnssec_name *)(uintptr_t)node->data;

		if (!name->is_glue)
			chain[n++] = make_nsec3(w, name);
	}
	qsort(chain, n, sizeof *chain, by_hash);
	for (size_t i = 0; i < n; i++)
		if (!ldns_rr_list_push_rr(list, chain[i]))
			out_of_memory();
	good(w, ldns_dnssec_chain_nsec3_list(list), "make NSEC3 records");
	ldns_rr_list_free(list);
}

static void
equip(struct work *w)
{
	for (size_t i = 0; i < w->job->ds_n && !w->error; i++)
		add_ds(w, &w->job->ds[i]);
	if (!w->error)
		equip_apex(w);
	if (!w->error && good(w, ldns_dnssec_zone_mark_glue(w->zone), "find the glue") &&
	    good(w, ldns_dnssec_zone_add_empty_nonterminals(w->zone), "find empty names"))
		make_chain(w);
}

/* One thread's share: some names, signed and printed. */
struct share {
	pthread_t thread;
	const struct work *work;
	ldns_key_list *keys;
	ldns_dnssec_name **names;
	size_t names_n, signatures_n;
	char *text;
	size_t text_n;
	bool failed;
};

static void
print_signatures(struct share *s, FILE *out, ldns_rr_list *signed_rrs)
{
	ldns_rr_list *signatures = ldns_sign_public(signed_rrs, s->keys);

	if (!signatures || ldns_rr_list_rr_count(signatures) == 0)
		s->failed = true;
	else
		ldns_rr_list_print(out, signatures);
	s->signatures_n += ldns_rr_list_rr_count(signatures);
	ldns_rr_list_deep_free(signatures);
}

static void
print_rrset(struct share *s, FILE *out, const ldns_dnssec_rrsets *set, bool authoritative)
{
	ldns_rr_list *list = must(ldns_rr_list_new());

	for (const ldns_dnssec_rrs *rr = set->rrs; rr; rr = rr->next)
		ldns_rr_list_push_rr(list, rr->rr);
	ldns_rr_list_print(out, list);
	if (authoritative)
		print_signatures(s, out, list);
	ldns_rr_list_free(list);
}

static void
print_nsec3(struct share *s, FILE *out, ldns_rr *nsec3)
{
	ldns_rr_list *list = must(ldns_rr_list_new());

	ldns_rr_list_push_rr(list, nsec3);
	ldns_rr_print(out, nsec3);
	print_signatures(s, out, list);
	ldns_rr_list_free(list);
}

/* Of a delegation only the DS and the NSEC3 are signed, of glue nothing (RFC 4035 section 2.2). */
static void
print_name(struct share *s, FILE *out, const ldns_dnssec_name *name)
{
	const ldns_dnssec_rrsets *soa = ldns_dnssec_name_find_rrset(name, LDNS_RR_TYPE_SOA);
	bool cut = !soa && ldns_dnssec_name_find_rrset(name, LDNS_RR_TYPE_NS);

	if (soa) /* programs that read zones expect it first */
		print_rrset(s, out, soa, true);
	for (const ldns_dnssec_rrsets *set = name->rrsets; set; set = set->next)
		if (set != soa)
			print_rrset(
			    s, out, set, !name->is_glue && (!cut || set->type == LDNS_RR_TYPE_DS));
	if (name->nsec)
		print_nsec3(s, out, name->nsec);
}

static void *
sign_share(void *share)
{
	struct share *s = share;
	FILE *out = must(open_memstream(&s->text, &s->text_n));

	for (size_t i = 0; i < s->names_n; i++)
		print_name(s, out, s->names[i]);
	if (fclose(out))
		s->failed = true;
	return NULL;
}

static ldns_dnssec_name **
all_names(struct work *w, size_t *n)
{
	ldns_dnssec_name **names = arena_alloc(w->a, w->zone->names->count * sizeof *names);

	*n = 0;
	for (ldns_rbnode_t *node = ldns_rbtree_first(w->zone->names); node != LDNS_RBTREE_NULL;
	     node = ldns_rbtree_next(node))
		names[(*n)++] = (ldns_dnssec_name *)(uintptr_t)node->data;
	return names;
}

/* Hands out the next names, one slice a thread, and writes what they became in their order.  False
 * if the disk is full. */
static bool
sign_round(struct work *w, struct share *shares, unsigned threads, ldns_dnssec_name **names,
    size_t names_n, struct spool_file *out)
{
	bool stored = true;

	for (unsigned t = 0; t < threads; t++) {
		struct share *s = &shares[t];
		size_t from = (size_t)t * SLICE;

		s->names = names + (from < names_n ? from : names_n);
		s->names_n = from >= names_n ? 0 : names_n - from < SLICE ? names_n - from : SLICE;
		/* The first share is this thread's own. */
		if (t && s->names_n && pthread_create(&s->thread, NULL, sign_share, s))
			out_of_memory();
	}
	sign_share(&shares[0]);
	for (unsigned t = 0; t < threads; t++) {
		struct share *s = &shares[t];

		if (s->names_n == 0)
			continue;
		if (t)
			pthread_join(s->thread, NULL);
		if (s->failed && !w->error)
			w->error = arena_printf(
			    w->a, "%s: cannot sign it; check the private key", w->job->file);
		stored = stored && spool_write(out, (struct span){s->text, s->text_n}) == SPOOL_OK;
		free(s->text);
		s->text = NULL;
	}
	return stored;
}

static unsigned
thread_count(const struct zone_sign *job, size_t names_n)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = job->threads ? job->threads : cpus > 0 ? (unsigned)cpus : 1;

	if (n > names_n / SLICE + 1)
		n = (unsigned)(names_n / SLICE + 1);
	return n < THREADS_MAX ? n : THREADS_MAX;
}

static bool
sign_all(struct work *w, struct spool_file *out, struct zone_signed *done)
{
	size_t names_n;
	ldns_dnssec_name **names = all_names(w, &names_n);
	unsigned threads = thread_count(w->job, names_n);
	struct share shares[THREADS_MAX] = {0};
	bool stored = true;

	for (unsigned t = 0; t < threads; t++) {
		ldns_key *key = zone_key_copy(w->job->key);

		ldns_key_set_inception(key, (uint32_t)(w->job->now_utc - ZONE_SIGN_SKEW_S));
		ldns_key_set_expiration(key, (uint32_t)(w->job->now_utc + w->job->validity_s));
		shares[t].work = w;
		shares[t].keys = must(ldns_key_list_new());
		ldns_key_list_push_key(shares[t].keys, key);
	}
	for (size_t at = 0; stored && !w->error && at < names_n; at += (size_t)threads * SLICE)
		stored = sign_round(w, shares, threads, names + at, names_n - at, out);
	*done = (struct zone_signed){.names_n = names_n};
	for (unsigned t = 0; t < threads; t++) {
		done->signatures_n += shares[t].signatures_n;
		ldns_key_list_free(shares[t].keys);
	}
	return stored;
}

static void
store(struct work *w, struct zone_signed *done)
{
	struct spool_file out;
	bool stored = spool_begin(&out, w->job->out_dir_fd) == SPOOL_OK && sign_all(w, &out, done);

	if (stored && !w->error)
		stored = !fchmod(out.fd, 0644) && spool_flush(&out) == SPOOL_OK &&
			 spool_replace(&out, w->job->out_name) == SPOOL_OK &&
			 spool_flush_dir(w->job->out_dir_fd) == SPOOL_OK;
	if (!stored && !w->error)
		w->error = arena_printf(w->a,
		    "%s/%s: cannot store it: %s; mend the folder, then sign again", w->job->out_dir,
		    w->job->out_name, strerror(errno));
	spool_end(&out);
}

const char *
zone_sign(struct arena *a, const struct zone_sign *job, struct zone_signed *done)
{
	struct work w = {.a = a, .job = job};

	*done = (struct zone_signed){0};
	w.error = zone_text_read(a, job->file, job->origin, &w.zone);
	if (!w.error)
		equip(&w);
	if (!w.error)
		store(&w, done);
	ldns_dnssec_zone_deep_free(w.zone);
	return w.error;
}
