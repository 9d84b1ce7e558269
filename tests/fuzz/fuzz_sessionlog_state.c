/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log that is read in pieces gives the records that it gives at once.  The first octet is the
 * number of lines of a piece; with 0 the rest is no log but a state, which is refused or does no
 * harm.  "last message repeated" is left out: a line of a dialogue that it repeats from an earlier
 * piece is not kept, since it may hold a secret. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOG_MAX_LEN = 1 << 18, RECORDS_MAX = 2000 };

struct records {
	struct record {
		char id[SESSION_ID_LEN + 1];
		struct buf text; /* record, then the log's lines */
	} v[RECORDS_MAX];
	size_t n;
};

static struct record *
find(struct records *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->v[i].id, id))
			return &r->v[i];
	return NULL;
}

static void
put(struct record *record, const struct session *s)
{
	struct session shown = *s;

	shown.limits &= ~(unsigned)LIMIT_HELD;
	buf_clear(&record->text);
	session_json_put(&record->text, &shown);
}

static void
write_record(void *state, struct session *s)
{
	struct records *r = state;
	struct record *record;

	if (find(r, s->id))
		abort(); /* written twice */
	if (r->n == RECORDS_MAX)
		return;
	record = &r->v[r->n++];
	memcpy(record->id, s->id, sizeof record->id);
	buf_init(&record->text, 1 << 26);
	put(record, s);
}

static void
change_record(void *state, struct session *s)
{
	struct records *r = state;
	struct record *record = find(r, s->id);

	if (record)
		put(record, s);
	else if (r->n < RECORDS_MAX)
		abort(); /* never written */
}

static void
late(void *state, const struct session_mail *m, const struct session_delivery *d, int64_t time_us)
{
	(void)state, (void)d, (void)time_us;
	if (!m->session->written)
		abort();
}

static struct sessionlog *
start(struct records *r, bool in_pieces)
{
	struct sessionlog_params params = {
	    .zone = {.fixed = true},
	    .first_year = 2026,
	    .hold_us = INT64_MAX / 4,
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
forget(struct records *r)
{
	while (r->n)
		buf_free(&r->v[--r->n].text);
}

static void
read_pieces(struct records *r, struct span rest, size_t lines)
{
	struct sessionlog *l = start(r, true);
	struct buf saved;

	buf_init(&saved, 1 << 28);
	while (rest.n) {
		for (size_t i = 0; i < lines && rest.n; i++)
			sessionlog_line(l, span_cut(&rest, '\n'));
		sessionlog_commit(l);
		buf_clear(&saved);
		sessionlog_save(l, &saved);
		sessionlog_free(l);
		l = start(r, true);
		if (!sessionlog_load(l, buf_span(&saved)))
			abort();
	}
	sessionlog_end(l);
	sessionlog_free(l);
	buf_free(&saved);
}

static void
read_whole(struct records *r, struct span rest)
{
	struct sessionlog *l = start(r, false);

	while (rest.n)
		sessionlog_line(l, span_cut(&rest, '\n'));
	sessionlog_end(l);
	sessionlog_free(l);
}

static void
load(struct records *r, struct span octets)
{
	struct sessionlog *l = start(r, true);

	if (sessionlog_load(l, octets))
		sessionlog_end(l);
	sessionlog_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct records whole, pieces;
	struct span rest = {(const char *)data + 1, size > LOG_MAX_LEN ? LOG_MAX_LEN : size - 1};

	if (!size || memmem(data, size, " last message repeated ", 23))
		return 0;
	if (!data[0]) {
		load(&pieces, rest);
		forget(&pieces);
		return 0;
	}
	read_whole(&whole, rest);
	read_pieces(&pieces, rest, data[0]);
	if (whole.n != pieces.n)
		abort();
	for (size_t i = 0; i < whole.n && whole.n < RECORDS_MAX; i++) {
		struct record *p = find(&pieces, whole.v[i].id);

		if (p && span_eq(buf_span(&p->text), buf_span(&whole.v[i].text)))
			continue;
		fprintf(stderr, "at once: %sin pieces: %s", buf_str(&whole.v[i].text),
		    p ? buf_str(&p->text) : "none\n");
		abort();
	}
	forget(&whole);
	forget(&pieces);
	return 0;
}
