/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "site/maincf.h"

static struct arena *a;

static const char *
get(const char *text, const char *name)
{
	struct maincf m;

	maincf_read(&m, a, span_str(text));
	return maincf_get(&m, name);
}

static void
test_read(void)
{
	static const char text[] = "# comment\n"
				   "a = 1\n"
				   "   # a comment ends nothing\n"
				   "\t2\n"
				   "\n"
				   "b=$a-${c}x$$d\n"
				   "c =\n"
				   "loop = $loop\n"
				   "a = 3\n"
				   "no value here\n"
				   "last = end";

	SAME_STR(get(text, "a"), "3", "the last one counts");
	SAME_STR(get("a = 1\n# x\n\t2\n\n 3\n", "a"), "1 2 3", "lines that go on");
	SAME_STR(get(text, "b"), "3-x", "$name, ${name}, and what is not set");
	SAME_STR(get(text, "c"), "", "an empty value");
	OK(get(text, "none") == NULL, "not set");
	SAME_STR(get(text, "last"), "end", "no newline at the end");
	OK(get(text, "loop") != NULL, "a value that names itself comes to an end");
	OK(get("", "a") == NULL && get("\n\n", "a") == NULL, "nothing");
}

static void
test_words(void)
{
	struct span list = SPAN_LIT(" a, b\tc,,d "), type, path;

	SAME_SPAN(maincf_word(&list), SPAN_LIT("a"), "first word");
	SAME_SPAN(maincf_word(&list), SPAN_LIT("b"), "second");
	SAME_SPAN(maincf_word(&list), SPAN_LIT("c"), "third");
	SAME_SPAN(maincf_word(&list), SPAN_LIT("d"), "fourth");
	SAME_INT(maincf_word(&list).n, 0, "and no more");
	maincf_table(SPAN_LIT("pcre:/etc/x"), &type, &path);
	SAME_SPAN(type, SPAN_LIT("pcre"), "type of a table");
	SAME_SPAN(path, SPAN_LIT("/etc/x"), "its path");
	maincf_table(SPAN_LIT("[2001:db8::1]"), &type, &path);
	SAME_INT(type.n, 0, "an address is no table");
	maincf_table(SPAN_LIT("x:"), &type, &path);
	SAME_INT(type.n, 0, "nor is a type without a path");
}

static void
test_service(void)
{
	static const char master[] = "# comment\n"
				     "smtp      inet  n - n - - smtpd\n"
				     "\t-o one=a,b\n"
				     "# comment\n"
				     "\t-o { two = c d }\n"
				     "\t-v -o three=$x\n"
				     "smtp      unix  n - n - - smtp\n"
				     "\t-o four=1\n";
	struct maincf m;

	OK(maincf_service(a, span_str(master), "smtp", "inet", &m), "a service");
	SAME_STR(maincf_get(&m, "one"), "a,b", "commas belong to the value");
	SAME_STR(maincf_get(&m, "two"), "c d", "braces hold blanks");
	SAME_STR(maincf_get(&m, "three"), "", "behind another switch");
	OK(!maincf_get(&m, "four"), "not the next service's");
	OK(!maincf_service(a, span_str(master), "smtps", "inet", &m), "none of that name");
	OK(!maincf_service(a, SPAN_LIT(""), "smtp", "inet", &m), "an empty file");
}

static enum maincf_found
look(const char *type, const char *table, const char *key, const char **value)
{
	*value = "";
	return maincf_lookup(a, span_str(type), span_str(table), key, value);
}

static void
test_lookup(void)
{
	static const char aliases[] = "# comment\nmeasurement\t\"|/x -c y\"\nPostmaster a@b\n";
	static const char tokens[] = "/^[a-z]{3}\\.x$/\tok\n!no delimiter?!i two words\n#(#\n";
	const char *value;

	SAME_INT(look("texthash", aliases, "measurement", &value), MAINCF_FOUND, "a key");
	SAME_STR(value, "\"|/x -c y\"", "and what stands behind it");
	SAME_INT(look("texthash", aliases, "postmaster", &value), MAINCF_FOUND, "without case");
	SAME_INT(look("texthash", aliases, "measure", &value), MAINCF_ABSENT, "no part of a key");
	SAME_INT(look("texthash", "lonely\n", "x", &value), MAINCF_BAD, "a key alone");
	SAME_INT(look("pcre", tokens, "abc.x", &value), MAINCF_FOUND, "a pattern");
	SAME_INT(look("pcre", tokens, "ABC.X", &value), MAINCF_FOUND, "without case");
	SAME_INT(look("pcre", tokens, "abcd.x", &value), MAINCF_ABSENT, "none");
	SAME_INT(look("pcre", tokens, "no delimite", &value), MAINCF_FOUND, "another delimiter");
	SAME_STR(value, "two words", "its value");
	SAME_INT(look("pcre", tokens, "NO DELIMITE", &value), MAINCF_ABSENT, "flag i: with case");
	SAME_INT(look("pcre", "/(/ ok\n", "x", &value), MAINCF_BAD, "a pattern that is none");
	SAME_STR(value, "/(/ ok", "the line is told");
	SAME_INT(look("pcre", "/x/\n", "x", &value), MAINCF_BAD, "a pattern without a value");
	SAME_INT(look("pcre", "/x\n", "x", &value), MAINCF_BAD, "a pattern without an end");
	SAME_INT(look("pcre", "/x\\/\n", "x", &value), MAINCF_BAD, "... but an escaped one");
	SAME_INT(look("pcre", "/a\\/b/ ok\n", "a/b", &value), MAINCF_FOUND, "an escaped delimiter");
	SAME_INT(look("pcre", "/(a+)+$/ ok\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		     &value),
	    MAINCF_ABSENT, "a pattern that costs too much comes to an end");
	SAME_INT(look("", "a.example, b.example\nc.example\n", "B.example", &value), MAINCF_FOUND,
	    "a list of names");
	SAME_INT(look("", "a.example\n", "example", &value), MAINCF_ABSENT, "not in it");
}

int
main(void)
{
	a = arena_new();
	test_read();
	test_words();
	test_service();
	test_lookup();
	arena_free(a);
	return tap_end();
}
