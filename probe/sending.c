/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/sending.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/message.h"
#include "probe/probe_name.h"

enum { MESSAGE_MAX = 64 * 1024, LOCK_DIGITS = 15 };

/* A probe, and what this run knows of it. */
struct turn {
	const struct ledger_probe *probe;
	enum probe_state state;
	int64_t tried_n;  /* refusals for now, this run's and earlier ones */
	int64_t failed_n; /* in this run, without an answer to the mail */
	int64_t due_us;   /* not before; 0: not tried yet */
	bool given_up;    /* by this run */
};

struct run {
	struct sending *s;
	struct turn *turns;
	size_t n;
	int64_t not_before_us;
	int64_t failed_n; /* times in a row that the server could not be spoken to */
};

/* For the point of no return of one mail. */
struct commit {
	struct run *run;
	const char *token, *subject;
	enum ledger_st st;
};

static bool
is_temporary(const struct ledger_submission *sub)
{
	return sub->outcome == SUBMISSION_REFUSED && sub->code < 500;
}

enum probe_state
probe_state_of(const struct ledger_probe *p, int64_t attempts)
{
	int64_t tried_n = 0;

	for (size_t i = 0; i < p->submissions_n; i++) {
		const struct ledger_submission *sub = &p->submissions[i];

		if (sub->outcome == SUBMISSION_ACCEPTED)
			return PROBE_ACCEPTED;
		if (sub->outcome == SUBMISSION_REFUSED &&
		    (!is_temporary(sub) || ++tried_n >= attempts))
			return PROBE_REFUSED;
	}
	return p->intent_us ? PROBE_UNCERTAIN : PROBE_OPEN;
}

static int64_t
now_us(const struct run *r)
{
	return clock_wall_us(r->s->clock);
}

static void
pause_after(struct run *r, int64_t time_us)
{
	const struct sending *s = r->s;
	int64_t range = s->interval_max_us - s->interval_min_us;

	r->not_before_us = time_us + s->interval_min_us +
			   (range > 0 ? (int64_t)rng_below(s->rng, (uint64_t)range + 1) : 0);
}

/* What earlier runs did. */
static void
take_history(struct run *r)
{
	int64_t last_us = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct turn *t = &r->turns[i];
		const struct ledger_probe *p = t->probe = &r->s->set->probes[i];

		t->state = probe_state_of(p, r->s->attempts);
		if (p->intent_us > last_us)
			last_us = p->intent_us;
		for (size_t k = 0; k < p->submissions_n; k++) {
			const struct ledger_submission *sub = &p->submissions[k];

			if (sub->time_us > last_us)
				last_us = sub->time_us;
			if (is_temporary(sub)) {
				t->tried_n++;
				t->due_us = sub->time_us + r->s->retry_after_us;
			}
		}
	}
	/* A clock that was set back must not make it wait for ever. */
	if (last_us && last_us <= now_us(r))
		pause_after(r, last_us);
}

static bool
is_open(const struct turn *t)
{
	return t->state == PROBE_OPEN && !t->given_up;
}

/* The next one: the first alone until it has come to an end, what is due again, what was not tried
 * yet, what is due first; the last one when nothing else is left.  NULL: all have come to an end.
 */
static struct turn *
next_turn(const struct run *r)
{
	struct turn *best = NULL;

	if (is_open(&r->turns[0]))
		return &r->turns[0];
	for (size_t i = 1; i + 1 < r->n; i++) {
		struct turn *t = &r->turns[i];
		bool due = t->due_us && t->due_us <= now_us(r);

		if (!is_open(t))
			continue;
		if (due)
			return t;
		if (!best || t->due_us < best->due_us)
			best = t;
	}
	if (!best && is_open(&r->turns[r->n - 1]))
		best = &r->turns[r->n - 1];
	return best;
}

static void
wait_until(const struct run *r, int64_t time_us)
{
	int64_t wait_us = time_us - now_us(r);

	if (wait_us <= 0)
		return;
	log_info("next mail in %" PRId64 " s", (wait_us + 999999) / 1000000);
	r->s->wait(r->s->wait_state, wait_us);
}

static bool
on_commit(void *state)
{
	struct commit *c = state;
	struct ledger *l = c->run->s->ledger;

	c->st = ledger_add_intent(l, c->token, now_us(c->run), c->subject);
	return c->st == LEDGER_OK;
}

static enum sending_end
ledger_trouble(const struct run *r, enum ledger_st st)
{
	const char *message = ledger_message(r->s->ledger);

	if (st != LEDGER_REFUSED) {
		log_error("%s", message);
		return SENDING_FAILED;
	}
	log_error(
	    "%s; no further mail is sent. Start emt-probe forget once more, without operands, "
	    "when those that were sent have come",
	    message);
	return SENDING_GONE;
}

static void
tell(const struct run *r, const struct turn *t, const struct submit_outcome *o)
{
	static const char *const ends[] = {
	    [SUBMIT_ACCEPTED] = "accepted",
	    [SUBMIT_REFUSED] = "refused",
	    [SUBMIT_FAILED] = "not sent",
	    [SUBMIT_UNCERTAIN] = "handed over, and no answer came: it may have been accepted",
	};
	char code[20] = "";

	if (o->code)
		snprintf(code, sizeof code, "%d ", o->code);
	log_info("%" PRId64 "/%zu %s: %s%s%s (%s%s%s%s)", t->probe->position, r->n,
	    t->probe->testcase, ends[o->end], o->step ? " at " : "", o->step ? o->step : "", code,
	    o->enhanced ? o->enhanced : "", o->enhanced ? " " : "", o->text ? o->text : "");
}

static const enum ledger_outcome outcomes[] = {
    [SUBMIT_ACCEPTED] = SUBMISSION_ACCEPTED,
    [SUBMIT_REFUSED] = SUBMISSION_REFUSED,
    [SUBMIT_FAILED] = SUBMISSION_FAILED,
};

/* Writes the outcome down; the time is that of the attempt's end. */
static enum ledger_st
keep(const struct run *r, const struct turn *t, const char *subject, const struct submit_outcome *o)
{
	struct ledger_submission sub = {.time_us = now_us(r),
	    .step = o->step,
	    .code = o->code,
	    .enhanced = o->enhanced,
	    .text = o->text,
	    .subject_id = subject};

	if (o->end == SUBMIT_UNCERTAIN)
		return LEDGER_OK; /* the intent says it */
	sub.outcome = outcomes[o->end];
	return ledger_add_submission(r->s->ledger, t->probe->token, &sub);
}

/* No answer to the mail: SENDING_DONE to try it again. */
static enum sending_end
follow_failure(struct run *r, struct turn *t, const struct submit_outcome *o)
{
	bool of_server = strcmp(o->step, "connect") == 0 || strcmp(o->step, "tls") == 0 ||
			 strcmp(o->step, "auth") == 0;

	if (o->for_good) {
		log_error("%s%severy further mail would meet the same; mend it, and start this "
			  "again: what was accepted is not sent twice",
		    o->mend ? o->mend : "", o->mend ? "; " : "");
		return SENDING_REFUSED;
	}
	if (!of_server) {
		/* Something about this mail ends the connection; the others go on. */
		t->due_us = now_us(r) + r->s->retry_after_us;
		t->given_up = ++t->failed_n >= r->s->attempts;
		return SENDING_DONE;
	}
	r->not_before_us = now_us(r) + r->s->retry_after_us;
	if (++r->failed_n < r->s->attempts)
		return SENDING_DONE;
	log_error("the server was tried %" PRId64 " times; start this again later: what was "
		  "accepted is not sent twice",
	    r->failed_n);
	return SENDING_STOPPED;
}

/* What follows from an outcome: SENDING_DONE to go on. */
static enum sending_end
follow(struct run *r, struct turn *t, const struct submit_outcome *o)
{
	pause_after(r, now_us(r));
	if (o->end == SUBMIT_FAILED)
		return follow_failure(r, t, o);
	r->failed_n = 0;
	switch (o->end) {
	case SUBMIT_ACCEPTED: t->state = PROBE_ACCEPTED; return SENDING_DONE;
	case SUBMIT_UNCERTAIN: t->state = PROBE_UNCERTAIN; return SENDING_DONE;
	case SUBMIT_REFUSED:
		t->due_us = now_us(r) + r->s->retry_after_us;
		if (o->for_good || ++t->tried_n >= r->s->attempts)
			t->state = PROBE_REFUSED;
		return SENDING_DONE;
	case SUBMIT_FAILED: break;
	}
	abort();
}

static enum sending_end
send_one(struct run *r, struct turn *t)
{
	struct sending *s = r->s;
	struct arena *a = arena_new();
	int64_t time_us = now_us(r);
	struct message m = {.from = s->from,
	    .to = probe_address(a, t->probe, s->domain),
	    .subject = probe_subject(a, time_us, s->set, t->probe->number),
	    .contact = s->contact,
	    .domain = s->domain,
	    .time_us = time_us,
	    .attempt = (unsigned)(t->tried_n + t->failed_n + r->failed_n) + 1};
	struct commit commit = {.run = r, .token = t->probe->token, .subject = m.subject};
	struct submit_mail mail = {
	    .from = s->from, .to = m.to, .commit = on_commit, .state = &commit};
	struct submit_outcome o;
	enum sending_end end;
	enum ledger_st st;
	struct buf text;

	buf_init(&text, MESSAGE_MAX);
	message_put(&text, &m);
	mail.text = buf_span(&text);
	s->submit(s->submit_state, a, &mail, &o);
	buf_free(&text);
	st = commit.st == LEDGER_OK ? keep(r, t, m.subject, &o) : commit.st;
	if (st != LEDGER_OK) {
		end = ledger_trouble(r, st);
	} else {
		tell(r, t, &o);
		end = follow(r, t, &o);
	}
	arena_free(a);
	return end;
}

/* Those that a run before this one left without an answer. */
static enum sending_end
take_uncertain(struct run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct turn *t = &r->turns[i];

		if (t->state != PROBE_UNCERTAIN)
			continue;
		if (!r->s->resend_uncertain) {
			log_error("warning: %" PRId64 "/%zu %s was handed over by a run that ended "
				  "before the answer; it may have been accepted, and is not sent "
				  "again (--resend-uncertain does)",
			    t->probe->position, r->n, t->probe->testcase);
			continue;
		}
		if (ledger_drop_intent(r->s->ledger, t->probe->token) != LEDGER_OK)
			return ledger_trouble(r, LEDGER_FAILED);
		t->state = PROBE_OPEN;
	}
	return SENDING_DONE;
}

static void
count(struct run *r)
{
	size_t *const of_state[] = {[PROBE_OPEN] = &r->s->open_n,
	    [PROBE_ACCEPTED] = &r->s->accepted_n,
	    [PROBE_REFUSED] = &r->s->refused_n,
	    [PROBE_UNCERTAIN] = &r->s->uncertain_n};

	for (size_t i = 0; i < r->n; i++)
		++*of_state[r->turns[i].state];
}

enum sending_end
sending_run(struct sending *s)
{
	struct run r = {.s = s, .n = s->set->probes_n};
	enum sending_end end;
	struct turn *t;

	r.turns = must(calloc(r.n + 1, sizeof *r.turns));
	take_history(&r);
	end = take_uncertain(&r);
	while (end == SENDING_DONE && r.n && (t = next_turn(&r)) != NULL) {
		wait_until(&r, t->due_us > r.not_before_us ? t->due_us : r.not_before_us);
		end = send_one(&r, t);
	}
	count(&r);
	free(r.turns);
	if (end == SENDING_DONE && s->open_n) {
		log_error("%zu mails were tried %" PRId64 " times without an answer; start this "
			  "again later: what was accepted is not sent twice",
		    s->open_n, s->attempts);
		end = SENDING_STOPPED;
	}
	return end;
}

/* One octet of a file beside the ledger stands for a set: sets of one ledger may be sent at once.
 */
int
sending_lock(struct arena *a, const char *ledger_path, const struct ledger_set *set)
{
	const char *path = arena_printf(a, "%s.lock", ledger_path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};

	for (size_t i = 0; i < LOCK_DIGITS; i++) {
		char c = set->id[i];

		lock.l_start = lock.l_start * 16 + (is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return fd;
	if (fd >= 0 && (errno == EAGAIN || errno == EACCES))
		log_error("another emt-probe is sending this set");
	else
		log_error("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
