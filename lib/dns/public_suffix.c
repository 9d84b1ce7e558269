/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/public_suffix.h"

#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/cursor.h"

struct public_suffixes {
	psl_ctx_t *list;
	int64_t time_utc;
};

static struct public_suffixes *
new_list(psl_ctx_t *list, int64_t time_utc)
{
	struct public_suffixes *s;

	if (!list)
		return NULL;
	s = must(malloc(sizeof *s));
	*s = (struct public_suffixes){list, time_utc};
	return s;
}

/* The time of "// VERSION: 2024-06-08_09-07-29_UTC"; 0 if the line is another. */
static int64_t
version_time(struct span line)
{
	struct cursor c = cursor_on(line);
	int part[6];

	cur_literal(&c, SPAN_LIT("// VERSION: "));
	for (int i = 0; i < 6; i++) {
		part[i] = (int)cur_number(&c, 4);
		if (i < 5)
			cur_literal(&c, i == 2 ? SPAN_LIT("_") : SPAN_LIT("-"));
	}
	if (c.failed)
		return 0;
	return civil_to_epoch(part[0], part[1], part[2], part[3], part[4], part[5]);
}

static int64_t
file_time(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[200];
	int64_t time_utc = 0;
	struct stat st;

	if (!f)
		return 0;
	/* It stands in the comment at the top. */
	for (int i = 0; i < 40 && !time_utc && fgets(line, sizeof line, f); i++)
		time_utc = version_time(span_str(line));
	if (!time_utc && !fstat(fileno(f), &st))
		time_utc = (int64_t)st.st_mtime;
	fclose(f);
	return time_utc;
}

struct public_suffixes *
public_suffixes_open_file(const char *path)
{
	psl_ctx_t *list = psl_load_file(path);

	/* libpsl takes any text for a list of that many rules. */
	if (list && psl_suffix_count(list) == 0) {
		psl_free(list);
		return NULL;
	}
	return new_list(list, file_time(path));
}

struct public_suffixes *
public_suffixes_open(void)
{
	const char *path = psl_dist_filename();
	int64_t builtin_utc = (int64_t)psl_builtin_file_time(),
		dist_utc = path ? file_time(path) : 0;
	struct public_suffixes *s = dist_utc > builtin_utc ? public_suffixes_open_file(path) : NULL;

	return s ? s : new_list(psl_latest(NULL), builtin_utc);
}

/* Debian has the list as text beside the DAFSA that libpsl looks for. */
struct public_suffixes *
public_suffixes_open_fast(void)
{
	struct span path = span_str(psl_dist_filename()), end = SPAN_LIT("dafsa");
	struct public_suffixes *s = public_suffixes_open(), *text = NULL;
	char name[300];

	if (span_ends(path, end) && path.n < sizeof name) {
		snprintf(name, sizeof name, "%.*sdat", (int)(path.n - end.n), path.p);
		text = public_suffixes_open_file(name);
	}
	/* A list that libpsl was built with may be newer than both. */
	if (!text || (s && s->time_utc > text->time_utc)) {
		public_suffixes_free(text);
		return s;
	}
	public_suffixes_free(s);
	return text;
}

void
public_suffixes_free(struct public_suffixes *s)
{
	if (!s)
		return;
	psl_free(s->list);
	free(s);
}

struct span
public_suffix_organisation(const struct public_suffixes *s, const char *name)
{
	return span_str(s ? psl_registrable_domain(s->list, name) : NULL);
}

enum { LISTED = PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE };

/* Is there a rule "*.name"?  Nobody registers a suffix of such a label as is asked for here. */
static bool
has_wildcard(const psl_ctx_t *list, const char *name)
{
	char below[300];

	return snprintf(below, sizeof below, "a--a.%s", name) < (int)sizeof below &&
	       psl_is_public_suffix2(list, below, LISTED);
}

/* Is a name a public suffix to libpsl only because those below it are?  By the list's own algorithm
 * "*.kawasaki.jp" says nothing about kawasaki.jp, whose rule is "jp"; but "*.customer-oci.com" does
 * about oci.customer-oci.com, below which there is another such rule. */
static bool
is_parent_of_wildcard(const psl_ctx_t *list, const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && has_wildcard(list, name) && !has_wildcard(list, dot + 1);
}

struct span
public_suffix_registered(const struct public_suffixes *s, const char *name)
{
	const char *below = NULL;

	for (const char *at = name; s && *at; at++) {
		const char *dot = strchr(at, '.');

		if (dot == at)
			break; /* an empty label */
		if (psl_is_public_suffix2(s->list, at, LISTED) &&
		    (below || !is_parent_of_wildcard(s->list, at)))
			return span_str(below);
		if (!dot)
			break;
		below = at;
		at = dot;
	}
	return (struct span){NULL, 0};
}

int64_t
public_suffixes_time_utc(const struct public_suffixes *s)
{
	return s ? s->time_utc : 0;
}
