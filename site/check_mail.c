/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail servers: does each Postfix offer what its role says, log the dialogue, relay for nobody, and
 * take mail for its own cases alone? */
#include "site/mailhost.h"

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
check_demand(struct mailhost *s, const char *name, const char *demanded, const char *why)
{
	const char *value = mailhost_setting(s, name);

	if (!value || strcmp(value, demanded) != 0)
		mailhost_say(s,
		    arena_printf(s->c->a, "%s is \"%s\" and not \"%s\"", name,
			value ? value : "not set", demanded),
		    why, "set it back, or render again");
}

static void
check_demands(struct mailhost *s)
{
	for (size_t i = 0; i < sizeof demands / sizeof *demands; i++)
		check_demand(s, demands[i].name, demands[i].value, demands[i].why);
	check_demand(s, "default_privs", s->c->plan->site->settings->user,
	    "the aliases' commands could not write the user's folders");
}

/* Nobody but programs of this machine may send to strangers. */
static void
check_relay(struct mailhost *s)
{
	static const char *const own[] = {"127.0.0.0/8", "[::1]/128", "[::ffff:127.0.0.0]/104"};
	const char *networks = mailhost_setting(s, "mynetworks");
	const char *restrictions = mailhost_setting(s, "smtpd_relay_restrictions");
	struct span list = span_str(networks ? networks : ""), word;
	bool closed = false;

	while ((word = maincf_word(&list)).n) {
		bool known = false;

		for (size_t i = 0; i < sizeof own / sizeof *own; i++)
			known = known || span_eq(word, span_str(own[i]));
		if (!known)
			mailhost_say(s,
			    arena_printf(s->c->a, "mynetworks holds %.*s", (int)word.n, word.p),
			    "it would relay for strangers", "leave loopback alone in it");
	}
	if (!networks)
		mailhost_say(s, "mynetworks is not set", "it would relay for its neighbours",
		    "set it to 127.0.0.0/8, [::1]/128");
	list = span_str(restrictions ? restrictions : "reject_unauth_destination");
	while ((word = maincf_word(&list)).n && !closed) {
		closed = span_eq(word, SPAN_LIT("reject_unauth_destination")) ||
			 span_eq(word, SPAN_LIT("defer_unauth_destination"));
		if (!closed && !span_eq(word, SPAN_LIT("permit_mynetworks")) &&
		    !span_starts(word, SPAN_LIT("reject")))
			mailhost_say(s,
			    arena_printf(s->c->a,
				"smtpd_relay_restrictions has %.*s before "
				"reject_unauth_destination",
				(int)word.n, word.p),
			    "it may relay for strangers",
			    "put reject_unauth_destination before it");
	}
	if (!closed)
		mailhost_say(s, "smtpd_relay_restrictions lacks reject_unauth_destination",
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
check_tls(struct mailhost *s)
{
	static const char *const protocols[] = {
	    "smtpd_tls_protocols", "smtpd_tls_mandatory_protocols"};
	const struct plan_host *host = s->host;
	const char *want = tls_level(host->site->role->id), *level, *chain, *value;

	level = mailhost_setting(s, "smtpd_tls_security_level");
	if (!level || strcmp(level, want) != 0)
		mailhost_say(s,
		    arena_printf(s->c->a, "smtpd_tls_security_level is \"%s\" and not \"%s\"",
			level ? level : "not set", want),
		    "role and case differ in more, or in less, than they say",
		    "set it back, or render again");
	if (!host->certificate)
		return;
	chain = mailhost_setting(s, "smtpd_tls_chain_files");
	if (!chain || strcmp(chain, host->certificate->file) != 0)
		mailhost_say(s,
		    arena_printf(s->c->a, "smtpd_tls_chain_files is \"%s\" and not \"%s\"",
			chain ? chain : "not set", host->certificate->file),
		    "another certificate than the plan's would be shown",
		    "set it back, or render again");
	/* Postfix goes by the second where STARTTLS is demanded. */
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
		value = mailhost_setting(s, protocols[i]);
		if (!value || strcmp(value, ">=TLSv1") != 0)
			mailhost_say(s,
			    arena_printf(s->c->a, "%s is not \">=TLSv1\"", protocols[i]),
			    "senders with old TLS would be turned away",
			    "set it back, or render again");
	}
	value = mailhost_setting(s, "tls_medium_cipherlist");
	if (!value || !strstr(value, "@SECLEVEL=0"))
		mailhost_say(s, "tls_medium_cipherlist lacks @SECLEVEL=0",
		    "OpenSSL would refuse TLS 1.0, whatever smtpd_tls_protocols says",
		    "set it back, or render again");
}

/* debug_peer_level alone logs nothing. */
static void
check_logging(struct mailhost *s)
{
	const char *list = mailhost_setting(s, "debug_peer_list"),
		   *level = mailhost_setting(s, "debug_peer_level"), *log;

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
		mailhost_say(s, "maillog_file is not set",
		    "syslog may drop lines, and cut long ones", "set it back, or render again");
	log = maincf_get(&s->main, "smtputf8_enable");
	if (log && strcmp(log, "no") == 0)
		mailhost_say(s, "smtputf8_enable is \"no\"",
		    "every octet that is not ASCII would be logged as a question mark",
		    "set it to yes");
}

/* Sessions at an address of one case alone must be logged under its name. */
static void
check_log_name(
    struct mailhost *s, const char *service, const struct maincf *found, const struct site_pair *ip)
{
	const struct testcase *t = plan_ip_case(s->c->plan, ip);
	const char *want =
		       t ? arena_printf(s->c->a, "postfix%s/%s", s->host->suffix, t->name) : NULL,
		   *name = maincf_get(found, "syslog_name");

	if (want ? !name || strcmp(name, want) != 0 : name != NULL)
		check_finding(s->c, s->master_path,
		    arena_printf(s->c->a, "%s inet logs as \"%s\" and not \"%s\"", service,
			name ? name : "postfix", want ? want : "postfix"),
		    "sessions without a recipient are told apart by that name alone",
		    "render again");
}

/* The smtpd of an address that is a case's own: like that of smtp inet, but for its name. */
static void
check_case_service(struct mailhost *s, const char *service, const struct site_pair *ip)
{
	struct maincf found;

	if (!maincf_service(s->c->a, s->master, service, "inet", &found)) {
		check_finding(s->c, s->master_path,
		    arena_printf(s->c->a, "has no service %s inet", service),
		    "cases would be unreachable", "render again");
		return;
	}
	check_log_name(s, service, &found, ip);
	if (!maincf_same(&found, &s->smtpd, "syslog_name"))
		check_finding(s->c, s->master_path,
		    arena_printf(s->c->a, "%s inet has other options than smtp inet", service),
		    "case and control would differ in more than they say", "render again");
}

static void
check_services(struct mailhost *s)
{
	char text[IP_TEXT_MAX];

	if (!s->has_smtpd)
		return;
	check_log_name(s, "smtp", &s->smtpd, s->host->ips[0]);
	for (size_t i = 1; i < s->host->ips_n; i++) {
		const struct site_pair *ip = s->host->ips[i];

		check_case_service(
		    s, arena_printf(s->c->a, "%s:smtp", ip_text(&ip->ip4, text)), ip);
		check_case_service(
		    s, arena_printf(s->c->a, "[%s]:smtp", ip_text(&ip->ip6, text)), ip);
	}
}

/* inet_interfaces: the host's own addresses and no others. */
static void
check_interfaces(struct mailhost *s)
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
		if (ip_read(inner, &ip))
			own =
			    ip_eq(&ip, &s->host->ips[0]->ip4) || ip_eq(&ip, &s->host->ips[0]->ip6);
		found += own;
		if (!own)
			mailhost_say(s,
			    arena_printf(s->c->a, "listens on %.*s, which is not host.%s's",
				(int)word.n, word.p, s->host->site->name),
			    "sessions without a recipient are told apart by the address alone",
			    "take it out of inet_interfaces, or render again");
	}
	if (found < 2)
		mailhost_say(s,
		    arena_printf(s->c->a, "listens on %zu of the 2 addresses of %s (%s ...)", found,
			s->host->site->name, ip_text(&s->host->ips[0]->ip4, text)),
		    "cases would be unreachable", "render again");
}

void
check_mail_servers(struct check *c)
{
	for (size_t i = 0; i < c->plan->hosts_n; i++) {
		struct mailhost m;

		if (c->plan->hosts[i].site->role->dns || !mailhost_read(c, &c->plan->hosts[i], &m))
			continue;
		check_demands(&m);
		check_relay(&m);
		check_tls(&m);
		check_logging(&m);
		check_services(&m);
		check_interfaces(&m);
	}
}

static void
check_domain(struct mailhost *s, const struct testcase *t, const char *domain, const char *what)
{
	bool own = t->host == s->host->site->role, taken = mailhost_takes(s, domain);

	if (own == taken)
		return;
	mailhost_say(s,
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
		struct mailhost s;

		/* Files that are missing have been told by check_mail_servers. */
		if (plan->hosts[i].site->role->dns || !mailhost_is_there(c, &plan->hosts[i]) ||
		    !mailhost_read(c, &plan->hosts[i], &s))
			continue;
		for (size_t k = 0; k < plan->cases->n; k++) {
			const struct testcase *t = &plan->cases->v[k];
			const char *plain =
			    arena_printf(c->a, "%s.%s", t->name, plan->site->domain);

			check_domain(&s, t, plain, "the address without a token");
			check_domain(&s, t,
			    arena_printf(c->a, "abcdefghijklmnopqrstuvwx27.%s", plain), "a token");
		}
		if (mailhost_takes(&s, "stranger.invalid"))
			mailhost_say(&s, "takes mail for stranger.invalid, which is nobody's here",
			    "it would swallow strangers' mail", "mend mydestination");
	}
}
