/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"

struct input {
	int fd;
	const char *name; /* borrowed */
	bool has_queries;
	struct source *source; /* NULL: at its end */
	struct query next;
};

struct inputs {
	struct input *v;
	size_t n;
	struct source_counts *counts;
	int status;
};

static bool
open_input(struct input *in, const char *file, const struct source_params *params)
{
	bool is_stdin = !strcmp(file, "-");
	const char *name = is_stdin ? "standard input" : file;
	struct stat st;

	in->name = name;
	in->fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &st) != 0) {
		log_error("%s: %s", name, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		log_error("%s: is a folder; name the files in it", name);
		return false;
	}
	in->source = source_new(params, name, in->fd, S_ISREG(st.st_mode));
	return true;
}

static void
close_input(struct inputs *all, struct input *in, bool at_end)
{
	struct source_counts c;

	if (in->source) {
		c = source_counts(in->source);
		all->counts->units += c.units;
		all->counts->unrecognised += c.unrecognised;
		all->counts->damaged += c.damaged;
		all->counts->lost_streams += c.lost_streams;
		if (c.units && at_end && !in->has_queries)
			log_error("warning: %s: no query was found in its %" PRIu64
				  " lines, frames or packets",
			    in->name, c.units);
		source_free(in->source);
		in->source = NULL;
	}
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
}

/* The next query of one input; at its end it is closed. */
static void
advance(struct inputs *all, struct input *in)
{
	switch (source_next(in->source, &in->next)) {
	case SOURCE_QUERY: in->has_queries = true; return;
	case SOURCE_END: break;
	case SOURCE_FAILED:
		if (source_may_recover(in->source))
			all->status = EX_TEMPFAIL;
		else
			all->counts->damaged++;
		break;
	}
	close_input(all, in, true);
}

/* The input with the earliest query, and the earliest time of the others. */
static struct input *
earliest(struct inputs *all, int64_t *others_us)
{
	struct input *first = NULL;

	*others_us = INT64_MAX;
	for (size_t i = 0; i < all->n; i++) {
		struct input *in = &all->v[i];

		if (!in->source)
			continue;
		if (!first || in->next.time_us < first->next.time_us) {
			if (first)
				*others_us = first->next.time_us;
			first = in;
		} else if (in->next.time_us < *others_us) {
			*others_us = in->next.time_us;
		}
	}
	return first;
}

static void
read_all(struct inputs *all, bool (*take)(void *state, const struct query *q), void *state)
{
	struct input *in;
	int64_t others_us;

	for (size_t i = 0; i < all->n; i++)
		advance(all, &all->v[i]);
	while ((in = earliest(all, &others_us)) != NULL) {
		while (in->source && in->next.time_us <= others_us) {
			if (!take(state, &in->next))
				return;
			advance(all, in);
		}
	}
}

int
inputs_read(const struct source_params *params, char *const *files, int files_n,
    bool (*take)(void *state, const struct query *q), void *state, struct source_counts *counts)
{
	static char dash[] = "-", *const only_stdin[] = {dash};
	struct inputs all = {.counts = counts, .status = EX_OK};

	if (!files_n) {
		files = only_stdin;
		files_n = 1;
	}
	all.v = must(calloc((size_t)files_n, sizeof *all.v));
	for (; all.n < (size_t)files_n && all.status == EX_OK; all.n++)
		if (!open_input(&all.v[all.n], files[all.n], params))
			all.status = EX_TEMPFAIL;
	if (all.status == EX_OK)
		read_all(&all, take, state);
	for (size_t i = 0; i < all.n; i++)
		close_input(&all, &all.v[i], false);
	free(all.v);
	return all.status;
}
