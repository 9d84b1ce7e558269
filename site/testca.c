/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/testca.h"

#include <sys/stat.h>
#include <unistd.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "io/tree.h"

enum { PEM_FILE_MAX = 2 * 1024 * 1024 };

struct testca_work {
	struct arena *a;
	const struct testca *job;
	struct certificate_issuer ca;
};

/* The key of a file, or a new one if there is no such file.  A file without a key is somebody's:
 * it is not overwritten. */
static const char *
take_key(struct testca_work *w, const char *path, struct certificate_key **key)
{
	struct span text;
	const char *error;

	if (access(path, F_OK)) {
		*key = certificate_key_new(w->a);
		return NULL;
	}
	error = tree_read(w->a, path, PEM_FILE_MAX, &text);
	if (error)
		return error;
	*key = certificate_key_read(w->a, text);
	return *key ? NULL
		    : arena_printf(
			  w->a, "%s: holds no P-256 key in PEM; move it away for a new one", path);
}

static bool
same_authority(struct testca_work *w, const char *path, const struct certificate_key *key)
{
	struct certificate c;
	struct span text;

	if (access(path, F_OK) || tree_read(w->a, path, PEM_FILE_MAX, &text) ||
	    certificate_read_text(w->a, text, &c) != CERTIFICATE_OK)
		return false;
	if (c.not_after_utc < w->job->now_utc + TESTCA_VALIDITY_S ||
	    !certificate_key_fits(certificate_key_pem(w->a, key), text))
		return false;
	w->ca.pem = text;
	return true;
}

/* The authority's certificate stays as long as it outlives what it signs: those who were told to
 * trust it go on doing so. */
static const char *
make_authority(struct testca_work *w)
{
	const struct testca *job = w->job;
	const char *key_path = arena_printf(w->a, "%s/ca.key", job->dir);
	const char *path = arena_printf(w->a, "%s/ca.pem", job->dir), *error;
	struct certificate_wish wish = {.subject = "emt laboratory CA",
	    .authority = true,
	    .from_utc = job->now_utc - TESTCA_SKEW_S,
	    .until_utc = job->now_utc + (int64_t)10 * TESTCA_VALIDITY_S};
	struct certificate_issuer self = {.pem = {NULL, 0}};
	struct certificate_key *key;

	error = take_key(w, key_path, &key);
	if (error)
		return error;
	w->ca.key = self.key = key;
	error = tree_write(w->a, job->dir, "ca.key", 0600, certificate_key_pem(w->a, key));
	if (error || same_authority(w, path, key))
		return error;
	w->ca.pem = certificate_make(w->a, &wish, key, &self, job->rng);
	if (!w->ca.pem.p)
		return "cannot make the laboratory's CA";
	return tree_write(w->a, job->dir, "ca.pem", 0644, w->ca.pem);
}

/* Its path below DIR. */
static const char *
place(struct testca_work *w, const struct plan_certificate *c)
{
	return arena_printf(w->a, "%s%s", c->host->machine->name, c->file);
}

static const char *
make_leaf(struct testca_work *w, const struct plan_certificate *c)
{
	const struct testca *job = w->job;
	const char *path = arena_printf(w->a, "%s/%s", job->dir, place(w, c)), *error;
	struct certificate_wish wish = {.subject = c->subject,
	    .names = c->names,
	    .names_n = c->names_n,
	    .from_utc = job->now_utc - TESTCA_SKEW_S,
	    .until_utc = job->now_utc + TESTCA_VALIDITY_S};
	struct certificate_key *key;
	struct span pem;

	error = take_key(w, path, &key);
	if (error)
		return error;
	pem = certificate_make(w->a, &wish, key, &w->ca, job->rng);
	if (!pem.p)
		return arena_printf(w->a, "%s: cannot make its certificate", path);
	pem = span_str(arena_printf(
	    w->a, "%s%s", arena_dup(w->a, certificate_key_pem(w->a, key)), arena_dup(w->a, pem)));
	return tree_write(w->a, job->dir, place(w, c), 0600, pem);
}

/* What the other host shows, octet for octet. */
static const char *
copy_leaf(struct testca_work *w, const struct plan_certificate *c)
{
	const char *from = arena_printf(w->a, "%s/%s", w->job->dir, place(w, c->copy_of)), *error;
	struct span text;

	error = tree_read(w->a, from, PEM_FILE_MAX, &text);
	return error ? error : tree_write(w->a, w->job->dir, place(w, c), 0600, text);
}

const char *
testca_make(struct arena *a, const struct testca *job)
{
	struct testca_work w = {.a = a, .job = job};
	const struct plan *plan = job->plan;
	const char *error = make_authority(&w);

	for (int copies = 0; copies < 2; copies++)
		for (size_t i = 0; i < plan->certificates_n && !error; i++) {
			const struct plan_certificate *c = &plan->certificates[i];

			if ((c->copy_of != NULL) != (copies != 0))
				continue;
			error = copies ? copy_leaf(&w, c) : make_leaf(&w, c);
			if (!error && job->out)
				fprintf(job->out, "%s/%s: %s of %s, %zu names\n", job->dir,
				    place(&w, c), copies ? "copy" : "certificate", c->subject,
				    c->names_n);
		}
	return error;
}

const char *
testca_pin(struct arena *a, const char *file, const char **pin)
{
	struct certificate c;
	struct span text;
	const char *error = tree_read(a, file, PEM_FILE_MAX, &text);
	enum certificate_st st;

	if (error)
		return error;
	st = certificate_read_text(a, text, &c);
	if (st != CERTIFICATE_OK)
		return arena_printf(
		    a, "%s: %s; name a certificate in PEM or DER", file, certificate_st_name(st));
	*pin = certificate_pin(&c, arena_alloc(a, CERTIFICATE_PIN_MAX));
	return NULL;
}
