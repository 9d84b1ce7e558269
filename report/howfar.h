/* SPDX-License-Identifier: GPL-3.0-or-later */
/* howfar - tells on standard error, once a second, how far long work has come, if that is a
 * terminal. */
#ifndef EMT_REPORT_HOWFAR_H
#define EMT_REPORT_HOWFAR_H

#include <stdbool.h>
#include <stdint.h>

struct howfar {
	bool shows;
	const char *what; /* "sets" */
	uint64_t n, all;
	int64_t begun_us, shown_us;
};

/* `all` of them are to be done; 0: not known. */
void howfar_begin(struct howfar *h, const char *what, uint64_t all);
void howfar_step(struct howfar *h); /* one more is done */
void howfar_end(struct howfar *h);  /* the line goes */

#endif
