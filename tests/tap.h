/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tap - the Test Anything Protocol for unit tests: check what holds, end with tap_end. */
#ifndef EMT_TAP_H
#define EMT_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

static int tap_count, tap_failures;

static inline bool
tap_result(bool good, const char *name, const char *file, int line)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, name);
	if (!good) {
		tap_failures++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

static inline bool
tap_same(struct span got, struct span want, const char *name, const char *file, int line)
{
	bool good = tap_result(span_eq(got, want), name, file, line);

	if (!good) {
		struct buf b;

		buf_init(&b, 1 << 20);
		buf_puts(&b, "# got  \"");
		safe_put(&b, got);
		buf_puts(&b, "\"\n# want \"");
		safe_put(&b, want);
		printf("%s\"\n", buf_str(&b));
		buf_free(&b);
	}
	return good;
}

#define OK(condition, name) tap_result((condition), (name), __FILE__, __LINE__)
#define SAME_SPAN(got, want, name) tap_same((got), (want), (name), __FILE__, __LINE__)
#define SAME_STR(got, want, name) \
	tap_same(span_str(got), span_str(want), (name), __FILE__, __LINE__)
#define SAME_INT(got, want, name) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (!tap_result(got_ == want_, (name), __FILE__, __LINE__)) \
			printf("# got  %lld\n# want %lld\n", got_, want_); \
	} while (0)

static inline int
tap_end(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures ? 1 : 0;
}

#endif
