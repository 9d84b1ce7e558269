/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logyear - the year of the first line of a mail log whose stamps lack it (io/firstyear.h). */
#ifndef EMT_LOGYEAR_H
#define EMT_LOGYEAR_H

#include <stdint.h>

/* Of the file on `fd`, which is not moved; its size in octets and the time of its last change.  0:
 * it has no stamp without a year, or it cannot be read at will (a pipe). */
int logyear_first(int fd, int64_t size, int64_t changed_us);

#endif
