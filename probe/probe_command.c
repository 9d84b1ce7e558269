/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/probe_command.h"

#include <inttypes.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/share.h"
#include "io/tree.h"
#include "probe/address.h"
#include "probe/ledger.h"

#define SCHEMA_FILE "schema/ledger.sql"

enum { SCHEMA_MAX = 256 * 1024, PREFIX_LEN_MIN = 4 };

#define FIELD(name) .field = offsetof(struct probe_switches, name)

static const struct option switches[] = {
    {"ledger", 0, OPT_TEXT, FIELD(ledger), .arg = "FILE",
	.help = "who takes part and with what (default: setting ledger)"},
    {"probe-set", 0, OPT_TEXT, FIELD(set), .arg = "ID",
	.help = "a set, by its id or the start of it (default: all; mailto, send: the only one)"},
    {"participant", 0, OPT_TEXT, FIELD(participant), .arg = "NAME",
	.help = "new: what you call them (default: a name is made)"},
    {"address", 0, OPT_TEXT, FIELD(address), .arg = "ADDRESS",
	.help = "new: mail address that they send from"},
    {"provider", 0, OPT_TEXT, FIELD(provider), .arg = "TEXT",
	.help = "new: whose customer they are"},
    {"seed", 0, OPT_NUMBER, .min = 0, .max = PROBE_SEED_MAX, FIELD(seed),
	.help = "new: of the random order (default: drawn)"},
    {"all-in-one", 0, OPT_FLAG, FIELD(all_in_one),
	.help = "new, mailto: one mail to all addresses; such a set is never compared with others"},
    {"format", 0, OPT_CHOICE, .choices = "text|json|csv", FIELD(format),
	.help = "list, status: how (default text)"},
    {"html", 0, OPT_FLAG, FIELD(html), .help = "mailto: a list of links in HTML"},
    {"invitation", 0, OPT_FLAG, FIELD(invitation),
	.help = "mailto: a whole mail that invites the participant"},
    {"from", 0, OPT_TEXT, FIELD(from), .arg = "ADDRESS",
	.help = "send: the sender (default: the participant's address)"},
    {"submission", 0, OPT_TEXT, FIELD(submission), .arg = "smtp[s]://HOST[:PORT]",
	.help = "send: the provider's submission server"},
    {"auth-file", 0, OPT_TEXT, FIELD(auth_file), .arg = "FILE",
	.help = "send: user = and password = or bearer =; for its owner alone"},
    {"roots", 0, OPT_TEXT, FIELD(roots), .arg = "FILE",
	.help = "send: certificates of authorities, PEM (default: this system's)"},
    {"clear-text", 0, OPT_FLAG, FIELD(clear_text),
	.help = "send: go on if the server offers no STARTTLS; not with --auth-file"},
    {"resend-uncertain", 0, OPT_FLAG, FIELD(resend_uncertain),
	.help = "send: again what may have been accepted before"},
    {"dry-run", 0, OPT_FLAG, FIELD(dry_run), .help = "send, forget: say what would be done"},
    {"now", 0, OPT_NUMBER, .min = 0, .max = 9999999999, .unit = "s", FIELD(now_utc),
	.arg = "SECONDS",
	.help = "new, mailto: the time, in seconds since 1970 (default: the clock's)"},
    {"share", 0, OPT_TEXT, FIELD(share), .arg = "DIR",
	.help = "test cases and the ledger's schema (default: beside this program)"},
};

const struct option_table probe_switches_table = {switches, sizeof switches / sizeof *switches};

void
probe_switches_init(struct probe_switches *s)
{
	*s = (struct probe_switches){.seed = -1, .now_utc = -1, .format = -1};
}

int
probe_say(int code, const char *error)
{
	log_error("%s", error);
	return code;
}

int64_t
probe_now_us(const struct probe_call *call)
{
	return call->switches->now_utc >= 0 ? call->switches->now_utc * 1000000
					    : clock_wall_us(&clock_system);
}

int
probe_write(const struct buf *text)
{
	if (text->overflow)
		return probe_say(EX_TEMPFAIL, "there is more to print than fits into memory");
	if ((text->n && fwrite(text->p, 1, text->n, stdout) != text->n) || fflush(stdout))
		return probe_say(EX_TEMPFAIL, "cannot write to standard output");
	return EX_OK;
}

const char *
probe_ledger_path(const struct probe_call *call)
{
	return call->switches->ledger ? call->switches->ledger : call->settings->ledger;
}

static const char *
read_schema(const struct probe_call *call, const char **schema)
{
	const char *share;
	const char *error = share_find(call->a, call->switches->share, SCHEMA_FILE, &share);
	struct span text;

	if (!error)
		error = tree_read(
		    call->a, arena_printf(call->a, "%s/" SCHEMA_FILE, share), SCHEMA_MAX, &text);
	if (!error)
		*schema = arena_dup(call->a, text);
	return error;
}

/* Lower case, as all names that are made of it. */
static const char *
domain_of(const struct probe_call *call)
{
	char *domain = arena_dup(call->a, span_str(call->settings->domain));

	for (char *p = domain; *p; p++)
		*p = to_lower(*p);
	return domain;
}

int
probe_open(const struct probe_call *call, bool make, struct ledger **ledger)
{
	struct ledger_site site = {.token_secret = call->settings->token_secret,
	    .tokens_per_case = call->settings->tokens_per_case};
	const char *schema = NULL, *error = make ? read_schema(call, &schema) : NULL;
	enum ledger_st st;

	if (error)
		return probe_say(EX_CONFIG, error);
	if (!call->settings->domain)
		return probe_say(EX_CONFIG, "domain is not set; name the site file with -c");
	site.domain = domain_of(call);
	st = ledger_open(call->a, probe_ledger_path(call), schema, &site, ledger, &error);
	return st == LEDGER_OK ? EX_OK
			       : probe_say(st == LEDGER_FAILED ? EX_TEMPFAIL : EX_CONFIG, error);
}

static bool
is_set_prefix(const char *s)
{
	size_t n = strlen(s);

	return n >= PREFIX_LEN_MIN && n <= LEDGER_ID_LEN && strspn(s, "0123456789abcdef") == n;
}

int
probe_one_set(const struct probe_call *call, struct ledger *ledger, const struct ledger_set **set)
{
	const char *prefix = call->switches->set ? call->switches->set : "";
	struct ledger_set *sets;
	size_t n;

	if (ledger_sets(ledger, prefix, &sets, &n) != LEDGER_OK)
		return probe_say(EX_TEMPFAIL, ledger_message(ledger));
	if (n > 1)
		return probe_say(EX_USAGE, call->switches->set
					       ? "--probe-set: several sets begin so; give more of "
						 "the id (emt-probe status)"
					       : "the ledger has several sets; name one with "
						 "--probe-set (emt-probe status)");
	if (!n)
		return probe_say(EX_USAGE,
		    call->switches->set ? "--probe-set: no such set (emt-probe status lists them)"
					: "the ledger has no set; emt-probe new makes one");
	*set = sets;
	return EX_OK;
}

int
probe_need_contact(const struct probe_call *call)
{
	if (!call->settings->contact)
		return probe_say(EX_CONFIG,
		    "contact is not set, and participants must know whom to "
		    "ask; write contact = USER@DOMAIN into the site file");
	if (!address_is_plain(span_str(call->settings->contact)))
		return probe_say(EX_CONFIG, "contact is no plain mail address; write one such as "
					    "hostmaster@example.com");
	return EX_OK;
}

/* Which switches a command takes. */
enum {
	TAKES_SET = 1,
	TAKES_NEW = 2,
	TAKES_ALL_IN_ONE = 4,
	TAKES_FORMAT = 8,
	TAKES_MAILTO = 16,
	TAKES_SEND = 32,
	TAKES_DRY_RUN = 64,
	TAKES_NOW = 128,
	TAKES_OPERANDS = 256,
};

static const struct command {
	const char *name;
	unsigned takes;
	int (*run)(const struct probe_call *call);
} commands[] = {
    {"new", TAKES_NEW | TAKES_ALL_IN_ONE | TAKES_NOW, probe_new},
    {"list", TAKES_SET | TAKES_FORMAT, probe_list},
    {"mailto", TAKES_SET | TAKES_ALL_IN_ONE | TAKES_MAILTO | TAKES_NOW, probe_mailto},
    {"send", TAKES_SET | TAKES_SEND | TAKES_DRY_RUN, probe_send},
    {"status", TAKES_SET | TAKES_FORMAT, probe_status},
    {"forget", TAKES_DRY_RUN | TAKES_OPERANDS, probe_forget},
};

/* A switch that this command does not take, or NULL. */
static const char *
foreign_switch(const struct command *c, const struct probe_switches *s)
{
	const struct {
		unsigned takes;
		bool given;
		const char *name;
	} given[] = {
	    {TAKES_SET, s->set != NULL, "probe-set"},
	    {TAKES_NEW, s->participant != NULL, "participant"},
	    {TAKES_NEW, s->address != NULL, "address"},
	    {TAKES_NEW, s->provider != NULL, "provider"},
	    {TAKES_NEW, s->seed >= 0, "seed"},
	    {TAKES_ALL_IN_ONE, s->all_in_one, "all-in-one"},
	    {TAKES_FORMAT, s->format >= 0, "format"},
	    {TAKES_MAILTO, s->html, "html"},
	    {TAKES_MAILTO, s->invitation, "invitation"},
	    {TAKES_SEND, s->from != NULL, "from"},
	    {TAKES_SEND, s->submission != NULL, "submission"},
	    {TAKES_SEND, s->auth_file != NULL, "auth-file"},
	    {TAKES_SEND, s->roots != NULL, "roots"},
	    {TAKES_SEND, s->clear_text, "clear-text"},
	    {TAKES_SEND, s->resend_uncertain, "resend-uncertain"},
	    {TAKES_DRY_RUN, s->dry_run, "dry-run"},
	    {TAKES_NOW, s->now_utc >= 0, "now"},
	};

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i].given && !(c->takes & given[i].takes))
			return given[i].name;
	return NULL;
}

int
probe_command_run(const char *name, const struct probe_call *call)
{
	const struct probe_switches *s = call->switches;
	const struct command *c = NULL;
	const char *foreign;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(commands[i].name, name))
			c = &commands[i];
	if (!c)
		return probe_say(EX_USAGE, "no such command; --help lists them");
	foreign = foreign_switch(c, s);
	if (foreign)
		return probe_say(
		    EX_USAGE, arena_printf(call->a, "%s takes no --%s", name, foreign));
	if (call->operands_n && !(c->takes & TAKES_OPERANDS))
		return probe_say(EX_USAGE,
		    arena_printf(call->a, "%s takes nothing behind it but options", name));
	if (s->set && !is_set_prefix(s->set))
		return probe_say(
		    EX_USAGE, "--probe-set: an id has 64 digits 0-9 a-f; give four at least");
	if (s->ledger && !*s->ledger)
		return probe_say(EX_USAGE, "--ledger: the name of the file is empty");
	return c->run(call);
}
