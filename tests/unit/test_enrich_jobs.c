/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many records are in flight, by a virtual clock: as many as the setting says, fewer while the
 * DNS is busy; all end, once each, and a stop leaves them pending. */
#include "delivery/enrich_jobs.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns/dns_backend.h"
#include "tests/tap.h"

enum { RECORDS = 300 };

static struct {
	char base[40], path[60];
	struct arena *arena;
	int64_t now_us;
	struct enrich_sources sources;
	struct enrich_state *state;
	struct enrich_folder *folder;
	struct enrich_jobs *jobs;
	struct loop_timer *sampler;
	size_t most, failed;
	bool idle;
} t;

static void
sample(void *arg)
{
	size_t n = enrich_jobs_in_flight(t.jobs);

	(void)arg;
	t.most = n > t.most ? n : t.most;
	if (!t.idle)
		loop_timer_set(t.sampler, t.now_us + 1000);
}

static void
idle(void *arg)
{
	(void)arg;
	t.idle = true;
}

static void
failed(void *arg, struct enrich_folder *folder)
{
	(void)arg;
	(void)folder;
	t.failed++;
}

static void
put_records(int n)
{
	for (int i = 0; i < n; i++) {
		char file[100];
		FILE *f;

		snprintf(file, sizeof file, "%s/r%d", t.path, i);
		f = fopen(file, "we");
		if (!f ||
		    fprintf(f,
			"{\"schema\":\"mail/1\",\"headers\":{\"from\":\"a@s%d.example\"},"
			"\"enrichment\":\"pending\"}",
			i) < 0 ||
		    fclose(f))
			abort();
	}
}

static size_t
pending(int n)
{
	size_t left = 0;

	for (int i = 0; i < n; i++) {
		char name[20];
		struct stat st;
		json_t *record;

		snprintf(name, sizeof name, "r%d", i);
		if (enrich_folder_take(t.folder, name, &st, &record) == ENRICH_TAKE_PENDING) {
			left++;
			json_decref(record);
		}
	}
	return left;
}

/* The MX records of each sender take a second to be refused. */
static struct span
answers(void)
{
	struct buf text;
	struct span copy;

	buf_init(&text, 100000);
	buf_puts(&text, "example DS timeout after 1000\n");
	for (int i = 0; i < RECORDS; i++)
		buf_printf(&text, "s%d.example MX refused after 1000\n", i);
	copy = arena_span(t.arena, buf_span(&text));
	buf_free(&text);
	return copy;
}

static void
begin(int64_t parallel, size_t dns_parallel, int records)
{
	static const struct enrich_jobs_events events = {idle, failed};
	const char *error;
	struct enrich_jobs_params p = {
	    .sources = &t.sources, .deadline_s = 20, .parallel = parallel};
	struct dnsbl_params dnsbl = {0};
	struct relay_test_params relay = {0};

	snprintf(t.base, sizeof t.base, P_tmpdir "/emt-jobs-XXXXXX");
	if (!mkdtemp(t.base))
		abort();
	snprintf(t.path, sizeof t.path, "%s/json", t.base);
	mkdir(t.path, 0700);
	put_records(records);
	t.arena = arena_new();
	t.now_us = 0;
	t.most = t.failed = 0;
	t.idle = false;
	dnsbl.loop = relay.loop = t.sources.loop = loop_new_virtual(&t.now_us);
	t.sources.dns = dns_new(
	    t.sources.loop, dns_canned_new(t.arena, t.sources.loop, answers(), &error), 100000);
	dns_limit(t.sources.dns, dns_parallel);
	t.state = enrich_state_open(t.base, loop_clock(t.sources.loop));
	dnsbl.dns = t.sources.dns;
	dnsbl.state = relay.state = t.state;
	t.sources.dnsbl = dnsbl_new(&dnsbl);
	t.sources.relay_test = relay_test_new(t.arena, &relay, &error);
	t.jobs = enrich_jobs_new(&p);
	enrich_jobs_tell(t.jobs, &events, NULL);
	t.folder = enrich_folder_open(t.path);
	if (!t.folder)
		abort();
	enrich_folder_scan(t.folder);
	enrich_jobs_add_folder(t.jobs, t.folder);
	t.sampler = loop_timer_new(t.sources.loop, sample, NULL);
	loop_timer_set(t.sampler, 0);
	enrich_jobs_go_on(t.jobs);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void
end(void)
{
	enrich_jobs_stop(t.jobs);
	dns_free(t.sources.dns);
	dnsbl_free(t.sources.dnsbl);
	relay_test_free(t.sources.relay_test);
	enrich_jobs_free(t.jobs);
	enrich_state_free(t.state);
	enrich_folder_unref(t.folder);
	loop_timer_free(t.sampler);
	loop_free(t.sources.loop);
	arena_free(t.arena);
	nftw(t.base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
}

static void
stop(void *arg)
{
	(void)arg;
	loop_stop(t.sources.loop);
}

int
main(void)
{
	struct loop_timer *stopper;

	begin(10, 1000, RECORDS);
	loop_run(t.sources.loop);
	SAME_INT(t.most, 10, "so many at once, and no more");
	OK(t.idle && !pending(RECORDS) && !t.failed, "all are done in the end");
	end();

	begin(RECORDS, 1000, RECORDS);
	loop_run(t.sources.loop);
	SAME_INT(t.most, RECORDS, "or all, if the setting allows it");
	end();

	begin(RECORDS, 1, RECORDS);
	loop_run(t.sources.loop);
	OK(t.most > 1 && t.most < 50, "few while the DNS is busy");
	OK(t.idle && !pending(RECORDS), "and all are done all the same");
	end();

	begin(10, 1000, RECORDS);
	stopper = loop_timer_new(t.sources.loop, stop, NULL);
	loop_timer_set(stopper, 500000);
	loop_run(t.sources.loop);
	loop_timer_free(stopper);
	SAME_INT(enrich_jobs_in_flight(t.jobs), 10, "stopped in the middle");
	enrich_jobs_stop(t.jobs);
	SAME_INT(pending(RECORDS), RECORDS, "those in flight are as they were");
	end();

	begin(10, 1000, 20);
	stopper = loop_timer_new(t.sources.loop, stop, NULL);
	loop_timer_set(stopper, 500000);
	loop_run(t.sources.loop);
	loop_timer_free(stopper);
	for (int i = 0; i < 20; i++) {
		char name[20];

		snprintf(name, sizeof name, "r%d", i);
		enrich_folder_add(t.folder, name);
	}
	loop_run(t.sources.loop);
	OK(t.most <= 10 && !pending(20), "names that are told of again start nothing again");
	end();
	return tap_end();
}
