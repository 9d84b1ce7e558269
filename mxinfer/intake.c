/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/intake.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "mxinfer/forms.h"
#include "mxinfer/parallel.h"
#include "mxinfer/splitter.h"

enum {
	BATCHES_A_WORKER = 4, /* that may wait to be applied */
	/* The first line of a file may be a header; in other blocks lines count from here. */
	LINE_WITHIN = 2,
};

struct intake_worker {
	struct fact_writer writer;
	struct block block;
	size_t number;
	struct pipe *pipe;
	pthread_t thread;
};

/* The facts of one block. */
struct batch {
	struct buf facts;
	size_t worker;
	uint64_t first_line; /* what the reader was told */
	uint64_t lines;      /* in the block */
	uint64_t octets;
	bool ready;
};

/* One file on its way. */
struct pipe {
	struct splitter splitter;
	const struct fact_form *form;
	size_t max_field;
	pthread_mutex_t input; /* held while a block is cut: blocks are numbered as they come */
	bool at_end;
	size_t taken; /* blocks */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct batch *batches; /* a ring by block number */
	size_t batches_n;
	size_t applied; /* blocks */
	size_t ended;   /* workers that are done */
	bool stop;      /* nothing more is wanted */
};

void
intake_init(struct intake *i, struct population *p, struct diagnostics *d, bool explain,
    const struct trust *trust, unsigned threads, size_t max_field)
{
	*i = (struct intake){
	    .population = p,
	    .diagnostics = d,
	    .writer = {.compat = p->compat, .explain = explain, .trust = trust},
	    .threads = threads > PARALLEL_THREADS_MAX ? PARALLEL_THREADS_MAX : threads,
	    .max_field = max_field,
	};
	/* What is applied waits for what is read: this thread counts for none beside the readers.
	 */
	i->workers_n = i->threads ? i->threads : 1;
	i->workers = must(calloc(i->workers_n, sizeof *i->workers));
	for (size_t k = 0; k < i->workers_n; k++) {
		i->workers[k].number = k;
		fact_writer_init(&i->workers[k].writer, i->writer);
		buf_init(&i->workers[k].block.text, SIZE_MAX / 4);
	}
}

void
intake_free(struct intake *i)
{
	for (size_t k = 0; k < i->workers_n; k++) {
		fact_writer_free(&i->workers[k].writer);
		buf_free(&i->workers[k].block.text);
	}
	free(i->workers);
}

static void
read_block(struct intake_worker *w, const struct pipe *pipe, bool first, struct batch *batch)
{
	struct facts *f = &w->writer.facts;
	struct span records = {w->block.text.p, w->block.whole};
	uint64_t line;

	batch->first_line = line = first ? 1 : LINE_WITHIN;
	batch->worker = w->number;
	batch->octets = records.n;
	buf_clear(&batch->facts);
	fact_writer_begin(&w->writer, &batch->facts);
	if (w->block.given_up)
		f->bad(f, line++, FACT_BAD_SIZE, SPAN_LIT("a line longer than two such fields"));
	if (records.n)
		line += pipe->form->read(f, records, line, pipe->max_field);
	batch->lines = line - batch->first_line;
}

static void
take_bad(void *state, const struct fact_op *op)
{
	const struct intake *i = state;

	diagnostics_add(i->diagnostics, i->file, i->line + op->line, op->bad, op->what);
}

static void
apply_batch(struct intake *i, const struct batch *batch)
{
	i->line -= batch->first_line;
	population_apply(i->population, batch->worker, buf_span(&batch->facts), take_bad, i);
	i->line += batch->first_line + batch->lines;
	i->records_lines += batch->lines;
	i->octets += batch->octets;
}

static void
read_in_turn(struct intake *i, struct pipe *pipe)
{
	struct intake_worker *w = &i->workers[0];
	struct batch batch = {.worker = 0};

	buf_init(&batch.facts, SIZE_MAX / 4);
	for (bool first = true; splitter_next(&pipe->splitter, &w->block); first = false) {
		read_block(w, pipe, first, &batch);
		apply_batch(i, &batch);
		if (i->diagnostics->fatal)
			break;
	}
	buf_free(&batch.facts);
}

/* Takes the next block of the file, once there is a place for its batch; its number. */
static bool
take_block(struct intake_worker *w, struct pipe *pipe, size_t *number)
{
	bool there;

	pthread_mutex_lock(&pipe->input);
	pthread_mutex_lock(&pipe->lock);
	while (!pipe->stop && pipe->taken - pipe->applied >= pipe->batches_n)
		pthread_cond_wait(&pipe->moved, &pipe->lock);
	there = !pipe->stop && !pipe->at_end;
	pthread_mutex_unlock(&pipe->lock);
	there = there && splitter_next(&pipe->splitter, &w->block);
	pthread_mutex_lock(&pipe->lock);
	if (there)
		*number = pipe->taken++;
	else
		pipe->at_end = true;
	pthread_mutex_unlock(&pipe->lock);
	pthread_mutex_unlock(&pipe->input);
	return there;
}

static void *
work(void *state)
{
	struct intake_worker *w = state;
	struct pipe *pipe = w->pipe;
	size_t number;

	while (take_block(w, pipe, &number)) {
		struct batch *batch = &pipe->batches[number % pipe->batches_n];

		read_block(w, pipe, number == 0, batch);
		pthread_mutex_lock(&pipe->lock);
		batch->ready = true;
		pthread_cond_broadcast(&pipe->moved);
		pthread_mutex_unlock(&pipe->lock);
	}
	pthread_mutex_lock(&pipe->lock);
	pipe->ended++;
	pthread_cond_broadcast(&pipe->moved);
	pthread_mutex_unlock(&pipe->lock);
	return NULL;
}

/* The batch that is applied next, once it is ready; NULL behind the last one. */
static struct batch *
next_batch(struct pipe *pipe, size_t workers_n)
{
	struct batch *batch = &pipe->batches[pipe->applied % pipe->batches_n];

	pthread_mutex_lock(&pipe->lock);
	while (!batch->ready && pipe->ended < workers_n)
		pthread_cond_wait(&pipe->moved, &pipe->lock);
	pthread_mutex_unlock(&pipe->lock);
	return batch->ready ? batch : NULL;
}

static void
done_with(struct pipe *pipe, struct batch *batch, bool stop)
{
	pthread_mutex_lock(&pipe->lock);
	batch->ready = false;
	pipe->applied++;
	pipe->stop = stop;
	pthread_cond_broadcast(&pipe->moved);
	pthread_mutex_unlock(&pipe->lock);
}

static void
read_in_threads(struct intake *i, struct pipe *pipe)
{
	struct batch *batch;
	size_t started = 0;

	pipe->batches_n = i->workers_n * BATCHES_A_WORKER;
	pipe->batches = must(calloc(pipe->batches_n, sizeof *pipe->batches));
	for (size_t k = 0; k < pipe->batches_n; k++)
		buf_init(&pipe->batches[k].facts, SIZE_MAX / 4);
	for (; started < i->workers_n; started++) {
		i->workers[started].pipe = pipe;
		if (pthread_create(&i->workers[started].thread, NULL, work, &i->workers[started]))
			break;
	}
	if (!started)
		out_of_memory();
	while ((batch = next_batch(pipe, started))) {
		if (!i->diagnostics->fatal)
			apply_batch(i, batch);
		done_with(pipe, batch, i->diagnostics->fatal);
	}
	for (size_t k = 0; k < started; k++)
		pthread_join(i->workers[k].thread, NULL);
	for (size_t k = 0; k < pipe->batches_n; k++)
		buf_free(&pipe->batches[k].facts);
	free(pipe->batches);
}

/* An empty file is of every form. */
static bool
is_table(const struct splitter *s)
{
	return !s->carry.n || s->form == &form_ip2asn || s->form == &form_pfx2as;
}

enum intake_st
intake_file(struct intake *i, const char *path, const char *form)
{
	struct input *in = input_open(path);
	struct pipe pipe = {.max_field = i->max_field,
	    .input = PTHREAD_MUTEX_INITIALIZER,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .moved = PTHREAD_COND_INITIALIZER};
	enum intake_st st = INTAKE_NO_FORM;

	if (!in)
		return INTAKE_NO_FILE;
	i->file = strcmp(path, "-") ? path : "standard input";
	i->line = 1;
	if (splitter_begin(&pipe.splitter, in, form, i->max_field) &&
	    (!i->tables_only || is_table(&pipe.splitter))) {
		pipe.form = pipe.splitter.form;
		if (i->threads > 1)
			read_in_threads(i, &pipe);
		else
			read_in_turn(i, &pipe);
		st = i->diagnostics->fatal ? INTAKE_STRICT : INTAKE_OK;
	}
	if (input_error(in)) {
		log_error("%s: %s, after line %llu", i->file, input_error(in),
		    (unsigned long long)i->line - 1);
		st = INTAKE_DAMAGED;
	}
	splitter_free(&pipe.splitter);
	input_close(in);
	return st;
}
