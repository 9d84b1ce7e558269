/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "base/rng.h"
#include "io/packed.h"
#include "tests/pack.h"

enum { MAX = 1 << 24 };

static int
file_of(struct span octets)
{
	FILE *f = tmpfile();
	int fd;

	if (!f || fwrite(octets.p, 1, octets.n, f) != octets.n || fflush(f) ||
	    lseek(fileno(f), 0, SEEK_SET) < 0)
		abort();
	fd = dup(fileno(f));
	fclose(f);
	return fd;
}

/* All that comes, by reads of `step` octets, and how it ends. */
static enum packed_st
read_all(int fd, size_t step, struct buf *out, const char **format)
{
	struct packed p;
	enum packed_st st;
	size_t n = 0;

	buf_clear(out);
	packed_init(&p, fd);
	while ((st = packed_read(&p, buf_room(out, step), step, &n)) == PACKED_OK && n)
		buf_added(out, n);
	OK(packed_read(&p, buf_room(out, step), step, &n) == st && n == 0, "the end stays the end");
	*format = packed_format(&p);
	packed_free(&p);
	return st;
}

static enum packed_st
read_octets(struct span octets, struct buf *out, const char **format)
{
	int fd = file_of(octets);
	enum packed_st st = read_all(fd, 5000, out, format);

	close(fd);
	return st;
}

/* Text that packs to about a half. */
static void
make_text(struct buf *text, size_t n)
{
	uint64_t seed = n + 1;
	struct rng rng = rng_seeded(&seed);

	buf_clear(text);
	while (text->n < n)
		buf_putc(text, (char)('a' + rng_below(&rng, 16)));
}

static void
test_whole(const struct packer *packer)
{
	static const size_t lengths[] = {0, 1, 1000, 300000};
	struct buf text, octets, got;
	const char *format;
	bool good = true;

	buf_init(&text, MAX);
	buf_init(&octets, MAX);
	buf_init(&got, MAX);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		make_text(&text, lengths[i]);
		buf_clear(&octets);
		packer->pack(&octets, buf_span(&text));
		good = good && read_octets(buf_span(&octets), &got, &format) == PACKED_OK &&
		       span_eq(buf_span(&got), buf_span(&text));
		SAME_STR(format, packer->name, "known by its first octets");
	}
	OK(good, "unpacked, whatever the length");
	/* Members behind each other, empty ones among them. */
	make_text(&text, 100000);
	buf_clear(&octets);
	packer->pack(&octets, (struct span){text.p, 70000});
	packer->pack(&octets, (struct span){text.p, 0});
	packer->pack(&octets, span_from(buf_span(&text), 70000));
	OK(read_octets(buf_span(&octets), &got, &format) == PACKED_OK, "three behind each other");
	SAME_SPAN(buf_span(&got), buf_span(&text), "are one stream");
	for (int i = 0; i < 100; i++)
		buf_putc(&octets, '\0');
	OK(read_octets(buf_span(&octets), &got, &format) == PACKED_OK, "zeros behind it: fine");
	buf_puts(&octets, "junk");
	OK(read_octets(buf_span(&octets), &got, &format) == PACKED_DAMAGED, "anything else is not");
	SAME_SPAN(buf_span(&got), buf_span(&text), "and what stands before it is given");
	buf_free(&text);
	buf_free(&octets);
	buf_free(&got);
}

/* Cut anywhere, it gives the start of the text, and says that it is cut. */
static void
test_cut(const struct packer *packer)
{
	struct buf text, octets, got;
	size_t longest = 0;
	bool good = true, cut = true;

	buf_init(&text, MAX);
	buf_init(&octets, MAX);
	buf_init(&got, MAX);
	make_text(&text, 500);
	packer->pack(&octets, buf_span(&text));
	for (size_t n = 10; n < octets.n; n++) {
		int fd = file_of((struct span){octets.p, n});
		struct packed p;
		size_t came;

		buf_clear(&got);
		packed_init(&p, fd);
		while (packed_read(&p, buf_room(&got, 100), 100, &came) == PACKED_OK && came)
			buf_added(&got, came);
		cut = cut && p.failed == PACKED_CUT;
		good = good && span_starts(buf_span(&text), buf_span(&got));
		longest = got.n > longest ? got.n : longest;
		packed_free(&p);
		close(fd);
	}
	OK(cut, "an end in the middle is told");
	OK(good, "what comes before it is the text");
	OK(packer->pack != pack_gzip || longest == text.n, "as far as it can be known");
	buf_free(&text);
	buf_free(&octets);
	buf_free(&got);
}

/* One octet wrong, each in turn: it is told, or makes no difference. */
static void
test_damage(const struct packer *packer)
{
	struct buf text, octets, got;
	bool good = true;
	size_t told = 0;

	buf_init(&text, MAX);
	buf_init(&octets, MAX);
	buf_init(&got, MAX);
	make_text(&text, 500);
	packer->pack(&octets, buf_span(&text));
	for (size_t i = 10; i < octets.n; i++) {
		struct packed p;
		size_t came;
		int fd;

		octets.p[i] ^= 0x55;
		fd = file_of(buf_span(&octets));
		octets.p[i] ^= 0x55;
		buf_clear(&got);
		packed_init(&p, fd);
		while (packed_read(&p, buf_room(&got, 4096), 4096, &came) == PACKED_OK && came)
			buf_added(&got, came);
		if (p.failed == PACKED_OK)
			good = good && span_eq(buf_span(&text), buf_span(&got));
		else
			told++;
		packed_free(&p);
		close(fd);
	}
	OK(good && told > octets.n * 9 / 10, "damage is told");
	buf_free(&text);
	buf_free(&octets);
	buf_free(&got);
}

/* By a pipe, octet by octet. */
static void
test_pipe(const struct packer *packer)
{
	struct buf text, octets, got;
	const char *format;
	int fds[2];

	buf_init(&text, MAX);
	buf_init(&octets, MAX);
	buf_init(&got, MAX);
	make_text(&text, 3000);
	packer->pack(&octets, buf_span(&text));
	if (pipe(fds) != 0 || write(fds[1], octets.p, octets.n) != (ssize_t)octets.n)
		abort();
	close(fds[1]);
	OK(read_all(fds[0], PACKED_ROOM_MIN, &got, &format) == PACKED_OK, "from a pipe");
	SAME_SPAN(buf_span(&got), buf_span(&text), "the same");
	close(fds[0]);
	buf_free(&text);
	buf_free(&octets);
	buf_free(&got);
}

static void
plain_is(struct span octets, const char *name)
{
	struct buf got;
	const char *format = "";

	buf_init(&got, MAX);
	OK(read_octets(octets, &got, &format) == PACKED_OK && !format, name);
	SAME_SPAN(buf_span(&got), octets, "comes as it is");
	buf_free(&got);
}

static void
refused_is(struct span octets, const char *want)
{
	struct buf got;
	const char *format = NULL;

	buf_init(&got, MAX);
	OK(read_octets(octets, &got, &format) == PACKED_FORMAT && got.n == 0, "refused");
	SAME_STR(format, want, "by its name");
	buf_free(&got);
}

static void
test_plain(void)
{
	char octet;
	size_t n;
	struct packed p;
	int fds[2], fd;

	plain_is(SPAN_LIT(""), "an empty file");
	plain_is(SPAN_LIT("Nov 21 19:34:06 mail postfix\n"), "a log");
	plain_is(SPAN_LIT("\x1f\x8b"), "two octets that gzip begins with, and no more");
	plain_is(SPAN_LIT("\x1f\x8b\x07 no such method"), "a method that gzip does not have");
	plain_is(SPAN_LIT("BZh9"), "what bzip2 begins with, and no more");
	plain_is(SPAN_LIT("BZh9 is not all that bzip2 begins with\n"), "a line with BZh");
	refused_is(SPAN_LIT("\xfd\x37zXZ\0and so on"), "xz");
	refused_is(SPAN_LIT("\x04\x22\x4d\x18"), "lz4");
	refused_is(SPAN_LIT("\x1f\x9d\x90"), "compress");

	/* A line of one octet is given at once: its writer may wait for us. */
	if (pipe(fds) != 0 || write(fds[1], "\n", 1) != 1)
		abort();
	packed_init(&p, fds[0]);
	OK(packed_read(&p, &octet, 1, &n) == PACKED_OK && n == 1 && octet == '\n',
	    "one octet that no packer begins with is not waited upon");
	packed_free(&p);
	close(fds[0]);
	close(fds[1]);

	fd = file_of(SPAN_LIT("log\x1f\x8b\x08 text"));
	packed_init_plain(&p, fd, 3);
	OK(packed_read(&p, (char[20]){0}, 20, &n) == PACKED_OK && n == 8,
	    "from the middle of a plain file, whatever stands there");
	packed_free(&p);
	close(fd);
	fd = open("/", O_RDONLY | O_DIRECTORY);
	packed_init(&p, fd);
	OK(packed_read(&p, (char[20]){0}, 20, &n) == PACKED_ERROR && errno == EISDIR, "a folder");
	packed_free(&p);
	close(fd);
}

/* Two readers of one descriptor. */
static void
test_together(void)
{
	struct packed a, b;
	char x[20], y[20];
	size_t n;
	int fd = file_of(SPAN_LIT("0123456789abcdefghij"));

	packed_init(&a, fd);
	packed_init(&b, fd);
	OK(packed_read(&a, x, 16, &n) == PACKED_OK && packed_read(&b, y, 16, &n) == PACKED_OK &&
		!memcmp(x, y, 16),
	    "do not disturb each other");
	packed_free(&a);
	packed_free(&b);
	close(fd);
}

static void
test_window(void)
{
	struct buf text, octets, got;
	const char *format;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_inBuffer in;
	ZSTD_outBuffer out;

	buf_init(&text, MAX);
	buf_init(&octets, MAX);
	buf_init(&got, MAX);
	make_text(&text, 1000);
	in = (ZSTD_inBuffer){text.p, text.n, 0};
	out = (ZSTD_outBuffer){buf_room(&octets, 5000), 5000, 0};
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, PACKED_WINDOW_LOG + 1);
	/* Two calls: the length is not known, so the window is not made smaller. */
	ZSTD_compressStream2(c, &out, &in, ZSTD_e_flush);
	ZSTD_compressStream2(c, &out, &in, ZSTD_e_end);
	buf_added(&octets, out.pos);
	OK(read_octets(buf_span(&octets), &got, &format) == PACKED_WINDOW,
	    "zstd that wants more memory than it gets");
	ZSTD_freeCCtx(c);
	/* A frame without data before the one with data. */
	buf_clear(&octets);
	buf_put(&octets, SPAN_LIT("\x5a\x2a\x4d\x18\x03\0\0\0abc"));
	pack_zstd(&octets, buf_span(&text));
	OK(read_octets(buf_span(&octets), &got, &format) == PACKED_OK, "a frame to be skipped");
	SAME_SPAN(buf_span(&got), buf_span(&text), "is skipped");
	buf_free(&text);
	buf_free(&octets);
	buf_free(&got);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
		printf("# %s\n", packers[i].name);
		test_whole(&packers[i]);
		test_cut(&packers[i]);
		test_damage(&packers[i]);
		test_pipe(&packers[i]);
	}
	test_plain();
	test_together();
	test_window();
	return tap_end();
}
