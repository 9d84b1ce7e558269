/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole log: whatever it holds, each record is one line of valid JSON, ids are unique, and no
 * session is lost: there are as many records as sessions were opened. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "sessionparse/session_json.h"
#include "sessionparse/sessionlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOG_MAX_LEN = 1 << 20, IDS_MAX = 4096 };

struct records {
	struct buf json;
	char ids[IDS_MAX][SESSION_ID_LEN + 1];
	size_t n;
};

static void
check_id(struct records *r, const char *id)
{
	for (size_t i = 0; i < r->n && i < IDS_MAX; i++)
		if (!strcmp(r->ids[i], id))
			abort();
	if (r->n < IDS_MAX)
		memcpy(r->ids[r->n], id, sizeof r->ids[0]);
	r->n++;
}

static void
check_record(void *state, struct session *s)
{
	struct records *r = state;
	json_t *record;

	buf_clear(&r->json);
	session_json_put(&r->json, s);
	if (r->json.overflow || !utf8_valid(buf_span(&r->json)))
		abort();
	if (span_find(buf_span(&r->json), '\n') != r->json.n - 1)
		abort();
	record = json_loadb(r->json.p, r->json.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (!record)
		abort();
	if (json_array_size(json_object_get(record, "dialogue")) != s->dialogue_n)
		abort();
	json_decref(record);
	check_id(r, s->id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct records records;
	struct span rest = {(const char *)data, size < LOG_MAX_LEN ? size : LOG_MAX_LEN};
	struct sessionlog_params params = {
	    .zone = {.fixed = true},
	    .first_year = 2026,
	    .hold_us = 5000000,
	    .write = check_record,
	    .state = &records,
	    .keep_auth = size % 2,
	};
	struct sessionlog *l = sessionlog_new(&params);

	records.n = 0;
	buf_init(&records.json, 64 << 20);
	while (rest.n)
		sessionlog_line(l, span_cut(&rest, '\n'));
	sessionlog_end(l);
	if (sessionlog_counts(l)->sessions != records.n)
		abort();
	sessionlog_free(l);
	buf_free(&records.json);
	return 0;
}
