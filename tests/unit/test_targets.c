/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scan connects to, each once (mxinfer/scan/targets.h), and how far it is
 * (mxinfer/scan/progress.h). */
#include <stdlib.h>

#include "mxinfer/scan/progress.h"
#include "mxinfer/scan/targets.h"
#include "tests/tap.h"

static struct ip
ip(const char *text)
{
	struct ip address;

	if (!ip_read(span_str(text), &address))
		abort();
	return address;
}

static void
test_targets(void)
{
	const char *const records[] = {"3 1 1 AB"};
	struct route_look look = {.asked = true, .texts = {records, 1}};
	struct targets t = {.room = 0};
	struct ip one = ip("192.0.2.1"), six = ip("2001:db8::1"), got;
	struct span none = {"", 0}, names[TARGET_NAMES_MAX];
	uint32_t a = targets_add(&t, &one, none), b = targets_add(&t, &six, none),
		 c = targets_add(&t, &one, SPAN_LIT("mx.example"));
	char name[32];

	OK(a == 1 && b == 2 && c == 3, "numbers");
	SAME_INT(targets_add(&t, &one, none), a, "an address again");
	SAME_INT(t.v[a].state, TARGET_NEW, "new");
	got = targets_ip(&t, b);
	OK(ip_eq(&got, &six), "its address");
	SAME_SPAN(targets_variant(&t, c), SPAN_LIT("mx.example"), "its variant");
	SAME_SPAN(targets_variant(&t, a), none, "none");
	targets_name(&t, a, SPAN_LIT("mx1.example"));
	targets_name(&t, b, SPAN_LIT("mx1.example"));
	targets_name(&t, a, SPAN_LIT("mx2.example"));
	targets_name(&t, a, SPAN_LIT("mx1.example"));
	SAME_INT(targets_names(&t, a, names), 2, "each name once");
	SAME_SPAN(names[0], SPAN_LIT("mx1.example"), "the first one first");
	for (int i = 0; i < 2 * TARGET_NAMES_MAX; i++) {
		snprintf(name, sizeof name, "n%d.example", i);
		targets_name(&t, b, span_str(name));
	}
	SAME_INT(targets_names(&t, b, names), TARGET_NAMES_MAX, "names are bound");
	targets_tlsa(&t, c, &look, "base.example");
	targets_tlsa(&t, c, &look, NULL);
	SAME_STR(t.v[c].work->tlsa->look.texts.v[0], "3 1 1 AB", "TLSA records");
	SAME_INT(targets_work(&t, c)->id, c, "work knows whose it is");
	targets_done(&t, c);
	OK(!t.v[c].work && t.v[c].state == TARGET_DONE, "done");
	targets_work(&t, a);
	targets_free(&t);
}

static void
test_progress(void)
{
	struct scan_tally tally = {.invalid = 0};
	struct progress_figures f = {.domains_total = 1000,
	    .domains_done = 250,
	    .domains_open = 10,
	    .addresses_waiting = 90,
	    .addresses_open = 10,
	    .tally = &tally};
	struct progress_moment m = {
	    .elapsed_us = 3700 * INT64_C(1000000), .domains_per_s = 5, .addresses_per_s = 2};
	struct buf out;

	for (int i = 0; i < 97; i++)
		wordcount_add(&tally.addresses, "ok");
	for (int i = 0; i < 3; i++)
		wordcount_add(&tally.addresses, "silent");
	buf_init(&out, 4096);
	progress_put_line(&out, &f, &m);
	SAME_STR(buf_str(&out),
	    "1h01m40s 25%, 7h11m40s left; 250 of 1000 domains (5/s); addresses: 10 open, 90 "
	    "waiting, 100 done (2/s): 97 ok, 3 silent",
	    "the line");
	/* 100 that wait, and 200 for each 250 of the 750 domains left, at 100 in 3700 s. */
	SAME_INT(progress_left_s(&f, &m), 7 * 3700, "time left");
	buf_clear(&out);
	progress_put_csv(&out, &f, &m, 1795000000);
	SAME_STR(buf_str(&out),
	    "2026-11-18T11:06:40Z,3700,25900,25,1000,250,10,5,90,10,100,2,97,0,0,0,0,0,3,0,0,0,0,0,"
	    "0,0\n",
	    "figures");
	f.domains_done = 0;
	SAME_INT(progress_left_s(&f, &m), -1, "not known at first");
	f.domains_done = f.domains_total;
	f.addresses_waiting = f.addresses_open = 0;
	SAME_INT(progress_left_s(&f, &m), 0, "nothing left");
	buf_free(&out);
}

int
main(void)
{
	test_targets();
	test_progress();
	return tap_end();
}
