/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-fill - fills one template of the laboratory: emt-fill TEMPLATE NAME=VALUE... */
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/settings.h"
#include "base/template.h"

enum { TEMPLATE_MAX = 1024 * 1024 };

static const struct program program = {
    .name = "emt-fill",
    .synopsis = "TEMPLATE NAME=VALUE...",
    .about = "Prints TEMPLATE with each place @NAME@ replaced by its value and each @@ by @.",
};

static bool
read_template(const char *path, struct buf *text)
{
	FILE *f = fopen(path, "re");
	size_t n;
	char *room = buf_room(text, TEMPLATE_MAX);

	if (!f)
		return false;
	n = fread(room, 1, TEMPLATE_MAX, f);
	buf_added(text, n);
	if (n == TEMPLATE_MAX)
		errno = EFBIG;
	return !ferror(f) && !fclose(f) && n < TEMPLATE_MAX;
}

static int
fill(struct arena *a, const char *path, char **assignments, size_t n)
{
	struct template_value *values = arena_alloc(a, n * sizeof *values + 1);
	const char *error;
	struct buf text, out;
	int code = EX_OK;

	buf_init(&text, TEMPLATE_MAX);
	buf_init(&out, 16 * TEMPLATE_MAX);
	for (size_t i = 0; i < n; i++) {
		values[i].value = span_str(assignments[i]);
		values[i].name = span_cut(&values[i].value, '=');
	}
	if (!read_template(path, &text)) {
		fprintf(stderr, "emt-fill: %s: %s\n", path, strerror(errno));
		code = EX_NOINPUT;
	} else if ((error = template_fill(a, &out, buf_span(&text), values, n)) != NULL) {
		fprintf(stderr, "emt-fill: %s: %s\n", path, error);
		code = EX_DATAERR;
	} else if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout)) {
		fprintf(stderr, "emt-fill: standard output: %s\n", strerror(errno));
		code = EX_IOERR;
	}
	buf_free(&text);
	buf_free(&out);
	return code;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct settings settings;
	int operands_n, code = program_begin(a, &program, argc, argv, &settings, &operands_n);

	if (code < 0 && operands_n < 1) {
		fprintf(stderr, "usage: %s %s\n", program.name, program.synopsis);
		code = EX_USAGE;
	}
	if (code < 0)
		code = fill(a, argv[1], argv + 2, (size_t)operands_n - 1);
	arena_free(a);
	return code;
}
