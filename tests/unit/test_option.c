/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "base/option.h"

enum { BY_US = 1, BY_OTHERS = 2 };

struct target {
	const char *text, *path, *name;
	int64_t choice, number, seconds;
	bool yes, flag;
	struct option_list texts, resolvers, names, keys, ranges;
};

#define FIELD(member) .field = offsetof(struct target, member), .used_by = BY_US

static const struct option rows[] = {
    {"text", 't', OPT_TEXT, .def = "plain", FIELD(text), .help = "some text"},
    {"path", 0, OPT_PATH, .def = "/srv", FIELD(path), .help = "some path"},
    {"name", 0, OPT_NAME, FIELD(name), .help = "some name"},
    {"choice", 0, OPT_CHOICE, .def = "b", .choices = "a|b|c", FIELD(choice), .help = "one of them"},
    {"number", 0, OPT_NUMBER, .def = "7", .min = -5, .max = 100, FIELD(number),
	.help = "some number"},
    {"seconds", 0, OPT_SECONDS, .def = "1m", .max = 1209600, FIELD(seconds), .help = "some time"},
    {"yes", 0, OPT_YESNO, .def = "no", FIELD(yes), .help = "yes or no"},
    {"resolvers", 0, OPT_RESOLVERS, .def = "system", FIELD(resolvers), .help = "addresses"},
    {"names", 0, OPT_NAMES, .def = "a.example b.example", FIELD(names), .help = "names"},
    {"keys", 0, OPT_KEYS, .def = "none", FIELD(keys), .help = "keys"},
    {"ranges", 0, OPT_RANGES, .def = "none", FIELD(ranges), .help = "ranges"},
    {"flag", 'f', OPT_FLAG, FIELD(flag), .help = "a switch"},
    {"texts", 'T', OPT_TEXTS, FIELD(texts), .help = "a switch for many"},
    {"theirs", 0, OPT_TEXT, .def = "x", .field = offsetof(struct target, text),
	.used_by = BY_OTHERS},
};
/* A file knows neither switches nor, here, the others' row, which would fill our field. */
static const struct option_table settings = {rows, 11}, switches = {rows, 13}, all = {rows, 14};

static struct arena *arena;

/* The error of a file, or of its values; NULL: all was well. */
static const char *
read_file(const char *text, struct target *target)
{
	struct option_values values;
	const char *error;

	*target = (struct target){0};
	option_values_init(&values, arena, settings);
	error = option_take_file(&values, "F", span_str(text));
	return error ? error : option_store(&values, target);
}

static void
test_file(void)
{
	struct target t;

	OK(!read_file("", &t), "an empty file");
	SAME_STR(t.text, "plain", "default of a text");
	SAME_INT(t.seconds, 60, "default of a time");
	OK(!t.name, "no default");
	OK(!read_file("# comment\n\n  # indented comment\ntext = one\n  two\n# between\npath = "
		      "/a/$name\nname = b.example\nnumber=-5\n"
		      "seconds = 2w\nyes = yes\nchoice = c\nresolvers = 192.0.2.1, 2001:db8::1",
	       &t),
	    "a file of all types");
	SAME_STR(t.text, "one two", "lines that start with a blank go on");
	SAME_STR(t.path, "/a/b.example", "$name");
	SAME_INT(t.number, -5, "least number");
	SAME_INT(t.seconds, 1209600, "weeks");
	SAME_INT(t.choice, 2, "choice");
	OK(t.yes, "yes");
	OK(t.resolvers.n == 2 && !strcmp(t.resolvers.v[1], "2001:db8::1"), "addresses");
	OK(!read_file("resolvers = system\r\n", &t) && t.resolvers.n == 0, "system, and CRLF");
}

static void
test_lists(void)
{
	struct target t;
	struct buf many;

	OK(!read_file("", &t) && t.names.n == 2 && t.keys.n == 0 && t.ranges.n == 0,
	    "defaults of lists");
	OK(!read_file("names = none\n", &t) && t.names.n == 0, "no name");
	OK(!read_file("names = B.Example., a.example,,\tc.example\n d.example\n", &t) &&
		t.names.n == 4,
	    "names, with all that separates them");
	SAME_STR(t.names.v[0], "b.example", "a name in its canonical form");
	SAME_STR(t.names.v[3], "d.example", "a name of another line");
	OK(!read_file("keys = A.example.=Secret-1 b.example=x\n", &t) && t.keys.n == 2, "keys");
	SAME_STR(t.keys.v[0], "a.example=Secret-1", "a key keeps its case, its name does not");
	SAME_STR(t.keys.v[1], "b.example=x", "the other one");
	OK(!read_file("ranges = 192.0.2.0/24, 2001:db8::/32 203.0.113.7\n", &t) && t.ranges.n == 3,
	    "ranges");
	SAME_STR(t.ranges.v[1], "2001:db8::/32", "a range as it was written");
	buf_init(&many, 1 << 20);
	buf_puts(&many, "names =");
	for (int i = 0; i < OPTION_LIST_MAX; i++)
		buf_printf(&many, " n%d.example", i);
	OK(!read_file(buf_str(&many), &t) && t.names.n == OPTION_LIST_MAX, "many names");
	buf_puts(&many, " more.example");
	OK(read_file(buf_str(&many), &t), "one too many");
	buf_free(&many);
}

static void
test_bad_files(void)
{
	static const char *const rows_of[][2] = {
	    {"text=a\nnosuch = 1\n", "F:2: no setting is called \"nosuch\""},
	    {"\n\ntext =\n", "F:3: text has no value"},
	    {"text = a\n# x\ntext = b\n", "F:3: text is set at F:1 already"},
	    {"resolvers = 192.0.2.1 192.0.2.256\n",
		"F:1: resolvers: \"192.0.2.256\" is no IPv4 or IPv6"},
	    {"resolvers = system 192.0.2.1\n", "F:1: resolvers: \"system\" is no IPv4"},
	    {"resolvers = ,\n", "F:1: resolvers: \",\" holds no address"},
	    {"names = a.example a/b\n", "F:1: names: \"a/b\" is no domain name"},
	    {"\nnames = a.example b..c\n", "F:2: names: \"b..c\" is no domain name"},
	    {"names = a.example\n b.example \x1b\n", "F:1: names: \"\\x1b\" is no domain name"},
	    {"names = a.example A.example.\n",
		"F:1: names: \"a.example\" stands there twice; delete one"},
	    {"names = none a.example none\n", "F:1: names: \"none\" stands there twice"},
	    {"names = ,,\n", "F:1: names: \",,\" holds no name"},
	    {"keys = a.example\n", "F:1: keys: a member is not of the form DOMAIN=KEY"},
	    {"keys = a.example=\n", "F:1: keys: \"a.example\" has no key of 1 to 63"},
	    {"keys = a.example=se.cret\n", "F:1: keys: \"a.example\" has no key of 1 to 63"},
	    {"keys = a..b=secret\n", "F:1: keys: \"a..b\" in front of = is no domain name"},
	    {"keys = a.example=x A.example=y\n", "F:1: keys: \"a.example\" stands there twice"},
	    {"ranges = 192.0.2.1/24\n",
		"F:1: ranges: \"192.0.2.1/24\" has bits set behind its prefix; write the first"},
	    {"ranges = 192.0.2.0/24 2001:db8::/129\n",
		"F:1: ranges: \"2001:db8::/129\" has no prefix length of 0 to 128"},
	    {"ranges = example.com\n", "F:1: ranges: \"example.com\" is no range of addresses"},
	    {"ranges = none 192.0.2.0/24\n", "F:1: ranges: \"none\" is no range"},
	    {"text\n", "F:1: not of the form name = value: \"text\""},
	    {"= a\n", "F:1: not of the form"},
	    {"te xt = a\n", "F:1: not of the form"},
	    {"te\x1bxt = a\n", "F:1: not of the form name = value: \"te\\x1bxt = a\""},
	    {"path = srv\n", "F:1: path: \"srv\" is no absolute path"},
	    {"name = a..b\n", "F:1: name: \"a..b\" is no domain name"},
	    {"name = .\n", "F:1: name: \".\" is no domain name"},
	    {"name = a/b\n", "F:1: name: \"a/b\" is no domain name"},
	    {"choice = B\n", "F:1: choice: \"B\" is none of a|b|c"},
	    {"yes = true\n", "F:1: yes: \"true\" is neither yes nor no"},
	    {"number = 101\n", "F:1: number: \"101\" is out of range; write -5 to 100"},
	    {"number = 1x\n", "F:1: number: \"1x\" is no whole number"},
	    {"number = 99999999999999999999\n",
		"F:1: number: \"99999999999999999999\" is no whole number"},
	    {"seconds = 1y\n", "F:1: seconds: \"1y\" is no time"},
	    {"seconds = -1s\n", "F:1: seconds: \"-1s\" is out of range"},
	    {"seconds = 999999999999999w\n", "F:1: seconds: \"999999999999999w\" is out of range"},
	    {"text = $nosuch\n", "F:1: text: $nosuch stands for no value"},
	    {"text = $name\n", "F:1: text: $name stands for no value"},
	    {"text = $\n", "F:1: text: $ stands for no value"},
	    {"text = $text\n", "F:1: text: $text stands for no value"},
	    {"text = $path\npath = $text\n", "F:1: text: $"},
	};

	for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
		struct target t;
		const char *error = read_file(rows_of[i][0], &t);
		struct span want = span_str(rows_of[i][1]);

		if (!OK(error && span_starts(span_str(error), want) && !strchr(error, '\n'),
			rows_of[i][1]))
			printf("# got %s\n", error ? error : "no error");
	}
}

static void
test_long_things(void)
{
	struct target t;
	char *text = arena_alloc(arena, 300000);
	struct option_values values;
	const char *error;

	memset(text, 'n', 299999);
	error = read_file(text, &t);
	OK(error && strlen(error) < 300, "a long line without a name is not repeated in full");
	memset(text, 'n', 100);
	memcpy(text + 100, " = a\n", 6);
	OK(read_file(text, &t), "a name that is too long");
	memset(text, 'v', 299999);
	memcpy(text, "text = ", 7);
	OK(!read_file(text, &t) && strlen(t.text) == 299999 - 7, "a long value");
	memcpy(text + 299970, "\npath = /$text\n", 16);
	OK(read_file(text, &t), "a value that grows too long by $name is refused, not cut");
	memset(text, '.', 254);
	memcpy(text, "name = a", 8);
	text[254] = '\0';
	OK(read_file(text, &t), "dots are no name");
	option_values_init(&values, arena, settings);
	OK(option_take_file(&values, "F", SPAN_LIT("text = a\0b\n")), "a NUL in a value");
	OK(option_take_file(&values, "F", SPAN_LIT("te\0xt = b\n")), "a NUL in a name");
}

/* --set beside a file. */
static void
test_set(void)
{
	struct option_values values;
	struct target t = {0};
	const char *error;

	option_values_init(&values, arena, all);
	OK(!option_take_file(&values, "F", SPAN_LIT("text = file\ntheirs = a\n")),
	    "others' settings are known");
	OK(!option_take_set(&values, "text= set = 1", BY_US), "--set");
	OK(!option_store(&values, &t), "stored");
	error = option_take_set(&values, "theirs=b", BY_US);
	OK(error && strstr(error, "\"theirs\""),
	    "a setting that this program does not look at is refused");
	OK(option_take_set(&values, "nosuch=b", BY_US), "unknown");
	OK(option_take_set(&values, "text", BY_US), "no =");
	OK(option_take_set(&values, "text=", BY_US), "no value");
	OK(option_take_set(&values, "", BY_US), "nothing");
	OK(!option_take_set(&values, "number=x", BY_US), "a bad value is found when it is stored");
	error = option_store(&values, &t);
	OK(error && span_starts(span_str(error), SPAN_LIT("--set: number: \"x\"")),
	    "which names --set");
}

/* What -n prints can be read again and says the same. */
static void
test_print(void)
{
	struct option_values values, again;
	struct target t = {0}, t2 = {0};
	char *text = NULL, *text2 = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	option_values_init(&values, arena, settings);
	OK(!option_take_file(&values, "F", SPAN_LIT("path = /x/$text\nseconds = 2h\n")), "read");
	OK(!option_store(&values, &t), "stored");
	option_print(&values, BY_US, f);
	fclose(f);
	OK(strstr(text, "path = /x/plain\n") && strstr(text, "# name is not set"),
	    "printed, $name filled in");
	option_values_init(&again, arena, settings);
	OK(!option_take_file(&again, "F", span_str(text)) && !option_store(&again, &t2),
	    "read again");
	f = open_memstream(&text2, &n);
	option_print(&again, BY_US, f);
	fclose(f);
	SAME_STR(text2, text, "and the same");
	free(text);
	free(text2);
}

/* Takes up to 6 arguments; the error, or NULL. */
static const char *
take(const char *const *args, struct target *t, int *operands_n, char **argv)
{
	struct option_group group = {switches, t};
	int argc = 1;

	*t = (struct target){0};
	argv[0] = arena_dup(arena, SPAN_LIT("program"));
	while (args[argc - 1]) {
		argv[argc] = arena_dup(arena, span_str(args[argc - 1]));
		argc++;
	}
	argv[argc] = NULL;
	return option_take_switches(arena, &group, 1, argc, argv, operands_n);
}

#define TAKE(...) take((const char *const[]){__VA_ARGS__, NULL}, &t, &n, argv)

static void
test_switches(void)
{
	struct target t;
	char *argv[8];
	int n;

	OK(!TAKE("op1", "-tx", "-f", "--path=/p=q", "op2") && n == 2, "switches among operands");
	OK(!strcmp(argv[1], "op1") && !strcmp(argv[2], "op2"), "operands move to the front");
	OK(t.flag && !strcmp(t.text, "x") && !strcmp(t.path, "/p=q"),
	    "values behind a letter and behind =");
	OK(!TAKE("-t", "--flag", "--text", "-f") && !strcmp(t.text, "-f") && !t.flag,
	    "a value is the next argument whatever it looks like");
	OK(!TAKE("--text=") && !strcmp(t.text, ""), "an empty value with =");
	OK(!TAKE("--text", "") && !strcmp(t.text, ""), "an empty value behind");
	OK(!TAKE("-T", "a", "--texts=b") && t.texts.n == 2 && !strcmp(t.texts.v[1], "b"), "many");
	OK(!TAKE("--", "-f", "-") && n == 2 && !t.flag, "-- ends the switches");
	OK(!TAKE("-") && n == 1, "- is an operand");
	OK(TAKE("-x") && TAKE("--nosuch") && TAKE("--nosuch=1") && TAKE("--tex=1"), "unknown ones");
	OK(TAKE("-t"), "no value");
	OK(TAKE("--flag=no") && TAKE("-fx"), "a value for a switch without");
	OK(TAKE("--number=1000"), "a bad value");
	OK(!strchr(TAKE("-\x1b[2J"), '\x1b'), "messages are fit for a terminal");
}

struct families {
	struct option_family host;
	const char *domain;
};

static const struct option family_rows[] = {
    {"domain", 0, OPT_NAME, .field = offsetof(struct families, domain), .help = "a name",
	.used_by = BY_US},
    {"host.*", 0, OPT_FAMILY, .field = offsetof(struct families, host), .help = "hosts",
	.used_by = BY_US},
};
static const struct option_table family_table = {family_rows, 2};

static void
test_family(void)
{
	struct option_values values;
	struct families t = {0};
	const struct option_member *m;
	char *printed;
	size_t printed_n;
	FILE *out;

	option_values_init(&values, arena, family_table);
	OK(!option_take_file(
	       &values, "F", span_str("host.b = 2\ndomain = x.example\nhost.a.c = at $domain\n")),
	    "members of a family");
	OK(!option_take_set(&values, "host.b=3", BY_US), "--set takes one");
	OK(!option_take_set(&values, "host.new=4", BY_US), "and makes one");
	OK(!option_store(&values, &t), "stored");
	m = t.host.v;
	OK(t.host.n == 3 && !strcmp(m[0].key, "b") && !strcmp(m[1].key, "a.c") &&
		!strcmp(m[2].key, "new"),
	    "in the order of the file");
	OK(!strcmp(m[0].text, "3") && !strcmp(m[0].place, "--set"), "--set wins");
	OK(!strcmp(m[1].text, "at x.example") && !strcmp(m[1].place, "F:3"),
	    "expanded, with place");
	SAME_STR(option_place(&values, "domain"), "F:2", "the place of a plain setting");
	out = open_memstream(&printed, &printed_n);
	if (!out)
		abort();
	option_print(&values, BY_US, out);
	fclose(out);
	SAME_STR(printed, "domain = x.example\nhost.b = 3\nhost.a.c = at x.example\nhost.new = 4\n",
	    "printed as a file");
	free(printed);
	option_values_init(&values, arena, family_table);
	SAME_STR(option_take_file(&values, "F", span_str("host.b = 2\nhost.b = 2\n")),
	    "F:2: host.b is set at F:1 already; delete one of them", "a member twice");
	SAME_STR(option_take_file(&values, "F", span_str("host. = 2\n")),
	    "F:1: no setting is called \"host.\"; -n shows those there are",
	    "a member without a key");
	SAME_STR(option_take_file(&values, "F", span_str("host.x =\n")),
	    "F:1: host.x has no value; write one, or delete the line", "a member without a value");
	OK(!option_take_file(&values, "F", span_str("host.y = $host.x\n")), "no family member");
	SAME_STR(option_store(&values, &t), "F:1: host.y: $host.x stands for no value",
	    "stands for another's value");
}

int
main(void)
{
	arena = arena_new();
	test_file();
	test_lists();
	test_bad_files();
	test_long_things();
	test_set();
	test_print();
	test_switches();
	test_family();
	arena_free(arena);
	return tap_end();
}
