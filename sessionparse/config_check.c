/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/config_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/log.h"
#include "base/utf8.h"
#include "sessionparse/journald.h"

enum {
	EXIT_FINDINGS = 1,
	FINDINGS_MAX = 1 << 20, /* octets of text */
};

enum family {
	FAMILY_NONE = 0,
	FAMILY_IPV4 = 1,
	FAMILY_IPV6 = 2,
	FAMILY_BOTH = 3,
};

/* What a rule is asked of. */
struct judged {
	const struct postconf *pc;
	const struct postconf_service *service; /* NULL: Postfix as a whole */
	struct span value;                      /* of the rule's parameter */
	bool journal;
};

static struct span
value_of(const struct judged *j, const char *name, const char *def)
{
	struct span value = postconf_value(j->pc, j->service, span_str(name));

	return value.p ? value : span_str(def);
}

static int64_t
number_of(struct span value)
{
	struct cursor c = cursor_on(value);

	return (int64_t)cur_number(&c, 9);
}

static bool
is_yes(struct span value)
{
	return span_eq(value, SPAN_LIT("yes"));
}

/* The next member of a list, which blanks and commas separate; empty at its end. */
static struct span
next_member(struct span *list)
{
	struct span member;
	size_t n = 0;

	while (list->n && strchr(", \t", list->p[0]))
		*list = span_from(*list, 1);
	while (n < list->n && !strchr(", \t", list->p[n]))
		n++;
	member = (struct span){list->p, n};
	*list = span_from(*list, n);
	return member;
}

/* Which clients a debug_peer_list surely matches.  A table may match all of them too, but postconf
 * does not tell. */
static unsigned
families_matched(struct span list)
{
	unsigned families = FAMILY_NONE;
	struct span member;

	while ((member = next_member(&list)).n) {
		if (span_eq(member, SPAN_LIT("0.0.0.0/0")))
			families |= FAMILY_IPV4;
		else if (span_eq(member, SPAN_LIT("[::]/0")))
			families |= FAMILY_IPV6;
		else if (span_starts(member, SPAN_LIT("static:")))
			families |= FAMILY_BOTH;
		else if (member.p[0] == '!')
			return FAMILY_NONE; /* somebody is left out */
	}
	return families;
}

/* Which clients can reach a service: 198.51.100.1:smtp and [2001:db8::1]:smtp by one family. */
static unsigned
families_served(const struct judged *j)
{
	struct span protocols = value_of(j, "inet_protocols", "all"), name = j->service->name;

	if (span_eq(j->service->type, SPAN_LIT("inet")) && span_find(name, ':') < name.n) {
		if (name.p[0] == '[')
			return FAMILY_IPV6;
		if (is_digit(name.p[0]))
			return FAMILY_IPV4;
	}
	if (span_eq(protocols, SPAN_LIT("ipv4")))
		return FAMILY_IPV4;
	if (span_eq(protocols, SPAN_LIT("ipv6")))
		return FAMILY_IPV6;
	return FAMILY_BOTH;
}

static bool
has_dialogue(const struct judged *j)
{
	return value_of(j, "debug_peer_list", "").n > 0;
}

static bool
offers_tls(const struct judged *j)
{
	struct span level = value_of(j, "smtpd_tls_security_level", "");

	if (level.n)
		return !span_eq(level, SPAN_LIT("none"));
	return is_yes(value_of(j, "smtpd_tls_wrappermode", "no")) ||
	       is_yes(value_of(j, "smtpd_use_tls", "no")) ||
	       is_yes(value_of(j, "smtpd_enforce_tls", "no"));
}

/* The tests of the rules: true is a finding. */
static bool
is_silent(const struct judged *j)
{
	return !j->value.n && !j->service->verbose;
}

static bool
leaves_clients_out(const struct judged *j)
{
	unsigned needed = families_served(j);

	return j->value.n && !j->service->verbose &&
	       (families_matched(j->value) & needed) != needed;
}

/* Postfix takes what stands before the first colon for a type of table; such are of letters. */
static bool
is_bare_ipv6(struct span member)
{
	size_t n = span_find(member, ':');
	bool digit = n == 0;

	for (size_t i = 0; i < n; i++)
		digit = digit || is_digit(member.p[i]);
	return digit && n < member.n && member.p[0] != '[';
}

static bool
has_bare_ipv6(const struct judged *j)
{
	struct span list = j->value, member;

	while ((member = next_member(&list)).n)
		if (is_bare_ipv6(member.p[0] == '!' ? span_from(member, 1) : member))
			return true;
	return false;
}

static bool
is_too_low(const struct judged *j)
{
	return number_of(j->value) < 1;
}

static bool
is_noisy(const struct judged *j)
{
	return has_dialogue(j) && number_of(j->value) == 2;
}

static bool
leaks_content(const struct judged *j)
{
	return has_dialogue(j) && number_of(j->value) > 2;
}

static bool
is_verbose(const struct judged *j)
{
	return j->service->verbose > 0 && j->service->verbose < 3;
}

static bool
is_very_verbose(const struct judged *j)
{
	return j->service->verbose > 2;
}

static bool
hides_tls(const struct judged *j)
{
	return offers_tls(j) && number_of(j->value) < 1;
}

static bool
tells_of_handshakes(const struct judged *j)
{
	return offers_tls(j) && (number_of(j->value) == 2 || number_of(j->value) == 3);
}

static bool
dumps_tls(const struct judged *j)
{
	return offers_tls(j) && number_of(j->value) > 3;
}

static bool
is_no(const struct judged *j)
{
	return !is_yes(j->value);
}

static bool
is_set(const struct judged *j)
{
	return j->value.n > 0;
}

static bool
passes_the_journal(const struct judged *j)
{
	return !j->value.n && j->journal;
}

static bool
is_command(const struct postconf_service *s, const char *name)
{
	return span_eq(s->command, span_str(name));
}

static bool
lacks_postlog(const struct judged *j)
{
	const struct postconf_service *s = j->pc->services;

	while (s && !is_command(s, "postlogd"))
		s = s->next;
	return j->value.n && !s;
}

enum scope {
	OF_SERVERS, /* smtpd that clients reach */
	OF_CLIENTS, /* smtp and lmtp */
	OF_ALL,     /* Postfix as a whole */
};

static const struct rule {
	enum scope scope;
	const char *parameter, *def; /* def: what Postfix takes where nobody says */
	bool (*fails)(const struct judged *j);
	const char *why, *mend;
} rules[] = {
    {OF_SERVERS, "debug_peer_list", "", is_silent,
	"smtpd logs no dialogue, whatever debug_peer_level is: sessions lack commands, replies and "
	"refused recipients",
	"add -o debug_peer_list=0.0.0.0/0,[::]/0 -o debug_peer_level=1 to this service"},
    {OF_SERVERS, "debug_peer_list", "", leaves_clients_out,
	"clients that it does not match have no dialogue in the log",
	"write -o debug_peer_list=0.0.0.0/0,[::]/0"},
    {OF_SERVERS, "debug_peer_list", "", has_bare_ipv6,
	"smtpd ends with a fatal error, for it takes an IPv6 address without brackets for a table",
	"write [::]/0"},
    {OF_SERVERS, "debug_peer_level", "2", is_too_low, "smtpd ends with a fatal error",
	"write -o debug_peer_level=1"},
    {OF_SERVERS, "debug_peer_level", "2", is_noisy,
	"it logs more lines than 1 and says no more about a session",
	"write -o debug_peer_level=1"},
    {OF_SERVERS, "debug_peer_level", "2", leaks_content,
	"from 3 on smtpd logs the first octets of every header and body line of every mail",
	"write -o debug_peer_level=1"},
    {OF_SERVERS, NULL, NULL, is_verbose,
	"-v logs the dialogue amid many lines that say nothing about a session",
	"put -o debug_peer_list=0.0.0.0/0,[::]/0 -o debug_peer_level=1 in its place"},
    {OF_SERVERS, NULL, NULL, is_very_verbose,
	"-v three times logs the first octets of every header and body line of every mail",
	"put -o debug_peer_list=0.0.0.0/0,[::]/0 -o debug_peer_level=1 in its place"},
    {OF_SERVERS, "smtpd_tls_loglevel", "0", hides_tls,
	"protocol and cipher of TLS are not in the log", "write smtpd_tls_loglevel = 1"},
    {OF_SERVERS, "smtpd_tls_loglevel", "0", tells_of_handshakes,
	"it logs the steps of each handshake and says no more about a session than 1",
	"write smtpd_tls_loglevel = 1"},
    {OF_SERVERS, "smtpd_tls_loglevel", "0", dumps_tls,
	"from 4 on the log holds all that is said under TLS, mails and passwords with it",
	"write smtpd_tls_loglevel = 1"},
    {OF_SERVERS, "smtputf8_enable", "yes", is_no,
	"octets of commands that are not ASCII are logged as question marks",
	"write smtputf8_enable = yes"},
    {OF_CLIENTS, "debug_peer_list", "", is_set,
	"this client, too, logs its dialogue, with the arrows the other way round",
	"take debug_peer_list out of main.cf, and set it on the smtpd services of master.cf"},
    {OF_ALL, "enable_long_queue_ids", "no", is_no,
	"a short queue id can come again, and join a mail with the session of another",
	"write enable_long_queue_ids = yes"},
    {OF_ALL, "maillog_file", "", lacks_postlog,
	"there is no service of postlogd in master.cf, without which nothing is logged",
	"add to master.cf: postlog unix-dgram n - n - 1 postlogd"},
    {OF_ALL, "maillog_file", "", passes_the_journal,
	"lines pass through systemd's journal, which drops those above 10000 in 30 seconds, or 32 "
	"sessions with their dialogue",
	"write maillog_file = /var/log/maillog, or raise RateLimitBurst in journald.conf"},
};

static void
put_finding(struct buf *out, const struct rule *rule, const struct judged *j)
{
	const struct postconf_service *s = j->service;

	if (s) {
		buf_puts(out, "master.cf, ");
		safe_put(out, s->name);
		buf_putc(out, ' ');
		safe_put(out, s->type);
	} else {
		buf_puts(out, "main.cf");
	}
	if (rule->parameter && j->value.n) {
		buf_printf(out, ": %s = ", rule->parameter);
		safe_put(out, j->value);
	} else if (rule->parameter) {
		buf_printf(out, ": %s is not set", rule->parameter);
	}
	buf_printf(out, ": %s; %s\n", rule->why, rule->mend);
}

static bool
is_in_scope(enum scope scope, const struct postconf_service *s)
{
	bool reached = span_eq(s->type, SPAN_LIT("inet")) || span_eq(s->type, SPAN_LIT("pass"));

	if (scope == OF_SERVERS)
		return reached && is_command(s, "smtpd");
	return scope == OF_CLIENTS && (is_command(s, "smtp") || is_command(s, "lmtp"));
}

/* Asks one rule of one service; the number of findings. */
static size_t
ask(const struct rule *rule, struct judged *j, const struct postconf_service *s, struct buf *out)
{
	j->service = s;
	j->value = rule->parameter ? value_of(j, rule->parameter, rule->def) : SPAN_LIT("");
	if (!rule->fails(j))
		return 0;
	put_finding(out, rule, j);
	return 1;
}

size_t
config_check(const struct postconf *pc, bool journal, struct buf *out)
{
	struct judged j = {.pc = pc, .journal = journal};
	size_t findings_n = 0, servers_n = 0;

	for (const struct postconf_service *s = pc->services; s; s = s->next) {
		servers_n += is_in_scope(OF_SERVERS, s);
		for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
			if (is_in_scope(rules[i].scope, s))
				findings_n += ask(&rules[i], &j, s, out);
	}
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].scope == OF_ALL)
			findings_n += ask(&rules[i], &j, NULL, out);
	if (!servers_n) {
		buf_puts(out, "master.cf: no service runs smtpd: there are no sessions to log; add "
			      "to it: smtp inet n - n - - smtpd\n");
		findings_n++;
	}
	return findings_n;
}

/* A value of -x has no $ left; one of postconf -n may. */
static const char *
find_unexpanded(const struct postconf *pc)
{
	static const char *const names[] = {"debug_peer_list", "debug_peer_level", "inet_protocols",
	    "smtpd_tls_loglevel", "smtpd_tls_security_level", "maillog_file"};

	for (const struct postconf_service *s = pc->services;; s = s->next) {
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			struct span value = postconf_value(pc, s, span_str(names[i]));

			if (span_find(value, '$') < value.n)
				return names[i];
		}
		if (!s)
			return NULL;
	}
}

static int
read_file(struct postconf *pc, const char *file)
{
	struct buf text;
	const char *wrong = NULL;
	int fd = !strcmp(file, "-") ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	buf_init(&text, POSTCONF_TEXT_MAX);
	while (n > 0 && !text.overflow) {
		char piece[16384];

		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			buf_put(&text, (struct span){piece, (size_t)n});
	}
	if (n < 0)
		log_error("%s: %s", file, strerror(errno));
	else if (text.overflow)
		wrong = arena_printf(pc->arena, "%s: too much for the output of postconf", file);
	else
		wrong = postconf_take(pc, file, buf_span(&text));
	if (wrong)
		log_error("%s", wrong);
	if (fd > STDIN_FILENO)
		close(fd);
	buf_free(&text);
	return n < 0 ? EX_TEMPFAIL : wrong ? EX_DATAERR : EX_OK;
}

static int
gather(struct postconf *pc, const char *dir, char *const *files, int files_n)
{
	const char *unexpanded;
	int status = EX_OK;

	if (!files_n)
		return postconf_run(pc, dir) ? EX_OK : EX_TEMPFAIL;
	for (int i = 0; i < files_n && status == EX_OK; i++)
		status = read_file(pc, files[i]);
	unexpanded = status == EX_OK ? find_unexpanded(pc) : NULL;
	if (!unexpanded)
		return status;
	log_error("%s holds a $name; save the output of postconf -x and of postconf -Mx, which put "
		  "in its value",
	    unexpanded);
	return EX_DATAERR;
}

int
config_check_run(const char *dir, char *const *files, int files_n)
{
	struct arena *a = arena_new();
	struct postconf pc;
	struct buf findings;
	int status;

	postconf_init(&pc, a);
	buf_init(&findings, FINDINGS_MAX);
	status = gather(&pc, dir, files, files_n);
	if (status == EX_OK &&
	    config_check(&pc, !files_n && journald_drops_lines("/"), &findings) > 0) {
		status = EXIT_FINDINGS;
		fputs(buf_str(&findings), stdout);
		if (fflush(stdout) != 0) {
			log_error("standard output: %s", strerror(errno));
			status = EX_TEMPFAIL;
		}
	}
	buf_free(&findings);
	arena_free(a);
	return status;
}

void
config_check_hint(uint64_t silent_n, uint64_t sessions_n)
{
	if (silent_n)
		log_warning("%" PRIu64 " of %" PRIu64 " sessions with mail have no dialogue: "
			    "debug_peer_list was not set for them; emt-sessions --check-config "
			    "tells what Postfix needs",
		    silent_n, sessions_n);
}
