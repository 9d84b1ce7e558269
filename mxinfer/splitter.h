/* SPDX-License-Identifier: GPL-3.0-or-later */
/* splitter - cuts an input file into blocks of whole records.
 *
 * A record that is larger than two fields may be is given up: its line is passed over, and the rows
 * behind it are read. */
#ifndef EMT_MXINFER_SPLITTER_H
#define EMT_MXINFER_SPLITTER_H

#include "base/buf.h"
#include "mxinfer/facts.h"
#include "mxinfer/input.h"

enum { SPLITTER_BLOCK = 512 * 1024 }; /* octets of a block, unless a record is larger */

struct splitter {
	struct input *in;             /* borrowed */
	const struct fact_form *form; /* found by splitter_begin */
	size_t max_field;
	struct buf carry; /* what was read behind the last block */
	bool end;         /* of the input */
	bool passing;     /* the rest of a line that was given up is passed over */
};

struct block {
	struct buf text; /* the first `whole` octets are whole records */
	size_t whole;
	bool given_up; /* the line in front of them was too large */
};

/* Begins with a file.  `name` is a form's (--input), or NULL: the first of `forms` that takes it
 * for its own.  False if none does; an empty file is of every form. */
bool splitter_begin(struct splitter *s, struct input *in, const char *name, size_t max_field)
    __attribute__((warn_unused_result));
void splitter_free(struct splitter *s);

/* The next block; false behind the last one.  block->text keeps its memory for the next. */
bool splitter_next(struct splitter *s, struct block *block);

#endif
