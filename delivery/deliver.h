/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliver - what emt-deliver does with one mail: store it, then say so; or have it tried again. */
#ifndef EMT_DELIVER_H
#define EMT_DELIVER_H

#include "base/clock.h"
#include "base/settings.h"
#include "delivery/envelope.h"

enum flavour {
	FLAVOUR_MEASUREMENT,
	FLAVOUR_SPAM,
	FLAVOUR_ALL,
};

struct deliver_params {
	int64_t flavour; /* enum flavour */
	struct envelope_args envelope;
	const struct settings *settings;
	const struct clock *clock;
	int input_fd; /* the mail */
};

/* 0 once the mail and its record are on the disk, 75 otherwise; what happened is in the log. */
int deliver(struct arena *a, const struct deliver_params *params);

#endif
