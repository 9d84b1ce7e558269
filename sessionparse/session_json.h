/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_json - one session as a line of JSON, schema session/1 (schema/session-1.json), and one
 * delivery of a mail whose session was written before, schema delivery/1 (schema/delivery-1.json).
 */
#ifndef EMT_SESSION_JSON_H
#define EMT_SESSION_JSON_H

#include "sessionparse/session.h"

/* Appends the record and a newline. */
void session_json_put(struct buf *out, const struct session *s);
void session_json_put_delivery(struct buf *out, const struct session_mail *m,
    const struct session_delivery *d, int64_t time_us);

#endif
