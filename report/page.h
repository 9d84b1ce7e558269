/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page - what all pages of a report have: head, style, navigation, foot; and the pieces that they
 * are made of.
 *
 * No page has a script, a form, or anything from elsewhere, and its policy (Content Security Policy
 * Level 3) forbids them.  Pages find each other by relative names, so that they work from a disk.
 */
#ifndef EMT_REPORT_PAGE_H
#define EMT_REPORT_PAGE_H

#include "report/folder.h"
#include "report/html.h"
#include "report/html_run.h"
#include "report/measure.h"
#include "report/mx_of.h"
#include "report/tally.h"
#include "report/veil.h"

enum {
	PAGE_MAX = 256 << 20,    /* octets; the limits below keep pages far smaller */
	PAGE_OPERATORS = 200,    /* rows of a matrix */
	PAGE_SETS = 500,         /* rows of a list of sets */
	PAGE_SET_ID = 80,        /* octets of a set's id, which is 64 digits, and more */
	PAGE_EVENTS_MAX = 3000,  /* of a set's evidence */
	PAGE_DELIVERIES = 20000, /* times to delivery */
};

struct pages {
	const struct html_params *params;
	struct measure *measure;
	struct veil *veil;
	struct mx_of *mx;
	struct folder *folder;
	const struct tallied *t; /* NULL while sets are gone through */
};

/* A page that is being written. */
struct page {
	struct pages *of;
	struct arena *a;
	const char *up; /* "" or "../": the way to the top folder */
	struct buf out;
};

/* `here` is the entry of the navigation that this is: "index.html", or NULL. */
void page_begin(struct pages *of, struct arena *a, struct page *p, const char *up,
    const char *title, const char *here);

/* Into the folder. */
void page_end(struct page *p, const char *name);

/* <span class="state strict">sign word</span> */
void page_state(
    struct page *p, const struct capability *c, enum verdict_state state, size_t yes_n, size_t n);

/* Names of files, from the top folder. */
const char *page_of_operator(struct page *p, const char *operator); /* as the index has it */
const char *page_of_set(struct page *p, const char *id);

/* Who receives mail for a From domain of an operator's; NULL: not known. */
const char *page_mx(struct page *p, const char *from_domain, const char *operator);

/* A term and what it is, of <dl class="facts">; nothing if `text` is NULL or empty. */
void page_fact(struct page *p, const char *term, const char *text);
void page_time(struct page *p, int64_t us); /* <time> */

/* "Page 2 of 5" with links; nothing for one page.  `name` is that of the first, without .html:
 * the others are NAME-2.html. */
const char *page_number(struct arena *a, const char *name, size_t number);
void page_turn(struct page *p, const char *name, size_t number, size_t pages);

/* The pages. */
void page_set(struct pages *of, struct arena *a, struct probe_set *set, struct verdicts *verdicts);
void page_operator(struct pages *of, const struct tally_operator *o);
void page_summary(struct pages *of);
void page_other_sets(struct pages *of);
void page_flavours(struct pages *of);
void page_method(struct pages *of);

/* Why a client without a confirmed name counts as an operator's. */
const char *page_why_ascribed(struct page *p, const struct ascribed_client *c);

#endif
