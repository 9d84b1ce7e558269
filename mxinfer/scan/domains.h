/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domains - which domains a scan is about, each once.
 *
 * They come one by one or from files and standard input, packed or not (io/packed.h), one a line:
 * DOMAIN, or NUMBER,DOMAIN as lists of top sites have it; lines that begin with # are comments.
 * Names of other scripts become A-labels.  A line that is none is told of and passed over.
 *
 * Which shard a domain belongs to hangs on its canonical name alone, so several scans of the same
 * list in any order share it out.  Memory is some 60 octets a domain beside its name.  The main has
 * called keyed_hash_seed. */
#ifndef EMT_MXINFER_SCAN_DOMAINS_H
#define EMT_MXINFER_SCAN_DOMAINS_H

#include <stdint.h>

#include "base/arena.h"

struct domains;

struct domains_params {
	/* Takes the domains of shard `shard` of 1 .. `shards`; shards 0 or 1: all. */
	uint64_t shard, shards;
	/* Is told of what is no domain; file is the name given (NULL: none), line counts from 1;
	 * why is text for people.  NULL: nobody is told, it is counted only. */
	void (*bad)(void *arg, const char *file, uint64_t line, struct span text, const char *why);
	void *arg;
};

struct domains_counts {
	uint64_t taken;     /* how many there are to scan */
	uint64_t again;     /* lines whose domain was there already */
	uint64_t elsewhere; /* lines whose domain belongs to another shard */
	uint64_t bad;
};

struct domains *domains_new(const struct domains_params *p);
void domains_free(struct domains *d); /* NULL is fine */

/* One text, as a line of a file is.  Nothing may be added after domains_shuffle. */
void domains_add(struct domains *d, struct span text, const char *file, uint64_t line);

/* All of a file; "-" is standard input.  NULL, or what is wrong: "FILE: what". */
const char *domains_read(struct domains *d, struct arena *a, const char *file)
    __attribute__((warn_unused_result));

const struct domains_counts *domains_counts(const struct domains *d);

/* The domain of turn i, of domains_counts()->taken: in the order in which they came, after
 * domains_shuffle in one that the seed and their number choose.  The name is canonical. */
struct span domains_at(const struct domains *d, uint64_t i);
void domains_shuffle(struct domains *d, uint64_t seed);

#endif
