/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake - the mail on standard input, written down byte by byte while its digests and its header
 * are gathered.
 *
 * It is read to its end, because Postfix takes exit code 0 for "delivered" even of a command that
 * never read.  Memory is bound to the header section, whatever the size of the mail. */
#ifndef EMT_INTAKE_H
#define EMT_INTAKE_H

#include "base/arena.h"
#include "base/sha256.h"
#include "io/spool.h"

enum {
	/* Octets of the header section that are looked at; the file holds all of it. */
	INTAKE_HEADER_MAX = 1 << 20,
};

struct intake {
	struct span
	    head; /* mbox line, header section and perhaps some of the body; lives in the arena */
	bool head_cut;                   /* the header section is longer than INTAKE_HEADER_MAX */
	int64_t size;                    /* octets stored */
	char sha256[SHA256_HEX_LEN + 1]; /* of all octets stored */
	char content_sha256[SHA256_HEX_LEN +
			    1]; /* of those behind the mbox line, which a retry changes */
};

enum intake_st {
	INTAKE_OK,
	INTAKE_READ_ERROR,  /* errno */
	INTAKE_WRITE_ERROR, /* errno */
};

/* Reads `fd` to its end into the spool file. */
enum intake_st intake_read(struct intake *in, struct arena *a, int fd, struct spool_file *file)
    __attribute__((warn_unused_result));

#endif
