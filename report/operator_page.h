/* SPDX-License-Identifier: GPL-3.0-or-later */
/* operator_page - what is known of an operator beside verdicts (operator_facts.h), within its page:
 * how it comes back, how long mails take, where it sends from, what it speaks and publishes, who
 * resolves for it. */
#ifndef EMT_REPORT_OPERATOR_PAGE_H
#define EMT_REPORT_OPERATOR_PAGE_H

#include "report/page.h"

/* `operator` as the index has it. */
void operator_page_facts(struct page *p, const char *operator);

#endif
