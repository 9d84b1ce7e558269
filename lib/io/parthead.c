/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/parthead.h"

#include <sys/stat.h>

/* As many octets as there are, up to `max`. */
static enum packed_st
read_octets(struct packed *p, char *out, size_t max, size_t *n)
{
	char block[FOLLOW_HEAD_MAX];
	enum packed_st st;
	size_t got;

	*n = 0;
	do {
		st = packed_read(p, block, sizeof block, &got);
		got = got < max - *n ? got : max - *n;
		memcpy(out + *n, block, got);
		*n += got;
	} while (st == PACKED_OK && got && *n < max);
	return st;
}

bool
parthead_read(struct parthead *h, struct logpart *part)
{
	struct packed p;
	struct stat s;

	if (h->is_read)
		return true;
	if (part->rotated.is_packed)
		packed_init(&p, part->fd);
	else
		packed_init_plain(&p, part->fd, 0);
	h->st = read_octets(&p, h->octets, sizeof h->octets, &h->n);
	packed_free(&p);
	if (h->st == PACKED_ERROR || fstat(part->fd, &s) != 0)
		return false;
	part->size = s.st_size;
	h->is_read = true;
	return true;
}

bool
parthead_still(struct parthead *h, const struct logpart *part)
{
	char octets[FOLLOW_HEAD_MAX];
	struct packed p;
	size_t n;

	packed_init_plain(&p, part->fd, 0);
	if (read_octets(&p, octets, sizeof octets, &n) != PACKED_OK || n < h->n ||
	    memcmp(octets, h->octets, h->n) != 0)
		return false;
	memcpy(h->octets, octets, n);
	h->n = n;
	return true;
}

static void
digest(const struct parthead *h, size_t n, unsigned char sha256[SHA256_LEN])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, (struct span){h->octets, n});
	sha256_end(&s, sha256);
}

bool
parthead_fits(const struct parthead *h, const struct follow_mark *mark)
{
	unsigned char sha256[SHA256_LEN];

	if (!mark->head_len || h->n < mark->head_len)
		return false;
	digest(h, mark->head_len, sha256);
	return !memcmp(sha256, mark->head_sha256, SHA256_LEN);
}

bool
parthead_copies(const struct parthead *h, const struct logpart *part, struct parthead *log_head,
    const struct logpart *log)
{
	struct stat s;

	/* Both grow: the log is to be looked at as it is now, not as it was when it was opened. */
	if (h->n > log_head->n && !parthead_still(log_head, log))
		return false;
	if (!h->n || h->n > log_head->n || memcmp(h->octets, log_head->octets, h->n) != 0)
		return false;
	return part->rotated.is_packed || (fstat(log->fd, &s) == 0 && part->size <= s.st_size);
}

void
parthead_mark(
    const struct parthead *h, const struct logpart *part, uint64_t offset, struct follow_mark *mark)
{
	uint64_t size = part->rotated.is_packed ? 0 : (uint64_t)part->size;

	*mark = (struct follow_mark){
	    .inode = part->inode,
	    .offset = offset,
	    .size = size > offset ? size : offset,
	    .changed_ns = part->changed_ns,
	    .head_len = (uint32_t)(offset < h->n ? offset : h->n),
	};
	if (mark->head_len)
		digest(h, mark->head_len, mark->head_sha256);
}
