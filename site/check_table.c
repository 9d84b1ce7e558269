/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Postfix looks things up in: is every file there that main.cf names, can its lines be read,
 * where do the aliases lead, and does postgrey challenge everybody? */
#include "site/mailhost.h"

/* A table's own lines: look-ups of a key that is in none of them read them all. */
static void
check_table(struct mailhost *s, const char *name, struct span type, const char *path)
{
	const char *line;
	struct span text;

	if (!check_read(s->c, path, &text))
		return;
	if (!span_eq(type, SPAN_LIT("texthash")) && !span_eq(type, SPAN_LIT("pcre")) && type.n)
		mailhost_say(s,
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
check_files(struct mailhost *s)
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

static void
check_command(struct mailhost *s, const char *local_part, const char *flavour)
{
	const char *value = mailhost_alias(s, local_part);
	struct span command = span_str(value ? value : "");

	if (!value) {
		mailhost_say(s,
		    arena_printf(s->c->a, "%s is in no table of alias_maps", local_part),
		    "mail to it would be refused", "render again");
		return;
	}
	if (!span_starts(command, SPAN_LIT("\"|")) || !strstr(value, "/emt-deliver") ||
	    (strstr(value, " -f ") != NULL) != (flavour != NULL) ||
	    (flavour && !strstr(value, flavour)))
		mailhost_say(s, arena_printf(s->c->a, "the alias of %s is %s", local_part, value),
		    "its mails would not be stored, or as another flavour", "render again");
	/* Postfix runs a command without a shell only if it holds none of a shell's characters. */
	command = span_from(command, 2);
	for (size_t i = 0; i + 1 < command.n; i++)
		if (strchr("!\"#$&'()*;<>?[]^`{|}~\\", command.p[i])) {
			mailhost_say(s,
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
check_aliases(struct mailhost *s)
{
	const char *const not_caught[] = {
	    "owner-measurement", "owner-spam", "measurement+abcdefghijklmnopqrstuvwxyz", "spam+x"};
	bool catch_all = s->c->plan->site->settings->spam_domains.n > 0;

	check_command(s, "measurement", NULL);
	check_command(s, "spam", "spam");
	for (size_t i = 0; i < sizeof not_caught / sizeof *not_caught; i++)
		if (mailhost_alias(s, not_caught[i]))
			mailhost_say(s,
			    arena_printf(s->c->a, "alias_maps answers for %s", not_caught[i]),
			    "it would change the envelope sender, or swallow tokens",
			    "render the catch-all again");
	if (catch_all)
		check_command(s, "any.body", "all");
	else if (mailhost_alias(s, "any.body"))
		mailhost_say(s, "alias_maps answers for every local part, and spam_domains is none",
		    "mail to unknown addresses would be stored", "render again");
}

static void
check_greylisting(struct mailhost *s)
{
	static const char *const options[] = {"--whitelist-clients=/dev/null",
	    "--whitelist-recipients=/dev/null", "--auto-whitelist-clients=0", "--lookup-by-host",
	    "--inet=127.0.0.1:10023"};
	const char *restrictions = mailhost_setting(s, "smtpd_recipient_restrictions");
	const char *path = check_path(s->c, s->host->machine, "etc/default/postgrey");
	bool greylists =
	    restrictions && strstr(restrictions, "check_policy_service inet:127.0.0.1:10023");
	struct span text;

	if (s->host->site->role->id != ROLE_GREYLISTING) {
		if (restrictions && strstr(restrictions, "check_policy_service"))
			mailhost_say(s, "smtpd_recipient_restrictions asks a policy service",
			    "the role does not greylist", "take it out, or render again");
		return;
	}
	if (!greylists)
		mailhost_say(s,
		    "smtpd_recipient_restrictions does not ask postgrey at 127.0.0.1:10023",
		    "nobody would be challenged", "render again");
	if (!check_read(s->c, path, &text))
		return;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (!strstr(arena_dup(s->c->a, text), options[i]))
			check_finding(s->c, path, arena_printf(s->c->a, "lacks %s", options[i]),
			    "some senders would pass unchallenged", "render again");
}

void
check_mail_tables(struct check *c)
{
	for (size_t i = 0; i < c->plan->hosts_n; i++) {
		const struct plan_host *host = &c->plan->hosts[i];
		struct mailhost m;

		/* Files that are missing have been told by check_mail_servers. */
		if (host->site->role->dns || !mailhost_is_there(c, host) ||
		    !mailhost_read(c, host, &m))
			continue;
		check_files(&m);
		check_aliases(&m);
		check_greylisting(&m);
	}
}
