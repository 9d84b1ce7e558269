/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/visit_outcome.h"

#include <errno.h>

static const enum visit_outcome outcomes[STARTTLS][TROUBLES_N] = {
    [CONNECTION] = {[TIMEOUT] = VISIT_NO_CONNECT},
    [GREETING] = {VISIT_SLOW, VISIT_RESET, VISIT_RESET, VISIT_NOT_SMTP, VISIT_TOO_MUCH},
    [EHLO] = {VISIT_SLOW, VISIT_RESET, VISIT_RESET, VISIT_NOT_SMTP, VISIT_TOO_MUCH},
    /* It has refused EHLO: that it goes then is no news. */
    [HELO] = {VISIT_SLOW, VISIT_NO_SERVICE, VISIT_NO_SERVICE, VISIT_NOT_SMTP, VISIT_TOO_MUCH},
};

static const enum visit_starttls starttls_outcomes[QUIT][TROUBLES_N] = {
    [STARTTLS] = {STARTTLS_BAD_REPLY, STARTTLS_CLOSED, STARTTLS_CLOSED, STARTTLS_BAD_REPLY,
	STARTTLS_BAD_REPLY},
    [HANDSHAKE] = {[TIMEOUT] = STARTTLS_STALLED,
	[CLOSED] = STARTTLS_CLOSED,
	[BROKEN] = STARTTLS_CLOSED,
	[ENDLESS] = STARTTLS_TOO_BIG},
};

void
visit_trouble_note(struct visit *v, enum visit_stage stage, enum visit_trouble trouble, bool spoke)
{
	if (stage >= STARTTLS)
		v->starttls = starttls_outcomes[stage][trouble];
	else if (stage == GREETING && trouble == TIMEOUT && !spoke)
		v->outcome = VISIT_SILENT;
	else
		v->outcome = outcomes[stage][trouble];
}

/* Other errors of connect are VISIT_NO_CONNECT. */
static const struct {
	int error;
	enum visit_outcome outcome;
} connect_errors[] = {
    {ECONNREFUSED, VISIT_REFUSED},
    {ENETUNREACH, VISIT_UNREACHABLE},
    {EHOSTUNREACH, VISIT_UNREACHABLE},
    {ENETDOWN, VISIT_UNREACHABLE},
    {EHOSTDOWN, VISIT_UNREACHABLE},
    {EAFNOSUPPORT, VISIT_UNREACHABLE},
    {EMFILE, VISIT_LOCAL},
    {ENFILE, VISIT_LOCAL},
    {ENOBUFS, VISIT_LOCAL},
    {ENOMEM, VISIT_LOCAL},
    {EADDRNOTAVAIL, VISIT_LOCAL},
};

enum visit_outcome
visit_connect_outcome(int error)
{
	for (size_t i = 0; i < sizeof connect_errors / sizeof *connect_errors; i++)
		if (connect_errors[i].error == error)
			return connect_errors[i].outcome;
	return VISIT_NO_CONNECT;
}

const char *
visit_stage_name(enum visit_stage stage)
{
	static const char *const names[] = {
	    [CONNECTION] = "connection",
	    [GREETING] = "greeting",
	    [EHLO] = "answer to EHLO",
	    [HELO] = "answer to HELO",
	    [STARTTLS] = "answer to STARTTLS",
	    [HANDSHAKE] = "TLS handshake",
	};

	return names[stage];
}

const char *
visit_trouble_name(enum visit_trouble trouble)
{
	static const char *const names[] = {
	    [TIMEOUT] = "not whole in time",
	    [CLOSED] = "closed",
	    [BROKEN] = "broken",
	    [NO_REPLY] = "no SMTP reply",
	    [ENDLESS] = "endless",
	};

	return names[trouble];
}

const char *
visit_outcome_name(enum visit_outcome o)
{
	static const char *const names[VISIT_OUTCOMES_N] = {
	    [VISIT_OK] = "ok",
	    [VISIT_REFUSED] = "refused",
	    [VISIT_UNREACHABLE] = "unreachable",
	    [VISIT_NO_CONNECT] = "no-connect",
	    [VISIT_SILENT] = "silent",
	    [VISIT_RETRY] = "retry",
	    [VISIT_NO_SERVICE] = "no-service",
	    [VISIT_NOT_SMTP] = "not-smtp",
	    [VISIT_TOO_MUCH] = "too-much",
	    [VISIT_RESET] = "reset",
	    [VISIT_SLOW] = "slow",
	    [VISIT_LOCAL] = "local",
	};

	return names[o];
}

const char *
visit_starttls_name(enum visit_starttls s)
{
	static const char *const names[STARTTLS_N] = {
	    [STARTTLS_NOT_TRIED] = "not-tried",
	    [STARTTLS_NOT_OFFERED] = "not-offered",
	    [STARTTLS_OK] = "ok",
	    [STARTTLS_REFUSED] = "refused",
	    [STARTTLS_RETRY] = "retry",
	    [STARTTLS_INJECTED] = "injected",
	    [STARTTLS_FAILED] = "failed",
	    [STARTTLS_TOO_BIG] = "too-big",
	    [STARTTLS_STALLED] = "stalled",
	    [STARTTLS_CLOSED] = "closed",
	    [STARTTLS_BAD_REPLY] = "bad-reply",
	};

	return names[s];
}
