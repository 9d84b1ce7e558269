/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "io/tree.h"
#include "mail/token.h"
#include "probe/draw.h"
#include "probe/ledger.h"

static struct arena *a;
static struct testcases cases;
static const char *schema, *message;
static char folder[] = "ledger-XXXXXX";
static struct ledger_site site = {
    .domain = "m.example.com", .token_secret = "secret", .tokens_per_case = 100};

static const char *
file(const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static struct ledger *
open_it(const char *name)
{
	struct ledger *l;

	return ledger_open(a, file(name), schema, &site, &l, &message) == LEDGER_OK ? l : NULL;
}

/* A set of a participant; its id is of `id` repeated. */
static enum ledger_st
add(struct ledger *l, const char *name, const char *id)
{
	struct ledger_draft d = {
	    .id = id, .participant = name, .created_us = 1700000000000000, .seed = 5};

	if (draw_set(a, &cases, 5, &d.probes, &d.probes_n))
		return LEDGER_FAILED;
	return ledger_add_set(l, &d);
}

static const char *
id_of(uint64_t n)
{
	return arena_printf(a, "%064llx", (unsigned long long)n);
}

static size_t
sets_of(struct ledger *l, const char *prefix, struct ledger_set **sets)
{
	size_t n;

	return ledger_sets(l, prefix, sets, &n) == LEDGER_OK ? n : 999;
}

static void
pools(void)
{
	struct ledger *l = open_it("pools");
	char token[PROBE_TOKEN_LEN + 1];
	struct ledger_set *sets;
	struct stat st;

	OK(l && add(l, "a", id_of(1)) == LEDGER_OK && add(l, "a", id_of(2)) == LEDGER_OK,
	    "two sets of one participant");
	OK(stat(file("pools"), &st) == 0 && (st.st_mode & 077) == 0, "others cannot read it");
	SAME_INT(sets_of(l, "", &sets), 2, "are there");
	SAME_INT(sets[0].probes_n, cases.n + 1, "with a probe for each case, and one more");
	SAME_INT(sets[1].probes[0].pool_number, 2, "mail-ok takes two numbers of its pool a set");
	SAME_INT(sets[1].probes[1].pool_number, 1, "others one");
	token_make(SPAN_LIT("secret"), SPAN_LIT("mail-ok"), 2, token);
	SAME_STR(sets[1].probes[0].token, token, "the token is that of the pool");
	SAME_INT(sets_of(l, id_of(2), &sets), 1, "a set is found by its id");
	SAME_INT(sets_of(l, "%", &sets), 0, "which is no pattern");
	OK(add(l, "b", id_of(2)) == LEDGER_FAILED, "an id is there once");
	SAME_INT(sets_of(l, "", &sets), 2, "and what failed left nothing");
	ledger_close(l);
}

static void
used_up(void)
{
	struct ledger *l;
	struct ledger_set *sets;

	site.tokens_per_case = 5;
	l = open_it("used");
	OK(add(l, "a", id_of(1)) == LEDGER_OK && add(l, "b", id_of(2)) == LEDGER_OK,
	    "of five tokens four are for two sets");
	OK(add(l, "c", id_of(3)) == LEDGER_REFUSED, "a third one is refused");
	OK(strstr(ledger_message(l), "pool of mail-ok is used up") &&
		strstr(ledger_message(l), "set tokens_per_case higher"),
	    "with the mend");
	SAME_INT(sets_of(l, "", &sets), 2, "and is not there in part");
	ledger_close(l);
	site.tokens_per_case = 100;
	l = open_it("used");
	OK(l && add(l, "c", id_of(3)) == LEDGER_OK, "a larger pool goes on");
	sets_of(l, id_of(3), &sets);
	SAME_INT(sets[0].probes[0].pool_number, 4, "where the smaller one ended");
	ledger_close(l);
}

static void
strangers(void)
{
	struct ledger *l = open_it("mine");
	FILE *f;

	ledger_close(l);
	site.token_secret = "another";
	OK(!open_it("mine") && strstr(message, "another token_secret"),
	    "another secret is refused");
	site.token_secret = NULL;
	l = open_it("mine");
	OK(l != NULL, "none at all may look");
	ledger_close(l);
	site.token_secret = "secret";
	site.domain = "n.example.com";
	OK(!open_it("mine") && strstr(message, "is of the measurement at m.example.com"),
	    "another domain is refused");
	site.domain = "m.example.com";
	f = fopen(file("text"), "w");
	OK(f &&
		fputs(
		    "this is no database, but quite a long text, longer than its head of a hundred "
		    "octets would be",
		    f) > 0 &&
		fclose(f) == 0 && !open_it("text") && strstr(message, "is no ledger"),
	    "a text is no ledger");
	OK(ledger_open(a, file("none"), NULL, &site, &l, &message) == LEDGER_REFUSED &&
		strstr(message, "--ledger") && access(file("none"), F_OK) != 0,
	    "one that must be there is not made");
}

static void
history(void)
{
	static const char hostile[] = "'; DROP TABLE probe; --\x01\xff %s\r\n";
	const struct ledger_submission refused = {.time_us = 10,
	    .outcome = SUBMISSION_REFUSED,
	    .step = "rcpt",
	    .code = 550,
	    .enhanced = "5.7.1",
	    .text = hostile,
	    .subject_id = "s"};
	const struct ledger_submission accepted = {.time_us = 20, .outcome = SUBMISSION_ACCEPTED};
	struct ledger *l = open_it("history");
	struct ledger_set *sets;
	const struct ledger_probe *p;
	const char *token;

	OK(l && add(l, hostile, id_of(1)) == LEDGER_OK, "a hostile name");
	sets_of(l, "", &sets);
	SAME_STR(sets[0].participant, hostile, "is a name");
	token = sets[0].probes[1].token;
	OK(ledger_add_intent(l, token, 5, "s") == LEDGER_OK, "an intent");
	OK(ledger_add_intent(l, token, 6, "s") == LEDGER_FAILED, "is there once");
	sets_of(l, "", &sets);
	p = &sets[0].probes[1];
	OK(p->intent_us == 5 && p->submissions_n == 0, "and is seen");
	SAME_STR(p->intent_subject, "s", "with its subject");
	OK(ledger_add_submission(l, token, &refused) == LEDGER_OK &&
		ledger_add_submission(l, token, &accepted) == LEDGER_OK,
	    "two outcomes");
	OK(ledger_add_submission(l, "nobody's", &accepted) == LEDGER_REFUSED &&
		ledger_add_intent(l, "nobody's", 7, "s") == LEDGER_REFUSED &&
		strstr(ledger_message(l), "was forgotten meanwhile"),
	    "of a probe that is gone");
	sets_of(l, "", &sets);
	p = &sets[0].probes[1];
	OK(p->intent_us == 0, "the intent is over");
	SAME_INT(p->submissions_n, 2, "both are there");
	SAME_STR(p->submissions[0].text, hostile, "with their text");
	SAME_INT(p->submissions[0].code, 550, "and code");
	OK(p->submissions[1].outcome == SUBMISSION_ACCEPTED && !p->submissions[1].text, "in order");
	ledger_close(l);
}

static bool
file_holds(const char *name, const char *text)
{
	struct span all;

	return !tree_read(a, file(name), 1 << 24, &all) &&
	       memmem(all.p, all.n, text, strlen(text)) != NULL;
}

static void
forgetting(void)
{
	struct ledger *l = open_it("forget");
	struct ledger_person *people;
	struct ledger_set *sets;
	const char **tokens, *token;
	size_t n;
	struct ledger_draft d = {.id = id_of(7),
	    .participant = "Jane Roe",
	    .created_us = 1,
	    .address = "Jane.Roe@example.org",
	    .provider = "Provider of Jane"};

	OK(!draw_set(a, &cases, 1, &d.probes, &d.probes_n) && ledger_add_set(l, &d) == LEDGER_OK &&
		add(l, "other", id_of(8)) == LEDGER_OK,
	    "two participants");
	sets_of(l, id_of(7), &sets);
	token = sets[0].probes[3].token;
	d.id = id_of(6);
	d.address = "another@example.org";
	OK(ledger_add_set(l, &d) == LEDGER_UNLIKE &&
		strstr(ledger_message(l), "another address or provider; leave these away"),
	    "a name has one address");
	OK(ledger_people(l, "jane.roe@EXAMPLE.org", &people, &n) == LEDGER_OK && n == 1,
	    "found by address");
	OK(ledger_people(l, token, &people, &n) == LEDGER_OK && n == 1, "by token");
	OK(ledger_people(l, "Jane Roe", &people, &n) == LEDGER_OK && n == 1, "by name");
	SAME_INT(people[0].tokens_n, cases.n + 1, "with all tokens");
	OK(ledger_people(l, "Jane", &people, &n) == LEDGER_OK && n == 0, "not by half of it");
	OK(ledger_people(l, "Jane Roe", &people, &n) == LEDGER_OK && n == 1, "by the whole");
	OK(ledger_forget(l, people, n, 99) == LEDGER_OK && ledger_compact(l) == LEDGER_OK,
	    "forgotten");
	SAME_INT(sets_of(l, "", &sets), 1, "the other one is there");
	OK(ledger_forgotten(l, &tokens, &n) == LEDGER_OK && n == cases.n + 1,
	    "tokens are kept aside");
	OK(add(l, "new", id_of(9)) == LEDGER_OK, "a new one");
	sets_of(l, id_of(9), &sets);
	SAME_INT(sets[0].probes[0].pool_number, 4, "gets none of them");
	ledger_close(l);
	OK(!file_holds("forget", "Jane") && !file_holds("forget", "example.org") &&
		!file_holds("forget", id_of(7)),
	    "no octet of them is in the file");
	OK(file_holds("forget", id_of(9)), "where others are");
}

/* Six processes at once make sets, and are killed at any moment. */
static void
crowd(void)
{
	enum { PROCESSES = 6, ROUNDS = 6 };
	bool unique = true, whole = true;
	struct ledger_set *sets;
	struct ledger *l = open_it("crowd");
	uint64_t state = 3;
	struct rng rng = rng_seeded(&state);
	char *seen = arena_alloc(a, 200 * (cases.n + 1));
	size_t n, sets_n = 0;

	OK(l != NULL, "a ledger for many");
	ledger_close(l);
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pids[PROCESSES];

		for (int i = 0; i < PROCESSES; i++) {
			pids[i] = fork();
			if (pids[i])
				continue;
			for (uint64_t k = 0; k < 2; k++) {
				l = open_it("crowd");
				if (!l ||
				    add(l, "one", id_of((uint64_t)getpid() * 100 + k)) != LEDGER_OK)
					_exit(1);
				ledger_close(l);
			}
			_exit(0);
		}
		/* Every other round: a kill after nothing up to what a set takes. */
		for (int i = 0; i < PROCESSES; i++) {
			struct timespec t = {.tv_nsec = (long)rng_below(&rng, 20000000)};

			if (round % 2) {
				nanosleep(&t, NULL);
				kill(pids[i], SIGKILL);
			}
		}
		for (int i = 0; i < PROCESSES; i++) {
			int status;

			waitpid(pids[i], &status, 0);
			if (round % 2 == 0)
				whole = whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
	}
	OK(whole, "all that were not killed got their sets");
	l = open_it("crowd");
	n = sets_of(l, "", &sets);
	OK(n >= 36 && n <= 72, "and they are there");
	for (size_t i = 0; i < n; i++) {
		sets_n += sets[i].probes_n == cases.n + 1;
		for (size_t k = 0; k < sets[i].probes_n; k++) {
			const struct ledger_probe *p = &sets[i].probes[k];
			size_t at =
			    (size_t)(testcase_find(&cases, span_str(p->testcase)) - cases.v);
			char *mark = &seen[200 * at + (size_t)p->pool_number];

			unique = unique && p->pool_number < 199 && !*mark;
			*mark = 1;
		}
	}
	OK(unique, "no token twice");
	SAME_INT(sets_n, n, "no set in part");
	ledger_close(l);
}

int
main(void)
{
	struct span text;

	a = arena_new();
	if (testcases_read(a, "testcases", &cases) || !mkdtemp(folder) ||
	    tree_read(a, "schema/ledger.sql", 1 << 20, &text))
		return 1;
	schema = arena_dup(a, text);
	pools();
	used_up();
	strangers();
	history();
	forgetting();
	site.tokens_per_case = 1000;
	crowd();
	for (const char *const *name = (const char *const[]){"pools", "used", "mine", "text",
		 "history", "forget", "crowd", "crowd-journal", NULL};
	     *name; name++)
		unlink(file(*name));
	OK(rmdir(folder) == 0, "nothing else is left beside them");
	arena_free(a);
	return tap_end();
}
