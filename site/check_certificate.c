/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates that are in the tree: are they of the names they are meant to be of, and of no
 * others where that is meant, and does tls_pin fit? */
#include <sys/stat.h>
#include <time.h>

#include "io/certificate.h"
#include "io/certificate_make.h"
#include "site/check.h"
#include "site/maincf.h"
#include "site/recipe.h"

/* The names that a sender may compare on the way to a case, one of the kinds a time; NULL behind
 * the last. */
static const char *
case_name(const struct check *c, const struct testcase *t, unsigned kind)
{
	const char *domain = c->plan->site->domain;

	switch (kind) {
	case 0: return arena_printf(c->a, "%s.%s", t->mx, domain);
	case 1: return arena_printf(c->a, "%s.%s", t->name, domain);
	case 2: return arena_printf(c->a, "token.%s.%s", t->name, domain);
	case 3: return arena_printf(c->a, "token.mx.%s.%s", t->name, domain);
	default: return NULL;
	}
}

/* The recipe certificate-other-name. */
static void
check_other_names(struct check *c, const struct plan_certificate *plan,
    const struct certificate *there, const char *path)
{
	const struct plan_host *host = plan->host;

	for (size_t i = 0; i < host->cases_n; i++) {
		const char *name;

		for (unsigned k = 0; (name = case_name(c, host->cases[i], k)) != NULL; k++)
			if (certificate_covers(there, span_str(name))) {
				check_finding(c, path,
				    arena_printf(c->a, "is good for %s (recipe %s: %s)", name,
					recipes[RECIPE_CERTIFICATE_OTHER_NAME].name,
					recipes[RECIPE_CERTIFICATE_OTHER_NAME].what),
				    "a broken case that is whole: senders that insist on the name "
				    "would get through",
				    arena_printf(c->a, "copy %s of %s there", plan->copy_of->file,
					plan->copy_of->host->site->fqdn));
				return;
			}
	}
}

static void
check_names(struct check *c, const struct plan_certificate *plan, const struct certificate *there,
    const char *path)
{
	size_t missing_n = 0;
	const char *first = NULL;

	for (size_t i = 0; i < plan->public_n; i++) {
		const char *name = plan->names[i];

		/* Any label stands for the wildcard's. */
		if (name[0] == '*')
			name = arena_printf(c->a, "token%s", name + 1);
		if (certificate_covers(there, span_str(name)))
			continue;
		first = first ? first : plan->names[i];
		missing_n++;
	}
	if (missing_n)
		check_finding(c, path,
		    arena_printf(c->a, "is not good for %s%s", first,
			missing_n > 1 ? arena_printf(c->a, " and %zu more names", missing_n - 1)
				      : ""),
		    "a whole case that is broken: senders that insist on the name would not get "
		    "through",
		    "get a certificate of the names in owner/certificates.txt");
}

static void
check_time(struct check *c, const struct certificate *there, const char *path)
{
	if (there->not_before_utc > c->now_utc)
		check_finding(c, path, "is not valid yet", "senders that verify would refuse it",
		    "set the clock, or get another");
	else if (there->not_after_utc < c->now_utc)
		check_finding(c, path, "has expired", "senders that verify refuse it",
		    "renew it, with the same key");
	else if (there->not_after_utc < c->now_utc + CHECK_EXPIRY_S)
		check_finding(c, path, "expires within a week",
		    "then senders that verify would refuse it", "renew it, with the same key");
}

/* Only the host of the DANE cases has a pin in the site file. */
static void
check_pin(struct check *c, const struct plan_certificate *plan, const struct certificate *there,
    const char *path)
{
	const char *pins = c->plan->site->settings->tls_pin;
	struct span rest = span_str(pins ? pins : "");
	char pin[CERTIFICATE_PIN_MAX];

	if (plan->host->site->role->id != ROLE_DANE || !pins)
		return;
	certificate_pin(there, pin);
	while (rest.p)
		if (span_ieq(span_trim(span_cut(&rest, ',')), span_str(pin)))
			return;
	check_finding(c, path, arena_printf(c->a, "its pin, %s, is not in tls_pin", pin),
	    "a whole case that is broken: no sender with DANE would get through",
	    "add the pin to tls_pin, render and sign, and wait for the TTL before the certificate "
	    "is used");
}

static void
check_one(struct check *c, const struct plan_certificate *plan)
{
	const char *path = check_path(c, plan->host->machine, plan->file);
	struct certificate there;
	enum certificate_st st;
	struct span text;
	struct stat file;

	if (lstat(path, &file)) {
		check_skipped(c, path, "not in the tree; owner/certificates.txt says its names");
		return;
	}
	if (file.st_mode & 077)
		check_finding(c, path,
		    arena_printf(c->a, "has mode %03o", (unsigned)file.st_mode & 0777),
		    "others may read the private key", "chmod 600 it");
	if (!check_read(c, path, &text))
		return;
	st = certificate_read_text(c->a, text, &there);
	if (st != CERTIFICATE_OK) {
		check_finding(c, path, certificate_st_name(st), "STARTTLS would fail",
		    "put key, certificate and chain there, in PEM");
		return;
	}
	if (!certificate_key_fits(text, text))
		check_finding(c, path, "holds no private key of its first certificate",
		    "STARTTLS would fail", "put key, certificate and chain there, in that order");
	check_time(c, &there, path);
	if (plan->copy_of)
		check_other_names(c, plan, &there, path);
	else
		check_names(c, plan, &there, path);
	check_pin(c, plan, &there, path);
}

void
check_certificates(struct check *c)
{
	for (size_t i = 0; i < c->plan->certificates_n; i++)
		check_one(c, &c->plan->certificates[i]);
}
