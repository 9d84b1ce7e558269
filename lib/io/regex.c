/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

static struct regex *
wrap(pcre2_code *code_own)
{
	struct regex *r = must(malloc(sizeof *r));

	r->code = code_own;
	r->match = pcre2_match_data_create_from_pattern(r->code, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->match || !r->limits)
		out_of_memory();
	pcre2_set_match_limit(r->limits, REGEX_STEPS_MAX);
	pcre2_set_depth_limit(r->limits, REGEX_DEPTH_MAX);
	pcre2_set_heap_limit(r->limits, REGEX_HEAP_MAX_KIB);
	return r;
}

static pcre2_code *
compile(const char *pattern, bool ignore_case, int *error, size_t *at)
{
	return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | (ignore_case ? PCRE2_CASELESS : 0), error, at,
	    NULL);
}

struct regex *
regex_new(const char *pattern)
{
	int error;
	size_t at;
	pcre2_code *code = compile(pattern, false, &error, &at);

	if (!code) {
		log_error("pattern \"%s\": error %d at octet %zu", pattern, error, at);
		abort();
	}
	return wrap(code);
}

struct regex *
regex_try(const char *pattern, bool ignore_case)
{
	int error;
	size_t at;
	pcre2_code *code = compile(pattern, ignore_case, &error, &at);

	return code ? wrap(code) : NULL;
}

void
regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->match);
	pcre2_code_free(r->code);
	free(r);
}

enum regex_st
regex_match(struct regex *r, struct span subject, struct span *groups, size_t groups_n)
{
	int n = pcre2_match(r->code, (PCRE2_SPTR)(subject.p ? subject.p : ""), subject.n, 0, 0,
	    r->match, r->limits);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->match);

	if (n == PCRE2_ERROR_NOMATCH)
		return REGEX_NO_MATCH;
	if (n == PCRE2_ERROR_NOMEMORY)
		out_of_memory();
	if (n < 0)
		return REGEX_TOO_COSTLY;
	for (size_t i = 0; i < groups_n; i++) {
		if (i >= (size_t)n || at[2 * i] == PCRE2_UNSET)
			groups[i] = (struct span){NULL, 0};
		else
			groups[i] = (struct span){subject.p + at[2 * i], at[2 * i + 1] - at[2 * i]};
	}
	return REGEX_MATCH;
}
