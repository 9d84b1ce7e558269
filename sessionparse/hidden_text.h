/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hidden_text - credentials in base64 amid other text.
 *
 * Base64 of credentials becomes text when it is decoded (RFC 4616: with NULs in it; RFC 7628: with
 * ^A), which an ordinary word that happens to consist of the same characters hardly ever does: of
 * five octets that come by chance, two are a letter, a digit or the like. */
#ifndef EMT_HIDDEN_TEXT_H
#define EMT_HIDDEN_TEXT_H

#include "base/span.h"

enum {
	HIDDEN_TEXT_MIN = 8,   /* octets of base64 from which on it is looked at */
	HIDDEN_TEXT_GLUED = 12 /* where it is glued to letters or digits in front of it */
};

/* Is s, but for blanks, quotes, brackets and the like around it, more than one character of base64,
 * and nothing else?  The = may be anywhere. */
bool hidden_text_is_base64(struct span s);

/* The first part of a word (which has no blanks) that hides text: all of it, or a piece between
 * punctuation ("PLAIN:AGFs...", "pass=c2Vj..."), or the end of one ("AUTHPLAINAGFs..."). */
struct span hidden_text_in(struct span word);

#endif
