/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loopback - a network of one's own that has nothing but the loopback interface with some
 * addresses.
 *
 * For programs that insist on finding addresses on this machine.  Whoever enters it has no way out,
 * so nothing can be sent. */
#ifndef EMT_LOOPBACK_H
#define EMT_LOOPBACK_H

#include "plan/site.h"

/* Moves this process into a new network namespace whose loopback interface has the addresses.
 * False: errno says why.  For a child that will exec: there is no way back. */
bool loopback_enter(const struct site_pair *const *ips, size_t ips_n)
    __attribute__((warn_unused_result));

#endif
