/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/ordered.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>

#include "mxinfer/parallel.h"

struct ordered {
	size_t grain;
	void (*work)(void *state, unsigned thread, size_t from, size_t to, struct buf *out);
	void *state;
	FILE *file;
	struct buf *outs; /* by thread */
	pthread_mutex_t lock;
	pthread_cond_t turn;
	size_t next; /* the part that is written next */
	int error;
};

/* Parts are handed out in order, so whoever has the next one is at work on it: nobody waits for
 * ever. */
static void
write_part(void *state, unsigned thread, size_t from, size_t to)
{
	struct ordered *o = state;
	struct buf *out = &o->outs[thread];
	size_t part = from / o->grain;

	buf_clear(out);
	o->work(o->state, thread, from, to, out);
	pthread_mutex_lock(&o->lock);
	while (o->next != part)
		pthread_cond_wait(&o->turn, &o->lock);
	if (!o->error && out->n && fwrite(out->p, 1, out->n, o->file) != out->n)
		o->error = errno ? errno : EIO;
	o->next++;
	pthread_cond_broadcast(&o->turn);
	pthread_mutex_unlock(&o->lock);
}

bool
ordered_write(unsigned threads, size_t n, size_t grain,
    void (*work)(void *state, unsigned thread, size_t from, size_t to, struct buf *out),
    void *state, FILE *file)
{
	struct buf outs[PARALLEL_THREADS_MAX];
	struct ordered o = {.grain = grain,
	    .work = work,
	    .state = state,
	    .file = file,
	    .outs = outs,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .turn = PTHREAD_COND_INITIALIZER};

	for (size_t i = 0; i < PARALLEL_THREADS_MAX; i++)
		buf_init(&outs[i], SIZE_MAX / 2);
	parallel_for(threads, n, grain, write_part, &o);
	for (size_t i = 0; i < PARALLEL_THREADS_MAX; i++)
		buf_free(&outs[i]);
	errno = o.error;
	return !o.error;
}
