/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/logyear.h"

#include "io/firstyear.h"
#include "sessionparse/logline.h"

static bool
stamp_of(struct span line, struct span *when, struct buf *scratch)
{
	struct logline split;

	if (!logline_split(&split, line, scratch))
		return false;
	*when = split.when;
	return true;
}

int
logyear_first(int fd, int64_t size, int64_t changed_us)
{
	return firstyear(fd, size, changed_us, stamp_of);
}
