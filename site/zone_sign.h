/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_sign - ORIGIN.zone becomes ORIGIN.zone.signed, by ldns.
 *
 * The signed zone has the DNSKEY of its one key, the DS records of the zones below it that are
 * given, NSEC3 with SHA-1, no salt, no iterations and no opt-out (opt-out would cost the AD bit,
 * RFC 9276 asks for the rest), and a signature for every authoritative RRset.  It is written whole
 * or not at all.  For a given time, key and zone the file is the same but for the signatures'
 * octets: ECDSA takes a random number for each (libcrypto 3.0, which ldns signs with, cannot do RFC
 * 6979), so two runs differ in them and in nothing else.  Signing uses every processor. */
#ifndef EMT_ZONE_SIGN_H
#define EMT_ZONE_SIGN_H

#include "site/zone_key.h"

enum {
	ZONE_SIGN_SKEW_S = 3600, /* signatures begin so long before `now`: clocks differ */
};

struct zone_sign_ds {
	const char *zone; /* delegated in the zone to be signed */
	const char *data; /* "TAG ALGORITHM TYPE DIGEST" */
};

struct zone_sign {
	const char *origin;   /* canonical */
	const char *file;     /* path of the unsigned zone */
	const char *out_name; /* in the folder out_dir_fd (borrowed) */
	const char *out_dir;  /* for messages */
	int out_dir_fd;
	const struct zone_key *key;
	const struct zone_sign_ds *ds;
	size_t ds_n;
	int64_t now_utc, validity_s; /* 1 .. 2^31 s; they end at now_utc + validity_s */
	uint32_t serial;             /* of the signed zone's SOA; 0: the zone's own */
	unsigned threads;            /* 0: as many as processors */
};

struct zone_signed {
	size_t names_n, signatures_n;
};

/* NULL, or "FILE: what, and the mend" from the arena; then the signed file is as it was. */
const char *zone_sign(struct arena *a, const struct zone_sign *job, struct zone_signed *done)
    __attribute__((warn_unused_result));

#endif
