/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/wordcount.h"

#include <stdlib.h>
#include <string.h>

static struct wordcount_word *
find(const struct wordcount *t, const char *word)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->v[i].word, word))
			return (struct wordcount_word *)(uintptr_t)&t->v[i];
	return NULL;
}

void
wordcount_add(struct wordcount *t, const char *word)
{
	struct wordcount_word *w = find(t, word);

	if (!w) {
		if (t->n == WORDCOUNT_MAX)
			abort();
		w = &t->v[t->n++];
		*w = (struct wordcount_word){word, 0};
	}
	w->n++;
}

uint64_t
wordcount_of(const struct wordcount *t, const char *word)
{
	const struct wordcount_word *w = find(t, word);

	return w ? w->n : 0;
}

uint64_t
wordcount_sum(const struct wordcount *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		sum += t->v[i].n;
	return sum;
}
