/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_order - puts what a view holds into an order that does not depend on the rest of the
 * population: MX by name, addresses by number, what hosts said by their names. */
#ifndef EMT_MXINFER_VIEW_ORDER_H
#define EMT_MXINFER_VIEW_ORDER_H

#include "mxinfer/view.h"

/* For show alone.  A view of --compat has the order of the rows, and keeps it. */
void view_order(struct view *v, const struct population *p);

#endif
