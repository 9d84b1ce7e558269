/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mx_of - whose the mailboxes of a From domain are, as emt-mxinfer infers it from the domain's MX:
 * who receives there, which need not be who sends. */
#ifndef EMT_REPORT_MX_OF_H
#define EMT_REPORT_MX_OF_H

#include "report/store.h"

struct mx_of;

/* Reads mx-id/1 lines; of each only those of domains that mails of the index name.  NULL, or what
 * is wrong and the mend. */
const char *mx_of_read(struct arena *a, struct store *s, const char *file, struct mx_of **mx)
    __attribute__((warn_unused_result));

/* "Example Mail, other.example"; NULL: not known.  `mx` may be NULL. */
const char *mx_of(const struct mx_of *mx, const char *domain);

#endif
