/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relayask - tests one client for an open relay as emt-enrich does, and prints one line:
 * MILLISECONDS KILOBYTES RESULT, of which the kilobytes are the largest that the process has taken.
 * For tests: relayask [--off] [--allow RANGES] [--state DIR] [--wait MS] [--per-hour N] CLIENT */
#include <stdlib.h>
#include <sys/resource.h>

#include "delivery/relay_test.h"

struct asked {
	bool off;
	struct option_list allow;
	const char *state;
	int64_t wait_ms, per_hour;
	struct loop *loop;
};

#define FIELD(name) .field = offsetof(struct asked, name)

static const struct option rows[] = {
    {"off", 0, OPT_FLAG, FIELD(off), .help = ""},
    {"allow", 'a', OPT_RANGES, FIELD(allow), .help = ""},
    {"state", 's', OPT_PATH, FIELD(state), .help = ""},
    {"wait", 'w', OPT_NUMBER, .max = 100000, FIELD(wait_ms), .help = ""},
    {"per-hour", 'p', OPT_NUMBER, .max = 1000, FIELD(per_hour), .help = ""},
};

static int64_t begun_us;

static void
done(void *arg, const char *text)
{
	struct asked *asked = arg;
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	printf("%lld %ld %s\n",
	    (long long)(clock_since_us(loop_clock(asked->loop)) - begun_us) / 1000, used.ru_maxrss,
	    text);
	loop_stop(asked->loop);
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct asked asked = {.wait_ms = 5000, .per_hour = 1000};
	struct option_group group = {{rows, sizeof rows / sizeof *rows}, &asked};
	struct relay_test_params p = {
	    .domain = "measurement.example.com", .ehlo_name = "probe.example.com"};
	struct relay_mail mail = {
	    .sender = SPAN_LIT("a@example.net"), .recipient = SPAN_LIT("b@example.com")};
	struct relay_test *test;
	const char *error;
	int operands_n;

	error = option_take_switches(a, &group, 1, argc, argv, &operands_n);
	if (error || operands_n != 1 || !asked.state) {
		fprintf(stderr, "relayask: %s\n", error ? error : "wrong arguments");
		return 64;
	}
	p.loop = asked.loop = loop_new();
	p.on = !asked.off;
	p.allow = asked.allow;
	p.per_hour = asked.per_hour;
	p.state = enrich_state_open(asked.state, &clock_system);
	test = relay_test_new(a, &p, &error);
	if (!test)
		abort();
	mail.client_address = span_str(argv[1]);
	begun_us = clock_since_us(loop_clock(p.loop));
	relay_test_ask(test, &mail, begun_us + asked.wait_ms * 1000, done, &asked);
	loop_run(p.loop);
	relay_test_free(test);
	enrich_state_free(p.state);
	loop_free(p.loop);
	arena_free(a);
	return 0;
}
