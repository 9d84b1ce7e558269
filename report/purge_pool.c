/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/purge_pool.h"

#include <dirent.h>

#include "io/tree.h"
#include "report/member.h"

enum { RECORD_MAX = 64 * 1024 * 1024 /* octets */ };

static void
look_at(struct purge_pool *pool, const char *json_dir, const char *name)
{
	struct arena *a = arena_new();
	const struct value_node *record = NULL;
	struct span text, token = {NULL, 0};
	struct value_tree tree;

	value_tree_init(&tree);
	if (!tree_read(a, arena_printf(a, "%s/%s", json_dir, name), RECORD_MAX, &text) &&
	    member_read(&tree, text, "mail/1", &record) == RECORD_READ_OK)
		token = member_text(record, "token");
	if (token.p && purge_tokens_gave(pool->tokens, token))
		pool->is_known = true;
	else if (token.p)
		pool->strange_n++;
	value_tree_free(&tree);
	arena_free(a);
}

void
purge_pool_look(struct purge_pool *pool, const char *json_dir)
{
	DIR *d = opendir(json_dir);
	struct dirent *e;

	while (d && !pool->is_known && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			look_at(pool, json_dir, e->d_name);
	if (d)
		closedir(d);
}
