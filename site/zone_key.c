/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zone_key.h"

#include <errno.h>
#include <fcntl.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/spool.h"

enum { KEY_FILE_MAX = 4096, KEY_BITS = 256, KEY_TTL_S = 3600 };

struct file {
	const char *name, *shown; /* shown: with its folder */
	struct span text;         /* p == NULL: there is none */
};

static void
free_key(void *key)
{
	ldns_key_deep_free(key);
}

/* Reads a small file; one that is not there leaves text.p NULL. */
static const char *
read_file(struct arena *a, int dir_fd, struct file *f, bool secret)
{
	int fd = openat(dir_fd, f->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *p = arena_alloc(a, KEY_FILE_MAX + 1);
	const char *error = NULL;
	struct stat st;
	ssize_t n = 0;

	f->text = (struct span){NULL, 0};
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &st) || (n = read(fd, p, KEY_FILE_MAX + 1)) < 0)
		error = arena_printf(a, "%s: %s; make it readable", f->shown, strerror(errno));
	else if (!S_ISREG(st.st_mode) || n > KEY_FILE_MAX)
		error = arena_printf(a, "%s: no key file; move it away", f->shown);
	else if (secret && st.st_mode & 077)
		error = arena_printf(a,
		    "%s: others may read this private key (mode %03o); chmod 600 it, and if "
		    "strangers were on this machine, delete it and its .key for a new one",
		    f->shown, (unsigned)st.st_mode & 0777);
	else
		f->text = (struct span){p, (size_t)n};
	if (fd >= 0)
		close(fd);
	return error;
}

/* Stores a new file; one that is there already is an error, whoever made it just now. */
static const char *
store_file(struct arena *a, int dir_fd, const struct file *f, mode_t mode)
{
	struct spool_file out;
	bool good = spool_begin(&out, dir_fd) == SPOOL_OK &&
		    spool_write(&out, f->text) == SPOOL_OK && !fchmod(out.fd, mode) &&
		    spool_flush(&out) == SPOOL_OK && spool_link(&out, f->name) == SPOOL_OK &&
		    spool_flush_dir(dir_fd) == SPOOL_OK;
	int saved = errno;

	spool_end(&out);
	return good ? NULL
		    : arena_printf(a, "%s: cannot store it: %s; mend the folder, then sign again",
			  f->shown, strerror(saved));
}

/* The private key of that text, made ready to sign `zone`; NULL if it is none of algorithm 13. */
static ldns_key *
parse_private(struct span text, const char *zone)
{
	FILE *in = fmemopen((void *)(uintptr_t)text.p, text.n, "r");
	ldns_key *key = NULL;
	ldns_rr *rr;

	if (text.n == 0 || !in || ldns_key_new_frm_fp(&key, in) != LDNS_STATUS_OK)
		key = NULL;
	if (in)
		fclose(in);
	if (key && ldns_key_algorithm(key) != (ldns_signing_algorithm)ZONE_KEY_ALGORITHM) {
		ldns_key_deep_free(key);
		key = NULL;
	}
	if (!key)
		return NULL;
	ldns_key_set_pubkey_owner(key, must(ldns_dname_new_frm_str(zone)));
	ldns_key_set_flags(key, ZONE_KEY_FLAGS);
	rr = must(ldns_key2rr(key));
	ldns_key_set_keytag(key, ldns_calc_keytag(rr));
	ldns_rr_free(rr);
	return key;
}

/* What ldns prints, as a span of the arena. */
static struct span
printed(struct arena *a, const ldns_key *key, const ldns_rr *rr)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = must(open_memstream(&text, &n));
	struct span s;

	if (rr)
		ldns_rr_print(out, rr);
	else
		ldns_key_print(out, key);
	if (fclose(out))
		out_of_memory();
	s = arena_span(a, (struct span){text, n});
	free(text);
	return s;
}

static struct span
make_private(struct arena *a)
{
	ldns_key *key =
	    must(ldns_key_new_frm_algorithm((ldns_signing_algorithm)ZONE_KEY_ALGORITHM, KEY_BITS));
	struct span text = printed(a, key, NULL);

	ldns_key_deep_free(key);
	return text;
}

/* Makes ZONE.key, or compares it with the private key that is used. */
static const char *
settle_public(struct arena *a, int dir_fd, struct file *f, const struct zone_key *key)
{
	ldns_rr *ours = must(ldns_key2rr(key->ldns)), *theirs = NULL;
	const char *error = NULL;

	ldns_rr_set_ttl(ours, KEY_TTL_S);
	if (!f->text.p) {
		f->text = printed(a, NULL, ours);
		error = store_file(a, dir_fd, f, 0644);
	} else if (ldns_rr_new_frm_str(&theirs, arena_dup(a, f->text), 0, NULL, NULL) !=
		       LDNS_STATUS_OK ||
		   ldns_rr_compare(ours, theirs)) {
		error = arena_printf(a,
		    "%s: not the public half of its .private; delete it and sign again", f->shown);
	}
	ldns_rr_free(ours);
	ldns_rr_free(theirs);
	return error;
}

const char *
zone_key_open(
    struct arena *a, const char *dir, int dir_fd, const char *zone, bool make, struct zone_key *key)
{
	const char *stem = strcmp(zone, ".") ? zone : "root";
	struct file private = {.name = arena_printf(a, "%s.private", stem)},
		    public = {.name = arena_printf(a, "%s.key", stem)};
	const char *error;

	private.shown = arena_printf(a, "%s/%s", dir, private.name);
	public.shown = arena_printf(a, "%s/%s", dir, public.name);
	error = read_file(a, dir_fd, &private, true);
	if (!error)
		error = read_file(a, dir_fd, &public, false);
	if (error)
		return error;
	if (!private.text.p && public.text.p)
		return arena_printf(a,
		    "%s: missing, but %s is there; put the private key back, or delete the .key "
		    "for a new key and give its new DS to the parent",
		    private.shown, public.name);
	if (!private.text.p && !make)
		return arena_printf(a, "%s: missing; emt-site sign makes it", private.shown);
	if (!private.text.p) {
		private.text = make_private(a);
		error = store_file(a, dir_fd, &private, 0600);
		if (error)
			return error;
	}
	*key = (struct zone_key){
	    .zone = zone, .ldns = parse_private(private.text, zone), .private_text = private.text};
	if (!key->ldns)
		return arena_printf(a,
		    "%s: no private key of algorithm 13 (ECDSAP256SHA256); put the right one there",
		    private.shown);
	arena_defer(a, free_key, key->ldns);
	key->tag = ldns_key_keytag(key->ldns);
	return settle_public(a, dir_fd, &public, key);
}

ldns_key *
zone_key_copy(const struct zone_key *key)
{
	return must(parse_private(key->private_text, key->zone));
}

const char *
zone_key_ds(struct arena *a, const struct zone_key *key)
{
	ldns_rr *rr = must(ldns_key2rr(key->ldns)), *ds = must(ldns_key_rr2ds(rr, LDNS_SHA256));
	char *digest = must(ldns_rdf2str(ldns_rr_rdf(ds, 3)));
	const char *text = arena_printf(
	    a, "%u %d %d %s", (unsigned)key->tag, ZONE_KEY_ALGORITHM, ZONE_KEY_DIGEST, digest);

	free(digest);
	ldns_rr_free(ds);
	ldns_rr_free(rr);
	return text;
}
