/* SPDX-License-Identifier: GPL-3.0-or-later */
/* values - settings that go into configuration files and zones as they are: what would mean
 * something else there, or stop a server, is refused before anything is rendered. */
#ifndef EMT_VALUES_H
#define EMT_VALUES_H

#include "base/settings.h"

/* `domain` and the settings that have defaults must be there.  NULL, or one line "FILE:LINE: what,
 * and the mend" from the arena. */
const char *values_check(struct arena *a, const struct settings *settings,
    const struct option_values *values) __attribute__((warn_unused_result));

#endif
