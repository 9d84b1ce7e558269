/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tappast - what earlier runs of a collector left behind: how far a file is good, and until when
 * something was written. */
#ifndef EMT_TAPPAST_H
#define EMT_TAPPAST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define COLLECT_FILE "queries.dnstap"

struct tappast {
	int64_t size;    /* octets of whole frames; 0: it is no dnstap file */
	bool is_stopped; /* it ends as a stream does, nothing may stand behind */
	int64_t last_us; /* of the last query or gap; TIME_UNKNOWN: there is none */
};

/* Reads the file from its beginning. */
void tappast_read(int fd, struct tappast *past);

/* When the last of the files that were put aside in a folder was written to; TIME_UNKNOWN: there is
 * none. */
int64_t tappast_aside_us(int dir_fd);

static inline int64_t
tappast_changed_us(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

#endif
