/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/metadata.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/record.h"

enum {
	JOINTS_MAX = 100,      /* certificates that are listed */
	JOINT_NAMES_MAX = 200, /* registered domains of one that are looked at for its companies */
};

static json_t *
day(const struct run *r, int64_t utc)
{
	return utc ? record_string(span_str(run_day(r->a, utc))) : json_null();
}

static json_t *
tables(const struct run *r)
{
	json_t *list = json_array(), *psl = json_object();

	record_set(psl, "file",
	    r->params->psl ? record_string(span_str(r->params->psl))
			   : record_string(SPAN_LIT("Public Suffix List")));
	record_set(psl, "date", day(r, public_suffixes_time_utc(r->suffixes)));
	record_append(list, psl);
	for (size_t i = 0; i < r->tables_n; i++) {
		json_t *table = json_object();

		record_set(table, "file", record_string(span_str(r->tables[i].path)));
		record_set(table, "date", day(r, r->tables[i].date_utc));
		record_append(list, table);
	}
	return list;
}

static json_t *
options(const struct mxinfer_params *p)
{
	const struct identify_options *o = &p->options;
	json_t *object = json_object();

	record_set(object, "compat", json_boolean(o->compat));
	record_set(object, "tls", json_boolean(!o->disable_tls));
	record_set(object, "banner", json_boolean(!o->disable_banner));
	record_set(object, "heuristics", json_boolean(!o->disable_heuristics));
	record_set(object, "heuristics_as", json_boolean(!o->disable_heuristics_as));
	record_set(
	    object, "heuristics_tls_pattern", json_boolean(!o->disable_heuristics_tls_pattern));
	record_set(object, "heuristics_banner_pattern",
	    json_boolean(!o->disable_heuristics_banner_pattern));
	record_set(object, "heuristics_threshold", json_integer(o->heuristics_threshold));
	record_set(object, "map_id_to_company", json_boolean(o->map_company));
	return object;
}

static json_t *
counts(const struct run *r)
{
	const struct population *p = &r->population;
	json_t *object = json_object();

	record_set(object, "lines", json_integer((json_int_t)r->intake.records_lines));
	record_set(object, "octets", json_integer((json_int_t)r->intake.octets));
	record_set(object, "domains", json_integer((json_int_t)p->domains.n));
	record_set(object, "names", json_integer((json_int_t)p->names.n));
	record_set(object, "addresses", json_integer((json_int_t)p->addresses.n));
	record_set(object, "certificates", json_integer((json_int_t)p->certs.n));
	return object;
}

static json_t *
faults(const struct run *r)
{
	json_t *object = json_object();

	for (size_t i = 0; i < FACT_BAD_N; i++)
		if (r->diagnostics.counts[i])
			record_set(object, diagnostics_name((enum fact_bad)i),
			    json_integer((json_int_t)r->diagnostics.counts[i]));
	return object;
}

static int
by_text(const void *a, const void *b, void *state)
{
	const struct population *p = state;
	const uint32_t *x = a, *y = b;
	struct span s = intern_text(&p->names, *x), t = intern_text(&p->names, *y);
	int order = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);

	return order ? order : s.n < t.n ? -1 : s.n > t.n;
}

/* A certificate that joins ids of two known companies: its registered domains that are ids, in
 * order. */
struct joint {
	uint32_t ids[JOINT_NAMES_MAX];
	size_t n;
};

static bool
find_joint(const struct run *r, const struct cert_entry *c, struct joint *joint)
{
	const struct population *p = &r->population;
	uint32_t first = 0;
	bool two = false;

	joint->n = 0;
	for (size_t i = 0; i < c->rds_n && joint->n < JOINT_NAMES_MAX; i++) {
		uint32_t rd = r->certs.rds[c->rds_at + i];
		uint32_t company = company_of(r->companies, intern_text(&p->names, rd));

		if (!company)
			continue;
		two = two || (first && first != company);
		first = company;
		joint->ids[joint->n++] = rd;
	}
	if (two)
		qsort_r(joint->ids, joint->n, sizeof *joint->ids, by_text, (void *)(uintptr_t)p);
	return two;
}

static json_t *
joint_record(const struct run *r, const struct joint *joint)
{
	json_t *list = json_array();

	for (size_t i = 0; i < joint->n; i++) {
		struct span id = intern_text(&r->population.names, joint->ids[i]);
		json_t *object = json_object();

		record_set(object, "id", record_string(id));
		record_set(object, "company",
		    record_string(company_name(r->companies, company_of(r->companies, id))));
		record_append(list, object);
	}
	return list;
}

/* The certificates in the order of the input: the same for any number of threads. */
static void
add_joints(const struct run *r, json_t *record)
{
	json_t *list = json_array();
	struct joint joint;
	json_int_t n = 0;

	for (size_t id = 1; r->companies && id <= r->population.certs.n; id++)
		if (r->counts.cert_used[id] && find_joint(r, &r->certs.certs[id], &joint) &&
		    ++n <= JOINTS_MAX)
			record_append(list, joint_record(r, &joint));
	record_set(record, "joining_certificates", json_integer(n));
	record_set(record, "joined", list);
}

int
metadata_write(const struct run *r)
{
	const char *path = r->params->metadata;
	int64_t ended_utc =
	    r->params->now_utc ? r->params->now_utc : clock_wall_us(&clock_system) / 1000000;
	struct buf text;
	json_t *record;
	FILE *f;
	bool good;

	if (!path)
		return EX_OK;
	f = fopen(path, "we");
	if (!f) {
		log_error("%s: %s", path, strerror(errno));
		return EX_TEMPFAIL;
	}
	record = record_new("mx-run/1", "emt-mxinfer");
	record_set(record, "command", record_string(span_str(r->command)));
	record_set(record, "started", record_time(r->started_utc * 1000000));
	record_set(record, "ended", record_time(ended_utc * 1000000));
	record_set(record, "tables", tables(r));
	record_set(record, "options", options(r->params));
	record_set(record, "counts", counts(r));
	record_set(record, "faults", faults(r));
	add_joints(r, record);
	buf_init(&text, 16 << 20);
	record_put(&text, record);
	json_decref(record);
	good = fwrite(text.p, 1, text.n, f) == text.n;
	buf_free(&text);
	if (fclose(f) || !good) {
		log_error("%s: %s", path, strerror(errno));
		return EX_TEMPFAIL;
	}
	return EX_OK;
}
