/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/arena.h"

#define SECOND_US INT64_C(1000000)

/* The outcomes that have a column. */
static const char *const columns[] = {"ok", "retry", "no-service", "refused", "unreachable",
    "no-connect", "silent", "not-smtp", "too-much", "reset", "slow", "local", "blocked", "dry-run"};

const char progress_csv_head[] =
    "real_time,time_elapsed,time_remaining,percent_complete,domains_total,domains_done,"
    "domains_open,domains_per_s,addresses_waiting,addresses_open,addresses_done,addresses_per_s,"
    "ok,retry,no-service,refused,unreachable,no-connect,silent,not-smtp,too-much,reset,slow,local,"
    "blocked,dry-run\n";

struct progress {
	struct loop_timer *timer;
	const struct clock *clock;
	FILE *terminal, *csv;
	progress_ask *ask;
	void *arg;
	int64_t begun_us, last_us;
	uint64_t last_domains, last_addresses;
};

/* n of so many in that time: how long `more` take. */
static int64_t
time_for(uint64_t more, uint64_t n, int64_t elapsed_us)
{
	if (!more)
		return 0;
	if (!n)
		return -1;
	return (int64_t)((double)more / (double)n * (double)elapsed_us / 1e6);
}

int64_t
progress_left_s(const struct progress_figures *f, const struct progress_moment *m)
{
	uint64_t domains = f->domains_total - f->domains_done,
		 done = wordcount_sum(&f->tally->addresses);
	uint64_t known = done + f->addresses_waiting + f->addresses_open;
	/* The domains that are left have as many new addresses as those that are done. */
	double new_ones = f->domains_done ? (double)known / (double)f->domains_done : 0;
	uint64_t addresses = known - done + (uint64_t)(new_ones * (double)domains);
	int64_t dns_s = time_for(domains, f->domains_done, m->elapsed_us);
	int64_t smtp_s = time_for(addresses, done, m->elapsed_us);

	if (dns_s < 0 || smtp_s < 0)
		return -1;
	return dns_s > smtp_s ? dns_s : smtp_s;
}

static unsigned
percent(const struct progress_figures *f)
{
	return f->domains_total ? (unsigned)(f->domains_done * 100 / f->domains_total) : 100;
}

static void
put_time(struct buf *out, int64_t s)
{
	if (s >= 3600)
		buf_printf(out, "%dh", (int)(s / 3600));
	buf_printf(out, s >= 3600 ? "%02dm%02ds" : "%dm%02ds", (int)(s / 60 % 60), (int)(s % 60));
}

void
progress_put_line(
    struct buf *out, const struct progress_figures *f, const struct progress_moment *m)
{
	const struct wordcount *t = &f->tally->addresses;
	int64_t left_s = progress_left_s(f, m);

	put_time(out, m->elapsed_us / SECOND_US);
	buf_printf(out, " %u%%, ", percent(f));
	if (left_s >= 0)
		put_time(out, left_s);
	else
		buf_puts(out, "unknown time");
	buf_puts(out, " left");
	buf_printf(out,
	    "; %llu of %llu domains (%llu/s); addresses: %llu open, %llu waiting, "
	    "%llu done (%llu/s)",
	    (unsigned long long)f->domains_done, (unsigned long long)f->domains_total,
	    (unsigned long long)m->domains_per_s, (unsigned long long)f->addresses_open,
	    (unsigned long long)f->addresses_waiting, (unsigned long long)wordcount_sum(t),
	    (unsigned long long)m->addresses_per_s);
	for (size_t i = 0; i < t->n; i++)
		buf_printf(
		    out, "%s%llu %s", i ? ", " : ": ", (unsigned long long)t->v[i].n, t->v[i].word);
}

void
progress_put_csv(struct buf *out, const struct progress_figures *f, const struct progress_moment *m,
    int64_t now_utc)
{
	const struct wordcount *t = &f->tally->addresses;
	int64_t left_s = progress_left_s(f, m);
	time_t now = (time_t)now_utc;
	char day[40] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_printf(out, "%s,%lld,", day, (long long)(m->elapsed_us / SECOND_US));
	if (left_s >= 0)
		buf_printf(out, "%lld", (long long)left_s);
	buf_printf(out, ",%u,%llu,%llu,%llu,%llu,%llu,%llu,%llu,%llu", percent(f),
	    (unsigned long long)f->domains_total, (unsigned long long)f->domains_done,
	    (unsigned long long)f->domains_open, (unsigned long long)m->domains_per_s,
	    (unsigned long long)f->addresses_waiting, (unsigned long long)f->addresses_open,
	    (unsigned long long)wordcount_sum(t), (unsigned long long)m->addresses_per_s);
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		buf_printf(out, ",%llu", (unsigned long long)wordcount_of(t, columns[i]));
	buf_putc(out, '\n');
}

/* A line that is broken in two could not be written over. */
static void
show_line(FILE *terminal, const struct progress_figures *f, const struct progress_moment *m)
{
	struct winsize size;
	struct buf line;

	buf_init(&line, 64 * 1024);
	progress_put_line(&line, f, m);
	if (!ioctl(fileno(terminal), TIOCGWINSZ, &size) && size.ws_col > 1 && line.n >= size.ws_col)
		line.n = size.ws_col - 1;
	fprintf(terminal, "\r%.*s\033[K", (int)line.n, buf_str(&line));
	fflush(terminal);
	buf_free(&line);
}

static void
show(struct progress *p)
{
	int64_t now_us = clock_since_us(p->clock), past_us = now_us - p->last_us;
	struct progress_moment m = {.elapsed_us = now_us - p->begun_us};
	struct progress_figures f;
	uint64_t addresses;
	struct buf out;

	p->ask(p->arg, &f);
	addresses = wordcount_sum(&f.tally->addresses);
	if (past_us > 0) {
		m.domains_per_s =
		    (f.domains_done - p->last_domains) * SECOND_US / (uint64_t)past_us;
		m.addresses_per_s = (addresses - p->last_addresses) * SECOND_US / (uint64_t)past_us;
	}
	p->last_us = now_us;
	p->last_domains = f.domains_done;
	p->last_addresses = addresses;
	if (p->terminal)
		show_line(p->terminal, &f, &m);
	buf_init(&out, 64 * 1024);
	if (p->csv) {
		progress_put_csv(&out, &f, &m, clock_wall_us(p->clock) / SECOND_US);
		/* A full disk costs figures, no scan; the end of the run tells. */
		fwrite(out.p, 1, out.n, p->csv);
		fflush(p->csv);
	}
	buf_free(&out);
}

static void
tick(void *arg)
{
	struct progress *p = arg;

	show(p);
	loop_timer_set(p->timer, p->last_us + SECOND_US);
}

struct progress *
progress_new(struct loop *l, FILE *terminal, FILE *csv, progress_ask *ask, void *arg)
{
	struct progress *p = must(calloc(1, sizeof *p));

	p->clock = loop_clock(l);
	p->terminal = terminal;
	p->csv = csv;
	p->ask = ask;
	p->arg = arg;
	p->begun_us = p->last_us = clock_since_us(p->clock);
	p->timer = loop_timer_new(l, tick, p);
	loop_timer_set(p->timer, p->begun_us + SECOND_US);
	if (csv)
		fputs(progress_csv_head, csv);
	return p;
}

void
progress_end(struct progress *p)
{
	if (!p)
		return;
	show(p);
	if (p->terminal)
		fputc('\n', p->terminal);
	loop_timer_free(p->timer);
	free(p);
}
