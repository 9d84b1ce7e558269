/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option_value - what the text of one setting or switch means, by its type. */
#ifndef EMT_OPTION_VALUE_H
#define EMT_OPTION_VALUE_H

#include "base/option.h"

/* Checks text and stores its value in target's field.  NULL, or "NAME: what, and the mend" from the
 * arena. */
const char *option_value_store(struct arena *a, const struct option *o, const char *text,
    void *target) __attribute__((warn_unused_result));

#endif
