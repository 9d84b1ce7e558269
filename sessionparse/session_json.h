/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_json - one session as a line of JSON, schema session/1 (schema/session-1.json). */
#ifndef EMT_SESSION_JSON_H
#define EMT_SESSION_JSON_H

#include "sessionparse/session.h"

/* Appends the record and a newline; ends the session's digest. */
void session_json_put(struct buf *out, struct session *s);

#endif
