/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich.h"

#include <errno.h>
#include <libgen.h>
#include <sysexits.h>

#include "base/log.h"
#include "delivery/enrich_daemon.h"
#include "delivery/enrich_jobs.h"

struct run {
	const struct enrich_params *p;
	struct arena *arena;
	struct enrich_state *state;
	struct enrich_sources sources;
	struct enrich_jobs *jobs;
	const char *paths[ENRICH_FOLDERS_MAX];
	bool failed;
};

/* Opens what there is of the folders; an exit code if that is nothing, else 0. */
static int
open_folders(struct run *run)
{
	const char *const *paths = run->paths;
	size_t missing = 0;

	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++) {
		struct enrich_folder *folder = enrich_folder_open(paths[i]);

		if (folder) {
			enrich_folder_scan(folder);
			enrich_jobs_add_folder(run->jobs, folder);
			enrich_folder_unref(folder);
		} else if (errno == ENOENT) {
			missing++; /* a site need not have every flavour */
		} else if (errno == EWOULDBLOCK) {
			log_debug("%s: another emt-enrich is at work there", paths[i]);
		} else {
			log_error("%s: cannot be opened: %s", paths[i], strerror(errno));
			run->failed = true;
		}
	}
	if (missing < ENRICH_FOLDERS_MAX)
		return EX_OK;
	log_error("none of %s, %s and %s exists; set base_dir to the folder of the data", paths[0],
	    paths[1], paths[2]);
	return EX_CONFIG;
}

static int
take_file(struct run *run, struct enrich_folder *folder, const char *name)
{
	switch (enrich_jobs_take(run->jobs, folder, name)) {
	case ENRICH_TAKE_PENDING: return EX_OK;
	case ENRICH_TAKE_DONE: log_info("%s: is completed already", run->p->file); return EX_OK;
	case ENRICH_TAKE_FOREIGN: return EX_DATAERR;
	case ENRICH_TAKE_GONE: log_error("%s: %s", run->p->file, strerror(ENOENT)); break;
	case ENRICH_TAKE_FAILED: break;
	}
	return EX_TEMPFAIL;
}

static int
open_file(struct run *run)
{
	struct span path = span_str(run->p->file);
	const char *folder_path = dirname(arena_dup(run->arena, path));
	struct enrich_folder *folder = enrich_folder_open(folder_path);
	int code;

	if (!folder) {
		log_error("%s: %s", folder_path,
		    errno == EWOULDBLOCK ? "another emt-enrich is at work there" : strerror(errno));
		return EX_TEMPFAIL;
	}
	code = take_file(run, folder, basename(arena_dup(run->arena, path)));
	enrich_folder_unref(folder); /* the job holds it now, if there is one */
	return code;
}

static void
idle(void *arg)
{
	struct run *run = arg;

	loop_stop(run->p->loop);
}

static void
failed(void *arg, struct enrich_folder *folder)
{
	struct run *run = arg;

	(void)folder;
	run->failed = true;
}

/* Until all that is pending is done. */
static int
run_once(struct run *run)
{
	static const struct enrich_jobs_events events = {idle, failed};
	int code;

	enrich_jobs_tell(run->jobs, &events, run);
	code = run->p->mode == ENRICH_FILE ? open_file(run) : open_folders(run);
	if (code != EX_OK)
		return code;
	enrich_jobs_go_on(run->jobs);
	loop_run(run->p->loop);
	enrich_jobs_show_end(run->jobs);
	enrich_jobs_stop(run->jobs);
	return run->failed ? EX_TEMPFAIL : EX_OK;
}

static int
run_daemon(struct run *run)
{
	struct enrich_daemon_params p = {
	    .loop = run->p->loop, .jobs = run->jobs, .paths = run->paths, .notify = run->p->notify};

	return enrich_daemon(&p);
}

/* False, with a line in the log, if a setting is wrong. */
static bool
open_sources(struct run *run)
{
	const struct settings *s = run->p->settings;
	struct loop *loop = run->p->loop;
	const char *error = NULL;
	struct dnsbl_params dnsbl = {.loop = loop,
	    .dns = run->p->dns_own,
	    .lists = s->dnsbl_lists,
	    .keys = s->dnsbl_keys,
	    .daily_cap = s->dnsbl_daily_cap,
	    .ask_txt = s->dnsbl_txt};
	struct relay_test_params relay = {.loop = loop,
	    .on = s->open_relay_test,
	    .allow = s->open_relay_allow,
	    .per_hour = s->open_relay_per_hour,
	    .ehlo_name = s->ehlo_name,
	    .domain = s->domain};

	dnsbl.state = relay.state = run->state = enrich_state_open(s->state_dir, loop_clock(loop));
	run->sources = (struct enrich_sources){.loop = loop,
	    .dns = run->p->dns_own,
	    .dnsbl = dnsbl_new(&dnsbl),
	    .relay_test = relay_test_new(run->arena, &relay, &error),
	    .suffixes = public_suffixes_open()};
	if (!run->sources.suffixes)
		log_warning("no public suffix list; install the package publicsuffix");
	if (error)
		log_error("%s", error);
	return run->sources.relay_test != NULL;
}

/* Those who ask call back all that still wait, before what they call goes. */
static void
close_sources(struct run *run)
{
	dns_free(run->p->dns_own);
	dnsbl_free(run->sources.dnsbl);
	relay_test_free(run->sources.relay_test);
	if (run->jobs)
		enrich_jobs_free(run->jobs);
	public_suffixes_free(run->sources.suffixes);
	enrich_state_free(run->state);
}

int
enrich(const struct enrich_params *p)
{
	const struct settings *s = p->settings;
	struct run run = {.p = p,
	    .arena = arena_new(),
	    .paths = {s->json_dir, s->spam_json_dir, s->all_json_dir}};
	struct enrich_jobs_params jobs = {.sources = &run.sources,
	    .deadline_s = s->enrich_deadline_s,
	    .parallel = s->enrich_parallel,
	    .progress = p->progress};
	int code = EX_CONFIG;

	if (open_sources(&run)) {
		run.jobs = enrich_jobs_new(&jobs);
		code = p->mode == ENRICH_DAEMON ? run_daemon(&run) : run_once(&run);
	}
	close_sources(&run);
	arena_free(run.arena);
	return code;
}
