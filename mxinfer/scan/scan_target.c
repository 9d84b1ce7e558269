/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of an address to its record: AS numbers, its turn, its visit. */
#include <stdlib.h>

#include "base/log.h"
#include "mxinfer/scan/scan_address.h"
#include "mxinfer/scan/scan_parts.h"

#define SECOND_US INT64_C(1000000)

enum { ATTEMPTS_MAX = 5 }; /* visits that failed for want of something of ours */

static void
end_target(struct scan *s, uint32_t id, const struct visit *seen, const char *outcome)
{
	scan_address_record(s, id, seen, outcome);
	wordcount_add(&s->tally.addresses, outcome);
	if (s->params->debug > 1) {
		struct ip ip = targets_ip(&s->targets, id);
		char text[IP_TEXT_MAX];

		log_info("%s: %s%s%s", ip_text(&ip, text), outcome, seen && seen->why ? ": " : "",
		    seen && seen->why ? seen->why : "");
	}
	scan_write_record(s);
	targets_done(&s->targets, id);
}

static void
queue(struct scan *s, uint32_t id)
{
	struct ip ip = targets_ip(&s->targets, id);

	pace_add(s->pace, id, &ip, scan_address_operator(s, id));
}

static void
on_visit(void *arg, const struct visit *seen)
{
	struct target_work *work = arg;
	struct scan *s = work->owner;
	uint32_t id = work->id;

	pace_done(s->pace, id);
	if (seen->outcome == VISIT_LOCAL && ++work->attempts < ATTEMPTS_MAX)
		queue(s, id);
	else
		end_target(s, id, seen, visit_outcome_name(seen->outcome));
	scan_end_if_done(s);
}

void
scan_target_start(void *arg, uint32_t id)
{
	struct scan *s = arg;
	const struct scan_params *p = s->params;
	struct target_work *work = targets_work(&s->targets, id);
	struct arena *a = arena_new();
	struct span variant = targets_variant(&s->targets, id);
	struct visit_wish wish = {
	    .address = targets_ip(&s->targets, id),
	    .port = (unsigned)p->port,
	    .sni = variant.n ? arena_dup(a, variant) : NULL,
	    .ehlo_name = p->ehlo_name,
	    .connect_us = p->connect_timeout_s * SECOND_US,
	    .patience_us = p->patience_s * SECOND_US,
	    /* Behind the greeting it may take its time once more. */
	    .total_us = (p->connect_timeout_s + 2 * p->patience_s + 30) * SECOND_US,
	};

	work->owner = s;
	visit_begin(s->visits, &wish, on_visit, work);
	arena_free(a);
}

/* All that is asked before a visit is known. */
static void
go_on(struct scan *s, uint32_t id)
{
	if (s->params->dry_run)
		end_target(s, id, NULL, "dry-run");
	else
		queue(s, id);
}

static void
on_as(void *arg, const struct cymru_answer *answer)
{
	struct target_work *work = arg;
	struct scan *s = work->owner;

	s->asking_n--;
	if (answer->as_n) {
		work->as = must(malloc(answer->as_n * sizeof *work->as));
		memcpy(work->as, answer->as, answer->as_n * sizeof *work->as);
		work->as_n = answer->as_n;
	}
	go_on(s, work->id);
	scan_end_if_done(s);
}

/* A target that is new: what its way to a record is. */
static void
begin_target(struct scan *s, uint32_t id)
{
	struct ip ip = targets_ip(&s->targets, id);

	s->targets.v[id].state = TARGET_WAITING;
	if (blocklist_has(s->blocklist, &ip)) {
		end_target(s, id, NULL, "blocked");
	} else if (s->cymru) {
		struct target_work *work = targets_work(&s->targets, id);

		work->owner = s;
		s->asking_n++;
		cymru_find(s->cymru, &ip, on_as, work);
	} else {
		go_on(s, id);
	}
}

void
scan_target_add(struct scan *s, const struct route_mx *mx, const struct ip *ip)
{
	struct span name = span_str(mx->name);
	uint32_t id = targets_add(
	    &s->targets, ip, s->params->sni == SCAN_SNI_MX ? name : (struct span){"", 0});

	if (s->targets.v[id].state == TARGET_DONE)
		return;
	targets_name(&s->targets, id, name);
	if (s->targets.v[id].state != TARGET_NEW)
		return;
	if (s->params->dane && mx->tlsa.asked)
		targets_tlsa(&s->targets, id, &mx->tlsa, mx->tlsa_base);
	begin_target(s, id);
}

void
scan_targets_begin(struct scan *s)
{
	for (uint32_t id = 1; id <= s->targets.keys.n; id++)
		if (s->targets.v[id].state == TARGET_NEW)
			begin_target(s, id);
}
