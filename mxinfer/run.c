/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/run.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/share.h"

#define COMPANIES "tables/companies.conf"
#define SERVERS "tables/servers.conf"

enum { OLD_S = 2 * 365 * 86400 }; /* a table so old is not to be trusted blindly: 24 months */

const char *
run_day(struct arena *a, int64_t utc)
{
	time_t t = (time_t)utc;
	char text[40] = "an unknown day";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		strftime(text, sizeof text, "%Y-%m-%d", &tm);
	return arena_dup(a, span_str(text));
}

static int
config_error(const char *error)
{
	log_error("%s", error);
	return EX_CONFIG;
}

static void
note_table(struct run *r, const char *path, int64_t date_utc)
{
	r->tables = arena_grow(r->a, r->tables, r->tables_n, r->tables_n + 1, sizeof *r->tables);
	r->tables[r->tables_n++] = (struct run_table){path, date_utc};
	if (date_utc && r->started_utc - date_utc > OLD_S)
		log_warning("%s: its facts are of %s, more than 24 months old; --providers and "
			    "--patterns add newer ones",
		    path, run_day(r->a, date_utc));
}

static const char *
read_companies(struct run *r, const char *path)
{
	int64_t date_utc;
	const char *error = company_table_read(r->companies, path, &date_utc);

	if (!error)
		note_table(r, path, date_utc);
	return error;
}

static const char *
read_servers(struct run *r, const char *path)
{
	int64_t date_utc;
	const char *error = server_table_read(r->servers, path, &date_utc);

	if (!error)
		note_table(r, path, date_utc);
	return error;
}

static const char *
read_tables(struct run *r)
{
	const struct mxinfer_params *p = r->params;
	const char *dir, *error = share_find(r->a, p->share, COMPANIES, &dir);

	r->companies = company_table_new(r->a);
	r->servers = server_table_new(r->a);
	if (!error)
		error = read_companies(r, arena_printf(r->a, "%s/" COMPANIES, dir));
	for (size_t i = 0; !error && i < p->providers.n; i++)
		error = read_companies(r, p->providers.v[i]);
	if (!error)
		error = read_servers(r, arena_printf(r->a, "%s/" SERVERS, dir));
	for (size_t i = 0; !error && i < p->patterns.n; i++)
		error = read_servers(r, p->patterns.v[i]);
	return error;
}

int
run_open_trust(struct run *r)
{
	const char *path = r->params->roots;

	if (!r->params->verify)
		return EX_OK;
	r->trust = trust_open(path);
	if (r->trust)
		return EX_OK;
	return config_error(
	    path ? arena_printf(r->a, "%s: no certificates of roots; name another file", path)
		 : "there are no certificates of roots; install ca-certificates, or name a file "
		   "with --roots");
}

int
run_begin(struct run *r, bool with_tables)
{
	const struct mxinfer_params *p = r->params;
	const char *error;

	r->started_utc = p->now_utc ? p->now_utc : clock_wall_us(&clock_system) / 1000000;
	r->suffixes = p->psl ? public_suffixes_open_file(p->psl) : public_suffixes_open_fast();
	if (!r->suffixes && p->psl)
		return config_error(
		    arena_printf(r->a, "%s: no Public Suffix List; name one with --psl", p->psl));
	if (!r->suffixes)
		return config_error(
		    "there is no Public Suffix List; install publicsuffix, or name one with --psl");
	if (!public_suffix_registered(r->suffixes, "example.com").n)
		return config_error(arena_printf(r->a,
		    "%s: does not know `com`, so it is no Public Suffix List; name one with --psl",
		    p->psl ? p->psl : "the list of this system"));
	r->as_table = as_table_new();
	if (run_open_trust(r))
		return EX_CONFIG;
	population_init(&r->population, r->suffixes, r->as_table, p->options.compat);
	r->diagnostics.strict = p->strict;
	intake_init(&r->intake, &r->population, &r->diagnostics, p->explain, r->trust, r->threads,
	    (size_t)p->max_field);
	error = with_tables ? read_tables(r) : NULL;
	return error ? config_error(error) : EX_OK;
}

void
run_end(struct run *r)
{
	cert_groups_free(&r->groups);
	counts_free(&r->counts);
	cert_table_free(&r->certs);
	intake_free(&r->intake);
	population_free(&r->population);
	as_table_free(r->as_table);
	trust_close(r->trust);
	public_suffixes_free(r->suffixes);
}

static int
read_file(struct run *r, const char *path, const char *form)
{
	switch (intake_file(&r->intake, path, form)) {
	case INTAKE_OK: return EX_OK;
	case INTAKE_NO_FILE: log_error("%s: %s", path, strerror(errno)); return EX_TEMPFAIL;
	case INTAKE_NO_FORM:
		if (r->intake.tables_only)
			log_error("%s: no table of autonomous systems; --as takes ip2asn, pfx2as, "
				  "or NAME.mmdb",
			    path);
		else
			log_error("%s: %s; --help lists the forms of --input", path,
			    form ? "there is no such form" : "a file of no known form");
		return form ? EX_USAGE : EX_DATAERR;
	case INTAKE_DAMAGED:
	case INTAKE_STRICT: return EX_DATAERR;
	}
	abort();
}

/* An AS table; a MaxMind database is known by its name. */
static int
read_as(struct run *r, const char *path)
{
	const char *error;

	int status;

	if (!span_ends(span_str(path), SPAN_LIT(".mmdb"))) {
		r->intake.tables_only = true;
		status = read_file(r, path, NULL);
		r->intake.tables_only = false;
		return status;
	}
	error = as_table_add_mmdb(r->as_table, path);
	if (!error)
		return EX_OK;
	log_error("%s: %s", path, error);
	return EX_DATAERR;
}

int
run_read(struct run *r)
{
	const struct mxinfer_params *p = r->params;
	int status = EX_OK;

	for (size_t i = 0; !status && i < p->as.n; i++)
		status = read_as(r, p->as.v[i]);
	if (!status && p->load_data_from_path)
		status = read_file(r, p->load_data_from_path, p->input);
	for (int i = 0; !status && i < r->files_n; i++)
		status = read_file(r, r->files[i], p->input);
	if (!status && !p->load_data_from_path && !r->files_n)
		status = read_file(r, "-", p->input);
	diagnostics_summary(&r->diagnostics);
	as_table_ready(r->as_table);
	return status;
}

/* Numbers the ids that filters stand for. */
static const uint32_t *
number_filters(struct run *r)
{
	size_t n = company_filters_n(r->companies);
	uint32_t *ids = arena_alloc(r->a, (n + 1) * sizeof *ids);

	for (size_t i = 0; i < n; i++)
		ids[i] = population_name(&r->population, company_filter(r->companies, i)->id);
	return ids;
}

void
run_count(struct run *r, const struct model *model)
{
	struct population *p = &r->population;
	const uint32_t *filter_ids;

	population_settle(p, r->threads);
	filter_ids = r->companies ? number_filters(r) : NULL;
	if (model)
		model_join_names(model, p);
	cert_table_init(&r->certs, p);
	counts_init(&r->counts, p);
	counts_add(&r->counts, p, &r->certs, r->threads);
	cert_groups_init(&r->groups, p->names.n);
	cert_groups_add(&r->groups, p, &r->certs, &r->counts);
	if (model)
		model_apply(model, p, &r->counts, &r->groups);
	cert_groups_ready(&r->groups, p, &r->counts);
	r->inference = (struct inference){
	    .population = p,
	    .certs = &r->certs,
	    .counts = &r->counts,
	    .groups = &r->groups,
	    .companies = r->companies,
	    .servers = r->servers,
	    .filter_ids = filter_ids,
	    .options = r->params->options,
	};
}
