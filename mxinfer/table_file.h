/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table_file - the text files that hold what is known of companies and of their servers' names.
 *
 * Lines of words between blanks; # begins a comment; blanks in front do not count.  The line
 * `date YYYY-MM` or `date YYYY-MM-DD` says when the facts were gathered, and belongs in every file.
 */
#ifndef EMT_MXINFER_TABLE_FILE_H
#define EMT_MXINFER_TABLE_FILE_H

#include <stdint.h>

#include "base/arena.h"
#include "mxinfer/hostname.h"

enum { TABLE_WORDS_MAX = 1000 }; /* of a line */

struct table_line {
	const struct span *words; /* at least one */
	size_t words_n;
};

/* Reads a file: calls take for each line but `date`.  Spans live as long as the arena.  take
 * answers NULL, or what is wrong with the line and the mend.  NULL if all is well, else "FILE:LINE:
 * what, and the mend" from the arena. */
const char *table_file_read(struct arena *a, const char *path,
    const char *(*take)(void *state, const struct table_line *line), void *state, int64_t *date_utc)
    __attribute__((warn_unused_result));

/* Reads a domain in which * may stand for some octets. */
bool table_domain(struct span word, struct hostname *out) __attribute__((warn_unused_result));

/* Does `text` match a pattern in which * stands for any octets, or none? */
bool table_glob(struct span pattern, struct span text);

#endif
