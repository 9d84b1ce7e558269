/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_export - entries of systemd's journal as `journalctl -o export` writes them (systemd's
 * "Journal Export Formats").
 *
 * A field is KEY=VALUE and a newline, or, where the value holds control octets or is not UTF-8,
 * KEY, a newline, the value's length as 64 bits (least significant octet first), the value and a
 * newline; an empty line ends the entry.  Such a value may hold anything, empty lines too, so it is
 * stepped over by its length.  Fed with the stream line by line, as lib/io/lines hands it out.
 *
 * Bounded: of each field that is wanted so much is kept as a line of a log may have. */
#ifndef EMT_JOURNAL_EXPORT_H
#define EMT_JOURNAL_EXPORT_H

#include "sessionparse/logline.h"

enum { JOURNAL_FIELD_MAX = 32768 }; /* octets */

enum journal_field {
	JOURNAL_MESSAGE,
	JOURNAL_IDENTIFIER,
	JOURNAL_PID_GIVEN,
	JOURNAL_PID_SEEN,
	JOURNAL_HOST,
	JOURNAL_TIME_US,
	JOURNAL_FIELDS
};

struct journal_export {
	struct buf text; /* of the fields, one behind the other */
	struct {
		size_t at, n;
		bool seen;
	} fields[JOURNAL_FIELDS];
	enum journal_field
	    field;         /* the one whose value is being read; JOURNAL_FIELDS: not wanted */
	bool in_value;     /* of the second kind */
	unsigned length_n; /* octets of its length that were read */
	uint64_t left;     /* octets of it to come */
	bool broken;       /* the rest of the entry makes no sense */
};

/* Does a stream that begins with this line hold such entries? */
bool journal_export_is(struct span first_line);

void journal_export_init(struct journal_export *j);
void journal_export_free(struct journal_export *j);

enum journal_st {
	JOURNAL_MORE,  /* taken; the entry goes on */
	JOURNAL_ENTRY, /* it is complete: *l has it, until the next call */
	JOURNAL_OTHER, /* it is complete, but not of a program that logs as Postfix does, or broken
			*/
};

/* Takes the next line.  `octets`: that it has in the stream, its newline included; more than
 * line.n + 1 if it comes cut. */
enum journal_st journal_export_line(struct journal_export *j, struct span line, uint64_t octets,
    struct logline *l) __attribute__((warn_unused_result));

/* The stream has ended: as for the empty line that may be missing. */
enum journal_st journal_export_end(struct journal_export *j, struct logline *l)
    __attribute__((warn_unused_result));

#endif
