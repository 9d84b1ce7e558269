/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/timeline.h"

#include <jansson.h>
#include <stdlib.h>

#include "report/when.h"

enum { RECORD_LEN = 16, DIALOGUE_LINES_MAX = 400 };

static const char *const kind_words[ITEM_KINDS_N] = {
    [ITEM_SUBMISSION] = "Submission",
    [ITEM_QUERY] = "Query",
    [ITEM_CUT] = "Query at the zone cut",
    [ITEM_SESSION] = "Connection without recipient",
    [ITEM_ATTEMPT] = "Delivery attempt",
    [ITEM_MAIL] = "Mail stored",
    [ITEM_DSN] = "Returned mail",
};

static int
by_time(const void *x, const void *y)
{
	const struct event *a = x, *b = y;

	if (a->time_us != b->time_us)
		return a->time_us < b->time_us ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* What was said in the session of that id. */
static const char *
dialogue_of(struct arena *a, struct store *s, const char *id)
{
	struct statement *row = store_cached(s,
	    "SELECT d.text FROM session s CROSS JOIN dialogue d ON d.session = s.id "
	    "WHERE s.record = ?1");
	char record[RECORD_LEN];
	const char *text;

	if (!id || strlen(id) != 2 * RECORD_LEN)
		return NULL;
	for (size_t i = 0; i < RECORD_LEN; i++) {
		int high = hex_value(id[2 * i]), low = hex_value(id[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		record[i] = (char)(high << 4 | low);
	}
	statement_blob(row, 1, (struct span){record, sizeof record});
	text = statement_row(row) ? statement_dup(row, 0, a) : NULL;
	statement_reset(row);
	return text;
}

static struct event *
add(struct timeline *t, int64_t time_us)
{
	struct event *e = &t->v[t->n];

	*e = (struct event){.number = t->n + 1, .time_us = time_us};
	t->n++;
	return e;
}

/* Each session's dialogue once, where it comes first. */
static void
take_dialogues(struct arena *a, struct store *s, struct timeline *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const char *id = t->v[i].item ? t->v[i].item->session : NULL;
		bool shown = false;

		for (size_t k = i; id && k-- > 0 && !shown;)
			shown = t->v[k].dialogue && t->v[k].item->session &&
				!strcmp(t->v[k].item->session, id);
		if (id && !shown)
			t->v[i].dialogue = dialogue_of(a, s, id);
	}
}

struct timeline
timeline_of(struct arena *a, struct store *s, const struct probe_set *set)
{
	struct timeline t = {0};
	size_t all = set->health_n;

	for (size_t p = 0; p < set->probes_n; p++)
		all += set->probes[p].items_n;
	t.v = arena_alloc(a, (all + 1) * sizeof *t.v);
	for (size_t p = 0; p < set->probes_n; p++)
		for (size_t i = 0; i < set->probes[p].items_n; i++) {
			struct event *e = add(&t, set->probes[p].items[i].time_us);

			e->item = &set->probes[p].items[i];
			e->probe = &set->probes[p];
		}
	for (size_t i = 0; i < set->health_n; i++)
		if (!set->health[i].ok)
			add(&t, set->health[i].time_us)->health = &set->health[i];
	qsort(t.v, t.n, sizeof *t.v, by_time);
	for (size_t i = 0; i < t.n; i++)
		t.v[i].number = i + 1;
	if (t.n > PAGE_EVENTS_MAX) {
		t.left_out = t.n - PAGE_EVENTS_MAX;
		t.n = PAGE_EVENTS_MAX;
	}
	take_dialogues(a, s, &t);
	return t;
}

const char *
timeline_anchor(struct arena *a, const struct timeline *t, const struct item *item)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].item == item)
			return arena_printf(a, "e%zu", t->v[i].number);
	return NULL;
}

static void
put_from(struct page *p, const struct sender *from)
{
	if (from->address)
		html_printf(&p->out, " from <span class=\"mono\">%s</span>", from->address);
	if (from->name && *from->name)
		html_printf(&p->out, " (<span class=\"mono\">%s</span>)", from->name);
	if (from->helo && *from->helo)
		html_printf(&p->out, ", greeting as <span class=\"mono\">%s</span>", from->helo);
	if (from->ascribed == ASCRIBED_AS)
		html_printf(&p->out,
		    ", counted as of %s: the same AS%zu and domain of the envelope sender",
		    from->operator,(size_t) from->as_number);
	else if (from->ascribed == ASCRIBED_HELO)
		html_printf(&p->out,
		    ", counted as of %s, probably: it greets so, and has the same domain of the "
		    "envelope sender",
		    from->operator);
}

static void
put_session(struct page *p, const struct item *i)
{
	if (!i->session_known)
		return;
	if (i->tls)
		html_printf(
		    &p->out, "; %s, %s", i->tls, i->cipher ? i->cipher : "cipher not known");
	else
		html_printf(&p->out, "; %s", i->starttls ? "STARTTLS tried" : "no STARTTLS");
	if (i->tls_error)
		html_printf(&p->out, " (<span class=\"mono\">%s</span>)", i->tls_error);
	if (i->refused_clear)
		buf_puts(&p->out, "; refused in clear text (530)");
	if (i->end)
		html_printf(&p->out, "; ended: %s", i->end);
	if (!i->complete)
		buf_puts(&p->out, "; the log of it is not complete");
}

static void
put_reply(struct page *p, const struct item *i)
{
	if (i->code)
		html_printf(&p->out, ": <span class=\"mono\">%d %s</span>", i->code,
		    i->status ? i->status : "");
	else if (i->status)
		html_printf(&p->out, ": <span class=\"mono\">%s</span>", i->status);
	if (i->text)
		html_printf(&p->out, " <q class=\"mono\">%s</q>", i->text);
}

static void
put_words(struct page *p, const struct item *i)
{
	switch (i->kind) {
	case ITEM_SUBMISSION:
		buf_puts(&p->out, i->accepted ? " accepted" : " not accepted");
		put_reply(p, i);
		break;
	case ITEM_QUERY:
	case ITEM_CUT:
		html_printf(&p->out,
		    " <span class=\"mono\">%s %s</span> by <span class=\"mono\">%s</span> over %s",
		    i->name ? i->name : "?", i->type ? i->type : "?",
		    i->resolver ? i->resolver : "?", i->over_ipv6 ? "IPv6" : "IPv4");
		if (i->sets_sharing)
			html_printf(
			    &p->out, "; that resolver served %zu other sets then", i->sets_sharing);
		break;
	case ITEM_ATTEMPT:
		buf_puts(&p->out, i->accepted ? " accepted" : " not accepted");
		put_reply(p, i);
		put_from(p, &i->from);
		put_session(p, i);
		break;
	case ITEM_SESSION:
		put_from(p, &i->from);
		put_session(p, i);
		if (i->fits_others)
			html_printf(&p->out,
			    "; it fits probes of %zu other sets of the operator as well",
			    i->fits_others);
		break;
	case ITEM_MAIL:
		put_from(p, &i->from);
		put_session(p, i);
		if (i->text)
			html_printf(
			    &p->out, "; From domain <span class=\"mono\">%s</span>", i->text);
		break;
	case ITEM_DSN:
		buf_puts(&p->out, i->is_final ? " (failed)" : " (not final)");
		put_reply(p, i);
		break;
	case ITEM_KINDS_N: break;
	}
	if (i->mail_from)
		html_printf(&p->out, "; envelope sender <span class=\"mono\">&lt;%s&gt;</span>",
		    i->mail_from);
}

static void
put_dialogue(struct page *p, const char *text)
{
	json_t *lines = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *line;
	size_t i;

	if (!json_is_array(lines)) {
		json_decref(lines);
		return;
	}
	buf_puts(&p->out, "<details>\n<summary>Dialogue</summary>\n<pre>");
	json_array_foreach(lines, i, line)
	{
		const char *who = json_string_value(json_array_get(line, 0)),
			   *said = json_string_value(json_array_get(line, 1));

		if (!who || !said || i == DIALOGUE_LINES_MAX) {
			buf_puts(&p->out, "... and more\n");
			break;
		}
		html_printf(&p->out, "%s: %s\n", *who == 'C' ? "client" : "server",
		    veil_words(p->of->veil, p->a, said));
	}
	buf_puts(&p->out, "</pre>\n</details>\n");
	json_decref(lines);
}

static void
put_item(struct page *p, const struct event *e)
{
	enum certainty certainty = item_certainty(e->item);

	html_printf(&p->out, "<li id=\"e%zu\" class=\"%s %s\">", e->number,
	    certainty_names[certainty], e->item->foreign ? "foreign" : "own");
	page_time(p, e->time_us);
	html_printf(&p->out, " <strong>%s</strong> <span class=\"mark\">%s</span>",
	    kind_words[e->item->kind], e->probe->testcase->name);
	if (certainty != CERTAIN)
		html_printf(&p->out, " <span class=\"mark\">%s</span>", certainty_names[certainty]);
	if (e->item->foreign)
		buf_puts(&p->out, " <span class=\"mark\">foreign: never decides</span>");
	put_words(p, e->item);
	if (e->dialogue)
		put_dialogue(p, e->dialogue);
	html_printf(&p->out, " <span class=\"faint mono record\">%s</span></li>\n",
	    e->item->id ? e->item->id : "");
}

static void
put_red(struct page *p, const struct event *e)
{
	const struct health *h = e->health;

	html_printf(&p->out, "<li id=\"e%zu\" class=\"health\">", e->number);
	page_time(p, h->time_us);
	html_printf(&p->out,
	    " <strong>Our site was not well</strong> <span class=\"mark\">%s</span> %s%s%s",
	    h->testcase->name, h->part, h->family ? " over " : "", h->family ? h->family : "");
	if (health_until_us(h) > h->time_us) {
		buf_puts(&p->out, ", until ");
		page_time(p, health_until_us(h));
	}
	html_printf(&p->out, " %s</li>\n", h->detail ? h->detail : "");
}

void
timeline_put(struct page *p, const struct timeline *t)
{
	buf_puts(&p->out, "<ol class=\"timeline\">\n");
	for (size_t i = 0; i < t->n; i++)
		(t->v[i].item ? put_item : put_red)(p, &t->v[i]);
	buf_puts(&p->out, "</ol>\n");
	if (t->left_out)
		html_printf(&p->out, "<p>%zu later records are not shown.</p>\n", t->left_out);
}
