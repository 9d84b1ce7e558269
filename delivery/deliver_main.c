/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emt-deliver - stores one mail; see emt-deliver(8).
 *
 * local(8) and pipe(8) bounce a mail on nearly every exit code but 0 and 75, and quote what a
 * command prints in the bounce: whatever is wrong, a wrong command line included, ends with 75 and
 * a line in the log. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "delivery/deliver.h"
#include "delivery/sandbox.h"

enum { STARTUP_TIMEOUT_S = 60 }; /* until the site file has said deliver_timeout */

static struct deliver_params params = {.clock = &clock_system, .input_fd = STDIN_FILENO};

#define TEXT(long_name, member, help_text) \
	{ \
		.name = long_name, .type = OPT_TEXT, \
		.field = offsetof(struct deliver_params, envelope.member), .help = help_text \
	}

static const struct option switches[] = {
    {.name = "flavour",
	.letter = 'f',
	.type = OPT_CHOICE,
	.choices = "measurement|spam|all",
	.field = offsetof(struct deliver_params, flavour),
	.help = "which folders the mail goes to"},
    TEXT("queue-id", queue_id, "pipe(8): ${queue_id}"),
    TEXT("sender", sender, "pipe(8): ${sender}"),
    TEXT("recipient", recipient, "pipe(8): ${recipient}"),
    TEXT("original-recipient", original_recipient, "pipe(8): ${original_recipient}"),
    TEXT("client-address", client_address, "pipe(8): ${client_address}"),
    TEXT("client-port", client_port, "pipe(8): ${client_port}"),
    TEXT("client-helo", client_helo, "pipe(8): ${client_helo}"),
    TEXT("client-hostname", client_hostname, "pipe(8): ${client_hostname}"),
    TEXT("client-protocol", client_protocol, "pipe(8): ${client_protocol}"),
};

static const struct program program = {
    .name = "emt-deliver",
    .synopsis = "[-c FILE] [-f measurement|spam|all] [-o NAME=VALUE]... [--queue-id ID ...] <MAIL",
    .about =
	"Stores the mail on standard input and a record of it; exits 0 (stored) or 75 (try again).",
    .switches = {switches, sizeof switches / sizeof *switches},
    .switch_target = &params,
    .used_by = BY_DELIVER,
};

/* Is somebody looking, rather than a mail coming in? */
static bool
input_is_no_mail(void)
{
	struct stat st;

	return isatty(STDIN_FILENO) || (fstat(STDIN_FILENO, &st) == 0 && S_ISCHR(st.st_mode) &&
					   st.st_rdev == makedev(1, 3));
}

static int
run(struct arena *a, int argc, char **argv)
{
	struct settings settings;
	struct program_start start = program_start(a, &program, argc, argv, &settings);

	if (start.todo == PROGRAM_SHOW && input_is_no_mail()) {
		program_show(&program, &start);
		return fflush(stdout) ? EX_TEMPFAIL : EX_OK;
	}
	if (start.todo != PROGRAM_RUN || start.operands_n) {
		log_error("mail deferred: %s", start.message ? start.message
					       : start.todo == PROGRAM_SHOW
						   ? "--help, --version and -n deliver no mail"
						   : "it takes no argument beside its options");
		return EX_TEMPFAIL;
	}
	alarm((unsigned)settings.deliver_timeout_s);
	params.settings = &settings;
	return deliver(a, &params);
}

int
main(int argc, char **argv)
{
	struct arena *a;
	int code;

	log_open(program.name, LOG_TO_SYSLOG);
	sandbox_limit(STARTUP_TIMEOUT_S);
	a = arena_new();
	code = run(a, argc, argv);
	arena_free(a);
	return code;
}
