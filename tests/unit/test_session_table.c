/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables that hold sessions and their mails: session_table, queue, outbox. */
#include "tests/tap.h"

#include <stdlib.h>

#include "sessionparse/outbox.h"
#include "sessionparse/queue.h"
#include "sessionparse/session_table.h"

#define HOST SPAN_LIT("mx1")
#define TAG SPAN_LIT("postfix/smtpd")

static void
end(struct session_table *t, struct session *s)
{
	session_table_close(t, s);
	session_free(s);
}

static void
test_open_close(void)
{
	struct session_table t;
	struct session *a, *b;

	session_table_init(&t);
	OK(!session_table_find(&t, HOST, TAG, 7, NO_ENDPOINT), "nothing there");
	a = session_table_open(&t, HOST, TAG, 7, NO_ENDPOINT, 100);
	b = session_table_open(&t, SPAN_LIT("mx2"), TAG, 7, NO_ENDPOINT, 100);
	OK(session_table_find(&t, HOST, TAG, 7, NO_ENDPOINT) == a, "found by host, tag and pid");
	OK(session_table_find(&t, SPAN_LIT("mx2"), TAG, 7, NO_ENDPOINT) == b,
	    "another host's is another");
	OK(!session_table_find(&t, HOST, SPAN_LIT("postfix/submission/smtpd"), 7, NO_ENDPOINT),
	    "so is another tag's");
	OK(!session_table_find(&t, HOST, TAG, 8, NO_ENDPOINT), "and another pid's");
	OK(session_table_find_pid(&t, HOST, 7) == a && !session_table_find_pid(&t, HOST, 8),
	    "found by pid");
	OK(strcmp(a->id, b->id) != 0, "their ids differ");
	OK(t.oldest == a && t.newest == b, "the order of their lines");
	session_table_touch(&t, a, 200);
	OK(t.oldest == b && t.newest == a && a->t_last == 200, "a line makes one the newest");
	end(&t, a);
	OK(!session_table_find(&t, HOST, TAG, 7, NO_ENDPOINT) && t.oldest == b && t.newest == b,
	    "closed is gone");
	session_table_free(&t);
}

/* postscreen's: one process serves many clients, whose endpoints tell them apart. */
static void
test_endpoints(void)
{
	static const struct span one = {"[192.0.2.1]:1000", 16}, two = {"[192.0.2.1]:1001", 16};
	struct session_table t;
	struct session *a, *b, *c;

	session_table_init(&t);
	a = session_table_open(&t, HOST, TAG, 7, one, 100);
	b = session_table_open(&t, HOST, TAG, 7, two, 100);
	c = session_table_open(&t, SPAN_LIT("mx2"), TAG, 8, one, 100);
	OK(session_table_find(&t, HOST, TAG, 7, one) == a &&
		session_table_find(&t, HOST, TAG, 7, two) == b,
	    "two clients of one process");
	OK(!session_table_find(&t, HOST, TAG, 8, one) &&
		!session_table_find(&t, HOST, TAG, 7, NO_ENDPOINT) &&
		!session_table_find_pid(&t, HOST, 7),
	    "not of another process, and not without the endpoint");
	OK(session_table_find_endpoint(&t, HOST, one) == a &&
		session_table_find_endpoint(&t, SPAN_LIT("mx2"), one) == c &&
		!session_table_find_endpoint(&t, SPAN_LIT("mx2"), two),
	    "found by host and endpoint");
	SAME_SPAN(a->screen.endpoint, one, "a session knows its endpoint");
	OK(strcmp(a->id, b->id) != 0, "their ids differ");
	end(&t, a);
	OK(!session_table_find_endpoint(&t, HOST, one) &&
		session_table_find_endpoint(&t, HOST, two) == b,
	    "closed is gone");
	a = session_table_open(&t, HOST, TAG, 7, one, 100);
	OK(session_table_process(&t, a)->same_n == 1,
	    "the second one of an endpoint in one second");
	session_table_free(&t);
}

static void
test_ids(void)
{
	struct session_table t;
	struct session *s;
	char ids[5][SESSION_ID_LEN + 1];
	int64_t starts[5] = {100, 100, 200, 150, 200};
	bool differ = true;

	session_table_init(&t);
	for (int i = 0; i < 5; i++) {
		s = session_table_open(&t, HOST, TAG, 7, NO_ENDPOINT, starts[i]);
		memcpy(ids[i], s->id, sizeof ids[i]);
		end(&t, s);
		for (int j = 0; j < i; j++)
			differ = differ && strcmp(ids[i], ids[j]) != 0;
	}
	OK(differ, "sessions of one second, and of a clock set back, have ids of their own");
	session_table_free(&t);
	session_table_init(&t);
	s = session_table_open(&t, HOST, TAG, 7, NO_ENDPOINT, 100);
	SAME_STR(s->id, ids[0], "the same session has the same id in another run");
	session_table_free(&t);
}

static void
test_many(void)
{
	struct session_table t;
	size_t most = 0, found = 0;

	session_table_init(&t);
	for (int64_t i = 0; i < 200000; i++) {
		end(&t, session_table_open(&t, HOST, TAG, i, NO_ENDPOINT, i * 1000));
		most = t.processes_n > most ? t.processes_n : most;
	}
	OK(most < 20000, "processes of long ago are forgotten");
	session_table_free(&t);
	session_table_init(&t);
	for (int64_t i = 0; i < 20000; i++)
		end(&t, session_table_open(&t, HOST, TAG, i, NO_ENDPOINT, 1000));
	OK(t.slots_n >= t.processes_n, "there is room for as many as one second brings");
	for (int64_t i = 0; i < 20000; i++)
		session_table_open(&t, HOST, TAG, i, NO_ENDPOINT, INT64_C(1000000000));
	for (int64_t i = 0; i < 20000; i++)
		found += session_table_find(&t, HOST, TAG, i, NO_ENDPOINT) != NULL;
	SAME_INT(found, 20000, "open sessions are not");
	session_table_free(&t);
}

static struct session_mail *
mail_with(struct session *s, const char *queue_id)
{
	struct session_mail *m = session_add_mail(s);

	m->queue_id = arena_span(s->arena, span_str(queue_id));
	return m;
}

static void
test_queue(void)
{
	struct session *s = session_new(HOST, TAG, 7),
		       *other = session_new(SPAN_LIT("mx2"), TAG, 7);
	struct session_mail *a = mail_with(s, "1A2B3"), *b = mail_with(s, "1A2B3"),
			    *c = mail_with(other, "1A2B3");
	struct queue q;
	size_t found = 0;

	queue_init(&q);
	OK(!queue_find(&q, HOST, SPAN_LIT("1A2B3")), "nothing there");
	OK(!queue_add(&q, a) && !queue_add(&q, c), "added");
	OK(queue_find(&q, HOST, SPAN_LIT("1A2B3")) == a, "found");
	OK(queue_find(&q, SPAN_LIT("mx2"), SPAN_LIT("1A2B3")) == c, "another host's");
	OK(queue_add(&q, b) == a && !a->in_queue, "the id given to another mail");
	OK(queue_find(&q, HOST, SPAN_LIT("1A2B3")) == b, "is that one's");
	queue_remove(&q, a);
	queue_remove(&q, b);
	queue_remove(&q, b);
	OK(!queue_find(&q, HOST, SPAN_LIT("1A2B3")) && q.mails_n == 1, "removed");
	for (int i = 0; i < SESSION_MAILS_MAX - 1; i++)
		queue_add(&q, mail_with(other, arena_printf(other->arena, "%06X", i)));
	for (int i = 0; i < SESSION_MAILS_MAX - 1; i++)
		found += queue_find(&q, SPAN_LIT("mx2"),
			     span_str(arena_printf(s->arena, "%06X", i))) != NULL;
	SAME_INT(found, SESSION_MAILS_MAX - 1, "many are found after growing");
	OK(!session_add_mail(other) && other->limits == LIMIT_MAILS,
	    "a session has so many mails and no more");
	queue_free(&q);
	session_free(s);
	session_free(other);
}

static char written[20];

static void
write_pid(void *state, struct session *s)
{
	size_t n = strlen(written);

	(void)state;
	written[n] = (char)('0' + s->pid);
	written[n + 1] = '\0';
	session_free(s);
}

static struct session *
waiting(struct outbox *o, int64_t pid, int64_t t_last, size_t awaited)
{
	struct session *s = session_new(HOST, TAG, pid);

	s->t_last = t_last;
	s->awaited = awaited;
	outbox_add(o, s);
	return s;
}

static void
test_outbox(void)
{
	struct outbox o = {.hold_us = 100, .octets_max = 1 << 20, .write = write_pid};
	struct session *one, *three;

	waiting(&o, 0, 1000, 0);
	one = waiting(&o, 1, 1000, 1);
	waiting(&o, 2, 1001, 0);
	three = waiting(&o, 3, 1002, 2);
	outbox_advance(&o, 1010);
	SAME_STR(written, "0", "written up to the first that waits");
	three->awaited = 0;
	outbox_advance(&o, 1010);
	SAME_STR(written, "0", "those behind it wait too");
	one->awaited = 0;
	outbox_advance(&o, 1010);
	SAME_STR(written, "0123", "then all, in their order");
	SAME_INT(o.octets, 0, "nothing is held");

	waiting(&o, 4, 2000, 1);
	outbox_advance(&o, 2100);
	SAME_STR(written, "0123", "waits for so long");
	outbox_advance(&o, 2101);
	SAME_STR(written, "01234", "and no longer");
	o.octets_max = 0;
	waiting(&o, 5, 3000, 1);
	outbox_advance(&o, 3000);
	SAME_STR(written, "012345", "nor when too much waits");
	o.octets_max = 1 << 20;
	waiting(&o, 6, 3000, 1);
	waiting(&o, 7, 3000, 1);
	outbox_flush(&o);
	SAME_STR(written, "01234567", "nor at the end");
}

int
main(void)
{
	test_open_close();
	test_endpoints();
	test_ids();
	test_many();
	test_queue();
	test_outbox();
	return tap_end();
}
