/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logjson - log lines that are JSON objects: Docker's json-file and journalctl -o json.
 *
 * Only what these write is read: one flat object, of which a few members are wanted; values of
 * other types are stepped over.  No tree is built: such a log is as long as any other, and nine
 * lines of ten are noise. */
#ifndef EMT_LOGJSON_H
#define EMT_LOGJSON_H

#include "sessionparse/logline.h"

/* logline_split for a line that starts with '{'. */
bool logjson_split(struct logline *l, struct span line, struct buf *scratch)
    __attribute__((warn_unused_result));

/* logline_split for the line within a container's line; l->when holds the outer stamp, or nothing.
 */
bool logline_split_nested(struct logline *l, struct span line) __attribute__((warn_unused_result));

#endif
