/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/scan/scan_address.h"

#include "mxinfer/scan/certjudge.h"
#include "mxinfer/scan/scan_record.h"

struct span
scan_address_operator(const struct scan *s, uint32_t id)
{
	struct span names[TARGET_NAMES_MAX], registered, name = {NULL, 0};
	struct arena *a = arena_new();

	if (targets_names(&s->targets, id, names)) {
		name = names[0];
		registered = public_suffix_registered(s->suffixes, arena_dup(a, name));
		/* It is a part of the name, at its end. */
		if (registered.p)
			name = span_from(name, name.n - registered.n);
	}
	arena_free(a);
	return name;
}

static void
find_as(const struct scan *s, uint32_t id, struct scan_address *out, uint32_t as[FACT_AS_MAX])
{
	const struct target_work *work = s->targets.v[id].work;

	if (s->as_table)
		out->as_n = as_table_find(s->as_table, &out->address, as);
	out->as = as;
	for (size_t i = 0; work && i < work->as_n && out->as_n < FACT_AS_MAX; i++) {
		size_t k = 0;

		while (k < out->as_n && as[k] != work->as[i])
			k++;
		if (k == out->as_n)
			as[out->as_n++] = work->as[i];
	}
}

static void
read_certificates(struct arena *a, const struct visit *seen, struct scan_address *out)
{
	struct certificate *own = arena_alloc(a, sizeof *own);
	unsigned char(*chain)[SHA256_LEN];

	if (certificate_read(a, seen->chain[0], own) == CERTIFICATE_OK)
		out->certificate = own;
	chain = arena_alloc(a, seen->chain_n * sizeof *chain);
	for (size_t i = 1; i < seen->chain_n; i++) {
		struct sha256 hash;

		sha256_init(&hash);
		sha256_add(&hash, seen->chain[i]);
		sha256_end(&hash, chain[i - 1]);
	}
	out->chain = (const unsigned char(*)[SHA256_LEN])chain;
	out->chain_n = seen->chain_n - 1;
}

/* The MX names that lead to it: all that are known by now, or with --sni mx the one that TLS asked
 * for. */
static struct certjudge_names
names_of(struct scan *s, struct arena *a, uint32_t id, struct scan_address *out)
{
	struct span *names = arena_alloc(a, TARGET_NAMES_MAX * sizeof *names);
	const char **texts = arena_alloc(a, TARGET_NAMES_MAX * sizeof *texts);
	size_t n = targets_names(&s->targets, id, names);

	for (size_t i = 0; i < n; i++)
		texts[i] = arena_dup(a, names[i]);
	out->compared = names;
	out->compared_n = n;
	return (struct certjudge_names){texts, n};
}

static void
judge(struct scan *s, struct arena *a, uint32_t id, const struct visit *seen,
    struct scan_address *out)
{
	const struct target_work *work = s->targets.v[id].work;
	const struct certjudge_chain chain = {seen->chain, seen->chain_n};
	struct certjudge_names names = names_of(s, a, id, out);
	int64_t now_utc = seen->begun_utc_us / 1000000;

	if (seen->chain_n) {
		struct certjudged judged = certjudge_verify(s->trust, chain, names, now_utc);

		read_certificates(a, seen, out);
		out->trusted = judged.trusted;
		out->verify = judged.verify;
		wordcount_add(&s->tally.verify, judged.verify);
	}
	if (work && work->tlsa && seen->outcome == VISIT_OK) {
		const char *both[] = {names.n ? names.v[0] : "", work->tlsa->base};

		out->dane = certjudge_dane(&work->tlsa->look, chain,
		    (struct certjudge_names){both, work->tlsa->base ? 2 : 1}, now_utc);
		if (out->dane)
			wordcount_add(&s->tally.dane, out->dane);
	}
}

void
scan_address_record(struct scan *s, uint32_t id, const struct visit *seen, const char *outcome)
{
	struct scan_address record = {
	    .address = targets_ip(&s->targets, id),
	    .variant = targets_variant(&s->targets, id),
	    .outcome = outcome,
	    .visit = seen,
	    .raw = s->params->raw,
	};
	struct arena *a = arena_new();
	uint32_t as[FACT_AS_MAX];

	find_as(s, id, &record, as);
	if (seen) {
		wordcount_add(&s->tally.starttls, visit_starttls_name(seen->starttls));
		judge(s, a, id, seen, &record);
	}
	scan_record_address(&s->record, &record);
	arena_free(a);
}
