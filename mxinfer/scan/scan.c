/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/scan.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/keyed_hash.h"
#include "base/log.h"
#include "mxinfer/scan/scan_parts.h"
#include "mxinfer/scan/scan_record.h"

#define SECOND_US INT64_C(1000000)

enum {
	ROUTES_MAX = 1000,         /* domains that are looked up at once */
	WAITING_MAX = 1000 * 1000, /* addresses that wait; then no more domains are looked up */
	FEED_US = 20 * 1000,       /* who could not go on looks again after this */
	GRACE_S = 5,               /* when the run is stopped, open connections have so long */
};

void
scan_write_record(struct scan *s)
{
	struct span record = buf_span(&s->record);

	scan_out_put(s->out, record);
	if (s->saved)
		saved_table_add(s->saved, record);
	buf_clear(&s->record);
}

static bool
nothing_open(const struct scan *s)
{
	return !s->routing_n && !pace_open_n(s->pace);
}

static bool
all_done(const struct scan *s)
{
	return s->next == domains_counts(s->domains)->taken && !s->asking_n &&
	       !pace_waiting_n(s->pace) && nothing_open(s);
}

void
scan_end_if_done(struct scan *s)
{
	if (all_done(s) || (s->stopping && nothing_open(s)))
		loop_stop(s->loop);
}

/* Begins nothing more; what is open may come to its end. */
static void
stop(struct scan *s, const char *by)
{
	if (s->stopping) {
		loop_stop(s->loop);
		return;
	}
	s->stopping = true;
	s->stopped_by = by;
	pace_hold(s->pace, true);
	loop_timer_set(s->grace, clock_since_us(loop_clock(s->loop)) + GRACE_S * SECOND_US);
	scan_end_if_done(s);
}

static void feed(struct scan *s);

static void
on_route(void *arg, const struct mail_route *route)
{
	struct scan *s = arg;

	s->routing_n--;
	s->ended_n++;
	wordcount_add(&s->tally.domains, dns_outcome_name(route->outcome));
	if (s->params->debug)
		log_info("%s: %s, %zu MX%s%s", route->domain, dns_outcome_name(route->outcome),
		    route->mx_n, route->why ? ": " : "", route->why ? route->why : "");
	scan_record_domain(&s->record, route, s->params->sni == SCAN_SNI_MX);
	scan_write_record(s);
	for (size_t i = 0; i < route->mx_n; i++)
		for (size_t k = 0; k < route->mx[i].addresses_n; k++)
			scan_target_add(s, &route->mx[i], &route->mx[i].addresses[k]);
	feed(s);
	scan_end_if_done(s);
}

static bool
is_busy(const struct scan *s)
{
	return s->routing_n >= ROUTES_MAX || dns_is_busy(s->dns) ||
	       pace_waiting_n(s->pace) + s->asking_n >= WAITING_MAX ||
	       scan_out_backlog(s->out) > SCAN_OUT_BACKLOG_MAX;
}

/* Looks up as many domains as there is room for. */
static void
feed(struct scan *s)
{
	while (!s->stopping && s->next < domains_counts(s->domains)->taken && !is_busy(s)) {
		struct span domain = domains_at(s->domains, s->next++);

		if (intern_find(&s->done_domains, domain, keyed_hash(domain)))
			continue;
		s->routing_n++;
		mail_route_find(s->routes, domain, on_route, s);
	}
}

/* What nothing calls back for: room behind a reader that takes its time, a write that failed. */
static void
on_feeder(void *arg)
{
	struct scan *s = arg;

	if (scan_out_error(s->out) && !s->stopping)
		stop(s, "output");
	pace_hold(s->pace, s->stopping || scan_out_backlog(s->out) > SCAN_OUT_BACKLOG_MAX);
	feed(s);
	scan_end_if_done(s);
	loop_timer_set(s->feeder, clock_since_us(loop_clock(s->loop)) + FEED_US);
}

static void
on_limit(void *arg)
{
	stop(arg, "max-runtime");
}

static void
on_grace(void *arg)
{
	struct scan *s = arg;

	loop_stop(s->loop);
}

static void
on_signal(void *arg, bool readable, bool writable)
{
	struct scan *s = arg;
	struct signalfd_siginfo info;

	(void)readable;
	(void)writable;
	if (read(s->signal_fd, &info, sizeof info) == sizeof info)
		stop(s, "signal");
}

static void
on_figures(void *arg, struct progress_figures *f)
{
	struct scan *s = arg;

	*f = (struct progress_figures){
	    .domains_total = domains_counts(s->domains)->taken - s->tally.resumed_domains,
	    .domains_done = s->ended_n,
	    .domains_open = s->routing_n,
	    .addresses_waiting = pace_waiting_n(s->pace) + s->asking_n,
	    .addresses_open = pace_open_n(s->pace),
	    .tally = &s->tally,
	};
}

/* SIGINT and SIGTERM are heard by the loop; behind it they end us as ever. */
static bool
hear_signals(struct scan *s, sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigprocmask(SIG_BLOCK, signals, NULL);
	s->signal_fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd >= 0;
}

static void
conduct(struct scan *s, FILE *csv)
{
	const struct scan_params *p = s->params;
	bool show = !p->quiet && isatty(STDERR_FILENO);

	s->signals = loop_watch_new(s->loop, s->signal_fd, true, false, on_signal, s);
	s->feeder = loop_timer_new(s->loop, on_feeder, s);
	s->limit = loop_timer_new(s->loop, on_limit, s);
	s->grace = loop_timer_new(s->loop, on_grace, s);
	if (p->max_runtime_s)
		loop_timer_set(
		    s->limit, clock_since_us(loop_clock(s->loop)) + p->max_runtime_s * SECOND_US);
	if (show || csv)
		s->progress = progress_new(s->loop, show ? stderr : NULL, csv, on_figures, s);
	loop_timer_set(s->feeder, clock_since_us(loop_clock(s->loop)));
	scan_targets_begin(s);
	loop_run(s->loop);
	progress_end(s->progress);
	loop_timer_free(s->feeder);
	loop_timer_free(s->limit);
	loop_timer_free(s->grace);
	loop_watch_free(s->signals);
}

/* Writes what is still to be written.  An exit code. */
static int
finish(struct scan *s, const sigset_t *signals)
{
	bool is_file = s->params->output != NULL;
	int error;

	/* The reader of our output may never go on: now a signal ends us. */
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	error = scan_out_end(s->out, is_file);
	s->out = NULL;
	if (error) {
		log_error(
		    "%s: %s", is_file ? s->params->output : "standard output", strerror(error));
		return EX_TEMPFAIL;
	}
	if (!s->stopped_by)
		return EX_OK;
	log_warning("stopped by %s before all was done%s", s->stopped_by,
	    is_file ? "; --resume does the rest" : "");
	return EX_TEMPFAIL;
}

static void
open_pace(struct scan *s)
{
	const struct scan_params *p = s->params;
	const struct pace_limits limits = {
	    .open = (uint32_t)p->max_open,
	    .per_second = (uint32_t)p->rate,
	    .ipv4_24 = (uint32_t)p->per_ipv4_24,
	    .ipv6_48 = (uint32_t)p->per_ipv6_48,
	    .operator_n = (uint32_t)p->per_operator,
	};

	s->pace = pace_new(s->loop, &limits, scan_target_start, s);
}

/* Ends what was written beside the records.  An exit code. */
static int
finish_others(struct scan *s, FILE *csv)
{
	int status = scan_note_end(s);

	if (s->saved && !saved_table_end(s->saved)) {
		log_error("the table of --save_scan_data could not be written: %m");
		status = EX_TEMPFAIL;
	}
	s->saved = NULL;
	if (csv && (ferror(csv) | fclose(csv))) {
		log_error("%s: not all figures could be written", s->params->status);
		status = EX_TEMPFAIL;
	}
	return status;
}

static int
scan_all(struct scan *s)
{
	const char *path = s->params->status;
	FILE *csv = path ? fopen(path, "we") : NULL;
	sigset_t signals;
	int status, others;

	if (path && !csv) {
		log_error("%s: %m", path);
		return EX_CANTCREAT;
	}
	if (!hear_signals(s, &signals)) {
		log_error("signals cannot be heard: %m");
		return EX_TEMPFAIL;
	}
	open_pace(s);
	s->out = scan_out_new(s->output_fd);
	conduct(s, csv);
	status = finish(s, &signals);
	close(s->signal_fd);
	s->ended_us = clock_wall_us(&clock_system);
	others = finish_others(s, csv);
	return status ? status : others;
}

int
scan_run(struct arena *a, struct scan_params *params, const struct settings *settings,
    char *const *operands, int operands_n)
{
	struct scan s = {.a = a,
	    .params = params,
	    .settings = settings,
	    .started_us = clock_wall_us(&clock_system),
	    .output_fd = -1};
	const char *error = scan_params_check(a, params, settings);
	int status;

	if (error) {
		log_error("%s", error);
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	keyed_hash_seed(&rng_system);
	buf_init(&s.record, SIZE_MAX / 4);
	status = scan_open(&s, operands, operands_n);
	if (!status)
		status = scan_all(&s);
	scan_close(&s);
	return status;
}
