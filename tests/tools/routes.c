/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes - the DNS half of emt-mxscan by itself: finds the routes of the domains on standard input
 * and writes their records to standard output; to standard error what it took.  For tests and
 * benchmarks. */
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/keyed_hash.h"
#include "base/option.h"
#include "mxinfer/scan/domains.h"
#include "mxinfer/scan/mail_route.h"
#include "mxinfer/scan/scan_record.h"

enum { FLUSH_AT = 1 << 20, RECORD_MAX = 1 << 24 };

static struct options {
	int64_t mode, parallel, at_once, wait_ms, cache_mb;
	struct option_list resolvers;
	const char *hints, *anchor;
	bool tlsa, mta_sts, mx_only;
} o = {.parallel = 200, .at_once = 2000, .wait_ms = 10000, .cache_mb = 64};

#define FIELD(name) .field = offsetof(struct options, name)

static const struct option rows[] = {
    {"mode", 'm', OPT_CHOICE, FIELD(mode), .choices = "validate|stub|iterate", .help = ""},
    {"resolver", 'r', OPT_TEXTS, FIELD(resolvers), .help = ""},
    {"parallel", 'p', OPT_NUMBER, .min = 1, .max = 100000, FIELD(parallel), .help = ""},
    {"at-once", 'n', OPT_NUMBER, .min = 1, .max = 1000000, FIELD(at_once), .help = ""},
    {"wait", 'w', OPT_NUMBER, .min = 1, .max = 1000000, FIELD(wait_ms), .help = ""},
    {"cache", 'c', OPT_NUMBER, .min = 1, .max = 100000, FIELD(cache_mb), .help = ""},
    {"hints", 'i', OPT_TEXT, FIELD(hints), .help = ""},
    {"anchor", 'a', OPT_TEXT, FIELD(anchor), .help = ""},
    {"tlsa", 't', OPT_FLAG, FIELD(tlsa), .help = ""},
    {"mta-sts", 's', OPT_FLAG, FIELD(mta_sts), .help = ""},
    {"mx-only", 'x', OPT_FLAG, FIELD(mx_only), .help = ""},
};

static struct {
	struct loop *loop;
	struct dns *dns;
	struct mail_routes *routes;
	struct domains *domains;
	uint64_t next, going, done, looked;
	struct buf out;
} t;

static void
flush(void)
{
	if (fwrite(t.out.p, 1, t.out.n, stdout) != t.out.n || fflush(stdout))
		abort();
	buf_clear(&t.out);
}

static void find_more(void);

static void
found(void *arg, const struct mail_route *r)
{
	(void)arg;
	t.going--;
	t.done++;
	t.looked += 1 + r->mta_sts.asked;
	for (size_t i = 0; i < r->mx_n; i++)
		t.looked += (uint64_t)r->mx[i].a.asked + r->mx[i].aaaa.asked + r->mx[i].tlsa.asked;
	scan_record_domain(&t.out, r, false);
	if (t.out.n >= FLUSH_AT)
		flush();
	if (t.done == domains_counts(t.domains)->taken)
		loop_stop(t.loop);
	find_more();
}

static void
find_more(void)
{
	while (t.going < (uint64_t)o.at_once && t.next < domains_counts(t.domains)->taken) {
		t.going++;
		mail_route_find(t.routes, domains_at(t.domains, t.next++), found, NULL);
	}
}

static double
cpu_us(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static void
run(struct arena *a)
{
	struct mail_routes_params p = {.tlsa = o.tlsa,
	    .mta_sts = o.mta_sts,
	    .ipv4 = !o.mx_only,
	    .ipv6 = !o.mx_only,
	    .deadline_us = o.wait_ms * 1000};
	const char *wrong = domains_read(t.domains, a, "-");
	int64_t begun_us = clock_since_us(loop_clock(t.loop));
	double before_us = cpu_us(), seconds, used_us;
	struct rusage use;

	if (wrong)
		fprintf(stderr, "routes: %s\n", wrong);
	t.routes = mail_routes_new(t.dns, t.loop, &p);
	buf_init(&t.out, RECORD_MAX);
	find_more();
	if (t.going)
		loop_run(t.loop);
	flush();
	seconds = (double)(clock_since_us(loop_clock(t.loop)) - begun_us) / 1e6;
	used_us = cpu_us() - before_us;
	getrusage(RUSAGE_SELF, &use);
	fprintf(stderr, "%llu domains, %llu look-ups, %.2f s, %.0f/s, %.1f us CPU each, %ld MB\n",
	    (unsigned long long)t.done, (unsigned long long)t.looked, seconds,
	    (double)t.looked / seconds, used_us / (double)t.looked, use.ru_maxrss / 1024);
	mail_routes_free(t.routes);
	buf_free(&t.out);
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct option_group group = {{rows, sizeof rows / sizeof *rows}, &o};
	int n = 0;
	const char *error = option_take_switches(a, &group, 1, argc, argv, &n);
	struct dns_params params = {.mode = (enum dns_mode)o.mode,
	    .resolvers = o.resolvers,
	    .trust_anchor = o.anchor,
	    .root_hints = o.hints,
	    .spread = true,
	    .rng = &rng_system,
	    .parallel = (size_t)o.parallel,
	    .cache_octets = (size_t)o.cache_mb << 20};

	keyed_hash_seed(&rng_system);
	t.loop = loop_new();
	t.dns = error ? NULL : dns_open(a, t.loop, &params, &error);
	t.domains = domains_new(&(struct domains_params){.shards = 0});
	if (t.dns)
		run(a);
	else
		fprintf(stderr, "routes: %s\n", error);
	domains_free(t.domains);
	dns_free(t.dns);
	loop_free(t.loop);
	arena_free(a);
	return t.dns ? 0 : 78;
}
