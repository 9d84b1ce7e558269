/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Name servers: where each listens, which zones it answers for, and whether it logs every query. */
#include "site/check.h"

enum { SERVER_ZONES_MAX = 64, SERVER_IPS_MAX = 16, LOGGING_MAX = 4 };

/* What a line of a configuration says. */
enum line_kind { LINE_ADDRESS, LINE_ZONE, LINE_FILE };

/* How one kind of name server writes it.  A line counts if it begins with the word. */
static const struct server_form {
	const char *files[2]; /* with the host's suffix in the place of %s */
	struct line_form {
		const char *word;
		enum line_kind kind;
	} lines[5];
	const char *logging[LOGGING_MAX]; /* lines without which queries are lost */
} forms[] = {
    [SERVE_NSD] = {{"etc/nsd/nsd%s.conf"},
	{{"ip-address:", LINE_ADDRESS}, {"name:", LINE_ZONE}, {"zonefile:", LINE_FILE}},
	{"dnstap-enable: yes", "dnstap-log-auth-query-messages: yes",
	    "dnstap-log-auth-response-messages: yes", "rrl-ratelimit: 0"}},
    [SERVE_BIND] = {{"etc/bind/named%s.conf"},
	{{"listen-on ", LINE_ADDRESS}, {"listen-on-v6 ", LINE_ADDRESS}, {"zone ", LINE_ZONE},
	    {"file ", LINE_FILE}},
	{"querylog yes;", "category queries { queries; };"}},
    [SERVE_POWERDNS] = {{"etc/powerdns/pdns%s.conf", "etc/powerdns/zones%s.conf"},
	{{"local-address=", LINE_ADDRESS}, {"zone ", LINE_ZONE}, {"file ", LINE_FILE}},
	{"log-dns-queries=yes", "loglevel=5"}},
    [SERVE_KNOT] = {{"etc/knot/knot%s.conf"},
	{{"listen:", LINE_ADDRESS}, {"- domain:", LINE_ZONE}, {"file:", LINE_FILE}},
	{"log-queries: on", "global-module: mod-dnstap/all"}},
};

/* One server as its files say. */
struct server {
	struct check *c;
	const struct plan_host *host;
	const char *path; /* of its first file */
	struct ip ips[SERVER_IPS_MAX];
	size_t ips_n;
	const char *zones[SERVER_ZONES_MAX], *files[SERVER_ZONES_MAX];
	size_t zones_n;
	bool logs[LOGGING_MAX];
};

static bool
is_separator(char c)
{
	return is_blank(c) || strchr("\"{}[];,=", c) != NULL;
}

/* The next word, without quotes and brackets; empty at the end. */
static struct span
next_word(struct span *line)
{
	struct span word;
	size_t n = 0;

	while (line->n && is_separator(line->p[0]))
		*line = span_from(*line, 1);
	while (n < line->n && !is_separator(line->p[n]))
		n++;
	word = (struct span){line->p, n};
	*line = span_from(*line, n);
	return word;
}

static void
take_address(struct server *s, struct span word)
{
	/* Knot: ADDRESS@PORT */
	word.n = span_find(word, '@');
	if (s->ips_n < SERVER_IPS_MAX && ip_read(word, &s->ips[s->ips_n]))
		s->ips_n++;
}

static void
take_line(struct server *s, enum line_kind kind, struct span rest)
{
	struct span word = next_word(&rest);

	if (kind == LINE_ADDRESS) {
		for (; word.n; word = next_word(&rest))
			take_address(s, word);
	} else if (kind == LINE_ZONE && s->zones_n < SERVER_ZONES_MAX) {
		s->zones[s->zones_n++] = arena_dup(s->c->a, word);
	} else if (kind == LINE_FILE && s->zones_n && !s->files[s->zones_n - 1]) {
		s->files[s->zones_n - 1] = arena_dup(s->c->a, word);
	}
}

static void
read_lines(struct server *s, const struct server_form *form, struct span text)
{
	struct span line;

	while (check_next_line(&text, &line)) {
		for (size_t i = 0; i < 5 && form->lines[i].word; i++) {
			struct span word = span_str(form->lines[i].word);

			if (span_starts(line, word))
				take_line(s, form->lines[i].kind, span_from(line, word.n));
		}
		for (size_t i = 0; i < LOGGING_MAX && form->logging[i]; i++)
			if (span_eq(line, span_str(form->logging[i])))
				s->logs[i] = true;
	}
}

static bool
read_server(struct server *s, const struct server_form *form)
{
	bool good = true;

	for (size_t i = 0; i < 2 && form->files[i] && good; i++) {
		struct span name = span_str(form->files[i]), front = span_cut(&name, '%');
		const char *path = check_path(s->c, s->host->machine,
		    arena_printf(
			s->c->a, "%.*s%s%s", (int)front.n, front.p, s->host->suffix, name.p + 1));
		struct span text;

		s->path = s->path ? s->path : path;
		good = check_read(s->c, path, &text);
		if (good)
			read_lines(s, form, text);
	}
	return good;
}

static void
check_addresses(struct server *s)
{
	const struct site_pair *want = &s->host->site->ip;
	bool has4 = false, has6 = false;
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < s->ips_n; i++) {
		if (ip_eq(&s->ips[i], &want->ip4))
			has4 = true;
		else if (ip_eq(&s->ips[i], &want->ip6))
			has6 = true;
		else
			check_finding(s->c, s->path,
			    arena_printf(s->c->a, "listens on %s, which is not host.%s's",
				ip_text(&s->ips[i], text), s->host->site->name),
			    "two roles on one address cannot be told apart",
			    "take the address out, or run emt-site render again");
	}
	if (!has4 || !has6)
		check_finding(s->c, s->path,
		    arena_printf(s->c->a, "does not listen on %s",
			ip_text(has4 ? &want->ip6 : &want->ip4, text)),
		    "its zones would not be answered for there", "run emt-site render again");
}

/* One that also held the zone above would answer for the zone below over both families. */
static void
check_zones(struct server *s)
{
	const struct plan *plan = s->c->plan;

	for (size_t i = 0; i < s->zones_n; i++) {
		const struct plan_zone *zone = plan_zone_find(plan, span_str(s->zones[i]));
		const char *file = s->files[i] ? s->files[i] : "";

		if (!zone || zone->host != s->host)
			check_finding(s->c, s->path,
			    arena_printf(s->c->a, "answers for %s, which is not host.%s's",
				s->zones[i], s->host->site->name),
			    "a server that holds the zone above or below answers past the "
			    "delegation, and empties the case",
			    "take the zone out, or run emt-site render again");
		else if (!span_ends(span_str(file),
			     span_str(arena_printf(s->c->a, "%s.zone.signed", zone->origin))))
			check_finding(s->c, s->path,
			    arena_printf(s->c->a, "answers for %s from \"%s\"", s->zones[i], file),
			    "that is not the signed file", "run emt-site render again");
	}
	for (size_t i = 0; i < plan->zones_n; i++) {
		bool there = plan->zones[i].host != s->host;

		for (size_t k = 0; k < s->zones_n && !there; k++)
			there = !strcmp(plan->zones[i].origin, s->zones[k]);
		if (!there)
			check_finding(s->c, s->path,
			    arena_printf(s->c->a, "does not answer for %s", plan->zones[i].origin),
			    "its cases would be unreachable", "run emt-site render again");
	}
}

static void
check_logging(struct server *s, const struct server_form *form)
{
	for (size_t i = 0; i < LOGGING_MAX && form->logging[i]; i++)
		if (!s->logs[i])
			check_finding(s->c, s->path,
			    arena_printf(s->c->a, "lacks the line \"%s\"", form->logging[i]),
			    "queries are evidence, and would be lost", "put it back");
}

/* The server's part in the world of the paper resolver: what its files say, right or wrong. */
static void
enter(struct server *s, struct paper_server *servers, size_t *n)
{
	struct check *c = s->c;
	const struct proof **zones = arena_alloc(c->a, (s->zones_n + 1) * sizeof *zones);
	size_t zones_n = 0;

	for (size_t i = 0; i < s->zones_n; i++)
		for (size_t k = 0; k < c->plan->zones_n; k++)
			if (c->zones[k].loaded && !strcmp(c->zones[k].plan->origin, s->zones[i]))
				zones[zones_n++] = &c->zones[k].proof;
	for (size_t i = 0; i < s->ips_n; i++)
		servers[(*n)++] = (struct paper_server){s->ips[i], zones, zones_n};
}

/* What the zones above, which are not ours, are to hold: owner/. */
static void
enter_tops(struct check *c)
{
	struct paper_top *tops = arena_alloc(c->a, c->plan->zones_n * sizeof *tops);

	for (size_t i = 0; i < c->plan->zones_n; i++) {
		const struct check_zone *z = &c->zones[i];
		struct paper_top *top = &tops[c->paper.tops_n];
		const char *error;

		if (z->plan->parent)
			continue;
		*top = (struct paper_top){.origin = z->plan->origin, .ds = z->ds, .ds_n = z->ds_n};
		error = zonefile_read(c->a,
		    arena_printf(c->a, "%s/owner/%s.delegation", c->dir, top->origin), top->origin,
		    &top->delegation);
		if (error)
			check_finding(c, top->origin, error,
			    "nobody can tell what the zone above is to hold",
			    "run emt-site render again");
		else
			c->paper.tops_n++;
	}
	c->paper.tops = tops;
}

void
check_name_servers(struct check *c)
{
	const struct plan *plan = c->plan;
	const struct server_form *form = &forms[plan->site->settings->name_server];
	struct paper_server *servers =
	    arena_alloc(c->a, plan->hosts_n * SERVER_IPS_MAX * sizeof *servers);

	for (size_t i = 0; i < plan->hosts_n; i++) {
		struct server s = {.c = c, .host = &plan->hosts[i]};

		if (!s.host->site->role->dns || !read_server(&s, form))
			continue;
		check_addresses(&s);
		check_zones(&s);
		check_logging(&s, form);
		enter(&s, servers, &c->paper.servers_n);
	}
	c->paper.servers = servers;
	enter_tops(c);
}
