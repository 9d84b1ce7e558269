/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns - the one way to ask the DNS: submit a question, get one result, whatever happens.
 *
 * Three back ends lie behind it (dns_backend.h): `stub` asks resolvers and believes what they say
 * of DNSSEC only if they are trusted; `validate` asks them too, but checks the signatures itself
 * and says why they fail, or asks nobody but the name servers of the zones themselves (iterate);
 * `canned` answers tests from a text.  Above them, equal questions in
 * flight are asked once, no more than so many go out at once (dns_pace.h), and answers are kept in
 * a bounded cache for their TTL.
 *
 * What the network or a server did is never an error but an outcome.  Every submit is called back
 * exactly once, never before dns_submit returns, and not later than its deadline; an answer that
 * comes later is ignored.  Names and messages are strangers' and may hold anything.  One thread
 * only. */
#ifndef EMT_DNS_H
#define EMT_DNS_H

#include "base/option.h"
#include "base/rng.h"
#include "dns/dns_result.h"
#include "io/loop.h"

struct dns;

enum dns_mode {
	DNS_MODE_VALIDATE,
	DNS_MODE_STUB,
	DNS_MODE_ITERATE, /* no resolver: the name servers of each zone, from the root on */
};

struct dns_params {
	enum dns_mode mode;
	/* Addresses, perhaps with @PORT or #PORT (dns_servers.h); none: those of /etc/resolv.conf
	 */
	struct option_list resolvers;
	const char *trust_anchor; /* file; DNS_MODE_VALIDATE; DNS_MODE_ITERATE: or NULL */
	const char *root_hints;   /* file; DNS_MODE_ITERATE: or NULL, those that libunbound knows */
	bool trust_ad; /* DNS_MODE_STUB: the resolvers validate, and the way to them is safe */
	/* DNS_MODE_STUB: the resolvers are equal, and share the work; one that keeps silent is left
	 * alone but for a question now and then.  Else they are asked in their order. */
	bool spread;
	const struct rng *rng; /* of message ids */
	size_t parallel;       /* questions on their way at once; 0: DNS_PACE_PARALLEL */
	size_t cache_octets;   /* 0: DNS_CACHE_OCTETS */
};

enum {
	DNS_CACHE_OCTETS = 16 * 1024 * 1024,
	DNS_BUSY_ROUNDS = 20,
};

/* NULL and one line in *error (from the arena, as all that the params name must live) if it cannot
 * work as asked. */
struct dns *dns_open(struct arena *a, struct loop *l, const struct dns_params *p,
    const char **error) __attribute__((warn_unused_result));

/* Calls back DNS_CANCELLED for all that is not answered; those callbacks must not submit again.
 * NULL is fine. */
void dns_free(struct dns *d);

/* Questions on their way at once, from now on; 1 at least. */
void dns_limit(struct dns *d, size_t parallel);

/* Do so many questions wait for their turn (DNS_BUSY_ROUNDS times those on their way) that who can
 * wait should ask later?  Even with silent servers they are all sent within a second or two. */
bool dns_is_busy(const struct dns *d);

typedef void dns_done(void *arg, const struct dns_result *r);

/* Asks for the records of class IN; deadline_us is a time of the loop's clock_since_us. */
void dns_submit(
    struct dns *d, struct span name, int type, int64_t deadline_us, dns_done *done, void *arg);

#endif
