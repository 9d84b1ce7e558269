/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logread - the lines of a file, by few big reads.
 *
 * A line that is longer than LOGREAD_LINE_MAX comes cut, its rest is thrown away: no input makes
 * the buffer grow.  The last line may lack its newline. */
#ifndef EMT_LOGREAD_H
#define EMT_LOGREAD_H

#include "base/span.h"

enum {
	LOGREAD_BLOCK = 256 * 1024,    /* octets asked for at once */
	LOGREAD_LINE_MAX = 128 * 1024, /* octets */
};

enum logread_st {
	LOGREAD_LINE,
	LOGREAD_END,
	LOGREAD_ERROR, /* errno says why */
};

struct logread {
	int fd; /* borrowed */
	char *buf;
	size_t start, end; /* what is read and not yet handed out */
	bool in_long_line; /* the rest of a line that came cut is to be thrown away */
	bool at_end;
};

void logread_init(struct logread *r, int fd);
void logread_free(struct logread *r);

/* The next line, which lives until the next call. */
enum logread_st logread_line(struct logread *r, struct span *line)
    __attribute__((warn_unused_result));

/* The first octets of the file, at most `n`, without taking them. */
enum logread_st logread_peek(struct logread *r, size_t n, struct span *head)
    __attribute__((warn_unused_result));

#endif
