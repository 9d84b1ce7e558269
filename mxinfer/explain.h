/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain - every fact and rule that led to the ids of one domain (--explain).
 *
 * While the input is read, the facts about the domain are noted with file and line, and where the
 * facts of each address stand; at the end those that matter are printed, and then each step of the
 * method with what it found. */
#ifndef EMT_MXINFER_EXPLAIN_H
#define EMT_MXINFER_EXPLAIN_H

#include <stdio.h>

#include "mxinfer/identify.h"
#include "mxinfer/intake.h"

/* A fact, and where it stands. */
struct explain_note {
	const char *file;
	uint64_t line;
	uint32_t link; /* an MX record; 0: of an address, or what the DNS said */
	uint32_t address, host;
	enum fact_dns dns;
	char *banner, *ehlo; /* beginnings of the texts that the host's names are from; or NULL */
};

struct explain {
	struct arena *a;
	const struct intake *intake; /* where the input is */
	struct span domain;          /* canonical */
	uint32_t id;                 /* in the population; 0: not seen so far */
	struct explain_note *own;    /* about the domain */
	size_t own_n, own_room;
	struct explain_note *addresses; /* about any address */
	size_t addresses_n, addresses_room;
	struct explain_said { /* of the last host: the beginnings of its texts */
		char banner[FACT_WHAT_MAX + 1], ehlo[FACT_WHAT_MAX + 1];
		bool has_banner, has_ehlo;
	} said;
};

/* Watches the population that the intake fills.  False if `domain` is no name. */
bool explain_begin(struct explain *e, struct arena *a, struct population *p,
    const struct intake *intake, const char *domain) __attribute__((warn_unused_result));
void explain_end(struct explain *e);

/* Prints it.  False if no row names the domain. */
bool explain_print(const struct explain *e, const struct inference *in, FILE *out)
    __attribute__((warn_unused_result));

/* The steps of the method, for explain_print. */
void explain_steps(
    const struct inference *in, uint32_t domain, struct identify *x, struct buf *out);

#endif
