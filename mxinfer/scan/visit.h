/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit - one polite SMTP connection to a mail host: greeting, EHLO (HELO if that is refused),
 * STARTTLS, QUIT, and what was seen on the way (RFC 5321, RFC 3207).
 *
 * Nothing else is ever sent.  The host is a stranger: everything it says is kept as octets, bound
 * in size and time, and no reply of it is an error of ours.  A visit takes some 45 KiB, a MiB
 * with a host that says all it can; thousands go on at once on one loop.
 *
 * A host's octets are one stream: however they are cut the same is seen, and what it says before it
 * is asked answers what is asked next.  STARTTLS_INJECTED alone depends on when octets come. */
#ifndef EMT_MXINFER_SCAN_VISIT_H
#define EMT_MXINFER_SCAN_VISIT_H

#include "base/arena.h"
#include "base/ip.h"
#include "io/loop.h"

enum {
	VISIT_BANNER_MAX = 64 * 1024, /* octets kept of the greeting, and of the answer to EHLO */
};

/* How far the session came; visit_outcome_name spells them as records do. */
enum visit_outcome {
	VISIT_OK,          /* a greeting 2xx and an answer 2xx to EHLO or HELO */
	VISIT_REFUSED,     /* connection refused */
	VISIT_UNREACHABLE, /* no route, host or network unreachable */
	VISIT_NO_CONNECT,  /* another error of connect, or none within the time for it */
	VISIT_SILENT,      /* connected, and not an octet within the patience */
	VISIT_RETRY,       /* 421 or another 4xx: come again later */
	VISIT_NO_SERVICE,  /* 554, 521 or another 5xx instead of a greeting or for EHLO and HELO */
	VISIT_NOT_SMTP,    /* what it said is no reply, or one of no meaning here (1xx, 3xx ...) */
	VISIT_TOO_MUCH,    /* endless: over VISIT_REPLY_MAX */
	VISIT_RESET,       /* closed or reset before EHLO was answered */
	VISIT_SLOW,        /* it spoke, but greeting or answer to EHLO were not whole in time */
	VISIT_LOCAL,       /* nothing of the host's: our machine has no descriptor or port left */
	VISIT_OUTCOMES_N
};

enum visit_starttls {
	STARTTLS_NOT_TRIED, /* the session did not come so far */
	STARTTLS_NOT_OFFERED,
	STARTTLS_OK,        /* a handshake was made */
	STARTTLS_REFUSED,   /* 5xx to STARTTLS */
	STARTTLS_RETRY,     /* 4xx to STARTTLS */
	STARTTLS_INJECTED,  /* clear text behind the 220, before we began: somebody on the way */
	STARTTLS_FAILED,    /* the handshake failed: alert or error say how */
	STARTTLS_TOO_BIG,   /* certificates over 100 KiB (TLS_CHAIN_MAX), or no end of octets */
	STARTTLS_STALLED,   /* the handshake was not done by the deadline */
	STARTTLS_CLOSED,    /* closed or reset within it */
	STARTTLS_BAD_REPLY, /* the answer to STARTTLS is no reply, or none came by the deadline */
	STARTTLS_N
};

struct visit_wish {
	struct ip address;
	unsigned port;
	const char *sni;                           /* name that TLS asks for; NULL: none */
	const char *ehlo_name;                     /* ours */
	int64_t connect_us, patience_us, total_us; /* for the connection, the greeting, all of it */
};

/* Lives for the callback. */
struct visit {
	int64_t begun_utc_us, took_us;
	enum visit_outcome outcome;
	const char *why; /* more of a failure, or NULL; safe */
	struct span banner,
	    ehlo;  /* all lines as they came but for the last line end; p == NULL: none */
	bool cut;  /* banner or ehlo were longer than VISIT_BANNER_MAX */
	bool helo; /* `ehlo` answers HELO */
	enum visit_starttls starttls;
	const char *tls_version, *tls_cipher; /* NULL before STARTTLS_OK */
	/* Of a handshake that failed; NULL: none.  OpenSSL's words, an alert of ours behind
	 * "sent: ". */
	const char *tls_alert, *tls_error;
	struct span *chain; /* DER, the host's own first; none before STARTTLS_OK */
	size_t chain_n;
};

struct visits; /* all that are going on */

struct visits *visits_new(struct loop *l);
/* Those going on end without a callback.  Not from one; NULL is fine. */
void visits_free(struct visits *v);

typedef void visit_done(void *arg, const struct visit *seen);

/* Begins one; the wish is copied.  Calls back once, never before it returns, when the connection is
 * closed; not later than total_us.  A callback may begin others.  ehlo_name: printing ASCII without
 * blanks, or the program ends. */
void visit_begin(struct visits *v, const struct visit_wish *wish, visit_done *done, void *arg);

const char *visit_outcome_name(enum visit_outcome o);
const char *visit_starttls_name(enum visit_starttls s);

#endif
