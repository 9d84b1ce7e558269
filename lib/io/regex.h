/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regex - PCRE2 behind one seam, for the grammar of text from strangers.
 *
 * Patterns are ours, subjects are hostile.  So subjects are bytes, never UTF (a bad sequence is no
 * error), `.` stands for every octet but a newline, and backtracking, depth and memory of one match
 * are bounded: a subject that costs more is reported as such instead of eating the machine.  There
 * is no JIT: programs run under memory-deny-write-execute. */
#ifndef EMT_REGEX_H
#define EMT_REGEX_H

#include "base/span.h"

enum {
	REGEX_STEPS_MAX = 100000, /* PCRE2's match limit; our patterns need some thousands on a line
				     of 2000 octets */
	REGEX_DEPTH_MAX = 10000,  /* nested backtracking points */
	REGEX_HEAP_MAX_KIB = 4096,
};

enum regex_st {
	REGEX_MATCH,
	REGEX_NO_MATCH,
	REGEX_TOO_COSTLY, /* one of the limits was reached; to be treated as no match */
};

struct regex;

/* Compiles `pattern`.  A pattern that does not compile is our own bug and aborts. */
struct regex *regex_new(const char *pattern);
void regex_free(struct regex *r); /* NULL is fine */

/* Compiles a pattern from a file, which may be wrong: NULL then. */
struct regex *regex_try(const char *pattern, bool ignore_case);

/* Looks for the pattern in `subject`.  groups[0] becomes the whole match, groups[i] the i-th
 * parenthesis, both as parts of `subject`; one that took no part has p == NULL.  Without a match
 * the groups are left alone.  One match at a time: a struct regex is not for several threads. */
enum regex_st regex_match(struct regex *r, struct span subject, struct span *groups,
    size_t groups_n) __attribute__((warn_unused_result));

#endif
