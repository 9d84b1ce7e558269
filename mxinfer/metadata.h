/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metadata - the record of a run (mx-run/1): versions, tables, what was read and what was wrong. */
#ifndef EMT_MXINFER_METADATA_H
#define EMT_MXINFER_METADATA_H

#include "mxinfer/run.h"

/* Writes it to --metadata, if that is wanted.  The exit code. */
int metadata_write(const struct run *r);

#endif
