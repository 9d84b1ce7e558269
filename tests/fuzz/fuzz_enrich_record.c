/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pending record, and what the DNS answers about it: up to the first NUL the record, then canned
 * answers (dns/dns_backend.h).  Whatever both say, the record can be completed and written. */
#include <stdlib.h>

#include "delivery/enrich_folder.h"
#include "delivery/enrich_keys.h"
#include "delivery/enrich_plan.h"
#include "dns/dns_backend.h"
#include "io/record.h"

enum { RECORD_OCTETS_MAX = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
idle(void *arg)
{
	(void)arg;
}

static void
complete(json_t *record, struct span answers)
{
	struct arena *a = arena_new();
	int64_t now_us = 0;
	struct loop *l = loop_new_virtual(&now_us);
	const char *error;
	struct dns_backend *b = dns_canned_new(a, l, answers, &error);
	struct dns *d = dns_new(l, b ? b : dns_canned_new(a, l, SPAN_LIT(""), &error), 100000);
	struct enrich_plan plan = {.arena = a, .record = record};
	struct buf text;

	plan.lookups = enrich_lookups_new(a, d, 20000000, idle, NULL);
	enrich_subjects_read(a, NULL, record, &plan.subjects);
	enrich_plan_begin(&plan);
	loop_run(l);
	enrich_plan_fill(&plan);
	record_set(record, "lookups", enrich_lookups_value(a, plan.lookups));
	buf_init(&text, 4 * (size_t)ENRICH_RECORD_MAX);
	record_put(&text, record);
	if (enrich_lookups_are_open(plan.lookups) || now_us > 20000000 || text.overflow)
		abort();
	buf_free(&text);
	dns_free(d);
	loop_free(l);
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span answers = {(const char *)data, size};
	struct span text = span_cut(&answers, '\0');
	json_t *record;

	if (text.n > RECORD_OCTETS_MAX)
		return 0;
	record = json_loadb(text.p ? text.p : "", text.n, JSON_ALLOW_NUL, NULL);
	if (json_is_object(record))
		complete(record, answers.p ? answers : SPAN_LIT(""));
	json_decref(record);
	return 0;
}
