/* SPDX-License-Identifier: GPL-3.0-or-later */
/* operator_json - operator-verdict/1 and share/1 records, one line each (schema/). */
#ifndef EMT_REPORT_OPERATOR_JSON_H
#define EMT_REPORT_OPERATOR_JSON_H

#include "base/buf.h"
#include "report/share.h"

extern const char *const operator_kind_names[]; /* "sender", "resolver" */

enum { OPERATOR_JSON_SETS_MAX = 1000 /* ids of sets that are listed */ };

/* `name` is the operator as it is shown. */
void operator_json(
    struct buf *out, struct set_notes *notes, const struct operator_verdict *v, const char *name);
void share_json(struct buf *out, const struct share *s);

#endif
