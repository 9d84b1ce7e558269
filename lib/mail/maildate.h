/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maildate - date-time of RFC 5322 section 3.3, with the obsolete zones and two-digit years of
 * section 4.3. */
#ifndef EMT_MAILDATE_H
#define EMT_MAILDATE_H

#include <stdint.h>

#include "base/span.h"

/* Seconds since 1970 in *epoch; false if s is no date. */
bool maildate_read(struct span s, int64_t *epoch);

#endif
