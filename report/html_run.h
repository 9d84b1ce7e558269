/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html_run - emt-report html: the folder of pages, and the data beside them.
 *
 * The folder is made beside its place and put there when it is whole: a reader finds the old report
 * or the new one.  One that holds anything else than a report is left alone. */
#ifndef EMT_REPORT_HTML_RUN_H
#define EMT_REPORT_HTML_RUN_H

#include <stdint.h>

#include "base/arena.h"
#include "report/verdict.h"

struct html_params {
	const char *db, *share;
	const char *key_file;         /* of the veil; NULL: none */
	const char *mx_id;            /* mx-id/1 lines; NULL: none */
	const char *output;           /* the folder */
	const char *contact, *domain; /* of the site; NULL: not known */
	struct verdict_settings settings;
	int64_t now_us;
};

/* The exit code. */
int html_run(struct arena *a, const struct html_params *params);

#endif
