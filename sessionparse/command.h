/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command - one line that an SMTP client sent, read as generously as Postfix reads it (RFC
 * 5321 4.1).
 *
 * Blanks before the verb, any case, blanks or none around the address, addresses without angle
 * brackets: all of it is seen in logs.  Untrusted; nothing here fails: a line that is no command
 * has the verb VERB_NONE. */
#ifndef EMT_COMMAND_H
#define EMT_COMMAND_H

#include <stdbool.h>

#include "base/span.h"

enum verb {
	VERB_NONE, /* not a command that Postfix knows */
	VERB_HELO, /* arg: the name */
	VERB_EHLO, /* arg: the name */
	VERB_MAIL, /* arg: the address as written between < and > */
	VERB_RCPT, /* arg: the same */
	VERB_DATA,
	VERB_BDAT,
	VERB_AUTH, /* arg: the mechanism */
	VERB_STARTTLS,
	VERB_RSET,
	VERB_QUIT,
	VERB_XCLIENT,
	VERB_OTHER, /* one that changes nothing here: NOOP, VRFY, HELP ... */
};

struct command {
	enum verb verb;
	struct span arg;
	struct span head; /* of AUTH: the line up to the end of the mechanism, all of it that is no
			     secret */
	bool last;        /* of BDAT: the last chunk */
};

/* The spans lie in `line`. */
struct command command_parse(struct span line);

#endif
