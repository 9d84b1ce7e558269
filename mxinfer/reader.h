/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader - what the readers of all input forms share while they read a run of records: where they
 * are, where their facts go, memory for texts whose escapes were undone, and the one way to read a
 * certificate.
 *
 * The scan column of the Python tool, zgrab2 and Censys agree in how they give a certificate:
 * {"raw": PEM or base64 of DER, "parsed": {"names": [...]}}. */
#ifndef EMT_MXINFER_READER_H
#define EMT_MXINFER_READER_H

#include "base/value.h"
#include "mxinfer/facts.h"

struct reader {
	struct facts *f;
	uint64_t line;      /* of the record that is being read */
	size_t max_field;   /* octets */
	struct buf scratch; /* texts of this record */
	struct span *names; /* of the certificate that is being read */
	size_t names_n, names_room;
	struct arena *certificates; /* NULL until one had to be unpacked */
};

/* What went wrong with a part of a record, as a set: what facts.h calls a note. */
#define READER_NOTE(cause) (UINT32_C(1) << (cause))

/* Reads records of up to `octets` in all. */
void reader_init(struct reader *r, struct facts *f, size_t octets, size_t max_field);
void reader_free(struct reader *r);

/* Begins with the record of so many octets in `line`; texts of the one before are gone.  Those of
 * this one stay where they are. */
void reader_begin(struct reader *r, uint64_t line, size_t octets);

void reader_bad(struct reader *r, enum fact_bad cause, struct span what);

/* One diagnostic for each cause in `note`. */
void reader_bad_note(struct reader *r, uint32_t note, struct span what);

/* The diagnostic of a value that could not be read: `broken`, or FACT_BAD_DEPTH. */
void reader_bad_value(
    struct reader *r, const struct value *v, enum fact_bad broken, struct span what);

/* Takes an array of names, or one name, to r->names; what is no text is left out.  True if there is
 * one, even if it is empty: null is none.  FACT_BAD_NAMES goes to *note. */
bool reader_names(struct reader *r, struct value *v, uint32_t *note);

/* Takes the next value, a certificate as above; its handle, or 0 if there is none. */
uint32_t reader_cert(struct reader *r, struct value *v, uint32_t *note);

#endif
