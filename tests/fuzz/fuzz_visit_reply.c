/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a mail host says to a scan, reply after reply, whole and cut where the first octet says. */
#include <stdint.h>
#include <stdlib.h>

#include "mxinfer/scan/visit_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEEP = 100 };

/* What every reader relies on. */
static void
check(const struct visit_reply *r, enum visit_reply_st st, struct span taken)
{
	bool cut = false;
	struct span text = visit_reply_text(r, &cut);

	if (r->octets != taken.n || text.n > KEEP || r->code > 999 || r->kept.room > 4 * KEEP)
		abort();
	if (!span_starts(taken, text) || (cut ? text.n != KEEP : taken.n - text.n > 2))
		abort();
	if ((text.p == NULL) != (taken.n == 0))
		abort();
	if (st == REPLY_MORE)
		return;
	if (st != REPLY_ENDLESS && taken.p[taken.n - 1] != '\n')
		abort();
	if (r->starttls && r->lines_n < 2)
		abort();
}

/* The next reply of *in, `piece` octets at a time. */
static enum visit_reply_st
take(struct visit_reply *r, struct span *in, size_t piece)
{
	enum visit_reply_st st = REPLY_MORE;

	visit_reply_init(r, KEEP);
	while (in->n && st == REPLY_MORE) {
		struct span now = {in->p, piece < in->n ? piece : in->n}, left = now;

		st = visit_reply_take(r, &left);
		if (st == REPLY_MORE && left.n)
			abort();
		*in = span_from(*in, now.n - left.n);
	}
	return st;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? (size_t)data[0] + 1 : 1;
	struct span whole = span_from((struct span){(const char *)data, size}, 1), cut = whole;

	while (whole.n) {
		struct span before = whole;
		struct visit_reply x, y;
		enum visit_reply_st st = take(&x, &whole, before.n);
		bool cut_x = false, cut_y = false;

		check(&x, st, (struct span){before.p, before.n - whole.n});
		if (take(&y, &cut, piece) != st || cut.n != whole.n || x.code != y.code ||
		    x.starttls != y.starttls ||
		    !span_eq(visit_reply_text(&x, &cut_x), visit_reply_text(&y, &cut_y)) ||
		    cut_x != cut_y)
			abort();
		visit_reply_free(&x);
		visit_reply_free(&y);
	}
	return 0;
}
