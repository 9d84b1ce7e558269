/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_mail.h"

#include "base/settings.h"
#include "delivery/enrich_keys.h"
#include "delivery/enrich_plan.h"
#include "io/record.h"

struct enrich_mail {
	struct arena *arena;
	struct loop *loop;
	struct enrich_plan plan;
	unsigned others; /* beside the plan's look-ups: not answered yet */
	bool complete;   /* as far as the others go */
	bool stopped;
	struct loop_timer *finish;
	void (*done)(void *arg);
	void *arg;
};

static struct span
text_of(const json_t *value)
{
	return (struct span){json_string_value(value), json_string_length(value)};
}

static void
finish(void *arg)
{
	struct enrich_mail *m = arg;
	json_t *record = m->plan.record;
	bool complete = m->complete && enrich_lookups_complete(m->plan.lookups);

	enrich_plan_fill(&m->plan);
	record_set(record, "tool", json_sprintf("emt-enrich %s", EMT_VERSION));
	record_set(record, "enrichment", json_string(complete ? "complete" : "partial"));
	record_set(record, "enriched", record_time(clock_wall_us(loop_clock(m->loop))));
	record_set(record, "lookups", enrich_lookups_value(m->arena, m->plan.lookups));
	m->done(m->arg);
}

/* Not from here: who has called back may not be done yet. */
static void
finish_if_answered(void *arg)
{
	struct enrich_mail *m = arg;

	if (!m->stopped && !m->others && !enrich_lookups_are_open(m->plan.lookups))
		loop_timer_set(m->finish, clock_since_us(loop_clock(m->loop)));
}

static void
lists_answered(void *arg, const struct dnsbl_found *found)
{
	struct enrich_mail *m = arg;

	record_set(m->plan.record, "rbl", found->rbl);
	record_set(m->plan.record, "dnsbl", found->dnsbl);
	for (size_t i = 0; i < found->lookups_n; i++)
		enrich_lookups_add(m->plan.lookups, found->lookups[i]);
	m->complete &= found->complete;
	m->others--;
	finish_if_answered(m);
}

static void
relay_answered(void *arg, const char *text)
{
	struct enrich_mail *m = arg;

	record_set(m->plan.record, "open_relay", enrich_text(span_str(text)));
	m->others--;
	finish_if_answered(m);
}

static void
ask_others(struct enrich_mail *m, const struct enrich_sources *sources, int64_t deadline_us)
{
	struct span address = m->plan.subjects.names[ENRICH_ADDRESS].given;
	struct relay_mail mail = {.client_address = address,
	    .sender = text_of(json_object_get(m->plan.record, "sender")),
	    .recipient = text_of(json_object_get(m->plan.record, "recipient"))};

	m->others = 2;
	dnsbl_ask(sources->dnsbl, address, deadline_us, lists_answered, m);
	relay_test_ask(sources->relay_test, &mail, deadline_us, relay_answered, m);
}

struct enrich_mail *
enrich_mail_new(const struct enrich_sources *sources, json_t *record, int64_t deadline_us,
    void (*done)(void *arg), void *arg)
{
	struct arena *a = arena_new();
	struct enrich_mail *m = arena_alloc(a, sizeof *m);

	*m = (struct enrich_mail){
	    .arena = a, .loop = sources->loop, .complete = true, .done = done, .arg = arg};
	m->finish = loop_timer_new(sources->loop, finish, m);
	m->plan = (struct enrich_plan){.arena = a, .record = record};
	m->plan.lookups = enrich_lookups_new(a, sources->dns, deadline_us, finish_if_answered, m);
	enrich_subjects_read(a, sources->suffixes, record, &m->plan.subjects);
	enrich_plan_begin(&m->plan);
	ask_others(m, sources, deadline_us);
	return m;
}

void
enrich_mail_stop(struct enrich_mail *m)
{
	m->stopped = true;
	enrich_lookups_stop(m->plan.lookups);
}

void
enrich_mail_free(struct enrich_mail *m)
{
	loop_timer_free(m->finish);
	arena_free(m->arena);
}
