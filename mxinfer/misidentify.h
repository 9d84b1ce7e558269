/* SPDX-License-Identifier: GPL-3.0-or-later */
/* misidentify - is an id that few share really the provider's (emt-mxinfer(1), step 6)?  A rented
 * machine gives its landlord's name, and a filtering company receives mail in its customers' names.
 */
#ifndef EMT_MXINFER_MISIDENTIFY_H
#define EMT_MXINFER_MISIDENTIFY_H

#include "mxinfer/identify.h"

/* Corrects the answer for mx, of x->view, if one of the checks decides so. */
void misidentify(struct identify *x, const struct inference *in, const struct view_mx *mx,
    struct mx_answer *answer);

#endif
