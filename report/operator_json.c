/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/operator_json.h"

#include "base/json_text.h"
#include "base/settings.h"

const char *const operator_kind_names[] = {
    [OPERATOR_SENDER] = "sender", [OPERATOR_RESOLVER] = "resolver"};

static void
put_text(struct buf *out, const char *key, const char *text)
{
	json_text_key(out, key);
	json_text_string_or_null(out, span_str(text));
}

static void
put_int(struct buf *out, const char *key, uint64_t n)
{
	json_text_key(out, key);
	json_text_int(out, (int64_t)n);
}

static void
put_share(struct buf *out, const char *key, bool known, double value)
{
	json_text_key(out, key);
	if (known)
		buf_printf(out, "%.6f", value);
	else
		buf_puts(out, "null");
}

static void
put_seconds(struct buf *out, const char *key, bool known, uint32_t ms)
{
	json_text_key(out, key);
	if (known)
		json_text_seconds(out, (int64_t)ms * 1000);
	else
		buf_puts(out, "null");
}

static void
put_greylisting(struct buf *out, const struct operator_verdict *v)
{
	const struct greylisting_summary *g = &v->greylisting;

	json_text_key(out, "greylisting");
	if (!g->mails) {
		buf_puts(out, "null");
		return;
	}
	buf_putc(out, '{');
	put_int(out, "mails", g->mails);
	put_int(out, "again", g->again);
	put_int(out, "accepted", g->accepted);
	put_int(out, "sender_changed", g->sender_changed);
	put_int(out, "client_changed", g->client_changed);
	put_seconds(out, "first_gap", g->again, g->gap_ms);
	put_seconds(out, "accepted_after", g->accepted, g->accepted_after_ms);
	buf_putc(out, '}');
}

void
operator_json(
    struct buf *out, struct set_notes *notes, const struct operator_verdict *v, const char *name)
{
	struct arena *a = arena_new();
	struct set_note *sets;
	size_t n = set_notes_read(notes, a, v->group, "", OPERATOR_JSON_SETS_MAX, &sets);

	buf_putc(out, '{');
	put_text(out, "schema", "operator-verdict/1");
	put_text(out, "tool", "emt-report " EMT_VERSION);
	put_text(out, "kind", operator_kind_names[v->kind]);
	put_text(out, "operator", name);
	put_text(out, "capability", v->capability->name);
	put_text(out, "state", verdict_state_names[v->state]);
	put_int(out, "yes", v->yes_n);
	put_int(out, "votes", v->votes_n);
	put_int(out, "sets_n", v->sets_n);
	put_int(out, "from_domains_n", v->domains_n);
	put_text(out, "note", v->note);
	put_int(out, "ascribed_sets", v->pooled->ascribed_n);
	put_int(out, "either", v->either_n);
	put_greylisting(out, v);
	json_text_key(out, "sets");
	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		json_text_next(out);
		json_text_string(out, span_str(sets[i].id));
	}
	buf_puts(out, "]}\n");
	arena_free(a);
}

static void
put_figures(struct buf *out, const char *key, const struct share_figures *f)
{
	json_text_key(out, key);
	buf_putc(out, '{');
	put_int(out, "yes", f->yes);
	put_int(out, "no", f->no);
	put_int(out, "inconclusive", f->undecided);
	put_share(out, "share", f->known, f->share);
	put_share(out, "least", true, f->least);
	put_share(out, "most", true, f->most);
	put_share(out, "interval_from", f->has_interval, f->from);
	put_share(out, "interval_to", f->has_interval, f->to);
	buf_putc(out, '}');
}

void
share_json(struct buf *out, const struct share *s)
{
	buf_putc(out, '{');
	put_text(out, "schema", "share/1");
	put_text(out, "tool", "emt-report " EMT_VERSION);
	put_text(out, "capability", s->capability->name);
	put_text(out, "headline", s->capability->headline);
	put_text(out, "kind",
	    operator_kind_names[s->capability->of_resolver ? OPERATOR_RESOLVER : OPERATOR_SENDER]);
	put_int(out, "operators", s->operators_n);
	put_int(out, "mixed", s->mixed_n);
	put_int(out, "pending", s->pending_n);
	put_int(out, "inconclusive", s->inconclusive_n);
	put_figures(out, "by_operator", &s->by_operator);
	put_figures(out, "by_domain", &s->by_domain);
	put_text(out, "caption", s->caption);
	buf_puts(out, "}\n");
}
