/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/original_switches.h"

#include "tests/tap.h"

enum { ARGS_MAX = 8 };

static struct arena *arena;

/* The command line `words` (between blanks) as it comes out, or the message. */
static const char *
rewritten(const char *words)
{
	char *argv[ARGS_MAX + 1] = {NULL}, **v = argv;
	struct span rest = span_str(words);
	const char *error, *text = "";
	int argc = 0;

	while (rest.p)
		argv[argc++] = arena_dup(arena, span_cut(&rest, ' '));
	error = original_switches(arena, &argc, &v);
	for (int i = 0; !error && i < argc; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? " " : "", v[i]);
	return error ? error : text;
}

static void
names_the_pipe(const char *words)
{
	OK(strstr(rewritten(words), "emt-mxscan"), words);
}

int
main(void)
{
	arena = arena_new();
	SAME_STR(
	    rewritten("p --map_id_to_company False f"), "p --map_id_to_company False f", "a value");
	SAME_STR(rewritten("p --map_id_to_company f"), "p --map_id_to_company=True f", "none");
	SAME_STR(
	    rewritten("p --map_id_to_company"), "p --map_id_to_company=True", "none at the end");
	SAME_STR(rewritten("p -- --domains x"), "p -- --domains x", "behind -- all are files");
	SAME_STR(rewritten("p --debug 1 f"), "p --debug 1 f", "others stay");
	names_the_pipe("p --domains a.com b.com");
	names_the_pipe("p --domains=a.com");
	names_the_pipe("p --domains");
	names_the_pipe("p -d a.com");
	names_the_pipe("p --save_scan_data");
	names_the_pipe("p --save_scan_data True");
	arena_free(arena);
	return tap_end();
}
