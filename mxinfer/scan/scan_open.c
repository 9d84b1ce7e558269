/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/share.h"
#include "mxinfer/as_file.h"
#include "mxinfer/scan/scan_parts.h"

#define BLOCKLIST "tables/scan-blocklist.conf"

enum {
	OTHER_FILES = 400, /* descriptors beside those of connections: DNS, outputs, tables */
	/* Of answers: what domains share, MX hosts above all, is asked for once (bench mxscan_dns).
	 */
	CACHE_OCTETS = 64 * 1024 * 1024,
};

static int
wrong(const char *error)
{
	log_error("%s", error);
	return EX_CONFIG;
}

static void
on_bad(void *arg, const char *file, uint64_t line, struct span text, const char *why)
{
	struct scan *s = arg;

	s->tally.invalid++;
	if (file)
		log_warning(
		    "%s:%llu: %.*s: %s", file, (unsigned long long)line, SPAN_ARG(text), why);
	else
		log_warning("%.*s: %s", SPAN_ARG(text), why);
}

/* Arguments and files; standard input if there are neither. */
static int
read_domains(struct scan *s, char *const *operands, int operands_n)
{
	const struct scan_params *p = s->params;
	const struct domains_params params = {
	    .shard = (uint64_t)p->shard, .shards = (uint64_t)p->shards_n, .bad = on_bad, .arg = s};
	const char *error = NULL;

	s->domains = domains_new(&params);
	for (size_t i = 0; i < p->domains.n; i++)
		domains_add(s->domains, span_str(p->domains.v[i]), NULL, 0);
	for (int i = 0; !error && i < operands_n; i++)
		if (!strcmp(operands[i], "-"))
			error = domains_read(s->domains, s->a, "-");
		else
			domains_add(s->domains, span_str(operands[i]), NULL, 0);
	for (size_t i = 0; !error && i < p->files.n; i++)
		error = domains_read(s->domains, s->a, p->files.v[i]);
	if (!error && !operands_n && !p->files.n && !p->domains.n)
		error = domains_read(s->domains, s->a, "-");
	if (error) {
		log_error("%s", error);
		return EX_NOINPUT;
	}
	if (p->seed >= 0)
		domains_shuffle(s->domains, (uint64_t)p->seed);
	s->tally.repeated = domains_counts(s->domains)->again;
	return EX_OK;
}

static const char *
open_blocklist(struct scan *s)
{
	const struct scan_params *p = s->params;
	const char *error = NULL, *dir;
	struct ip_range range;

	s->blocklist = blocklist_new();
	if (!p->no_blocklist) {
		error = share_find(s->a, p->share, BLOCKLIST, &dir);
		if (!error)
			error = blocklist_read(
			    s->a, s->blocklist, arena_printf(s->a, "%s/" BLOCKLIST, dir));
	}
	for (size_t i = 0; !error && i < p->blocklist_files.n; i++)
		error = blocklist_read(s->a, s->blocklist, p->blocklist_files.v[i]);
	for (size_t i = 0; !error && i < p->allow.n; i++) {
		error = ip_range_read(span_str(p->allow.v[i]), &range);
		blocklist_allow(s->blocklist, &range);
	}
	blocklist_ready(s->blocklist);
	blocklist_digest(s->blocklist, s->blocklist_digest);
	return error;
}

static const char *
open_as(struct scan *s)
{
	const struct option_list *files = &s->params->as;
	const struct cymru_params params = {
	    .deadline_us = s->params->dns_timeout_s * INT64_C(1000000)};
	const char *error = NULL;

	for (size_t i = 0; !error && i < files->n; i++) {
		if (!strcmp(files->v[i], "cymru")) {
			if (!s->cymru)
				s->cymru = cymru_new(s->dns, s->loop, &params);
			continue;
		}
		if (!s->as_table)
			s->as_table = as_table_new();
		error = as_file_read(s->a, s->as_table, files->v[i]);
	}
	if (s->as_table)
		as_table_ready(s->as_table);
	return error;
}

static const char *
open_dns(struct scan *s)
{
	const struct scan_params *p = s->params;
	const struct dns_params params = {
	    .mode = p->authorities ? DNS_MODE_ITERATE
		    : p->validate  ? DNS_MODE_VALIDATE
				   : DNS_MODE_STUB,
	    .resolvers = p->resolvers,
	    .trust_anchor = p->validate ? s->settings->trust_anchor : NULL,
	    .root_hints = p->root_hints,
	    .spread = true,
	    .rng = &rng_system,
	    .parallel = (size_t)p->dns_parallel,
	    .cache_octets = CACHE_OCTETS,
	};
	const struct mail_routes_params routes = {
	    .tlsa = p->tlsa,
	    .mta_sts = p->mta_sts,
	    .ipv4 = !p->ipv6,
	    .ipv6 = !p->ipv4,
	    .deadline_us = p->dns_timeout_s * INT64_C(1000000),
	};
	const char *error;

	s->dns = dns_open(s->a, s->loop, &params, &error);
	if (!s->dns)
		return error;
	s->routes = mail_routes_new(s->dns, s->loop, &routes);
	return NULL;
}

/* As many descriptors as connections need. */
static const char *
raise_limit(struct scan *s)
{
	rlim_t need = (rlim_t)s->params->max_open + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= need)
		return NULL;
	if (limit.rlim_max < need)
		limit.rlim_max = need; /* root may */
	limit.rlim_cur = need;
	if (!setrlimit(RLIMIT_NOFILE, &limit))
		return NULL;
	return arena_printf(s->a,
	    "--max-open %d needs %llu open files, which are not allowed here; raise the limit with "
	    "ulimit -n, or open fewer",
	    (int)s->params->max_open, (unsigned long long)need);
}

static const char *
open_judges(struct scan *s)
{
	const struct scan_params *p = s->params;

	s->suffixes = p->psl ? public_suffixes_open_file(p->psl) : public_suffixes_open_fast();
	if (!s->suffixes)
		return p->psl ? arena_printf(
				    s->a, "%s: no Public Suffix List; name one with --psl", p->psl)
			      : "there is no Public Suffix List; install publicsuffix, or name one "
				"with --psl";
	if (p->dry_run)
		return NULL;
	s->trust = trust_open(p->roots);
	if (s->trust)
		return NULL;
	return p->roots ? arena_printf(s->a,
			      "%s: no certificates of authorities; name another file", p->roots)
			: "there are no certificates of authorities; install ca-certificates, or "
			  "name a file with --roots";
}

/* Nobody else may write to it, and what it holds is not lost by mistake. */
static int
open_output(struct scan *s)
{
	const char *path = s->params->output;
	struct stat st;

	s->output_fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : STDOUT_FILENO;
	if (!path)
		return EX_OK;
	if (s->output_fd < 0 || fstat(s->output_fd, &st)) {
		log_error("%s: %s", path, strerror(errno));
		return EX_CANTCREAT;
	}
	if (flock(s->output_fd, LOCK_EX | LOCK_NB)) {
		log_error("%s: another run is writing it", path);
		return EX_TEMPFAIL;
	}
	if (st.st_size && S_ISREG(st.st_mode) && !s->params->resume) {
		log_error("%s: holds records already; --resume goes on with them, or name another "
			  "file",
		    path);
		return EX_CANTCREAT;
	}
	if (s->params->resume && !S_ISREG(st.st_mode)) {
		log_error("%s: no regular file, so there is nothing to go on with", path);
		return EX_USAGE;
	}
	return EX_OK;
}

static int
open_saved(struct scan *s)
{
	const char *value = s->params->save_scan_data, *path;

	path = value ? saved_table_path(s->a, value, s->started_us / 1000000) : NULL;
	if (!path)
		return EX_OK;
	s->saved = saved_table_new(path);
	if (s->saved)
		return EX_OK;
	log_error("%s: %s", path, strerror(errno));
	return EX_CANTCREAT;
}

int
scan_open(struct scan *s, char *const *operands, int operands_n)
{
	const char *error;
	int status = read_domains(s, operands, operands_n);

	if (status)
		return status;
	s->loop = loop_new();
	error = open_blocklist(s);
	if (!error)
		error = open_judges(s);
	if (!error)
		error = raise_limit(s);
	if (!error)
		error = open_dns(s);
	if (!error)
		error = open_as(s);
	if (error)
		return wrong(error);
	s->visits = visits_new(s->loop);
	status = open_output(s);
	if (!status)
		status = open_saved(s);
	if (!status)
		status = scan_note_begin(s);
	if (!status && s->params->resume)
		status = scan_resume(s);
	return status;
}

void
scan_close(struct scan *s)
{
	if (s->out && scan_out_end(s->out, false))
		log_error("not all records could be written");
	if (s->saved && !saved_table_end(s->saved))
		log_error("the table of --save_scan_data could not be written");
	if (s->visits)
		visits_free(s->visits);
	pace_free(s->pace);
	if (s->routes)
		mail_routes_free(s->routes);
	if (s->cymru)
		cymru_free(s->cymru);
	dns_free(s->dns);
	domains_free(s->domains);
	blocklist_free(s->blocklist);
	public_suffixes_free(s->suffixes);
	trust_close(s->trust);
	as_table_free(s->as_table);
	targets_free(&s->targets);
	intern_free(&s->done_domains);
	buf_free(&s->record);
	if (s->output_fd > STDERR_FILENO)
		close(s->output_fd);
	if (s->loop)
		loop_free(s->loop);
}
