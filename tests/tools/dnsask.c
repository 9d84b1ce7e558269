/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnsask - asks questions at once through lib/dns and prints, for each in the order of asking, one
 *line: NAME TYPE OUTCOME DNSSEC PROTO RCODE | RDATA ... | WHY For tests: dnsask [--mode
 *validate|stub|iterate] [--resolver ADDRESS]... [--anchor FILE] [--hints FILE] [--spread] [--trust]
 *[--wait MS] NAME TYPE ... */
#include <ldns/ldns.h>
#include <stdlib.h>

#include "base/option.h"
#include "base/utf8.h"
#include "dns/dns.h"

struct asked {
	struct options {
		int64_t mode, wait_ms;
		struct option_list resolvers;
		const char *anchor, *hints;
		bool trust, spread;
	} * o;
	struct arena *arena;
	const struct dns_result *result;
	size_t *left;
	struct loop *loop;
};

#define FIELD(name) .field = offsetof(struct options, name)

static const struct option rows[] = {
    {"mode", 'm', OPT_CHOICE, FIELD(mode), .choices = "validate|stub|iterate", .help = ""},
    {"resolver", 'r', OPT_TEXTS, FIELD(resolvers), .help = ""},
    {"anchor", 'a', OPT_TEXT, FIELD(anchor), .help = ""},
    {"hints", 'i', OPT_TEXT, FIELD(hints), .help = ""},
    {"spread", 's', OPT_FLAG, FIELD(spread), .help = ""},
    {"trust", 't', OPT_FLAG, FIELD(trust), .help = ""},
    {"wait", 'w', OPT_NUMBER, .max = 100000, FIELD(wait_ms), .help = ""},
};

static void
answered(void *arg, const struct dns_result *r)
{
	struct asked *asked = arg;

	asked->result = dns_result_copy(asked->arena, r);
	if (--*asked->left == 0)
		loop_stop(asked->loop);
}

static void
print(struct arena *a, const struct dns_result *r)
{
	printf("%s %s %s %s %s %d |", r->name, dns_type_name(a, r->type),
	    dns_outcome_name(r->outcome), dns_security_name(r->dnssec), dns_proto_name(r->proto),
	    r->rcode);
	for (size_t i = 0; i < r->answer_n; i++)
		printf(" %.60s", r->answer[i]);
	printf(" | %s\n", r->why ? r->why : "-");
}

/* Asks about argv[1], argv[2] and so on, and prints what came. */
static void
ask_all(struct arena *a, struct loop *l, struct dns *d, int64_t wait_ms, char **argv, size_t n)
{
	struct asked *asked = arena_alloc(a, (n + 1) * sizeof *asked);
	int64_t deadline_us = clock_since_us(loop_clock(l)) + wait_ms * 1000;
	size_t left = n;

	for (size_t i = 0; i < n; i++) {
		int type = (int)ldns_get_rr_type_by_name(argv[2 + 2 * i]);

		asked[i] = (struct asked){.arena = a, .left = &left, .loop = l};
		dns_submit(d, span_str(argv[1 + 2 * i]), type, deadline_us, answered, &asked[i]);
	}
	if (n)
		loop_run(l);
	for (size_t i = 0; i < n; i++)
		print(a, asked[i].result);
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct options o = {.wait_ms = 5000, .anchor = "/usr/share/dns/root.key"};
	struct option_group group = {{rows, sizeof rows / sizeof *rows}, &o};
	int n = 0;
	const char *error = option_take_switches(a, &group, 1, argc, argv, &n);
	struct loop *l = loop_new();
	struct dns_params params = {.mode = (enum dns_mode)o.mode,
	    .resolvers = o.resolvers,
	    .trust_anchor = *o.anchor ? o.anchor : NULL,
	    .root_hints = o.hints,
	    .spread = o.spread,
	    .trust_ad = o.trust,
	    .rng = &rng_system};
	struct dns *d = error ? NULL : dns_open(a, l, &params, &error);

	if (d)
		ask_all(a, l, d, o.wait_ms, argv, (size_t)n / 2);
	else
		fprintf(stderr, "dnsask: %s\n", error);
	dns_free(d);
	loop_free(l);
	arena_free(a);
	return d ? 0 : 78;
}
