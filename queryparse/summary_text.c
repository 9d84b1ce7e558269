/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-queries summary: reads, and prints as text or as resolver/1 lines. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "base/json_text.h"
#include "base/log.h"
#include "base/settings.h"
#include "queryparse/inputs.h"
#include "queryparse/summary.h"

enum { TIME_TEXT_MAX = 32, LINE_MAX_OCTETS = 1 << 20 };

struct reading {
	struct joiner *joiner;
	struct summary *summary;
};

static void
add(void *state, const struct query *q)
{
	struct reading *r = state;

	summary_add(r->summary, q);
}

static bool
take(void *state, const struct query *q)
{
	struct reading *r = state;

	joiner_add(r->joiner, q);
	return true;
}

static const char *
time_text(int64_t us, char out[TIME_TEXT_MAX])
{
	time_t t = (time_t)(us / 1000000);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "?";
	return out;
}

/* Its own, and those of addresses that asked for the same tokens. */
static void
find_families(const struct summary_resolver *r, bool *v4, bool *v6)
{
	*v4 = !r->ip.v6;
	*v6 = r->ip.v6;
	for (size_t i = 0; i < r->partners_n; i++) {
		*v4 |= !r->partners[i]->ip.v6;
		*v6 |= r->partners[i]->ip.v6;
	}
}

static void
print_sizes(const struct summary_resolver *r)
{
	printf("  edns: %" PRIu64 " with, %" PRIu64 " without; sizes", r->edns, r->no_edns);
	for (size_t i = 0; i < r->sizes_n; i++)
		printf(" %d", r->sizes[i]);
	printf("%s; cookies %" PRIu64 ", client subnet %" PRIu64 "\n", r->sizes_n ? "" : " -",
	    r->cookie, r->subnet);
}

static void
print_about(const struct summary_resolver *r)
{
	for (size_t i = 0; i < r->cuts_n; i++) {
		const struct summary_cut *c = &r->cuts[i];

		printf("  cut %s: apex %" PRIu64 " (NS %" PRIu64 ", A %" PRIu64 ", AAAA %" PRIu64
		       ", DS %" PRIu64 ", DNSKEY %" PRIu64 "), below %" PRIu64 ", referred %" PRIu64
		       "\n",
		    c->zone, c->apex, c->ns, c->a, c->aaaa, c->ds, c->dnskey, c->below,
		    c->referred);
	}
	for (size_t i = 0; i < r->cases_n; i++) {
		const struct summary_case *c = &r->cases[i];

		printf("  case %s: %" PRIu64 " queries, tokens", c->name, c->queries);
		for (size_t t = 0; t < c->tokens_n; t++)
			printf(" %s", c->tokens[t]);
		printf("%s\n", c->has_more ? " and more" : c->tokens_n ? "" : " -");
	}
}

static void
print_text(const struct summary_resolver *r)
{
	char ip[IP_TEXT_MAX], first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
	bool v4, v6;

	find_families(r, &v4, &v6);
	printf("%s: %" PRIu64 " queries, %s to %s\n", ip_text(&r->ip, ip), r->queries,
	    time_text(r->first_us, first), time_text(r->last_us, last));
	printf("  families:%s%s; udp %" PRIu64 ", tcp %" PRIu64 ", truncated %" PRIu64 "\n",
	    v4 ? " ipv4" : "", v6 ? " ipv6" : "", r->udp, r->tcp, r->truncated);
	printf("  minimises names: %s (%" PRIu64 " of %" PRIu64 "); mixes case: %s (%" PRIu64
	       " of %" PRIu64 ")\n",
	    summary_minimises(r), r->minimised, r->minimised + r->full, summary_randomises(r),
	    r->mixed, r->mixed + r->plain);
	printf("  validates: %s (DO %" PRIu64 ", CD %" PRIu64 ", DS %" PRIu64 ", DNSKEY %" PRIu64
	       ")\n",
	    summary_validates(r), r->wants_dnssec, r->checking_disabled, r->ds, r->dnskey);
	print_sizes(r);
	print_about(r);
}

static void
put_text(struct buf *out, const char *key, const char *text)
{
	json_text_key(out, key);
	json_text_string(out, span_str(text));
}

static void
put_count(struct buf *out, const char *key, uint64_t n)
{
	json_text_key(out, key);
	json_text_int(out, (int64_t)n);
}

static void
put_cuts(struct buf *out, const struct summary_resolver *r)
{
	json_text_key(out, "cuts");
	buf_putc(out, '[');
	for (size_t i = 0; i < r->cuts_n; i++) {
		const struct summary_cut *c = &r->cuts[i];

		json_text_next(out);
		buf_putc(out, '{');
		put_text(out, "zone", c->zone);
		put_count(out, "apex", c->apex);
		put_count(out, "ns", c->ns);
		put_count(out, "a", c->a);
		put_count(out, "aaaa", c->aaaa);
		put_count(out, "ds", c->ds);
		put_count(out, "dnskey", c->dnskey);
		put_count(out, "below", c->below);
		put_count(out, "referred", c->referred);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void
put_cases(struct buf *out, const struct summary_resolver *r)
{
	json_text_key(out, "testcases");
	buf_putc(out, '[');
	for (size_t i = 0; i < r->cases_n; i++) {
		const struct summary_case *c = &r->cases[i];

		json_text_next(out);
		buf_putc(out, '{');
		put_text(out, "testcase", c->name);
		put_count(out, "queries", c->queries);
		json_text_key(out, "tokens");
		buf_putc(out, '[');
		for (size_t t = 0; t < c->tokens_n; t++) {
			json_text_next(out);
			json_text_string(out, span_str(c->tokens[t]));
		}
		buf_puts(out, "]");
		json_text_key(out, "more_tokens");
		buf_puts(out, c->has_more ? "true}" : "false}");
	}
	buf_putc(out, ']');
}

static void
put_addresses(struct buf *out, const struct summary_resolver *r)
{
	char ip[IP_TEXT_MAX];
	bool v4, v6;

	find_families(r, &v4, &v6);
	put_text(out, "client", ip_text(&r->ip, ip));
	json_text_key(out, "families");
	buf_puts(out, v4 && v6 ? "[\"ipv4\",\"ipv6\"]" : v4 ? "[\"ipv4\"]" : "[\"ipv6\"]");
	json_text_key(out, "same_tokens");
	buf_putc(out, '[');
	for (size_t i = 0; i < r->partners_n; i++) {
		json_text_next(out);
		json_text_string(out, span_str(ip_text(&r->partners[i]->ip, ip)));
	}
	buf_putc(out, ']');
}

static void
put_sizes(struct buf *out, const struct summary_resolver *r)
{
	json_text_key(out, "edns_sizes");
	buf_putc(out, '[');
	for (size_t i = 0; i < r->sizes_n; i++) {
		json_text_next(out);
		json_text_int(out, r->sizes[i]);
	}
	buf_putc(out, ']');
}

static void
put_json(struct buf *out, const struct summary_resolver *r)
{
	const struct {
		const char *key;
		uint64_t n;
	} counts[] = {
	    {"queries", r->queries},
	    {"udp", r->udp},
	    {"tcp", r->tcp},
	    {"truncated", r->truncated},
	    {"minimised", r->minimised},
	    {"with_token", r->full},
	    {"mixed_case", r->mixed},
	    {"one_case", r->plain},
	    {"do", r->wants_dnssec},
	    {"cd", r->checking_disabled},
	    {"rd", r->recursion},
	    {"ds", r->ds},
	    {"dnskey", r->dnskey},
	    {"edns", r->edns},
	    {"no_edns", r->no_edns},
	    {"cookies", r->cookie},
	    {"subnets", r->subnet},
	};

	buf_putc(out, '{');
	put_text(out, "schema", "resolver/1");
	put_text(out, "tool", "emt-queries " EMT_VERSION);
	put_addresses(out, r);
	json_text_key(out, "first");
	json_text_seconds(out, r->first_us);
	json_text_key(out, "last");
	json_text_seconds(out, r->last_us);
	put_text(out, "minimises", summary_minimises(r));
	put_text(out, "mixes_case", summary_randomises(r));
	put_text(out, "validates", summary_validates(r));
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		put_count(out, counts[i].key, counts[i].n);
	put_sizes(out, r);
	put_cuts(out, r);
	put_cases(out, r);
	buf_puts(out, "}\n");
}

static int
print(const struct summary_params *params, struct summary *s)
{
	uint64_t others;
	size_t n;
	const struct summary_resolver *const *list = summary_list(s, &n, &others);
	struct buf line;

	buf_init(&line, LINE_MAX_OCTETS);
	for (size_t i = 0; i < n; i++) {
		if (!params->json) {
			print_text(list[i]);
			continue;
		}
		buf_clear(&line);
		put_json(&line, list[i]);
		fwrite(line.p, 1, line.n, stdout);
	}
	buf_free(&line);
	if (others)
		log_error("warning: %" PRIu64 " queries are of addresses that are not told, or too "
			  "many",
		    others);
	if (!fflush(stdout) && !ferror(stdout))
		return EX_OK;
	log_error("standard output: %s", strerror(errno));
	return EX_TEMPFAIL;
}

static int
run(const struct summary_params *summary, const struct queries_params *params,
    const struct source_params *source, struct subjects *subjects, char *const *files, int files_n)
{
	struct reading r = {.summary = summary_new(subjects)};
	const struct joiner_params joiner = {.window_us = params->window_s * 1000000,
	    .held_max = QUERIES_HELD_MAX,
	    .write = add,
	    .state = &r};
	struct source_counts counts = {0};
	int status, printed;

	r.joiner = joiner_new(&joiner);
	status = inputs_read(source, files, files_n, take, &r, &counts);
	joiner_end(r.joiner);
	printed = status == EX_OK ? print(summary, r.summary) : EX_OK;
	status = queries_report(params, &counts, joiner_counts(r.joiner), status);
	joiner_free(r.joiner);
	summary_free(r.summary);
	return printed != EX_OK ? printed : status;
}

int
summary_run(const struct summary_params *summary, const struct queries_params *params,
    char *const *files, int files_n)
{
	struct source_params source;
	struct subjects *subjects;
	struct arena *a = arena_new();
	struct zone zone;
	int status = queries_source(params, &zone, &source);

	source.takes_records = true;
	if (status == EX_OK)
		status = queries_subjects(params, a, &subjects);
	if (status == EX_OK)
		status = run(summary, params, &source, subjects, files, files_n);
	arena_free(a);
	return status;
}
