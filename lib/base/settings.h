/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings - every name that site.conf may hold, and how a program gets at them.
 *
 * One site file serves all programs, so one table knows all names: each program checks the whole
 * file, and looks at what is its own (`used_by`).  program_start does what every program does
 * first: switches, --help, --version, the site file, --set, -n. */
#ifndef EMT_SETTINGS_H
#define EMT_SETTINGS_H

#include "base/option.h"

#define EMT_VERSION "0.1"
#define SITE_FILE "/etc/emt/site.conf"

enum settings_used_by {
	BY_DELIVER = 1,
	BY_ENRICH = 2,
	BY_SESSIONS = 4,
	BY_SITE = 8,
	BY_QUERIES = 16,
	BY_SCAN = 32,
	BY_PROBE = 64,
	BY_REPORT = 128,
	/* What runs on the measurement hosts, where no secret is. */
	BY_HOSTS = BY_DELIVER | BY_ENRICH | BY_SESSIONS | BY_QUERIES | BY_REPORT,
};

struct settings {
	const char *domain; /* of the measurement, canonical form; NULL: not set */
	const char *base_dir;
	const char *mail_dir, *json_dir, *spam_mail_dir, *spam_json_dir, *all_mail_dir,
	    *all_json_dir;
	int64_t deliver_timeout_s;
	struct option_list resolver; /* empty: the system's */
	const char *trust_anchor;
	int64_t enrich_deadline_s, enrich_parallel;
	int64_t dns_mode;     /* enum dns_mode */
	int64_t dns_parallel; /* questions on their way at once */
	bool resolver_trusted;
	const char *state_dir;
	const char *mail_log;
	struct option_list dnsbl_lists, dnsbl_keys; /* keys: LIST=KEY */
	int64_t dnsbl_daily_cap;
	bool dnsbl_txt;
	bool open_relay_test;
	struct option_list open_relay_allow; /* ranges (base/ip.h) */
	int64_t open_relay_per_hour;
	const char *ehlo_name; /* NULL: not set */
	/* The site itself; plan/site.h gives the lines of hosts and addresses their meaning. */
	struct option_family host, addresses;
	struct option_list ipv4, ipv6; /* one range each */
	int64_t layout;                /* enum site_layout */
	const char *contact;           /* mail address; NULL: not set */
	const char *user;              /* whom the data belong to */
	const char *session_dir, *query_dir, *health_dir;
	const char *program_dir, *dnstap_socket;
	int64_t name_server;      /* enum site_name_server */
	int64_t serial;           /* 0: not set */
	const char *token_secret; /* NULL: not set */
	int64_t tokens_per_case;
	const char *tls_pin;    /* data of TLSA records; NULL: not set */
	struct option_list caa; /* issuers; none: no CAA records */
	const char *acme_zone;  /* NULL: not set */
	struct option_list spam_domains;
	int64_t greylist_delay_s;
	int64_t retention_days;
	/* Probes. */
	const char *ledger;
	int64_t probe_interval_min_s, probe_interval_max_s, probe_retry_s, probe_attempts;
	int64_t submission_timeout_s;
	/* Verdicts. */
	int64_t verdict_deadline_s, verdict_retry_s, verdict_health_s;
};

extern const struct option_table settings_table;

struct program {
	const char *name;
	const char *synopsis; /* what follows the name in the usage line */
	const char *about;    /* one line */
	struct option_table
	    switches; /* its own; -c, --set, -n, --help and --version are added by program_start */
	void *switch_target;
	unsigned used_by;   /* 0: a program without settings */
	bool no_set_letter; /* its -o is another switch than --set */
};

enum program_todo {
	PROGRAM_RUN,
	PROGRAM_SHOW,   /* --help, --version or -n: program_show prints it */
	PROGRAM_USAGE,  /* `message` says what is wrong on the command line */
	PROGRAM_CONFIG, /* `message` says what is wrong in the site file */
};

struct program_start {
	enum program_todo todo;
	const char *message;
	const char *site_file; /* its name, whether it is there or not */
	int operands_n;        /* argv[1] .. argv[operands_n] */
	struct option_values values;
	enum { SHOW_HELP, SHOW_VERSION, SHOW_SETTINGS } show;
};

/* Prints nothing and ends nothing: emt-deliver must stay silent. */
struct program_start program_start(
    struct arena *a, const struct program *p, int argc, char **argv, struct settings *settings);

/* For every other program: prints what is to be shown or what is wrong.  -1 to go on, else the exit
 * code. */
int program_begin(struct arena *a, const struct program *p, int argc, char **argv,
    struct settings *settings, int *operands_n);

void program_show(const struct program *p, const struct program_start *start);

#endif
