/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/scan_params.h"

#include <unistd.h>

#include "base/cursor.h"
#include "dns/dns_name.h"

/* More than this is a large scan, for which somebody has to answer by name. */
enum { OPEN_WITHOUT_CONTACT = 500, RATE_WITHOUT_CONTACT = 50 };

/* What MX Inference scans when it is told nothing. */
static const char *const examples[] = {"ucsd.edu", "netflix.com", "gsipartners.com", "lodi.gov",
    "jeniustoto.net", "sgnetway.net", "bbw-chan.nl", "utexas.edu", "summitorganization.org",
    "arfonts.net"};

enum { EXAMPLES_N = sizeof examples / sizeof *examples };

/* A name by which nobody finds us is none. */
static bool
is_honest_name(struct span name)
{
	static const char *const local[] = {
	    "localhost", "localdomain", "local", "internal", "invalid", "lan"};
	size_t dot = name.n;

	while (dot && name.p[dot - 1] != '.')
		dot--;
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		if (span_ieq(span_from(name, dot), span_str(local[i])))
			return false;
	return dot > 0;
}

static const char *
find_ehlo_name(struct arena *a, struct scan_params *p, const struct settings *settings)
{
	char host[256] = "", name[DNS_NAME_MAX + 1];
	const char *given = p->ehlo_name ? p->ehlo_name : settings->ehlo_name;

	if (!given && gethostname(host, sizeof host - 1))
		host[0] = '\0';
	if (dns_name_canonical(span_str(given ? given : host), name) ||
	    !is_honest_name(span_str(name)))
		return arena_printf(a,
		    "%s is no name that tells hosts who visits them; give one that the DNS leads "
		    "to this machine by with --ehlo-name",
		    given     ? given
		    : host[0] ? host
			      : "the empty name of this host");
	p->ehlo_name = arena_dup(a, span_str(name));
	return NULL;
}

/* I/N */
static const char *
read_shards(struct scan_params *p)
{
	struct cursor c = cursor_on(span_str(p->shards));
	uint64_t i = cur_number(&c, 9), n;

	cur_literal(&c, SPAN_LIT("/"));
	n = cur_number(&c, 9);
	if (!cur_done(&c) || !i || i > n)
		return "--shards is no part; write 1/4, 2/4 ...";
	p->shard = (int64_t)i;
	p->shards_n = (int64_t)n;
	return NULL;
}

static const char *
conflict(const struct scan_params *p)
{
	if (p->ipv4 && p->ipv6)
		return "--ipv4 and --ipv6 exclude each other; leave both out for both families";
	if (p->resume && !p->output)
		return "--resume goes on with a file; name it with -o";
	if (p->root_hints && !p->authorities)
		return "--root-hints is for --authorities";
	if (p->authorities && p->resolvers.n)
		return "--authorities asks no resolver; leave --resolver out";
	if (!p->contact && !p->dry_run &&
	    (p->max_open > OPEN_WITHOUT_CONTACT || p->rate > RATE_WITHOUT_CONTACT))
		return "a scan with more than 500 connections at once or 50 a second needs "
		       "somebody who answers for it; name them with --contact";
	return NULL;
}

const char *
scan_params_check(struct arena *a, struct scan_params *p, const struct settings *settings)
{
	const char *error = NULL;

	if (p->dane) {
		p->tlsa = p->validate = true;
		p->sni = SCAN_SNI_MX;
	}
	if (!p->contact)
		p->contact = settings->contact;
	if (!p->resolvers.n && !p->authorities)
		p->resolvers = settings->resolver;
	p->shard = p->shards_n = 1;
	if (p->shards)
		error = read_shards(p);
	if (!error)
		error = conflict(p);
	if (!error && !p->dry_run)
		error = find_ehlo_name(a, p, settings);
	return error;
}

/* The values behind --domains, at argv[*i], up to the next switch, each with a switch of its own.
 */
static size_t
take_domains(struct arena *a, char **v, size_t n, char *const *argv, int *i)
{
	size_t before = n;

	for (; argv[*i + 1] && argv[*i + 1][0] != '-'; ++*i)
		v[n++] = arena_printf(a, "--domains=%s", argv[*i + 1]);
	for (size_t k = 0; n == before && k < EXAMPLES_N; k++)
		v[before + k] = arena_printf(a, "--domains=%s", examples[k]);
	return n == before ? n + EXAMPLES_N : n;
}

void
scan_switches_of_original(struct arena *a, int *argc, char ***argv)
{
	char **v = arena_alloc(a, ((size_t)*argc * EXAMPLES_N + 1) * sizeof *v);
	size_t n = 0;

	for (int i = 0; i < *argc; i++) {
		char *arg = (*argv)[i], *next = (*argv)[i + 1];

		if (i && !strcmp(arg, "--")) {
			for (; i < *argc; i++)
				v[n++] = (*argv)[i];
		} else if (i && (!strcmp(arg, "--domains") || !strcmp(arg, "-d"))) {
			n = take_domains(a, v, n, *argv, &i);
		} else if (!strcmp(arg, "--save_scan_data") && (!next || next[0] == '-')) {
			v[n++] = arena_dup(a, SPAN_LIT("--save_scan_data=True"));
		} else {
			v[n++] = arg;
		}
	}
	v[n] = NULL;
	*argc = (int)n;
	*argv = v;
}
