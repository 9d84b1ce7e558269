/* SPDX-License-Identifier: GPL-3.0-or-later */
/* veil_parts - what the files of veil share. */
#ifndef EMT_REPORT_VEIL_PARTS_H
#define EMT_REPORT_VEIL_PARTS_H

#include "report/stand_in.h"
#include "report/veil.h"

enum { VEIL_WORD_LEAST = 3, VEIL_KNOWN_MAX = 400 };

struct veil {
	struct span key;
	struct public_suffixes *suffixes;
	struct veil_word {
		struct span word;
		const char *stand_in;
	} known[VEIL_KNOWN_MAX];
	size_t known_n;
};

#endif
