/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/log.h"

enum {
	SLICE = 16,           /* files read before the loop looks at everything else */
	BUSY_WAIT_US = 10000, /* until it is looked whether the DNS still is */
	PROGRESS_FROM = 20,   /* records; fewer are done before one could read it */
	PROGRESS_EVERY_US = 200000,
	/* Of the files; a flood of large ones waits. */
	IN_FLIGHT_OCTETS_MAX = 4 * ENRICH_RECORD_MAX,
};

struct job {
	struct enrich_jobs *all;
	struct enrich_folder *folder;
	char *name;
	struct stat st; /* the file's, as it was read */
	json_t *record;
	struct enrich_mail *mail;
	int64_t begun_us;
	TAILQ_ENTRY(job) entry;
};

struct enrich_jobs {
	struct enrich_jobs_params p;
	const struct enrich_jobs_events *events;
	void *arg;                                         /* of events */
	struct enrich_folder *folders[ENRICH_FOLDERS_MAX]; /* NULL: free */
	size_t turn;                                       /* whose it is */
	TAILQ_HEAD(job_list, job) jobs;
	size_t in_flight;
	int64_t octets, complete, partial;
	struct loop_timer *filler;
	bool stopped;
	int64_t shown_us; /* when the progress was last shown */
};

static int64_t
now_us(const struct enrich_jobs *j)
{
	return clock_since_us(loop_clock(j->p.sources->loop));
}

static void fill(void *arg);

struct enrich_jobs *
enrich_jobs_new(const struct enrich_jobs_params *p)
{
	struct enrich_jobs *j = must(calloc(1, sizeof *j));

	*j = (struct enrich_jobs){.p = *p};
	TAILQ_INIT(&j->jobs);
	j->filler = loop_timer_new(p->sources->loop, fill, j);
	return j;
}

void
enrich_jobs_tell(struct enrich_jobs *j, const struct enrich_jobs_events *events, void *arg)
{
	j->events = events;
	j->arg = arg;
}

static void
show(const struct enrich_jobs *j, const char *end)
{
	fprintf(stderr, "\r%lld records completed, %lld of them in part, %zu in flight%s",
	    (long long)(j->complete + j->partial), (long long)j->partial, j->in_flight, end);
}

static bool
shows_progress(const struct enrich_jobs *j)
{
	return j->p.progress && j->complete + j->partial >= PROGRESS_FROM;
}

static void
show_progress(struct enrich_jobs *j)
{
	if (!shows_progress(j) || now_us(j) - j->shown_us < PROGRESS_EVERY_US)
		return;
	j->shown_us = now_us(j);
	show(j, "");
}

void
enrich_jobs_show_end(const struct enrich_jobs *j)
{
	if (shows_progress(j))
		show(j, "\n");
}

static void
free_job(struct job *job)
{
	struct enrich_jobs *j = job->all;

	TAILQ_REMOVE(&j->jobs, job, entry);
	j->in_flight--;
	j->octets -= job->st.st_size;
	enrich_mail_free(job->mail);
	json_decref(job->record);
	enrich_folder_unref(job->folder);
	free(job->name);
	free(job);
}

void
enrich_jobs_stop(struct enrich_jobs *j)
{
	struct job *job;

	j->stopped = true;
	TAILQ_FOREACH(job, &j->jobs, entry)
	enrich_mail_stop(job->mail);
}

void
enrich_jobs_free(struct enrich_jobs *j)
{
	while (!TAILQ_EMPTY(&j->jobs))
		free_job(TAILQ_FIRST(&j->jobs));
	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++)
		enrich_folder_unref(j->folders[i]);
	loop_timer_free(j->filler);
	free(j);
}

void
enrich_jobs_add_folder(struct enrich_jobs *j, struct enrich_folder *folder)
{
	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++) {
		if (!j->folders[i]) {
			j->folders[i] = enrich_folder_ref(folder);
			return;
		}
	}
	abort();
}

void
enrich_jobs_remove_folder(struct enrich_jobs *j, struct enrich_folder *folder)
{
	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++) {
		if (j->folders[i] == folder) {
			j->folders[i] = NULL;
			enrich_folder_unref(folder);
		}
	}
}

size_t
enrich_jobs_in_flight(const struct enrich_jobs *j)
{
	return j->in_flight;
}

static void
job_done(void *arg)
{
	struct job *job = arg;
	struct enrich_jobs *j = job->all;
	const char *path = enrich_folder_path(job->folder);
	const char *state = json_string_value(json_object_get(job->record, "enrichment"));
	bool complete = !strcmp(state, "complete");

	if (!enrich_folder_store(job->folder, job->name, &job->st, job->record)) {
		log_error("%s/%s: not written: %s", path, job->name, strerror(errno));
		j->events->failed(j->arg, job->folder);
	} else {
		j->complete += complete;
		j->partial += !complete;
		log_debug("%s/%s: %s after %lld ms", path, job->name, state,
		    (long long)(now_us(j) - job->begun_us) / 1000);
	}
	free_job(job);
	show_progress(j);
	enrich_jobs_go_on(j);
}

static bool
is_in_flight(const struct enrich_jobs *j, const struct enrich_folder *folder, const char *name)
{
	const struct job *job;

	TAILQ_FOREACH(job, &j->jobs, entry)
	if (job->folder == folder && !strcmp(job->name, name))
		return true;
	return false;
}

static void
start(struct enrich_jobs *j, struct enrich_folder *folder, const char *name, const struct stat *st,
    json_t *record)
{
	struct job *job = must(calloc(1, sizeof *job));

	*job = (struct job){.all = j,
	    .folder = enrich_folder_ref(folder),
	    .name = must(strdup(name)),
	    .st = *st,
	    .record = record,
	    .begun_us = now_us(j)};
	TAILQ_INSERT_TAIL(&j->jobs, job, entry);
	j->in_flight++;
	j->octets += st->st_size;
	job->mail = enrich_mail_new(
	    j->p.sources, record, job->begun_us + j->p.deadline_s * 1000000, job_done, job);
}

enum enrich_take
enrich_jobs_take(struct enrich_jobs *j, struct enrich_folder *folder, const char *name)
{
	enum enrich_take taken = ENRICH_TAKE_DONE;
	struct stat st;
	json_t *record;

	/* A scan and an event may tell of the same file. */
	if (is_in_flight(j, folder, name))
		return taken;
	taken = enrich_folder_take(folder, name, &st, &record);
	if (taken == ENRICH_TAKE_PENDING)
		start(j, folder, name, &st, record);
	return taken;
}

/* The next name of any folder, all in turn. */
static const char *
next_name(struct enrich_jobs *j, struct enrich_folder **folder)
{
	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++) {
		const char *name;
		bool failed;

		*folder = j->folders[j->turn];
		j->turn = (j->turn + 1) % ENRICH_FOLDERS_MAX;
		if (!*folder)
			continue;
		name = enrich_folder_next(*folder, &failed);
		if (failed)
			j->events->failed(j->arg, *folder);
		if (name)
			return name;
	}
	return NULL;
}

static void
fill_in(struct enrich_jobs *j, int64_t after_us)
{
	if (!j->stopped)
		loop_timer_set(j->filler, now_us(j) + after_us);
}

void
enrich_jobs_go_on(struct enrich_jobs *j)
{
	fill_in(j, 0);
}

static bool
has_room(const struct enrich_jobs *j)
{
	return (int64_t)j->in_flight < j->p.parallel && j->octets < IN_FLIGHT_OCTETS_MAX;
}

/* Starts records until there is no room or none is left.  A job that ends makes it go on. */
static void
fill(void *arg)
{
	struct enrich_jobs *j = arg;

	for (int i = 0; i < SLICE; i++) {
		struct enrich_folder *folder;
		const char *name;

		if (j->stopped || !has_room(j))
			return;
		if (dns_is_busy(j->p.sources->dns)) {
			fill_in(j, BUSY_WAIT_US);
			return;
		}
		name = next_name(j, &folder);
		if (!name) {
			if (!j->in_flight)
				j->events->idle(j->arg);
			return;
		}
		if (enrich_jobs_take(j, folder, name) == ENRICH_TAKE_FAILED)
			j->events->failed(j->arg, folder);
	}
	fill_in(j, 0);
}
