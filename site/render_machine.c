/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine needs beside its servers: aliases, resolver, folders, jobs, site file. */
#include "base/settings.h"
#include "site/render.h"

enum { TEXT_MAX = 1 << 20 };

/* What runs on a machine. */
struct machine {
	const struct render *r;
	const struct plan_machine *plan;
	bool mail, dns, many;
	bool dnstap; /* the name servers send their queries; otherwise they log them */
	struct fill fill;
	struct buf commands, jobs, folders, logs;
};

static void
take(struct machine *m, const char *place, struct buf *text)
{
	if (text->n && text->p[text->n - 1] == '\n')
		text->n--; /* the template's line ends behind its place */
	fill_set_span(&m->fill, place, arena_span(m->r->a, buf_span(text)));
	buf_free(text);
}

static const char *
put(struct machine *m, const char *template, const char *path)
{
	return render_to(&m->fill, m->plan, template, path, 0644);
}

static void
folder(struct machine *m, const char *path, const char *mode, const char *user)
{
	buf_printf(&m->folders, "d %s %s %s - -\n", path, mode, user);
}

static const char *
render_folders(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	const char *const mail[] = {s->mail_dir, s->json_dir, s->spam_mail_dir, s->spam_json_dir,
	    s->all_mail_dir, s->all_json_dir, s->session_dir};

	buf_init(&m->folders, TEXT_MAX);
	folder(m, "/etc/emt", "0755", "root");
	for (size_t i = 0; m->mail && i < sizeof mail / sizeof *mail; i++)
		folder(m, mail[i], "0700", s->user);
	if (m->mail)
		folder(m, "/etc/emt/tls", "0700", "root");
	if (m->dns) {
		struct span socket = span_str(s->dnstap_socket);

		while (socket.n > 1 && socket.p[socket.n - 1] != '/')
			socket.n--;
		folder(m, s->query_dir, "0700", s->user);
		folder(m, "/etc/emt/keys", "0700", "root");
		if (socket.n > 1)
			folder(m, arena_dup(m->r->a, (struct span){socket.p, socket.n - 1}), "0755",
			    s->user);
	}
	folder(m, s->health_dir, "0700", s->user);
	folder(m, s->state_dir, "0700", s->user);
	for (size_t i = 0; m->many && i < m->plan->hosts_n; i++) {
		const struct plan_host *host = m->plan->hosts[i];

		if (!host->site->role->dns) {
			folder(m, arena_printf(m->r->a, "/var/spool/postfix%s", host->suffix),
			    "0755", "root");
			folder(m, arena_printf(m->r->a, "/var/lib/postfix%s", host->suffix), "0700",
			    "postfix");
		} else if (s->name_server == SERVE_KNOT) {
			folder(m, arena_printf(m->r->a, "/var/lib/knot%s", host->suffix), "0750",
			    "knot");
		}
	}
	take(m, "FOLDERS", &m->folders);
	return put(m, "cron/tmpfiles.conf.in", "etc/tmpfiles.d/emt.conf");
}

/* A job as a service, a timer, and a line of the crontab that does nothing where systemd runs. */
static void
cron_line(struct machine *m, const char *when, const char *user, const char *command)
{
	buf_printf(
	    &m->jobs, "%s\t%s\t[ -d /run/systemd/system ] || { %s; }\n", when, user, command);
}

static void
command(struct machine *m, const char *when, const char *text)
{
	buf_printf(&m->commands, "ExecStart=%s\n", text);
	cron_line(m, when, "root", text);
}

/* Each log that is followed has a folder for what was read of it: on a machine of several hosts,
 * one below DIR for each. */
static const char *
folder_of(struct machine *m, const char *dir, const struct plan_host *host)
{
	return *host->suffix ? arena_printf(m->r->a, "%s/%s", dir, host->suffix + 1) : dir;
}

static const char *
render_sessions(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	const char *error;

	buf_init(&m->commands, TEXT_MAX);
	buf_init(&m->logs, TEXT_MAX);
	for (size_t i = 0; i < m->plan->hosts_n; i++) {
		const struct plan_host *host = m->plan->hosts[i];
		const char *log = render_mail_log(m->r, host);

		if (host->site->role->dns)
			continue;
		buf_printf(&m->logs, "%s%s", m->logs.n ? " " : "", log);
		command(m, "*/5 * * * *",
		    arena_printf(m->r->a,
			"%s/emt-sessions -c /etc/emt/site.conf --follow-state %s/sessions%s --out "
			"%s --log %s",
			s->program_dir, s->state_dir, host->suffix,
			folder_of(m, s->session_dir, host), log));
	}
	take(m, "COMMANDS", &m->commands);
	take(m, "LOGS", &m->logs);
	error = put(m, "cron/emt-sessions.service.in", "etc/systemd/system/emt-sessions.service");
	if (!error)
		error =
		    put(m, "cron/emt-sessions.timer.in", "etc/systemd/system/emt-sessions.timer");
	return error ? error : put(m, "cron/logrotate.in", "etc/logrotate.d/emt");
}

static const char *
render_receiving(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	const char *error = put(m, "postfix-conf/aliases.in", "etc/mail/aliases");

	if (!error)
		error = put(m, "postfix-conf/catch-all.in", "etc/mail/catch-all");
	if (!error)
		error = put(m, "zones/unbound.conf.in", "etc/unbound/unbound.conf.d/emt.conf");
	fill_printf(&m->fill, "WRITES", "%s %s %s %s", s->json_dir, s->spam_json_dir,
	    s->all_json_dir, s->state_dir);
	if (!error)
		error =
		    put(m, "cron/emt-enrich.service.in", "etc/systemd/system/emt-enrich.service");
	cron_line(m, "* * * * *", s->user,
	    arena_printf(m->r->a, "%s/emt-enrich -c /etc/emt/site.conf --once", s->program_dir));
	return error ? error : render_sessions(m);
}

/* The log of a name server is followed as the mail log is. */
static void
follow_query_logs(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	bool bind = s->name_server == SERVE_BIND;

	for (size_t i = 0; i < m->plan->hosts_n; i++) {
		const struct plan_host *host = m->plan->hosts[i];

		if (!host->site->role->dns)
			continue;
		command(m, "*/5 * * * *",
		    arena_printf(m->r->a,
			"%s/emt-queries -c /etc/emt/site.conf --follow-state %s/queries%s --out %s "
			"--log %s%s.log",
			s->program_dir, s->state_dir, host->suffix,
			folder_of(m, s->query_dir, host),
			bind ? "/var/log/named/queries" : "/var/log/pdns", host->suffix));
	}
}

static const char *
render_queries(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	const char *error;

	buf_init(&m->commands, TEXT_MAX);
	if (m->dnstap) /* one file for all name servers of the machine: what is collected */
		command(m, "*/5 * * * *",
		    arena_printf(m->r->a,
			"%s/emt-queries -c /etc/emt/site.conf --follow-state %s/queries",
			s->program_dir, s->state_dir));
	else
		follow_query_logs(m);
	take(m, "COMMANDS", &m->commands);
	error = put(m, "cron/emt-queries.service.in", "etc/systemd/system/emt-queries.service");
	return error ? error
		     : put(m, "cron/emt-queries.timer.in", "etc/systemd/system/emt-queries.timer");
}

/* Every machine has data, and keeps them no longer than retention_days. */
static const char *
render_purge(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	const char *error =
	    put(m, "cron/emt-purge.service.in", "etc/systemd/system/emt-purge.service");

	if (!error)
		error = put(m, "cron/emt-purge.timer.in", "etc/systemd/system/emt-purge.timer");
	cron_line(m, "20 2 * * *", s->user,
	    arena_printf(
		m->r->a, "%s/emt-report purge -c /etc/emt/site.conf >/dev/null", s->program_dir));
	return error;
}

/* On one machine: that of the measurement's zone, which has the whole site file anyway. */
static const char *
render_health(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	const char *error;

	if (plan_host(m->r->plan, ROLE_DNS)->machine != m->plan)
		return NULL;
	fill_set(&m->fill, "HEALTH_DIR", s->health_dir);
	error = put(m, "cron/emt-health.service.in", "etc/systemd/system/emt-health.service");
	if (!error)
		error = put(m, "cron/emt-health.timer.in", "etc/systemd/system/emt-health.timer");
	/* cron mails whatever it prints: findings alone. */
	cron_line(m, "*/10 * * * *", "root",
	    arena_printf(m->r->a,
		"said=$(%s/emt-site check -c /etc/emt/sign.conf --live 2>&1) || echo \"$said\"",
		s->program_dir));
	return error;
}

static const char *
render_answering(struct machine *m)
{
	const struct settings *s = m->r->plan->site->settings;
	struct buf units;
	const char *error;

	buf_init(&units, TEXT_MAX);
	for (size_t i = 0; i < m->plan->hosts_n; i++)
		if (m->plan->hosts[i]->site->role->dns)
			buf_printf(&units, "%s%s", units.n ? " " : "",
			    render_name_server_unit(m->r, m->plan->hosts[i]));
	take(m, "DNS_UNITS", &units);
	error = put(m, "cron/emt-sign.service.in", "etc/systemd/system/emt-sign.service");
	if (!error)
		error = put(m, "cron/emt-sign.timer.in", "etc/systemd/system/emt-sign.timer");
	cron_line(m, "40 3 * * 1,4", "root",
	    arena_printf(m->r->a,
		"%s/emt-site sign -c /etc/emt/sign.conf --machine %s -o / && /etc/emt/reload",
		s->program_dir, m->plan->name));
	if (!error)
		error = render_reload(m->r, m->plan);
	if (!error)
		error = render_health(m);
	if (!error)
		error = render_queries(m);
	if (error || !m->dnstap)
		return error;
	cron_line(m, "@reboot", "root",
	    arena_printf(m->r->a, "%s/emt-queries collect -c /etc/emt/site.conf", s->program_dir));
	return put(m, "cron/emt-queries-collect.service.in",
	    "etc/systemd/system/emt-queries-collect.service");
}

/* Programs on the hosts know the site by what concerns them: no secret, no other host. */
static bool
is_for_hosts(const struct option *o)
{
	static const char *const more[] = {"user", "session_dir", "query_dir", "dnstap_socket"};

	/* emt-report looks at it at the desk. */
	if (!strcmp(o->name, "token_secret"))
		return false;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (!strcmp(o->name, more[i]))
			return true;
	return o->used_by & BY_HOSTS;
}

static const char *
render_settings(struct machine *m, const char *path, bool whole, const char *about, mode_t mode)
{
	const struct option_values *values = m->r->values;
	const char *error;
	struct buf out;

	buf_init(&out, TEXT_MAX);
	buf_printf(&out, "# SPDX-License-Identifier: GPL-3.0-or-later\n# %s\n", about);
	for (size_t i = 0; i < values->table.n; i++) {
		const struct option *o = &values->table.v[i];
		const struct option_origin *origin = &values->v[i];

		if (!whole && !is_for_hosts(o))
			continue;
		if (origin->place)
			buf_printf(&out, "%s = %s\n", o->name, origin->text);
		for (size_t k = 0; k < origin->family.n; k++)
			buf_printf(&out, "%.*s%s = %s\n", (int)strlen(o->name) - 1, o->name,
			    origin->family.v[k].key, origin->family.v[k].text);
	}
	error = tree_write(m->r->a, m->r->dir, arena_printf(m->r->a, "%s/%s", m->plan->name, path),
	    mode, buf_span(&out));
	buf_free(&out);
	return error;
}

/* The Postfix that starts the others. */
static const char *
render_primary(struct machine *m)
{
	struct buf out;
	const char *error;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < m->plan->hosts_n; i++)
		if (!m->plan->hosts[i]->site->role->dns)
			buf_printf(&out, "\n\t/etc/postfix%s", m->plan->hosts[i]->suffix);
	take(m, "DIRECTORIES", &out);
	fill_set(&m->fill, "MAIL_LOG", m->r->plan->site->settings->mail_log);
	/* master_service_disable keeps it from being started. */
	fill_set(&m->fill, "SMTPD", "smtp\tinet\tn\t-\tn\t-\t-\tsmtpd");
	error = put(m, "postfix-conf/primary-main.cf.in", "etc/postfix/main.cf");
	return error ? error : put(m, "postfix-conf/master.cf.in", "etc/postfix/master.cf");
}

const char *
render_machine(const struct render *r, const struct plan_machine *machine)
{
	const struct settings *s = r->plan->site->settings;
	struct machine m = {.r = r,
	    .plan = machine,
	    .fill = render_fill(r, machine),
	    .dnstap = s->name_server == SERVE_NSD || s->name_server == SERVE_KNOT};
	const char *error;

	for (size_t i = 0; i < machine->hosts_n; i++) {
		m.mail |= !machine->hosts[i]->site->role->dns;
		m.dns |= machine->hosts[i]->site->role->dns;
	}
	m.many = machine->hosts_n > 1;
	buf_init(&m.jobs, TEXT_MAX);
	error = render_folders(&m);
	if (!error && m.mail)
		error = render_receiving(&m);
	if (!error && m.dns)
		error = render_answering(&m);
	if (!error)
		error = render_purge(&m);
	if (!error && m.many)
		error = render_primary(&m);
	take(&m, "JOBS", &m.jobs);
	if (!error)
		error = put(&m, "cron/crontab.in", "etc/cron.d/emt");
	if (!error)
		error = render_settings(
		    &m, "etc/emt/site.conf", false, "What the programs of this host go by.", 0644);
	if (!error && m.dns)
		error = render_settings(&m, "etc/emt/sign.conf", true,
		    "The whole site, to renew signatures.  It holds the secret of the tokens.",
		    0600);
	return error;
}
