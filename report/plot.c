/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot.h"

#include <math.h>
#include <stdio.h>

#include "report/html.h"

/* Units of the viewBox; the style gives the real width. */
enum {
	WIDTH = 720,
	LABEL_WIDTH = 240,
	NOTE_WIDTH = 110,
	ROW = 28,
	BAR = 14,
	LEFT = 46,
	RIGHT = 16,
	TOP = 14,
	PLOT_HEIGHT = 180,
	BOTTOM = 34,
	EVENTS_HEIGHT = 60,
	STEPS_MAX = 2000, /* more than these are not to be told apart */
};

static void
open_svg(struct buf *out, const char *title, int height)
{
	html_printf(out,
	    "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
	    "<title>%s</title>\n",
	    WIDTH, height, title, title);
}

static void
close_svg(struct buf *out)
{
	buf_puts(out, "</svg>\n");
}

static void
line(struct buf *out, const char *class, double x1, double y1, double x2, double y2)
{
	html_printf(out, "<line class=\"%s\" x1=\"%.*f\" y1=\"%.*f\" x2=\"%.*f\" y2=\"%.*f\"/>\n",
	    class, 1, x1, 1, y1, 1, x2, 1, y2);
}

static void
label(struct buf *out, const char *anchor, double x, double y, const char *text)
{
	html_printf(out, "<text text-anchor=\"%s\" x=\"%.*f\" y=\"%.*f\">%s</text>\n", anchor, 1, x,
	    1, y, text);
}

const char *
plot_duration(double seconds, char out[PLOT_DURATION_MAX])
{
	static const struct {
		long length;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	/* The larger of what a double of a hostile clock can be would not fit. */
	long left = seconds < 0 ? 0 : seconds > 1e11 ? 100000000000 : (long)(seconds + 0.5);
	size_t i = 0;

	while (i < 3 && left < units[i].length)
		i++;
	if (i < 3 && left % units[i].length / units[i + 1].length)
		snprintf(out, PLOT_DURATION_MAX, "%ld %s %ld %s", left / units[i].length,
		    units[i].name, left % units[i].length / units[i + 1].length, units[i + 1].name);
	else
		snprintf(out, PLOT_DURATION_MAX, "%ld %s", left / units[i].length, units[i].name);
	return out;
}

static void
share_row(struct buf *out, const struct plot_share *r, double y)
{
	double width = WIDTH - LABEL_WIDTH - NOTE_WIDTH, middle = y + BAR / 2.0;

	label(out, "end", LABEL_WIDTH - 10, y + BAR - 2, r->label);
	label(out, "start", LABEL_WIDTH + width + 10, y + BAR - 2, r->note ? r->note : "");
	if (!r->known)
		return;
	html_printf(out,
	    "<rect class=\"room\" x=\"%d\" y=\"%.*f\" width=\"%.*f\" height=\"%d\"/>\n",
	    LABEL_WIDTH, 1, y, 1, width, BAR);
	html_printf(out,
	    "<rect class=\"bar\" x=\"%d\" y=\"%.*f\" width=\"%.*f\" height=\"%d\"><title>%s: %.*f "
	    "%%</title></rect>\n",
	    LABEL_WIDTH, 1, y, 1, r->share * width, BAR, r->label, 1, 100 * r->share);
	line(out, "bound", LABEL_WIDTH + r->least * width, y + BAR + 3,
	    LABEL_WIDTH + r->most * width, y + BAR + 3);
	if (!r->has_interval)
		return;
	line(out, "whisker", LABEL_WIDTH + r->from * width, middle, LABEL_WIDTH + r->to * width,
	    middle);
	line(out, "whisker", LABEL_WIDTH + r->from * width, y + 3, LABEL_WIDTH + r->from * width,
	    y + BAR - 3);
	line(out, "whisker", LABEL_WIDTH + r->to * width, y + 3, LABEL_WIDTH + r->to * width,
	    y + BAR - 3);
}

void
plot_shares(struct buf *out, const char *title, const struct plot_share *rows, size_t n)
{
	double width = WIDTH - LABEL_WIDTH - NOTE_WIDTH;
	int height = TOP + (int)n * ROW + BOTTOM;
	char text[PLOT_DURATION_MAX];

	open_svg(out, title, height);
	for (int percent = 0; percent <= 100; percent += 25) {
		double x = LABEL_WIDTH + width * percent / 100;

		line(out, "grid", x, TOP - 6, x, height - BOTTOM + 4);
		snprintf(text, sizeof text, "%d %%", percent);
		label(out, "middle", x, height - BOTTOM + 20, text);
	}
	for (size_t i = 0; i < n; i++)
		share_row(out, &rows[i], TOP + (double)i * ROW);
	close_svg(out);
}

/* Marks of an axis of time: those that lie within it are drawn. */
static const double time_marks[] = {1, 10, 60, 600, 3600, 6 * 3600, 86400, 432000};

/* Place on a logarithmic axis from one second to `most`. */
static double
time_x(double seconds, double most)
{
	double s = seconds < 1 ? 1 : seconds;

	return LEFT + (WIDTH - LEFT - RIGHT) * log(s) / log(most);
}

static double
time_axis(struct buf *out, double last, double y, double top)
{
	double most = last < 10 ? 10 : last * 1.1;
	char text[PLOT_DURATION_MAX];

	line(out, "axis", LEFT, y, WIDTH - RIGHT, y);
	for (size_t i = 0; i < sizeof time_marks / sizeof *time_marks; i++) {
		double x;

		if (time_marks[i] > most)
			break;
		x = time_x(time_marks[i], most);
		line(out, "grid", x, top, x, y + 4);
		label(out, "middle", x, y + 18, plot_duration(time_marks[i], text));
	}
	return most;
}

void
plot_rise(struct buf *out, const char *title, const char *what, const double *seconds, size_t n,
    size_t of)
{
	double bottom = TOP + PLOT_HEIGHT, most;
	size_t step = n / STEPS_MAX + 1;
	char text[PLOT_DURATION_MAX];

	open_svg(out, title, TOP + PLOT_HEIGHT + BOTTOM);
	most = time_axis(out, n ? seconds[n - 1] : 0, bottom, TOP);
	for (int percent = 0; percent <= 100; percent += 50) {
		double y = bottom - PLOT_HEIGHT * percent / 100.0;

		line(out, "grid", LEFT, y, WIDTH - RIGHT, y);
		snprintf(text, sizeof text, "%d %%", percent);
		label(out, "end", LEFT - 6, y + 4, text);
	}
	html_printf(out, "<path class=\"line\" d=\"M%d %.*f", LEFT, 1, bottom);
	for (size_t i = 0; i < n; i += step) {
		size_t last = i + step < n ? i + step : n;

		html_printf(out, "H%.*fV%.*f", 1, time_x(seconds[last - 1], most), 1,
		    bottom - PLOT_HEIGHT * (double)last / (double)(of ? of : 1));
	}
	html_printf(
	    out, "H%d\"><title>%s: %zu of %zu</title></path>\n", WIDTH - RIGHT, what, n, of);
	close_svg(out);
}

void
plot_events(struct buf *out, const char *title, const struct plot_event *events, size_t n)
{
	double y = EVENTS_HEIGHT - BOTTOM, most;
	size_t shown = n < STEPS_MAX ? n : STEPS_MAX;

	open_svg(out, title, EVENTS_HEIGHT);
	most = time_axis(out, shown ? events[shown - 1].seconds : 0, y, y - 12);
	for (size_t i = 0; i < shown; i++)
		html_printf(out,
		    "<circle class=\"dot %s\" cx=\"%.*f\" cy=\"%.*f\" "
		    "r=\"5\"><title>%s</title></circle>\n",
		    events[i].kind, 1, time_x(events[i].seconds, most), 1, y, events[i].label);
	close_svg(out);
}
