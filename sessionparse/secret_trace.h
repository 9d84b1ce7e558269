/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret_trace - enough of a client's credentials to find them in the reply, and too little to use.
 *
 * Between the runs that read the two lines, the state on the disk holds this in the place of the
 * secret: the salted SHA-256 and the length of each of its words. */
#ifndef EMT_SECRET_TRACE_H
#define EMT_SECRET_TRACE_H

#include "base/codec.h"
#include "base/rng.h"
#include "base/sha256.h"

enum {
	SECRET_WORD_MIN = 4,   /* octets: no base64 is shorter; "=" is in many replies */
	SECRET_WORDS_MAX = 16, /* an AUTH has one or two */
	SECRET_SALT_LEN = 16,
};

struct secret_trace {
	unsigned char salt[SECRET_SALT_LEN];
	size_t n;
	struct secret_trace_word {
		uint64_t len;
		unsigned char sha256[SHA256_LEN];
	} words[SECRET_WORDS_MAX];
};

/* Of the words of `secret`; those that are too short, or too many, leave none. */
void secret_trace_set(struct secret_trace *t, struct span secret, const struct rng *rng);

/* Octets of the longest word that s starts with; 0: none. */
size_t secret_trace_match(const struct secret_trace *t, struct span s);

void secret_trace_code(struct codec *c, struct secret_trace *t);

/* The blanks and the word behind them that s starts with: what a word of a secret is. */
struct span secret_next_word(struct span s, size_t *blanks);

#endif
