/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base64 - the standard alphabet with padding (RFC 4648 section 4). */
#ifndef EMT_BASE64_H
#define EMT_BASE64_H

#include "base/buf.h"

void base64_put(struct buf *out, struct span s);

/* Decodes without tolerance: false for a foreign octet, wrong padding or bits left over; *out then
 * holds a part. */
bool base64_take(struct buf *out, struct span s);

#endif
