/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of emt-mxscan (mxinfer/scan/scan_params.h), MX Inference's switches among it. */
#include <stdlib.h>

#include "mxinfer/scan/scan_params.h"
#include "tests/tap.h"

static struct arena *arena;

/* The words of a command line, behind scan_switches_of_original. */
static const char *
rewritten(const char *line)
{
	struct span rest = span_str(line);
	char **argv = arena_alloc(arena, 50 * sizeof *argv);
	struct buf text;
	const char *out;
	int argc = 0;

	argv[argc++] = arena_dup(arena, SPAN_LIT("emt-mxscan"));
	while (rest.n)
		argv[argc++] = arena_dup(arena, span_cut(&rest, ' '));
	scan_switches_of_original(arena, &argc, &argv);
	buf_init(&text, 4096);
	for (int i = 1; i < argc; i++)
		buf_printf(&text, "%s%s", i > 1 ? " " : "", argv[i]);
	out = arena_dup(arena, buf_span(&text));
	buf_free(&text);
	return argv[argc] ? "no end" : out;
}

static void
test_original(void)
{
	const char *ten = "--domains=ucsd.edu --domains=netflix.com --domains=gsipartners.com "
			  "--domains=lodi.gov --domains=jeniustoto.net --domains=sgnetway.net "
			  "--domains=bbw-chan.nl --domains=utexas.edu "
			  "--domains=summitorganization.org --domains=arfonts.net";

	SAME_STR(rewritten("--domains a.example b.example --raw c.example"),
	    "--domains=a.example --domains=b.example --raw c.example", "several domains");
	SAME_STR(rewritten("-d a.example"), "--domains=a.example", "the short name");
	SAME_STR(rewritten("--domains=a.example b.example"), "--domains=a.example b.example",
	    "one with =");
	SAME_STR(rewritten("--domains"), ten, "its examples");
	SAME_STR(rewritten("--domains --raw"), arena_printf(arena, "%s --raw", ten),
	    "its examples, and another switch");
	SAME_STR(rewritten("--save_scan_data --raw a.example"),
	    "--save_scan_data=True --raw a.example", "saved, by default");
	SAME_STR(rewritten("a.example --save_scan_data"), "a.example --save_scan_data=True",
	    "saved, at the end");
	SAME_STR(rewritten("--save_scan_data False a.example"), "--save_scan_data False a.example",
	    "not saved");
	SAME_STR(rewritten("-- --domains a.example"), "-- --domains a.example", "operands");
}

/* What is wrong with a command line; NULL: nothing is. */
static const char *
wrong(const char *line, struct scan_params *p, struct settings *settings)
{
	const struct option_group group = {scan_switches, p};
	struct span rest = span_str(line);
	char *argv[50] = {arena_dup(arena, SPAN_LIT("emt-mxscan"))};
	int argc = 1, operands_n;
	const char *error;

	*p = scan_params_default;
	while (rest.n)
		argv[argc++] = arena_dup(arena, span_cut(&rest, ' '));
	error = option_take_switches(arena, &group, 1, argc, argv, &operands_n);
	return error ? error : scan_params_check(arena, p, settings);
}

static void
test_check(void)
{
	struct settings settings = {.ehlo_name = "scan.example.org"};
	struct scan_params p;

	SAME_STR(wrong("", &p, &settings), NULL, "nothing said");
	SAME_STR(p.ehlo_name, "scan.example.org", "the setting's name");
	SAME_INT(p.shards_n, 1, "one shard");
	SAME_STR(wrong("--ehlo-name Probe.Example.Net --shards 2/4 --dane", &p, &settings), NULL,
	    "some switches");
	SAME_STR(p.ehlo_name, "probe.example.net", "a name");
	OK(p.shard == 2 && p.shards_n == 4, "a shard");
	OK(p.tlsa && p.validate && p.sni == SCAN_SNI_MX, "what --dane implies");
	OK(wrong("--ehlo-name localhost", &p, &settings) &&
		wrong("--ehlo-name mail.localdomain", &p, &settings) &&
		wrong("--ehlo-name host", &p, &settings),
	    "names that tell nothing");
	OK(!wrong("--dry-run --ehlo-name localhost", &p, &settings), "nobody hears it");
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = {
		    "--shards 0/4", "--shards 5/4", "--shards 1", "--shards 1/4x", "--shards a/b"};

		OK(wrong(bad[i], &p, &settings) != NULL, "no shard");
	}
	OK(wrong("--ipv4 --ipv6", &p, &settings) != NULL, "both families alone");
	OK(wrong("--resume", &p, &settings) != NULL, "--resume of nothing");
	OK(wrong("--root-hints x", &p, &settings) != NULL, "hints for nobody");
	OK(wrong("--authorities --resolver 192.0.2.1", &p, &settings) != NULL,
	    "authorities, and a resolver");
	OK(wrong("--max-open 501", &p, &settings) && wrong("--rate 51", &p, &settings),
	    "large, and nobody to ask");
	OK(!wrong("--max-open 5000 --rate 500 --contact scan@example.org", &p, &settings),
	    "large, and somebody");
	settings.contact = "noc@example.org";
	OK(!wrong("--max-open 5000", &p, &settings) && !strcmp(p.contact, "noc@example.org"),
	    "the setting's contact");
	OK(wrong("--port 0", &p, &settings) && wrong("--patience 301", &p, &settings),
	    "numbers out of range");
}

int
main(void)
{
	arena = arena_new();
	test_original();
	test_check();
	arena_free(arena);
	return tap_end();
}
