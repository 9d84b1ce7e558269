/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets are sent to a server that follows a script, by a clock that goes on only when somebody
 * waits.
 */
#include "tests/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "io/tree.h"
#include "probe/draw.h"
#include "probe/sending.h"

enum { MINUTE_US = 60 * 1000000, TRIES_MAX = 500 };

static struct arena *a;
static struct testcases cases;
static const char *schema;
static char folder[] = "sending-XXXXXX";
static const struct ledger_site site = {
    .domain = "m.example.com", .token_secret = "secret", .tokens_per_case = 100};

/* The server, and what it saw. */
struct script {
	int64_t now_us;
	/* What it does with the nth try (from 0) of a case; SUBMIT_ACCEPTED if not said. */
	struct submit_outcome (*answer)(const char *testcase, unsigned nth);
	struct {
		const char *to;
		int64_t time_us;
		bool committed;
	} tries[TRIES_MAX];
	size_t tries_n;
	bool refuses;
};

static struct script script;

static unsigned
tries_of(const char *to)
{
	unsigned n = 0;

	for (size_t i = 0; i < script.tries_n; i++)
		n += !strcmp(script.tries[i].to, to);
	return n;
}

static void
submit(void *state, struct arena *unused, const struct submit_mail *mail, struct submit_outcome *o)
{
	const char *to = arena_dup(a, span_str(mail->to));
	struct span domain = span_from(span_str(to), sizeof "measurement@" - 1 + 27);
	const struct testcase *t;
	struct span name = {domain.p, domain.n - (sizeof ".m.example.com" - 1)};

	(void)state;
	(void)unused;
	t = testcase_find(&cases, name);
	*o = (struct submit_outcome){.end = SUBMIT_ACCEPTED, .code = 250};
	if (script.answer)
		*o = script.answer(t->name, tries_of(to));
	script.now_us += 1000000; /* a dialogue takes its time */
	script.tries[script.tries_n].to = to;
	script.tries[script.tries_n].time_us = script.now_us;
	if (o->end == SUBMIT_ACCEPTED || o->end == SUBMIT_UNCERTAIN)
		script.tries[script.tries_n].committed = mail->commit(mail->state);
	script.tries_n++;
}

static void
wait_us(void *state, int64_t us)
{
	(void)state;
	script.now_us += us;
}

static struct ledger *
ledger_with_set(const char *name, struct ledger_set **set)
{
	struct ledger_draft d = {.id = arena_printf(a, "%064d", 7),
	    .participant = "x",
	    .address = "bob@example.net",
	    .created_us = 1,
	    .seed = 42};
	const char *message;
	struct ledger *l;
	size_t n;

	if (ledger_open(a, arena_printf(a, "%s/%s", folder, name), schema, &site, &l, &message) !=
		LEDGER_OK ||
	    ledger_sets(l, "", set, &n) != LEDGER_OK)
		abort();
	if (n)
		return l;
	if (draw_set(a, &cases, d.seed, &d.probes, &d.probes_n) ||
	    ledger_add_set(l, &d) != LEDGER_OK || ledger_sets(l, "", set, &n) != LEDGER_OK)
		abort();
	return l;
}

static struct sending
sending_of(struct ledger *l, const struct ledger_set *set, const struct clock *clock,
    const struct rng *rng)
{
	return (struct sending){.ledger = l,
	    .set = set,
	    .from = "bob@example.net",
	    .contact = "c@example.com",
	    .domain = "m.example.com",
	    .interval_min_us = 30 * 1000000,
	    .interval_max_us = 300 * 1000000,
	    .retry_after_us = 10 * (int64_t)MINUTE_US,
	    .attempts = 3,
	    .submit = submit,
	    .clock = clock,
	    .rng = rng,
	    .wait = wait_us};
}

/* One run; what it counted is in *s. */
static enum sending_end
run(const char *name, struct sending *s, bool resend)
{
	static uint64_t seed = 11;
	struct clock clock = clock_fixed(&script.now_us);
	struct rng rng = rng_seeded(&seed);
	struct ledger_set *set;
	struct ledger *l = ledger_with_set(name, &set);
	enum sending_end end;

	*s = sending_of(l, set, &clock, &rng);
	s->resend_uncertain = resend;
	end = sending_run(s);
	ledger_close(l);
	return end;
}

static void begin(struct submit_outcome (*answer)(const char *, unsigned))
{
	script = (struct script){.now_us = 1700000000LL * 1000000, .answer = answer};
}

/* The probe of that name and place among those of the case, as the ledger has it now. */
static const struct ledger_probe *
probe(const char *name, const char *testcase)
{
	struct ledger_set *set;
	struct ledger *l = ledger_with_set(name, &set);

	ledger_close(l);
	for (size_t i = 0; i < set->probes_n; i++)
		if (!strcmp(set->probes[i].testcase, testcase))
			return &set->probes[i];
	abort();
}

static bool
to_case(size_t i, const char *testcase)
{
	return strstr(script.tries[i].to, arena_printf(a, ".%s.m.example.com", testcase)) != NULL;
}

static void
plain(void)
{
	int64_t least = INT64_MAX, most = 0;
	struct sending s;
	bool order = true;
	struct ledger_set *set;
	struct ledger *l;

	begin(NULL);
	OK(run("plain", &s, false) == SENDING_DONE, "all are sent");
	SAME_INT(script.tries_n, cases.n + 1, "one message each");
	SAME_INT(s.accepted_n, cases.n + 1, "and accepted");
	l = ledger_with_set("plain", &set);
	for (size_t i = 0; i < script.tries_n; i++)
		order = order && strstr(script.tries[i].to, set->probes[i].token) &&
			set->probes[i].submissions_n == 1 && !set->probes[i].intent_us;
	ledger_close(l);
	OK(order, "in the order of the set, each written down");
	for (size_t i = 1; i < script.tries_n; i++) {
		int64_t between = script.tries[i].time_us - script.tries[i - 1].time_us;

		least = between < least ? between : least;
		most = between > most ? between : most;
	}
	OK(least >= 30 * 1000000 && most <= 301 * 1000000 && most > 2 * least,
	    "30 to 300 seconds apart, not always the same");
	OK(run("plain", &s, false) == SENDING_DONE && script.tries_n == cases.n + 1 &&
		s.accepted_n == cases.n + 1,
	    "again: nothing is sent");
}

static struct submit_outcome
refuse_one(const char *testcase, unsigned nth)
{
	(void)nth;

	if (!strcmp(testcase, "v6-mail.dnssec-broken"))
		return (struct submit_outcome){.end = SUBMIT_REFUSED,
		    .step = "rcpt",
		    .code = 550,
		    .enhanced = "5.1.2",
		    .text = "no such domain",
		    .for_good = true};
	return (struct submit_outcome){.end = SUBMIT_ACCEPTED, .code = 250};
}

static void
refusal(void)
{
	const struct ledger_submission *sub;
	const struct ledger_probe *p;
	struct sending s;

	begin(refuse_one);
	OK(run("refusal", &s, false) == SENDING_DONE, "a refusal of one");
	SAME_INT(s.accepted_n, cases.n, "does not stop the others");
	SAME_INT(s.refused_n, 1, "and is counted");
	SAME_INT(script.tries_n, cases.n + 1, "it is not tried again");
	p = probe("refusal", "v6-mail.dnssec-broken");
	sub = p->submissions;
	OK(p->submissions_n == 1 && sub->outcome == SUBMISSION_REFUSED && sub->code == 550, "code");
	OK(!strcmp(sub->step, "rcpt") && !strcmp(sub->enhanced, "5.1.2") &&
		!strcmp(sub->text, "no such domain") && sub->subject_id,
	    "step, enhanced code, text, subject");
}

static struct submit_outcome
put_off(const char *testcase, unsigned nth)
{
	struct submit_outcome o = {.end = SUBMIT_ACCEPTED, .code = 250};

	if ((!strcmp(testcase, "v4-mail") && nth < 2) || !strcmp(testcase, "v6-mail"))
		o = (struct submit_outcome){
		    .end = SUBMIT_REFUSED, .step = "data", .code = 451, .text = "later"};
	return o;
}

static void
temporary(void)
{
	struct sending s;
	int64_t first = 0, between = INT64_MAX;

	begin(put_off);
	OK(run("temporary", &s, false) == SENDING_DONE, "some are refused for now");
	SAME_INT(s.accepted_n, cases.n, "one comes through in the end");
	SAME_INT(s.refused_n, 1, "one never");
	SAME_INT(probe("temporary", "v4-mail")->submissions_n, 3, "after two more tries");
	SAME_INT(probe("temporary", "v6-mail")->submissions_n, 3, "no more than the limit");
	for (size_t i = 0; i < script.tries_n; i++) {
		if (!to_case(i, "v4-mail"))
			continue;
		if (first && script.tries[i].time_us - first < between)
			between = script.tries[i].time_us - first;
		first = script.tries[i].time_us;
	}
	OK(between >= 10 * (int64_t)MINUTE_US, "not before ten minutes");
	OK(to_case(script.tries_n - 1, "mail-ok"), "and mail-ok is still the last");
	OK(run("temporary", &s, false) == SENDING_DONE && script.tries_n == cases.n + 5,
	    "again: what was refused so often is left alone");
}

static struct submit_outcome
break_some(const char *testcase, unsigned nth)
{
	struct submit_outcome o = {.end = SUBMIT_ACCEPTED, .code = 250};

	if (nth == 0 && (!strcmp(testcase, "v4-mail") || !strcmp(testcase, "mail-dane-ok"))) {

		o = (struct submit_outcome){
		    .end = SUBMIT_UNCERTAIN, .step = "data", .text = "connection reset"};
	}
	return o;
}

static void
uncertain(void)
{
	struct sending s;

	begin(break_some);
	OK(run("uncertain", &s, false) == SENDING_DONE && s.uncertain_n == 2, "no answer to two");
	SAME_INT(script.tries_n, cases.n + 1, "they are not sent again");
	OK(probe("uncertain", "v4-mail")->intent_us &&
		!probe("uncertain", "v4-mail")->submissions_n,
	    "the intent stays");
	OK(run("uncertain", &s, false) == SENDING_DONE && s.uncertain_n == 2 &&
		script.tries_n == cases.n + 1,
	    "nor by another run");
	OK(run("uncertain", &s, true) == SENDING_DONE && s.uncertain_n == 0 &&
		script.tries_n == cases.n + 3,
	    "but on request");
	OK(probe("uncertain", "v4-mail")->submissions_n == 1 &&
		!probe("uncertain", "v4-mail")->intent_us,
	    "then it is known");
}

static struct submit_outcome
dead_server(const char *testcase, unsigned nth)
{
	(void)testcase;
	(void)nth;

	return (struct submit_outcome){
	    .end = SUBMIT_FAILED, .step = "connect", .text = "connection refused"};
}

static struct submit_outcome
wrong_password(const char *testcase, unsigned nth)
{
	(void)testcase;
	(void)nth;

	return (struct submit_outcome){
	    .end = SUBMIT_FAILED, .step = "auth", .code = 535, .for_good = true, .text = "no"};
}

static struct submit_outcome
hangs_up(const char *testcase, unsigned nth)
{
	(void)nth;

	if (!strcmp(testcase, "v4-mail"))
		return (struct submit_outcome){
		    .end = SUBMIT_FAILED, .step = "rcpt", .text = "connection reset"};
	return (struct submit_outcome){.end = SUBMIT_ACCEPTED, .code = 250};
}

static void
servers(void)
{
	struct sending s;

	begin(dead_server);
	OK(run("dead", &s, false) == SENDING_STOPPED && s.open_n == cases.n + 1, "a dead server");
	SAME_INT(script.tries_n, 3, "is tried as often as set");
	OK(script.tries[2].time_us - script.tries[0].time_us >= 20 * (int64_t)MINUTE_US, "slowly");
	script.answer = NULL;
	OK(run("dead", &s, false) == SENDING_DONE && s.accepted_n == cases.n + 1,
	    "when it is back, all are sent");
	begin(wrong_password);
	OK(run("password", &s, false) == SENDING_REFUSED && script.tries_n == 1,
	    "a wrong password ends it at once");
	begin(hangs_up);
	OK(run("hangs", &s, false) == SENDING_STOPPED && s.open_n == 1 && s.accepted_n == cases.n,
	    "a connection that breaks at one probe is tried again, and stops no other");
	SAME_INT(probe("hangs", "v4-mail")->submissions_n, 3, "each failure is written down");
	OK(to_case(script.tries_n - 1, "mail-ok"), "mail-ok is the last");
}

/* Another emt-probe forgets the participant while the third mail is handed over. */
static struct submit_outcome
forgets(const char *testcase, unsigned nth)
{
	const char *message;
	struct ledger_person *people;
	struct ledger *l;
	size_t n;

	(void)testcase;
	(void)nth;
	if (script.tries_n == 2 && (ledger_open(a, arena_printf(a, "%s/forgets", folder), NULL,
					&site, &l, &message) != LEDGER_OK ||
				       ledger_people(l, "x", &people, &n) != LEDGER_OK || n != 1 ||
				       ledger_forget(l, people, n, 9) != LEDGER_OK))
		abort();
	if (script.tries_n == 2)
		ledger_close(l);
	return script.tries_n == 2 && script.refuses
		   ? (struct submit_outcome){.end = SUBMIT_REFUSED, .step = "rcpt", .code = 550}
		   : (struct submit_outcome){.end = SUBMIT_ACCEPTED, .code = 250};
}

static void
forgotten(void)
{
	struct sending s;

	for (int refuses = 0; refuses < 2; refuses++) {
		begin(forgets);
		script.refuses = refuses;
		OK(run("forgets", &s, false) == SENDING_GONE, "who was forgotten gets no mails");
		SAME_INT(script.tries_n, 3, "from then on");
		OK(!script.tries[2].committed, "nor that one");
		unlink(arena_printf(a, "%s/forgets", folder));
	}
}

static void
locks(void)
{
	struct ledger_set *set;
	struct ledger *l = ledger_with_set("locks", &set);
	struct ledger_set other = *set;
	int fd, second;

	fd = sending_lock(a, arena_printf(a, "%s/locks", folder), set);
	OK(fd >= 0, "a set is locked");
	second = sending_lock(a, arena_printf(a, "%s/locks", folder), set);
	OK(second < 0, "once");
	other.id = arena_printf(a, "1%063d", 7);
	second = sending_lock(a, arena_printf(a, "%s/locks", folder), &other);
	OK(second >= 0, "another one may be sent at the same time");
	close(fd);
	close(second);
	ledger_close(l);
}

int
main(void)
{
	static const char *const files[] = {"plain", "refusal", "temporary", "uncertain", "dead",
	    "password", "hangs", "locks", "locks.lock"};
	struct span text;

	if (!freopen("/dev/null", "w", stderr))
		return 1;
	a = arena_new();
	if (testcases_read(a, "testcases", &cases) || !mkdtemp(folder) ||
	    tree_read(a, "schema/ledger.sql", 1 << 20, &text))
		return 1;
	schema = arena_dup(a, text);
	plain();
	refusal();
	temporary();
	uncertain();
	servers();
	forgotten();
	locks();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(arena_printf(a, "%s/%s", folder, files[i]));
	rmdir(folder);
	arena_free(a);
	return tap_end();
}
