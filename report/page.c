/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page.h"

#include <stdlib.h>

#include "base/settings.h"
#include "report/cell.h"
#include "report/when.h"

static const struct {
	const char *file, *name;
} places[] = {
    {"index.html", "Summary"},
    {"other-sets.html", "Sets not counted"},
    {"flavours.html", "Other mail"},
    {"method.html", "What it means"},
};

void
page_begin(struct pages *of, struct arena *a, struct page *p, const char *up, const char *title,
    const char *here)
{
	*p = (struct page){.of = of, .a = a, .up = up};
	buf_init(&p->out, PAGE_MAX);
	html_printf(&p->out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'self' file:; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n"
	    "<meta name=\"generator\" content=\"emt-report %s\">\n"
	    "<title>%s</title>\n<link rel=\"stylesheet\" href=\"%sstyle.css\">\n</head>\n<body>\n"
	    "<a class=\"skip\" href=\"#content\">To the content</a>\n"
	    "<header>\n<nav aria-label=\"Report\">\n<ul>\n",
	    EMT_VERSION, title, up);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (here && !strcmp(here, places[i].file))
			html_printf(&p->out,
			    "<li><a aria-current=\"page\" href=\"%s%s\">%s</a></li>\n", up,
			    places[i].file, places[i].name);
		else
			html_printf(&p->out, "<li><a href=\"%s%s\">%s</a></li>\n", up,
			    places[i].file, places[i].name);
	html_printf(
	    &p->out, "</ul>\n</nav>\n</header>\n<main id=\"content\">\n<h1>%s</h1>\n", title);
}

void
page_end(struct page *p, const char *name)
{
	buf_puts(&p->out, "</main>\n<footer>\n<p class=\"faint\">Verdicts as of ");
	page_time(p, p->of->measure->now_us);
	html_printf(&p->out, " UTC, by emt-report %s.%s</p>\n</footer>\n</body>\n</html>\n",
	    EMT_VERSION, p->of->veil ? " Persons and addresses are replaced by stand-ins." : "");
	if (p->out.overflow)
		abort(); /* the limits of page.h do not hold */
	folder_put(p->of->folder, name, buf_span(&p->out));
	buf_free(&p->out);
}

void
page_state(
    struct page *p, const struct capability *c, enum verdict_state state, size_t yes_n, size_t n)
{
	const struct cell_word *w = &cell_words[c ? cell_of(c, state) : (int)state];

	html_printf(&p->out, "<span class=\"state %s\"><span aria-hidden=\"true\">%s</span> %s",
	    verdict_state_names[state], w->sign, verdict_state_names[state]);
	if (state == VERDICT_MIXED && n)
		html_printf(&p->out, " %zu/%zu", yes_n, n);
	else if (c && cell_of(c, state) == CELL_RIGHT)
		buf_puts(&p->out, " where right");
	buf_puts(&p->out, "</span>");
}

const char *
page_of_operator(struct page *p, const char *operator)
{
	return arena_printf(
	    p->a, "operators/%s.html", html_name(p->a, veil_operator(p->of->veil, p->a, operator)));
}

const char *
page_of_set(struct page *p, const char *id)
{
	return arena_printf(p->a, "sets/%s.html", html_name(p->a, id));
}

const char *
page_mx(struct page *p, const char *from_domain, const char *operator)
{
	const char *mx = mx_of(p->of->mx, from_domain);

	/* Who receives his mail himself would be named by that. */
	return mx ? veil_domain(p->of->veil, p->a, mx, operator) : NULL;
}

void
page_fact(struct page *p, const char *term, const char *text)
{
	if (text && *text)
		html_printf(&p->out, "<dt>%s</dt><dd>%s</dd>\n", term, text);
}

const char *
page_why_ascribed(struct page *p, const struct ascribed_client *c)
{
	return c->how == ASCRIBED_AS
		   ? arena_printf(p->a, "of the same AS%u", (unsigned)c->as_number)
		   : "greets as one of its: probably";
}

void
page_time(struct page *p, int64_t us)
{
	char machine[WHEN_TEXT_MAX], people[WHEN_TEXT_MAX];

	html_printf(&p->out, "<time datetime=\"%s\">%s</time>", when_machine(us, machine),
	    when_people(us, people));
}

const char *
page_number(struct arena *a, const char *name, size_t number)
{
	return number == 1 ? arena_printf(a, "%s.html", name)
			   : arena_printf(a, "%s-%zu.html", name, number);
}

void
page_turn(struct page *p, const char *name, size_t number, size_t pages)
{
	if (pages < 2)
		return;
	buf_puts(&p->out, "<nav aria-label=\"Pages\">\n<ul>\n");
	if (number > 1)
		html_printf(&p->out, "<li><a rel=\"prev\" href=\"%s%s\">Page before</a></li>\n",
		    p->up, page_number(p->a, name, number - 1));
	html_printf(&p->out, "<li>Page %zu of %zu</li>\n", number, pages);
	if (number < pages)
		html_printf(&p->out, "<li><a rel=\"next\" href=\"%s%s\">Next page</a></li>\n",
		    p->up, page_number(p->a, name, number + 1));
	if (number < pages - 1)
		html_printf(&p->out, "<li><a href=\"%s%s\">Last page</a></li>\n", p->up,
		    page_number(p->a, name, pages));
	buf_puts(&p->out, "</ul>\n</nav>\n");
}
