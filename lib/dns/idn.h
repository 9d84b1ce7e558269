/* SPDX-License-Identifier: GPL-3.0-or-later */
/* idn - internationalised domain names: U-labels to A-labels (RFC 5891, mapped as UTS #46 has it),
 * by libidn2. */
#ifndef EMT_IDN_H
#define EMT_IDN_H

#include <stdbool.h>

#include "base/span.h"

enum { IDN_MAX = 255 }; /* octets of a name in A-labels, about */

/* Writes the name of UTF-8 text in A-labels and lower case, with a NUL.  False if it is none, or
 * too long: no label over 63 octets. */
bool idn_to_ascii(struct span s, char out[IDN_MAX + 1]) __attribute__((warn_unused_result));

#endif
