/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/taglist.h"

bool
taglist_next(struct span *rest, struct tag *tag)
{
	while (rest->p && rest->n) {
		struct span value = span_cut(rest, ';');

		tag->name = span_trim(span_cut(&value, '='));
		tag->value = value.p ? span_trim(value) : value;
		if (tag->name.n || tag->value.p)
			return true;
	}
	return false;
}

struct span
taglist_find(struct span list, struct span name)
{
	struct tag tag;

	while (taglist_next(&list, &tag))
		if (tag.value.p && span_eq(tag.name, name))
			return tag.value;
	return (struct span){NULL, 0};
}
