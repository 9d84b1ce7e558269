/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/verdict_json.h"

#include "base/json_text.h"
#include "base/settings.h"
#include "report/capability.h"
#include "report/greylisting.h"

static void
put_text(struct buf *out, const char *key, const char *text)
{
	json_text_key(out, key);
	json_text_string_or_null(out, span_str(text));
}

static void
put_bool(struct buf *out, const char *key, bool value)
{
	json_text_key(out, key);
	buf_puts(out, value ? "true" : "false");
}

static void
put_time(struct buf *out, const char *key, int64_t us)
{
	json_text_key(out, key);
	if (us)
		json_text_seconds(out, us);
	else
		buf_puts(out, "null");
}

/* "mail-dane-bad rule.left-after-tls" */
static void
put_rule(
    struct buf *out, const char *key, const struct testcase *t, const struct testcase_rule *rule)
{
	json_text_key(out, key);
	if (!t || !rule) {
		buf_puts(out, "null");
		return;
	}
	buf_printf(out, "\"%s rule.%s\"", t->name, evidence_kinds[rule->evidence].name);
}

static void
put_controls(struct buf *out, const struct verdict *v)
{
	json_text_key(out, "controls");
	buf_putc(out, '[');
	for (size_t i = 0; i < v->controls_n; i++) {
		json_text_next(out);
		buf_putc(out, '{');
		put_text(out, "testcase", v->controls[i].testcase->name);
		put_text(out, "state", verdict_state_names[v->controls[i].state]);
		put_text(out, "token", v->controls[i].probe ? v->controls[i].probe->token : NULL);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void
put_health(struct buf *out, const struct verdict *v)
{
	json_text_key(out, "health");
	buf_putc(out, '[');
	for (size_t i = 0; i < v->health_n; i++) {
		json_text_next(out);
		json_text_string(out, span_str(v->health[i]->id));
	}
	buf_putc(out, ']');
}

static void
put_records(struct buf *out, const struct verdict *v)
{
	json_text_key(out, "records");
	buf_putc(out, '[');
	for (size_t i = 0; i < v->records_n; i++) {
		const struct item *item = v->records[i];

		json_text_next(out);
		buf_putc(out, '{');
		put_text(out, "kind", item_kind_names[item->kind]);
		put_text(out, "id", item->id);
		put_text(out, "certainty", certainty_names[item_certainty(item)]);
		put_time(out, "time", item->time_us);
		put_text(out, "ascribed", ascribed_names[item->from.ascribed]);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void
put_cases(struct buf *out, const struct verdict *v)
{
	json_text_key(out, "cases");
	buf_putc(out, '[');
	for (size_t i = 0; i < v->cases_n; i++) {
		const struct verdict *c = v->cases[i];

		json_text_next(out);
		buf_putc(out, '{');
		put_text(out, "testcase", c->testcase->name);
		put_text(out, "state", verdict_state_names[c->state]);
		put_rule(out, "rule", c->testcase, c->rule);
		put_text(out, "note", c->note);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void
put_one_greylisting(struct buf *out, const struct greylisting *g)
{
	buf_putc(out, '{');
	put_text(out, "testcase", g->testcase->name);
	json_text_key(out, "attempts");
	json_text_int(out, g->attempts);
	json_text_key(out, "gaps");
	buf_putc(out, '[');
	for (size_t i = 0; i < g->gaps_n; i++) {
		json_text_next(out);
		json_text_seconds(out, (int64_t)g->gap_ms[i] * 1000);
	}
	buf_putc(out, ']');
	json_text_key(out, "accepted_after");
	if (g->accepted)
		json_text_seconds(out, (int64_t)g->accepted_after_ms * 1000);
	else
		buf_puts(out, "null");
	put_bool(out, "sender_changed", g->sender_changed);
	put_bool(out, "client_changed", g->client_changed);
	buf_putc(out, '}');
}

static void
put_greylisting(struct buf *out, const struct probe_set *set, const struct verdict *v)
{
	const struct capability *c = capability_find(v->capability);

	json_text_key(out, "greylisting");
	if (!c || !c->of_retries) {
		buf_puts(out, "null");
		return;
	}
	buf_putc(out, '[');
	for (size_t i = 0; i < set->greylisting_n; i++) {
		json_text_next(out);
		put_one_greylisting(out, &set->greylisting[i]);
	}
	buf_putc(out, ']');
}

void
verdict_json(struct buf *out, const struct probe_set *set, const struct verdict *v)
{
	buf_putc(out, '{');
	put_text(out, "schema", "verdict/1");
	put_text(out, "tool", "emt-report " EMT_VERSION);
	put_text(out, "set", set->id);
	put_text(out, "operator", set->operator);
	put_text(out, "capability", v->capability);
	put_text(out, "state", verdict_state_names[v->state]);
	put_rule(out, "rule", v->testcase, v->rule);
	put_controls(out, v);
	put_health(out, v);
	put_records(out, v);
	put_text(out, "note", v->note);
	put_text(out, "testcase", v->testcase ? v->testcase->name : NULL);
	put_text(out, "words", v->rule ? v->rule->words : NULL);
	put_rule(out, "held_back", v->testcase, v->held_back);
	put_cases(out, v);
	put_text(out, "resolver", v->resolver);
	put_bool(out, "submission_resolver", v->submission_resolver);
	put_time(out, "pending_until", v->state == VERDICT_PENDING ? v->pending_until_us : 0);
	put_greylisting(out, set, v);
	put_text(out, "participant", set->participant);
	put_text(out, "from_domain", set->from_domain);
	put_bool(out, "all_in_one", set->all_in_one);
	put_time(out, "first", set->first_us);
	buf_puts(out, "}\n");
}
