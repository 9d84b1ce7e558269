/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_codec - a session to octets and back: what the state of a followed log keeps of sessions
 * that are open, or whose mails the queue is not done with.
 *
 * Everything is kept that later lines, and the record, depend on, so that a log read in pieces
 * gives what it gives when it is read at once.  One thing is kept by its traces alone: a secret
 * that was taken out of the client's last line (secret_trace.h). */
#ifndef EMT_SESSION_CODEC_H
#define EMT_SESSION_CODEC_H

#include "base/codec.h"
#include "sessionparse/session.h"

void session_code_write(struct codec *c, struct session *s);

/* NULL if the octets are no session; the cursor says so too. */
struct session *session_code_read(struct codec *c) __attribute__((warn_unused_result));

#endif
