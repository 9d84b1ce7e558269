/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models: written, read, added up in any order, applied; and files that are none. */
#include "mxinfer/model.h"

#include <stdlib.h>

#include "tests/mxfacts.h"
#include "tests/tap.h"

enum { DOMAINS = 400, PSL_UTC = 1675900800 };

/* Domain number i of a made-up population. */
static void
add_domain(struct mxfacts *m, unsigned i)
{
	char domain[40], mx[40], address[40], names[80];

	snprintf(domain, sizeof domain, "d%u.com", i);
	snprintf(mx, sizeof mx, "mx%u.p%u.com", i % 3, i % 11);
	snprintf(address, sizeof address, i % 5 ? "192.0.2.%u" : "2001:db8::%u", i % 13);
	snprintf(names, sizeof names, "a%u.q%u.com b.q%u.com", i % 4, i % 17, (i + i / 50) % 17);
	mxfacts_add(m, (struct mxfacts_row){.domain = domain,
			   .mx = mx,
			   .address = address,
			   .banner = "220 x",
			   .names = names,
			   .trusted = i % 3});
}

/* Adds the domains that `part` of `parts` has to a model. */
static void
add_part(struct model *model, unsigned part, unsigned parts)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	for (unsigned i = 0; i < DOMAINS; i++)
		if (i * 7 % parts == part)
			add_domain(&m, i);
	mxfacts_settle(&m, 1);
	model_add(model, &m.population, &m.counts, &m.groups);
	mxfacts_end(&m);
}

static struct span
written(struct model *m)
{
	char *p = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&p, &n);

	if (!model_write(m, f) || fclose(f))
		abort();
	return (struct span){p, n};
}

/* The file of the model of one part. */
static struct span
part_file(unsigned part, unsigned parts)
{
	struct model m;
	struct span file;

	model_init(&m, PSL_UTC);
	add_part(&m, part, parts);
	file = written(&m);
	model_free(&m);
	return file;
}

static void
free_file(struct span file)
{
	free((void *)(uintptr_t)file.p);
}

static void
test_parts(struct span whole)
{
	static const unsigned counts[] = {1, 2, 3, 7, 16};

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct model m;
		struct span file;
		bool good = true;

		model_init(&m, PSL_UTC);
		for (unsigned part = counts[i]; part-- > 0;) {
			file = part_file(part, counts[i]);
			good = good && !model_read(&m, file);
			free_file(file);
		}
		OK(good, "the parts can be read");
		file = written(&m);
		OK(span_eq(file, whole), "any parts, in any order, add up to the whole");
		free_file(file);
		model_free(&m);
	}
}

/* A domain that is asked about with the model has the counts of the whole. */
static void
test_apply(struct span whole)
{
	struct mxfacts m, all;
	struct model model;
	struct counts counts;
	struct cert_groups groups;
	uint32_t mx, rd, name;

	model_init(&model, PSL_UTC);
	OK(!model_read(&model, whole), "the whole");
	SAME_INT(model.domains_n, DOMAINS, "its domains");
	mxfacts_begin(&all, false);
	for (unsigned i = 0; i < DOMAINS; i++)
		add_domain(&all, i);
	mxfacts_settle(&all, 1);
	mxfacts_begin(&m, false);
	add_domain(&m, 8);
	mxfacts_add(&m, (struct mxfacts_row){.domain = "new.example",
			    .mx = "mx.new.example",
			    .address = "198.51.100.1",
			    .banner = "220 x"});
	mxfacts_settle(&m, 1);
	model_join_names(&model, &m.population);
	counts_init(&counts, &m.population);
	cert_groups_init(&groups, m.population.names.n);
	model_apply(&model, &m.population, &counts, &groups);
	cert_groups_ready(&groups, &m.population, &counts);
	mx = mxfacts_name(&m, "mx2.p8.com");
	SAME_INT(counts.mx[mx], all.counts.mx[mxfacts_name(&all, "mx2.p8.com")], "an MX's count");
	OK(counts.mx[mx] > 1, "which is of the whole");
	rd = mxfacts_name(&m, "q8.com");
	SAME_INT(counts.rd[rd], all.counts.rd[mxfacts_name(&all, "q8.com")],
	    "a registered domain's count");
	SAME_INT(counts.address[m.population.addresses.n], 0, "what the model does not have is 0");
	name = mxfacts_name(&m, "a0.q8.com");
	SAME_SPAN(intern_text(&m.population.names, cert_groups_id(&groups, &m.population, name)),
	    intern_text(&all.population.names,
		cert_groups_id(&all.groups, &all.population, mxfacts_name(&all, "a0.q8.com"))),
	    "a group's name");
	counts_free(&counts);
	cert_groups_free(&groups);
	mxfacts_end(&m);
	mxfacts_end(&all);
	model_free(&model);
}

static const char *
read_error(struct span file, int64_t psl_utc)
{
	struct model m;
	const char *error;

	model_init(&m, psl_utc);
	error = model_read(&m, file);
	model_free(&m);
	return error;
}

static void
test_damage(struct span whole)
{
	char *copy = malloc(whole.n + 1);
	bool refused = true;

	memcpy(copy, whole.p, whole.n);
	copy[whole.n] = 'x';
	OK(!read_error((struct span){copy, whole.n}, PSL_UTC), "a whole file");
	OK(read_error((struct span){copy, whole.n}, PSL_UTC + 1), "another Public Suffix List");
	OK(read_error((struct span){copy, whole.n + 1}, PSL_UTC), "an octet too many");
	for (size_t n = 0; n < whole.n; n += n < 200 ? 1 : 97)
		refused = refused && read_error((struct span){copy, n}, PSL_UTC);
	OK(refused, "cut short anywhere");
	refused = true;
	for (size_t i = 0; i < whole.n; i += i < 200 ? 1 : 97) {
		copy[i] ^= 0x20;
		refused = refused && read_error((struct span){copy, whole.n}, PSL_UTC);
		copy[i] ^= 0x20;
	}
	OK(refused, "a bit that flipped anywhere");
	free(copy);
}

int
main(void)
{
	struct span whole = part_file(0, 1);

	test_parts(whole);
	test_apply(whole);
	test_damage(whole);
	free_file(whole);
	return tap_end();
}
