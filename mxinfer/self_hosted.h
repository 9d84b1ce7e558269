/* SPDX-License-Identifier: GPL-3.0-or-later */
/* self_hosted - does a domain run its own mail servers? */
#ifndef EMT_MXINFER_SELF_HOSTED_H
#define EMT_MXINFER_SELF_HOSTED_H

#include "mxinfer/identify.h"

enum self_hosted {
	SELF_HOSTED_NO,
	SELF_HOSTED_OWN_NAME, /* by the MX names, at least one of which nothing else confirms */
	SELF_HOSTED_YES, /* each id, or its company, is the domain's, by certificate or greeting */
};

/* "no", "own-name", "yes": what records say. */
const char *self_hosted_name(enum self_hosted s);

/* Of a domain whose answers x has. */
enum self_hosted self_hosted(
    const struct identify *x, const struct inference *in, struct span domain);

#endif
