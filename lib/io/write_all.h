/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write_all - all octets to a file descriptor that waits, whatever write(2) takes at once. */
#ifndef EMT_WRITE_ALL_H
#define EMT_WRITE_ALL_H

#include <stdbool.h>

#include "base/span.h"

/* False with errno; a part of `data` may be written then.  EIO where write takes nothing. */
bool write_all(int fd, struct span data) __attribute__((warn_unused_result));

#endif
