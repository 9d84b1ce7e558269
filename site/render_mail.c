/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Postfix' configuration of one host. */
#include "site/render.h"

enum { TEXT_MAX = 1 << 20 };

static struct span
keep(struct arena *a, struct buf *text)
{
	struct span kept = arena_span(a, buf_span(text));

	buf_free(text);
	return kept;
}

static void
put_log_name(struct buf *out, const struct render *r, const struct plan_host *host,
    const struct site_pair *ip)
{
	const struct testcase *t = plan_ip_case(r->plan, ip);

	if (t)
		buf_printf(out, "\n\t-o syslog_name=postfix%s/%s", host->suffix, t->name);
}

/* The smtpd of the host's own addresses, which inet_interfaces names, and one for each address that
 * a case has to itself. */
static struct span
smtpd_services(const struct render *r, const struct plan_host *host)
{
	static const char rest[] = "\tinet\tn\t-\tn\t-\t-\tsmtpd"
				   "\n\t-o debug_peer_list=0.0.0.0/0,[::]/0"
				   "\n\t-o debug_peer_level=1";
	char text[IP_TEXT_MAX];
	struct buf out;

	buf_init(&out, TEXT_MAX);
	buf_printf(&out, "smtp%s", rest);
	put_log_name(&out, r, host, host->ips[0]);
	for (size_t i = 1; i < host->ips_n; i++) {
		buf_printf(&out, "\n%s:smtp%s", ip_text(&host->ips[i]->ip4, text), rest);
		put_log_name(&out, r, host, host->ips[i]);
		buf_printf(&out, "\n[%s]:smtp%s", ip_text(&host->ips[i]->ip6, text), rest);
		put_log_name(&out, r, host, host->ips[i]);
	}
	return keep(r->a, &out);
}

static struct span
case_domains(const struct render *r, const struct plan_host *host)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < host->cases_n; i++)
		buf_printf(&out, "\t%s.%s,\n", host->cases[i]->name, r->plan->site->domain);
	return keep(r->a, &out);
}

static void
put_quoted(struct buf *out, const char *name)
{
	for (; *name; name++) {
		if (*name == '.')
			buf_putc(out, '\\');
		buf_putc(out, *name);
	}
}

/* One line for each case: /^[a-z2-7]{26}\.v4-mail\.measurement\.example\.com$/ */
static struct span
token_domains(const struct render *r, const struct plan_host *host)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < host->cases_n; i++) {
		buf_puts(&out, i ? "\n/^[a-z2-7]{26}\\." : "/^[a-z2-7]{26}\\.");
		put_quoted(&out, host->cases[i]->name);
		buf_puts(&out, "\\.");
		put_quoted(&out, r->plan->site->domain);
		buf_puts(&out, "$/\tok");
	}
	return keep(r->a, &out);
}

static struct span
names(struct arena *a, const struct option_list *list)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < list->n; i++)
		buf_printf(&out, "%s%s", i ? "\n" : "", list->v[i]);
	return keep(a, &out);
}

static const char *
fill_host(const struct render *r, const struct plan_host *host, struct fill *f)
{
	const struct settings *s = r->plan->site->settings;
	struct span part = {"", 0};
	const char *error = NULL;
	char ip4[IP_TEXT_MAX], ip6[IP_TEXT_MAX];

	/* Square brackets, as Postfix wants IPv6 addresses. */
	fill_printf(f, "INTERFACES", "%s, [%s]", ip_text(&host->ips[0]->ip4, ip4),
	    ip_text(&host->ips[0]->ip6, ip6));
	fill_set_span(f, "SMTPD", smtpd_services(r, host));
	fill_set_span(f, "DOMAINS", names(r->a, &s->spam_domains));
	fill_set(f, "MAIL_LOG", render_mail_log(r, host));
	fill_set(f, "CATCH_ALL", s->spam_domains.n ? ", pcre:/etc/mail/catch-all" : "");
	fill_printf(f, "DELAY", "%lld", (long long)s->greylist_delay_s);
	if (host->certificate)
		fill_set(f, "TLS_CHAIN", host->certificate->file);
	if (host->suffix[0])
		error = fill_text(f, "postfix-conf/instance.cf.in", true, &part);
	fill_set_span(f, "INSTANCE", part);
	if (!error)
		error = fill_text(f,
		    arena_printf(r->a, "postfix-conf/%s.cf.in", host->site->role->name), true,
		    &part);
	fill_set_span(f, "ROLE_SETTINGS", part);
	return error;
}

static const char *
folder(struct arena *a, const struct plan_host *host, const char *name)
{
	return arena_printf(a, "etc/postfix%s/%s", host->suffix, name);
}

const char *
render_mail_server(const struct render *r, const struct plan_host *host)
{
	struct fill f = render_host_fill(r, host);
	const struct plan_machine *m = host->machine;
	const char *error = fill_host(r, host, &f);

	fill_set_span(&f, "CASES", case_domains(r, host));
	if (!error)
		error = render_to(
		    &f, m, "postfix-conf/main.cf.in", folder(r->a, host, "main.cf"), 0644);
	if (!error)
		error = render_to(
		    &f, m, "postfix-conf/master.cf.in", folder(r->a, host, "master.cf"), 0644);
	if (!error)
		error = render_to(
		    &f, m, "postfix-conf/domains.in", folder(r->a, host, "domains"), 0644);
	fill_set_span(&f, "CASES", token_domains(r, host));
	if (!error)
		error = render_to(&f, m, "postfix-conf/token-domains.in",
		    folder(r->a, host, "token-domains"), 0644);
	if (!error && host->site->role->id == ROLE_GREYLISTING)
		error = render_to(&f, m, "postfix-conf/postgrey.in", "etc/default/postgrey", 0644);
	return error;
}
