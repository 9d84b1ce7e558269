/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logyear - the year of the first line of a file whose stamps lack it.
 *
 * The last line was written when the file was last changed; from there the years are walked back to
 * the first line. For that the file is looked at in samples: all of it up to some megabytes, else
 * blocks spread evenly, between which a New Year shows itself by the months (a whole year that lies
 * between two samples does not; --year helps). */
#ifndef EMT_LOGYEAR_H
#define EMT_LOGYEAR_H

#include <stdint.h>

/* Of the file on `fd`, which is not moved; its size in octets and the time of its last change.  0:
 * it has no stamp without a year, or it cannot be read at will (a pipe). */
int logyear_first(int fd, int64_t size, int64_t changed_us);

#endif
