/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "io/lines.h"

static int
file_of(struct span text)
{
	FILE *f = tmpfile();
	int fd;

	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fflush(f) ||
	    lseek(fileno(f), 0, SEEK_SET) < 0)
		abort();
	fd = dup(fileno(f));
	fclose(f);
	return fd;
}

static void
append(int fd, const char *text)
{
	if (lseek(fd, 0, SEEK_END) < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET) < 0)
		abort();
}

static void
next_is(struct lines *l, struct span want, const char *name)
{
	struct span line = {NULL, 0};

	OK(lines_next(l, &line) == LINES_LINE, name);
	SAME_SPAN(line, want, "and it is the one");
}

static void
test_lines(void)
{
	struct lines l;
	struct span line;
	int fd = file_of(SPAN_LIT("one\n\ntwo\0x\nlast"));

	lines_init(&l, fd);
	next_is(&l, SPAN_LIT("one"), "the first line");
	SAME_INT(l.offset, 4, "and the offset behind it");
	next_is(&l, SPAN_LIT(""), "an empty line");
	next_is(&l, SPAN_LIT("two\0x"), "a line with a NUL");
	SAME_INT(l.offset, 11, "the offset behind that");
	OK(lines_next(&l, &line) == LINES_END, "the end");
	OK(lines_next(&l, &line) == LINES_END, "stays the end");
	SAME_INT(l.offset, 11, "what has no newline is not taken");
	OK(lines_rest(&l, &line), "until one asks for it");
	SAME_SPAN(line, SPAN_LIT("last"), "as it is");
	SAME_INT(l.offset, 15, "then the offset is that of the end");
	OK(!lines_rest(&l, &line), "and nothing is left");
	lines_free(&l);
	close(fd);
}

static void
test_growing(void)
{
	struct lines l;
	struct span line;
	int fd = file_of(SPAN_LIT("one\ntw"));

	lines_init(&l, fd);
	next_is(&l, SPAN_LIT("one"), "a line of a file that grows");
	OK(lines_next(&l, &line) == LINES_END, "half a line is none");
	append(fd, "o\nthree\n");
	next_is(&l, SPAN_LIT("two"), "it is one when the rest has come");
	next_is(&l, SPAN_LIT("three"), "and the next one");
	SAME_INT(lseek(fd, 0, SEEK_CUR), 0, "the descriptor has not been moved");
	lines_free(&l);
	lines_init_plain(&l, fd, 4);
	next_is(&l, SPAN_LIT("two"), "from an offset on");
	SAME_INT(l.offset, 8, "offsets are those of the file");
	lines_free(&l);
	close(fd);
}

static void
test_empty(void)
{
	struct lines l;
	struct span line;
	int fd = file_of(SPAN_LIT(""));

	lines_init(&l, fd);
	OK(lines_next(&l, &line) == LINES_END, "an empty file");
	OK(!lines_rest(&l, &line), "has no rest");
	lines_free(&l);
	close(fd);
}

static void
put_xs(struct buf *text, size_t n)
{
	while (n--)
		buf_putc(text, 'x');
}

/* Lines around the sizes of line and block: each comes whole, or cut to the limit. */
static void
test_long_lines(void)
{
	static const size_t lengths[] = {LINES_MAX - 1, LINES_MAX, LINES_MAX + 1, LINES_BLOCK - 1,
	    LINES_BLOCK, LINES_BLOCK + LINES_MAX, 5 * LINES_BLOCK};
	struct lines l;
	struct span line;
	struct buf text;
	bool good = true;
	uint64_t offset = 0;
	int fd;

	buf_init(&text, 1 << 24);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		put_xs(&text, lengths[i]);
		buf_puts(&text, "\nshort\n");
	}
	put_xs(&text, 3 * LINES_BLOCK);
	fd = file_of(buf_span(&text));
	lines_init(&l, fd);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		good = good && lines_next(&l, &line) == LINES_LINE &&
		       line.n == (lengths[i] < LINES_MAX ? lengths[i] : LINES_MAX);
		offset += lengths[i] + 1;
		good = good && l.offset == offset;
		good =
		    good && lines_next(&l, &line) == LINES_LINE && span_eq(line, SPAN_LIT("short"));
		offset += 6;
	}
	OK(good, "long lines are whole or cut, and the next one is whole");
	OK(lines_next(&l, &line) == LINES_END, "a long one without newline is none");
	SAME_INT(l.offset, offset, "and is not taken");
	OK(lines_rest(&l, &line) && line.n == LINES_MAX, "but as a rest, cut");
	SAME_INT(l.offset, text.n, "of which all is taken");
	lines_free(&l);
	close(fd);
	buf_free(&text);
}

static void
test_skip(void)
{
	struct lines l;
	struct buf text;
	int fd;

	buf_init(&text, 1 << 24);
	put_xs(&text, 2 * LINES_BLOCK);
	buf_puts(&text, "\nbehind\n");
	fd = file_of(buf_span(&text));
	lines_init(&l, fd);
	OK(lines_skip(&l, 2 * LINES_BLOCK + 1) == LINES_LINE, "over two blocks");
	next_is(&l, SPAN_LIT("behind"), "to the line behind them");
	OK(lines_skip(&l, l.offset) == LINES_LINE, "to where one is");
	OK(lines_skip(&l, text.n + 1) == LINES_END, "beyond the end");
	lines_free(&l);
	close(fd);
	buf_free(&text);
}

static void
test_packed(void)
{
	Bytef octets[200];
	z_stream z = {.next_in = (Bytef *)(uintptr_t) "one\ntwo\nthr", .avail_in = 11};
	struct lines l;
	struct span line;
	size_t n;
	int fd;

	z.next_out = octets;
	z.avail_out = sizeof octets;
	if (deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	n = z.total_out;
	deflateEnd(&z);
	fd = file_of((struct span){(char *)octets, n});
	lines_init(&l, fd);
	OK(lines_skip(&l, 4) == LINES_LINE, "into a compressed file");
	next_is(&l, SPAN_LIT("two"), "a line of it");
	SAME_INT(l.offset, 8, "offsets are those of the text");
	OK(lines_next(&l, &line) == LINES_END && lines_rest(&l, &line), "its end");
	lines_free(&l);
	close(fd);
	fd = file_of((struct span){(char *)octets, n - 9});
	lines_init(&l, fd);
	next_is(&l, SPAN_LIT("one"), "a compressed file that is cut");
	next_is(&l, SPAN_LIT("two"), "has its lines");
	OK(lines_next(&l, &line) == LINES_FAILED && l.why == PACKED_CUT, "and says so in the end");
	lines_free(&l);
	close(fd);
}

static void
test_error(void)
{
	struct lines l;
	struct span line;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	lines_init(&l, fd);
	OK(lines_next(&l, &line) == LINES_FAILED && l.why == PACKED_ERROR && errno == EISDIR,
	    "a file that cannot be read");
	lines_free(&l);
	close(fd);
}

int
main(void)
{
	test_lines();
	test_growing();
	test_empty();
	test_long_lines();
	test_skip();
	test_packed();
	test_error();
	return tap_end();
}
