/* SPDX-License-Identifier: GPL-3.0-or-later */
/* firstyear - the year of the first line of a file whose stamps lack it.
 *
 * The last line was written when the file was last changed; from there the years are walked back to
 * the first line. For that the file is looked at in samples: all of it up to some megabytes, else
 * blocks spread evenly, between which a New Year shows itself by the months (a whole year that lies
 * between two samples does not; --year helps).  A compressed file keeps the time of the log that it
 * was made of; it is unpacked for this once more, unless its stamps begin with years. */
#ifndef EMT_FIRSTYEAR_H
#define EMT_FIRSTYEAR_H

#include <stdint.h>

#include "base/buf.h"

/* Finds the stamp of a line (base/stamp.h), which may lie in `scratch`; false: it has none. */
typedef bool (*firstyear_stamp_of)(struct span line, struct span *when, struct buf *scratch);

/* Of the file on `fd`, which is not moved; its size in octets and the time of its last change.  0:
 * it has no stamp without a year, or it cannot be read at will (a pipe). */
int firstyear(int fd, int64_t size, int64_t changed_us, firstyear_stamp_of stamp_of);

#endif
