/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/as_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "io/as_text.h"
#include "io/lines.h"

enum {
	LINE_MAX_LEN = 64 * 1024, /* octets of a line */
	START = 64 * 1024,        /* octets that tell the form */
	SHOWN_MAX = 3,            /* lines that are named */
	WHAT_MAX = 60             /* octets of them */
};

struct reading {
	struct as_table *table;
	const char *path;
	enum as_text_form form;
	uint64_t line, bad;
};

static void
take_bad(struct reading *r, const char *what, struct span text)
{
	if (text.n > WHAT_MAX)
		text.n = WHAT_MAX;
	if (r->bad++ < SHOWN_MAX)
		log_warning("%s:%" PRIu64 ": %s: %.*s", r->path, r->line, what, SPAN_ARG(text));
}

static void
take_line(struct reading *r, struct span text)
{
	static const char *const causes[] = {
	    [AS_TEXT_NUL] = "left out: a NUL octet",
	    [AS_TEXT_COLUMNS] = "left out: fewer than three columns",
	    [AS_TEXT_ADDRESS] = "left out: no IP address",
	    [AS_TEXT_NUMBERS] = "left out: no AS number",
	};
	struct as_range range;
	uint32_t as[AS_MAX];
	enum as_text_st st;

	r->line++;
	if (text.n > LINE_MAX_LEN) {
		take_bad(r, "left out: a line too long", text);
		return;
	}
	st = as_text_read(r->form, text, &range, as);
	if (st == AS_TEXT_RANGE)
		as_table_add(r->table, &range);
	else if (st != AS_TEXT_NONE)
		take_bad(r, causes[st], text);
}

/* NULL, or why it is no table. */
static const char *
find_form(struct lines *l, enum as_text_form *form)
{
	struct span start;

	if (lines_peek(l, START, &start) == LINES_FAILED)
		return l->why == PACKED_ERROR ? strerror(errno) : packed_st_text(l->why);
	if (as_text_is(AS_TEXT_IP2ASN, start))
		*form = AS_TEXT_IP2ASN;
	else if (as_text_is(AS_TEXT_PFX2AS, start))
		*form = AS_TEXT_PFX2AS;
	else if (start.n)
		return "no table of autonomous systems: ip2asn, pfx2as or a MaxMind database";
	return NULL;
}

static const char *
read_lines(struct reading *r, struct lines *l)
{
	const char *error = find_form(l, &r->form);
	enum lines_st st = LINES_END;
	struct span text;

	if (error)
		return error;
	while ((st = lines_next(l, &text)) == LINES_LINE)
		take_line(r, text);
	if (st == LINES_FAILED)
		return l->why == PACKED_ERROR ? strerror(errno) : packed_st_text(l->why);
	if (lines_rest(l, &text))
		take_line(r, text);
	if (r->bad > SHOWN_MAX)
		log_warning("%s: %" PRIu64 " lines left out in all", r->path, r->bad);
	return NULL;
}

const char *
as_file_read(struct arena *a, struct as_table *t, const char *path)
{
	struct reading r = {.table = t, .path = path};
	const char *error;
	struct lines lines;
	int fd;

	if (span_ends(span_str(path), SPAN_LIT(".mmdb"))) {
		error = as_table_add_mmdb(t, path);
		return error ? arena_printf(a, "%s: %s", path, error) : NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return arena_printf(a, "%s: %s", path, strerror(errno));
	lines_init(&lines, fd);
	error = read_lines(&r, &lines);
	lines_free(&lines);
	close(fd);
	return error ? arena_printf(a, "%s: %s", path, error) : NULL;
}
