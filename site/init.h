/* SPDX-License-Identifier: GPL-3.0-or-later */
/* init - `emt-site init`: a commented site file for a domain and two networks. */
#ifndef EMT_INIT_H
#define EMT_INIT_H

#include "base/rng.h"
#include "plan/site.h"
#include "plan/testcase.h"

struct init {
	const char *domain, *ipv4, *ipv6; /* as the user wrote them */
	enum site_layout layout;
	const struct testcases *cases;
	const char *share;
	const struct rng *rng; /* of the secret */
};

/* NULL and the text, or what is wrong, from the arena. */
const char *init_text(struct arena *a, const struct init *init, struct span *text)
    __attribute__((warn_unused_result));

#endif
