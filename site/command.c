/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/command.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/share.h"
#include "io/user.h"
#include "plan/plan_name.h"
#include "site/check.h"
#include "site/init.h"
#include "site/live.h"
#include "site/render.h"
#include "site/site_sign.h"
#include "site/testca.h"
#include "io/tree.h"
#include "site/zone_sign.h"

enum { VALIDITY_S = 28 * 86400, LIVE_DEADLINE_S = 30, EXIT_FINDINGS = 1 };

/* Octets: of a recipient's domain that every sender takes, OpenSMTPD's HOST_NAME_MAX on Linux being
 * the least; of the shortest domain that somebody may have. */
enum { TAKEN_BY_ALL = 64, DOMAIN_LEAST = 4 };

#define FIELD(name) .field = offsetof(struct command_switches, name)

static const struct option switches[] = {
    {"domain", 0, OPT_NAME, FIELD(domain), .help = "init: domain of the measurement"},
    {"ipv4", 0, OPT_TEXT, FIELD(ipv4), .arg = "PREFIX", .help = "init: IPv4 network of the site"},
    {"ipv6", 0, OPT_TEXT, FIELD(ipv6), .arg = "PREFIX", .help = "init: IPv6 network of the site"},
    {"layout", 0, OPT_CHOICE, .choices = "multi|single", FIELD(layout),
	.help = "init: a machine for each host (default), or one for all"},
    {"out", 'o', OPT_TEXT, FIELD(out), .arg = "DIR",
	.help = "folder of the rendered tree; of init: file to write"},
    {"now", 0, OPT_NUMBER, .min = 0, .max = 4294967295, .unit = "s", FIELD(now_utc),
	.arg = "SECONDS", .help = "the time, in seconds since 1970 (default: the clock's)"},
    {"validity", 0, OPT_SECONDS, .min = 3600, .max = 366 * 86400, FIELD(validity_s),
	.help = "sign: how long signatures hold (default 28d)"},
    {"machine", 0, OPT_NAME, FIELD(machine), .arg = "NAME",
	.help = "sign: on that machine itself, with -o /"},
    {"live", 0, OPT_FLAG, FIELD(live), .help = "check: ask the real servers, over the network"},
    {"deadline", 0, OPT_SECONDS, .min = 2, .max = 600, FIELD(deadline_s),
	.help = "check --live: what is not known by then is a finding (default 30s)"},
    {"health", 0, OPT_TEXT, FIELD(health), .arg = "DIR",
	.help = "check --live: folder of the records (default: health_dir)"},
    {"roots", 0, OPT_TEXT, FIELD(roots), .arg = "FILE",
	.help = "check --live: certificates of authorities, PEM (default: this system's)"},
    {"share", 0, OPT_TEXT, FIELD(share), .arg = "DIR", .help = "templates and test cases"},
};

const struct option_table command_switches_table = {switches, sizeof switches / sizeof *switches};

/* Which switches a command takes. */
enum {
	TAKES_INIT = 1, /* domain, ipv4, ipv6, layout */
	TAKES_OUT = 2,
	TAKES_NOW = 4,
	TAKES_SIGN = 8, /* validity, machine */
	TAKES_SHARE = 16,
	NEEDS_OUT = 32,
	TAKES_LIVE = 64, /* live, deadline, health, roots */
};

/* A site with everything that follows from it. */
struct whole {
	struct site site;
	struct testcases cases;
	struct plan plan;
	const char *share;
};

void
command_switches_init(struct command_switches *s)
{
	*s = (struct command_switches){
	    .layout = -1, .now_utc = -1, .validity_s = -1, .deadline_s = -1};
}

static int
say(int code, const char *error)
{
	fprintf(stderr, "emt-site: %s\n", error);
	return code;
}

static int64_t
now_of(const struct command_call *call)
{
	return call->switches->now_utc >= 0 ? call->switches->now_utc
					    : clock_wall_us(&clock_system) / 1000000;
}

static const char *
read_cases(const struct command_call *call, const char **share, struct testcases *cases)
{
	const char *error =
	    share_find(call->a, call->switches->share, "postfix-conf/main.cf.in", share);

	return error
		   ? error
		   : testcases_read(call->a, arena_printf(call->a, "%s/testcases", *share), cases);
}

/* NULL, or what is wrong with the site file or the test cases. */
static const char *
read_whole(const struct command_call *call, struct whole *w)
{
	const char *error = call->config_error;

	if (!error)
		error = site_read(call->a, call->settings, call->site_file, call->values, &w->site);
	if (!error)
		error = read_cases(call, &w->share, &w->cases);
	return error ? error : plan_make(call->a, &w->site, &w->cases, now_of(call), &w->plan);
}

static int
run_init(const struct command_call *call)
{
	const struct command_switches *s = call->switches;
	struct testcases cases;
	struct init init = {.domain = s->domain,
	    .ipv4 = s->ipv4,
	    .ipv6 = s->ipv6,
	    .layout = s->layout == LAYOUT_SINGLE ? LAYOUT_SINGLE : LAYOUT_MULTI,
	    .cases = &cases,
	    .rng = &rng_system};
	struct span text;
	const char *error;

	if (!s->domain || !s->ipv4 || !s->ipv6)
		return say(EX_USAGE, "init needs --domain D, --ipv4 PREFIX and --ipv6 PREFIX");
	error = read_cases(call, &init.share, &cases);
	if (error)
		return say(EX_CONFIG, error);
	error = init_text(call->a, &init, &text);
	if (error)
		return say(EX_USAGE, error);
	if (s->out) {
		error = tree_write_new(call->a, s->out, 0600, text);
		return error ? say(EX_TEMPFAIL, error) : EX_OK;
	}
	if (fwrite(text.p, 1, text.n, stdout) != text.n || fflush(stdout))
		return say(EX_TEMPFAIL, "cannot write to standard output");
	return EX_OK;
}

/* Longer domains are the sender's to take (RFC 5321 section 4.5.3.1.2 has 255 octets), but one that
 * does not looks like one that lacks what the case is about. */
static void
warn_of_length(const struct command_call *call, const struct plan *plan)
{
	size_t n, base = strlen(plan->site->domain);
	const struct testcase *t = plan_longest(plan, &n);
	const char *mend = "rename that test case";

	if (n <= TAKEN_BY_ALL)
		return;
	if (n - base + DOMAIN_LEAST <= TAKEN_BY_ALL)
		mend = arena_printf(
		    call->a, "a domain of at most %zu octets would do", TAKEN_BY_ALL - (n - base));
	log_warning("%s: domain = %s: addresses' domains have %zu octets (%s); OpenSMTPD takes no "
		    "more than %d: %s",
	    option_place(call->values, "domain"), plan->site->domain, n, t->name, TAKEN_BY_ALL,
	    mend);
}

static int
run_render(const struct command_call *call)
{
	struct whole w;
	const char *error = read_whole(call, &w);
	struct render r = {
	    .a = call->a, .plan = &w.plan, .values = call->values, .dir = call->switches->out};

	if (error)
		return say(EX_CONFIG, error);
	r.share = w.share;
	error = render(&r);
	if (error)
		return say(EX_TEMPFAIL, error);
	warn_of_length(call, &w.plan);
	if (!call->settings->tls_pin)
		log_warning("tls_pin is not set, so mail-dane-ok has no TLSA record yet; emt-site "
			    "pin prints it for the certificate of %s",
		    site_host(&w.site, ROLE_DANE)->fqdn);
	return EX_OK;
}

static int
run_sign(const struct command_call *call)
{
	const struct command_switches *s = call->switches;
	struct whole w;
	const char *error = read_whole(call, &w);
	struct site_sign job = {.plan = &w.plan,
	    .dir = s->out,
	    .machine = s->machine,
	    .now_utc = now_of(call),
	    .validity_s = s->validity_s > 0 ? s->validity_s : VALIDITY_S,
	    .out = stdout};

	if (error)
		return say(EX_CONFIG, error);
	/* Signatures hold their times in 32 bits (RFC 4034 section 3.1.5). */
	if (job.now_utc < ZONE_SIGN_SKEW_S || job.now_utc + job.validity_s > UINT32_MAX)
		return say(EX_USAGE, "signatures would begin before 1970 or end after 2106; give "
				     "another --now or --validity");
	error = site_sign(call->a, &job);
	return error ? say(EX_TEMPFAIL, error) : EX_OK;
}

static int
run_pin(const struct command_call *call)
{
	const char *pin, *error = testca_pin(call->a, call->operands[0], &pin);

	if (error)
		return say(EX_CONFIG, error);
	return puts(pin) < 0 || fflush(stdout) ? EX_TEMPFAIL : EX_OK;
}

static int
run_testca(const struct command_call *call)
{
	struct whole w;
	const char *error = read_whole(call, &w);
	struct testca job = {.plan = &w.plan,
	    .dir = call->operands[0],
	    .now_utc = now_of(call),
	    .rng = &rng_system,
	    .out = stdout};

	if (error)
		return say(EX_CONFIG, error);
	error = testca_make(call->a, &job);
	return error ? say(EX_TEMPFAIL, error) : EX_OK;
}

static void
check_tree(
    const struct command_call *call, const struct whole *w, size_t *findings_n, size_t *skipped_n)
{
	struct check check = {.a = call->a,
	    .plan = &w->plan,
	    .dir = call->switches->out,
	    .share = w->share,
	    .values = call->values,
	    .now_utc = now_of(call),
	    .try_postfix = true,
	    .out = stdout};

	warn_of_length(call, &w->plan);
	check_run(&check);
	*findings_n += check.findings_n;
	*skipped_n += check.skipped_n;
}

/* NULL, or why it could not run. */
static const char *
check_servers(const struct command_call *call, const struct plan *plan, size_t *findings_n)
{
	const struct command_switches *s = call->switches;
	struct live live = {.a = call->a,
	    .plan = plan,
	    .deadline_s = s->deadline_s > 0 ? s->deadline_s : LIVE_DEADLINE_S,
	    .roots = s->roots,
	    .health_dir = s->health ? s->health : call->settings->health_dir,
	    .ehlo_name = call->settings->ehlo_name,
	    .out = stdout};
	const char *error;

	/* Answers come from strangers, and the records are that user's. */
	if (!user_become(call->settings->user))
		return "cannot run as root";
	error = live_run(&live);
	*findings_n += live.findings_n;
	if (!error)
		printf("%zu live checks\n", live.checks_n);
	return error;
}

static int
run_check(const struct command_call *call)
{
	const struct command_switches *s = call->switches;
	struct whole w;
	const char *error = read_whole(call, &w);
	size_t findings_n = 0, skipped_n = 0;

	if (!s->live && (s->deadline_s > 0 || s->health || s->roots))
		return say(EX_USAGE, "--deadline, --health and --roots are for check --live");
	if (!s->live && !s->out)
		return say(EX_USAGE, "check needs -o DIR, or --live");
	if (error)
		return say(EX_CONFIG, error);
	if (s->out)
		check_tree(call, &w, &findings_n, &skipped_n);
	if (s->live)
		error = check_servers(call, &w.plan, &findings_n);
	if (error)
		return say(EX_TEMPFAIL, error);
	printf("%zu findings", findings_n);
	if (skipped_n)
		printf(", %zu checks skipped", skipped_n);
	if (putchar('\n') < 0 || fflush(stdout))
		return EX_TEMPFAIL;
	return findings_n ? EXIT_FINDINGS : EX_OK;
}

static const struct command {
	const char *name;
	unsigned takes;
	int operands_n;
	int (*run)(const struct command_call *call);
} commands[] = {
    {"init", TAKES_INIT | TAKES_OUT | TAKES_SHARE, 0, run_init},
    {"render", TAKES_OUT | NEEDS_OUT | TAKES_NOW | TAKES_SHARE, 0, run_render},
    {"sign", TAKES_OUT | NEEDS_OUT | TAKES_NOW | TAKES_SIGN | TAKES_SHARE, 0, run_sign},
    {"check", TAKES_OUT | TAKES_NOW | TAKES_LIVE | TAKES_SHARE, 0, run_check},
    {"pin", 0, 1, run_pin},
    {"testca", TAKES_NOW | TAKES_SHARE, 1, run_testca},
};

/* A switch that this command does not take, or NULL. */
static const char *
foreign_switch(const struct command *c, const struct command_switches *s)
{
	const struct {
		unsigned takes;
		bool given;
		const char *name;
	} given[] = {
	    {TAKES_INIT, s->domain != NULL, "domain"},
	    {TAKES_INIT, s->ipv4 != NULL, "ipv4"},
	    {TAKES_INIT, s->ipv6 != NULL, "ipv6"},
	    {TAKES_INIT, s->layout >= 0, "layout"},
	    {TAKES_OUT, s->out != NULL, "out"},
	    {TAKES_NOW, s->now_utc >= 0, "now"},
	    {TAKES_SIGN, s->validity_s >= 0, "validity"},
	    {TAKES_SIGN, s->machine != NULL, "machine"},
	    {TAKES_LIVE, s->live, "live"},
	    {TAKES_LIVE, s->deadline_s >= 0, "deadline"},
	    {TAKES_LIVE, s->health != NULL, "health"},
	    {TAKES_LIVE, s->roots != NULL, "roots"},
	    {TAKES_SHARE, s->share != NULL, "share"},
	};

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i].given && !(c->takes & given[i].takes))
			return given[i].name;
	return NULL;
}

int
command_run(const char *name, const struct command_call *call)
{
	const struct command *c = NULL;
	const char *foreign;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(commands[i].name, name))
			c = &commands[i];
	if (!c)
		return say(EX_USAGE, "no such command; --help lists them");
	foreign = foreign_switch(c, call->switches);
	if (foreign)
		return say(EX_USAGE, arena_printf(call->a, "%s takes no --%s", name, foreign));
	if (call->operands_n != c->operands_n)
		return say(EX_USAGE,
		    arena_printf(call->a, "%s takes %s", name,
			c->operands_n ? "one name behind it" : "nothing behind it but options"));
	if (c->takes & NEEDS_OUT && !call->switches->out)
		return say(EX_USAGE, arena_printf(call->a, "%s needs -o DIR", name));
	/* A script's empty variable: DIR/etc would be the machine's own. */
	if ((call->switches->out && !call->switches->out[0]) ||
	    (call->operands_n && !call->operands[0][0]))
		return say(EX_USAGE,
		    arena_printf(call->a, "%s got an empty name for its folder or file", name));
	return c->run(call);
}
