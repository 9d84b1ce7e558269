/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_command - the commands of emt-probe: what each takes, and what it does. */
#ifndef EMT_PROBE_COMMAND_H
#define EMT_PROBE_COMMAND_H

#include "base/buf.h"
#include "base/settings.h"

#define PROBE_SEED_MAX 999999999999999 /* fifteen digits, so that it can be typed */

/* The switches of all commands; what was not given is NULL, false, or negative. */
struct probe_switches {
	const char *ledger, *share;
	const char *participant, *address, *provider;
	int64_t seed, now_utc;
	bool all_in_one;
	const char *set;
	int64_t format; /* enum listing_format */
	bool html, invitation;
	const char *from, *submission, *auth_file, *roots;
	bool clear_text, resend_uncertain, dry_run;
};

extern const struct option_table probe_switches_table;

/* Sets all switches to "not given". */
void probe_switches_init(struct probe_switches *switches);

struct probe_call {
	struct arena *a;
	const struct settings *settings;
	const struct probe_switches *switches;
	char **operands; /* behind the command's name */
	int operands_n;
};

/* Runs the command of that name and returns its exit code.  What is wrong goes to standard error.
 */
int probe_command_run(const char *name, const struct probe_call *call);

/* The commands; EX_OK, or what was said.  Shared by them: */
struct ledger;
struct ledger_set;

/* Reports `error`, which names the program; `code` again. */
int probe_say(int code, const char *error);

/* Opens the ledger; `make`: it may be new.  EX_OK, or the exit code: reported. */
int probe_open(const struct probe_call *call, bool make, struct ledger **ledger);
const char *probe_ledger_path(const struct probe_call *call);

/* The one set that --probe-set names, or the only one.  EX_OK, or the exit code: reported. */
int probe_one_set(
    const struct probe_call *call, struct ledger *ledger, const struct ledger_set **set);

/* contact is set and plain.  EX_OK, or the exit code: reported. */
int probe_need_contact(const struct probe_call *call);
int64_t probe_now_us(const struct probe_call *call);
int probe_write(const struct buf *text);

int probe_new(const struct probe_call *call);
int probe_list(const struct probe_call *call);
int probe_status(const struct probe_call *call);
int probe_mailto(const struct probe_call *call);
int probe_send(const struct probe_call *call);
int probe_forget(const struct probe_call *call);

#endif
