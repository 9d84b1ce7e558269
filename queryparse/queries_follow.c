/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/queries_follow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "io/dayfiles.h"
#include "io/firstyear.h"
#include "io/follow.h"
#include "io/follow_state.h"
#include "io/owner.h"
#include "io/user.h"
#include "queryparse/querylog.h"
#include "queryparse/recorder.h"

#define STATE_KIND "queries/2"

enum {
	COMMIT_OCTETS = 256 * 1024 * 1024, /* of the log between two states */
	STATE_MAX = 1000 * 1000 * 1000,    /* octets; what waits is bounded far below */
};

struct run {
	const struct queries_follow *follow;
	const struct queries_params *params;
	struct source_params source_params;
	struct follow *log;
	struct follow_state state;
	const struct subjects *subjects;

	/* Once something new was found: */
	bool is_open;
	int out_fd;
	struct dayfiles days;
	struct source_reader reader;
	struct recorder *recorder;
	struct joiner *joiner;
	struct buf line;
	bool failed; /* reported */
};

static void
warn_gap(const struct run *r)
{
	struct follow_gap gap = follow_gap(r->log);

	log_error("warning: %s: queries may be lost, %s (%" PRIu64 " octets at least); going on "
		  "%s%s",
	    r->follow->log, follow_gap_name(gap.kind), gap.octets, gap.name ? "with " : "behind it",
	    gap.name ? gap.name : "");
}

static int
report_log(const struct run *r, const char *name)
{
	log_error("%s%s%s%s: %s", r->follow->log, name ? " (" : "", name ? name : "",
	    name ? ")" : "", strerror(errno));
	return EX_TEMPFAIL;
}

static void
fail(struct run *r, const char *name)
{
	if (!r->failed)
		log_error("%s/%s: %s", r->follow->out_dir, name, strerror(errno));
	r->failed = true;
}

static void
write_query(void *state, const struct query *q)
{
	struct run *r = state;
	const char *name;

	if (r->failed)
		return;
	buf_clear(&r->line);
	recorder_put(r->recorder, q, &r->line);
	if (!dayfiles_add(&r->days, q->time_us, buf_span(&r->line), &name))
		fail(r, name);
}

/* What later records depend on: queries that wait, ids, and the year of stamps that lack it. */
static void
code_state(struct codec *c, struct run *r)
{
	struct logtime *t = &r->reader.time;

	joiner_code(c, r->joiner);
	recorder_code(c, r->recorder);
	code_int(c, &t->walk.year);
	code_int(c, &t->walk.month);
	code_int(c, &t->walk.day);
	code_i64(c, &t->last_us);
}

static bool
load(struct run *r)
{
	struct arena *a = arena_new();
	struct codec c = {.arena = a};
	struct buf payload;
	bool ok;

	buf_init(&payload, STATE_MAX);
	ok = follow_state_payload(&r->state, &payload);
	if (ok && r->state.generation) {
		c.in = cursor_on(buf_span(&payload));
		code_state(&c, r);
		ok = cur_done(&c.in);
		if (!ok)
			log_error("%s/state: holds no queries that this version can read; put a "
				  "saved one in its place, or remove it to begin again with the "
				  "log as it is",
			    r->follow->state_dir);
	}
	buf_free(&payload);
	arena_free(a);
	return ok;
}

static bool
open_out(struct run *r)
{
	const char *dir = r->follow->out_dir, *name;

	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		r->out_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->out_fd < 0) {
		log_error("%s: %s", dir, strerror(errno));
		return false;
	}
	if (!owner_claim(dir, r->out_fd, r->follow->state_dir))
		return false;
	if (dayfiles_begin(&r->days, r->out_fd, r->state.dir_fd, r->state.generation, &name))
		return true;
	fail(r, name);
	return false;
}

/* There is something new: brings back what the last run knew. */
static bool
resume(struct run *r)
{
	const struct joiner_params joiner = {.window_us = r->params->window_s * 1000000,
	    .held_max = QUERIES_HELD_MAX,
	    .write = write_query,
	    .state = r};
	struct follow_file file = follow_file(r->log);

	r->is_open = true;
	if (!r->source_params.year && !r->state.generation && file.name)
		r->source_params.year =
		    firstyear(file.fd, file.size, file.changed_us, querylog_stamp_of);
	source_reader_init(&r->reader, &r->source_params);
	r->recorder = recorder_new(r->subjects);
	r->joiner = joiner_new(&joiner);
	buf_init(&r->line, QUERIES_LINE_MAX);
	return open_out(r) && load(r);
}

static bool
commit(struct run *r)
{
	const char *name = ".";
	struct codec c = {.out = NULL};
	struct buf payload;
	bool ok;

	if (!r->failed && (!dayfiles_flush(&r->days, &name) || syncfs(r->out_fd)))
		fail(r, name);
	if (r->failed)
		return false;
	buf_init(&payload, STATE_MAX);
	c.out = &payload;
	code_state(&c, r);
	ok = !payload.overflow &&
	     follow_state_store(&r->state, follow_place(r->log), buf_span(&payload));
	buf_free(&payload);
	if (ok)
		dayfiles_committed(&r->days, r->state.generation);
	return ok;
}

/* Takes one line or frame, or what stands in its place; false: the run has failed. */
static bool
take(struct run *r, enum follow_st st, struct span unit, size_t *octets)
{
	struct query q;

	if (st == FOLLOW_GAP) {
		warn_gap(r);
		return true;
	}
	if (!r->is_open && !resume(r))
		return false;
	if (source_read_unit(&r->reader, unit, follow_is_frame(r->log), &q))
		joiner_add(r->joiner, &q);
	*octets += unit.n;
	if (*octets < COMMIT_OCTETS)
		return !r->failed;
	*octets = 0;
	return commit(r);
}

/* What has waited for so long is written, though nothing new came. */
static int
finish(struct run *r)
{
	int64_t until_us = r->source_params.now_us - r->params->window_s * 1000000;
	bool is_new = r->is_open || !follow_place_same(follow_place(r->log), &r->state.place);

	if (!is_new && !r->state.generation)
		return EX_OK;
	if (!r->is_open && !resume(r))
		return EX_TEMPFAIL;
	if (!is_new && !joiner_has_until(r->joiner, until_us))
		return EX_OK;
	joiner_release(r->joiner, until_us);
	return commit(r) ? EX_OK : EX_TEMPFAIL;
}

static int
read_units(struct run *r)
{
	size_t octets = 0;
	struct span unit;
	enum follow_st st;

	while ((st = follow_line(r->log, &unit)) == FOLLOW_LINE || st == FOLLOW_GAP)
		if (!take(r, st, unit, &octets))
			return EX_TEMPFAIL;
	if (st == FOLLOW_ERROR)
		return report_log(r, follow_file(r->log).name);
	return finish(r);
}

static int
read_log(struct run *r)
{
	follow_take_frames(r->log);
	switch (follow_start(r->log, &r->state.place, r->source_params.now_us / 1000000)) {
	case FOLLOW_LATER: return EX_OK;
	case FOLLOW_START_ERROR: return report_log(r, follow_file(r->log).name);
	case FOLLOW_LOST: warn_gap(r); break;
	case FOLLOW_FIRST:
	case FOLLOW_FOUND: break;
	}
	return read_units(r);
}

static int
run_as_user(struct run *r)
{
	int status;

	if (!user_become(r->follow->user))
		return EX_CONFIG;
	if (!follow_state_open(&r->state, r->follow->state_dir, STATE_KIND, r->follow->log))
		return EX_TEMPFAIL;
	status = read_log(r);
	if (r->is_open) {
		status =
		    queries_report(r->params, &r->reader.counts, joiner_counts(r->joiner), status);
		joiner_free(r->joiner);
		recorder_free(r->recorder);
		buf_free(&r->line);
	}
	if (r->out_fd >= 0) {
		dayfiles_end(&r->days);
		close(r->out_fd);
	}
	follow_state_close(&r->state);
	return status;
}

int
queries_follow_run(const struct queries_follow *follow, const struct queries_params *params)
{
	struct run r = {.follow = follow, .params = params, .out_fd = -1};
	struct subjects *subjects;
	struct arena *a = arena_new();
	struct zone zone;
	int status = queries_source(params, &zone, &r.source_params);

	if (status == EX_OK)
		status = queries_subjects(params, a, &subjects);
	if (status == EX_OK) {
		r.subjects = subjects;
		signal(SIGXFSZ, SIG_IGN); /* an error of the write, and reported as one */
		r.log = follow_open(follow->log);
		status = r.log ? run_as_user(&r) : report_log(&r, NULL);
	}
	follow_close(r.log);
	arena_free(a);
	return status;
}
