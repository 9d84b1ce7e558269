/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dialogue - follows what client and server say in a session, and draws the facts from it.
 *
 * Postfix logs a command when it reads it and a reply when it writes it, so that even under
 * PIPELINING each command stands right before its own reply.  What has no command before it: the
 * banner, the reply to a message (after 354), and the 421 of a timeout or of too many errors. */
#ifndef EMT_DIALOGUE_H
#define EMT_DIALOGUE_H

#include "sessionparse/session.h"

/* One line of each side, as logged.  What is returned is the line as it may be shown: `text` itself
 * or what `scratch`, which is overwritten, then holds. */
struct span dialogue_client(
    struct session *s, struct span text, bool keep_auth, struct buf *scratch);
struct span dialogue_server(
    struct session *s, struct span text, bool keep_auth, struct buf *scratch);

/* A reason line came: `after` is the last command.  Takes back what the server's 421 seemed to
 * answer. */
void dialogue_ended(struct session *s, enum session_end end, struct span after);

#endif
