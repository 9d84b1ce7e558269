/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_smtp - parts of live_smtp.c. */
#ifndef EMT_LIVE_SMTP_H
#define EMT_LIVE_SMTP_H

#include "site/live.h"

/* Judges LIVE_CERTIFICATE of one case by the chain that the host shows, DER. */
void live_certificate(
    struct live *l, struct live_case *c, enum live_family family, struct span *chain, size_t n);

#endif
