/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_text - one line of an AS table in text.
 *
 * ip2asn: first address, last address, AS, and what else may follow, by tabs; an address may be a
 * decimal number (IPv4), AS 0 is "not routed".  pfx2as: address, length of the prefix, AS numbers,
 * by blanks or tabs.  AS numbers are those of as_list.h. */
#ifndef EMT_AS_TEXT_H
#define EMT_AS_TEXT_H

#include "base/span.h"
#include "io/as_table.h"

enum as_text_form { AS_TEXT_IP2ASN, AS_TEXT_PFX2AS };

enum as_text_st {
	AS_TEXT_RANGE,
	AS_TEXT_NONE, /* an empty line, a comment, or a range of unknown AS: no fault */
	AS_TEXT_NUL,
	AS_TEXT_COLUMNS, /* fewer than three */
	AS_TEXT_ADDRESS, /* no address, or no prefix */
	AS_TEXT_NUMBERS, /* no AS numbers */
};

/* Reads a line; as holds the numbers of *range. */
enum as_text_st as_text_read(enum as_text_form form, struct span line, struct as_range *range,
    uint32_t as[AS_MAX]) __attribute__((warn_unused_result));

/* Is this the start of such a table?  Its first line that is no comment tells. */
bool as_text_is(enum as_text_form form, struct span start);

#endif
