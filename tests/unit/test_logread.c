/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sessionparse/logread.h"

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
next_is(struct logread *r, struct span want, const char *name)
{
	struct span line = {NULL, 0};

	OK(logread_line(r, &line) == LOGREAD_LINE, name);
	SAME_SPAN(line, want, "and it is the one");
}

static void
test_lines(void)
{
	struct logread r;
	struct span line;
	int fd = file_of(SPAN_LIT("one\n\ntwo\0x\nlast"));

	logread_init(&r, fd);
	OK(logread_peek(&r, 4, &line) == LOGREAD_LINE, "a look at the start");
	SAME_SPAN(line, SPAN_LIT("one\n"), "shows it");
	next_is(&r, SPAN_LIT("one"), "the first line is still there");
	next_is(&r, SPAN_LIT(""), "an empty line");
	next_is(&r, SPAN_LIT("two\0x"), "a line with a NUL");
	next_is(&r, SPAN_LIT("last"), "a last line without newline");
	OK(logread_line(&r, &line) == LOGREAD_END, "the end");
	OK(logread_line(&r, &line) == LOGREAD_END, "stays the end");
	logread_free(&r);
	close(fd);
}

static void
test_empty(void)
{
	struct logread r;
	struct span line;
	int fd = file_of(SPAN_LIT(""));

	logread_init(&r, fd);
	OK(logread_peek(&r, 4, &line) == LOGREAD_LINE && line.n == 0, "nothing to look at");
	OK(logread_line(&r, &line) == LOGREAD_END, "an empty file");
	logread_free(&r);
	close(fd);
}

/* Lines around the sizes of line and block: each comes whole, or cut to the limit. */
static void
test_long_lines(void)
{
	static const size_t lengths[] = {LOGREAD_LINE_MAX - 1, LOGREAD_LINE_MAX,
	    LOGREAD_LINE_MAX + 1, LOGREAD_BLOCK, LOGREAD_BLOCK + LOGREAD_LINE_MAX,
	    5 * LOGREAD_BLOCK};
	struct logread r;
	struct span line;
	struct buf text;
	bool good = true;
	int fd;

	buf_init(&text, 1 << 24);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		for (size_t n = 0; n < lengths[i]; n++)
			buf_putc(&text, 'x');
		buf_puts(&text, "\nshort\n");
	}
	fd = file_of(buf_span(&text));
	logread_init(&r, fd);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		good = good && logread_line(&r, &line) == LOGREAD_LINE;
		good = good &&
		       line.n >= (lengths[i] < LOGREAD_LINE_MAX ? lengths[i] : LOGREAD_LINE_MAX) &&
		       line.n <= lengths[i];
		good = good && logread_line(&r, &line) == LOGREAD_LINE &&
		       span_eq(line, SPAN_LIT("short"));
	}
	OK(good, "long lines are whole or cut, and the next one is whole");
	OK(logread_line(&r, &line) == LOGREAD_END, "and nothing is left");
	logread_free(&r);
	close(fd);
	buf_free(&text);
}

static void
test_error(void)
{
	struct logread r;
	struct span line;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	logread_init(&r, fd);
	OK(logread_line(&r, &line) == LOGREAD_ERROR && errno == EISDIR,
	    "a file that cannot be read");
	logread_free(&r);
	close(fd);
}

int
main(void)
{
	test_lines();
	test_empty();
	test_long_lines();
	test_error();
	return tap_end();
}
