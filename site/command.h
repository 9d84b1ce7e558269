/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command - the commands of emt-site: what each takes, and what it does. */
#ifndef EMT_COMMAND_H
#define EMT_COMMAND_H

#include "base/settings.h"

/* The switches of all commands; what was not given is NULL, false, or negative. */
struct command_switches {
	const char *domain, *ipv4, *ipv6;
	int64_t layout; /* enum site_layout */
	const char *out, *share, *machine;
	int64_t now_utc, validity_s;
	bool live;
	const char *health, *roots;
	int64_t deadline_s;
};

extern const struct option_table command_switches_table;

/* Sets all switches to "not given". */
void command_switches_init(struct command_switches *switches);

struct command_call {
	struct arena *a;
	const struct settings *settings;
	const struct option_values *values;
	const char *site_file, *config_error; /* of program_start; the latter NULL if all is well */
	const struct command_switches *switches;
	char **operands; /* behind the command's name */
	int operands_n;
};

/* Runs the command of that name and returns its exit code.  What is wrong goes to standard error.
 */
int command_run(const char *name, const struct command_call *call);

#endif
