/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject - what of the measurement a name is about: whose token, which test case, which zone cut.
 *
 * A token is a label of 26 letters a-z or digits 2-7, whatever its case and at any depth:
 * TOKEN.CASE.DOMAIN, _25._tcp.TOKEN.mx.CASE.DOMAIN.  Of several the one nearest to the case counts,
 * for what stands further in front is whoever asked's.  Test cases are known by their names; one
 * like v4-mail.v6only has a zone of its own below the measurement's, v6only, and names at and below
 * its cut are evidence of what the resolver tried. */
#ifndef EMT_SUBJECT_H
#define EMT_SUBJECT_H

#include "base/arena.h"
#include "dns/dns_qname.h"

struct subjects;

/* What names are compared with; `domain` is the measurement's, NULL: not known, then only tokens
 * are found, anywhere.  `cases` are the names of the test cases.  All of it lives in the arena. */
struct subjects *subjects_new(
    struct arena *a, const char *domain, const char *const *cases, size_t cases_n);

struct subject {
	bool is_below;        /* of the measurement's domain, or that itself */
	char token[64];       /* in lower case; "": none */
	const char *testcase; /* NULL: none */
	const char *cut;      /* the zone of test cases: "v6only"; NULL: none */
	bool is_apex;         /* the name is the cut's own */
	bool is_between;      /* a name without records that only a resolver which minimises
				 asks for: mx.CASE, _tcp.TOKEN.mx.CASE */
};

/* `wire` is a name as struct dns_qname holds it; empty: none. */
void subject_of(const struct subjects *known, struct span wire, struct subject *s);

#endif
