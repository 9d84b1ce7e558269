/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/intake.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "mail/header.h"

enum { READ_SIZE = 65536 }; /* octets; what a Linux pipe holds */

/* Reads until the piece is full or the input ends, so that a piece does not hang on the writer's
 * timing and the mbox line lies in the first one (an SMTP address is far shorter). */
static ssize_t
read_piece(int fd, char *p, size_t room)
{
	size_t n = 0;

	while (n < room) {
		ssize_t got = read(fd, p + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

/* Has the header section ended in these octets? */
static bool
is_complete(struct span head)
{
	if (!head.n)
		return false;
	return memmem(head.p, head.n, "\n\n", 2) || memmem(head.p, head.n, "\n\r\n", 3);
}

/* Does the header section go on behind these octets, which are all that is looked at? */
static bool
goes_on(struct span head)
{
	struct span rest = span_from(head, header_end(head));

	return span_find(rest, '\n') == rest.n;
}

enum intake_st
intake_read(struct intake *in, struct arena *a, int fd, struct spool_file *file)
{
	static char piece[READ_SIZE];
	struct sha256 all, content;
	enum intake_st st = INTAKE_OK;
	bool head_done = false;
	struct buf head;
	ssize_t n;

	*in = (struct intake){.size = 0};
	sha256_init(&all);
	sha256_init(&content);
	buf_init(&head, INTAKE_HEADER_MAX);
	do {
		struct span data;

		n = read_piece(fd, piece, READ_SIZE);
		if (n < 0) {
			st = INTAKE_READ_ERROR;
			break;
		}
		data = (struct span){piece, (size_t)n};
		sha256_add(&all, data);
		sha256_add(&content, span_from(data, in->size ? 0 : header_mbox_line(data)));
		in->size += n;
		if (!head_done) {
			buf_put(&head, data);
			head_done = head.overflow || is_complete(buf_span(&head));
		}
		if (spool_write(file, data) != SPOOL_OK) {
			st = INTAKE_WRITE_ERROR;
			break;
		}
	} while (n == READ_SIZE);
	in->head_cut = head.overflow && goes_on(buf_span(&head));
	in->head = arena_span(a, buf_span(&head));
	buf_free(&head);
	sha256_hex(&all, in->sha256);
	sha256_hex(&content, in->content_sha256);
	return st;
}
