/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redact - the client's lines of a dialogue without its credentials (RFC 4954).
 *
 * Postfix logs AUTH as it logs every command, so the log holds passwords in base64.  Taken out are:
 * what stands behind the mechanism, every line that answers a 334, and, after an AUTH, lines that
 * are no command but look like base64: a client that does not wait for replies sends its password
 * even when AUTH was refused. */
#ifndef EMT_REDACT_H
#define EMT_REDACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "sessionparse/command.h"

#define REDACTED "[redacted]"

struct redact {
	bool answers; /* the last reply was 334: the next line is an answer to it */
	bool in_auth; /* an AUTH came, and no other command since */
};

/* The line as it may be shown: `line` itself, or the text that `out` then holds.  `command` is what
 * command_parse made of the line. */
struct span redact_line(
    struct redact *r, struct span line, const struct command *command, struct buf *out);

#endif
