/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict_json - verdict/1 records (schema/verdict-1.json), one line each.
 *
 * Text from mails, logs and queries is escaped; what is no UTF-8 becomes U+FFFD. */
#ifndef EMT_REPORT_VERDICT_JSON_H
#define EMT_REPORT_VERDICT_JSON_H

#include "base/buf.h"
#include "report/verdict.h"

/* A verdict on a capability of a set, with a line feed behind it. */
void verdict_json(struct buf *out, const struct probe_set *set, const struct verdict *v);

#endif
