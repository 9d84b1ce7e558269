/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/sessions_follow.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/log.h"
#include "io/follow.h"
#include "io/follow_state.h"
#include "io/user.h"
#include "sessionparse/logyear.h"
#include "sessionparse/session_files.h"
#include "sessionparse/sessionlog.h"

#define STATE_KIND "sessions/1"

enum {
	COMMIT_OCTETS = 256 * 1024 * 1024, /* of log lines between two states */
	STATE_MAX = 2000 * 1000 * 1000,    /* octets; what it holds is bounded far below */
};

struct run {
	const struct sessions_follow *follow;
	const struct sessions_params *params;
	struct sessionlog_params core;
	struct follow *log;
	struct follow_state state;
	struct sessionlog *sessions; /* NULL: nothing new was found yet */
	struct session_files files;
};

static void
warn_gap(const struct run *r)
{
	struct follow_gap gap = follow_gap(r->log);

	if (gap.octets)
		log_error("warning: %s: lines are lost, %s: %" PRIu64
			  " octets at least; going on %s%s",
		    r->follow->log, follow_gap_name(gap.kind), gap.octets,
		    gap.name ? "with " : "behind it", gap.name ? gap.name : "");
	else
		log_error("warning: %s: lines may be lost, %s; going on %s%s", r->follow->log,
		    follow_gap_name(gap.kind), gap.name ? "with " : "behind it",
		    gap.name ? gap.name : "");
}

static int
report_log(const struct run *r, const char *name)
{
	const char *folder_end = strrchr(r->follow->log, '/');

	if (errno == ELOOP)
		log_error("%s: is a symbolic link, whose rotated parts are elsewhere; name the log "
			  "itself",
		    r->follow->log);
	else if (name && folder_end)
		log_error("%.*s/%s: %s", (int)(folder_end - r->follow->log), r->follow->log, name,
		    strerror(errno));
	else
		log_error("%s: %s", name ? name : r->follow->log, strerror(errno));
	return EX_TEMPFAIL;
}

static int
first_year(const struct run *r)
{
	struct follow_file file = follow_file(r->log);

	if (r->params->year)
		return (int)r->params->year;
	return logyear_first(file.fd, file.size, file.changed_us);
}

/* There is something new: brings back what the last run knew. */
static bool
resume(struct run *r)
{
	bool known = r->state.generation > 0, ok;
	struct buf payload;

	if (!session_files_open(&r->files, r->follow->out_dir, r->follow->state_dir,
		r->state.dir_fd, r->state.generation, &clock_system))
		return false;
	r->core.first_year = known ? 0 : first_year(r);
	r->core.state = &r->files;
	r->sessions = sessionlog_new(&r->core);
	buf_init(&payload, STATE_MAX);
	ok = follow_state_payload(&r->state, &payload);
	if (ok && known && !sessionlog_load(r->sessions, buf_span(&payload))) {
		log_error("%s/state: holds no sessions that this version can read; put a saved one "
			  "in its place, or remove it to begin again with the log as it is",
		    r->follow->state_dir);
		ok = false;
	}
	buf_free(&payload);
	return ok;
}

static bool
commit(struct run *r)
{
	struct buf payload;
	bool ok;

	sessionlog_commit(r->sessions);
	if (!session_files_sync(&r->files))
		return false;
	buf_init(&payload, STATE_MAX);
	sessionlog_save(r->sessions, &payload);
	ok = !payload.overflow;
	if (!ok)
		log_error(
		    "%s/state: would be over 2 GB; take a smaller --hold", r->follow->state_dir);
	ok = ok && follow_state_store(&r->state, follow_place(r->log), buf_span(&payload));
	buf_free(&payload);
	if (ok)
		session_files_committed(&r->files, r->state.generation);
	return ok;
}

/* Takes one line, or what stands in its place; false: the run has failed. */
static bool
take(struct run *r, enum follow_st st, struct span line, size_t *octets)
{
	if (st == FOLLOW_GAP) {
		warn_gap(r);
		return true;
	}
	if (!r->sessions && !resume(r))
		return false;
	sessionlog_line(r->sessions, line);
	*octets += line.n;
	if (*octets < COMMIT_OCTETS)
		return !r->files.failed;
	*octets = 0;
	return commit(r);
}

static int
read_lines(struct run *r)
{
	size_t octets = 0;
	struct span line;
	enum follow_st st;

	while ((st = follow_line(r->log, &line)) == FOLLOW_LINE || st == FOLLOW_GAP)
		if (!take(r, st, line, &octets))
			return EX_TEMPFAIL;
	if (st == FOLLOW_ERROR)
		return report_log(r, follow_file(r->log).name);
	if (!r->sessions && follow_place_same(follow_place(r->log), &r->state.place))
		return EX_OK; /* nothing new */
	if (!r->sessions && !resume(r))
		return EX_TEMPFAIL;
	return commit(r) ? EX_OK : EX_TEMPFAIL;
}

static int
read_log(struct run *r)
{
	switch (follow_start(r->log, &r->state.place, clock_wall_us(&clock_system) / 1000000)) {
	case FOLLOW_LATER: return EX_OK;
	case FOLLOW_START_ERROR: return report_log(r, follow_file(r->log).name);
	case FOLLOW_LOST: warn_gap(r); break;
	case FOLLOW_FIRST:
	case FOLLOW_FOUND: break;
	}
	return read_lines(r);
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
	if (r->sessions) {
		sessions_report(r->params, sessionlog_counts(r->sessions));
		if (r->files.known_n)
			log_error("warning: %" PRIu64 " sessions were recorded before by a state "
				  "that is lost; they were left as they are",
			    r->files.known_n);
		sessionlog_free(r->sessions);
	}
	if (r->files.dir)
		session_files_close(&r->files);
	follow_state_close(&r->state);
	return status;
}

int
sessions_follow_run(const struct sessions_follow *follow, const struct sessions_params *params)
{
	struct run r = {.follow = follow, .params = params};
	int status = sessions_core(params, &r.core);

	if (status != EX_OK)
		return status;
	r.core.keep_raw = true;
	r.core.write = session_files_write;
	r.core.late = session_files_late;
	r.core.change = session_files_change;
	signal(SIGXFSZ, SIG_IGN); /* an error of the write, and reported as one */
	r.log = follow_open(follow->log);
	if (!r.log)
		return report_log(&r, NULL);
	status = run_as_user(&r);
	follow_close(r.log);
	return status;
}
