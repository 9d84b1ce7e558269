/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resume - what an earlier run has written already: domains and addresses with a record, and
 * addresses that a domain leads to and that may have none yet. */
#ifndef EMT_MXINFER_SCAN_RESUME_H
#define EMT_MXINFER_SCAN_RESUME_H

#include "mxinfer/scan/mail_route.h"

enum { RESUME_LINE_MAX = 64 * 1024 * 1024 }; /* octets of a record; ours are far shorter */

/* All spans and texts live for the callback. */
struct resume_events {
	void (*line)(void *arg, struct span line); /* each record as it stands, newline included */
	void (*domain)(void *arg, struct span domain); /* it has a record */
	/* The MX host `name` leads to an address; tlsa->asked: its TLSA records were looked for. */
	void (*target)(void *arg, const struct ip *ip, struct span variant, struct span name,
	    const struct route_look *tlsa, const char *tlsa_base);
	void (*address)(void *arg, const struct ip *ip, struct span variant); /* it has a record */
};

/* Reads the file from its start.  *whole: the octets of its whole records; what is behind them is
 * one that was cut short.  NULL, or "FILE:LINE: what, and the mend" from the arena. */
const char *resume_read(struct arena *a, int fd, const char *path,
    const struct resume_events *events, void *arg, uint64_t *whole)
    __attribute__((warn_unused_result));

#endif
