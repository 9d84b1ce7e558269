/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessiongen SEED SESSIONS AT_ONCE NOISE - writes a made-up verbose log to standard output
 * (tests/sessiongen.h). */
#include <stdio.h>

#include "tests/sessiongen.h"

static void
print_line(void *state, struct span line)
{
	fwrite(line.p, 1, line.n, state);
	putc('\n', state);
}

int
main(int argc, char **argv)
{
	struct gen_params params = {.line = print_line, .state = stdout};
	struct gen g;

	if (argc != 5) {
		fprintf(stderr, "usage: %s SEED SESSIONS AT_ONCE NOISE\n", argv[0]);
		return 64;
	}
	params.seed = strtoull(argv[1], NULL, 10);
	params.sessions = strtoul(argv[2], NULL, 10);
	params.at_once = strtoul(argv[3], NULL, 10);
	params.noise = (unsigned)strtoul(argv[4], NULL, 10);
	gen_run(&g, &params);
	gen_free(&g);
	return ferror(stdout) || fflush(stdout) ? 75 : 0;
}
