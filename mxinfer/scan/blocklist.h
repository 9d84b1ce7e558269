/* SPDX-License-Identifier: GPL-3.0-or-later */
/* blocklist - addresses that a scan never touches.
 *
 * Files have a range on each line (ADDRESS or ADDRESS/BITS, either family), # begins a comment:
 * the form that ZMap has.  Ranges may overlap.  Any number of them: a look is a binary search. */
#ifndef EMT_MXINFER_SCAN_BLOCKLIST_H
#define EMT_MXINFER_SCAN_BLOCKLIST_H

#include "base/arena.h"
#include "base/ip.h"
#include "base/sha256.h"

enum { BLOCKLIST_FILE_MAX = 64 * 1024 * 1024 }; /* octets */

struct blocklist;

struct blocklist *blocklist_new(void);
void blocklist_free(struct blocklist *b); /* NULL is fine */

/* Adds the ranges of a file.  NULL, or "FILE:LINE: what, and the mend" from the arena. */
const char *blocklist_read(struct arena *a, struct blocklist *b, const char *path)
    __attribute__((warn_unused_result));

void blocklist_add(struct blocklist *b, const struct ip_range *range);

/* Addresses of this range are not blocked, whatever the files say. */
void blocklist_allow(struct blocklist *b, const struct ip_range *range);

/* No more is added. */
void blocklist_ready(struct blocklist *b);

bool blocklist_has(const struct blocklist *b, const struct ip *ip);

/* Of the ranges, in their order; behind blocklist_ready. */
void blocklist_digest(const struct blocklist *b, char out[SHA256_HEX_LEN + 1]);

#endif
