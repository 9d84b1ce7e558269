/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdicts_run - emt-report verdicts: on standard output, for people or for programs. */
#ifndef EMT_REPORT_VERDICTS_RUN_H
#define EMT_REPORT_VERDICTS_RUN_H

#include "report/veil.h"
#include "report/verdict.h"

enum verdicts_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
enum verdicts_by { BY_SET, BY_OPERATOR, BY_DEFAULT };
#define VERDICTS_FORMATS "text|json|csv"
#define VERDICTS_BY "set|operator"

struct verdicts_params {
	const char *db, *share;
	const char *key_file; /* of the veil; NULL: none */
	enum verdicts_format format;
	enum verdicts_by by; /* default: operators as text, else sets */
	struct verdict_settings settings;
	int64_t now_us;
};

/* The exit code. */
int verdicts_run(struct arena *a, const struct verdicts_params *params);

#endif
