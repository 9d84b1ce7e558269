/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/buf.h"

enum { SITE_FILE_MAX = 1024 * 1024 }; /* octets */

#define FIELD(name) .field = offsetof(struct settings, name)

/* Those that the ATC toolchain asked. */
#define DNSBL_LISTS \
	"bl.spamcop.net blackholes.mail-abuse.org bogons.cymru.com cidr.bl.mcafee.com " \
	"combined.rbl.msrbl.net ips.backscatterer.org phishing.rbl.msrbl.net " \
	"residential.block.transip.nl spam.abuse.ch spam.rbl.msrbl.net virus.rbl.msrbl.net " \
	"pbl.spamhaus.org css.spamhaus.org sbl.spamhaus.org"

static const struct option rows[] = {
    {"domain", 0, OPT_NAME, FIELD(domain),
	.help = "domain of the measurement, below which all test cases lie",
	.used_by = BY_DELIVER | BY_ENRICH | BY_SITE | BY_QUERIES | BY_PROBE | BY_REPORT},
    {"base_dir", 0, OPT_PATH, .def = "/srv", FIELD(base_dir), .help = "folder that holds all data",
	.used_by =
	    BY_DELIVER | BY_ENRICH | BY_SITE | BY_SESSIONS | BY_QUERIES | BY_PROBE | BY_REPORT},
    {"mail_dir", 0, OPT_PATH, .def = "$base_dir/mails", FIELD(mail_dir), .help = "mails, as piped",
	.used_by = BY_DELIVER | BY_SITE | BY_PROBE},
    {"json_dir", 0, OPT_PATH, .def = "$base_dir/json", FIELD(json_dir), .help = "records of mails",
	.used_by = BY_DELIVER | BY_ENRICH | BY_SITE | BY_PROBE},
    {"spam_mail_dir", 0, OPT_PATH, .def = "$base_dir/spam/mails", FIELD(spam_mail_dir),
	.help = "mails of flavour spam", .used_by = BY_DELIVER | BY_SITE | BY_PROBE},
    {"spam_json_dir", 0, OPT_PATH, .def = "$base_dir/spam/json", FIELD(spam_json_dir),
	.help = "records of flavour spam", .used_by = BY_DELIVER | BY_ENRICH | BY_SITE | BY_PROBE},
    {"all_mail_dir", 0, OPT_PATH, .def = "$base_dir/all/mails", FIELD(all_mail_dir),
	.help = "mails of flavour all", .used_by = BY_DELIVER | BY_SITE | BY_PROBE},
    {"all_json_dir", 0, OPT_PATH, .def = "$base_dir/all/json", FIELD(all_json_dir),
	.help = "records of flavour all", .used_by = BY_DELIVER | BY_ENRICH | BY_SITE | BY_PROBE},
    {"deliver_timeout", 0, OPT_SECONDS, .def = "300s", .min = 1, .max = 900,
	FIELD(deliver_timeout_s),
	.help = "a delivery that takes longer is tried again later; keep it under Postfix' "
		"command_time_limit",
	.used_by = BY_DELIVER},
    {"resolver", 0, OPT_RESOLVERS, .def = "system", FIELD(resolver),
	.help = "DNS resolvers to ask; system: those of /etc/resolv.conf",
	.used_by = BY_ENRICH | BY_SITE | BY_SCAN},
    {"trust_anchor", 0, OPT_PATH, .def = "/usr/share/dns/root.key", FIELD(trust_anchor),
	.help = "DNSSEC trust anchor, DS or DNSKEY records",
	.used_by = BY_ENRICH | BY_SITE | BY_SCAN},
    {"enrich_deadline", 0, OPT_SECONDS, .def = "20s", .min = 1, .max = 600,
	FIELD(enrich_deadline_s), .help = "all look-ups of a mail end by then",
	.used_by = BY_ENRICH},
    {"enrich_parallel", 0, OPT_NUMBER, .def = "200", .min = 1, .max = 10000, FIELD(enrich_parallel),
	.help = "mails whose look-ups run at once", .used_by = BY_ENRICH},
    {"dns_mode", 0, OPT_CHOICE, .def = "validate", .choices = "validate|stub", FIELD(dns_mode),
	.help = "check DNSSEC signatures here, or pass on what the resolver says",
	.used_by = BY_ENRICH},
    {"dns_parallel", 0, OPT_NUMBER, .def = "100", .min = 1, .max = 10000, FIELD(dns_parallel),
	.help = "questions on their way to the resolvers at once", .used_by = BY_ENRICH},
    {"resolver_trusted", 0, OPT_YESNO, .def = "no", FIELD(resolver_trusted),
	.help = "with dns_mode = stub: the resolvers validate, and nobody can forge their answers",
	.used_by = BY_ENRICH},
    {"state_dir", 0, OPT_PATH, .def = "$base_dir/state", FIELD(state_dir),
	.help = "folder of what is remembered: questions a day, tests made",
	.used_by = BY_ENRICH | BY_SITE},
    {"dnsbl_lists", 0, OPT_NAMES, .def = DNSBL_LISTS, FIELD(dnsbl_lists),
	.help = "DNS block lists to ask about the client; none: no list", .used_by = BY_ENRICH},
    {"dnsbl_daily_cap", 0, OPT_NUMBER, .def = "10000", .min = 1, .max = 100000000,
	FIELD(dnsbl_daily_cap), .help = "a list is asked so many questions a day (UTC) at most",
	.used_by = BY_ENRICH},
    {"dnsbl_keys", 0, OPT_KEYS, .def = "none", FIELD(dnsbl_keys),
	.help = "LIST=KEY for lists that want a registration, LIST=registered if without a key",
	.used_by = BY_ENRICH},
    {"dnsbl_txt", 0, OPT_YESNO, .def = "yes", FIELD(dnsbl_txt),
	.help = "ask the lists that list a client why they do", .used_by = BY_ENRICH},
    {"open_relay_test", 0, OPT_YESNO, .def = "no", FIELD(open_relay_test),
	.help = "test clients within open_relay_allow for an open relay", .used_by = BY_ENRICH},
    {"open_relay_allow", 0, OPT_RANGES, .def = "none", FIELD(open_relay_allow),
	.help = "ranges of addresses that may be tested for an open relay", .used_by = BY_ENRICH},
    {"open_relay_per_hour", 0, OPT_NUMBER, .def = "20", .min = 1, .max = 1000,
	FIELD(open_relay_per_hour), .help = "addresses tested for an open relay in an hour",
	.used_by = BY_ENRICH},
    {"mail_log", 0, OPT_PATH, .def = "/var/log/maillog", FIELD(mail_log), .help = "Postfix' log",
	.used_by = BY_SESSIONS | BY_SITE},
    {"ehlo_name", 0, OPT_NAME, FIELD(ehlo_name),
	.help = "name that our SMTP clients give; without it the host's name",
	.used_by = BY_ENRICH | BY_SITE | BY_SCAN | BY_PROBE},
    {"layout", 0, OPT_CHOICE, .def = "multi", .choices = "multi|single", FIELD(layout),
	.help = "one machine for each host, or all hosts on one machine", .used_by = BY_SITE},
    {"ipv4", 0, OPT_RANGES, .def = "none", FIELD(ipv4), .arg = "ADDRESS/BITS",
	.help = "the site's IPv4 network; all addresses lie within", .used_by = BY_SITE},
    {"ipv6", 0, OPT_RANGES, .def = "none", FIELD(ipv6), .arg = "ADDRESS/BITS",
	.help = "the site's IPv6 network; its reverse zone is served here", .used_by = BY_SITE},
    {"host.*", 0, OPT_FAMILY, FIELD(host), .arg = "ROLE IPV4 IPV6",
	.help = "a host: host.NAME is NAME.domain", .used_by = BY_SITE},
    {"addresses.*", 0, OPT_FAMILY, FIELD(addresses), .arg = "IPV4 IPV6",
	.help = "addresses that a test case has to itself: addresses.CASE", .used_by = BY_SITE},
    {"contact", 0, OPT_TEXT, FIELD(contact), .arg = "USER@DOMAIN",
	.help = "who answers for the site: SOA records, postmaster, scans",
	.used_by = BY_SITE | BY_SCAN | BY_PROBE | BY_REPORT},
    {"user", 0, OPT_TEXT, .def = "nobody", FIELD(user), .help = "whom all data belong to",
	.used_by = BY_SITE | BY_SESSIONS | BY_QUERIES | BY_PROBE},
    {"session_dir", 0, OPT_PATH, .def = "$base_dir/sessions", FIELD(session_dir),
	.help = "SMTP sessions", .used_by = BY_SITE | BY_SESSIONS | BY_PROBE},
    {"query_dir", 0, OPT_PATH, .def = "$base_dir/queries", FIELD(query_dir), .help = "DNS queries",
	.used_by = BY_SITE | BY_QUERIES | BY_PROBE},
    {"health_dir", 0, OPT_PATH, .def = "$base_dir/health", FIELD(health_dir),
	.help = "what checks of the live site found", .used_by = BY_SITE},
    {"program_dir", 0, OPT_PATH, .def = "/usr/local/bin", FIELD(program_dir),
	.help = "folder of these programs on the hosts", .used_by = BY_SITE},
    {"dnstap_socket", 0, OPT_PATH, .def = "/run/emt/dnstap.sock", FIELD(dnstap_socket),
	.help = "where name servers send what they are asked", .used_by = BY_SITE | BY_QUERIES},
    {"name_server", 0, OPT_CHOICE, .def = "nsd", .choices = "nsd|bind|powerdns|knot",
	FIELD(name_server), .help = "name server to write configurations for", .used_by = BY_SITE},
    {"serial", 0, OPT_NUMBER, .min = 1, .max = 4294967295, FIELD(serial),
	.help = "serial of all zones; without it the time in seconds", .used_by = BY_SITE},
    {"token_secret", 0, OPT_TEXT, FIELD(token_secret),
	.help = "what tokens are made from; keep it secret",
	.used_by = BY_SITE | BY_PROBE | BY_REPORT},
    {"tokens_per_case", 0, OPT_NUMBER, .def = "1000", .min = 1, .max = 20000,
	FIELD(tokens_per_case), .help = "tokens that the zones hold for each test case",
	.used_by = BY_SITE | BY_PROBE},
    {"tls_pin", 0, OPT_TEXT, FIELD(tls_pin), .arg = "3 1 1 HEX[, ...]",
	.help = "TLSA data of the DANE host's certificate, as emt-site pin prints it",
	.used_by = BY_SITE},
    {"caa", 0, OPT_NAMES, .def = "letsencrypt.org", FIELD(caa),
	.help = "certification authorities that may issue for the domain; none: no CAA record",
	.used_by = BY_SITE},
    {"acme_zone", 0, OPT_NAME, FIELD(acme_zone),
	.help = "zone of yours elsewhere that answers for _acme-challenge names, by CNAMEs",
	.used_by = BY_SITE},
    {"spam_domains", 0, OPT_NAMES, .def = "none", FIELD(spam_domains),
	.help = "further domains whose mail, to any address, is kept as flavour spam or all",
	.used_by = BY_SITE},
    {"greylist_delay", 0, OPT_SECONDS, .def = "300s", .min = 1, .max = 86400,
	FIELD(greylist_delay_s), .help = "the greylisting host refuses a new sender for so long",
	.used_by = BY_SITE},
    {"retention_days", 0, OPT_NUMBER, .def = "90", .min = 1, .max = 36500, .unit = "days",
	FIELD(retention_days),
	.help = "mails, sessions and queries are deleted by emt-report purge after so many days",
	.used_by = BY_REPORT},
    {"ledger", 0, OPT_PATH, .def = "$base_dir/ledger.sqlite", FIELD(ledger),
	.help = "who takes part, which tokens they have, what was submitted",
	.used_by = BY_PROBE | BY_REPORT},
    {"probe_interval_min", 0, OPT_SECONDS, .def = "30s", .min = 0, .max = 86400,
	FIELD(probe_interval_min_s), .help = "two mails of a set are so far apart at least",
	.used_by = BY_PROBE},
    {"probe_interval_max", 0, OPT_SECONDS, .def = "300s", .min = 0, .max = 86400,
	FIELD(probe_interval_max_s), .help = "two mails of a set are so far apart at most",
	.used_by = BY_PROBE},
    {"probe_retry", 0, OPT_SECONDS, .def = "600s", .min = 0, .max = 86400, FIELD(probe_retry_s),
	.help = "what the submission server refuses for now is tried again after so long",
	.used_by = BY_PROBE},
    {"probe_attempts", 0, OPT_NUMBER, .def = "4", .min = 1, .max = 100, FIELD(probe_attempts),
	.help = "a probe is tried so often in all", .used_by = BY_PROBE},
    {"submission_timeout", 0, OPT_SECONDS, .def = "300s", .min = 1, .max = 3600,
	FIELD(submission_timeout_s), .help = "how long to wait for a submission server's reply",
	.used_by = BY_PROBE},
    {"verdict_deadline", 0, OPT_SECONDS, .def = "132h", .min = 1, .max = 31536000,
	FIELD(verdict_deadline_s),
	.help = "so long after the first evidence of a set absence begins to count",
	.used_by = BY_REPORT},
    {"verdict_retry", 0, OPT_SECONDS, .def = "60s", .min = 1, .max = 86400, FIELD(verdict_retry_s),
	.help = "attempts that are nearer to each other are one", .used_by = BY_REPORT},
    {"verdict_health", 0, OPT_SECONDS, .def = "1h", .min = 1, .max = 604800,
	FIELD(verdict_health_s),
	.help = "the site is known to be well for so long after each check", .used_by = BY_REPORT},
};

const struct option_table settings_table = {rows, sizeof rows / sizeof *rows};

/* The switches that every program has. */
struct common {
	const char *conf;
	struct option_list sets;
	bool show_settings, help, version;
};

#define COMMON(name) .field = offsetof(struct common, name)

static const struct option common_rows[] = {
    {"help", 0, OPT_FLAG, COMMON(help), .help = "print this and exit"},
    {"version", 0, OPT_FLAG, COMMON(version), .help = "print the version and exit"},
    {"config", 'c', OPT_TEXT, COMMON(conf), .arg = "FILE",
	.help = "site file (default " SITE_FILE ")"},
    {"set", 'o', OPT_TEXTS, COMMON(sets), .arg = "NAME=VALUE",
	.help = "override a setting of the site file"},
    {"show", 'n', OPT_FLAG, COMMON(show_settings), .help = "print the effective settings and exit"},
};

enum { COMMON_N = sizeof common_rows / sizeof *common_rows };

/* The common switches as this program has them, in `own`: one without settings has only the first
 * two. */
static struct option_table
common_table(const struct program *p, struct option own[COMMON_N])
{
	memcpy(own, common_rows, sizeof common_rows);
	for (size_t i = 0; i < COMMON_N; i++)
		if (p->no_set_letter && own[i].letter == 'o')
			own[i].letter = 0;
	return (struct option_table){own, p->used_by ? COMMON_N : 2};
}

/* Reads a whole small file; a message if that fails, NULL if not.  Piece by piece: emt-deliver
 * reads it for every mail, and a block of the largest size would cost it more than the mail does.
 */
static const char *
read_file(struct arena *a, const char *path, struct span *text, bool *missing)
{
	FILE *f = fopen(path, "re");
	const char *error = NULL;
	struct buf whole;
	char piece[4096];
	size_t n;

	*text = (struct span){"", 0};
	*missing = !f && errno == ENOENT;
	if (!f)
		return strerror(errno);
	buf_init(&whole, SITE_FILE_MAX);
	do {
		n = fread(piece, 1, sizeof piece, f);
		buf_put(&whole, (struct span){piece, n});
	} while (n == sizeof piece && !whole.overflow);
	if (ferror(f))
		error = strerror(EIO);
	else if (whole.overflow)
		error = "larger than a site file can be (1 MiB)";
	else
		*text = arena_span(a, buf_span(&whole));
	buf_free(&whole);
	fclose(f);
	return error;
}

static const char *
take_site_file(struct arena *a, struct option_values *values, const char *conf)
{
	bool missing;
	struct span text;
	const char *path = conf ? conf : SITE_FILE, *error = read_file(a, path, &text, &missing);

	if (missing && !conf)
		return NULL; /* a missing default file means the defaults */
	if (error)
		return arena_printf(a, "%s: %s; name a readable site file with -c", path, error);
	return option_take_file(values, path, text);
}

struct program_start
program_start(
    struct arena *a, const struct program *p, int argc, char **argv, struct settings *settings)
{
	struct common common = {0};
	struct option own[COMMON_N];
	struct option_group groups[] = {
	    {common_table(p, own), &common},
	    {p->switches, p->switch_target},
	};
	struct program_start start = {.todo = PROGRAM_USAGE};
	const char *error;

	if (p->used_by)
		*settings = (struct settings){0};
	option_values_init(&start.values, a, settings_table);
	start.message = option_take_switches(a, groups, 2, argc, argv, &start.operands_n);
	if (start.message)
		return start;
	start.todo = PROGRAM_SHOW;
	start.show = common.help ? SHOW_HELP : common.version ? SHOW_VERSION : SHOW_SETTINGS;
	if (common.help || common.version)
		return start;
	start.site_file = common.conf ? common.conf : SITE_FILE;
	error = p->used_by ? take_site_file(a, &start.values, common.conf) : NULL;
	for (size_t i = 0; !error && i < common.sets.n; i++)
		error = option_take_set(&start.values, common.sets.v[i], p->used_by);
	if (!error && p->used_by)
		error = option_store(&start.values, settings);
	start.message = error;
	start.todo = error ? PROGRAM_CONFIG : common.show_settings ? PROGRAM_SHOW : PROGRAM_RUN;
	return start;
}

static void
print_help(const struct program *p)
{
	struct option own[COMMON_N];

	printf("usage: %s %s\n%s\n\n", p->name, p->synopsis, p->about);
	option_help_switches(p->switches, stdout);
	option_help_switches(common_table(p, own), stdout);
	if (p->used_by) {
		printf("\nsettings (site file or --set), with their defaults:\n");
		option_help_settings(settings_table, p->used_by, stdout);
	}
}

void
program_show(const struct program *p, const struct program_start *start)
{
	if (start->show == SHOW_HELP)
		print_help(p);
	else if (start->show == SHOW_VERSION)
		printf("%s %s\n", p->name, EMT_VERSION);
	else
		option_print(&start->values, p->used_by, stdout);
}

int
program_begin(struct arena *a, const struct program *p, int argc, char **argv,
    struct settings *settings, int *operands_n)
{
	struct program_start start = program_start(a, p, argc, argv, settings);

	*operands_n = start.operands_n;
	switch (start.todo) {
	case PROGRAM_RUN: return -1;
	case PROGRAM_SHOW: program_show(p, &start); return fflush(stdout) ? EX_TEMPFAIL : EX_OK;
	case PROGRAM_USAGE:
		fprintf(
		    stderr, "%s: %s\nusage: %s %s\n", p->name, start.message, p->name, p->synopsis);
		return EX_USAGE;
	case PROGRAM_CONFIG: fprintf(stderr, "%s: %s\n", p->name, start.message); return EX_CONFIG;
	}
	abort();
}
