/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zone files and the configurations of name servers. */
#include "site/render.h"

static const struct zone_form {
	const char *template;
	bool sections[SECTIONS_N];
} zone_forms[ZONE_KINDS_N] = {
    [ZONE_MEASUREMENT] = {"zones/measurement.zone.in", {true, true, true, true}},
    [ZONE_CHILD] = {"zones/child.zone.in",
	{[SECTION_HOSTS] = true, [SECTION_CASES] = true, [SECTION_TOKENS] = true}},
    [ZONE_RDNS] = {"zones/rdns.zone.in", {[SECTION_HOSTS] = true}},
    [ZONE_REVERSE6] = {"zones/reverse6.zone.in", {[SECTION_HOSTS] = true}},
};

static const char *const section_places[SECTIONS_N] = {
    [SECTION_HOSTS] = "HOSTS",
    [SECTION_CASES] = "CASES",
    [SECTION_DELEGATIONS] = "DELEGATIONS",
    [SECTION_TOKENS] = "TOKENS",
};

enum { ZONE_MAX = 1 << 30 };

/* The records of one section.  The template's line ends behind its place. */
static struct span
section_text(struct arena *a, const struct plan_zone *zone, enum plan_section section)
{
	struct span text;
	struct buf out;

	buf_init(&out, ZONE_MAX);
	for (size_t i = 0; i < zone->records_n; i++) {
		const struct plan_record *record = &zone->records[i];

		if (record->section == section)
			buf_printf(&out, "%s%s\tIN %s\t%s", out.n ? "\n" : "", record->owner,
			    record->type, record->data);
	}
	text = arena_span(a, buf_span(&out));
	buf_free(&out);
	return text;
}

static const char *
render_zone(const struct render *r, const struct plan_zone *zone)
{
	const struct zone_form *form = &zone_forms[zone->kind];
	struct fill f = render_fill(r, zone->host->machine);

	fill_set(&f, "ORIGIN", zone->origin);
	fill_set(&f, "NS", zone->name_server);
	fill_set(&f, "WHAT", zone->what);
	for (size_t i = 0; i < SECTIONS_N; i++)
		if (form->sections[i])
			fill_set_span(
			    &f, section_places[i], section_text(r->a, zone, (enum plan_section)i));
	return fill_file(&f, form->template, zone->file, 0644);
}

const char *
render_zones(const struct render *r)
{
	const char *error = NULL;

	for (size_t i = 0; !error && i < r->plan->zones_n; i++)
		error = render_zone(r, &r->plan->zones[i]);
	return error;
}

/* What one kind of name server needs: its unit alone on a machine and beside others, and files with
 * a snippet for each zone.  Paths may hold places. */
struct server_file {
	const char *template, *path, *zone_snippet;
};

static const struct server {
	const char *unit, *unit_of_many;
	const char *unit_template; /* of the unit of many; NULL: the package has one */
	const char *reload;        /* lines of sh, where no systemd runs */
	const char *reload_zone;   /* in front of them for each zone */
	struct server_file files[4];
} servers[] = {
    [SERVE_NSD] = {"nsd.service", "emt-nsd@@@HOST@.service", "cron/emt-nsd@.service.in",
	"kill -HUP \"$(cat /run/nsd/nsd@SUFFIX@.pid)\"\n", "",
	{{"zones/nsd.conf.in", "etc/nsd/nsd@SUFFIX@.conf",
	    "zone:\n\tname: \"@ORIGIN@\"\n\tzonefile: \"@ORIGIN@.zone.signed\"\n"}}},
    [SERVE_BIND] = {"named.service", "emt-named@@@HOST@.service", "cron/emt-named@.service.in",
	"kill -HUP \"$(cat /run/named/named@SUFFIX@.pid)\"\n", "",
	{{"zones/named.conf.in", "etc/bind/named@SUFFIX@.conf",
	     "zone \"@ORIGIN@\" {\n\ttype primary;\n"
	     "\tfile \"/etc/nsd/zones/@ORIGIN@.zone.signed\";\n};\n"},
	    {"zones/apparmor-named.in", "etc/apparmor.d/local/usr.sbin.named", ""}}},
    [SERVE_POWERDNS] = {"pdns.service", "pdns@@@HOST@.service", NULL,
	"pdns_control @CONFIG@purge\n", "pdns_control @CONFIG@bind-reload-now @ORIGIN@\n",
	{{"zones/pdns.conf.in", "etc/powerdns/pdns@SUFFIX@.conf", ""},
	    {"zones/pdns-zones.conf.in", "etc/powerdns/zones@SUFFIX@.conf",
		"zone \"@ORIGIN@\" {\n\ttype master;\n"
		"\tfile \"/etc/nsd/zones/@ORIGIN@.zone.signed\";\n};\n"},
	    {"zones/pdns-dropin.conf.in", "etc/systemd/system/@UNIT@.d/emt.conf",
		"ExecStartPre=+/usr/bin/pdnsutil @CONFIG@set-nsec3 @ORIGIN@ '1 0 0 -'\n"
		"ExecStartPre=+/usr/bin/pdnsutil @CONFIG@set-presigned @ORIGIN@\n"}}},
    [SERVE_KNOT] = {"knot.service", "emt-knot@@@HOST@.service", "cron/emt-knot@.service.in",
	"kill -HUP \"$(cat /run/knot/knot@SUFFIX@.pid)\"\n", "",
	{{"zones/knot.conf.in", "etc/knot/knot@SUFFIX@.conf",
	    "  - domain: \"@ORIGIN@\"\n    file: \"@ORIGIN@.zone.signed\"\n"}}},
};

static const struct server *
server_of(const struct plan *plan)
{
	return &servers[plan->site->settings->name_server];
}

const char *
render_name_server_unit(const struct render *r, const struct plan_host *host)
{
	const struct server *server = server_of(r->plan);
	struct fill f = render_host_fill(r, host);

	return arena_dup(
	    r->a, fill_snippet(&f, host->suffix[0] ? server->unit_of_many : server->unit));
}

static struct span
zone_snippets(
    const struct render *r, const struct plan_host *host, struct fill *f, const char *snippet)
{
	struct span text;
	struct buf out;

	buf_init(&out, ZONE_MAX);
	for (size_t i = 0; i < r->plan->zones_n; i++) {
		const struct plan_zone *zone = &r->plan->zones[i];

		if (zone->host != host)
			continue;
		fill_set(f, "ORIGIN", zone->origin);
		buf_put(&out, fill_snippet(f, snippet));
	}
	text = arena_span(r->a, buf_span(&out));
	buf_free(&out);
	return text;
}

/* PowerDNS: --config-name=NAME reads pdns-NAME.conf; an empty NAME is an error there. */
static void
set_config(struct fill *f, const struct plan_host *host)
{
	fill_printf(f, "CONFIG", "%s%s%s", host->suffix[0] ? "--config-name=" : "",
	    host->suffix[0] ? host->site->name : "", host->suffix[0] ? " " : "");
}

const char *
render_reload(const struct render *r, const struct plan_machine *machine)
{
	struct buf text;
	const char *error;

	buf_init(&text, ZONE_MAX);
	buf_puts(&text,
	    "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n"
	    "# Makes the name servers of this machine read their zones again.\nset -e\n");
	for (size_t i = 0; i < machine->hosts_n; i++) {
		const struct plan_host *host = machine->hosts[i];
		struct fill f = render_host_fill(r, host);

		set_config(&f, host);
		if (!host->site->role->dns)
			continue;
		buf_put(&text, zone_snippets(r, host, &f, server_of(r->plan)->reload_zone));
		buf_put(&text, fill_snippet(&f, server_of(r->plan)->reload));
	}
	error = tree_write(r->a, r->dir, arena_printf(r->a, "%s/etc/emt/reload", machine->name),
	    0755, buf_span(&text));
	buf_free(&text);
	return error;
}

const char *
render_name_server(const struct render *r, const struct plan_host *host)
{
	const struct server *server = server_of(r->plan);
	struct fill f = render_host_fill(r, host);
	const char *error = NULL;

	fill_set(&f, "UNIT", render_name_server_unit(r, host));
	set_config(&f, host);
	for (size_t i = 0; !error && server->files[i].template; i++) {
		const struct server_file *file = &server->files[i];
		const char *path = arena_dup(r->a, fill_snippet(&f, file->path));
		struct span zones;

		zones = zone_snippets(r, host, &f, file->zone_snippet);
		zones.n -= zones.n > 0; /* the template's line ends behind its place */
		fill_set_span(&f, "ZONES", zones);
		error = render_to(&f, host->machine, file->template, path, 0644);
	}
	/* The path of a unit is that of its template without .in. */
	if (!error && host->suffix[0] && server->unit_template) {
		struct span path = span_from(span_str(server->unit_template), strlen("cron/"));

		path.n -= strlen(".in");
		error = render_to(&f, host->machine, server->unit_template,
		    arena_printf(r->a, "etc/systemd/system/%.*s", (int)path.n, path.p), 0644);
	}
	return error;
}
