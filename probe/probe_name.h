/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_name - what a probe is called: its address, and the subject of its mail.
 *
 * The subject is the id of the mail, SECONDS:SET:NUMBER: ten digits of the time, the set's id, the
 * number of the probe in it; 0 for a
 * mail to all of them. */
#ifndef EMT_PROBE_NAME_H
#define EMT_PROBE_NAME_H

#include "probe/ledger.h"

/* measurement@TOKEN.CASE.DOMAIN */
const char *probe_address(struct arena *a, const struct ledger_probe *p, const char *domain);

const char *probe_subject(
    struct arena *a, int64_t time_us, const struct ledger_set *set, int64_t number);

#endif
