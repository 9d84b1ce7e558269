/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log that is read in pieces, saved and loaded between them, killed at times, gives what it gives
 * when it is read at once; and octets that are no state are refused. */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/rng.h"
#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog.h"
#include "tests/sessiongen.h"

/* What was written of one session so far: all that a kill may take back. */
struct record {
	char id[SESSION_ID_LEN + 1];
	char *json, *raw;
	unsigned writes, lates;
};

struct records {
	struct record *v;
	size_t n, room;
	bool wrong;
};

static struct record *
find(struct records *r, const char *id)
{
	for (size_t i = r->n; i-- > 0;)
		if (!strcmp(r->v[i].id, id))
			return &r->v[i];
	return NULL;
}

static char *
json_of(const struct session *s)
{
	struct session shown = *s;
	struct buf text;
	char *json;

	shown.limits &= ~(unsigned)LIMIT_HELD;
	buf_init(&text, 1 << 26);
	session_json_put(&text, &shown);
	json = strdup(buf_str(&text));
	buf_free(&text);
	return json;
}

static void
write_record(void *state, struct session *s)
{
	struct records *r = state;
	struct record *record;

	if (r->n == r->room) {
		r->room = r->room ? 2 * r->room : 64;
		r->v = realloc(r->v, r->room * sizeof *r->v);
	}
	record = &r->v[r->n++];
	memset(record, 0, sizeof *record);
	memcpy(record->id, s->id, sizeof record->id);
	record->json = json_of(s);
	record->raw = strndup(s->raw ? s->raw : "", s->raw_n);
	record->writes = 1;
}

static void
change_record(void *state, struct session *s)
{
	struct record *record = find(state, s->id);

	if (!record) {
		((struct records *)state)->wrong = true;
		return;
	}
	free(record->json);
	record->json = json_of(s);
}

static void
late(void *state, const struct session_mail *m, const struct session_delivery *d, int64_t time_us)
{
	struct record *record = find(state, m->session->id);

	if (record && d->status.n && time_us > 0)
		record->lates++;
	else
		((struct records *)state)->wrong = true;
}

static void
free_records(struct records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].json);
		free(r->v[i].raw);
	}
	free(r->v);
	*r = (struct records){0};
}

static void
copy_records(struct records *to, const struct records *from)
{
	free_records(to);
	to->v = malloc((from->n + 1) * sizeof *to->v);
	to->n = to->room = from->n;
	to->wrong = from->wrong;
	for (size_t i = 0; i < from->n; i++) {
		to->v[i] = from->v[i];
		to->v[i].json = strdup(from->v[i].json);
		to->v[i].raw = strdup(from->v[i].raw);
	}
}

struct lines {
	struct span *v;
	size_t n, room;
	struct arena *arena;
};

static void
keep_line(void *state, struct span line)
{
	struct lines *l = state;

	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 1024;
		l->v = realloc(l->v, l->room * sizeof *l->v);
	}
	l->v[l->n++] = arena_span(l->arena, line);
}

static struct sessionlog *
start(struct records *r, bool in_pieces)
{
	struct sessionlog_params params = {
	    .zone = {.fixed = true},
	    .first_year = 2026,
	    .hold_us = INT64_C(86400) * 1000000,
	    .keep_raw = true,
	    .write = write_record,
	    .state = r,
	};

	if (in_pieces) {
		params.late = late;
		params.change = change_record;
	}
	return sessionlog_new(&params);
}

static void
read_at_once(const struct lines *lines, struct records *r)
{
	struct sessionlog *l = start(r, false);

	for (size_t i = 0; i < lines->n; i++)
		sessionlog_line(l, lines->v[i]);
	sessionlog_end(l);
	sessionlog_free(l);
}

static void
read_in_pieces(const struct lines *lines, struct records *r, uint64_t seed, size_t piece)
{
	struct rng rng = rng_seeded(&seed);
	struct records committed = {0};
	struct buf saved;
	size_t at = 0, safe = 0;
	bool loaded = true;

	buf_init(&saved, 1 << 28);
	while (safe < lines->n) {
		struct sessionlog *l = start(r, true);
		size_t end = safe + 1 + (size_t)rng_below(&rng, piece);

		if (saved.n)
			loaded = loaded && sessionlog_load(l, buf_span(&saved));
		for (at = safe; at < end && at < lines->n; at++)
			sessionlog_line(l, lines->v[at]);
		if (rng_below(&rng, 3) ==
		    0) { /* killed, at times right before the state is stored */
			if (rng_below(&rng, 2))
				sessionlog_commit(l);
			copy_records(r, &committed);
		} else {
			sessionlog_commit(l);
			buf_clear(&saved);
			sessionlog_save(l, &saved);
			copy_records(&committed, r);
			safe = at;
			if (safe == lines->n)
				sessionlog_end(l);
		}
		sessionlog_free(l);
	}
	r->wrong = r->wrong || !loaded;
	free_records(&committed);
	buf_free(&saved);
}

static size_t
differences(const struct records *whole, struct records *pieces)
{
	size_t wrong = 0;

	for (size_t i = 0; i < whole->n; i++) {
		const struct record *w = &whole->v[i], *p = find(pieces, w->id);

		if (p && !strcmp(p->json, w->json) && !strcmp(p->raw, w->raw))
			continue;
		if (wrong++ < 3)
			printf("# %s# %s", w->json, p ? p->json : "missing\n");
	}
	return wrong;
}

static void
same_in_pieces(uint64_t seed, size_t sessions, size_t at_once, size_t piece)
{
	struct lines lines = {.arena = arena_new()};
	struct gen_params params = {
	    .seed = seed,
	    .sessions = sessions,
	    .at_once = at_once,
	    .noise = 1,
	    .line = keep_line,
	    .state = &lines,
	};
	struct records whole = {0}, pieces = {0};
	size_t lates = 0, writes = 0;
	struct gen g;
	char name[100];

	gen_run(&g, &params);
	read_at_once(&lines, &whole);
	read_in_pieces(&lines, &pieces, seed, piece);
	for (size_t i = 0; i < pieces.n; i++) {
		lates += pieces.v[i].lates;
		writes += pieces.v[i].writes;
	}
	snprintf(name, sizeof name, "seed %llu, %zu sessions, pieces of up to %zu lines",
	    (unsigned long long)seed, sessions, piece);
	SAME_INT(whole.n, g.started_n, "every session was generated and read");
	SAME_INT(writes, whole.n, "each is written once");
	SAME_INT(differences(&whole, &pieces), 0, name);
	OK(!pieces.wrong, "every state is read again; nothing is told of a session not written");
	OK(lates > 0, "some deliveries came after their session was written");
	free_records(&whole);
	free_records(&pieces);
	gen_free(&g);
	free(lines.v);
	arena_free(lines.arena);
}

static void
damaged_states(void)
{
	struct lines lines = {.arena = arena_new()};
	struct gen_params params = {
	    .seed = 7, .sessions = 20, .at_once = 10, .line = keep_line, .state = &lines};
	struct records r = {0};
	struct sessionlog *l;
	size_t taken = 0;
	struct buf saved;
	struct gen g;

	gen_run(&g, &params);
	l = start(&r, true);
	for (size_t i = 0; i < lines.n / 2; i++)
		sessionlog_line(l, lines.v[i]);
	sessionlog_commit(l);
	buf_init(&saved, 1 << 26);
	sessionlog_save(l, &saved);
	sessionlog_free(l);
	for (size_t n = 0; n < saved.n; n += 1 + n / 50) {
		struct sessionlog *other = start(&r, true);

		taken += sessionlog_load(other, (struct span){saved.p, n});
		sessionlog_free(other);
	}
	SAME_INT(taken, 0, "a state that is cut short is refused, wherever it is cut");
	for (size_t at = 0; at < saved.n; at += 1 + at / 50) {
		struct sessionlog *other = start(&r, true);

		saved.p[at] ^= 0x80;
		/* What it says now may well be a state; the lines that follow must do no harm. */
		if (sessionlog_load(other, buf_span(&saved)))
			for (size_t i = lines.n / 2; i < lines.n; i++)
				sessionlog_line(other, lines.v[i]);
		saved.p[at] ^= 0x80;
		sessionlog_free(other);
	}
	OK(true, "a state with a wrong octet is refused or does no harm");
	free_records(&r);
	buf_free(&saved);
	gen_free(&g);
	free(lines.v);
	arena_free(lines.arena);
}

#define SMTPD " mail postfix/smtpd[7]: "
#define WHO "a.example[192.0.2.1]"

static void
take(struct sessionlog *l, const char *line)
{
	sessionlog_line(l, span_str(line));
}

/* A mail of that day, and its delivery in a later piece. */
static void
mail_of(struct sessionlog *l, const char *stamp, const char *queue_id)
{
	static const char *const lines[] = {
	    "%s" SMTPD "connect from " WHO,
	    "%s" SMTPD "%s: client=" WHO,
	    "%s mail postfix/qmgr[8]: %s: from=<a@b>, size=300, nrcpt=1 (queue active)",
	    "%s" SMTPD "disconnect from " WHO " mail=1 rcpt=1 data=1 quit=1 commands=4",
	    "%s mail postfix/smtp[9]: %s: to=<c@d>, relay=none, delay=1, dsn=2.0.0, status=sent "
	    "(x)",
	    "%s mail postfix/qmgr[8]: %s: removed",
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *rest = lines[i] + 2, *id = strstr(rest, "%s");

		if (i == 4)
			sessionlog_commit(l);
		take(l, id ? arena_printf(
				 a, "%s%.*s%s%s", stamp, (int)(id - rest), rest, queue_id, id + 2)
			   : arena_printf(a, "%s%s", stamp, rest));
	}
	sessionlog_commit(l);
	arena_free(a);
}

static void
clock_set_back(void)
{
	struct records r = {0};
	struct sessionlog *l = start(&r, true);

	mail_of(l, "2036-02-07T10:00:00+00:00", "AAAAA1");
	mail_of(l, "2026-11-20T10:00:00+00:00", "AAAAA2");
	SAME_INT(r.n, 2, "the clock was ten years ahead, and was set back");
	SAME_INT(r.v[1].lates, 1, "what became of the mails after that is not taken for too late");
	sessionlog_free(l);
	free_records(&r);
}

static void
secret_repeated(void)
{
	struct records r = {0};
	struct sessionlog *l = start(&r, true);
	const char *raw;

#define STAMP "2026-11-20T10:00:00+00:00"
	take(l, STAMP SMTPD "connect from " WHO);
	take(l, STAMP SMTPD "> " WHO ": 220 mail");
	take(l, STAMP SMTPD "< " WHO ": AUTH LOGIN");
	take(l, STAMP SMTPD "> " WHO ": 503 5.5.1 Error: authentication not enabled");
	take(l, STAMP SMTPD "< " WHO ": c2VjcmV0MTIz");
	take(l, STAMP SMTPD "warning: non-SMTP command from " WHO ": c2VjcmV0MTIz");
	take(l, STAMP SMTPD "disconnect from " WHO " commands=0/2");
	sessionlog_commit(l);
	raw = r.v[0].raw;
	OK(!strstr(raw, "c2VjcmV0"), "a secret that a warning repeats is taken out of the lines");
	OK(strstr(raw, "non-SMTP command from " WHO ": [redacted]\n"), "the rest is left");
	sessionlog_free(l);
	free_records(&r);
}

int
main(void)
{
	clock_set_back();
	secret_repeated();
	same_in_pieces(1, 300, 40, 400);
	same_in_pieces(2, 300, 3, 50);
	same_in_pieces(3, 60, 10, 3);
	same_in_pieces(4, 1500, 200, 20000);
	damaged_states();
	return tap_end();
}
