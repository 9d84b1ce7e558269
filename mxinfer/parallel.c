/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"

struct job {
	size_t n, grain;
	atomic_size_t next;
	void (*work)(void *state, unsigned thread, size_t from, size_t to);
	void *state;
};

struct worker {
	struct job *job;
	unsigned thread;
	pthread_t id;
};

static void *
run(void *state)
{
	const struct worker *w = state;
	struct job *job = w->job;
	size_t from;

	while ((from = atomic_fetch_add(&job->next, job->grain)) < job->n)
		job->work(job->state, w->thread, from,
		    job->n - from < job->grain ? job->n : from + job->grain);
	return NULL;
}

void
parallel_for(unsigned threads, size_t n, size_t grain,
    void (*work)(void *state, unsigned thread, size_t from, size_t to), void *state)
{
	struct job job = {.n = n, .grain = grain, .work = work, .state = state};
	struct worker workers[PARALLEL_THREADS_MAX];
	unsigned started = 1;

	if (threads > PARALLEL_THREADS_MAX)
		threads = PARALLEL_THREADS_MAX;
	workers[0] = (struct worker){.job = &job, .thread = 0};
	for (; started < threads && started * grain < n; started++) {
		workers[started] = (struct worker){.job = &job, .thread = started};
		/* Fewer threads do the same work. */
		if (pthread_create(&workers[started].id, NULL, run, &workers[started]))
			break;
	}
	run(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].id, NULL);
}
