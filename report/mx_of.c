/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mx_of.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "io/lines.h"
#include "report/member.h"

enum { NAMES_MAX = 8 /* of one domain */, NAME_MAX_OCTETS = 255 };

struct mx_domain {
	const char *domain, *provider;
};

struct mx_of {
	struct mx_domain *v; /* by domain */
	size_t n;
};

static int
compare(const void *x, const void *y)
{
	return strcmp(((const struct mx_domain *)x)->domain, ((const struct mx_domain *)y)->domain);
}

static struct mx_domain *
find(const struct mx_of *mx, const char *domain)
{
	return mx->n ? bsearch(&(struct mx_domain){.domain = domain}, mx->v, mx->n, sizeof *mx->v,
			   compare)
		     : NULL;
}

/* SQLite's order of texts is that of strcmp. */
static void
take_domains(struct arena *a, struct store *s, struct mx_of *mx)
{
	struct statement *row = store_cached(s,
	    "SELECT DISTINCT from_domain FROM mail WHERE from_domain <> '' ORDER BY from_domain");
	size_t room = 0;

	while (statement_row(row)) {
		if (mx->n == room) {
			room = room ? 2 * room : 256;
			mx->v = arena_grow(a, mx->v, mx->n, room, sizeof *mx->v);
		}
		mx->v[mx->n++].domain = statement_dup(row, 0, a);
	}
	if (mx->n)
		qsort(mx->v, mx->n, sizeof *mx->v, compare);
}

/* The companies, or the ids where no company is known, each once. */
static const char *
providers_of(struct arena *a, const json_t *record)
{
	const json_t *ids = json_object_get(record, "ids"), *id;
	const char *names = NULL;
	struct span seen[NAMES_MAX];
	size_t i, n = 0;

	json_array_foreach(ids, i, id)
	{
		struct span name = member_text(id, "company");
		size_t k = 0;

		if (!name.p)
			name = member_text(id, "new_id");
		if (!name.p)
			name = member_text(id, "id");
		while (k < n && !span_eq(seen[k], name))
			k++;
		if (!name.n || k < n || n == NAMES_MAX)
			continue;
		seen[n++] = name;
		names = arena_printf(a, "%s%s%.*s", names ? names : "", names ? ", " : "",
		    (int)(name.n > 255 ? 255 : name.n), name.p);
	}
	return names;
}

static const char *
take_line(struct arena *a, struct mx_of *mx, struct span line, const char *file, size_t number)
{
	char name[NAME_MAX_OCTETS + 1];
	enum record_read read;
	struct mx_domain *at;
	struct span domain;
	json_t *record;

	if (!line.n)
		return NULL;
	read = record_read(line, "mx-id/1", &record);
	if (read != RECORD_READ_OK)
		return arena_printf(a,
		    "%s:%zu: %s; name the standard output of emt-mxinfer with --mx-id", file,
		    number, record_read_name(read));
	domain = member_text(record, "domain");
	snprintf(name, sizeof name, "%.*s", SPAN_ARG(domain));
	at = find(mx, name);
	if (at && domain.n <= NAME_MAX_OCTETS)
		at->provider = providers_of(a, record);
	json_decref(record);
	return NULL;
}

const char *
mx_of_read(struct arena *a, struct store *s, const char *file, struct mx_of **out)
{
	struct mx_of *mx = arena_alloc(a, sizeof *mx);
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	const char *error = NULL;
	struct span line;
	struct lines l;
	size_t number = 0;
	enum lines_st st;

	if (fd < 0)
		return arena_printf(a, "%s: %s", file, strerror(errno));
	take_domains(a, s, mx);
	lines_init(&l, fd);
	while (!error && (st = lines_next(&l, &line)) == LINES_LINE)
		error = take_line(a, mx, line, file, ++number);
	if (!error && st == LINES_FAILED)
		error = arena_printf(a, "%s: cannot be read", file);
	if (!error && lines_rest(&l, &line))
		error = take_line(a, mx, line, file, ++number);
	lines_free(&l);
	close(fd);
	*out = mx;
	return error;
}

const char *
mx_of(const struct mx_of *mx, const char *domain)
{
	const struct mx_domain *at = mx && domain ? find(mx, domain) : NULL;

	return at ? at->provider : NULL;
}
