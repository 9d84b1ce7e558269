/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/packed.h"

#include <bzlib.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/arena.h"

enum {
	IN_ROOM = 64 * 1024,   /* packed octets read at once */
	GZIP_WINDOW = 15 + 16, /* zlib: the largest window, and a gzip header */
};

struct packed_decoder {
	union {
		z_stream gzip;
		bz_stream bzip2;
		ZSTD_DCtx *zstd;
	};
};

/* What one step of a decoder has come to. */
enum step {
	STEP_ON,     /* it takes more input, or gives more output */
	STEP_MEMBER, /* the end of a member */
	STEP_DAMAGED,
	STEP_WINDOW,
};

/* What a step reads and writes: the spans are moved on by what it did. */
struct work {
	struct span in;
	char *out;
	size_t room;
};

static void
gzip_begin(struct packed_decoder *d)
{
	d->gzip = (z_stream){.next_in = NULL};
	if (inflateInit2(&d->gzip, GZIP_WINDOW) != Z_OK)
		out_of_memory();
}

static enum step
gzip_step(struct packed_decoder *d, struct work *w)
{
	int result;

	d->gzip.next_in = (Bytef *)(uintptr_t)w->in.p;
	d->gzip.avail_in = (uInt)w->in.n;
	d->gzip.next_out = (Bytef *)w->out;
	d->gzip.avail_out = (uInt)w->room;
	result = inflate(&d->gzip, Z_NO_FLUSH);
	w->in = span_from(w->in, w->in.n - d->gzip.avail_in);
	w->room = d->gzip.avail_out;
	if (result == Z_MEM_ERROR)
		out_of_memory();
	if (result == Z_STREAM_END)
		return STEP_MEMBER;
	return result == Z_OK || result == Z_BUF_ERROR ? STEP_ON : STEP_DAMAGED;
}

static void
gzip_end(struct packed_decoder *d)
{
	inflateEnd(&d->gzip);
}

static void
bzip2_begin(struct packed_decoder *d)
{
	d->bzip2 = (bz_stream){.next_in = NULL};
	if (BZ2_bzDecompressInit(&d->bzip2, 0, 0) != BZ_OK)
		out_of_memory();
}

static enum step
bzip2_step(struct packed_decoder *d, struct work *w)
{
	int result;

	d->bzip2.next_in = (char *)(uintptr_t)w->in.p;
	d->bzip2.avail_in = (unsigned)w->in.n;
	d->bzip2.next_out = w->out;
	d->bzip2.avail_out = (unsigned)w->room;
	result = BZ2_bzDecompress(&d->bzip2);
	w->in = span_from(w->in, w->in.n - d->bzip2.avail_in);
	w->room = d->bzip2.avail_out;
	if (result == BZ_MEM_ERROR)
		out_of_memory();
	if (result == BZ_STREAM_END)
		return STEP_MEMBER;
	return result == BZ_OK ? STEP_ON : STEP_DAMAGED;
}

static void
bzip2_end(struct packed_decoder *d)
{
	BZ2_bzDecompressEnd(&d->bzip2);
}

static void
zstd_begin(struct packed_decoder *d)
{
	d->zstd = must(ZSTD_createDCtx());
	ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, PACKED_WINDOW_LOG);
}

static enum step
zstd_step(struct packed_decoder *d, struct work *w)
{
	ZSTD_inBuffer in = {w->in.p, w->in.n, 0};
	ZSTD_outBuffer out = {w->out, w->room, 0};
	size_t result = ZSTD_decompressStream(d->zstd, &out, &in);

	w->in = span_from(w->in, in.pos);
	w->room -= out.pos;
	if (!ZSTD_isError(result))
		return result == 0 ? STEP_MEMBER : STEP_ON;
	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_memory_allocation: out_of_memory();
	case ZSTD_error_frameParameter_windowTooLarge: return STEP_WINDOW;
	default: return STEP_DAMAGED;
	}
}

static void
zstd_end(struct packed_decoder *d)
{
	ZSTD_freeDCtx(d->zstd);
}

struct packed_format {
	const char *name;
	/* The first octets lie between these two, octet by octet. */
	struct span low, high;
	void (*begin)(struct packed_decoder *); /* NULL: we cannot undo it */
	enum step (*step)(struct packed_decoder *, struct work *);
	void (*end)(struct packed_decoder *);
};

#define MAGIC(low, high) SPAN_LIT(low), SPAN_LIT(high)
#define BZIP2 "bzip2"
#define ZSTD "zstd"

static const struct packed_format formats[] = {
    {"gzip", MAGIC("\x1f\x8b\x08", "\x1f\x8b\x08"), gzip_begin, gzip_step, gzip_end},
    /* All ten octets of it, for they are text: a block, or the end of an empty file. */
    {BZIP2, MAGIC("BZh11AY&SY", "BZh91AY&SY"), bzip2_begin, bzip2_step, bzip2_end},
    {BZIP2, MAGIC("BZh1\x17rE8P\x90", "BZh9\x17rE8P\x90"), bzip2_begin, bzip2_step, bzip2_end},
    {ZSTD, MAGIC("\x28\xb5\x2f\xfd", "\x28\xb5\x2f\xfd"), zstd_begin, zstd_step, zstd_end},
    /* A frame that holds no data, RFC 8878 section 3.1.2; some tools write one first. */
    {ZSTD, MAGIC("\x50\x2a\x4d\x18", "\x5f\x2a\x4d\x18"), zstd_begin, zstd_step, zstd_end},
    {.name = "xz", MAGIC("\xfd\x37zXZ\0", "\xfd\x37zXZ\0")},
    {.name = "lz4", MAGIC("\x04\x22\x4d\x18", "\x04\x22\x4d\x18")},
    {.name = "compress", MAGIC("\x1f\x9d\x80", "\x1f\x9d\x90")},
};

enum match { MATCH_NO, MATCH_SO_FAR, MATCH_YES };

static enum match
match(const struct packed_format *format, struct span head)
{
	for (size_t i = 0; i < format->low.n; i++) {
		if (i == head.n)
			return MATCH_SO_FAR;
		if ((unsigned char)head.p[i] < (unsigned char)format->low.p[i] ||
		    (unsigned char)head.p[i] > (unsigned char)format->high.p[i])
			return MATCH_NO;
	}
	return MATCH_YES;
}

/* The format that begins so; *undecided: more octets would tell. */
static const struct packed_format *
format_of(struct span head, bool *undecided)
{
	*undecided = false;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		enum match m = match(&formats[i], head);

		if (m == MATCH_YES)
			return &formats[i];
		*undecided = *undecided || m == MATCH_SO_FAR;
	}
	return NULL;
}

void
packed_init(struct packed *p, int fd)
{
	struct stat s;
	off_t at;

	*p = (struct packed){.fd = fd, .is_between = true};
	if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && (at = lseek(fd, 0, SEEK_CUR)) >= 0) {
		p->by_offset = true;
		p->offset = at;
	}
}

void
packed_init_plain(struct packed *p, int fd, uint64_t offset)
{
	*p = (struct packed){
	    .fd = fd, .by_offset = true, .offset = (int64_t)offset, .is_known = true};
}

void
packed_free(struct packed *p)
{
	if (p->decoder) {
		p->format->end(p->decoder);
		free(p->decoder);
	}
	free(p->in);
	*p = (struct packed){.fd = -1};
}

static enum packed_st
read_file(struct packed *p, char *out, size_t room, size_t *n)
{
	ssize_t got;

	*n = 0;
	do
		got = p->by_offset ? pread(p->fd, out, room, p->offset) : read(p->fd, out, room);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return PACKED_ERROR;
	*n = (size_t)got;
	p->offset += got;
	return PACKED_OK;
}

/* What was read to find the format is what the decoder begins with. */
static void
start_decoder(struct packed *p, struct span head)
{
	p->in = must(malloc(IN_ROOM));
	p->decoder = must(calloc(1, sizeof *p->decoder));
	p->format->begin(p->decoder);
	memcpy(p->in, head.p, head.n);
	p->in_end = head.n;
}

/* The first read of a file.  It waits for no more octets than it needs to tell the format. */
static enum packed_st
read_first(struct packed *p, char *out, size_t room, size_t *n)
{
	enum packed_st st = PACKED_OK;
	size_t got = 0, more;
	bool undecided;

	room = room < IN_ROOM ? room : IN_ROOM;
	do {
		st = read_file(p, out + got, room - got, &more);
		if (st != PACKED_OK)
			return st;
		got += more;
		p->format = format_of((struct span){out, got}, &undecided);
	} while (more && !p->format && undecided && got < room);
	p->is_known = true;
	if (p->format && p->format->begin)
		start_decoder(p, (struct span){out, got});
	else if (p->format)
		p->failed = PACKED_FORMAT;
	else
		*n = got;
	return PACKED_OK;
}

static enum packed_st
fill(struct packed *p)
{
	size_t n;
	enum packed_st st;

	p->in_start = 0;
	p->in_end = 0;
	st = read_file(p, p->in, IN_ROOM, &n);
	p->in_end = n;
	p->in_at_end = st == PACKED_OK && n == 0;
	return st;
}

/* Behind a member there may be zeros to the end, as on tapes; no format begins with one. */
static void
skip_padding(struct packed *p)
{
	while (p->in_start < p->in_end && p->in[p->in_start] == '\0')
		p->in_start++;
}

/* One step: *n octets to `out`. */
static enum packed_st
unpack(struct packed *p, char *out, size_t room, size_t *n)
{
	struct work w = {{p->in + p->in_start, p->in_end - p->in_start}, out, room};
	size_t in_n = w.in.n;
	enum step step = p->format->step(p->decoder, &w);

	p->in_start = p->in_end - w.in.n;
	*n = room - w.room;
	p->is_between = step == STEP_MEMBER;
	if (step == STEP_DAMAGED)
		return PACKED_DAMAGED;
	if (step == STEP_WINDOW)
		return PACKED_WINDOW;
	if (step == STEP_MEMBER) {
		p->format->end(p->decoder);
		p->format->begin(p->decoder);
	} else if (*n == 0 && w.in.n == in_n && p->in_at_end) {
		return PACKED_CUT;
	}
	return PACKED_OK;
}

static enum packed_st
read_packed(struct packed *p, char *out, size_t room, size_t *n)
{
	while (*n == 0 && p->failed == PACKED_OK) {
		if (p->in_start == p->in_end && !p->in_at_end && fill(p) != PACKED_OK)
			return PACKED_ERROR;
		if (p->is_between)
			skip_padding(p);
		if (p->is_between && p->in_start == p->in_end) {
			if (p->in_at_end)
				return PACKED_OK;
			continue;
		}
		p->failed = unpack(p, out, room, n);
	}
	/* Damage behind octets is for the next read. */
	return *n ? PACKED_OK : p->failed;
}

enum packed_st
packed_read(struct packed *p, char *out, size_t room, size_t *n)
{
	*n = 0;
	if (!p->is_known) {
		enum packed_st st = read_first(p, out, room, n);

		if (st != PACKED_OK || !p->format)
			return st;
	}
	if (p->failed != PACKED_OK)
		return p->failed;
	return p->decoder ? read_packed(p, out, room, n) : read_file(p, out, room, n);
}

const char *
packed_format(const struct packed *p)
{
	return p->format ? p->format->name : NULL;
}

const char *
packed_st_text(enum packed_st st)
{
	static const char *const texts[] = {
	    [PACKED_OK] = "is fine",
	    [PACKED_ERROR] = "cannot be read",
	    [PACKED_CUT] = "is compressed, and ends in the middle",
	    [PACKED_DAMAGED] = "is compressed, and damaged",
	    [PACKED_WINDOW] = "is compressed with a window of more than 128 MiB",
	    [PACKED_FORMAT] = "is compressed in a form that cannot be read here",
	};

	return texts[st];
}
