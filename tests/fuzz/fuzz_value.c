/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of JSON or a literal of Python: stepping over it and walking through it agree, and
 * every text is a part of the input or of the scratch. */
#include <stdint.h>
#include <stdlib.h>

#include "base/value.h"
#include "base/value_text.h"
#include "base/value_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_within(struct span part, struct span text, const struct buf *scratch)
{
	bool in_text = part.p >= text.p && part.p + part.n <= text.p + text.n;
	bool in_scratch =
	    scratch->p && part.p >= scratch->p && part.p + part.n <= scratch->p + scratch->n;

	if (part.n && !in_text && !in_scratch)
		abort();
}

/* Takes everything there is, texts too. */
static void
walk(struct value *v, struct span text)
{
	struct span key, s;
	uint64_t n;

	switch (value_kind(v)) {
	case VALUE_OBJECT:
		value_enter(v);
		while (value_member(v, &key)) {
			check_within(key, text, v->scratch);
			walk(v, text);
		}
		return;
	case VALUE_ARRAY:
		value_enter(v);
		while (value_more(v))
			walk(v, text);
		return;
	case VALUE_STRING:
		if (value_string(v, &s))
			check_within(s, text, v->scratch);
		return;
	case VALUE_NUMBER: (void)value_number(v, &n); return;
	case VALUE_WORD: (void)value_true(v); return;
	case VALUE_END: value_fail(v); return;
	}
	abort();
}

static void
read_as(enum value_dialect dialect, struct span text)
{
	struct buf scratch;
	struct value v;
	enum value_why skipped;

	buf_init(&scratch, 2 * text.n + 1);
	value_init(&v, dialect, text, &scratch);
	check_within(value_skip(&v), text, &scratch);
	skipped = v.why;
	if (scratch.n && dialect != VALUE_STRICT)
		abort(); /* stepping over undoes no escapes */
	value_init(&v, dialect, text, &scratch);
	walk(&v, text);
	/* Walking sees more: an escape that is none, a set where it looks for members. */
	if (skipped && !v.why)
		abort();
	if (v.depth > VALUE_DEPTH_MAX || v.p > v.end)
		abort();
	buf_free(&scratch);
}

/* A tree is there if the text is strict JSON, and then its nodes are those of a walk; names that
 * stand twice apart. */
static void
grow(struct span text)
{
	struct value_tree tree;
	struct buf scratch;
	const struct value_node *root;
	struct value v;

	buf_init(&scratch, 2 * text.n + 1);
	value_tree_init(&tree);
	root = value_tree_read(&tree, text);
	value_init(&v, VALUE_STRICT, text, &scratch);
	value_skip(&v);
	if (root && !value_done(&v))
		abort();
	for (size_t i = 0; root && i < tree.n; i++) {
		check_within(root[i].text, text, &tree.scratch);
		check_within(root[i].key, text, &tree.scratch);
		if (!root[i].n || root[i].n > tree.n - i)
			abort();
	}
	if (root && root->n != tree.n)
		abort();
	value_tree_free(&tree);
	buf_free(&scratch);
}

/* What is written as a literal is read as it was, but for octets that are no UTF-8. */
static void
write_and_read(struct span text)
{
	struct buf once, back, twice;

	buf_init(&once, 10 * text.n + 2);
	buf_init(&back, 3 * text.n + 1);
	buf_init(&twice, 10 * text.n + 2);
	value_text_put_python(&once, text);
	if (!value_text_python(&back, (struct span){once.p + 1, once.n - 2}, false))
		abort();
	value_text_put_python(&twice, buf_span(&back));
	if (!span_eq(buf_span(&once), buf_span(&twice)))
		abort();
	buf_free(&once);
	buf_free(&back);
	buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};

	read_as(VALUE_JSON, text);
	read_as(VALUE_STRICT, text);
	read_as(VALUE_PYTHON, text);
	grow(text);
	write_and_read(text);
	return 0;
}
