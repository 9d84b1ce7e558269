/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/settings.h"

static struct arena *arena;
static char folder[] = "settings-XXXXXX";

static const struct program program = {.name = "emt-test",
    .synopsis = "[OPTION]...",
    .about = "Tests.",
    .used_by = BY_ENRICH | BY_DELIVER};

/* A site file of this text in the test's folder. */
static char *
site_file(struct span text)
{
	char *path = arena_printf(arena, "%s/site.conf", folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n || close(fd))
		abort();
	return path;
}

static struct program_start
start(struct settings *settings, char *one, char *two, char *three)
{
	char name[] = "emt-test", *argv[] = {name, one, two, three, NULL};
	int argc = 1;

	while (argv[argc])
		argc++;
	return program_start(arena, &program, argc, argv, settings);
}

static char *
text(const char *s)
{
	return arena_dup(arena, span_str(s));
}

static void
test_values(void)
{
	struct settings s;
	struct program_start p =
	    start(&s, text("-c"), site_file(SPAN_LIT("base_dir = /data\n")), NULL);

	OK(p.todo == PROGRAM_RUN, "to be run");
	SAME_STR(s.spam_json_dir, "/data/spam/json", "folders lie below base_dir");
	OK(!s.domain && s.resolver.n == 0, "what is not set has no value");
	SAME_INT(s.deliver_timeout_s, 300, "default");
	p = start(
	    &s, text("-c"), site_file(SPAN_LIT("base_dir = /data\n")), text("-obase_dir=/other"));
	OK(p.todo == PROGRAM_RUN, "with --set");
	SAME_STR(s.mail_dir, "/other/mails", "--set wins, and what is made of it follows");
}

static bool
refused(struct span site, const char *with)
{
	struct settings s;
	struct program_start p = start(&s, text("-c"), site_file(site), NULL);

	return p.todo == PROGRAM_CONFIG && strstr(p.message, "site.conf:") &&
	       strstr(p.message, with);
}

static void
test_bad_files(void)
{
	char *large = arena_alloc(arena, (1 << 20) + 2);
	struct settings s;
	struct program_start p;

	OK(refused(SPAN_LIT("\nbase_dri = /data\n"), ":2: "), "unknown name");
	OK(refused(SPAN_LIT("base_dir = \n"), ":1: "), "missing value");
	OK(refused(SPAN_LIT("resolver = 192.0.2\n"), ":1: "), "bad address");
	OK(refused(SPAN_LIT("deliver_timeout = 1h\n"), "1 to 900"), "out of range");
	memset(large, '#', (1 << 20) + 1);
	p = start(&s, text("-c"), site_file((struct span){large, (1 << 20) + 1}), NULL);
	OK(p.todo == PROGRAM_CONFIG && strstr(p.message, "larger"), "too large");
	p = start(&s, text("-c"), arena_printf(arena, "%s/nosuch", folder), NULL);
	OK(p.todo == PROGRAM_CONFIG, "no such file");
	p = start(&s, text("-c"), text(folder), NULL);
	OK(p.todo == PROGRAM_CONFIG, "a folder");
	p = start(&s, text("-c"), text(""), NULL);
	OK(p.todo == PROGRAM_CONFIG, "an empty name");
}

static void
test_what_to_do(void)
{
	struct settings s;
	struct program_start p = start(&s, text("--help"), text("--nosuch"), NULL);

	OK(p.todo == PROGRAM_USAGE && p.message, "a bad switch is said first");
	p = start(&s, text("--help"), text("-c"), arena_printf(arena, "%s/nosuch", folder));
	OK(p.todo == PROGRAM_SHOW && p.show == SHOW_HELP, "--help needs no good site file");
	p = start(&s, text("--version"), NULL, NULL);
	OK(p.todo == PROGRAM_SHOW && p.show == SHOW_VERSION, "--version");
	p = start(&s, text("-n"), text("-obase_dir=x"), NULL);
	OK(p.todo == PROGRAM_CONFIG, "-n needs a good one");
	p = start(&s, text("-n"), text("-obase_dir=/x"), NULL);
	OK(p.todo == PROGRAM_SHOW && p.show == SHOW_SETTINGS, "-n");
	p = start(&s, text("-osession_dir=/x"), NULL, NULL);
	OK(p.todo == PROGRAM_CONFIG, "other programs' settings are not for --set");
	p = start(&s, text("one"), text("-obase_dir=/x"), text("two"));
	OK(p.todo == PROGRAM_RUN && p.operands_n == 2, "operands");
}

/* Every row of the table is fit to be shown, and no name is there twice. */
static void
test_table(void)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option *o = &settings_table.v[i];

		wrong += !o->help || !o->used_by || o->letter;
		for (size_t k = 0; k < i; k++)
			wrong += !strcmp(o->name, settings_table.v[k].name) ||
				 o->field == settings_table.v[k].field;
	}
	SAME_INT(wrong, 0, "rows have help, a reader, and a name and field of their own");
}

int
main(void)
{
	arena = arena_new();
	if (!mkdtemp(folder))
		return 1;
	test_values();
	test_bad_files();
	test_what_to_do();
	test_table();
	unlink(arena_printf(arena, "%s/site.conf", folder));
	rmdir(folder);
	arena_free(arena);
	return tap_end();
}
