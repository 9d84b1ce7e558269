/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack - what gzip, bzip2 and zstd make of a text, for tests of what reads it. */
#ifndef EMT_PACK_H
#define EMT_PACK_H

#include <bzlib.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"

static inline void
pack_gzip(struct buf *out, struct span text)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p, .avail_in = (uInt)text.n};
	size_t room = text.n + 1000;

	z.next_out = (Bytef *)buf_room(out, room);
	z.avail_out = (uInt)room;
	if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	buf_added(out, z.total_out);
	deflateEnd(&z);
}

static inline void
pack_bzip2(struct buf *out, struct span text)
{
	unsigned room = (unsigned)(text.n + text.n / 50 + 1000);

	if (BZ2_bzBuffToBuffCompress(buf_room(out, room), &room,
		(char *)(uintptr_t)(text.p ? text.p : ""), (unsigned)text.n, 9, 0, 0) != BZ_OK)
		abort();
	buf_added(out, room);
}

static inline void
pack_zstd(struct buf *out, struct span text)
{
	size_t room = ZSTD_compressBound(text.n);
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t n;

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	n = ZSTD_compress2(c, buf_room(out, room), room, text.p, text.n);
	if (ZSTD_isError(n))
		abort();
	buf_added(out, n);
	ZSTD_freeCCtx(c);
}

static const struct packer {
	const char *name, *suffix;
	void (*pack)(struct buf *, struct span);
} packers[] = {
    {"gzip", ".gz", pack_gzip}, {"bzip2", ".bz2", pack_bzip2}, {"zstd", ".zst", pack_zstd}};

#endif
