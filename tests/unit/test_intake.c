/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "delivery/intake.h"

static struct arena *arena;
static char folder[] = "intake-XXXXXX";
static int dir_fd;

/* Writes mail into a pipe, `piece` octets at a time, from a process of its own. */
static int
pipe_of(struct span mail, size_t piece, pid_t *writer)
{
	int fds[2];

	fflush(stdout);
	if (pipe(fds) || (*writer = fork()) < 0)
		abort();
	if (*writer == 0) {
		for (; mail.n; mail = span_from(mail, piece))
			if (write(fds[1], mail.p, mail.n < piece ? mail.n : piece) < 0)
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	return fds[0];
}

/* Takes mail in and checks what must hold of any. */
static struct intake
take(struct span mail, size_t piece)
{
	struct intake in;
	struct spool_file file;
	char hex[SHA256_HEX_LEN + 1];
	char *stored = malloc(mail.n + 1);
	pid_t writer;
	int fd = pipe_of(mail, piece, &writer);
	bool good = spool_begin(&file, dir_fd) == SPOOL_OK;

	good &= intake_read(&in, arena, fd, &file) == INTAKE_OK;
	good &= pread(file.fd, stored, mail.n + 1, 0) == (ssize_t)mail.n;
	good &= span_eq((struct span){stored, mail.n}, mail);
	sha256_hex_of(mail, hex);
	good &= !strcmp(in.sha256, hex) && in.size == (int64_t)mail.n;
	good &= in.head.n <= mail.n && span_starts(mail, in.head);
	OK(good, "stored byte by byte, size and digest right");
	spool_end(&file);
	close(fd);
	waitpid(writer, NULL, 0);
	free(stored);
	return in;
}

static void
test_content_digest(void)
{
	struct span mail = SPAN_LIT("From a@example.net  Mon Jan  5 10:00:00 2026\nTo: b\n\nhi");
	struct intake in = take(mail, 10), again;
	char hex[SHA256_HEX_LEN + 1];

	again = take(SPAN_LIT("From a@example.net  Mon Jan  5 10:05:00 2026\nTo: b\n\nhi"), 100);
	SAME_STR(in.content_sha256, again.content_sha256, "the mbox line does not count");
	OK(strcmp(in.sha256, again.sha256) != 0, "but it is stored");
	sha256_hex_of(SPAN_LIT("To: b\n\nhi"), hex);
	SAME_STR(in.content_sha256, hex, "the digest of what is behind it");
	again = take(SPAN_LIT("To: b\n\nhi"), 1);
	SAME_STR(again.content_sha256, hex, "there need not be one");
	again = take(SPAN_LIT("From x"), 1);
	sha256_hex_of(SPAN_LIT(""), hex);
	SAME_STR(again.content_sha256, hex, "nothing else is there");
	SAME_STR(take(SPAN_LIT(""), 1).content_sha256, hex, "an empty mail");
	again = take(SPAN_LIT("\nFrom x\n"), 1);
	SAME_STR(again.content_sha256, again.sha256, "only the first line can be one");
}

/* A mail of n octets whose first `header` ones are fields. */
static struct span
mail_of(size_t header, size_t n)
{
	char *p = arena_alloc(arena, n);

	memset(p, 'x', n);
	for (size_t i = 0; i < header; i += 100)
		memcpy(p + i, "\nX: ", i + 4 <= n ? 4 : n - i);
	p[0] = 'X';
	if (header + 2 <= n)
		memcpy(p + header, "\n\n", 2);
	return (struct span){p, n};
}

static void
test_head(void)
{
	struct intake in;

	for (size_t n = 65534; n <= 65538; n++) {
		in = take(mail_of(1000, n), 70000);
		OK(in.head.n >= 1002 && !in.head_cut,
		    "the head holds the header section, around a pipe's size");
	}
	in = take(mail_of(65535, 200000), 70000);
	OK(in.head.n >= 65537 && in.head.n < 200000, "the empty line lies across two reads");
	in = take(mail_of(0, 3 << 20), 70000);
	OK(in.head.n <= INTAKE_HEADER_MAX && !in.head_cut, "a large body costs no memory");
	in = take(mail_of(INTAKE_HEADER_MAX - 2, 2 << 20), 70000);
	OK(!in.head_cut && in.head.n == INTAKE_HEADER_MAX, "a header section of just the limit");
	in = take(mail_of(2 << 20, 3 << 20), 70000);
	OK(in.head_cut && in.head.n == INTAKE_HEADER_MAX, "a longer one is cut, and says so");
	in =
	    take((struct span){memset(arena_alloc(arena, 2 << 20), '\n', 2 << 20), 2 << 20}, 70000);
	OK(!in.head_cut, "newlines alone are no header");
}

/* A body without any empty line: the header section ended long before the limit. */
static void
test_no_empty_line(void)
{
	size_t n = 2 << 20;
	char *p = arena_alloc(arena, n);

	for (size_t i = 0; i < n; i++)
		p[i] = i % 60 == 59 ? '\n' : 'b';
	memcpy(p, "X: 1\nthis is no field\n", 22);
	OK(!take((struct span){p, n}, 70000).head_cut,
	    "a large mail without an empty line has its whole header");
}

static void
test_errors(void)
{
	struct spool_file file;
	struct intake in;
	int fds[2];

	if (pipe(fds) || write(fds[1], "abc", 3) != 3 || close(fds[1]))
		abort();
	OK(spool_begin(&file, dir_fd) == SPOOL_OK, "begun");
	OK(intake_read(&in, arena, dir_fd, &file) == INTAKE_READ_ERROR,
	    "an input that cannot be read");
	OK(intake_read(&in, arena, fds[0], &(struct spool_file){.fd = dir_fd}) ==
		INTAKE_WRITE_ERROR,
	    "a file that cannot be written");
	spool_end(&file);
	close(fds[0]);
}

int
main(void)
{
	arena = arena_new();
	if (!mkdtemp(folder) || (dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 1;
	test_content_digest();
	test_head();
	test_no_empty_line();
	test_errors();
	close(dir_fd);
	rmdir(folder);
	arena_free(arena);
	return tap_end();
}
