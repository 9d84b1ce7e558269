/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_backend - the seam between dns.c and those who really ask.
 *
 * A back end is a struct that begins with struct dns_backend.  For each flight it is given, it
 * calls dns_flight_done once, from inside submit or later, or is told to cancel it.  It sets no
 * deadline of its own making beyond what it needs to give up: dns.c holds the caller's. */
#ifndef EMT_DNS_BACKEND_H
#define EMT_DNS_BACKEND_H

#include "dns/dns.h"

struct dns_flight; /* one question on its way */
struct dns_backend;

struct dns_backend_ops {
	void (*submit)(struct dns_backend *b, struct dns_flight *f);
	void (*cancel)(struct dns_backend *b, struct dns_flight *f); /* f is gone after this */
	void (*free)(struct dns_backend *b);                         /* no flight is left then */
};

struct dns_backend {
	const struct dns_backend_ops *ops;
};

/* What a back end found. */
struct dns_reply {
	struct span wire;        /* borrowed for the call; n == 0: no message */
	enum dns_outcome failed; /* without a message: why there is none */
	int rcode; /* without a message: the code if one is known all the same, else -1 */
	enum dns_security dnssec;
	const char *why, *server; /* borrowed for the call; or NULL */
	enum dns_proto proto;
	unsigned attempts;
};

const char *dns_flight_name(const struct dns_flight *f); /* canonical (dns_name.h) */
int dns_flight_type(const struct dns_flight *f);

/* The back end's own object for this flight. */
void dns_flight_set_handle(struct dns_flight *f, void *handle);
void *dns_flight_handle(const struct dns_flight *f);

/* f is gone after this. */
void dns_flight_done(struct dns_flight *f, const struct dns_reply *reply);

/* Takes over the back end. */
struct dns *dns_new(struct loop *l, struct dns_backend *backend_own, size_t cache_octets);

/* NULL and one line in *error (from the arena) if it cannot work. */
struct dns_backend *dns_stub_new(struct arena *a, struct loop *l, const struct dns_params *p,
    const char **error) __attribute__((warn_unused_result));
struct dns_backend *dns_validate_new(struct arena *a, struct loop *l, const struct dns_params *p,
    const char **error) __attribute__((warn_unused_result));

/* Answers from a text, which the back end copies.  A line that does not start with a blank begins
 *an answer: NAME TYPE OUTCOME [DNSSEC] [ad] [after MILLISECONDS] [why TEXT TO THE END] with OUTCOME
 *as dns_outcome_name spells it (`rcode N` for another code) and DNSSEC as dns_security_name does.
 *Indented lines below it are its records in presentation form: of the answer section for `ok`, of
 *the authority section else.
 * `#` begins a comment line.  A question without an answer here is refused. */
struct dns_backend *dns_canned_new(struct arena *a, struct loop *l, struct span text,
    const char **error) __attribute__((warn_unused_result));

#endif
