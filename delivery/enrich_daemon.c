/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/enrich_daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "io/dirwatch.h"
#include "io/spool.h"

/* Where records may be. */
struct place {
	const char *path;
	struct enrich_folder *folder; /* NULL: not there, or not ours */
	int error;                    /* why not, as the log has it */
	int64_t retry_us;             /* when it is read again; 0: not */
};

struct daemon {
	const struct enrich_daemon_params *p;
	struct loop *loop;
	struct enrich_jobs *jobs;
	struct dirwatch *watch;
	struct place places[ENRICH_FOLDERS_MAX];
	struct loop_timer *look, *ping;
	int64_t ping_every_us; /* 0: nobody waits for it */
	int signal_fd;
	struct loop_watch *signals;
};

static int64_t
now_us(const struct daemon *d)
{
	return clock_since_us(loop_clock(d->loop));
}

static void
say(const struct daemon *d, const char *text)
{
	notify_send(d->p->notify, text);
}

static void
scan(struct daemon *d, struct place *place)
{
	place->retry_us = 0;
	if (!place->folder)
		return;
	enrich_folder_scan(place->folder);
	enrich_jobs_go_on(d->jobs);
}

static void
leave(struct daemon *d, struct place *place)
{
	log_info("%s: is not there any more", place->path);
	dirwatch_remove(d->watch, place->folder);
	enrich_jobs_remove_folder(d->jobs, place->folder);
	enrich_folder_unref(place->folder);
	place->folder = NULL;
	place->error = 0;
}

/* Says once why a folder is not watched. */
static void
not_entered(struct place *place, int error)
{
	if (error == place->error)
		return;
	place->error = error;
	if (error == ENOENT)
		log_debug("%s: is not there", place->path);
	else if (error == EWOULDBLOCK)
		log_info("%s: another emt-enrich is at work there; waiting for it", place->path);
	else
		log_error("%s: cannot be watched: %s", place->path, strerror(error));
}

static void
enter(struct daemon *d, struct place *place)
{
	struct enrich_folder *folder = enrich_folder_open(place->path);

	/* First the watch, then the scan: nothing falls in between. */
	if (!folder || !dirwatch_add(d->watch, enrich_folder_fd(folder), folder)) {
		not_entered(place, errno);
		enrich_folder_unref(folder);
		return;
	}
	log_debug("%s: is watched", place->path);
	place->folder = folder;
	place->error = 0;
	enrich_jobs_add_folder(d->jobs, folder);
	scan(d, place);
}

static void
look(void *arg)
{
	struct daemon *d = arg;

	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++) {
		struct place *place = &d->places[i];

		if (place->folder && !enrich_folder_is_there(place->folder))
			leave(d, place);
		if (!place->folder)
			enter(d, place);
		else if (place->retry_us && place->retry_us <= now_us(d))
			scan(d, place);
	}
	loop_timer_set(d->look, now_us(d) + ENRICH_LOOK_US);
}

static void
ping(void *arg)
{
	struct daemon *d = arg;

	say(d, "WATCHDOG=1");
	loop_timer_set(d->ping, now_us(d) + d->ping_every_us);
}

static void
appeared(void *arg, void *folder, const char *name)
{
	struct daemon *d = arg;

	enrich_folder_add(folder, name);
	enrich_jobs_go_on(d->jobs);
}

static void
overflowed(void *arg)
{
	struct daemon *d = arg;

	log_info("more files at once than the kernel tells of; reading all folders again");
	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++)
		scan(d, &d->places[i]);
}

static void
idle(void *arg)
{
	(void)arg;
}

static void
failed(void *arg, struct enrich_folder *folder)
{
	struct daemon *d = arg;

	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++)
		if (d->places[i].folder == folder && !d->places[i].retry_us)
			d->places[i].retry_us = now_us(d) + (int64_t)ENRICH_RETRY_S * 1000000;
}

static void
signalled(void *arg, bool readable, bool writable)
{
	struct daemon *d = arg;
	struct signalfd_siginfo info;

	(void)readable;
	(void)writable;
	if (read(d->signal_fd, &info, sizeof info) != sizeof info)
		return;
	say(d, "STOPPING=1");
	log_info("ends by signal %u; %zu in flight stay pending", info.ssi_signo,
	    enrich_jobs_in_flight(d->jobs));
	loop_stop(d->loop);
}

static bool
start(struct daemon *d, const sigset_t *signals)
{
	static const struct dirwatch_events events = {appeared, overflowed};

	d->watch = dirwatch_new(d->loop, SPOOL_REPLACEMENT, &events, d);
	if (!d->watch) {
		log_error("inotify: %s", strerror(errno));
		return false;
	}
	d->signal_fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (d->signal_fd < 0) {
		log_error("signalfd: %s", strerror(errno));
		return false;
	}
	d->signals = loop_watch_new(d->loop, d->signal_fd, true, false, signalled, d);
	d->look = loop_timer_new(d->loop, look, d);
	d->ping = loop_timer_new(d->loop, ping, d);
	d->ping_every_us = notify_watchdog_us(d->p->notify, getpid()) / 2;
	look(d);
	if (d->ping_every_us)
		ping(d);
	say(d, "READY=1");
	return true;
}

static void
end(struct daemon *d)
{
	loop_timer_free(d->look);
	loop_timer_free(d->ping);
	loop_watch_free(d->signals);
	if (d->signal_fd >= 0)
		close(d->signal_fd);
	dirwatch_free(d->watch);
	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++)
		enrich_folder_unref(d->places[i].folder);
}

int
enrich_daemon(const struct enrich_daemon_params *p)
{
	static const struct enrich_jobs_events events = {idle, failed};
	struct daemon d = {.p = p, .loop = p->loop, .jobs = p->jobs, .signal_fd = -1};
	sigset_t signals, before;
	bool ran;

	for (size_t i = 0; i < ENRICH_FOLDERS_MAX; i++)
		d.places[i].path = p->paths[i];
	enrich_jobs_tell(d.jobs, &events, &d);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	ran = start(&d, &signals);
	if (ran)
		loop_run(d.loop);
	enrich_jobs_stop(d.jobs);
	end(&d);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ran ? EX_OK : EX_TEMPFAIL;
}
