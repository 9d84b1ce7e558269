/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grammar - the texts whose parts are worth a pattern: TLS facts, what qmgr says of a mail,
 * deliveries.
 *
 * logevent has found what kind of text it is; here it is read, when it belongs to a session.  The
 * addresses within are the client's: quoted local parts may hold anything, "x>, relay=evil,
 * status=sent (ok)" too, so an address ends where its quotes say.  (Before Postfix 3.5 addresses
 * are logged without quotes; such a one cannot be told apart.) */
#ifndef EMT_GRAMMAR_H
#define EMT_GRAMMAR_H

#include "sessionparse/session.h"

struct grammar;

struct grammar *grammar_new(void);
void grammar_free(struct grammar *g); /* NULL is fine */

/* The results are parts of `text`.  False: it is not of that form, and nothing is set. */

/* "Anonymous TLS connection established from NAME[IP] to SNI: TLSv1.3 with cipher NAME (256/256
 * bits) ..." */
bool grammar_tls(struct grammar *g, struct span text, struct session_tls *tls)
    __attribute__((warn_unused_result));

/* "from=<a@b>, size=425, nrcpt=1 (queue active)" */
bool grammar_queued(struct grammar *g, struct span text, struct span *from, int64_t *size)
    __attribute__((warn_unused_result));

/* Of postscreen: "450 4.3.2 Service currently unavailable; from=<a@b>, to=<x@y>, proto=ESMTP,
 * helo=<mx.example>" */
struct screen_reject {
	int code;
	struct span from, to, helo;
	bool esmtp;
};

bool grammar_screen_reject(struct grammar *g, struct span text, struct screen_reject *r)
    __attribute__((warn_unused_result));

/* "to=<x@y>, orig_to=<z@y>, relay=local, delay=0.05, delays=0.02/0.02/0/0.01, dsn=2.0.0,
 * status=sent (...)" */
bool grammar_delivery(struct grammar *g, struct span text, struct session_delivery *d)
    __attribute__((warn_unused_result));

#endif
