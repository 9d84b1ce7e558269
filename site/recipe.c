/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/recipe.h"

const struct recipe recipes[RECIPES_N] = {
    [RECIPE_DS_NO_KEY] = {"ds-no-key", "the parent's DS record has the key's tag, algorithm and "
				       "digest type 2, and another digest"},
    [RECIPE_TLSA_NO_CERTIFICATE] = {"tlsa-no-certificate",
	"the TLSA record is a sound 3 1 1 whose digest is that of no key"},
    [RECIPE_CERTIFICATE_OTHER_NAME] = {"certificate-other-name",
	"the certificate is sound and covers neither the MX host nor the recipient domain"},
};

const char *
recipe_ds_no_key(struct arena *a, const char *ds)
{
	static const char digits[] = "0123456789abcdef", turned[] = "fedcba9876543210";
	char *broken = arena_dup(a, span_str(ds)), *p = strrchr(broken, ' ');

	while (p && *++p) {
		const char *digit = strchr(digits, to_lower(*p));

		if (digit)
			*p = turned[digit - digits];
	}
	return broken;
}
