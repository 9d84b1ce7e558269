/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unreached - was a probe given up at once, because no connection came about?
 *
 * Who tries once shows one moment.  Between two live checks a host may be down for that moment, or
 * a packet be lost; whether the sender could have come at another one is not known then. */
#ifndef EMT_REPORT_UNREACHED_H
#define EMT_REPORT_UNREACHED_H

#include "report/ladder.h"

/* Its final notification came within `least_us` of its submission (or of the first query with its
 * token, where that is not known), and says that the host did not answer or that the connection was
 * bad (RFC 3463, X.4.1 and X.4.2).  A sender that has no network of that family at all says so:
 * that is no matter of the moment. */
bool unreached_at_once(const struct ladder *l, int64_t least_us);

#endif
