/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "base/keyed_hash.h"
#include "base/log.h"
#include "mxinfer/scan/resume.h"
#include "mxinfer/scan/scan_parts.h"

static void
on_line(void *arg, struct span line)
{
	struct scan *s = arg;

	if (s->saved)
		saved_table_add(s->saved, line);
}

static void
on_domain(void *arg, struct span domain)
{
	struct scan *s = arg;

	intern_add(&s->done_domains, domain, keyed_hash(domain));
}

static void
on_target(void *arg, const struct ip *ip, struct span variant, struct span name,
    const struct route_look *tlsa, const char *tlsa_base)
{
	struct scan *s = arg;
	uint32_t id = targets_add(&s->targets, ip, variant);

	if (s->targets.v[id].state == TARGET_DONE)
		return;
	targets_name(&s->targets, id, name);
	if (s->params->dane && tlsa->asked)
		targets_tlsa(&s->targets, id, tlsa, tlsa_base);
}

static void
on_address(void *arg, const struct ip *ip, struct span variant)
{
	struct scan *s = arg;
	uint32_t id = targets_add(&s->targets, ip, variant);

	if (s->targets.v[id].state == TARGET_DONE)
		return;
	targets_done(&s->targets, id);
	s->tally.resumed_addresses++;
}

/* Those of the input alone count: the file may hold others, if the input has changed. */
static void
count_domains(struct scan *s)
{
	uint64_t n = domains_counts(s->domains)->taken;

	for (uint64_t i = 0; i < n; i++) {
		struct span domain = domains_at(s->domains, i);

		if (intern_find(&s->done_domains, domain, keyed_hash(domain)))
			s->tally.resumed_domains++;
	}
}

int
scan_resume(struct scan *s)
{
	static const struct resume_events events = {on_line, on_domain, on_target, on_address};
	const char *path = s->params->output, *error;
	uint64_t whole;

	error = resume_read(s->a, s->output_fd, path, &events, s, &whole);
	if (error) {
		log_error("%s", error);
		return EX_DATAERR;
	}
	if (ftruncate(s->output_fd, (off_t)whole) ||
	    lseek(s->output_fd, (off_t)whole, SEEK_SET) < 0) {
		log_error("%s: %s", path, strerror(errno));
		return EX_TEMPFAIL;
	}
	count_domains(s);
	return EX_OK;
}
