/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificate that a mail host shows: is it what each case means it to be? */
#include "site/live_smtp.h"

enum { EXPIRY_S = 7 * 86400 };

static const char broken_is_whole[] =
    "a broken case that is whole: senders that insist on the name get through";
static const char whole_is_broken[] =
    "a whole case that is broken: senders that insist on the name do not get through";

/* The names that a sender may compare on the way to a case. */
enum { NAMES_N = 4 };
static const char *
name_of(const struct live_case *c, int kind)
{
	switch (kind) {
	case 0: return c->hosts[0];
	case 1: return c->domains[0];
	case 2: return c->domains[1];
	default: return c->hosts[1];
	}
}

/* Can a public authority have given a certificate of it?  Not below a zone that is bogus. */
static bool
is_wanted(const struct live *l, const char *name)
{
	return live_zone(l, name)->trust == TRUST_SIGNED;
}

static void
bad(struct live *l, struct live_case *c, enum live_family family, const char *what, const char *why,
    const char *mend)
{
	const struct live_fault fault = {live_ip(l, c->ip, family), what, why, mend};

	live_bad(l, c, LIVE_CERTIFICATE, family, &fault);
}

static void
judge_names(
    struct live *l, struct live_case *c, enum live_family family, const struct certificate *shown)
{
	bool other = c->testcase->host->certificate == CERTIFICATE_OTHER_NAME;

	for (int i = 0; i < NAMES_N; i++) {
		const char *name = name_of(c, i);
		bool covers = certificate_covers(shown, span_str(name));

		if (other && covers)
			bad(l, c, family, arena_printf(l->a, "shows a certificate of %s", name),
			    broken_is_whole,
			    "copy the certificate of the tls-force host there, and reload Postfix");
		if (!other && !covers && is_wanted(l, name))
			bad(l, c, family,
			    arena_printf(l->a, "shows a certificate that is not of %s", name),
			    whole_is_broken,
			    "install one of the names in owner/certificates.txt, and reload "
			    "Postfix");
	}
}

void
live_certificate(
    struct live *l, struct live_case *c, enum live_family family, struct span *chain, size_t n)
{
	int64_t now_utc = clock_wall_us(&clock_system) / 1000000;
	struct certificate shown;
	enum certificate_st read =
	    certificate_read(l->a, n ? chain[0] : (struct span){NULL, 0}, &shown);
	enum trust_st trust = trust_verify(l->trust, chain, n, now_utc);

	if (read != CERTIFICATE_OK) {
		bad(l, c, family, certificate_st_name(read), whole_is_broken,
		    "install the certificate again, and reload Postfix");
		return;
	}
	certificate_pin(&shown, c->shown[family].pin);
	c->shown[family].seen = true;
	/* That of tls-invalid, too, differs in its name alone. */
	if (trust != TRUST_OK)
		bad(l, c, family,
		    arena_printf(
			l->a, "shows a certificate that is not trusted: %s", trust_st_name(trust)),
		    whole_is_broken,
		    "renew it with the same key, install the whole chain, and reload Postfix");
	else if (shown.not_after_utc < now_utc + EXPIRY_S)
		bad(l, c, family, "shows a certificate that expires within a week",
		    "then senders that verify would refuse it", "renew it, with the same key");
	judge_names(l, c, family, &shown);
	live_ok(l, c, LIVE_CERTIFICATE, family, NULL);
	live_tlsa(l, c, family);
}
