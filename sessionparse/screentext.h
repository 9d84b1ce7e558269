/* SPDX-License-Identifier: GPL-3.0-or-later */
/* screentext - what postscreen(8) says of a client: "CONNECT from [IP]:PORT to [IP]:PORT",
 * "PREGREET 14 after 0.1 from [IP]:PORT: EHLO x\r\n" ... (postscreen's source, 3.7; before 3.6
 * DENYLISTED is BLACKLISTED, and ALLOWLISTED WHITELISTED).
 *
 * Its rejects, its dialogue, and tlsproxy's TLS line are like smtpd's but for the client, and read
 * by logevent.  What the client sent ("PREGREET ...: TEXT") is opaque; in it, \r, \n and the like
 * stand for control octets. */
#ifndef EMT_SCREENTEXT_H
#define EMT_SCREENTEXT_H

#include "base/cursor.h"
#include "sessionparse/logevent.h"

/* Reads a text; false: it is none of postscreen's, and *e may be half set. */
bool screentext_parse(struct span text, struct logevent *e) __attribute__((warn_unused_result));

/* [IP]:PORT at the cursor, as the endpoint of `client`; fails the cursor if it is none. */
void screentext_endpoint(struct cursor *c, struct logevent_client *client);

/* What a test is called in records. */
const char *screen_test_name(enum screen_test test);

#endif
