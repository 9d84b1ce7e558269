/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tag list: tags lie in the text, in order, and the first one of a name is found by it. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/taglist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size}, rest = text;
	const char *at = text.p;
	struct tag tag;

	while (taglist_next(&rest, &tag)) {
		struct span last = tag.value.p ? tag.value : tag.name;

		if (tag.name.p < at || last.p < tag.name.p || last.p + last.n > text.p + text.n)
			abort();
		at = last.p + last.n;
		/* Looked for only in small texts: it is a search for each tag. */
		if (size < 1000 && tag.value.p && taglist_find(text, tag.name).p > tag.value.p)
			abort();
	}
	return 0;
}
