/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_check - does Postfix log what emt-sessions needs, and no more than that?
 *
 * A table of rules, each asked of every service that it is about, with that service's own
 * overrides: smtpd(8) behind a port or behind postscreen(8), the clients smtp(8) and lmtp(8), and
 * Postfix as a whole.  A finding is one line: where, what, why it matters, how to mend it.  The
 * measurements behind the rules are in docs/postfix.md. */
#ifndef EMT_CONFIG_CHECK_H
#define EMT_CONFIG_CHECK_H

#include <stdint.h>

#include "base/buf.h"
#include "sessionparse/postconf.h"

/* Appends a line for each finding and returns their number.  journal: lines that go to syslog pass
 * a journal that drops some (journald.h). */
size_t config_check(const struct postconf *pc, bool journal, struct buf *out);

/* emt-sessions --check-config: findings on standard output.  Reads the files, which hold what
 * postconf said on any machine, or, without any, asks postconf here, with the configuration folder
 * `dir` (NULL: Postfix' own).  The exit code: 0: nothing found; 1: something was; 65: a file is no
 * output of postconf; 75: postconf cannot be run, or a file not be read. */
int config_check_run(const char *dir, char *const *files, int files_n);

/* At the end of a run over a log: warns if of `sessions_n` sessions with mail `silent_n` have no
 * dialogue. */
void config_check_hint(uint64_t silent_n, uint64_t sessions_n);

#endif
