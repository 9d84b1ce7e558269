/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe - the test case and the token that a recipient address or a domain name of the measurement
 * carries.
 *
 * A probe goes to measurement@TOKEN.CASE.DOMAIN, measurement+TOKEN@CASE.DOMAIN or
 * measurement@CASE.DOMAIN.  A token is 26 letters a-z or digits 2-7; it is matched whatever its
 * case, since DNS resolvers (0x20) and MTAs change that. */
#ifndef EMT_PROBE_H
#define EMT_PROBE_H

#include "base/arena.h"

enum { PROBE_TOKEN_LEN = 26 };

struct probe {
	struct span token; /* in lower case; p == NULL: none */
	/* In lower case, v4-mail.v6only for instance; p == NULL: not below `domain`. */
	struct span testcase;
};

/* `domain` is the measurement's; p == NULL leaves the test case unknown.  The result lives in the
 * arena. */
struct probe probe_of_address(struct arena *a, struct span address, struct span domain);

#endif
