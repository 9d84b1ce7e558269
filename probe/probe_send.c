/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send */
#include <errno.h>
#include <inttypes.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/address.h"
#include "probe/message.h"
#include "probe/probe_command.h"
#include "probe/probe_name.h"
#include "probe/sending.h"

enum { OUT_MAX = 16 * 1024 * 1024, EXIT_FINDINGS = 1 };

static void
submit_by_curl(
    void *state, struct arena *a, const struct submit_mail *mail, struct submit_outcome *outcome)
{
	submit_mail(a, state, mail, outcome);
}

static void
wait_us(void *state, int64_t us)
{
	struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	(void)state;
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
		;
}

/* EX_OK, or the exit code: reported. */
static int
read_server(const struct probe_call *call, struct submit_server *server, struct auth *auth)
{
	const struct probe_switches *s = call->switches;
	const char *error;

	if (!s->submission)
		return probe_say(EX_USAGE, "send needs --submission smtp[s]://HOST[:PORT]");
	error = submit_server_parse(call->a, s->submission, server);
	if (!error && s->clear_text && s->auth_file)
		error =
		    "--clear-text: a password is never sent without TLS; leave --auth-file away";
	if (error)
		return probe_say(EX_USAGE, error);
	server->clear_text = s->clear_text;
	server->roots = s->roots;
	server->ehlo_name = call->settings->ehlo_name;
	server->timeout_s = call->settings->submission_timeout_s;
	if (s->roots && access(s->roots, R_OK))
		return probe_say(EX_CONFIG,
		    arena_printf(call->a, "%s: %s; name a file of certificates in PEM with --roots",
			s->roots, strerror(errno)));
	if (!s->auth_file)
		return EX_OK;
	error = auth_file_read(call->a, s->auth_file, auth);
	server->auth = auth;
	return error ? probe_say(EX_CONFIG, error) : EX_OK;
}

/* What would be sent, and one of the mails. */
static int
dry_run(const struct probe_call *call, const struct sending *s)
{
	struct buf out;
	bool shown = false;
	int code;

	buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < s->set->probes_n; i++) {
		const struct ledger_probe *p = &s->set->probes[i];
		struct message m = {.from = s->from,
		    .to = probe_address(call->a, p, s->domain),
		    .contact = s->contact,
		    .domain = s->domain,
		    .time_us = clock_wall_us(s->clock),
		    .attempt = 1};

		if (probe_state_of(p, s->attempts) != PROBE_OPEN)
			continue;
		m.subject = probe_subject(call->a, m.time_us, s->set, p->number);
		if (!shown)
			message_put(&out, &m);
		shown = true;
		fprintf(stderr, "would send %" PRId64 "/%zu to %s\n", p->position, s->set->probes_n,
		    m.to);
	}
	code = probe_write(&out);
	buf_free(&out);
	return code;
}

static int
code_of(enum sending_end end, const struct sending *s)
{
	switch (end) {
	case SENDING_DONE: return s->refused_n || s->uncertain_n ? EXIT_FINDINGS : EX_OK;
	case SENDING_REFUSED: return EX_CONFIG;
	case SENDING_GONE: return EX_USAGE; /* as if there were no such set */
	case SENDING_STOPPED:
	case SENDING_FAILED: break;
	}
	return EX_TEMPFAIL;
}

static int
run(const struct probe_call *call, struct sending *s)
{
	enum sending_end end;

	if (call->switches->dry_run)
		return dry_run(call, s);
	if (!submit_begin())
		return probe_say(EX_TEMPFAIL, "libcurl cannot be started");
	end = sending_run(s);
	submit_end();
	log_info("%zu accepted, %zu refused, %zu uncertain, %zu not sent", s->accepted_n,
	    s->refused_n, s->uncertain_n, s->open_n);
	return code_of(end, s);
}

/* Finds the set, locks it, and reads it as it is now. */
static int
take_set(const struct probe_call *call, struct sending *s)
{
	int code = probe_one_set(call, s->ledger, &s->set);

	if (code != EX_OK)
		return code;
	if (s->set->all_in_one)
		return probe_say(EX_USAGE, "the set is one mail to all addresses, which the "
					   "participant sends: emt-probe mailto --all-in-one");
	if (!call->switches->dry_run && sending_lock(call->a, probe_ledger_path(call), s->set) < 0)
		return EX_TEMPFAIL;
	code = probe_one_set(call, s->ledger, &s->set);
	if (code != EX_OK)
		return code;
	s->from = call->switches->from ? call->switches->from : s->set->address;
	if (!s->from)
		return probe_say(
		    EX_USAGE, "send needs --from ADDRESS: the participant's is not known");
	return EX_OK;
}

int
probe_send(const struct probe_call *call)
{
	const struct settings *settings = call->settings;
	struct submit_server server = {0};
	struct sending s = {.contact = settings->contact,
	    .domain = settings->domain,
	    .interval_min_us = settings->probe_interval_min_s * 1000000,
	    .interval_max_us = settings->probe_interval_max_s * 1000000,
	    .retry_after_us = settings->probe_retry_s * 1000000,
	    .attempts = settings->probe_attempts,
	    .resend_uncertain = call->switches->resend_uncertain,
	    .submit = submit_by_curl,
	    .submit_state = &server,
	    .clock = &clock_system,
	    .rng = &rng_system,
	    .wait = wait_us};
	struct auth auth;
	int code = probe_need_contact(call);

	if (code == EX_OK && s.interval_max_us < s.interval_min_us)
		return probe_say(EX_CONFIG, "probe_interval_max is less than probe_interval_min");
	if (call->switches->from && !address_is_plain(span_str(call->switches->from)))
		return probe_say(
		    EX_USAGE, "--from: is no plain mail address such as user@example.com");
	if (code == EX_OK)
		code = read_server(call, &server, &auth);
	if (code == EX_OK)
		code = probe_open(call, false, &s.ledger);
	if (code != EX_OK)
		return code;
	code = take_set(call, &s);
	if (code == EX_OK)
		code = run(call, &s);
	ledger_close(s.ledger);
	return code;
}
