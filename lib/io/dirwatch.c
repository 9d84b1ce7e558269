/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/dirwatch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/arena.h"

enum {
	EVENTS_OCTETS = 65536,
	READS_MAX = 16, /* in one go; other work must not wait for a flood */
};

struct watched {
	int wd; /* -1: a free place */
	void *folder;
	uint32_t own_cookie; /* of the last rename away from `own` */
};

struct dirwatch {
	int fd;
	const char *own;
	const struct dirwatch_events *events;
	void *arg;
	struct loop_watch *watch;
	struct watched watched[DIRWATCH_FOLDERS_MAX];
};

static struct watched *
find(struct dirwatch *w, int wd)
{
	for (size_t i = 0; i < DIRWATCH_FOLDERS_MAX; i++)
		if (w->watched[i].wd == wd)
			return &w->watched[i];
	return NULL;
}

static void
take_event(struct dirwatch *w, const struct inotify_event *e)
{
	struct watched *d;

	if (e->mask & IN_Q_OVERFLOW) {
		w->events->overflowed(w->arg);
		return;
	}
	d = find(w, e->wd);
	if (!d || !e->len || (e->mask & IN_ISDIR))
		return;
	if (e->mask & IN_MOVED_FROM) {
		if (!strcmp(e->name, w->own))
			d->own_cookie = e->cookie;
		return;
	}
	if (e->name[0] == '.' || ((e->mask & IN_MOVED_TO) && e->cookie == d->own_cookie))
		return;
	w->events->appeared(w->arg, d->folder, e->name);
}

static void
ready(void *arg, bool readable, bool writable)
{
	struct dirwatch *w = arg;
	char *events = malloc(EVENTS_OCTETS); /* malloc, for its alignment */
	ssize_t n = 1;

	(void)readable;
	(void)writable;
	if (!events)
		out_of_memory();
	for (int i = 0; i < READS_MAX && n > 0; i++) {
		n = read(w->fd, events, EVENTS_OCTETS);
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(events + at);

			at += (ssize_t)(sizeof *e + e->len);
			take_event(w, e);
		}
	}
	free(events);
}

struct dirwatch *
dirwatch_new(struct loop *l, const char *own, const struct dirwatch_events *events, void *arg)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct dirwatch *w;

	if (fd < 0)
		return NULL;
	w = calloc(1, sizeof *w);
	if (!w)
		out_of_memory();
	*w = (struct dirwatch){.fd = fd, .own = own, .events = events, .arg = arg};
	for (size_t i = 0; i < DIRWATCH_FOLDERS_MAX; i++)
		w->watched[i].wd = -1;
	w->watch = loop_watch_new(l, fd, true, false, ready, w);
	return w;
}

void
dirwatch_free(struct dirwatch *w)
{
	if (!w)
		return;
	loop_watch_free(w->watch);
	close(w->fd);
	free(w);
}

bool
dirwatch_add(struct dirwatch *w, int dir_fd, void *folder)
{
	struct watched *d = find(w, -1);
	char self[40];
	int wd;

	if (!d) {
		errno = ENOSPC;
		return false;
	}
	/* By its descriptor: the path may lead elsewhere by now. */
	snprintf(self, sizeof self, "/proc/self/fd/%d", dir_fd);
	wd = inotify_add_watch(w->fd, self, IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_ONLYDIR);
	if (wd < 0)
		return false;
	*d = (struct watched){.wd = wd, .folder = folder};
	return true;
}

void
dirwatch_remove(struct dirwatch *w, void *folder)
{
	for (size_t i = 0; i < DIRWATCH_FOLDERS_MAX; i++) {
		struct watched *d = &w->watched[i];

		if (d->wd < 0 || d->folder != folder)
			continue;
		inotify_rm_watch(w->fd, d->wd); /* fails if the folder is gone, and does no harm */
		d->wd = -1;
	}
}
