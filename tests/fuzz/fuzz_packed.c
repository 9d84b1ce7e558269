/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Octets that may be packed: they unpack to the same, or fail, by small reads and by large ones, by
 * offset and through a pipe. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sha256.h"
#include "io/packed.h"

enum {
	ROOM = 64 * 1024,
	UNPACKED_MAX = 1 << 18, /* no more of a small file that unpacks to a large one */
	PIPE_MAX = 65536,       /* octets that a pipe takes before somebody reads */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	enum packed_st st;
	const char *format;
	size_t n; /* octets, no more than UNPACKED_MAX */
	char sha256[SHA256_HEX_LEN + 1];
};

static struct result
read_all(int fd, size_t step)
{
	static char out[ROOM];
	struct result r = {.n = 0};
	struct sha256 digest;
	struct packed p;
	size_t n;

	packed_init(&p, fd);
	sha256_init(&digest);
	while ((r.st = packed_read(&p, out, step, &n)) == PACKED_OK && n && r.n < UNPACKED_MAX) {
		n = n < UNPACKED_MAX - r.n ? n : UNPACKED_MAX - r.n;
		sha256_add(&digest, (struct span){out, n});
		r.n += n;
	}
	if (r.n == UNPACKED_MAX)
		r.st = PACKED_OK; /* what comes behind is another matter */
	else if (n)
		abort();
	r.format = packed_format(&p);
	sha256_hex(&digest, r.sha256);
	packed_free(&p);
	return r;
}

static void
must_be_same(const struct result *a, const struct result *b)
{
	if (a->format != b->format || (a->st == PACKED_OK) != (b->st == PACKED_OK))
		abort();
	/* How much the libraries give of what is damaged depends on the room they have. */
	if (a->st != PACKED_OK)
		return;
	if (a->n != b->n || strcmp(a->sha256, b->sha256) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("packed", MFD_CLOEXEC), fds[2];
	struct result large, small, piped;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	large = read_all(fd, ROOM);
	small = read_all(fd, PACKED_ROOM_MIN);
	must_be_same(&large, &small);
	if (lseek(fd, 0, SEEK_CUR) != 0)
		abort();
	close(fd);
	if (size > PIPE_MAX)
		return 0;
	if (pipe(fds) != 0 || write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[1]);
	piped = read_all(fds[0], 1000);
	must_be_same(&large, &piped);
	close(fds[0]);
	return 0;
}
