/* SPDX-License-Identifier: GPL-3.0-or-later */
/* formspeed FORM FILE - how fast the reader of an input form goes through a file in memory, its
 * facts counted and dropped and nothing remembered, so that every scan and certificate is read;
 * beside it, where records are lines of JSON, jansson making a tree of each. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mxinfer/forms.h"

enum { MAX_FIELD = 16 << 20, ROUNDS = 5 };

static struct counter {
	struct facts facts; /* first */
	unsigned long facts_n;
} counter;

static void
on_domain(struct facts *f, const struct fact_domain *fact)
{
	(void)f;
	counter.facts_n += fact->domain.n > 0;
}

static void
on_mx(struct facts *f, const struct fact_mx *fact)
{
	(void)f;
	counter.facts_n += fact->mx.n > 0;
}

static void
on_address(struct facts *f, const struct fact_address *fact)
{
	(void)f;
	counter.facts_n += fact->line > 0;
}

static void
on_range(struct facts *f, const struct fact_range *fact)
{
	(void)f;
	counter.facts_n += fact->range.as_n > 0;
}

static bool
never_known(struct facts *f, struct span bytes, uint32_t *handle, uint32_t *note)
{
	(void)f;
	(void)bytes;
	*handle = *note = 0;
	return false;
}

static uint32_t
on_host(struct facts *f, struct span bytes, uint32_t note, const struct fact_host *host)
{
	(void)f;
	(void)bytes;
	(void)note;
	return host->banner.n || host->cert;
}

static uint32_t
on_cert(struct facts *f, struct span bytes, uint32_t note, const struct fact_cert *cert)
{
	(void)f;
	(void)bytes;
	(void)note;
	return cert->names_n > 0;
}

static void
on_bad(struct facts *f, uint64_t line, enum fact_bad cause, struct span what)
{
	(void)f;
	(void)what;
	fprintf(stderr, "formspeed: line %lu is bad (%d)\n", (unsigned long)line, (int)cause);
	exit(1);
}

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
read_form(const struct fact_form *form, struct span text)
{
	form->read(&counter.facts, text, 1, MAX_FIELD);
}

static void
read_trees(const struct fact_form *form, struct span text)
{
	(void)form;
	while (text.n) {
		struct span line = span_cut(&text, '\n');
		json_t *tree = line.n ? json_loadb(line.p, line.n, 0, NULL) : NULL;

		counter.facts_n += tree != NULL;
		json_decref(tree);
	}
}

/* The best of some rounds, in megabytes a second. */
static void
measure(const char *name, void (*work)(const struct fact_form *, struct span),
    const struct fact_form *form, struct span text)
{
	double best = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu_seconds(), s;

		counter.facts_n = 0;
		work(form, text);
		s = cpu_seconds() - start;
		if (!best || s < best)
			best = s;
	}
	printf("%s %.0f %lu\n", name, (double)text.n / 1e6 / best, counter.facts_n);
}

int
main(int argc, char **argv)
{
	const struct fact_form *form = NULL;
	struct buf text;
	char *room;
	size_t n;
	FILE *f;

	if (argc != 3)
		return 64;
	counter.facts = (struct facts){on_domain, on_mx, on_address, on_range, never_known, on_host,
	    never_known, on_cert, on_bad, NULL};
	for (size_t i = 0; i < fact_forms_n; i++)
		if (!strcmp(fact_forms[i]->name, argv[1]))
			form = fact_forms[i];
	f = fopen(argv[2], "re");
	if (!form || !f)
		return 64;
	buf_init(&text, SIZE_MAX / 4);
	do {
		room = buf_room(&text, 1 << 20);
		n = fread(room, 1, 1 << 20, f);
		buf_added(&text, n);
	} while (n);
	fclose(f);
	measure("reader", read_form, form, buf_span(&text));
	if (text.n && text.p[0] == '{')
		measure("jansson", read_trees, form, buf_span(&text));
	buf_free(&text);
	return 0;
}
