/* SPDX-License-Identifier: GPL-3.0-or-later */
/* querylog - one line of a text log in which BIND or PowerDNS says what it was asked.
 *
 *	BIND, category queries, from its own file or by way of syslog:
 *	STAMP [HOST named[PID]: ][queries: ][info: ]client [@0x7f..] 192.0.2.1#43051 (NAME): [view
 *V: ] query: NAME IN MX +E(0)TDK (192.0.2.53) [ECS 198.51.100.0/24/0]
 *	+ or -: RD; S signed; E(VERSION): EDNS; T: TCP; D: DO; C: CD; V, K: a cookie, good or not
 *
 *	PowerDNS with log-dns-queries:
 *	STAMP [HOST pdns_server[PID]: ][TCP ]Remote 192.0.2.1[<-198.51.100.0/24] wants 'NAME|MX', do
 *= 1, bufsize = 1232[ (4096)]: packetcache MISS bufsize is what the server will send; in
 *parentheses what the client can take
 *
 * Names come from strangers; both servers escape blanks, so none can forge what stands behind. */
#ifndef EMT_QUERYLOG_H
#define EMT_QUERYLOG_H

#include "queryparse/query.h"

/* Fills *q but for its time, which is *when (base/stamp.h).  False: it is no such line; then
 * is_lookalike tells whether it looks like one that is cut or damaged. */
bool querylog_read(struct span line, struct span *when, struct query *q, bool *is_lookalike)
    __attribute__((warn_unused_result));

/* For firstyear(). */
bool querylog_stamp_of(struct span line, struct span *when, struct buf *scratch);

#endif
