/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session - what is known of one SMTP session, as the record session/1 tells it
 * (schema/session-1.json).
 *
 * Filled by sessionlog and, for everything that client and server said, by dialogue; written by
 * session_json. Ownership: one arena per session holds all of it; every span here lies in it. Bytes
 * are kept as they were logged. Everything is bounded: what goes over a limit is left out, and the
 * record names the limit. */
#ifndef EMT_SESSION_H
#define EMT_SESSION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/sha256.h"
#include "sessionparse/command.h"
#include "sessionparse/logevent.h"
#include "base/logtime.h"
#include "sessionparse/redact.h"

enum {
	SESSION_ID_LEN = 32, /* hex digits */
	/* Octets of text kept; later lines still count and are hashed. */
	SESSION_DIALOGUE_MAX = 1 << 20,
	SESSION_LINES_MAX = 50000, /* lines of dialogue kept */
	SESSION_MAILS_MAX = 1000,
	SESSION_RCPTS_MAX = 10000,      /* of one mail */
	SESSION_DELIVERIES_MAX = 10000, /* of one mail: attempts, not recipients */
	SESSION_COUNTERS_MAX = 40,
	SESSION_RAW_MAX = 4 << 20, /* octets of log lines kept, where they are */
};

enum session_limit {
	LIMIT_DIALOGUE = 1,
	LIMIT_MAILS = 2,
	LIMIT_RCPTS = 4,
	LIMIT_DELIVERIES = 8,
	LIMIT_SESSIONS = 16, /* too many were open at once: given up before its end */
	LIMIT_HELD = 32,     /* written before the queue was done with its mails */
	LIMIT_RAW = 64,      /* log lines */
	LIMITS_ALL = 127,
};

enum session_end {
	END_OTHER,
	END_QUIT,
	END_LOST,
	END_TIMEOUT,
	END_TOO_MANY_ERRORS,
	END_NON_SMTP,
	END_REFUSED,
	END_KILLED,
	END_SCREENED, /* by postscreen */
	END_KINDS,
};

enum session_data {
	DATA_NONE,
	DATA_DATA,
	DATA_BDAT,
};

struct session_rcpt {
	struct span address;
	int code; /* of the reply */
};

/* One attempt to deliver to one recipient, as local, smtp, pipe ... logged it. */
struct session_delivery {
	struct span to;
	struct span orig_to; /* p == NULL: none */
	struct span relay, dsn, status, text;
	struct span delay; /* seconds, in the form of a JSON number */
};

/* One transaction. */
struct session_mail {
	struct session_mail *next;
	struct session *session;
	bool in_dialogue; /* its MAIL was seen; else it is known by its queue id alone */
	struct span from; /* p == NULL: not known */
	struct session_rcpt *rcpts;
	size_t rcpts_n;
	enum session_data data;
	int code;               /* the final reply to the message; 0: none */
	struct span queue_id;   /* n == 0: none */
	struct span message_id; /* p == NULL: not known */
	int64_t size;           /* -1: not known */
	struct session_delivery *deliveries;
	size_t deliveries_n;
	struct span *notices; /* queue ids of bounces and delay notices */
	size_t notices_n;
	bool removed; /* the queue is done with it */

	/* Its place in the table of queue ids (queue.h). */
	struct session_mail *queue_next;
	uint64_t queue_hash;
	bool in_queue;
};

struct session_tls {
	struct span protocol, cipher, trust, sni, error; /* p == NULL: not known */
	int bits;                                        /* 0: not known */
};

struct session_counter {
	struct span name;
	int64_t good, all;
};

/* Of a session that postscreen kept to itself. */
struct session_screen {
	struct span endpoint; /* the client, [IP]:PORT; p == NULL: it is no such session */
	struct span server;   /* where the client came to, [IP]:PORT; p == NULL: not known */
	unsigned failed;      /* tests: bits, by enum screen_test */
	int64_t dnsbl_rank;   /* where it failed that test */
	bool passed;          /* the tests, and so may go on to smtpd the next time */
	bool decided;         /* it is certain that it did not go on to smtpd this time */
};

struct session_line {
	char who; /* 'C' or 'S' */
	struct span text;
};

struct session {
	struct arena *arena;
	char id[SESSION_ID_LEN + 1];
	struct span host, service;
	int64_t pid;
	struct span client_name, client_ip;
	struct span first_name, first_ip; /* the client before XCLIENT; p == NULL: there was none */
	int64_t t_connect, t_end;         /* microseconds; TIME_UNKNOWN */
	int64_t t_first;                  /* time of its first line */
	struct span helo;                 /* p == NULL: none */
	bool esmtp;                       /* it was EHLO */
	bool has_tls;
	struct session_tls tls;
	bool has_auth, auth_ok;
	struct span auth_mech; /* p == NULL: not known */
	struct session_mail *mails, *last_mail;
	size_t mails_n;
	struct span first_from; /* of the first MAIL command, accepted or not; p == NULL: none */
	enum session_end end;
	struct span end_after; /* p == NULL: none */
	bool complete;
	struct session_counter *counters; /* NULL: the log has none */
	size_t counters_n;
	struct span notes; /* behind the counters; p == NULL: none */
	struct session_screen screen;
	unsigned limits; /* enum session_limit */

	struct session_line *dialogue;
	size_t dialogue_n, dialogue_room;
	size_t dialogue_octets;
	uint64_t lines; /* all of them, also those not kept */
	struct sha256 digest;

	/* Where the dialogue stands. */
	struct command pending; /* the command that is not answered yet; arg lies in the arena */
	bool in_message;        /* 354 was sent: the next reply is about the message */
	bool at_end_of_message; /* nothing came after the final reply to a message */
	bool greeted;           /* the server has said something */
	bool refused, quit, non_smtp;
	bool xclient; /* XCLIENT was accepted */
	int last_code;
	struct session_mail *mail;     /* the open transaction */
	struct session_mail *answered; /* whose `code` the last reply set */
	struct span early_queue_id;    /* one that came before the reply to MAIL */
	struct session_mail *to_queue; /* has a new queue id that the queue does not know yet */
	struct redact redact;
	char *secret; /* where redact.secret lies */
	size_t secret_room;

	/* Its lines of the log, redacted, where the caller of sessionlog wants them. */
	char *raw;
	size_t raw_n, raw_room;

	/* Set by those who hold it. */
	struct session *older, *newer; /* session_table: by last line; outbox: by end */
	int64_t t_last;                /* time of its last line */
	bool ended;
	size_t awaited;     /* once ended: mails of which the queue may still say something */
	size_t held_octets; /* in the outbox: its memory when it came */
	bool written;       /* the record is written, and may have to be written again */
	bool changed;       /* since it was */
	struct span file;   /* the record's place, once it is written to files */
};

struct session *session_new(struct span host, struct span service, int64_t pid);
void session_free(struct session *s);

/* Sets `id` from host, service, pid, endpoint and connect time; `same_n` tells apart the sessions
 * of one process in one second. */
void session_set_id(struct session *s, int64_t time_us, unsigned same_n);

void session_set_client(struct session *s, struct span name, struct span ip);

/* A new transaction at the end of the list; NULL if there are too many. */
struct session_mail *session_add_mail(struct session *s);

void session_add_rcpt(struct session_mail *m, struct span address, int code);

/* Room for one more delivery or notice; NULL if there are too many. */
struct session_delivery *session_add_delivery(struct session_mail *m);
void session_add_notice(struct session_mail *m, struct span queue_id);

/* Keeps a line of the log, made of two parts. */
void session_keep_raw(struct session *s, struct span head, struct span text);

/* QID: client=...; queue_id empty: NOQUEUE. */
void session_accept(struct session *s, struct span queue_id, struct span mech);

/* Takes what stands behind the client of a disconnect line: "ehlo=1 rcpt=5/7 commands=13/15
 * notes=bare_lf". */
void session_set_counters(struct session *s, struct span text);

/* The good ones of one counter, -1 if the line lacks it. */
int64_t session_counter(const struct session *s, struct span name);

/* Finds out how a session ended of which the log had no reason line; t_end is known if it had an
 * end. */
void session_close(struct session *s);

/* Of a session that is over: will the queue go on with this mail? */
bool session_mail_is_awaited(const struct session_mail *m);

#endif
