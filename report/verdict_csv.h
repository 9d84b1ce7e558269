/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict_csv - verdicts of sets and of operators as lines of a table (csv.h). */
#ifndef EMT_REPORT_VERDICT_CSV_H
#define EMT_REPORT_VERDICT_CSV_H

#include "base/buf.h"
#include "report/operator_verdict.h"

void verdict_csv_head(struct buf *out);
void verdict_csv(struct buf *out, const struct probe_set *set, const struct verdict *v);

/* `name` is the operator as it is shown. */
void operator_csv_head(struct buf *out);
void operator_csv(struct buf *out, const struct operator_verdict *v, const char *name);

#endif
