/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces - what a participant leaves behind, looked for in files of any size: tokens, mail
 * addresses, ids of sessions, whatever the case of their letters.
 *
 * A token is found wherever its 26 characters stand, in text and in DNS messages alike; an address
 * only as a whole (bob@example.net is not in jacob@example.net), an id anywhere.  Files are read in
 * pieces; what lies across two is found. */
#ifndef EMT_TRACES_H
#define EMT_TRACES_H

#include "base/arena.h"
#include "mail/probe.h"

enum { TRACES_ADDRESS_MAX = 320 /* octets of an address or an id */ };

struct traces {
	struct arena *a;
	char (*tokens)[PROBE_TOKEN_LEN]; /* sorted by traces_ready */
	size_t tokens_n, tokens_room;
	struct traces_word {
		struct span text; /* lower case */
		bool whole;       /* an address */
	} * words;
	size_t words_n, words_room;
};

/* Is it 26 characters a-z or 2-7? */
bool traces_is_token(struct span s);

void traces_add_token(struct traces *t, struct span token);
void traces_add_address(struct traces *t, struct span address);
void traces_add_id(struct traces *t, struct span id);

/* After the last token. */
void traces_ready(struct traces *t);

bool traces_in(const struct traces *t, struct span text);

/* From the file's offset on, to its end.  1: there are; 0: none; -1: errno. */
int traces_in_file(const struct traces *t, int fd);

#endif
