/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forget */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "io/user.h"
#include "mail/probe.h"
#include "probe/address.h"
#include "probe/forget_files.h"
#include "probe/ledger.h"
#include "probe/probe_command.h"

enum {
	EXIT_FINDINGS = 1,
	NOTHING_FOUND = 2 /* of the files' process to this one; EX_OK for others */
};

struct job {
	const struct probe_call *call;
	struct ledger *ledger; /* NULL: there is none here */
	struct traces traces;
	struct ledger_person **people; /* for each operand */
	size_t *people_n;
	bool any; /* somebody or something was found */
};

/* Of an address of a probe its token is meant, whose participant is to be forgotten; other operands
 * are what they are. */
static const char *
token_of(const struct job *j, const char *who)
{
	const char *domain = j->call->settings->domain;
	struct probe p = probe_of_address(
	    j->call->a, span_str(who), domain ? span_str(domain) : (struct span){NULL, 0});

	/* Below another domain it may be a participant's own address. */
	return p.token.p && (p.testcase.p || !domain) && strchr(who, '@')
		   ? arena_dup(j->call->a, p.token)
		   : who;
}

/* An operand that the ledger does not know may still be in the files of this host. */
static int
take_operand(struct job *j, const char *who, size_t i)
{
	struct span text = span_str(who);

	if (traces_is_token(text))
		traces_add_token(&j->traces, text);
	else if (address_is_plain(text))
		traces_add_address(&j->traces, text);
	else if (!j->ledger || !j->people_n[i])
		return probe_say(
		    EX_USAGE, arena_printf(j->call->a,
				  "%s: is no token, no mail address, and no participant "
				  "of the ledger",
				  who));
	return EX_OK;
}

static int
take_person(struct job *j, const struct ledger_person *p)
{
	if (p->address)
		traces_add_address(&j->traces, span_str(p->address));
	for (size_t i = 0; i < p->tokens_n; i++)
		traces_add_token(&j->traces, span_str(p->tokens[i]));
	return EX_OK;
}

/* A typo is nobody's name. */
static void
tell_unknown(const char *who)
{
	struct buf shown;

	buf_init(&shown, 4 * TRACES_ADDRESS_MAX);
	safe_put(&shown, span_str(who));
	log_info(
	    "%s: is nobody's in the ledger; only files that have it are looked for. Check how it "
	    "is written, or name the participant or a token (emt-probe list)",
	    buf_str(&shown));
	buf_free(&shown);
}

static int
take_operands(struct job *j)
{
	int n = j->call->operands_n, code = EX_OK;

	j->people = arena_alloc(j->call->a, ((size_t)n + 1) * sizeof *j->people);
	j->people_n = arena_alloc(j->call->a, ((size_t)n + 1) * sizeof *j->people_n);
	for (int i = 0; code == EX_OK && i < n; i++) {
		const char *who = token_of(j, j->call->operands[i]);

		if (j->ledger &&
		    ledger_people(j->ledger, who, &j->people[i], &j->people_n[i]) != LEDGER_OK)
			return probe_say(EX_TEMPFAIL, ledger_message(j->ledger));
		code = take_operand(j, who, (size_t)i);
		for (size_t k = 0; k < j->people_n[i]; k++)
			take_person(j, &j->people[i][k]);
		j->any = j->any || j->people_n[i];
		if (code == EX_OK && j->ledger && !j->people_n[i])
			tell_unknown(who);
	}
	return code;
}

/* Mail to them may have come since. */
static int
take_forgotten(struct job *j)
{
	const char **tokens;
	size_t n;

	if (!j->ledger)
		return EX_OK;
	if (ledger_forgotten(j->ledger, &tokens, &n) != LEDGER_OK)
		return probe_say(EX_TEMPFAIL, ledger_message(j->ledger));
	for (size_t i = 0; i < n; i++)
		traces_add_token(&j->traces, span_str(tokens[i]));
	return EX_OK;
}

static int
clean_files(struct job *j)
{
	struct forget_files f = {.a = j->call->a,
	    .traces = &j->traces,
	    .dry_run = j->call->switches->dry_run,
	    .out = stdout};

	if (!user_become(j->call->settings->user))
		return EX_CONFIG;
	if (!forget_files_run(&f, j->call->settings))
		return EX_TEMPFAIL;
	return f.left_n ? EXIT_FINDINGS : f.files_n + f.lines_n ? EX_OK : NOTHING_FOUND;
}

/* What comes from strangers is not read as root, and the ledger may be root's: a process of its own
 * becomes the user that the files belong to. */
static int
clean_files_as_user(struct job *j)
{
	int status;
	pid_t pid;

	if (geteuid() != 0)
		return clean_files(j);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(clean_files(j));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return probe_say(EX_TEMPFAIL, strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : probe_say(EX_TEMPFAIL, "the process that deletes files ended "
							  "by a signal; start this again");
}

static void
tell_person(const struct job *j, const struct ledger_person *p)
{
	printf("%s a participant with %zu tokens from the ledger\n",
	    j->call->switches->dry_run ? "would delete" : "deleted", p->tokens_n);
	if (j->call->switches->dry_run)
		for (size_t i = 0; i < p->tokens_n; i++)
			printf("%s\n", p->tokens[i]);
}

static int
clean_ledger(struct job *j)
{
	bool any = false;

	for (int i = 0; i < j->call->operands_n; i++) {
		for (size_t k = 0; k < j->people_n[i]; k++)
			tell_person(j, &j->people[i][k]);
		any = any || j->people_n[i];
		if (j->call->switches->dry_run || !j->people_n[i])
			continue;
		if (ledger_forget(j->ledger, j->people[i], j->people_n[i],
			clock_wall_us(&clock_system)) != LEDGER_OK)
			return probe_say(EX_TEMPFAIL, ledger_message(j->ledger));
	}
	if (any && !j->call->switches->dry_run && ledger_compact(j->ledger) != LEDGER_OK)
		return probe_say(EX_TEMPFAIL, ledger_message(j->ledger));
	return fflush(stdout) ? probe_say(EX_TEMPFAIL, "cannot write to standard output") : EX_OK;
}

/* The files first: who is gone from the ledger cannot be asked for any more. */
static int
run(struct job *j)
{
	int code = take_operands(j), files;

	if (code == EX_OK)
		code = take_forgotten(j);
	if (code != EX_OK)
		return code;
	if (j->ledger) {
		/* No process shares an open database with another one that it has forked. */
		ledger_close(j->ledger);
		j->ledger = NULL;
		files = clean_files_as_user(j);
		code = probe_open(j->call, false, &j->ledger);
	} else {
		files = clean_files_as_user(j);
	}
	j->any = j->any || files != NOTHING_FOUND;
	if (files == NOTHING_FOUND)
		files = EX_OK;
	if (files != EX_OK && files != EXIT_FINDINGS)
		return files;
	if (code == EX_OK && j->ledger)
		code = clean_ledger(j);
	return code != EX_OK ? code : files;
}

int
probe_forget(const struct probe_call *call)
{
	struct job j = {.call = call, .traces = {.a = call->a}};
	int code = EX_OK;

	/* A host that only receives has no ledger. */
	if (access(probe_ledger_path(call), F_OK) == 0)
		code = probe_open(call, false, &j.ledger);
	else if (errno != ENOENT || call->switches->ledger)
		return probe_say(EX_CONFIG,
		    arena_printf(call->a, "%s: %s", probe_ledger_path(call), strerror(errno)));
	else
		log_info("%s: no ledger here; looking at the files alone", probe_ledger_path(call));
	if (code == EX_OK)
		code = run(&j);
	if ((code == EX_OK || code == EXIT_FINDINGS) && call->operands_n && !j.any)
		log_info("nothing was found: neither here nor in the ledger is a trace of them");
	else if ((code == EX_OK || code == EXIT_FINDINGS) && call->operands_n &&
		 !call->switches->dry_run)
		log_info("the index and the pages of emt-report still know them until they are "
			 "made again; logs of Postfix and of name servers go with their rotation");
	ledger_close(j.ledger);
	return code;
}
