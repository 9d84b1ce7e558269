/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence - all that is known of one probe set, in the order of time: what its verdicts rest on,
 * and what a reader is shown (METHOD in docs/method.md, the ladder).
 *
 * The index gives it (evidence_load.h); tests write it by hand.  Everything lives in one arena. */
#ifndef EMT_REPORT_EVIDENCE_H
#define EMT_REPORT_EVIDENCE_H

#include <stdint.h>

#include "base/arena.h"
#include "plan/testcase.h"

/* How sure it is that an item belongs to the probe it stands at. */
enum certainty {
	CERTAIN,    /* it bears the probe's token */
	PROBABLE,   /* it fits this probe alone, by client, address of the case and time */
	BACKGROUND, /* it may be anybody's: shown, never decides */
	CERTAINTIES_N
};

enum item_kind {
	ITEM_SUBMISSION, /* the provider's submission server took the mail, or refused */
	ITEM_QUERY,      /* a name with the probe's token was asked for */
	ITEM_CUT,        /* who asked the twin's token asked at the cut of the case's zone */
	ITEM_SESSION,    /* a session that named no recipient */
	ITEM_ATTEMPT,    /* a session that named the probe's address */
	ITEM_MAIL,       /* a stored mail */
	ITEM_DSN,        /* a delivery status notification */
	ITEM_KINDS_N
};

extern const char *const certainty_names[CERTAINTIES_N]; /* "certain" ... as records spell them */
extern const char *const item_kind_names[ITEM_KINDS_N];  /* "submission", "query" ... */

/* Who checks what of a session without recipient, METHOD in docs/method.md.  The loader gives an
 * ITEM_SESSION to a probe as PROBABLE if it came to addresses that are the case's own while the
 * probe was under way, and, over all sets, no other probe under way fits; otherwise as BACKGROUND.
 * ladder.h checks what shows within the set: that its client delivered another probe, that it came
 * twice, not before the set's first evidence, and not after the mail. */

struct item;

/* The certainty of a record, less what others who share its resolver take from it. */
enum certainty item_certainty(const struct item *i);

/* Why a client without a confirmed name counts as an operator's (ascription.h). */
enum ascribed {
	ASCRIBED_NOT,
	ASCRIBED_AS,   /* of one AS with a named client of it */
	ASCRIBED_HELO, /* it greets with a name of it: probable */
	ASCRIBED_N
};

extern const char *const ascribed_names[ASCRIBED_N]; /* NULL, "as", "helo" */

/* Who connected. */
struct sender {
	const char *address; /* as text; NULL: not known */
	bool ipv6;
	const char *name;     /* forward-confirmed, or "" */
	const char *helo;     /* or NULL */
	const char *operator; /* registered domain of the name, else "ASnnn", else the address */
	uint32_t as_number;   /* 0: not known */
	/* The set's evidence makes it another's than its own: operator is that one, and this what
	   it is alone; else NULL. */
	const char *alone;
	enum ascribed ascribed;
};

/* A client that counts as the set's operator's without a confirmed name. */
struct ascribed_client {
	const char *address;
	uint32_t as_number; /* 0: not known */
	enum ascribed how;
};

struct item {
	enum item_kind kind;
	enum certainty certainty;
	const char *id; /* of the record */
	int64_t time_us;
	bool foreign;       /* it came from another operator than the set's: it never decides */
	struct sender from; /* of sessions, attempts and mails */
	/* ITEM_SESSION, ITEM_ATTEMPT; of an ITEM_MAIL those of its session if that is known. */
	bool session_known;
	const char *session;            /* its id */
	const char *tls;                /* protocol; NULL: no handshake was completed */
	const char *cipher, *tls_error; /* or NULL */
	bool ehlo, starttls, refused_clear, complete;
	const char *end; /* "quit", "lost" ..., or NULL */
	/* ITEM_ATTEMPT, ITEM_MAIL: envelope sender; "" is the null sender, NULL not known. */
	const char *mail_from;
	/* ITEM_SUBMISSION, ITEM_ATTEMPT: code of the reply, 0 if there was none; ITEM_DSN: 0. */
	int code;
	const char *status; /* enhanced code, or NULL */
	const char *text;   /* of the reply, the DSN or the query; for people; hostile */
	bool accepted;      /* ITEM_SUBMISSION, ITEM_ATTEMPT: the mail was taken */
	bool is_final;      /* ITEM_DSN: action failed */
	/* ITEM_ATTEMPT that was accepted: why our own host could not store it at once ("deferred
	   4.3.0"); NULL: nothing of the kind is known. */
	const char *undelivered;
	/* ITEM_SESSION of BACKGROUND: probes of so many other sets of the set's operator fit, and
	   nothing else is against it; 0: something is, or that is not known (either.h). */
	size_t fits_others;
	/* ITEM_QUERY, ITEM_CUT. */
	const char *resolver; /* address that asked */
	bool over_ipv6;
	const char *name, *type;       /* asked for */
	size_t sets_sharing;           /* how many other sets that resolver served at the time */
	const char *resolver_operator; /* as that of a sender; NULL: the address stands for it */
	/* What the record itself names; NULL: nothing, or what its probe has.  An item that names
	   another case or token than its probe's is passed over. */
	const struct testcase *testcase;
	const char *token;
};

struct probe {
	const struct testcase *testcase;
	const char *token;
	int64_t number, position;
	struct item *items; /* by time */
	size_t items_n;
	/* set_clock.h: the first submission that was taken, or may have been; 0: the ledger knows
	   of none.  The set's operator named it, as recipient or with the mail. */
	int64_t sent_us;
	bool came;
	bool left_out; /* more clients or resolvers came with its token than are looked at */
};

struct health {
	const char *id;
	int64_t time_us;
	const struct testcase *testcase;
	const char *part, *family, *detail; /* family, detail: or NULL */
	bool ok;
	/* A run of records of this part and family that are as good or as bad, none further behind
	   the one before than the distance of two checks, is given once: its last one is of then.
	   0: it stands alone. */
	int64_t until_us;
};

static inline int64_t
health_until_us(const struct health *h)
{
	return h->until_us > h->time_us ? h->until_us : h->time_us;
}

struct greylisting; /* report/greylisting.h */
struct clock_marks; /* report/clock_marks.h */

struct probe_set {
	const char *id;
	const char *participant, *address, *provider; /* the last two or NULL */
	int64_t created_us;
	bool all_in_one;
	const char *operator;    /* who first delivered its mail-ok (ascription.h); NULL: nobody */
	const char *from_domain; /* of that mail; or NULL */
	struct ascribed_client *ascribed; /* ascription_list, by whoever wants it; by address */
	size_t ascribed_n;
	struct greylisting *greylisting; /* greylisting_list, likewise */
	size_t greylisting_n;
	int64_t first_us;     /* since when it runs (set_clock.h); 0: nothing of it was seen */
	bool by_ledger;       /* the ledger tells what of it was submitted */
	struct probe *probes; /* by number */
	size_t probes_n;
	/* Records about the cases of the set, from first_us less the distance of two checks to the
	 * deadline plus it; by time. */
	struct health *health;
	size_t health_n;
	const struct clock_marks *clock; /* of the greylisting host; NULL: not known */
	/* In these times queries may be missing: pairs of begin and end. */
	int64_t (*gaps_us)[2];
	size_t gaps_n;
};

#endif
