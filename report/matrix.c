/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/matrix.h"

#include "base/utf8.h"

enum { SECOND_WIDTH = 5 };

static const char *const colours[] = {[TONE_OPEN] = "\033[2m",
    [TONE_YES] = "\033[32m",
    [TONE_NO] = "\033[31m",
    [TONE_STRICT] = "\033[35m",
    [TONE_ODD] = "\033[33m"};

int
matrix_width(int columns, size_t longest)
{
	int most = columns ? columns - SECOND_WIDTH - 1 - CAPABILITIES_N * (CELL_WIDTH + 1)
			   : MATRIX_NAME_MOST;
	int width = longest > MATRIX_NAME_MOST ? MATRIX_NAME_MOST : (int)longest;

	width = width < most ? width : most;
	return width > MATRIX_NAME_LEAST ? width : MATRIX_NAME_LEAST;
}

/* One character a code point: names are of domains, and what else they hold is escaped. */
static size_t
characters(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* The octets of the first n characters. */
static size_t
octets_of(struct span s, size_t n)
{
	size_t at = 0;

	while (at < s.n && n) {
		at++;
		while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
			at++;
		n--;
	}
	return at;
}

static void
put_name(struct buf *out, const char *name, int width)
{
	struct buf safe;
	size_t n;

	buf_init(&safe, 4096);
	safe_put(&safe, span_str(name));
	n = characters(buf_span(&safe));
	if (n > (size_t)width) {
		buf_put(out, (struct span){safe.p, octets_of(buf_span(&safe), (size_t)width - 1)});
		buf_putc(out, '~');
		n = (size_t)width;
	} else {
		buf_put(out, buf_span(&safe));
	}
	buf_printf(out, "%*s", width - (int)n, "");
	buf_free(&safe);
}

static void
trim_end(struct buf *out)
{
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	buf_putc(out, '\n');
}

static void
put_head(struct buf *out, const struct matrix *m)
{
	if (m->rows_n)
		buf_putc(out, '\n');
	put_name(out, m->first, m->width);
	if (m->second)
		buf_printf(out, " %*s", SECOND_WIDTH - 1, m->second);
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		buf_printf(out, " %-*s", CELL_WIDTH, cell_heads[i].head);
	trim_end(out);
}

void
matrix_row(struct buf *out, struct matrix *m, const char *first, const char *second,
    const struct matrix_cell cells[CAPABILITIES_N])
{
	if (m->rows_n % MATRIX_HEAD_EVERY == 0)
		put_head(out, m);
	m->rows_n++;
	put_name(out, first, m->width);
	if (second)
		buf_printf(out, " %*s", SECOND_WIDTH - 1, second);
	for (size_t i = 0; i < CAPABILITIES_N; i++) {
		int cell = cell_of(&capabilities[i], cells[i].state);
		char text[CELL_TEXT_MAX];

		m->used[cell] = true;
		cell_text(&capabilities[i], cells[i].state, cells[i].yes_n, cells[i].votes_n, text);
		buf_printf(out, " %s%s%s%*s", m->colour ? colours[cell_words[cell].tone] : "", text,
		    m->colour ? "\033[0m" : "",
		    strlen(text) < CELL_WIDTH ? CELL_WIDTH - (int)strlen(text) : 0, "");
	}
	trim_end(out);
}

void
matrix_legend(struct buf *out, const struct matrix *m)
{
	if (!m->rows_n)
		return;
	buf_putc(out, '\n');
	for (size_t i = 0; i < CAPABILITIES_N; i++)
		buf_printf(out, "%-8s%s\n", cell_heads[i].head, cell_heads[i].question);
	buf_putc(out, '\n');
	for (size_t i = 0; i < CELLS_N; i++)
		if (m->used[i])
			buf_printf(out, "%-8s%s\n", cell_words[i].word, cell_words[i].meaning);
}

static void
put_figures(struct buf *out, const struct share_figures *f)
{
	if (f->known)
		buf_printf(out, "%5.1f %%", 100 * f->share);
	else
		buf_printf(out, "%7s", "-");
	buf_printf(out, "  %5.1f to %5.1f %%", 100 * f->least, 100 * f->most);
	if (f->has_interval)
		buf_printf(out, "  %5.1f to %5.1f %%", 100 * f->from, 100 * f->to);
	else
		buf_printf(out, "  none");
}

void
matrix_shares(struct buf *out, const struct share shares[SHARE_HEADLINES_N])
{
	buf_printf(out, "\n%-34s %5s %5s %5s %12s  %7s  %-16s  %s\n", "share that ...", "N", "yes",
	    "no", "inconclusive", "share", "bounds", "95 % interval");
	for (size_t i = 0; i < SHARE_HEADLINES_N; i++) {
		const struct share *s = &shares[i];

		buf_printf(out, "%-34s %5zu %5llu %5llu %12llu  ", s->capability->headline,
		    s->operators_n, (unsigned long long)s->by_operator.yes,
		    (unsigned long long)s->by_operator.no,
		    (unsigned long long)s->by_operator.undecided);
		put_figures(out, &s->by_operator);
		buf_printf(out, "\n    %s, %s\n",
		    s->capability->of_resolver ? "operators of resolvers" : "sending operators",
		    s->caption);
	}
	buf_printf(out,
	    "\nOne vote an operator. The share is of those that decided; the bounds are what it "
	    "would "
	    "be if\nall that did not said no, or yes. Fewer than %d that decided get no "
	    "interval.\n",
	    SHARE_LEAST);
}
