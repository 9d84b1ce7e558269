/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_file - reads a file into an as_table: ip2asn, pfx2as, plain or packed, or MaxMind (NAME.mmdb).
 */
#ifndef EMT_AS_FILE_H
#define EMT_AS_FILE_H

#include "base/arena.h"
#include "io/as_table.h"

/* NULL, or "FILE: what is wrong" from the arena.  Lines that cannot be read are passed over; the
 * first few are named in the log, and all are counted there. */
const char *as_file_read(struct arena *a, struct as_table *t, const char *path)
    __attribute__((warn_unused_result));

#endif
