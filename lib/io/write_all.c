/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/write_all.h"

#include <errno.h>
#include <unistd.h>

bool
write_all(int fd, struct span data)
{
	while (data.n) {
		ssize_t n = write(fd, data.p, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO;
			return false;
		}
		data = span_from(data, (size_t)n);
	}
	return true;
}
