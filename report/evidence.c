/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/evidence.h"

const char *const certainty_names[CERTAINTIES_N] = {
    [CERTAIN] = "certain",
    [PROBABLE] = "probable",
    [BACKGROUND] = "background",
};

const char *const item_kind_names[ITEM_KINDS_N] = {
    [ITEM_SUBMISSION] = "submission",
    [ITEM_QUERY] = "query",
    [ITEM_CUT] = "cut",
    [ITEM_SESSION] = "session",
    [ITEM_ATTEMPT] = "attempt",
    [ITEM_MAIL] = "mail",
    [ITEM_DSN] = "dsn",
};

const char *const ascribed_names[ASCRIBED_N] = {
    [ASCRIBED_AS] = "as",
    [ASCRIBED_HELO] = "helo",
};

enum certainty
item_certainty(const struct item *i)
{
	if (i->kind == ITEM_CUT && i->sets_sharing && i->certainty == CERTAIN)
		return PROBABLE;
	return i->certainty;
}
