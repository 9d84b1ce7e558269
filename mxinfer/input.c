/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/packed.h"

struct input {
	struct packed packed;
	int fd;
	const char *error; /* NULL: none so far */
};

struct input *
input_open(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct input *in;

	if (fd < 0)
		return NULL;
	in = must(calloc(1, sizeof *in));
	in->fd = fd;
	packed_init(&in->packed, fd);
	return in;
}

void
input_close(struct input *in)
{
	if (!in)
		return;
	packed_free(&in->packed);
	if (in->fd != STDIN_FILENO)
		close(in->fd);
	free(in);
}

size_t
input_read(struct input *in, char *p, size_t n)
{
	size_t total = 0, got = 1;

	while (!in->error && got && total < n) {
		enum packed_st st = packed_read(&in->packed, p + total, n - total, &got);

		if (st != PACKED_OK)
			in->error = st == PACKED_ERROR ? strerror(errno) : packed_st_text(st);
		total += got;
	}
	return total;
}

const char *
input_error(const struct input *in)
{
	return in->error;
}
