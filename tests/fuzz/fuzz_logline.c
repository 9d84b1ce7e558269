/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a log: its header, what it says, and every grammar that its text may be given to. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "sessionparse/dialogue.h"
#include "sessionparse/grammar.h"
#include "base/json_text.h"
#include "sessionparse/logevent.h"
#include "sessionparse/logline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE_MAX_LEN = 16384 };

/* Every span that comes back is a part of the line or of what was unescaped from it. */
static void
check_within(struct span part, struct span line, const struct buf *scratch)
{
	bool in_line = part.p >= line.p && part.p + part.n <= line.p + line.n;
	bool in_scratch =
	    scratch->p && part.p >= scratch->p && part.p + part.n <= scratch->p + scratch->n;

	if (part.n && !in_line && !in_scratch)
		abort();
}

static void
check_event(const struct logevent *e, struct span text)
{
	static const struct buf none;

	check_within(e->text, text, &none);
	check_within(e->queue_id, text, &none);
	check_within(e->client.name, text, &none);
	check_within(e->client.ip, text, &none);
	check_within(e->client.endpoint, text, &none);
	if (e->kind != EVENT_NOISE && !logevent_is_candidate(text))
		abort();
}

static void
read_grammars(struct span text)
{
	static struct grammar *g;
	struct session_tls tls;
	struct session_delivery d;
	struct screen_reject r;
	struct span from;
	int64_t size;
	bool fits;

	if (!g)
		g = grammar_new();
	fits = grammar_tls(g, text, &tls);
	fits = grammar_queued(g, text, &from, &size) || fits;
	fits = grammar_delivery(g, text, &d) || fits;
	fits = grammar_screen_reject(g, text, &r) || fits;
	(void)fits;
}

/* What is shown of any client's line is valid JSON text, and shows no more than was there. */
static void
show_line(struct span text)
{
	struct redact r = {.in_auth = true};
	struct command c = command_parse(text);
	struct buf redacted, json, scratch;

	buf_init(&redacted, REDACT_GROWTH_MAX * LINE_MAX_LEN + 100);
	buf_init(&scratch, REDACT_GROWTH_MAX * LINE_MAX_LEN + 100);
	buf_init(&json, 1 << 20);
	json_text_string(&json, redact_line(&r, text, &c, &redacted));
	if (!utf8_valid(buf_span(&json)) || json.overflow)
		abort();
	redact_escaped(text, SPAN_LIT("AUTH"), &redacted, &scratch);
	if (redacted.overflow || scratch.overflow)
		abort();
	buf_free(&scratch);
	buf_free(&redacted);
	buf_free(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = {(const char *)data, size < LINE_MAX_LEN ? size : LINE_MAX_LEN}, text;
	struct logline split;
	struct logevent event;
	struct stamp stamp;
	struct buf scratch;

	buf_init(&scratch, 2 * LINE_MAX_LEN);
	if (logline_guess_text(line, &text))
		check_within(text, line, &scratch);
	if (logline_split(&split, line, &scratch)) {
		check_within(split.when, line, &scratch);
		check_within(split.host, line, &scratch);
		check_within(split.tag, line, &scratch);
		check_within(split.text, line, &scratch);
		if (stamp_parse(split.when, &stamp) && !stamp.is_epoch &&
		    (stamp.month < 1 || stamp.month > 12))
			abort();
		event = logevent_parse(split.text);
		check_event(&event, split.text);
		read_grammars(event.text);
		show_line(event.text);
	}
	buf_free(&scratch);
	event = logevent_parse(line);
	check_event(&event, line);
	read_grammars(line);
	show_line(line);
	return 0;
}
