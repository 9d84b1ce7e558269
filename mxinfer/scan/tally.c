/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/tally.h"

#include <stdlib.h>
#include <string.h>

static struct tally_word *
find(const struct tally *t, const char *word)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->v[i].word, word))
			return (struct tally_word *)(uintptr_t)&t->v[i];
	return NULL;
}

void
tally_add(struct tally *t, const char *word)
{
	struct tally_word *w = find(t, word);

	if (!w) {
		if (t->n == TALLY_MAX)
			abort();
		w = &t->v[t->n++];
		*w = (struct tally_word){word, 0};
	}
	w->n++;
}

uint64_t
tally_of(const struct tally *t, const char *word)
{
	const struct tally_word *w = find(t, word);

	return w ? w->n : 0;
}

uint64_t
tally_sum(const struct tally *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		sum += t->v[i].n;
	return sum;
}
