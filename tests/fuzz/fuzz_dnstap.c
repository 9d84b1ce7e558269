/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes over a connection of Frame Streams: the protocol, and each frame that it gives; and
 * what a query becomes as a record and in the state of a run. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "queryparse/dnstap.h"
#include "queryparse/query_json.h"
#include "queryparse/tapconn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 20 };

static void
check_record(const struct query *q)
{
	static const struct subject nothing;
	struct query back;
	struct buf out;

	buf_init(&out, ROOM);
	query_json_put(&out, q, &nothing, "00000000000000000000000000000000", NULL);
	if (out.overflow || !utf8_valid(buf_span(&out)) ||
	    (query_json_read(buf_span(&out), &back) == QUERY_READ_OK) != (q->kind != QUERY_GAP))
		abort();
	buf_free(&out);
}

static void
check_state(const struct query *q)
{
	struct arena *a = arena_new();
	struct codec write = {.out = NULL}, read = {.arena = a};
	struct query copy = *q, back;
	struct buf first, again;

	buf_init(&first, ROOM);
	buf_init(&again, ROOM);
	write.out = &first;
	query_code(&write, &copy);
	read.in = cursor_on(buf_span(&first));
	query_init(&back, SOURCE_DNSTAP);
	query_code(&read, &back);
	write.out = &again;
	query_code(&write, &back);
	if (!cur_done(&read.in) || !span_eq(buf_span(&first), buf_span(&again)))
		abort();
	buf_free(&first);
	buf_free(&again);
	arena_free(a);
}

static void
take_frame(void *state, struct span frame)
{
	struct query q;

	(void)state;
	(void)dnstap_identity(frame);
	if (dnstap_read(frame, &q) != DNSTAP_QUERY)
		return;
	if (q.time_us < 0)
		abort();
	check_record(&q);
	check_state(&q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tapconn c;
	struct buf reply;
	size_t half = size / 2;

	take_frame(NULL, (struct span){(const char *)data, size});
	buf_init(&reply, 4096);
	tapconn_init(&c, take_frame, NULL);
	tapconn_take(&c, (struct span){(const char *)data, half}, &reply);
	tapconn_take(&c, (struct span){(const char *)data + half, size - half}, &reply);
	tapconn_free(&c);
	buf_free(&reply);
	return 0;
}
