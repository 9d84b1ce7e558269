/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "site/recipe.h"

int
main(void)
{
	struct arena *a = arena_new();
	const char *ds = "3895 13 2 0123456789abcdef0123456789ABCDEF", *broken;

	broken = recipe_ds_no_key(a, ds);
	SAME_STR(broken, "3895 13 2 fedcba9876543210fedcba9876543210",
	    "tag, algorithm and type stay, every digit changes");
	SAME_STR(recipe_ds_no_key(a, broken), "3895 13 2 0123456789abcdef0123456789abcdef",
	    "twice is none");
	for (size_t i = 0; i < RECIPES_N; i++)
		OK(recipes[i].name && recipes[i].what, recipes[i].name);
	arena_free(a);
	return tap_end();
}
