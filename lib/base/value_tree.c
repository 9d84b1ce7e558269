/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value_tree.h"

#include <stdlib.h>

#include "base/arena.h"

enum {
	FEW = 24,        /* members that are compared each with each: most differ in length */
	USUAL = 1 << 16, /* nodes, and octets of scratch, whose memory is kept */
};

void
value_tree_init(struct value_tree *t)
{
	*t = (struct value_tree){.v = NULL};
	buf_init(&t->scratch, SIZE_MAX / 4);
}

void
value_tree_free(struct value_tree *t)
{
	free(t->v);
	free(t->names);
	buf_free(&t->scratch);
}

static size_t
add(struct value_tree *t, struct span key, enum value_kind kind)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 256;
		t->v = must(realloc(t->v, t->room * sizeof *t->v));
	}
	t->v[t->n] = (struct value_node){.key = key, .n = 1, .kind = kind};
	return t->n++;
}

static int
compare_names(const void *a, const void *b)
{
	const struct span x = (*(const struct value_node *const *)a)->key;
	const struct span y = (*(const struct value_node *const *)b)->key;

	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return x.n ? memcmp(x.p, y.p, x.n) : 0;
}

/* An object of many members: sorted, a name is beside its double. */
static bool
has_double(struct value_tree *t, const struct value_node *object, size_t members)
{
	size_t n = 0;

	if (t->names_room < members) {
		t->names_room = members;
		t->names = must(realloc(t->names, members * sizeof(struct value_node *)));
	}
	for (const struct value_node *at = value_node_first(object); at;
	     at = value_node_next(object, at))
		t->names[n++] = at;
	qsort(t->names, n, sizeof(struct value_node *), compare_names);
	for (size_t i = 1; i < n; i++)
		if (compare_names(&t->names[i - 1], &t->names[i]) == 0)
			return true;
	return false;
}

static bool
names_differ(struct value_tree *t, size_t at)
{
	const struct value_node *object = &t->v[at], *found[FEW];
	size_t n = 0;

	for (const struct value_node *m = value_node_first(object); m;
	     m = value_node_next(object, m)) {
		for (size_t i = 0; i < n && i < FEW; i++)
			if (span_eq(found[i]->key, m->key))
				return false;
		if (n < FEW)
			found[n] = m;
		n++;
	}
	return n <= FEW || !has_double(t, object, n);
}

static void
take(struct value_tree *t, struct value *v, struct span key)
{
	enum value_kind kind = value_kind(v);
	struct span text = {NULL, 0}, name;
	size_t at;

	if (t->n == VALUE_NODES_MAX) {
		value_fail(v);
		return;
	}
	at = add(t, key, kind);
	switch (kind) {
	case VALUE_OBJECT:
		value_enter(v);
		while (value_member(v, &name))
			take(t, v, name);
		t->v[at].n = t->n - at;
		if (!v->why && !names_differ(t, at))
			value_fail(v);
		return;
	case VALUE_ARRAY:
		value_enter(v);
		while (value_more(v))
			take(t, v, (struct span){NULL, 0});
		t->v[at].n = t->n - at;
		return;
	case VALUE_STRING: (void)value_string(v, &text); break;
	case VALUE_NUMBER:
	case VALUE_WORD: text = value_skip(v); break;
	case VALUE_END: value_fail(v); break;
	}
	t->v[at].text = text;
}

const struct value_node *
value_tree_read(struct value_tree *t, struct span text)
{
	struct value v;

	if (t->room > USUAL || t->scratch.room > USUAL) {
		value_tree_free(t);
		value_tree_init(t);
	}
	t->n = 0;
	buf_clear(&t->scratch);
	value_init(&v, VALUE_STRICT, text, &t->scratch);
	take(t, &v, (struct span){NULL, 0});
	return value_done(&v) ? t->v : NULL;
}

const struct value_node *
value_node_first(const struct value_node *container)
{
	return container && container->n > 1 ? container + 1 : NULL;
}

const struct value_node *
value_node_next(const struct value_node *container, const struct value_node *at)
{
	return at + at->n < container + container->n ? at + at->n : NULL;
}

const struct value_node *
value_node_member(const struct value_node *object, struct span key)
{
	if (!object || object->kind != VALUE_OBJECT)
		return NULL;
	for (const struct value_node *at = value_node_first(object); at;
	     at = value_node_next(object, at))
		if (span_eq(at->key, key))
			return at;
	return NULL;
}
