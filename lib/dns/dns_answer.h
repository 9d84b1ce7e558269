/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns_answer - a result with the memory that it lives in, shared by the cache and those who wait
 * for it. */
#ifndef EMT_DNS_ANSWER_H
#define EMT_DNS_ANSWER_H

#include "dns/dns_result.h"

struct dns_answer {
	struct dns_result result;
	struct arena *arena; /* holds this struct too */
	size_t refs;
};

/* An empty result for that question, with one reference. */
struct dns_answer *dns_answer_new(const char *name, int type);

/* A copy of r that takes no more memory than it needs: its contents, without the name, took
 * `octets` of an arena. */
struct dns_answer *dns_answer_of(const struct dns_result *r, size_t octets);
struct dns_answer *dns_answer_ref(struct dns_answer *answer);
void dns_answer_unref(struct dns_answer *answer);

/* Orders questions, canonical names given. */
int dns_question_compare(const char *name_a, int type_a, const char *name_b, int type_b);

#endif
