/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rotated - what the name of a file says about the part of a rotated log that is in it.
 *
 *	maillog			the log itself
 *	maillog.1, maillog.0.gz	a number, which grows with age (logrotate, newsyslog, BIND)
 *	maillog-20261121.gz, maillog.20261121-202511.zst, maillog-1795290310
 *				a date, from the year down, or seconds since 1970
 *	maillog.old, maillog-21.11.2026
 *				a part whose age only its file tells
 *
 * Other names that begin as the log's are other files. */
#ifndef EMT_ROTATED_H
#define EMT_ROTATED_H

#include <stdint.h>

#include "base/span.h"

enum rotated_kind {
	ROTATED_LOG,
	ROTATED_NUMBER,
	ROTATED_DATE,
	ROTATED_OTHER,
	ROTATED_KINDS,
};

struct rotated {
	enum rotated_kind kind;
	struct span stem; /* the name without what a packer added to it; borrowed, as the others */
	bool is_packed;   /* a packer added to the name */
	uint64_t number;
	struct span date; /* its text */
};

/* `log` is the name of the log, both are without folder.  False: it is another file. */
bool rotated_parse(struct rotated *r, struct span name, struct span log)
    __attribute__((warn_unused_result));

/* Of two of one kind, ROTATED_NUMBER or ROTATED_DATE: less than 0 if `a` is the older one. */
int rotated_compare(const struct rotated *a, const struct rotated *b);

#endif
