/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report_command.h"

#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/secret_file.h"

#define FIELD(name) .field = offsetof(struct report_switches, name)

static const struct option rows[] = {
    {"db", 0, OPT_TEXT, FIELD(db), .arg = "FILE", .help = "the index (SQLite)"},
    {"ledger", 0, OPT_TEXT, FIELD(ledger), .arg = "FILE",
	.help = "ingest, purge: ledger of emt-probe (default: setting ledger, if there is such a "
		"file)"},
    {"mailbox", 0, OPT_TEXTS, FIELD(mailbox), .arg = "PATH",
	.help = "ingest: a mbox file or Maildir that mails came back to; may be repeated"},
    {"as", 0, OPT_TEXTS, FIELD(as), .arg = "FILE",
	.help = "ingest: whose addresses are: ip2asn, pfx2as or MaxMind (NAME.mmdb); may be "
		"repeated"},
    {"strict", 0, OPT_FLAG, FIELD(strict), .help = "ingest: end with 65 if a record is bad"},
    {"dry-run", 0, OPT_FLAG, FIELD(dry_run), .help = "purge: only say what would be deleted"},
    {"format", 0, OPT_CHOICE, .choices = VERDICTS_FORMATS, FIELD(format),
	.help =
	    "verdicts: for people, verdict/1 lines, or a table for spreadsheets (default text)"},
    {"by", 0, OPT_CHOICE, .choices = VERDICTS_BY, FIELD(by),
	.help = "verdicts: a row for each (default: operator as text, else set)"},
    {"output", 'o', OPT_TEXT, FIELD(output), .arg = "DIR",
	.help = "html: folder of the pages; it is replaced as a whole"},
    {"mx-id", 0, OPT_TEXT, FIELD(mx_id), .arg = "FILE",
	.help = "html: mailbox providers of From domains, mx-id/1 lines of emt-mxinfer"},
    {"pseudonymise", 0, OPT_TEXT, FIELD(key_file), .arg = "KEY-FILE",
	.help = "verdicts, html: replace persons and addresses under this key"},
    {"now", 0, OPT_NUMBER, .min = 1, .max = INT64_C(1) << 40, FIELD(now_utc), .arg = "SECONDS",
	.help = "verdicts, html, purge: take this for the time, in seconds since 1970"},
    {"share", 0, OPT_TEXT, FIELD(share), .arg = "DIR",
	.help = "folder of schema/, testcases/, pages/ (default: beside this program)"},
};

const struct option_table report_switches_table = {rows, sizeof rows / sizeof *rows};

const char report_synopsis[] =
    "ingest --db FILE [--ledger FILE] [--mailbox PATH]... [--as FILE]...\n"
    "                         [--strict] DIR...\n"
    "       emt-report verdicts --db FILE [--format text|json|csv] [--by set|operator]\n"
    "                           [--pseudonymise KEY-FILE] [--now SECONDS]\n"
    "       emt-report html --db FILE -o DIR [--mx-id FILE] [--pseudonymise KEY-FILE]\n"
    "                       [--now SECONDS]\n"
    "       emt-report purge [--db FILE] [--ledger FILE] [--dry-run] [--now SECONDS] [DIR...]";

void
report_switches_init(struct report_switches *s)
{
	*s = (struct report_switches){.format = -1, .by = BY_DEFAULT};
}

static const char *
ledger_of(const struct report_call *call)
{
	const char *named = call->switches->ledger, *set = call->settings->ledger;

	return named ? named : set && !access(set, F_OK) ? set : NULL;
}

static int
usage(const char *what)
{
	log_error("%s", what);
	return EX_USAGE;
}

static int
run_ingest(const struct report_call *call)
{
	const struct report_switches *s = call->switches;
	const struct ingest_params params = {.db = s->db,
	    .share = s->share,
	    .ledger = ledger_of(call),
	    .mailbox = s->mailbox,
	    .as = s->as,
	    .strict = s->strict};

	if (!s->db)
		return usage("ingest: name the index with --db FILE");
	if (!call->operands_n && !s->ledger && !s->mailbox.n)
		return usage("ingest: name a base_dir, or a folder of hosts' base_dirs");
	return ingest_run(call->a, &params, call->settings, call->operands, call->operands_n);
}

static int64_t
now_of(const struct report_call *call)
{
	int64_t now_utc = call->switches->now_utc;

	return now_utc ? now_utc * 1000000 : clock_wall_us(&clock_system);
}

static struct verdict_settings
settings_of(const struct report_call *call)
{
	const struct settings *s = call->settings;

	return (struct verdict_settings){.deadline_us = s->verdict_deadline_s * 1000000,
	    .retry_least_us = s->verdict_retry_s * 1000000,
	    .health_every_us = s->verdict_health_s * 1000000};
}

static int
run_verdicts(const struct report_call *call)
{
	const struct report_switches *s = call->switches;
	const struct verdicts_params params = {.db = s->db,
	    .share = s->share,
	    .key_file = s->key_file,
	    .format = s->format < 0 ? FORMAT_TEXT : (enum verdicts_format)s->format,
	    .by = (enum verdicts_by)s->by,
	    .settings = settings_of(call),
	    .now_us = now_of(call)};

	if (!s->db)
		return usage("verdicts: name the index with --db FILE");
	if (call->operands_n)
		return usage("verdicts: takes no operand; name the index with --db FILE");
	return verdicts_run(call->a, &params);
}

static int
run_html(const struct report_call *call)
{
	const struct report_switches *s = call->switches;
	const struct html_params params = {.db = s->db,
	    .share = s->share,
	    .key_file = s->key_file,
	    .mx_id = s->mx_id,
	    .output = s->output,
	    .contact = call->settings->contact,
	    .domain = call->settings->domain,
	    .settings = settings_of(call),
	    .now_us = now_of(call)};

	if (!s->db || !s->output)
		return usage("html: name the index with --db FILE, and the folder with -o DIR");
	if (call->operands_n)
		return usage("html: takes no operand; name the folder with -o DIR");
	return html_run(call->a, &params);
}

static int
run_purge(const struct report_call *call)
{
	const struct report_switches *s = call->switches;
	const struct purge_params params = {.db = s->db,
	    .share = s->share,
	    .ledger = ledger_of(call),
	    .owner = {call->settings->domain, call->settings->token_secret},
	    .dry_run = s->dry_run,
	    .retention_days = call->settings->retention_days,
	    .now_utc = s->now_utc ? s->now_utc : clock_wall_us(&clock_system) / 1000000};
	char *const base[] = {(char *)call->settings->base_dir};

	return purge_run(call->a, &params, call->operands_n ? call->operands : base,
	    call->operands_n ? call->operands_n : 1);
}

/* Which switches a command takes; all take --db and --share. */
enum {
	TAKES_LEDGER = 1,
	TAKES_INGEST = 2,
	TAKES_VERDICTS = 4,
	TAKES_HTML = 8,
	TAKES_KEY = 16,
	TAKES_DRY_RUN = 32,
	TAKES_NOW = 64,
};

/* A command of its own is a row here, and its switches rows above. */
static const struct command {
	const char *name;
	unsigned takes;
	int (*run)(const struct report_call *call);
} commands[] = {
    {"ingest", TAKES_LEDGER | TAKES_INGEST, run_ingest},
    {"verdicts", TAKES_VERDICTS | TAKES_KEY | TAKES_NOW, run_verdicts},
    {"html", TAKES_HTML | TAKES_KEY | TAKES_NOW, run_html},
    {"purge", TAKES_LEDGER | TAKES_DRY_RUN | TAKES_NOW, run_purge},
};

/* A switch that this command does not take, or NULL. */
static const char *
foreign_switch(const struct command *c, const struct report_switches *s)
{
	const struct {
		unsigned takes;
		bool given;
		const char *name;
	} given[] = {
	    {TAKES_LEDGER, s->ledger != NULL, "ledger"},
	    {TAKES_INGEST, s->mailbox.n > 0, "mailbox"},
	    {TAKES_INGEST, s->as.n > 0, "as"},
	    {TAKES_INGEST, s->strict, "strict"},
	    {TAKES_DRY_RUN, s->dry_run, "dry-run"},
	    {TAKES_VERDICTS, s->format >= 0, "format"},
	    {TAKES_VERDICTS, s->by != BY_DEFAULT, "by"},
	    {TAKES_HTML, s->output != NULL, "output"},
	    {TAKES_HTML, s->mx_id != NULL, "mx-id"},
	    {TAKES_KEY, s->key_file != NULL, "pseudonymise"},
	    {TAKES_NOW, s->now_utc != 0, "now"},
	};

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i].given && !(c->takes & given[i].takes))
			return given[i].name;
	return NULL;
}

/* Who has the key can try out names.  NULL, or what is wrong. */
static const char *
check_key(const struct report_call *call)
{
	const char *error;
	int fd;

	if (!call->switches->key_file)
		return NULL;
	error = secret_file_open(
	    call->a, call->switches->key_file, "the key: what it veiled can be guessed", &fd);
	if (!error)
		close(fd);
	return error;
}

int
report_command_run(const char *name, const struct report_call *call)
{
	const struct command *c = NULL;
	const char *foreign, *error;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(commands[i].name, name))
			c = &commands[i];
	if (!c) {
		log_error("%s: no such command; see emt-report --help", name);
		return EX_USAGE;
	}
	foreign = foreign_switch(c, call->switches);
	if (foreign)
		return usage(arena_printf(call->a,
		    "%s takes no --%s; emt-report --help says whose each option is", name,
		    foreign));
	error = check_key(call);
	if (error) {
		log_error("%s", error);
		return EX_CONFIG;
	}
	return c->run(call);
}
