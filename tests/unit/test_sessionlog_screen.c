/* SPDX-License-Identifier: GPL-3.0-or-later */
/* postscreen's sessions: what is bounded, what is forgotten when, and a log read line by line with
 * its state saved and loaded in between.  What is right otherwise is shown by
 * tests/golden/sessions/postscreen*. */
#include "tests/tap.h"

#include <stdlib.h>

#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog_parts.h"

static struct {
	size_t n, incomplete;
	struct buf json, raw;
} seen;

static void
look(void *state, struct session *s)
{
	(void)state;
	seen.n++;
	seen.incomplete += !s->complete;
	session_json_put(&seen.json, s);
	buf_put(&seen.raw, (struct span){s->raw, s->raw_n});
}

static void
change(void *state, struct session *s)
{
	(void)state;
	(void)s;
}

static void
late(void *state, const struct session_mail *m, const struct session_delivery *d, int64_t time_us)
{
	(void)state;
	(void)m;
	(void)d;
	(void)time_us;
}

static struct sessionlog *
start(bool in_pieces)
{
	struct sessionlog_params params = {
	    .zone = {.fixed = true},
	    .first_year = 2026,
	    .hold_us = INT64_C(86400) * 1000000,
	    .keep_raw = true,
	    .write = look,
	    .late = in_pieces ? late : NULL,
	    .change = in_pieces ? change : NULL,
	};

	return sessionlog_new(&params);
}

static void
forget(void)
{
	buf_free(&seen.json);
	buf_free(&seen.raw);
	seen.n = seen.incomplete = 0;
	buf_init(&seen.json, 1 << 28);
	buf_init(&seen.raw, 1 << 28);
}

static void
say(struct sessionlog *l, int64_t second, const char *text)
{
	struct buf line;

	buf_init(&line, 1000);
	buf_printf(&line, "%lld.000001 mx1 postfix/postscreen[7]: %s",
	    1795290000 + (long long)second, text);
	sessionlog_line(l, buf_span(&line));
	buf_free(&line);
}

static void
say_of(struct sessionlog *l, int64_t second, const char *what, size_t client, const char *rest)
{
	char text[200];

	snprintf(
	    text, sizeof text, "%s[192.0.2.%zu]:%zu%s", what, client % 250, client / 250 + 1, rest);
	say(l, second, text);
}

#define TO " to [198.51.100.1]:25"

static void
test_bounds(void)
{
	struct sessionlog *l = start(false);
	size_t most = 0;

	forget();
	for (size_t i = 0; i < 200000; i++) {
		say_of(l, (int64_t)i / 100, "CONNECT from ", i, TO);
		say_of(l, (int64_t)i / 100, "PASS OLD ", i, "");
		most = l->screened.sessions_n > most ? l->screened.sessions_n : most;
	}
	printf("# at most %zu\n", most);
	OK(most < 2 * 12000 + 1000, "of clients that passed, those of the last minutes are kept");
	sessionlog_end(l);
	SAME_INT(seen.n, 0, "none of them is a session of postscreen's");
	sessionlog_free(l);

	l = start(false);
	for (size_t i = 0; i < SESSIONS_OPEN_MAX + 10; i++)
		say_of(l, 0, "CONNECT from ", i, TO);
	SAME_INT(l->screened.sessions_n, SESSIONS_OPEN_MAX, "so many may be open");
	for (size_t i = 0; i < SESSIONS_OPEN_MAX + 10; i++)
		say_of(l, 1, "BARE NEWLINE from ", i, " after HELO x");
	SAME_INT(l->screened.sessions_n, SESSIONS_OPEN_MAX, "and no more");
	sessionlog_end(l);
	SAME_INT(seen.n, SESSIONS_OPEN_MAX + 10, "every client that failed is told of");
	SAME_INT(seen.incomplete, SESSIONS_OPEN_MAX + 10, "none of them has an end");
	sessionlog_free(l);
}

/* A session that says CONNECT, after a second `then`, and after so many seconds ends: is its start
 * still known? */
static bool
start_is_known(const char *then, int64_t seconds)
{
	struct sessionlog *l = start(false);

	forget();
	say_of(l, 0, "CONNECT from ", 1, TO);
	if (then)
		say_of(l, 0, then, 1, "");
	say_of(l, seconds, "DISCONNECT ", 1, "");
	sessionlog_end(l);
	sessionlog_free(l);
	return seen.n == 1 && strstr(buf_str(&seen.json), "\"t_connect\":1795290000.000001");
}

static void
test_forgotten(void)
{
	OK(start_is_known("PASS NEW ", 100) && !start_is_known("PASS NEW ", 130),
	    "a client that passed is remembered for two minutes");
	OK(start_is_known(NULL, 590) && !start_is_known(NULL, 610),
	    "one of whom nothing is known for ten");
	OK(start_is_known("DENYLISTED ", 590) && !start_is_known("DENYLISTED ", 610),
	    "so is one that failed a test which may be ignored");
	OK(start_is_known("DATA without valid RCPT from ", 80000) &&
		!start_is_known("DATA without valid RCPT from ", 90000),
	    "one that is postscreen's for a day");
}

static struct span
read_file(const char *name)
{
	FILE *f = fopen(name, "re");
	char *p = malloc(1 << 20);
	size_t n = f && p ? fread(p, 1, 1 << 20, f) : 0;

	if (f)
		fclose(f);
	return (struct span){p, n};
}

static void
same_in_pieces(const char *name, size_t sessions)
{
	struct span text = read_file(name), rest = text;
	struct buf whole, saved;
	struct sessionlog *l = start(false);
	bool loaded = true;

	forget();
	buf_init(&whole, 1 << 28);
	buf_init(&saved, 1 << 28);
	while (rest.n)
		sessionlog_line(l, span_cut(&rest, '\n'));
	sessionlog_end(l);
	sessionlog_free(l);
	OK(seen.n >= sessions, name);
	OK(!memmem(seen.raw.p, seen.raw.n, "AGFsaWNl", 8), "no secret in the lines kept");
	buf_put(&whole, buf_span(&seen.json));
	buf_put(&whole, buf_span(&seen.raw));

	forget();
	for (rest = text; rest.n;) {
		l = start(true);
		if (saved.n)
			loaded = loaded && sessionlog_load(l, buf_span(&saved));
		sessionlog_line(l, span_cut(&rest, '\n'));
		sessionlog_commit(l);
		buf_clear(&saved);
		sessionlog_save(l, &saved);
		if (!rest.n)
			sessionlog_end(l);
		sessionlog_free(l);
	}
	OK(loaded, "every state can be read");
	buf_put(&seen.json, buf_span(&seen.raw));
	SAME_SPAN(buf_span(&seen.json), buf_span(&whole), "the same sessions, saved at each line");
	buf_free(&whole);
	buf_free(&saved);
	free((char *)text.p);
}

int
main(void)
{
	test_bounds();
	test_forgotten();
	same_in_pieces("tests/golden/sessions/postscreen-odd.log", 15);
	forget();
	buf_free(&seen.json);
	buf_free(&seen.raw);
	return tap_end();
}
