/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/scan_out.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/write_all.h"

struct scan_out {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t more;
	struct buf waiting;
	size_t writing; /* octets that the thread has taken */
	int error;
	bool ended;
};

/* Two bufs change places: one is filled while the other is written. */
static void *
work(void *arg)
{
	struct scan_out *o = arg;
	struct buf mine;
	bool ended = false;

	buf_init(&mine, SIZE_MAX / 4);
	while (!ended) {
		struct buf taken;
		int error = 0;

		pthread_mutex_lock(&o->lock);
		o->writing = 0;
		while (!o->waiting.n && !o->ended)
			pthread_cond_wait(&o->more, &o->lock);
		taken = o->waiting;
		o->waiting = mine;
		mine = taken;
		o->writing = mine.n;
		ended = o->ended && !mine.n;
		error = o->error;
		pthread_mutex_unlock(&o->lock);
		if (!error)
			error = write_all(o->fd, buf_span(&mine)) ? 0 : errno;
		buf_clear(&mine);
		pthread_mutex_lock(&o->lock);
		o->error = error;
		pthread_mutex_unlock(&o->lock);
	}
	buf_free(&mine);
	return NULL;
}

struct scan_out *
scan_out_new(int fd)
{
	struct scan_out *o = must(calloc(1, sizeof *o));

	o->fd = fd;
	buf_init(&o->waiting, SIZE_MAX / 4);
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->more, NULL);
	if (pthread_create(&o->thread, NULL, work, o))
		out_of_memory();
	return o;
}

void
scan_out_put(struct scan_out *o, struct span records)
{
	pthread_mutex_lock(&o->lock);
	if (!o->error) {
		buf_put(&o->waiting, records);
		pthread_cond_signal(&o->more);
	}
	pthread_mutex_unlock(&o->lock);
}

size_t
scan_out_backlog(struct scan_out *o)
{
	size_t n;

	pthread_mutex_lock(&o->lock);
	n = o->waiting.n + o->writing;
	pthread_mutex_unlock(&o->lock);
	return n;
}

int
scan_out_error(struct scan_out *o)
{
	int error;

	pthread_mutex_lock(&o->lock);
	error = o->error;
	pthread_mutex_unlock(&o->lock);
	return error;
}

int
scan_out_end(struct scan_out *o, bool sync)
{
	int error;

	pthread_mutex_lock(&o->lock);
	o->ended = true;
	pthread_cond_signal(&o->more);
	pthread_mutex_unlock(&o->lock);
	pthread_join(o->thread, NULL);
	error = o->error;
	if (!error && sync && fdatasync(o->fd) && errno != EINVAL && errno != EROFS)
		error = errno;
	buf_free(&o->waiting);
	pthread_mutex_destroy(&o->lock);
	pthread_cond_destroy(&o->more);
	free(o);
	return error;
}
