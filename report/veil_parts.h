/* SPDX-License-Identifier: GPL-3.0-or-later */
/* veil_parts - what the files of veil share. */
#ifndef EMT_REPORT_VEIL_PARTS_H
#define EMT_REPORT_VEIL_PARTS_H

#include "report/stand_in.h"
#include "report/veil.h"

#define VEIL_MARK "[...]"

struct veil {
	struct span key;
	struct public_suffixes *suffixes;
};

/* Closed lists of what harmless texts are made of. */
enum veil_table { VEIL_WORDS, VEIL_CIPHERS, VEIL_LABELS };

/* The word as the list spells it, whatever the case of `word`; NULL: it is not there. */
const char *veil_word(enum veil_table of, struct span word);

/* Of VEIL_WORDS, in order; NULL behind the last. */
const char *veil_word_at(enum veil_table of, size_t at);

#endif
