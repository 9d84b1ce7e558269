/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail servers: does each Postfix take mail for its own cases alone, offer what its role says, log
 * the dialogue, relay for nobody, and have every file and table that it names? */
#include <unistd.h>

#include "site/check.h"
#include "site/maincf.h"
#include "site/recipe.h"

struct server {
	struct check *c;
	const struct plan_host *host;
	const char *path, *master_path;
	struct maincf main, smtpd; /* smtpd: main.cf as the overrides of master.cf change it */
	bool has_smtpd;
};

static void
say(struct server *s, const char *what, const char *why, const char *mend)
{
	check_finding(s->c, s->path, what, why, mend);
}

/* What smtpd goes by: NULL if neither file sets it. */
static const char *
effective(struct server *s, const char *name)
{
	const char *own = maincf_get(&s->smtpd, name);

	return own ? own : maincf_get(&s->main, name);
}

static bool
read_server(struct check *c, const struct plan_host *host, struct server *s)
{
	const char *folder = arena_printf(c->a, "etc/postfix%s", host->suffix);
	struct span text;

	*s = (struct server){.c = c, .host = host};
	s->path = check_path(c, host->machine, arena_printf(c->a, "%s/main.cf", folder));
	s->master_path = check_path(c, host->machine, arena_printf(c->a, "%s/master.cf", folder));
	if (!check_read(c, s->path, &text))
		return false;
	maincf_read(&s->main, c->a, text);
	if (!check_read(c, s->master_path, &text))
		return false;
	s->has_smtpd = maincf_service(c->a, text, "smtp", "inet", &s->smtpd);
	return true;
}

/* Parameters that must have just this value; NULL for the role: every role. */
static const struct demand {
	const char *name, *value, *why;
} demands[] = {
    {"enable_long_queue_ids", "yes",
	"a short queue id comes again, and joins a mail with another's session"},
    {"smtpd_tls_received_header", "yes", "TLS parameters would be in the log alone"},
    {"smtpd_tls_loglevel", "1", "TLS parameters are evidence"},
    {"recipient_delimiter", "+", "measurement+TOKEN would be an unknown address"},
    {"relay_domains", "", "mail for others would be taken"},
    {"alias_database", "", "newaliases would write over tables that are text"},
};

static void
check_demands(struct server *s)
{
	for (size_t i = 0; i < sizeof demands / sizeof *demands; i++) {
		const char *value = effective(s, demands[i].name);

		if (!value || strcmp(value, demands[i].value) != 0)
			say(s,
			    arena_printf(s->c->a, "%s is \"%s\" and not \"%s\"", demands[i].name,
				value ? value : "not set", demands[i].value),
			    demands[i].why, "set it back, or render again");
	}
}

/* Nobody but programs of this machine may send to strangers. */
static void
check_relay(struct server *s)
{
	static const char *const own[] = {"127.0.0.0/8", "[::1]/128", "[::ffff:127.0.0.0]/104"};
	const char *networks = effective(s, "mynetworks");
	const char *restrictions = effective(s, "smtpd_relay_restrictions");
	struct span list = span_str(networks ? networks : ""), word;
	bool closed = false;

	while ((word = maincf_word(&list)).n) {
		bool known = false;

		for (size_t i = 0; i < sizeof own / sizeof *own; i++)
			known = known || span_eq(word, span_str(own[i]));
		if (!known)
			say(s, arena_printf(s->c->a, "mynetworks holds %.*s", (int)word.n, word.p),
			    "it would relay for strangers", "leave loopback alone in it");
	}
	if (!networks)
		say(s, "mynetworks is not set", "it would relay for its neighbours",
		    "set it to 127.0.0.0/8, [::1]/128");
	list = span_str(restrictions ? restrictions : "reject_unauth_destination");
	while ((word = maincf_word(&list)).n && !closed) {
		closed = span_eq(word, SPAN_LIT("reject_unauth_destination")) ||
			 span_eq(word, SPAN_LIT("defer_unauth_destination"));
		if (!closed && !span_eq(word, SPAN_LIT("permit_mynetworks")) &&
		    !span_starts(word, SPAN_LIT("reject")))
			say(s,
			    arena_printf(s->c->a,
				"smtpd_relay_restrictions has %.*s before "
				"reject_unauth_destination",
				(int)word.n, word.p),
			    "it may relay for strangers",
			    "put reject_unauth_destination before it");
	}
	if (!closed)
		say(s, "smtpd_relay_restrictions lacks reject_unauth_destination",
		    "it would relay for strangers: an open relay", "put it there");
}

static const char *
tls_level(enum role_id role)
{
	switch (role) {
	case ROLE_PLAINTEXT: return "none";
	case ROLE_TLS_FORCE:
	case ROLE_TLS_INVALID: return "encrypt";
	default: return "may";
	}
}

static void
check_tls(struct server *s)
{
	const struct plan_host *host = s->host;
	const char *want = tls_level(host->site->role->id), *level, *chain, *value;

	level = effective(s, "smtpd_tls_security_level");
	if (!level || strcmp(level, want) != 0)
		say(s,
		    arena_printf(s->c->a, "smtpd_tls_security_level is \"%s\" and not \"%s\"",
			level ? level : "not set", want),
		    "role and case differ in more, or in less, than they say",
		    "set it back, or render again");
	if (!host->certificate)
		return;
	chain = effective(s, "smtpd_tls_chain_files");
	if (!chain || strcmp(chain, host->certificate->file) != 0)
		say(s,
		    arena_printf(s->c->a, "smtpd_tls_chain_files is \"%s\" and not \"%s\"",
			chain ? chain : "not set", host->certificate->file),
		    "another certificate than the plan's would be shown",
		    "set it back, or render again");
	value = effective(s, "smtpd_tls_protocols");
	if (!value || strcmp(value, ">=TLSv1") != 0)
		say(s, "smtpd_tls_protocols is not \">=TLSv1\"",
		    "senders with old TLS would be turned away", "set it back, or render again");
	value = effective(s, "tls_medium_cipherlist");
	if (!value || !strstr(value, "@SECLEVEL=0"))
		say(s, "tls_medium_cipherlist lacks @SECLEVEL=0",
		    "OpenSSL would refuse TLS 1.0, whatever smtpd_tls_protocols says",
		    "set it back, or render again");
}

/* debug_peer_level alone logs nothing. */
static void
check_logging(struct server *s)
{
	const char *list = effective(s, "debug_peer_list"),
		   *level = effective(s, "debug_peer_level"), *log;

	if (!s->has_smtpd) {
		check_finding(s->c, s->master_path, "has no service smtp inet",
		    "no mail could arrive", "render again");
		return;
	}
	if (!list || !strstr(list, "0.0.0.0/0") || !strstr(list, "[::]/0") || !level ||
	    strcmp(level, "1") != 0)
		check_finding(s->c, s->master_path,
		    "smtp inet lacks debug_peer_list=0.0.0.0/0,[::]/0 with debug_peer_level=1",
		    "the dialogue is evidence, and would not be logged", "render again");
	log = maincf_get(&s->main, "maillog_file");
	if (!log || !log[0])
		say(s, "maillog_file is not set", "syslog may drop lines, and cut long ones",
		    "set it back, or render again");
	log = maincf_get(&s->main, "smtputf8_enable");
	if (log && strcmp(log, "no") == 0)
		say(s, "smtputf8_enable is \"no\"",
		    "every octet that is not ASCII would be logged as a question mark",
		    "set it to yes");
}

/* inet_interfaces: the host's addresses and no others. */
static void
check_interfaces(struct server *s)
{
	const char *value = maincf_get(&s->main, "inet_interfaces");
	struct span list = span_str(value ? value : "all"), word;
	size_t found = 0;
	char text[IP_TEXT_MAX];

	while ((word = maincf_word(&list)).n) {
		struct span inner = word;
		bool own = false;
		struct ip ip;

		if (word.n > 2 && word.p[0] == '[')
			inner = (struct span){word.p + 1, word.n - 2};
		for (size_t i = 0; i < s->host->ips_n && ip_read(inner, &ip) && !own; i++)
			own =
			    ip_eq(&ip, &s->host->ips[i]->ip4) || ip_eq(&ip, &s->host->ips[i]->ip6);
		found += own;
		if (!own)
			say(s,
			    arena_printf(s->c->a, "listens on %.*s, which is not host.%s's",
				(int)word.n, word.p, s->host->site->name),
			    "sessions without a recipient are told apart by the address alone",
			    "take it out of inet_interfaces, or render again");
	}
	if (found < 2 * s->host->ips_n)
		say(s,
		    arena_printf(s->c->a, "listens on %zu of the %zu addresses of %s (%s ...)",
			found, 2 * s->host->ips_n, s->host->site->name,
			ip_text(&s->host->ips[0]->ip4, text)),
		    "cases would be unreachable", "render again");
}

/* A table's own lines: look-ups of a key that is in none of them read them all. */
static void
check_table(struct server *s, const char *name, struct span type, const char *path)
{
	const char *line;
	struct span text;

	if (!check_read(s->c, path, &text))
		return;
	if (!span_eq(type, SPAN_LIT("texthash")) && !span_eq(type, SPAN_LIT("pcre")) && type.n)
		say(s,
		    arena_printf(
			s->c->a, "%s names a table of type %.*s", name, (int)type.n, type.p),
		    "it has to be compiled, and would be forgotten", "use texthash: or pcre:");
	else if (maincf_lookup(s->c->a, type, text, "", &line) == MAINCF_BAD)
		check_finding(s->c, path, arena_printf(s->c->a, "has the line \"%s\"", line),
		    "Postfix would leave it out with a warning", "mend it, or render again");
}

/* Every file below /etc that a value names must be in the tree.  Certificates have a check of their
 * own: they are not rendered. */
static void
check_files(struct server *s)
{
	for (size_t i = 0; i < s->main.n; i++) {
		const char *name = s->main.v[i].name, *value = maincf_get(&s->main, name);
		struct span list = span_str(value), word;

		if (strcmp(name, "smtpd_tls_chain_files") == 0)
			continue;
		while ((word = maincf_word(&list)).n) {
			struct span type, path;

			maincf_table(word, &type, &path);
			if (span_starts(path, SPAN_LIT("/etc/")))
				check_table(s, name, type,
				    check_path(s->c, s->host->machine, arena_dup(s->c->a, path)));
		}
	}
}

/* Looks a local part up in alias_maps; NULL: in none of them. */
static const char *
alias_of(struct server *s, const char *local_part)
{
	const char *maps = maincf_get(&s->main, "alias_maps"), *value;
	struct span list = span_str(maps ? maps : ""), word, type, path, text;

	while ((word = maincf_word(&list)).n) {
		maincf_table(word, &type, &path);
		if (!access(check_path(s->c, s->host->machine, arena_dup(s->c->a, path)), R_OK) &&
		    check_read(s->c, check_path(s->c, s->host->machine, arena_dup(s->c->a, path)),
			&text) &&
		    maincf_lookup(s->c->a, type, text, local_part, &value) == MAINCF_FOUND)
			return value;
	}
	return NULL;
}

static void
check_command(struct server *s, const char *local_part, const char *flavour)
{
	const char *value = alias_of(s, local_part);
	struct span command = span_str(value ? value : "");

	if (!value) {
		say(s, arena_printf(s->c->a, "%s is in no table of alias_maps", local_part),
		    "mail to it would be refused", "render again");
		return;
	}
	if (!span_starts(command, SPAN_LIT("\"|")) || !strstr(value, "/emt-deliver") ||
	    (strstr(value, " -f ") != NULL) != (flavour != NULL) ||
	    (flavour && !strstr(value, flavour)))
		say(s, arena_printf(s->c->a, "the alias of %s is %s", local_part, value),
		    "its mails would not be stored, or as another flavour", "render again");
	/* Postfix runs a command without a shell only if it holds none of a shell's characters. */
	command = span_from(command, 2);
	for (size_t i = 0; i + 1 < command.n; i++)
		if (strchr("!\"#$&'()*;<>?[]^`{|}~\\", command.p[i])) {
			say(s,
			    arena_printf(s->c->a, "the alias of %s holds the shell's character %c",
				local_part, command.p[i]),
			    "a shell would run it, whose exit code 127 bounces mail",
			    "take the character out");
			break;
		}
}

/* The catch-all must leave owner-NAME alone, which would change every mail's envelope sender, and
 * measurement+TOKEN, which has an alias of its own. */
static void
check_aliases(struct server *s)
{
	const char *const not_caught[] = {
	    "owner-measurement", "owner-spam", "measurement+abcdefghijklmnopqrstuvwxyz", "spam+x"};
	bool catch_all = s->c->plan->site->settings->spam_domains.n > 0;

	check_command(s, "measurement", NULL);
	check_command(s, "spam", "spam");
	for (size_t i = 0; i < sizeof not_caught / sizeof *not_caught; i++)
		if (alias_of(s, not_caught[i]))
			say(s, arena_printf(s->c->a, "alias_maps answers for %s", not_caught[i]),
			    "it would change the envelope sender, or swallow tokens",
			    "render the catch-all again");
	if (catch_all)
		check_command(s, "any.body", "all");
	else if (alias_of(s, "any.body"))
		say(s, "alias_maps answers for every local part, and spam_domains is none",
		    "mail to unknown addresses would be stored", "render again");
}

static void
check_greylisting(struct server *s)
{
	static const char *const options[] = {"--whitelist-clients=/dev/null",
	    "--whitelist-recipients=/dev/null", "--auto-whitelist-clients=0", "--lookup-by-host",
	    "--inet=127.0.0.1:10023"};
	const char *restrictions = effective(s, "smtpd_recipient_restrictions");
	const char *path = check_path(s->c, s->host->machine, "etc/default/postgrey");
	bool greylists =
	    restrictions && strstr(restrictions, "check_policy_service inet:127.0.0.1:10023");
	struct span text;

	if (s->host->site->role->id != ROLE_GREYLISTING) {
		if (restrictions && strstr(restrictions, "check_policy_service"))
			say(s, "smtpd_recipient_restrictions asks a policy service",
			    "the role does not greylist", "take it out, or render again");
		return;
	}
	if (!greylists)
		say(s, "smtpd_recipient_restrictions does not ask postgrey at 127.0.0.1:10023",
		    "nobody would be challenged", "render again");
	if (!check_read(s->c, path, &text))
		return;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (!strstr(arena_dup(s->c->a, text), options[i]))
			check_finding(s->c, path, arena_printf(s->c->a, "lacks %s", options[i]),
			    "some senders would pass unchallenged", "render again");
}

void
check_mail_servers(struct check *c)
{
	for (size_t i = 0; i < c->plan->hosts_n; i++) {
		struct server s;

		if (c->plan->hosts[i].site->role->dns || !read_server(c, &c->plan->hosts[i], &s))
			continue;
		check_demands(&s);
		check_relay(&s);
		check_tls(&s);
		check_logging(&s);
		check_interfaces(&s);
		check_files(&s);
		check_aliases(&s);
		check_greylisting(&s);
	}
}

/* Is mail for that domain taken?  Any list of domains that Postfix has would do. */
static bool
accepts(struct server *s, const char *domain)
{
	static const char *const lists[] = {
	    "mydestination", "relay_domains", "virtual_mailbox_domains", "virtual_alias_domains"};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const char *value = maincf_get(&s->main, lists[i]), *found;
		struct span list = span_str(value ? value : ""), word, type, path, text;

		while ((word = maincf_word(&list)).n) {
			const char *file;

			if (span_ieq(word, span_str(domain)))
				return true;
			maincf_table(word, &type, &path);
			if (path.n == 0 || path.p[0] != '/')
				continue;
			file = check_path(s->c, s->host->machine, arena_dup(s->c->a, path));
			if (!access(file, R_OK) && check_read(s->c, file, &text) &&
			    maincf_lookup(s->c->a, type, text, domain, &found) == MAINCF_FOUND)
				return true;
		}
	}
	return false;
}

static void
check_domain(struct server *s, const struct testcase *t, const char *domain, const char *what)
{
	bool own = t->host == s->host->site->role, taken = accepts(s, domain);

	if (own == taken)
		return;
	say(s,
	    arena_printf(
		s->c->a, "%s mail for %s (%s)", taken ? "takes" : "does not take", domain, what),
	    own ? "the case's mail would be refused"
		: "mail that came to the wrong host would count as the case's",
	    "mend mydestination and its tables, or render again");
}

void
check_mail_domains(struct check *c)
{
	const struct plan *plan = c->plan;

	for (size_t i = 0; i < plan->hosts_n; i++) {
		struct server s;

		/* A file that is missing has been told by check_mail_servers. */
		if (plan->hosts[i].site->role->dns ||
		    access(check_path(c, plan->hosts[i].machine,
			       arena_printf(c->a, "etc/postfix%s/main.cf", plan->hosts[i].suffix)),
			R_OK) ||
		    !read_server(c, &plan->hosts[i], &s))
			continue;
		for (size_t k = 0; k < plan->cases->n; k++) {
			const struct testcase *t = &plan->cases->v[k];
			const char *plain =
			    arena_printf(c->a, "%s.%s", t->name, plan->site->domain);

			check_domain(&s, t, plain, "the address without a token");
			check_domain(&s, t,
			    arena_printf(c->a, "abcdefghijklmnopqrstuvwx27.%s", plain), "a token");
		}
		if (accepts(&s, "stranger.invalid"))
			say(&s, "takes mail for stranger.invalid, which is nobody's here",
			    "it would swallow strangers' mail", "mend mydestination");
	}
}
