/* SPDX-License-Identifier: GPL-3.0-or-later */
/* greeting - the host name that a server gives in its banner or in its answer to EHLO (RFC 5321
 * sections 4.2 and 4.3.1).
 *
 * Servers write what they like there: greetings, refusals that name the host as well ("554 ..."),
 * adverts, names of block lists.  So a name is taken from two places alone: behind the reply code
 * of the first line that says anything, or at the end of that line. */
#ifndef EMT_MXINFER_GREETING_H
#define EMT_MXINFER_GREETING_H

#include "mxinfer/hostname.h"

/* The names that it may be, the better one first.  It is the first one that has a registered
 * domain, which the caller finds out. */
struct greeting {
	struct hostname names[2];
	size_t n;
};

void greeting_read(struct span text, struct greeting *out);

/* As MX Inference reads it (--compat): a first name without a registered domain is the end of the
 * search, one blank follows the code, a last token alone on its line keeps its symbols, and a
 * top-level domain is of letters. */
void greeting_read_compat(struct span text, struct greeting *out);

#endif
