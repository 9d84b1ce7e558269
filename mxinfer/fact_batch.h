/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact_batch - the facts of a part of the input in a compact row, ready for the population.
 *
 * A reader runs in a thread of its own and a fact_writer fills the batch; the one thread that fills
 * the population takes the facts out again.  Batches are applied in the order of the input,
 * whichever thread made them: the population never depends on how many there are. */
#ifndef EMT_MXINFER_FACT_BATCH_H
#define EMT_MXINFER_FACT_BATCH_H

#include "mxinfer/facts.h"

enum {
	FACT_SLOTS = 1 << 14, /* hosts, and certificates, that a writer remembers; slots from 1 */
	FACT_SLOT_PASSING,    /* the slot of what is not remembered; it holds until the next one */
	FACT_SLOTS_N,         /* length of an array by slot */
	FACT_WHAT_MAX = 100,  /* octets shown of what is bad, or of a text when explaining */
};

/* Flags of an MX, address or range fact, and of a host. */
enum {
	FACT_SAME_DOMAIN = 1,
	FACT_SAME_MX = 2,
	FACT_IMPLICIT = 4,
	FACT_HAS_ADDRESS = 8,
	FACT_HAS_VARIANT = 16,
	FACT_IS_V6 = 32,
};
enum { FACT_HAS_BANNER = 1, FACT_HAS_EHLO = 2, FACT_IS_TRUSTED = 4 };

enum fact_op_kind {
	FACT_OP_DOMAIN,
	FACT_OP_MX,
	FACT_OP_ADDRESS,
	FACT_OP_RANGE,
	FACT_OP_HOST,
	FACT_OP_CERT,
	FACT_OP_BAD,
};

struct fact_name {
	struct span text; /* canonical; n == 0: none */
	uint64_t hash;    /* keyed_hash of it */
};

/* One fact as it comes out again; spans and pointers lead into the batch. */
struct fact_op {
	enum fact_op_kind kind;
	uint64_t line;
	enum fact_dns dns;   /* DOMAIN */
	enum fact_bad bad;   /* BAD */
	struct span what;    /* BAD */
	bool same_domain;    /* MX: that of the MX fact before, in this batch */
	bool same_mx;        /* MX: likewise */
	bool implicit;       /* MX */
	bool has_address;    /* MX */
	uint16_t preference; /* MX */
	struct fact_name domain, mx, variant;
	struct ip first, last; /* address; RANGE: both */
	uint32_t as[FACT_AS_MAX];
	size_t as_n;
	uint32_t host; /* MX, ADDRESS: slot, 0 for none; HOST: the slot to fill */
	uint32_t cert; /* HOST: slot, 0 for none; CERT: the slot to fill */
	bool has_banner, has_ehlo, trusted;  /* HOST */
	struct fact_name banner[2], ehlo[2]; /* HOST: candidates, the better one first */
	struct span banner_text, ehlo_text;  /* HOST: their beginnings, when explaining */
	uint32_t names_n;                    /* CERT: fact_batch_name gives them */
};

/* Takes the next fact off a batch; false at its end. */
bool fact_batch_next(struct span *batch, struct fact_op *op);

/* Takes the next name of a certificate; exactly names_n times behind a CERT. */
struct fact_name fact_batch_name(struct span *batch);

#endif
