/* SPDX-License-Identifier: GPL-3.0-or-later */
/* daylines - the whole lines of a file of records that may be growing, from an offset on.
 *
 * Unlike io/lines.h a line may be as long as a record can be: a session with all its dialogue.  The
 * buffer grows to the longest one; one that is longer is left out and counted.  What stands behind
 * the last newline is being written, and is left for the next time. */
#ifndef EMT_REPORT_DAYLINES_H
#define EMT_REPORT_DAYLINES_H

#include <stdint.h>

#include "base/span.h"

enum { DAYLINES_MAX = 64 * 1024 * 1024 }; /* octets of a line */

struct daylines {
	int fd; /* borrowed */
	char *buf;
	size_t start, end, room;
	int64_t at;     /* of the file: where the octets behind `end` are */
	int64_t offset; /* behind the last line that was handed out */
	bool is_long;   /* in the middle of a line that is too long */
	int error;      /* errno of a read that failed; 0 */
};

void daylines_init(struct daylines *d, int fd, int64_t offset);
void daylines_free(struct daylines *d);

/* The next line, without its newline; p == NULL: it was too long.  It lives until the next call.
 * False: there are no more whole lines, or reading failed. */
bool daylines_next(struct daylines *d, struct span *line);

#endif
