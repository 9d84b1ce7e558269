/* SPDX-License-Identifier: GPL-3.0-or-later */
/* role - what a measurement host is there for.  One row says all that a role means; its Postfix
 * settings are the template postfix-conf/ROLE.cf.in, its zones are in plan_zone.c. */
#ifndef EMT_ROLE_H
#define EMT_ROLE_H

#include "base/span.h"

enum role_id {
	ROLE_MAIL,
	ROLE_PLAINTEXT,
	ROLE_DANE,
	ROLE_TLS_FORCE,
	ROLE_TLS_INVALID,
	ROLE_GREYLISTING,
	ROLE_DNS,
	ROLE_DNS_V6,
	ROLE_DNS_BROKEN,
	ROLES_N
};

enum role_certificate {
	CERTIFICATE_NONE,
	CERTIFICATE_GOOD,
	CERTIFICATE_OTHER_NAME /* the certificate of ROLE_TLS_FORCE's host, copied */
};

struct role {
	enum role_id id;
	const char *name; /* as site files and test cases write it */
	bool dns;         /* a name server; otherwise a mail server */
	enum role_certificate certificate;
	unsigned number; /* last number of the address that `emt-site init` proposes */
};

extern const struct role roles[ROLES_N];

/* NULL if there is no role of that name. */
const struct role *role_find(struct span name);

#endif
