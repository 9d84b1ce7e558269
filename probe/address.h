/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address - which texts of an operator may go into an envelope, a header field or a list: what
 * would end a line there, or mean something else, is refused where it comes in. */
#ifndef EMT_ADDRESS_H
#define EMT_ADDRESS_H

#include "base/span.h"

enum {
	ADDRESS_LEN_MAX = 254, /* octets; RFC 5321 section 4.5.3.1.3, less the brackets */
	WORDS_LEN_MAX = 200,
};

/* A plain mail address in ASCII: a dot-atom (RFC 5322 section 3.2.3), '@', a host name.  Quoted
 * local parts and address literals are none. */
bool address_is_plain(struct span s);

/* UTF-8 of 1 to WORDS_LEN_MAX octets that is shown as it is: no controls, no line ends, nothing
 * that turns the direction of writing; no blank at either end. */
bool words_are_plain(struct span s);

#endif
