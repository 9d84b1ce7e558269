/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value_tree - one JSON text (value.h, strict) as an array of its values in the order of the text,
 * for those who ask for members by name.
 *
 * A container stands before what is in it, and knows how many nodes these are together: one array
 * is the whole tree, and reading the next text into it asks for no memory.  A name that stands
 * twice in an object is refused, as io/record.h does it: readers differ in which one they take.
 *
 * Untrusted: nesting and the number of nodes are bound; the caller bounds the size of the text.
 * Memory for a text of more nodes than most have is given back when the next one is read. */
#ifndef EMT_VALUE_TREE_H
#define EMT_VALUE_TREE_H

#include "base/value.h"

enum { VALUE_NODES_MAX = 1 << 22 };

struct value_node {
	struct span key;  /* of a member; p == NULL: it is none */
	struct span text; /* of a string what it stands for; of a number or a word as it stands */
	size_t n;         /* nodes: this one, and all that are in it */
	enum value_kind kind;
};

struct value_tree {
	struct value_node *v;
	size_t n, room;
	struct buf scratch;              /* texts whose escapes were undone */
	const struct value_node **names; /* to find a name that stands twice */
	size_t names_room;
};

void value_tree_init(struct value_tree *t);
void value_tree_free(struct value_tree *t);

/* The value that the text is, nothing else beside it; NULL: it is no JSON, or has more
 * than VALUE_NODES_MAX values.  Nodes and texts live
 * until the next call, and as long as `text`. */
const struct value_node *value_tree_read(struct value_tree *t, struct span text)
    __attribute__((warn_unused_result));

/* The member of an object; NULL: it has none, or `object` is none or NULL. */
const struct value_node *value_node_member(const struct value_node *object, struct span key);

/* The first of what is in a container, and the one behind `at`; NULL: there is none. */
const struct value_node *value_node_first(const struct value_node *container);
const struct value_node *value_node_next(
    const struct value_node *container, const struct value_node *at);

#endif
