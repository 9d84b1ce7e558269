/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/session_codec.h"
#include "sessionparse/sessionlog_parts.h"

enum {
	IDLE_MAX = 4 * SESSIONS_OPEN_MAX, /* processes */
	AWAITING_MAX = 1 << 20,
};

static void
code_time(struct codec *c, struct sessionlog *l)
{
	code_int(c, &l->time.walk.year);
	code_int(c, &l->time.walk.month);
	code_int(c, &l->time.walk.day);
	code_i64(c, &l->time.last_us);
	code_i64(c, &l->now_us);
}

/* A process without its names, which are the session's where it serves one. */
static void
code_process(struct codec *c, struct process *p)
{
	code_i64(c, &p->pid);
	code_i64(c, &p->last_start_us);
	code_uint(c, &p->same_n);
}

static void
save_open(struct session_table *t, struct codec *c)
{
	code_count(c, &t->sessions_n, SIZE_MAX);
	for (struct session *s = t->oldest; s; s = s->newer) {
		code_process(c, session_table_process(t, s));
		session_code_write(c, s);
	}
}

static void
save_idle(struct session_table *t, struct codec *c)
{
	size_t n = t->processes_n - t->sessions_n, left;

	left = n = n < IDLE_MAX ? n : IDLE_MAX;
	code_count(c, &n, SIZE_MAX);
	for (size_t i = 0; i < t->slots_n; i++) {
		for (struct process *p = t->slots[i]; p && left; p = p->next) {
			if (p->session)
				continue;
			left--;
			code_process(c, p);
			code_span(c, &(struct span){p->names, p->host_n});
			code_span(c, &(struct span){p->names + p->host_n, p->tag_n});
			code_span(
			    c, &(struct span){p->names + p->host_n + p->tag_n, p->endpoint_n});
		}
	}
}

static void
save_awaiting(struct sessionlog *l, struct codec *c)
{
	size_t n = 0;

	for (const struct session *s = l->awaiting.oldest; s; s = s->newer)
		n++;
	code_count(c, &n, SIZE_MAX);
	for (struct session *s = l->awaiting.oldest; s; s = s->newer)
		session_code_write(c, s);
}

/* The line that "last message repeated" may be about, unless it holds what the state should not. */
static void
code_last(struct codec *c, struct sessionlog *l)
{
	bool keeps = c->out && l->last.valid && l->last.open;
	struct span text = keeps ? lastline_text(&l->last) : (struct span){NULL, 0};
	struct logline split;

	if (c->out) {
		code_span(c, &text);
		return;
	}
	c->arena = arena_new();
	code_span(c, &text);
	if (text.n && logline_split(&split, text, &l->unescaped))
		lastline_keep(&l->last, text, &split, true);
	arena_free(c->arena);
}

void
sessionlog_save(struct sessionlog *l, struct buf *out)
{
	struct codec c = {.out = out};

	code_time(&c, l);
	save_open(&l->table, &c);
	save_idle(&l->table, &c);
	save_open(&l->screened, &c);
	save_idle(&l->screened, &c);
	save_awaiting(l, &c);
	code_last(&c, l);
}

/* The mails that were in the table of queue ids go back there. */
static void
requeue(struct sessionlog *l, struct session *s)
{
	for (struct session_mail *m = s->mails; m; m = m->next) {
		bool in_queue = m->in_queue && m->queue_id.n;

		m->in_queue = false;
		if (in_queue && !queue_find(&l->queue, s->host, m->queue_id)) {
			queue_add(&l->queue, m);
			s->awaited += s->ended;
		}
	}
}

static void
load_open(struct sessionlog *l, struct session_table *t, struct codec *c)
{
	size_t n = 0;

	code_count(c, &n, SESSIONS_OPEN_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		struct process p = {0};
		struct session *s;

		code_process(c, &p);
		s = session_code_read(c);
		if (!s)
			return;
		if (!session_table_restore(t, &p, s->host, s->service, s->screen.endpoint, s)) {
			session_free(s);
			cur_fail(&c->in);
			return;
		}
		requeue(l, s);
	}
}

static void
load_idle(struct session_table *t, struct codec *c)
{
	size_t n = 0;

	code_count(c, &n, IDLE_MAX);
	c->arena = arena_new();
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		struct process p = {0};
		struct span host, tag, endpoint;

		code_process(c, &p);
		code_span(c, &host);
		code_span(c, &tag);
		code_span(c, &endpoint);
		if (!c->in.failed && !session_table_restore(t, &p, host, tag, endpoint, NULL))
			cur_fail(&c->in);
	}
	arena_free(c->arena);
}

static void
load_awaiting(struct sessionlog *l, struct codec *c)
{
	size_t n = 0;

	code_count(c, &n, AWAITING_MAX);
	for (size_t i = 0; i < n && !c->in.failed; i++) {
		struct session *s = session_code_read(c);

		if (!s)
			return;
		awaiting_add(&l->awaiting, s);
		requeue(l, s);
	}
}

bool
sessionlog_load(struct sessionlog *l, struct span octets)
{
	struct codec c = {.in = cursor_on(octets)};

	code_time(&c, l);
	load_open(l, &l->table, &c);
	load_idle(&l->table, &c);
	load_open(l, &l->screened, &c);
	load_idle(&l->screened, &c);
	load_awaiting(l, &c);
	code_last(&c, l);
	return cur_done(&c.in);
}
