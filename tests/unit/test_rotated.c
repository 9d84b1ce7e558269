/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "io/rotated.h"

static const struct name {
	const char *name;
	int kind; /* -1: another file */
	bool is_packed;
	uint64_t number;
	const char *date;
} names[] = {
    {"maillog", ROTATED_LOG, false, 0, NULL},
    {"maillog.1", ROTATED_NUMBER, false, 1, NULL},
    {"maillog.0.gz", ROTATED_NUMBER, true, 0, NULL},
    {"maillog.12.bz2", ROTATED_NUMBER, true, 12, NULL},
    {"maillog.99999.zst", ROTATED_NUMBER, true, 99999, NULL},
    {"maillog.2.xz", ROTATED_NUMBER, true, 2, NULL},
    {"maillog.3.Z", ROTATED_NUMBER, true, 3, NULL},
    {"maillog.4.lz4", ROTATED_NUMBER, true, 4, NULL},
    {"maillog-20261121", ROTATED_DATE, false, 0, "20261121"},
    {"maillog-20261121.gz", ROTATED_DATE, true, 0, "20261121"},
    {"maillog.20261121-202511.gz", ROTATED_DATE, true, 0, "20261121-202511"},
    {"maillog-2026-11-21", ROTATED_DATE, false, 0, "2026-11-21"},
    {"maillog_2026-11-21T10:00:00+01", ROTATED_DATE, false, 0, "2026-11-21T10:00:00+01"},
    {"maillog-202611", ROTATED_DATE, false, 0, "202611"},
    {"maillog-1795290310.gz", ROTATED_DATE, true, 0, "1795290310"},
    {"maillog.20261121", ROTATED_DATE, false, 0, "20261121"},
    {"maillog-21.11.2026", ROTATED_OTHER, false, 0, "21.11.2026"},
    {"maillog.old", ROTATED_OTHER, false, 0, NULL},
    {"maillog.old.gz", ROTATED_OTHER, true, 0, NULL},
    {"maillog.gz", -1, false, 0, NULL},
    {"maillog.", -1, false, 0, NULL},
    {"maillog-", -1, false, 0, NULL},
    {"maillog-1", -1, false, 0, NULL},
    {"maillog.1.offset", -1, false, 0, NULL},
    {"maillog.1.gz.tmp", -1, false, 0, NULL},
    {"maillog.offset", -1, false, 0, NULL},
    {"maillog1", -1, false, 0, NULL},
    {"maillogs.1", -1, false, 0, NULL},
    {"maillog~", -1, false, 0, NULL},
    {"maillog--20261121", -1, false, 0, NULL},
    {"maillog-20261121x", -1, false, 0, NULL},
    {"maillog-20261121202611212026112120261121202611211", -1, false, 0, NULL},
    {"mail.log.1", -1, false, 0, NULL},
    {"", -1, false, 0, NULL},
};

static void
test_names(void)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct name *n = &names[i];
		struct rotated r;
		bool good = rotated_parse(&r, span_str(n->name), SPAN_LIT("maillog"));

		if (n->kind < 0) {
			OK(!good, n->name);
			continue;
		}
		OK(good && (int)r.kind == n->kind && r.is_packed == n->is_packed &&
			r.number == n->number && span_eq(r.date, span_str(n->date)),
		    n->name);
	}
}

static int
order(const char *a, const char *b)
{
	struct rotated ra, rb;

	if (!rotated_parse(&ra, span_str(a), SPAN_LIT("log")) ||
	    !rotated_parse(&rb, span_str(b), SPAN_LIT("log")))
		return 99;
	return rotated_compare(&ra, &rb);
}

static void
test_order(void)
{
	OK(order("log.2", "log.1") < 0, "a larger number is older");
	OK(order("log.10.gz", "log.9") < 0, "as a number, not as a text");
	OK(order("log.1", "log.1.gz") == 0, "the packer does not matter");
	OK(order("log-20261121", "log-20261122.gz") < 0, "a smaller date is older");
	OK(order("log-20261121", "log-20261121-10") < 0, "the shorter one of a day is older");
	OK(order("log-20261121", "log-20261121") == 0, "one date");
}

int
main(void)
{
	test_names();
	test_order();
	return tap_end();
}
