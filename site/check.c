/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/check.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "io/tree.h"

enum { LINE_MAX_LEN = 4000 };

static void (*const checks[])(struct check *) = {
    check_zone_files,
    check_zone_ds,
    check_name_servers,
    check_cases,
    check_pointers,
    check_certificates,
    check_mail_servers,
    check_mail_tables,
    check_mail_domains,
    check_rendered,
    check_postfix,
};

const struct paper_resolver check_resolvers[CHECK_RESOLVERS_N] = {
    {"an IPv4-only resolver", true, false},
    {"an IPv6-only resolver", false, true},
};

void
check_run(struct check *c)
{
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		checks[i](c);
}

static void
print_line(struct check *c, const char *text)
{
	struct buf line;

	buf_init(&line, LINE_MAX_LEN);
	safe_put(&line, span_str(text));
	fprintf(c->out, "%s\n", buf_str(&line));
	buf_free(&line);
}

void
check_finding(
    struct check *c, const char *where, const char *what, const char *why, const char *mend)
{
	c->findings_n++;
	print_line(c, arena_printf(c->a, "%s: %s; %s; %s", where, what, why, mend));
}

void
check_skipped(struct check *c, const char *what, const char *why)
{
	c->skipped_n++;
	print_line(c, arena_printf(c->a, "skipped: %s: %s", what, why));
}

const char *
check_path(const struct check *c, const struct plan_machine *machine, const char *path)
{
	return arena_printf(
	    c->a, "%s/%s/%s", c->dir, machine->name, path[0] == '/' ? path + 1 : path);
}

bool
check_read(struct check *c, const char *path, struct span *text)
{
	const char *error = tree_read(c->a, path, CHECK_FILE_MAX, text);

	if (error)
		check_finding(c, path,
		    error + (span_starts(span_str(error), span_str(path)) ? strlen(path) + 2 : 0),
		    "the host would come up without it", "run emt-site render again");
	return !error;
}

bool
check_next_line(struct span *text, struct span *line)
{
	while (text->p) {
		*line = span_trim(span_cut(text, '\n'));
		if (line->n && line->p[0] != '#' && line->p[0] != ';')
			return true;
	}
	return false;
}
