/* SPDX-License-Identifier: GPL-3.0-or-later */
/* follow_state - what a program that follows a log keeps from run to run: how far it has read, and
 * whatever of its own later lines depend on (the payload).
 *
 * One file, `state`, in a folder of its own, replaced whole and durably.  Its head is text:
 *
 *	emt follow state/1
 *	kind sessions/1		what the payload is
 *	log /var/log/maillog
 *	generation 12		counts how often the state was stored
 *	place ...		follow_place.h
 *	payload 4711 SHA-256	octets
 *	head SHA-256		of the lines above
 *
 * A state that does not fit its digests is damaged and is refused, never guessed at.  The folder
 * holds a lock too: a second run ends while one is at work.
 *
 * What goes wrong is reported (base/log.h); false says that it was. */
#ifndef EMT_FOLLOW_STATE_H
#define EMT_FOLLOW_STATE_H

#include "io/follow_place.h"

struct follow_state {
	const char *dir, *kind, *log; /* borrowed */
	int dir_fd, lock_fd, file_fd; /* -1: not open; file_fd: the state as it was found */
	bool is_busy;                 /* follow_state_open failed because another run is at work */
	uint64_t generation;          /* 0: nothing was ever stored */
	struct follow_place place;
	size_t payload_n, payload_at;
	char payload_sha256[SHA256_HEX_LEN + 1];
};

/* Makes the folder if it is missing, locks it, reads the head of the state.  `kind` and `log` are
 * NULL for those who only want the lock and the generation, whosever state it is; they store
 * nothing. */
bool follow_state_open(struct follow_state *st, const char *dir, const char *kind, const char *log)
    __attribute__((warn_unused_result));
void follow_state_close(struct follow_state *st);

/* Adds the payload of the state that was found; nothing if there was none. */
bool follow_state_payload(const struct follow_state *st, struct buf *out)
    __attribute__((warn_unused_result));

/* Replaces the state by one of the next generation.  Once it returns true, the disk has it. */
bool follow_state_store(struct follow_state *st, const struct follow_place *place,
    struct span payload) __attribute__((warn_unused_result));

#endif
