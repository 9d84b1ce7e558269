/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/values.h"

#include <string.h>
#include <sys/un.h>

#include "base/cursor.h"

struct reader {
	struct arena *a;
	const struct settings *settings;
	const struct option_values *values;
};

/* TLSA data goes into zone files as it is. */
static const char *
check_pin(const struct reader *r)
{
	struct span rest = span_str(r->settings->tls_pin);

	while (rest.p) {
		struct cursor c = cursor_on(span_trim(span_cut(&rest, ',')));

		if (!cur_literal(&c, SPAN_LIT("3 1 1 ")) || c.rest.n != 64)
			c.failed = true;
		for (size_t i = 0; !c.failed && i < 64; i++)
			c.failed = !is_digit(c.rest.p[i]) &&
				   (to_lower(c.rest.p[i]) < 'a' || to_lower(c.rest.p[i]) > 'f');
		if (c.failed)
			return arena_printf(r->a,
			    "%s: tls_pin is not of the form 3 1 1 HEX (64 digits); emt-site pin "
			    "prints it",
			    option_place(r->values, "tls_pin"));
	}
	return NULL;
}

/* Text that goes into a configuration file, or is a user's name, holds nothing that means something
 * there. */
static const char *
check_plain(const struct reader *r, const char *value, const char *name)
{
	for (const char *p = value; *p; p++)
		if (!is_alpha(*p) && !is_digit(*p) && !strchr("/._-+", *p))
			return arena_printf(r->a,
			    "%s: %s holds \"%c\"; letters, digits and / . _ - + alone go into "
			    "configuration files",
			    option_place(r->values, name), name, *p > ' ' && *p < 127 ? *p : '?');
	return NULL;
}

static const char *
check_texts(const struct reader *r)
{
	const struct settings *s = r->settings;
	const struct {
		const char *value, *name;
	} plain[] = {
	    {s->base_dir, "base_dir"},
	    {s->mail_dir, "mail_dir"},
	    {s->json_dir, "json_dir"},
	    {s->spam_mail_dir, "spam_mail_dir"},
	    {s->spam_json_dir, "spam_json_dir"},
	    {s->all_mail_dir, "all_mail_dir"},
	    {s->all_json_dir, "all_json_dir"},
	    {s->session_dir, "session_dir"},
	    {s->query_dir, "query_dir"},
	    {s->health_dir, "health_dir"},
	    {s->state_dir, "state_dir"},
	    {s->program_dir, "program_dir"},
	    {s->dnstap_socket, "dnstap_socket"},
	    {s->user, "user"},
	    {s->mail_log, "mail_log"},
	};

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		const char *error = check_plain(r, plain[i].value, plain[i].name);

		if (error)
			return error;
	}
	return NULL;
}

/* Postfix runs the aliases' commands as this user, and refuses one with privileges. */
static const char *
check_user(const struct reader *r)
{
	const char *user = r->settings->user;
	bool name = is_alpha(*user) || *user == '_';

	if (name && !strchr(user, '/') && strcmp(user, "root") != 0)
		return NULL;
	return arena_printf(r->a,
	    "%s: user is to be the name of a user without privileges; write one such as nobody",
	    option_place(r->values, "user"));
}

static const char *
check_places(const struct reader *r)
{
	const struct settings *s = r->settings;

	/* Postfix' own default for maillog_file_prefixes; elsewhere it does not start. */
	if (!span_starts(span_str(s->mail_log), SPAN_LIT("/var/")))
		return arena_printf(r->a,
		    "%s: mail_log lies outside /var, where Postfix writes no log; write one such "
		    "as /var/log/maillog",
		    option_place(r->values, "mail_log"));
	if (strlen(s->dnstap_socket) >= sizeof((struct sockaddr_un *)0)->sun_path)
		return arena_printf(r->a,
		    "%s: dnstap_socket is longer than the %zu octets of a socket's name; shorten "
		    "it",
		    option_place(r->values, "dnstap_socket"),
		    sizeof((struct sockaddr_un *)0)->sun_path - 1);
	return NULL;
}

static bool
lies_within(struct span name, struct span domain)
{
	if (name.n > domain.n && name.p[name.n - domain.n - 1] != '.')
		return false;
	return name.n >= domain.n && span_ieq(span_from(name, name.n - domain.n), domain);
}

/* Our own names have a meaning already: they would be taken at every host, or lead in a circle. */
static const char *
check_elsewhere(const struct reader *r)
{
	const struct settings *s = r->settings;
	struct span domain = span_str(s->domain);
	const char *own = NULL, *name = "spam_domains";

	for (size_t i = 0; i < s->spam_domains.n; i++)
		if (lies_within(span_str(s->spam_domains.v[i]), domain))
			own = s->spam_domains.v[i];
	if (!own && s->acme_zone && lies_within(span_str(s->acme_zone), domain)) {
		own = s->acme_zone;
		name = "acme_zone";
	}
	return own ? arena_printf(r->a,
			 "%s: %s holds %s, which lies within the domain of the measurement; name a "
			 "domain elsewhere",
			 option_place(r->values, name), name, own)
		   : NULL;
}

static const char *
check_domain(const struct reader *r)
{
	if (!span_ends(span_str(r->settings->domain), SPAN_LIT(".")))
		return NULL;
	return arena_printf(
	    r->a, "%s: domain ends in a dot; write it without", option_place(r->values, "domain"));
}

const char *
values_check(struct arena *a, const struct settings *settings, const struct option_values *values)
{
	struct reader r = {a, settings, values};
	const char *error = check_domain(&r);

	if (!error)
		error = check_texts(&r);
	if (!error)
		error = check_user(&r);
	if (!error)
		error = check_places(&r);
	if (!error)
		error = check_elsewhere(&r);
	if (!error && settings->tls_pin)
		error = check_pin(&r);
	return error;
}
