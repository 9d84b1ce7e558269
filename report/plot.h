/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot - figures as SVG within a page: no script, colours of the page's style, and the numbers as
 * text for whoever does not see the picture.
 *
 * What is drawn is said by classes (axis, bar, whisker, bound, line, dot): the style sheet has the
 * colours, for light, dark and paper. */
#ifndef EMT_REPORT_PLOT_H
#define EMT_REPORT_PLOT_H

#include "base/buf.h"

enum { PLOT_DURATION_MAX = 64 };

/* A share between 0 and 1, as a horizontal bar. */
struct plot_share {
	const char *label;
	bool known; /* else only the label and the note are drawn */
	double share;
	double least, most; /* bounds: a thin line */
	bool has_interval;
	double from, to;  /* a whisker */
	const char *note; /* "17 of 23": behind the bar */
};

void plot_shares(struct buf *out, const char *title, const struct plot_share *rows, size_t n);

/* How a number rises over time: each point is the time of one more of `of` (times ascending, in
 * seconds).  The axis of time is logarithmic, from a second on. */
void plot_rise(struct buf *out, const char *title, const char *what, const double *seconds,
    size_t n, size_t of);

/* Events on a line of time: attempts of a sender, say.  `kind` is a class of the style. */
struct plot_event {
	double seconds; /* since the first */
	const char *kind, *label;
};
void plot_events(struct buf *out, const char *title, const struct plot_event *events, size_t n);

/* "3 s", "6 min 40 s", "5 d 12 h": the two largest units. */
const char *plot_duration(double seconds, char out[PLOT_DURATION_MAX]);

#endif
