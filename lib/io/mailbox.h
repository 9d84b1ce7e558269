/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailbox - the messages of a mbox file (RFC 4155, in any of its dialects) or of a Maildir, one
 * after the other.
 *
 * A mbox message begins with a line "From " at the start or behind an empty line; what is quoted
 * (">From ") stays so.  Of a Maildir cur/ and new/ are read, by name.  Of a message MAILBOX_MAX
 * octets are given; the digest is of all of it, its mbox line left out, which is another in each
 * copy. */
#ifndef EMT_MAILBOX_H
#define EMT_MAILBOX_H

#include "base/arena.h"
#include "base/sha256.h"

enum { MAILBOX_MAX = 4 * 1024 * 1024 };

struct mailbox;

struct mailbox_message {
	struct span text; /* until the next call */
	char sha256[SHA256_HEX_LEN + 1];
	const char *file; /* borrowed from the mailbox */
	uint64_t line;    /* where it begins in the file; 1 of a Maildir */
	bool cut;
};

/* NULL, or "PATH: what". */
const char *mailbox_open(struct arena *a, const char *path, struct mailbox **box)
    __attribute__((warn_unused_result));
void mailbox_close(struct mailbox *box);

/* False: there are no more.  *error is set, "PATH: what", if something could not be read; there may
 * be more behind it. */
bool mailbox_next(struct mailbox *box, struct mailbox_message *m, const char **error);

#endif
