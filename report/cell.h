/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell - the words of the matrix: a short head for each capability, a short word for each state,
 * and what both mean in a sentence. */
#ifndef EMT_REPORT_CELL_H
#define EMT_REPORT_CELL_H

#include "report/capability.h"

enum { CELL_WIDTH = 6, CELL_TEXT_MAX = 32 };

enum cell_tone { TONE_OPEN, TONE_YES, TONE_NO, TONE_STRICT, TONE_ODD };

struct cell_word {
	const char *word; /* at most CELL_WIDTH characters of ASCII */
	const char *sign; /* one character, for pages: whoever sees no colours */
	enum cell_tone tone;
	const char *meaning;
};

/* Of a capability that is enforced, `supported` has a word of its own: CELL_RIGHT. */
enum { CELL_RIGHT = VERDICT_STATES_N, CELLS_N };
extern const struct cell_word cell_words[CELLS_N];

/* Which of them. */
int cell_of(const struct capability *c, enum verdict_state state);

/* The word; of a mixed one "2/3". */
const char *cell_text(const struct capability *c, enum verdict_state state, size_t yes_n,
    size_t votes_n, char out[CELL_TEXT_MAX]);

/* "cert", and what it asks: "does it insist on the name in the certificate?". */
struct cell_head {
	const char *head, *question;
};
extern const struct cell_head cell_heads[CAPABILITIES_N];

#endif
