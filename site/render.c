/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/render.h"

struct fill
render_fill(const struct render *r, const struct plan_machine *machine)
{
	const struct settings *s = r->plan->site->settings;
	struct fill f = {.a = r->a, .share = r->share, .dir = r->dir};

	fill_set(&f, "DOMAIN", r->plan->site->domain);
	fill_set(&f, "CONTACT", s->contact);
	fill_set(&f, "RNAME", r->plan->site->rname);
	fill_printf(&f, "SERIAL", "%u", r->plan->serial);
	fill_set(&f, "USER", s->user);
	fill_set(&f, "PROGRAM_DIR", s->program_dir);
	fill_set(&f, "DNSTAP_SOCKET", s->dnstap_socket);
	if (machine)
		fill_set(&f, "MACHINE", machine->name);
	return f;
}

struct fill
render_host_fill(const struct render *r, const struct plan_host *host)
{
	struct fill f = render_fill(r, host->machine);
	char text[IP_TEXT_MAX];

	fill_set(&f, "HOST", host->site->name);
	fill_set(&f, "FQDN", host->site->fqdn);
	fill_set(&f, "ROLE", host->site->role->name);
	fill_set(&f, "SUFFIX", host->suffix);
	fill_printf(&f, "IP4", "%s", ip_text(&host->site->ip.ip4, text));
	fill_printf(&f, "IP6", "%s", ip_text(&host->site->ip.ip6, text));
	return f;
}

const char *
render_to(struct fill *f, const struct plan_machine *machine, const char *template,
    const char *path, unsigned mode)
{
	return fill_file(f, template, arena_printf(f->a, "%s/%s", machine->name, path), mode);
}

const char *
render_mail_log(const struct render *r, const struct plan_host *host)
{
	return arena_printf(r->a, "%s%s", r->plan->site->settings->mail_log, host->suffix);
}

const char *
render(const struct render *r)
{
	const struct plan *plan = r->plan;
	const char *error = render_zones(r);

	for (size_t i = 0; !error && i < plan->hosts_n; i++)
		error = plan->hosts[i].site->role->dns ? render_name_server(r, &plan->hosts[i])
						       : render_mail_server(r, &plan->hosts[i]);
	for (size_t i = 0; !error && i < plan->machines_n; i++)
		error = render_machine(r, &plan->machines[i]);
	return error ? error : render_owner(r);
}
