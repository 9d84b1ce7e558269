/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit_outcome - how what goes wrong at a stage of a visit is called; for visit.c alone. */
#ifndef EMT_MXINFER_SCAN_VISIT_OUTCOME_H
#define EMT_MXINFER_SCAN_VISIT_OUTCOME_H

#include "mxinfer/scan/visit.h"

/* What a visit waits for ... */
enum visit_stage { CONNECTION, GREETING, EHLO, HELO, STARTTLS, HANDSHAKE, QUIT, STAGES_N };

/* ... and what came instead. */
enum visit_trouble { TIMEOUT, CLOSED, BROKEN, NO_REPLY, ENDLESS, TROUBLES_N };

/* Notes how the visit ended before QUIT; `spoke`: something came of what it waited for. */
void visit_trouble_note(
    struct visit *v, enum visit_stage stage, enum visit_trouble trouble, bool spoke);

/* What an errno of socket or connect means. */
enum visit_outcome visit_connect_outcome(int error);

/* For people; of stages before QUIT. */
const char *visit_stage_name(enum visit_stage stage);
const char *visit_trouble_name(enum visit_trouble trouble);

#endif
