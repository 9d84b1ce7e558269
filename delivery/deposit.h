/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deposit - gives a stored mail its name and its record, once, whatever was killed when.
 *
 * What holds after DEPOSIT_STORED or DEPOSIT_AGAIN, on the disk: mails/NAME has the bytes and
 * json/NAME a record with this queue id, recipient and digest.  Anything else is DEPOSIT_ERROR;
 * trying again is safe then:
 *   - The mail appears first, whole; then its record.  Between the two the mail's file is locked
 * (flock, so a killed process lets go), and whoever wants the same name waits for its record.
 *   - A mail that stands there without a record and without a lock is left from a kill.  If its
 * bytes are ours it is ours to finish: they include our own Received field, which names the queue
 * id.
 *   - A record with our queue id, recipient and digest means that this mail was delivered before.
 */
#ifndef EMT_DEPOSIT_H
#define EMT_DEPOSIT_H

#include <jansson.h>

#include "base/arena.h"
#include "io/spool.h"

/* What makes two deliveries the same one. */
struct deposit_key {
	struct span queue_id; /* p == NULL: not known */
	struct span recipient;
	const char *content_sha256; /* of the bytes behind the mbox line, which a retry changes */
};

struct deposit {
	struct arena *arena;
	int mail_dir, json_dir; /* open folders */
	struct span id, rcpt;   /* see mailname.h */
	struct deposit_key key;
	struct spool_file *mail; /* written and flushed */

	/* Makes the record for the id (with its number); the reference becomes the deposit's, which
	 * sets "sha256" and "size" anew where the mail that stays is an earlier attempt's. */
	json_t *(*record)(void *state, struct span id);
	void *state;
};

enum deposit_st {
	DEPOSIT_STORED,
	DEPOSIT_AGAIN, /* a delivery of the same mail that was finished before */
	DEPOSIT_ERROR, /* errno; *step says at what */
};

/* *name becomes the file name of mail and record. */
enum deposit_st deposit_mail(const struct deposit *d, const char **name, const char **step)
    __attribute__((warn_unused_result));

#endif
