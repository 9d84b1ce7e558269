/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kept_back - absence means nothing where the mail never left, or somebody else sent it: refused at
 * submission, not sent, foreign (docs/method.md). */
#ifndef EMT_REPORT_KEPT_BACK_H
#define EMT_REPORT_KEPT_BACK_H

#include "report/trial.h"

/* True: it was so, and the verdict says which. */
bool kept_back(struct trial *x) __attribute__((warn_unused_result));

#endif
