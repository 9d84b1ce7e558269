/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/verdict_csv.h"

#include "report/csv.h"
#include "report/operator_json.h"

void
verdict_csv_head(struct buf *out)
{
	csv_head(&(struct csv){.out = out},
	    "set,operator,resolver,from_domain,participant,capability,state,testcase,rule,words,"
	    "controls,records,health,note,all_in_one,first");
}

/* "mail-ok=supported v4-mail=inconclusive" */
static void
put_controls(struct csv *c, const struct verdict *v)
{
	struct buf text;

	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < v->controls_n; i++)
		buf_printf(&text, "%s%s=%s", i ? " " : "", v->controls[i].testcase->name,
		    verdict_state_names[v->controls[i].state]);
	csv_text(c, buf_str(&text));
	buf_free(&text);
}

static void
put_records(struct csv *c, const struct verdict *v)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < v->records_n; i++)
		buf_printf(&text, "%s%s:%s", i ? " " : "", item_kind_names[v->records[i]->kind],
		    v->records[i]->id ? v->records[i]->id : "");
	csv_text(c, buf_str(&text));
	buf_free(&text);
}

static void
put_health(struct csv *c, const struct verdict *v)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < v->health_n; i++)
		buf_printf(&text, "%s%s", i ? " " : "", v->health[i]->id);
	csv_text(c, buf_str(&text));
	buf_free(&text);
}

void
verdict_csv(struct buf *out, const struct probe_set *set, const struct verdict *v)
{
	struct csv c = {.out = out};

	csv_text(&c, set->id);
	csv_text(&c, set->operator);
	csv_text(&c, v->resolver);
	csv_text(&c, set->from_domain);
	csv_text(&c, set->participant);
	csv_text(&c, v->capability);
	csv_text(&c, verdict_state_names[v->state]);
	csv_text(&c, v->testcase ? v->testcase->name : NULL);
	csv_text(&c, v->rule ? evidence_kinds[v->rule->evidence].name : NULL);
	csv_text(&c, v->rule ? v->rule->words : NULL);
	put_controls(&c, v);
	put_records(&c, v);
	put_health(&c, v);
	csv_text(&c, v->note);
	csv_text(&c, set->all_in_one ? "yes" : "no");
	csv_time(&c, set->first_us);
	csv_end(&c);
}

void
operator_csv_head(struct buf *out)
{
	csv_head(&(struct csv){.out = out},
	    "kind,operator,capability,state,yes,votes,sets,from_domains,note");
}

void
operator_csv(struct buf *out, const struct operator_verdict *v, const char *name)
{
	struct csv c = {.out = out};

	csv_text(&c, operator_kind_names[v->kind]);
	csv_text(&c, name);
	csv_text(&c, v->capability->name);
	csv_text(&c, verdict_state_names[v->state]);
	csv_number(&c, (int64_t)v->yes_n);
	csv_number(&c, (int64_t)v->votes_n);
	csv_number(&c, (int64_t)v->sets_n);
	csv_number(&c, (int64_t)v->domains_n);
	csv_text(&c, v->note);
	csv_end(&c);
}
