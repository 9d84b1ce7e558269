/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailname - what a stored mail is called: ID-RCPT, safe as a file name whatever the mail holds.
 *
 * ID is the Subject if that, trimmed, is a subject id (ten digits, ":", 64 hex digits, ":",
 * digits), else the second at which our server received the mail, ":", and the SHA-256 of its From
 * value (of "nofrom" without one), as the ATC toolchain has it.  RCPT is the recipient.  The n-th
 * mail that wants the same name has ".n" behind its ID. */
#ifndef EMT_MAILNAME_H
#define EMT_MAILNAME_H

#include <stdint.h>

#include "base/arena.h"

enum { MAILNAME_MAX = 255 }; /* octets of a file name on every file system of interest */

/* `from` is the unfolded value of the first From field, p == NULL without one; `subject` likewise.
 */
struct span mailname_id(
    struct arena *a, struct span subject, struct span from, int64_t received_utc);

/* The id with ".n" behind it; n = 1 gives the id itself. */
struct span mailname_numbered(struct arena *a, struct span id, unsigned n);

/* Octets outside [A-Za-z0-9@._+:=-] become %XX.  A name over 255 octets ends in "-" and the SHA-256
 * of the whole. */
const char *mailname_file(struct arena *a, struct span id, struct span rcpt);

#endif
