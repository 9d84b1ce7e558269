/* SPDX-License-Identifier: GPL-3.0-or-later */
/* difference - did a test case differ from its control when something came?
 *
 * What arrives decides by itself, whatever else of the site was ill.  But a case that is meant to
 * be broken, and was whole at that moment, lets everybody through: an arrival says nothing then.  A
 * live check that found it so is a red record of the part in which the case differs; a record that
 * is missing is none. */
#ifndef EMT_REPORT_DIFFERENCE_H
#define EMT_REPORT_DIFFERENCE_H

#include "report/evidence.h"

/* The red record, of the last ones before that time and the first ones behind it, none further away
 * than `every_us`, of a part in which the case differs; NULL: there is none. */
const struct health *difference_undone(
    const struct probe_set *set, const struct testcase *t, int64_t time_us, int64_t every_us);

#endif
