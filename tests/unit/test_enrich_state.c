/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What survives restarts and kills, by a clock of the test's own, in a scratch folder. */
#include "delivery/enrich_state.h"

#include <ftw.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/tap.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

static const char *const lists[] = {"a.example", "b.example"};

static struct {
	char base[40], dir[60], file[80];
	int64_t now_us;
	struct clock clock;
	struct enrich_state *killed[20];
	size_t killed_n;
} t;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void
begin(void)
{
	snprintf(t.base, sizeof t.base, P_tmpdir "/emt-state-XXXXXX");
	if (!mkdtemp(t.base))
		abort();
	snprintf(t.dir, sizeof t.dir, "%s/state", t.base);
	snprintf(t.file, sizeof t.file, "%s/%s", t.dir, ENRICH_STATE_FILE);
	t.now_us = (int64_t)1795290310 * 1000000;
	t.clock = clock_fixed(&t.now_us);
}

static void
end(void)
{
	nftw(t.base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
}

static void
pass(int64_t seconds)
{
	t.now_us += seconds * 1000000;
}

static struct enrich_state *
open_state(void)
{
	struct enrich_state *s = enrich_state_open(t.dir, &t.clock);

	enrich_state_lists(s, lists, 2);
	return s;
}

/* As if the process was killed: nothing is given back.  The memory is lost on purpose, and kept
 * where the leak checker sees it. */
static void
kill_state(struct enrich_state *s)
{
	t.killed[t.killed_n++] = s;
}

/* How many questions list 0 may be asked, one at a time. */
static int64_t
take_all(struct enrich_state *s, int64_t cap)
{
	int64_t n = 0;

	while (n <= cap && enrich_state_take(s, 0, 1, cap))
		n++;
	return n;
}

static void
write_file(const char *text)
{
	FILE *f;

	mkdir(t.dir, 0700);
	f = fopen(t.file, "we");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

/* The number of questions of a list in the file; -1 without it. */
static int64_t
asked_in_file(const char *list)
{
	json_t *tree = json_load_file(t.file, 0, NULL);
	const json_t *asked =
	    json_object_get(json_object_get(json_object_get(tree, "lists"), list), "asked");
	int64_t n = json_is_integer(asked) ? json_integer_value(asked) : -1;

	json_decref(tree);
	return n;
}

static void
test_counts(void)
{
	struct enrich_state *s, *other;
	struct stat st;

	begin();
	s = open_state();
	OK(enrich_state_take(s, 0, 3, 1000), "three questions");
	OK(stat(t.file, &st) == 0 && (st.st_mode & 0777) == 0600, "the file is the owner's own");
	OK(stat(t.dir, &st) == 0 && (st.st_mode & 0777) == 0700, "so is the folder");
	SAME_INT(asked_in_file("a.example"), ENRICH_STATE_PORTION, "a portion is set aside");
	SAME_INT(asked_in_file("b.example"), ENRICH_STATE_PORTION, "for all lists at once");
	enrich_state_give_back(s, 0);
	enrich_state_free(s);
	SAME_INT(asked_in_file("a.example"), 2, "the end gives back the rest");

	s = open_state();
	SAME_INT(take_all(s, 250), 248, "a restart remembers");
	OK(!enrich_state_take(s, 0, 1, 250), "the cap holds");
	OK(enrich_state_take(s, 1, 250, 300) == false, "more than a portion at once is not given");
	pass(DAY_S);
	SAME_INT(take_all(s, 250), 250, "the next day starts afresh");
	enrich_state_give_back(s, 0);
	OK(enrich_state_take(s, 0, 1, 250), "what was given back can be taken");
	kill_state(s);

	s = open_state();
	OK(!enrich_state_take(s, 0, 1, 250), "a kill forgets nothing");
	pass(DAY_S);
	OK(enrich_state_take(s, 0, 1, 250), "yesterday's portions are not today's");
	kill_state(s);
	s = open_state();
	other = open_state();
	SAME_INT(
	    take_all(s, 250) + take_all(other, 250), 150, "two at once share what a kill left");
	enrich_state_free(s);
	enrich_state_free(other);
	SAME_INT(asked_in_file("a.example"), 250, "and never ask more than the cap");
	pass(-2 * DAY_S);
	s = open_state();
	SAME_INT(take_all(s, 5), 5, "a clock that was set back is another day");
	enrich_state_free(s);
	end();
}

static void
test_tests(void)
{
	struct enrich_state *s;
	int64_t age_s = -1;

	begin();
	s = open_state();
	OK(!enrich_state_test(s, 0, false, &age_s), "never tested");
	enrich_state_set_test(s, 0, true, "working");
	pass(100);
	SAME_STR(enrich_state_test(s, 0, true, &age_s), "working", "what the test found");
	SAME_INT(age_s, 100, "and when");
	OK(!enrich_state_test(s, 0, false, &age_s), "the other family is not tested");
	enrich_state_set_test(s, 1, false, "dead");
	enrich_state_free(s);
	s = open_state();
	SAME_STR(enrich_state_test(s, 0, true, &age_s), "working", "a restart remembers");
	SAME_INT(age_s, 100, "and when");
	SAME_STR(enrich_state_test(s, 1, false, &age_s), "dead", "the other list");
	pass(-200);
	OK(!enrich_state_test(s, 0, true, &age_s), "a test of the future is none");
	pass(200 + 3 * DAY_S);
	OK(enrich_state_take(s, 1, 1, 10), "three days later");
	enrich_state_free(s);
	SAME_INT(asked_in_file("b.example"), 1, "what counts stays in the file");
	SAME_INT(asked_in_file("a.example"), -1, "the other list is forgotten");
	end();
}

static void
test_relays(void)
{
	struct enrich_state *s;

	begin();
	s = enrich_state_open(t.dir, &t.clock);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_GO, "the first");
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_TODAY, "once a day");
	kill_state(s);
	s = enrich_state_open(t.dir, &t.clock);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_TODAY,
	    "a kill forgets nothing");
	pass(1800);
	SAME_INT(enrich_state_relay(s, "2001:db8::1", 2), ENRICH_STATE_RELAY_GO, "the second");
	SAME_INT(enrich_state_relay(s, "192.0.2.2", 2), ENRICH_STATE_RELAY_HOURLY, "two an hour");
	pass(1800);
	SAME_INT(
	    enrich_state_relay(s, "192.0.2.2", 2), ENRICH_STATE_RELAY_GO, "half an hour later");
	SAME_INT(enrich_state_relay(s, "192.0.2.3", 2), ENRICH_STATE_RELAY_HOURLY, "again two");
	pass(DAY_S - HOUR_S - 1);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_TODAY,
	    "a second before the day is over");
	pass(1);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_GO, "a day later");
	pass(-1000);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_TODAY,
	    "a clock that was set back forgets nothing");
	enrich_state_free(s);
	end();
}

static void
test_damaged(void)
{
	static const char *const damaged[] = {"", "{", "\xff\xfe", "[]", "null", "{}",
	    "{\"schema\":\"mail/1\"}", "{\"schema\":\"enrich-state/1\"}",
	    "{\"schema\":\"enrich-state/1\",\"day\":\"x\",\"lists\":{},\"relays\":{}}",
	    "{\"schema\":\"enrich-state/1\",\"day\":1,\"lists\":[],\"relays\":{}}",
	    "{\"schema\":\"enrich-state/1\",\"day\":20778,\"lists\":{\"a.example\":[1]},"
	    "\"relays\":{\"192.0.2.1\":\"x\"}}",
	    "{\"schema\":\"enrich-state/1\",\"day\":20778,\"lists\":{\"a.example\":{\"asked\":-5,"
	    "\"ipv4\":{\"found\":\"a word that is longer than any of ours\",\"time\":1}}},"
	    "\"relays\":{}}",
	    "{\"schema\":\"enrich-state/1\",\"day\":20778,\"lists\":{\"a.example\":{\"asked\":1.5,"
	    "\"ipv4\":[],\"ipv6\":{\"found\":7}}},\"relays\":{}}"};

	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		struct enrich_state *s;
		int64_t age_s;

		begin();
		write_file(damaged[i]);
		s = open_state();
		OK(take_all(s, 3) == 3 && !enrich_state_test(s, 0, false, &age_s) &&
			!enrich_state_test(s, 0, true, &age_s) &&
			enrich_state_relay(s, "192.0.2.1", 2) == ENRICH_STATE_RELAY_GO,
		    damaged[i]);
		enrich_state_free(s);
		SAME_INT(asked_in_file("a.example"), 3, "it is mended");
		end();
	}
}

/* A file that somebody made large: read up to a limit, and no address more is tested. */
static void
test_large(void)
{
	struct enrich_state *s;
	struct buf text;

	begin();
	buf_init(&text, 1 << 22);
	buf_puts(&text, "{\"schema\":\"enrich-state/1\",\"tool\":\"x\",\"day\":20778,\"lists\":{");
	for (int i = 0; i < 2000; i++)
		buf_printf(&text, "%s\"n%d.example\":{\"asked\":1}", i ? "," : "", i);
	buf_puts(&text, "},\"relays\":{");
	for (int i = 0; i < ENRICH_STATE_RELAYS_MAX; i++)
		buf_printf(&text, "%s\"10.0.%d.%d\":%lld", i ? "," : "", i / 256, i % 256,
		    (long long)(t.now_us / 1000000 - 2 * HOUR_S));
	buf_puts(&text, "}}");
	write_file(buf_str(&text));
	s = open_state();
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 100), ENRICH_STATE_RELAY_HOURLY,
	    "addresses are bounded");
	pass(DAY_S);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 100), ENRICH_STATE_RELAY_GO, "and forgotten");
	enrich_state_free(s);
	SAME_INT(asked_in_file("n7.example"), -1, "lists of former days are forgotten");
	buf_clear(&text);
	buf_puts(&text, "{\"schema\":\"enrich-state/1\",\"day\":20778,\"relays\":{},\"lists\":{}}");
	for (int i = 0; i < 1 << 20; i++)
		buf_putc(&text, ' ');
	write_file(buf_str(&text));
	s = open_state();
	SAME_INT(take_all(s, 3), 3, "a file over 1 MiB is damaged");
	enrich_state_free(s);
	SAME_INT(asked_in_file("a.example"), 3, "and mended");
	buf_free(&text);
	end();
}

static void
test_unusable(void)
{
	struct enrich_state *s;
	int64_t age_s;
	char target[80];
	FILE *f;

	begin();
	f = fopen(t.dir, "we"); /* no folder, and none can be made there */
	if (!f || fclose(f))
		abort();
	s = open_state();
	SAME_INT(take_all(s, 150), 150, "no folder: counted in memory");
	OK(!enrich_state_take(s, 0, 1, 150), "and the cap holds");
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_NO_STATE,
	    "nobody is tested for an open relay");
	enrich_state_set_test(s, 0, false, "working");
	SAME_STR(enrich_state_test(s, 0, false, &age_s), "working", "tests are in memory too");
	remove(t.dir);
	SAME_INT(enrich_state_relay(s, "192.0.2.1", 2), ENRICH_STATE_RELAY_GO,
	    "it goes on when the folder can be made");
	SAME_INT(asked_in_file("a.example"), 150, "with what was counted in memory");
	enrich_state_free(s);

	remove(t.file);
	snprintf(target, sizeof target, "%s/elsewhere", t.base);
	f = fopen(target, "we");
	if (!f || fclose(f) || symlink(target, t.file))
		abort();
	s = open_state();
	SAME_INT(enrich_state_relay(s, "192.0.2.9", 2), ENRICH_STATE_RELAY_NO_STATE,
	    "a symbolic link is not followed");
	enrich_state_free(s);
	end();
}

static void
test_nothing(void)
{
	struct enrich_state *s;

	begin();
	enrich_state_free(NULL);
	s = enrich_state_open(t.dir, &t.clock);
	enrich_state_lists(s, NULL, 0);
	enrich_state_free(s);
	OK(access(t.dir, F_OK) != 0, "without lists and tests no folder is made");
	end();
}

int
main(void)
{
	log_open("test_enrich_state", LOG_TO_STDERR);
	test_counts();
	test_tests();
	test_relays();
	test_damaged();
	test_large();
	test_unusable();
	test_nothing();
	return tap_end();
}
