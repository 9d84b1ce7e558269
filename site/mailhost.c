/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/mailhost.h"

#include <unistd.h>

static const char *
file_of(const struct check *c, const struct plan_host *host, const char *name)
{
	return check_path(
	    c, host->machine, arena_printf(c->a, "etc/postfix%s/%s", host->suffix, name));
}

bool
mailhost_is_there(const struct check *c, const struct plan_host *host)
{
	return !access(file_of(c, host, "main.cf"), R_OK) &&
	       !access(file_of(c, host, "master.cf"), R_OK);
}

bool
mailhost_read(struct check *c, const struct plan_host *host, struct mailhost *m)
{
	struct span text;

	*m = (struct mailhost){.c = c,
	    .host = host,
	    .path = file_of(c, host, "main.cf"),
	    .master_path = file_of(c, host, "master.cf")};
	if (!check_read(c, m->path, &text))
		return false;
	maincf_read(&m->main, c->a, text);
	if (!check_read(c, m->master_path, &text))
		return false;
	m->master = text;
	m->has_smtpd = maincf_service(c->a, text, "smtp", "inet", &m->smtpd);
	return true;
}

const char *
mailhost_setting(const struct mailhost *m, const char *name)
{
	const char *own = maincf_get(&m->smtpd, name);

	return own ? own : maincf_get(&m->main, name);
}

void
mailhost_say(const struct mailhost *m, const char *what, const char *why, const char *mend)
{
	check_finding(m->c, m->path, what, why, mend);
}

/* Looks a key up in the table or list that a word names.  A file that is not there has been told.
 */
static bool
look_up(const struct mailhost *m, struct span word, const char *key, const char **value)
{
	struct span type, path, text;
	const char *file;

	maincf_table(word, &type, &path);
	if (path.n == 0 || path.p[0] != '/')
		return false;
	file = check_path(m->c, m->host->machine, arena_dup(m->c->a, path));
	return !access(file, R_OK) && check_read(m->c, file, &text) &&
	       maincf_lookup(m->c->a, type, text, key, value) == MAINCF_FOUND;
}

bool
mailhost_takes(const struct mailhost *m, const char *domain)
{
	static const char *const lists[] = {
	    "mydestination", "relay_domains", "virtual_mailbox_domains", "virtual_alias_domains"};

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const char *value = maincf_get(&m->main, lists[i]), *found;
		struct span list = span_str(value ? value : ""), word;

		while ((word = maincf_word(&list)).n)
			if (span_ieq(word, span_str(domain)) || look_up(m, word, domain, &found))
				return true;
	}
	return false;
}

const char *
mailhost_alias(const struct mailhost *m, const char *local_part)
{
	const char *maps = maincf_get(&m->main, "alias_maps"), *value;
	struct span list = span_str(maps ? maps : ""), word;

	while ((word = maincf_word(&list)).n)
		if (look_up(m, word, local_part, &value))
			return value;
	return NULL;
}
