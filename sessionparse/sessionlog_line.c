/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a line of the log to what it says, once or several times. */
#include "sessionparse/sessionlog_parts.h"

enum { REPEATS_MAX = 1000 }; /* of one line that stands for many */

static const int64_t DAY_US = INT64_C(86400) * 1000000;

/* Which program says what: smtp(8) logs dialogue too, with the arrows the other way round, and
 * cleanup rejects. */
static bool
fits_program(const struct logline *line, const struct logevent *e)
{
	struct span daemon = logline_daemon(line);

	if (e->client.endpoint.p)
		return sessionlog_is_screen(line, e);
	if (line->tag_is_cut || e->kind == EVENT_REPEATED)
		return true;
	switch (e->kind) {
	case EVENT_MESSAGE_ID:
	case EVENT_QUEUED:
	case EVENT_DELIVERY:
	case EVENT_NOTICE:
	case EVENT_REMOVED:
	case EVENT_QUEUE_OTHER: return true;
	case EVENT_PROCESS_GONE:
	case EVENT_MASTER_STARTED: return span_eq(daemon, SPAN_LIT("master"));
	default: return span_eq(daemon, SPAN_LIT("smtpd"));
	}
}

/* Only lines that count for themselves are taken again: a dialogue line, a delivery. */
static bool
counts_again(enum logevent_kind kind)
{
	return kind == EVENT_CLIENT_SAYS || kind == EVENT_SERVER_SAYS || kind == EVENT_DELIVERY;
}

static void
take_times(struct sessionlog *l, const struct said *said, int64_t times)
{
	for (int64_t i = 0; i < times && i < REPEATS_MAX; i++)
		sessionlog_take(l, said);
}

/* "message repeated 5 times: [ TEXT]" */
static void
take_repeated(struct sessionlog *l, const struct said *said)
{
	struct logevent inner = logevent_parse(said->event->text);
	struct logline line = *said->line;
	struct said again = {.line = &line, .event = &inner, .time_us = said->time_us};

	if (!counts_again(inner.kind) || !fits_program(said->line, &inner))
		return;
	line.text = said->event->text;
	take_times(l, &again, said->event->number);
}

/* Lines may come late, but not that late: then the clock was wrong before, and what is said of the
 * mails from now on must not be taken for too old. */
static void
advance(struct sessionlog *l, int64_t time_us)
{
	int64_t late_us = l->params.hold_us > DAY_US ? l->params.hold_us : DAY_US;

	if (l->now_us >= time_us && l->now_us - late_us <= time_us)
		return;
	l->now_us = time_us;
	outbox_advance(&l->outbox, l->now_us);
}

/* "STAMP HOST last message repeated 5 times".  False: it is no such line. */
static bool
take_last_again(struct sessionlog *l, struct span line)
{
	struct span when, host, last = lastline_text(&l->last);
	struct logevent event;
	struct logline split;
	struct said again = {.line = &split, .event = &event};
	int64_t times;

	if (!lastline_repeats(line, &when, &host, &times))
		return false;
	l->counts.kinds[EVENT_REPEATED]++;
	again.time_us = logtime_of(&l->time, when);
	if (!l->last.valid || again.time_us == TIME_UNKNOWN ||
	    !logline_split(&split, last, &l->unescaped) || !span_eq(split.host, host))
		return true;
	event = logevent_parse(split.text);
	split.when = when;
	advance(l, again.time_us);
	take_times(l, &again, times);
	return true;
}

/* `raw` as in struct said.  The kind of what was taken; EVENT_NOISE: nothing was. */
static enum logevent_kind
take_split(struct sessionlog *l, const struct logline *split, struct span raw)
{
	struct logevent event = logevent_parse(split->text);
	struct said said = {.line = split, .event = &event, .raw = raw};

	if (event.kind == EVENT_NOISE || !fits_program(split, &event)) {
		l->counts.kinds[EVENT_NOISE]++;
		return EVENT_NOISE;
	}
	said.time_us = logtime_of(&l->time, split->when);
	if (said.time_us == TIME_UNKNOWN) {
		l->counts.unrecognised++;
		return EVENT_NOISE;
	}
	l->counts.kinds[event.kind]++;
	advance(l, said.time_us);
	if (event.kind == EVENT_REPEATED)
		take_repeated(l, &said);
	else
		sessionlog_take(l, &said);
	return event.kind;
}

void
sessionlog_line(struct sessionlog *l, struct span line)
{
	struct span text, raw = {NULL, 0};
	enum logevent_kind kind;
	struct logline split;

	l->counts.lines++;
	if (logline_guess_text(line, &text) && !logevent_is_candidate(text)) {
		l->counts.kinds[EVENT_NOISE]++;
		lastline_other(&l->last, line);
		return;
	}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n > SESSIONLOG_LINE_MAX || !logline_split(&split, line, &l->unescaped)) {
		if (take_last_again(l, line))
			return;
		l->counts.unrecognised++;
		lastline_other(&l->last, line);
		return;
	}
	if (split.text.p >= line.p && split.text.p <= line.p + line.n)
		raw = line;
	kind = take_split(l, &split, raw);
	if (counts_again(kind))
		lastline_keep(&l->last, line, &split, kind == EVENT_DELIVERY);
	else
		lastline_other(&l->last, line);
}

void
sessionlog_split(struct sessionlog *l, const struct logline *split)
{
	l->counts.lines++;
	if (split)
		take_split(l, split, (struct span){NULL, 0});
	else
		l->counts.unrecognised++;
}
