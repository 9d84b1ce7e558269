/* SPDX-License-Identifier: GPL-3.0-or-later */
/* postconf - Postfix' configuration as postconf(1) tells it: the parameters of main.cf and the
 * services of master.cf with what each overrides.
 *
 * Read from postconf itself, which knows the defaults and expands $name, or from text that it wrote
 * (or that Postfix reads: main.cf and master.cf have the same forms):
 *
 *	NAME = VALUE					postconf, postconf -n, main.cf
 *	SERVICE TYPE - - - - - COMMAND ARGUMENT...	postconf -M, master.cf
 *
 * A line that starts with a blank goes on from the one before; SERVICE/TYPE/NAME = VALUE of
 * postconf -P is passed over, since -M has it too.  The text is an operator's, yet bounded. */
#ifndef EMT_POSTCONF_H
#define EMT_POSTCONF_H

#include "base/arena.h"

enum {
	POSTCONF_TEXT_MAX = 4 << 20, /* octets of one output or file */
	POSTCONF_SERVICES_MAX = 1000,
	POSTCONF_PARAMETERS_MAX = 10000,
};

struct postconf_parameter {
	struct postconf_parameter *next;
	struct span name, value;
};

struct postconf_service {
	struct postconf_service *next;
	struct span name, type, command;      /* "submission", "inet", "smtpd" */
	struct postconf_parameter *overrides; /* -o NAME=VALUE, the last one first */
	unsigned verbose;                     /* how many -v */
};

struct postconf {
	struct arena *arena;                               /* borrowed; holds everything */
	struct postconf_parameter *parameters;             /* the last one first */
	struct postconf_service *services, **services_end; /* in their order */
	size_t parameters_n, services_n;
};

void postconf_init(struct postconf *pc, struct arena *a);

/* Adds what `text` says; `file` names it in messages.  NULL, or "FILE:LINE: what, and the mend". */
const char *postconf_take(struct postconf *pc, const char *file, struct span text)
    __attribute__((warn_unused_result));

/* Adds what postconf says of the configuration in the folder `dir` (NULL: Postfix' own).  False: it
 * could not be run, or failed, or said too much; reported (base/log.h), as are its own words. */
bool postconf_run(struct postconf *pc, const char *dir) __attribute__((warn_unused_result));

/* The value for a service, or, if that is NULL, for Postfix as a whole; p == NULL: nobody says. */
struct span postconf_value(
    const struct postconf *pc, const struct postconf_service *service, struct span name);

#endif
