/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option - one table feeds the configuration file, the command line, --help, -n and the check of
 * the man page.
 *
 * A table describes one kind of text: the switches of a program, the settings of site.conf
 * (settings.h), the lines of a test-case file.  Every row names the field of the caller's struct
 * that its value goes to; the struct borrows the values from the arena.  Files are `name = value`
 * as Postfix' main.cf: a line that starts with a blank goes on from the one before, lines whose
 * first other character is # are comments, $name stands for another setting's value. Unlike
 * main.cf, an unknown, a repeated or an empty setting is an error: a site file must say what it
 * means.  A row whose name ends in `.*` is a family: host.mail and host.dns are settings of
 * `host.*`. */
#ifndef EMT_OPTION_H
#define EMT_OPTION_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

enum option_type {
	OPT_FLAG,   /* bool; a switch without value */
	OPT_TEXT,   /* const char *; as it is */
	OPT_PATH,   /* const char *; absolute */
	OPT_NAME,   /* const char *; a domain name in letters, digits, hyphens, underscores and dots
		     */
	OPT_CHOICE, /* int64_t; the place of the word in `choices` */
	OPT_YESNO,  /* bool; yes or no */
	OPT_NUMBER, /* int64_t, min to max */
	OPT_SECONDS,   /* int64_t, min to max; digits and s (may be left out), m, h, d or w */
	OPT_TEXTS,     /* struct option_list; a switch that may be repeated */
	OPT_RESOLVERS, /* struct option_list; IP addresses separated by blanks or commas, or the one
			  word `system` */
	/* struct option_list; separated by blanks or commas, or the one word `none`: */
	OPT_NAMES,  /* domain names as OPT_NAME, stored in lower case without a dot at the end; none
		       twice */
	OPT_KEYS,   /* NAME=KEY, the name as above, the key of 1 to 63 letters, digits and hyphens
		     */
	OPT_RANGES, /* ranges of addresses (base/ip.h) */
	/* struct option_family; the row `host.*` stands for every setting host.KEY.  Each value is
	   text, which the family's own reader takes apart. */
	OPT_FAMILY,
};

enum { OPTION_LIST_MAX = 1000 }; /* members of OPT_NAMES, OPT_KEYS, OPT_RANGES */

struct option_list {
	const char **v;
	size_t n;
};

/* The settings of one family, in the order in which they were set. */
struct option_family {
	struct option_member {
		const char *key; /* what stands behind the dot */
		const char *text;
		const char *place; /* "FILE:LINE" or "--set" */
	} * v;
	size_t n;
};

struct option {
	const char *name; /* queue-id on the command line, base_dir in a file */
	char letter;      /* -c, or 0; switches only */
	enum option_type type;
	const char *def;     /* as a user would write it; NULL: none */
	int64_t min, max;    /* of numbers, in their unit */
	const char *unit;    /* shown in help; NULL: none */
	const char *choices; /* of OPT_CHOICE: words separated by | */
	size_t field;        /* offsetof its field */
	const char *arg;     /* what --help calls the value; NULL: by type */
	const char *help;    /* one line */
	unsigned used_by;    /* settings: the programs that look at it (enum of the table) */
};

struct option_table {
	const struct option *v;
	size_t n;
};

/* What is known of the values while they are gathered: the text of each row and where it came from.
 */
struct option_values {
	struct arena *arena; /* borrowed */
	struct option_table table;
	struct option_origin {
		const char *text;            /* NULL: not set */
		const char *place;           /* "FILE:LINE" or "--set"; NULL: the default */
		struct option_family family; /* of OPT_FAMILY; nothing else then */
	} * v;
};

void option_values_init(struct option_values *values, struct arena *a, struct option_table table);

/* Each of these gives NULL if all is well, else one line "PLACE: what, and the mend" from the
 * arena. */

/* Takes `name = value` lines.  `file` names them in messages. */
const char *option_take_file(struct option_values *values, const char *file, struct span text)
    __attribute__((warn_unused_result));

/* Takes one "name=value"; it overrides what a file said.  Refuses settings that no program of
 * `used_by` looks at. */
const char *option_take_set(struct option_values *values, const char *assignment, unsigned used_by)
    __attribute__((warn_unused_result));

/* Expands, checks and stores every value in `target`. */
const char *option_store(struct option_values *values, void *target)
    __attribute__((warn_unused_result));

/* Where the value of a setting came from: "FILE:LINE", "--set", or "default". */
const char *option_place(const struct option_values *values, const char *name);

/* Prints `name = value` for the settings that `used_by` looks at, as a file that could be read
 * again. */
void option_print(const struct option_values *values, unsigned used_by, FILE *out);

/* One row of --help for each setting that `used_by` looks at, or for each switch. */
void option_help_settings(struct option_table table, unsigned used_by, FILE *out);
void option_help_switches(struct option_table table, FILE *out);

/* Switches that share a target; a program has its own group beside the one that all have. */
struct option_group {
	struct option_table table;
	void *target;
};

/* Reads switches (-x VALUE, -xVALUE, --name VALUE, --name=VALUE) up to `--` or the end; the value
 * of a switch is the next argument whatever it looks like.  Other arguments are moved to the front
 * of argv (argv[0] stays) and counted in *operands_n.  Earlier groups win where two know a name. */
const char *option_take_switches(struct arena *a, const struct option_group *groups,
    size_t groups_n, int argc, char **argv, int *operands_n) __attribute__((warn_unused_result));

#endif
