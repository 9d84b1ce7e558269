/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redact - the client's lines of a dialogue without its credentials (RFC 4954).
 *
 * Postfix logs AUTH as it logs every command, so the log holds passwords in base64.  Taken out are:
 *
 * - what stands behind the mechanism, also where the argument of HELO or EHLO reads as an AUTH;
 * - every line that answers a 334;
 * - after an AUTH, lines that are no command but look like base64: a client that does not wait for
 *   replies sends its password even when AUTH was refused;
 * - where the log lacks the session's start, every line that is no command, until a command or a
 *   reply comes: the 334 may be among what is missing;
 * - of any line that is no command, each word of 8 octets or more that looks like base64 and is not
 *   all capitals or all small letters: AUTH is misspelt at times.  Of a word with punctuation in it
 *   ("PLAIN:AGFs...", "pass=c2Vj..."), each such piece that becomes text when it is decoded.
 *
 * Words of 4 octets or more that were taken out are taken out of the replies to that line too. */
#ifndef EMT_REDACT_H
#define EMT_REDACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "sessionparse/command.h"
#include "sessionparse/secret_trace.h"

#define REDACTED "[redacted]"

enum {
	REDACT_GROWTH_MAX = 3
}; /* what is shown has no more than so many times the octets of a line
      of 4 octets or more */

struct redact {
	bool answers;       /* the last reply was 334: the next line is an answer to it */
	bool in_auth;       /* an AUTH came, and no other command since */
	bool start_missing; /* neither a command nor a reply was seen yet, but there were some */
	struct span secret; /* what was taken out of the last line of the client */
	struct secret_trace trace; /* what is left of that after a pause (session_codec.h) */
};

/* To be called before the first line, if the log lacks the start of the session. */
void redact_start_missing(struct redact *r);

/* The client's line as it may be shown: `line` itself, or the text that `out` then holds. `command`
 * is what command_parse made of the line.  Afterwards `secret` lies in `line`; it is for the caller
 * to have it outlive the line. */
struct span redact_line(
    struct redact *r, struct span line, const struct command *command, struct buf *out);

/* The server's line without the secret, in the same way. */
struct span redact_reply(const struct redact *r, struct span line, struct buf *out);

/* What a client sent, as Postfix quotes it in other lines, with \r\n for its line ends.  `after`:
 * the command before it.  The result lies in `out`; `scratch` is overwritten. */
struct span redact_escaped(
    struct span text, struct span after, struct buf *out, struct buf *scratch);

/* Where a secret stands in another line of the log, "... helo=<AUTH PLAIN SECRET>"; text.n: none
 * does. */
size_t redact_helo_at(struct span text);

/* A reply with this code is complete. */
void redact_replied(struct redact *r, int code);

#endif
