/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/howfar.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { SECOND_US = 1000000 };

void
howfar_begin(struct howfar *h, const char *what, uint64_t all)
{
	*h = (struct howfar){.shows = isatty(STDERR_FILENO), .what = what, .all = all};
	h->begun_us = h->shown_us = clock_since_us(&clock_system);
}

void
howfar_step(struct howfar *h)
{
	int64_t now_us;

	h->n++;
	if (!h->shows)
		return;
	now_us = clock_since_us(&clock_system);
	if (now_us - h->shown_us < SECOND_US)
		return;
	h->shown_us = now_us;
	fprintf(stderr, "\r\033[K%llu", (unsigned long long)h->n);
	if (h->all)
		fprintf(stderr, " of %llu", (unsigned long long)h->all);
	fprintf(stderr, " %s, %.0f/s", h->what,
	    (double)h->n * SECOND_US / (double)(now_us - h->begun_us));
	fflush(stderr);
}

void
howfar_end(struct howfar *h)
{
	if (h->shows && h->shown_us != h->begun_us)
		fputs("\r\033[K", stderr);
	h->shows = false;
}
