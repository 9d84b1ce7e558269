/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sending - hands the probes of a set to the provider, one message each, in the order of the set,
 * at random distances.
 *
 * It can be ended at any moment and started again: what the ledger knows as accepted is never sent
 * a second time.  A mail whose last octets were handed over without an answer (ledger_add_intent)
 * may have been accepted: it is left alone and told, unless `resend_uncertain`.  A refusal of one
 * probe stops no other.  Temporary refusals are tried again after a while, so often; the last probe
 * (mail-ok again) waits until all others have come to an end, since it shows that the path worked
 * to the end.  A server that cannot be reached is tried again as often, then it ends; what would
 * fail for every probe (AUTH refused, a wrong certificate) ends it at once.
 *
 * Time, randomness and the server come through this struct, so that tests replace them. */
#ifndef EMT_SENDING_H
#define EMT_SENDING_H

#include "base/clock.h"
#include "base/rng.h"
#include "probe/submit.h"
#include "probe/ledger.h"

struct sending {
	struct ledger *ledger;
	const struct ledger_set *set; /* as it was when the lock was taken */
	const char *from, *contact, *domain;
	int64_t interval_min_us, interval_max_us, retry_after_us;
	int64_t attempts; /* for a probe that is refused for now */
	bool resend_uncertain;

	void (*submit)(void *state, struct arena *a, const struct submit_mail *mail,
	    struct submit_outcome *outcome);
	void *submit_state;
	const struct clock *clock;
	const struct rng *rng;
	void (*wait)(void *state, int64_t us);
	void *wait_state;

	/* What became of it. */
	size_t accepted_n, refused_n, uncertain_n, open_n;
};

enum sending_end {
	SENDING_DONE,    /* every probe has come to an end */
	SENDING_STOPPED, /* the server: start it again later; reported */
	SENDING_REFUSED, /* AUTH or certificate: mend that, and start it again; reported */
	SENDING_FAILED,  /* the ledger; reported */
	SENDING_GONE,    /* the participant was forgotten meanwhile; reported */
};

enum sending_end sending_run(struct sending *s) __attribute__((warn_unused_result));

/* Only one process at a time sends a set.  The lock is held until the process ends; -1: another one
 * has it, or it cannot be had; reported. */
int sending_lock(struct arena *a, const char *ledger_path, const struct ledger_set *set)
    __attribute__((warn_unused_result));

/* What is known of a probe. */
enum probe_state {
	PROBE_OPEN, /* not sent, or to be tried again */
	PROBE_ACCEPTED,
	PROBE_REFUSED, /* for good, or so often */
	PROBE_UNCERTAIN,
};

enum probe_state probe_state_of(const struct ledger_probe *p, int64_t attempts);

#endif
