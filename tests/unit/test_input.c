/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/input.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/tap.h"

enum { TEXT_N = 300000 };

static char text[TEXT_N];

static void
write_file(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "we");

	if (!f || fwrite(p, 1, n, f) != n || fclose(f))
		abort();
}

/* Reads a file in pieces; does it hold the first n octets of the text, and end as it should? */
static void
check(const char *path, size_t step, size_t n, bool error, const char *name)
{
	static char got[TEXT_N + 65536];
	struct input *in = input_open(path);
	size_t have = 0, more;

	if (!OK(in != NULL, name))
		return;
	do {
		more = input_read(in, got + have, step);
		have += more;
	} while (more == step && have + step <= sizeof got);
	OK(have == n && memcmp(got, text, n) == 0, name);
	OK(!!input_error(in) == error, name);
	OK(input_read(in, got, step) == 0, "and stays at its end");
	input_close(in);
}

int
main(void)
{
	char dir[] = P_tmpdir "/test_input.XXXXXX", path[64];
	size_t room = ZSTD_compressBound(TEXT_N);
	char *packed = malloc(room);
	gzFile gz;
	size_t n;

	if (!mkdtemp(dir) || !packed)
		abort();
	for (size_t i = 0; i < TEXT_N; i++)
		text[i] = (char)('a' + i * i % 23);
	snprintf(path, sizeof path, "%s/x", dir);

	OK(input_open(path) == NULL, "a file that is not there");
	write_file(path, text, TEXT_N);
	check(path, 65536, TEXT_N, false, "plain");
	check(path, 4999, TEXT_N, false, "plain, in odd pieces");
	write_file(path, text, 0);
	check(path, 65536, 0, false, "empty");

	n = ZSTD_compress(packed, room, text, TEXT_N, 3);
	write_file(path, packed, n);
	check(path, 65536, TEXT_N, false, "zstd, called anything");
	gz = gzopen(path, "wb");
	OK(gz && gzwrite(gz, text, TEXT_N) == TEXT_N && gzclose(gz) == Z_OK, "packed");
	check(path, 4999, TEXT_N, false, "gzip");
	OK(truncate(path, 10) == 0, "cut short");
	check(path, 65536, 0, true, "gzip that ends early");
	check(dir, 65536, 0, true, "a folder");

	input_close(NULL);
	unlink(path);
	rmdir(dir);
	free(packed);
	return tap_end();
}
