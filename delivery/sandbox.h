/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox - what emt-deliver can still do once it has opened its folders: make files there, and
 * nothing else. */
#ifndef EMT_SANDBOX_H
#define EMT_SANDBOX_H

#include <stddef.h>

/* Limits that need nothing: umask 077, no core file, no new program or process, a bound on memory,
 * EFBIG instead of SIGXFSZ, and SIGALRM -> exit 75 after `timeout_s`. */
void sandbox_limit(unsigned timeout_s);

/* From now on only files below these open folders can be opened, made or removed.  Landlock does it
 * where the kernel has it (5.13 on); elsewhere nothing happens, and file permissions remain. */
void sandbox_confine(const int *dir_fds, size_t n);

#endif
