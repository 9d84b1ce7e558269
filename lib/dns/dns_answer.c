/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_answer.h"

struct dns_answer *
dns_answer_new(const char *name, int type)
{
	struct arena *a = arena_new();
	struct dns_answer *answer = arena_alloc(a, sizeof *answer);

	*answer = (struct dns_answer){.arena = a, .refs = 1};
	answer->result = (struct dns_result){.name = arena_dup(a, span_str(name)),
	    .type = type,
	    .rcode = -1,
	    .ede = -1,
	    .ttl_s = -1};
	return answer;
}

struct dns_answer *
dns_answer_of(const struct dns_result *r, size_t octets)
{
	size_t empty_wire = sizeof(max_align_t); /* what a copy of nothing takes */
	struct arena *a = arena_new_for(sizeof(struct dns_answer) + strlen(r->name) + octets +
					3 * sizeof(max_align_t) + empty_wire);
	struct dns_answer *answer = arena_alloc(a, sizeof *answer);

	*answer = (struct dns_answer){.arena = a, .refs = 1};
	dns_result_copy_to(a, r, &answer->result);
	return answer;
}

struct dns_answer *
dns_answer_ref(struct dns_answer *answer)
{
	answer->refs++;
	return answer;
}

void
dns_answer_unref(struct dns_answer *answer)
{
	if (--answer->refs == 0)
		arena_free(answer->arena);
}

int
dns_question_compare(const char *name_a, int type_a, const char *name_b, int type_b)
{
	return type_a != type_b ? type_a - type_b : strcmp(name_a, name_b);
}
