/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/config_rules.h"

#include "base/cursor.h"

enum family {
	FAMILY_NONE = 0,
	FAMILY_IPV4 = 1,
	FAMILY_IPV6 = 2,
	FAMILY_BOTH = 3,
};

struct span
config_value(const struct config_judged *j, const char *name, const char *def)
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
families_served(const struct config_judged *j)
{
	struct span protocols = config_value(j, "inet_protocols", "all"), name = j->service->name;

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
has_dialogue(const struct config_judged *j)
{
	return config_value(j, "debug_peer_list", "").n > 0;
}

static bool
offers_tls(const struct config_judged *j)
{
	struct span level = config_value(j, "smtpd_tls_security_level", "");

	if (level.n)
		return !span_eq(level, SPAN_LIT("none"));
	return is_yes(config_value(j, "smtpd_tls_wrappermode", "no")) ||
	       is_yes(config_value(j, "smtpd_use_tls", "no")) ||
	       is_yes(config_value(j, "smtpd_enforce_tls", "no"));
}

/* The tests of the rules: true is a finding. */
static bool
is_silent(const struct config_judged *j)
{
	return !j->value.n && !j->service->verbose;
}

static bool
leaves_clients_out(const struct config_judged *j)
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
has_bare_ipv6(const struct config_judged *j)
{
	struct span list = j->value, member;

	while ((member = next_member(&list)).n)
		if (is_bare_ipv6(member.p[0] == '!' ? span_from(member, 1) : member))
			return true;
	return false;
}

static bool
is_too_low(const struct config_judged *j)
{
	return number_of(j->value) < 1;
}

static bool
is_noisy(const struct config_judged *j)
{
	return has_dialogue(j) && number_of(j->value) == 2;
}

static bool
leaks_content(const struct config_judged *j)
{
	return has_dialogue(j) && number_of(j->value) > 2;
}

static bool
is_verbose(const struct config_judged *j)
{
	return j->service->verbose > 0 && j->service->verbose < 3;
}

static bool
is_very_verbose(const struct config_judged *j)
{
	return j->service->verbose > 2;
}

static bool
hides_tls(const struct config_judged *j)
{
	return offers_tls(j) && number_of(j->value) < 1;
}

static bool
tells_of_handshakes(const struct config_judged *j)
{
	return offers_tls(j) && (number_of(j->value) == 2 || number_of(j->value) == 3);
}

static bool
dumps_tls(const struct config_judged *j)
{
	return offers_tls(j) && number_of(j->value) > 3;
}

static bool
is_no(const struct config_judged *j)
{
	return !is_yes(j->value);
}

static bool
is_set(const struct config_judged *j)
{
	return j->value.n > 0;
}

static bool
passes_the_journal(const struct config_judged *j)
{
	return !j->value.n && j->journal;
}

bool
config_is_command(const struct postconf_service *s, const char *name)
{
	return span_eq(s->command, span_str(name));
}

static bool
lacks_postlog(const struct config_judged *j)
{
	const struct postconf_service *s = j->pc->services;

	while (s && !config_is_command(s, "postlogd"))
		s = s->next;
	return j->value.n && !s;
}

const struct config_rule config_rules[CONFIG_RULES_N] = {
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
