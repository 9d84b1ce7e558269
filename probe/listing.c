/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/listing.h"

#include <time.h>

#include "base/json_text.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "probe/probe_name.h"
#include "probe/sending.h"

static const char *const state_names[] = {
    [PROBE_OPEN] = "not-sent",
    [PROBE_ACCEPTED] = "accepted",
    [PROBE_REFUSED] = "refused",
    [PROBE_UNCERTAIN] = "uncertain",
};

static void
put_time(struct buf *out, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	char text[40];
	struct tm t;

	if (gmtime_r(&seconds, &t) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &t))
		buf_puts(out, text);
}

static void
put_number(struct buf *out, const char *key, int64_t value)
{
	json_text_key(out, key);
	json_text_int(out, value);
}

static void
put_text(struct buf *out, const char *key, const char *value)
{
	json_text_key(out, key);
	json_text_string_or_null(out, (struct span){value, value ? strlen(value) : 0});
}

static void
put_submission(struct buf *out, const struct ledger_submission *s)
{
	json_text_next(out);
	buf_putc(out, '{');
	json_text_key(out, "time");
	json_text_seconds(out, s->time_us);
	put_text(out, "outcome", ledger_outcome_names[s->outcome]);
	put_text(out, "step", s->step);
	json_text_key(out, "code");
	if (s->code)
		json_text_int(out, s->code);
	else
		buf_puts(out, "null");
	put_text(out, "enhanced", s->enhanced);
	put_text(out, "text", s->text);
	put_text(out, "subject_id", s->subject_id);
	buf_putc(out, '}');
}

static void
put_json(struct arena *a, struct buf *out, const struct listing *l, const struct ledger_set *set,
    const struct ledger_probe *p)
{
	buf_puts(out, "{\"schema\":\"probe/1\",\"tool\":\"emt-probe " EMT_VERSION "\"");
	put_text(out, "set", set->id);
	put_text(out, "mode", set->all_in_one ? "all-in-one" : "one-by-one");
	put_text(out, "participant", set->participant);
	put_text(out, "provider", set->provider);
	put_number(out, "position", p->position);
	put_number(out, "number", p->number);
	put_text(out, "testcase", p->testcase);
	put_text(out, "token", p->token);
	put_text(out, "address", probe_address(a, p, l->domain));
	put_text(out, "state", state_names[probe_state_of(p, l->attempts)]);
	json_text_key(out, "uncertain_since");
	if (p->intent_us)
		json_text_seconds(out, p->intent_us);
	else
		buf_puts(out, "null");
	json_text_key(out, "submissions");
	buf_putc(out, '[');
	for (size_t i = 0; i < p->submissions_n; i++)
		put_submission(out, &p->submissions[i]);
	buf_puts(out, "]}\n");
}

/* The last attempt, in a few words. */
static void
put_fate(struct buf *out, const struct ledger_probe *p, enum probe_state state)
{
	const struct ledger_submission *last =
	    p->submissions_n ? &p->submissions[p->submissions_n - 1] : NULL;

	buf_printf(out, "%-9s ", state_names[state]);
	if (state == PROBE_UNCERTAIN) {
		put_time(out, p->intent_us);
		buf_puts(out, " handed over, no answer seen");
		return;
	}
	if (!last)
		return;
	put_time(out, last->time_us);
	if (p->submissions_n > 1)
		buf_printf(out, " (attempt %zu)", p->submissions_n);
	if (last->outcome != SUBMISSION_ACCEPTED)
		buf_printf(out, " %s at %s:", ledger_outcome_names[last->outcome],
		    last->step ? last->step : "?");
	if (last->code)
		buf_printf(out, " %lld", (long long)last->code);
	if (last->enhanced) {
		buf_putc(out, ' ');
		safe_put(out, span_str(last->enhanced));
	}
	if (last->text) {
		buf_putc(out, ' ');
		safe_put(out, span_str(last->text));
	}
}

static void
put_line(struct arena *a, struct buf *out, const struct listing *l, const struct ledger_set *set,
    const struct ledger_probe *p)
{
	switch (l->format) {
	case LISTING_JSON: put_json(a, out, l, set, p); return;
	case LISTING_CSV:
		/* Nothing in these fields needs quotes. */
		buf_printf(out, "%s,%lld,%lld,%s,%s,%s\n", set->id, (long long)p->position,
		    (long long)p->number, p->testcase, p->token, probe_address(a, p, l->domain));
		return;
	case LISTING_TEXT: break;
	}
	if (!l->status) {
		buf_printf(out, "%s\n", probe_address(a, p, l->domain));
		return;
	}
	buf_printf(out, "%3lld  %-26s ", (long long)p->position, p->testcase);
	put_fate(out, p, probe_state_of(p, l->attempts));
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	buf_putc(out, '\n');
}

static void
put_set(struct buf *out, const struct ledger_set *set)
{
	buf_printf(out, "set %s%s\nparticipant ", set->id, set->all_in_one ? " (all in one)" : "");
	safe_put(out, span_str(set->participant));
	if (set->address) {
		buf_puts(out, ", ");
		safe_put(out, span_str(set->address));
	}
	if (set->provider) {
		buf_puts(out, ", customer of ");
		safe_put(out, span_str(set->provider));
	}
	buf_puts(out, "\nmade ");
	put_time(out, set->created_us);
	buf_printf(out, ", seed %lld\n", (long long)set->seed);
}

void
listing_put(struct arena *a, struct buf *out, const struct listing *l, const struct ledger_set *set)
{
	if (l->status && l->format == LISTING_TEXT)
		put_set(out, set);
	for (size_t i = 0; i < set->probes_n; i++)
		put_line(a, out, l, set, &set->probes[i]);
}

void
listing_head(struct buf *out)
{
	buf_puts(out, "set,position,number,testcase,token,address\n");
}
