/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every input form over the same octets, read at once and in blocks: the same facts and the same
 * diagnostics, in the same lines.  The first octet is the size of a block. */
#include <stdint.h>
#include <stdlib.h>

#include "mxinfer/forms.h"
#include "tests/factlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FIELD = 300 };

static void
read_in_blocks(struct factlog *l, const struct fact_form *form, struct span text, size_t block)
{
	uint64_t line = 1;
	size_t have = 0, seen = 0, whole;

	while (text.n) {
		have = have + block < text.n ? have + block : text.n;
		whole = form->whole((struct span){text.p, have}, seen, MAX_FIELD, have == text.n);
		if (whole > have || (have == text.n && !whole))
			abort();
		seen = have;
		if (!whole)
			continue;
		line += form->read(&l->facts, (struct span){text.p, whole}, line, MAX_FIELD);
		text = span_from(text, whole);
		have = seen = 0;
	}
}

/* Some verdict that depends on all that was handed over. */
static bool
verify(struct facts *f, const struct span *chain, size_t chain_n, int64_t time_utc)
{
	uint64_t sum = (uint64_t)time_utc;

	(void)f;
	for (size_t i = 0; i < chain_n; i++)
		for (size_t k = 0; k < chain[i].n; k++)
			sum += (unsigned char)chain[i].p[k];
	return sum & 1;
}

static void
compare(const struct fact_form *form, struct span text, size_t block)
{
	struct factlog once, blocks;

	factlog_init(&once);
	factlog_init(&blocks);
	once.facts.verify = blocks.facts.verify = verify;
	(void)form->detect(text);
	form->read(&once.facts, text, 1, MAX_FIELD);
	read_in_blocks(&blocks, form, text, block);
	if (!span_eq(buf_span(&once.out), buf_span(&blocks.out)))
		abort();
	factlog_free(&once);
	factlog_free(&blocks);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	for (size_t i = 0; i < fact_forms_n; i++)
		compare(fact_forms[i], (struct span){(const char *)data + 1, size - 1},
		    (size_t)data[0] + 1);
	return 0;
}
