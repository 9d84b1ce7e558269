/* SPDX-License-Identifier: GPL-3.0-or-later */
/* raw_chain - our own verdict on a certificate, from the chain as the server sent it.
 *
 * zgrab2 on a machine without roots trusts nobody; with --verify its records are verified here, as
 * of the time of the scan. */
#ifndef EMT_MXINFER_RAW_CHAIN_H
#define EMT_MXINFER_RAW_CHAIN_H

#include "mxinfer/reader.h"

/* Of JSON values: `certificate` {"raw": base64 of DER}, `chain` a list of such, `timestamp` a text
 * (RFC 3339).  False if it is not to be trusted, if there is no raw form, and without a time. */
bool raw_chain_trusted(
    struct reader *r, struct span certificate, struct span chain, struct span timestamp);

#endif
