/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/live.h"

#include "base/utf8.h"
#include "dns/dns_name.h"
#include "mail/token.h"
#include "site/health.h"

enum {
	LINE_MAX_LEN = 4000,
	LAST_US = 200000,       /* before the deadline: who asks must have ended by then */
	DNS_PARALLEL = 20,      /* questions to the resolver at once */
	BEGIN_US = 5 * 1000000, /* to reach the resolver at all */
};

/* A part, and the one whose failure explains its own: that one alone is then a finding. */
static const struct {
	const char *name;
	enum live_part depends;
	bool any_family; /* ... over any family */
} parts[LIVE_PARTS_N] = {
    [LIVE_NAME_SERVER] = {"name-server", LIVE_NAME_SERVER, false},
    [LIVE_DELEGATION] = {"delegation", LIVE_NAME_SERVER, true},
    [LIVE_DNSSEC] = {"dnssec", LIVE_NAME_SERVER, true},
    [LIVE_RECORDS] = {"records", LIVE_NAME_SERVER, false},
    [LIVE_MX] = {"mx", LIVE_DNSSEC, true},
    [LIVE_ADDRESS] = {"address", LIVE_DNSSEC, true},
    [LIVE_LISTENER] = {"listener", LIVE_LISTENER, false},
    [LIVE_STARTTLS] = {"starttls", LIVE_LISTENER, false},
    [LIVE_TLS] = {"tls", LIVE_STARTTLS, false},
    [LIVE_CERTIFICATE] = {"certificate", LIVE_TLS, false},
    [LIVE_TLSA] = {"tlsa", LIVE_CERTIFICATE, false},
    [LIVE_RECIPIENT] = {"recipient", LIVE_LISTENER, false},
    [LIVE_RELAY] = {"relay", LIVE_LISTENER, false},
};

static const char *const family_names[LIVE_FAMILIES_N] = {NULL, "ipv4", "ipv6"};

bool
live_has(const struct live_case *c, enum live_part part, enum live_family family)
{
	return c->checks[part][family].state != LIVE_NONE;
}

static void
expect(struct live *l, struct live_case *c, enum live_part part, enum live_family family)
{
	c->checks[part][family].state = LIVE_PENDING;
	l->checks_n++;
}

static void
expect_family(struct live *l, struct live_case *c, enum live_family family)
{
	const struct plan_zone *zone = c->zone;
	const struct testcase *t = c->testcase;
	bool v4 = family == LIVE_IPV4;

	expect(l, c, LIVE_NAME_SERVER, family);
	expect(l, c, LIVE_ADDRESS, family);
	if (zone->parent)
		expect(l, c, LIVE_DELEGATION, family);
	if (v4 ? zone->glue4 : zone->glue6)
		expect(l, c, LIVE_RECORDS, family);
	if (t->families == (v4 ? FAMILIES_IPV6 : FAMILIES_IPV4))
		return;
	expect(l, c, LIVE_LISTENER, family);
	expect(l, c, LIVE_STARTTLS, family);
	expect(l, c, LIVE_TLSA, family);
	expect(l, c, LIVE_RECIPIENT, family);
	expect(l, c, LIVE_RELAY, family);
	if (t->host->certificate == CERTIFICATE_NONE)
		return;
	expect(l, c, LIVE_TLS, family);
	expect(l, c, LIVE_CERTIFICATE, family);
}

static void
expect_all(struct live *l)
{
	const struct settings *s = l->plan->site->settings;

	l->cases = arena_alloc(l->a, l->plan->cases->n * sizeof *l->cases);
	for (size_t i = 0; i < l->plan->cases->n; i++) {
		struct live_case *c = &l->cases[i];
		const struct testcase *t = &l->plan->cases->v[i];
		const char *domain = l->plan->site->domain;
		char token[PROBE_TOKEN_LEN + 1];

		token_make(span_str(s->token_secret), span_str(t->name),
		    (uint64_t)s->tokens_per_case - 1, token);
		*c = (struct live_case){.testcase = t,
		    .zone = plan_case_zone(l->plan, t),
		    .ip = plan_case_ip(l->plan, t)};
		c->domains[0] = arena_printf(l->a, "%s.%s", t->name, domain);
		c->domains[1] = arena_printf(l->a, "%s.%s", token, c->domains[0]);
		c->hosts[0] = arena_printf(l->a, "%s.%s", t->mx, domain);
		c->hosts[1] = arena_printf(l->a, "%s.mx.%s", token, c->domains[0]);
		expect(l, c, LIVE_DNSSEC, LIVE_EITHER);
		expect(l, c, LIVE_DELEGATION, LIVE_EITHER);
		expect(l, c, LIVE_MX, LIVE_EITHER);
		expect_family(l, c, LIVE_IPV4);
		expect_family(l, c, LIVE_IPV6);
	}
}

static int64_t
wall_us(void)
{
	return clock_wall_us(&clock_system);
}

void
live_ok(struct live *l, struct live_case *c, enum live_part part, enum live_family family,
    const char *detail)
{
	struct live_check *check = &c->checks[part][family];

	if (check->state != LIVE_PENDING)
		return;
	check->state = LIVE_OK;
	check->what = detail ? arena_dup(l->a, span_str(detail)) : NULL;
	check->time_us = wall_us();
}

void
live_bad(struct live *l, struct live_case *c, enum live_part part, enum live_family family,
    const struct live_fault *fault)
{
	struct live_check *check = &c->checks[part][family];

	if (check->state == LIVE_NONE || check->state == LIVE_BAD)
		return;
	*check = (struct live_check){.state = LIVE_BAD,
	    .where = arena_dup(l->a, span_str(fault->where)),
	    .what = arena_dup(l->a, span_str(fault->what)),
	    .why = fault->why,
	    .mend = fault->mend,
	    .time_us = wall_us()};
}

void
live_begin(struct live *l)
{
	l->busy_n++;
}

void
live_end(struct live *l)
{
	if (--l->busy_n == 0 && l->started)
		loop_stop(l->loop);
}

static bool
is_bad(const struct live_case *c, enum live_part part, enum live_family family)
{
	return c->checks[part][family].state == LIVE_BAD;
}

/* Does the failure of another part explain this one? */
static bool
is_explained(const struct live_case *c, enum live_part part, enum live_family family)
{
	enum live_part on = parts[part].depends;

	if (on == part)
		return false;
	if (parts[part].any_family) {
		for (int f = 0; f < LIVE_FAMILIES_N; f++)
			if (is_bad(c, on, (enum live_family)f))
				return true;
	} else if (is_bad(c, on, family)) {
		return true;
	}
	return is_explained(c, on, family);
}

/* One line for all cases that have the same fault. */
struct finding {
	const struct live_check *check;
	const char *cases; /* "mail-ok v4-mail" */
};

static bool
same_finding(const struct live_check *a, const struct live_check *b)
{
	return !strcmp(a->where, b->where) && !strcmp(a->what, b->what);
}

static void
print_finding(struct live *l, const struct finding *f)
{
	struct buf line;

	buf_init(&line, LINE_MAX_LEN);
	safe_put(&line, span_str(arena_printf(l->a, "%s: %s; %s; %s (cases: %s)", f->check->where,
			    f->check->what, f->check->why, f->check->mend, f->cases)));
	fprintf(l->out, "%s\n", buf_str(&line));
	buf_free(&line);
}

static void
print_findings(struct live *l)
{
	struct finding *found = arena_alloc(l->a, (l->checks_n + 1) * sizeof *found);

	for (size_t i = 0; i < l->plan->cases->n; i++)
		for (int k = 0; k < LIVE_PARTS_N * LIVE_FAMILIES_N; k++) {
			enum live_part part = (enum live_part)(k / LIVE_FAMILIES_N);
			enum live_family family = (enum live_family)(k % LIVE_FAMILIES_N);
			const struct live_case *c = &l->cases[i];
			const struct live_check *check = &c->checks[part][family];
			const char *name = c->testcase->name;
			size_t at = 0;

			if (check->state != LIVE_BAD || is_explained(c, part, family))
				continue;
			while (at < l->findings_n && !same_finding(found[at].check, check))
				at++;
			if (at == l->findings_n)
				found[l->findings_n++] = (struct finding){check, name};
			else if (!span_ends(span_str(found[at].cases), span_str(name)))
				found[at].cases =
				    arena_printf(l->a, "%s %s", found[at].cases, name);
		}
	for (size_t i = 0; i < l->findings_n; i++)
		print_finding(l, &found[i]);
}

static const char *
write_records(struct live *l)
{
	struct health *records = arena_alloc(l->a, (l->checks_n + 1) * sizeof *records);
	size_t n = 0;

	for (size_t i = 0; i < l->plan->cases->n; i++)
		for (int k = 0; k < LIVE_PARTS_N * LIVE_FAMILIES_N; k++) {
			const struct live_case *c = &l->cases[i];
			int part = k / LIVE_FAMILIES_N, family = k % LIVE_FAMILIES_N;
			const struct live_check *check = &c->checks[part][family];

			if (check->state == LIVE_NONE)
				continue;
			records[n++] = (struct health){.testcase = c->testcase->name,
			    .part = parts[part].name,
			    .family = family_names[family],
			    .ok = check->state == LIVE_OK,
			    .sender = part == LIVE_RECIPIENT ? l->sender : NULL,
			    .detail = check->state == LIVE_BAD
					  ? arena_printf(l->a, "%s: %s", check->where, check->what)
					  : check->what,
			    .time_us = check->time_us};
		}
	return health_append(l->a, l->health_dir, records, n);
}

/* What nobody has given an outcome. */
static void
end_pending(struct live *l)
{
	for (size_t i = 0; i < l->plan->cases->n; i++)
		for (int k = 0; k < LIVE_PARTS_N * LIVE_FAMILIES_N; k++) {
			int part = k / LIVE_FAMILIES_N, family = k % LIVE_FAMILIES_N;
			struct live_case *c = &l->cases[i];
			const struct live_fault fault = {
			    .where = arena_printf(l->a, "%s%s%s", parts[part].name,
				family ? "/" : "", family ? family_names[family] : ""),
			    .what = "nothing was known of it by the deadline",
			    .why = "a part that is not seen to work counts as one that does not",
			    .mend = "see the other findings; or give it a longer --deadline"};

			if (c->checks[part][family].state == LIVE_PENDING)
				live_bad(
				    l, c, (enum live_part)part, (enum live_family)family, &fault);
		}
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

/* The resolver and the trust anchor work at all: otherwise nothing can be said. */
static void
on_root(void *arg, const struct dns_result *r)
{
	struct live *l = arg;

	l->started = r->outcome == DNS_OK && r->dnssec == DNS_SECURE;
	if (!l->started)
		fprintf(stderr, "emt-site: . NS: %s, %s\n", dns_result_text(l->a, r),
		    dns_security_name(r->dnssec));
	loop_stop(l->loop);
}

static const char *
open_all(struct live *l)
{
	const struct settings *s = l->plan->site->settings;
	const struct dns_params params = {.mode = DNS_MODE_VALIDATE,
	    .resolvers = s->resolver,
	    .trust_anchor = s->trust_anchor,
	    .rng = l->rng,
	    .parallel = DNS_PARALLEL};
	int64_t now_us = clock_since_us(loop_clock(l->loop));
	const char *error;

	l->ehlo_name = dns_name_own(l->a, l->ehlo_name);
	if (!l->ehlo_name)
		return "the host has no name to say EHLO with; set ehlo_name";
	l->trust = trust_open(l->roots);
	if (!l->trust)
		return "no certificates of authorities; install ca-certificates, or set --roots";
	l->dns = dns_open(l->a, l->loop, &params, &error);
	if (!l->dns)
		return error;
	l->deadline_us = now_us + l->deadline_s * 1000000 - LAST_US;
	dns_submit(l->dns, SPAN_LIT("."), DNS_NS,
	    l->deadline_us < now_us + BEGIN_US ? l->deadline_us : now_us + BEGIN_US, on_root, l);
	loop_run(l->loop);
	return l->started ? NULL
			  : "the root cannot be looked up and validated, so nothing can be said of "
			    "the site; mend the resolver, or set resolver and trust_anchor";
}

static void
ask_all(struct live *l)
{
	struct loop_timer *timer = loop_timer_new(l->loop, stop, l->loop);
	struct live_authority *authority;
	struct live_smtp *smtp;

	live_begin(l);
	live_resolver_start(l);
	authority = live_authority_start(l);
	smtp = live_smtp_start(l);
	loop_timer_set(timer, l->deadline_us + LAST_US);
	live_end(l);
	if (l->busy_n)
		loop_run(l->loop);
	live_smtp_end(smtp);
	live_authority_end(authority);
	loop_timer_free(timer);
}

const char *
live_run(struct live *l)
{
	const char *error;

	l->loop = loop_new();
	l->rng = &rng_system;
	expect_all(l);
	error = open_all(l);
	if (!error)
		ask_all(l);
	dns_free(l->dns);
	loop_free(l->loop);
	trust_close(l->trust);
	if (error)
		return error;
	end_pending(l);
	print_findings(l);
	return write_records(l);
}
