/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/self_hosted.h"

#include "mxinfer/hostname.h"

const char *
self_hosted_name(enum self_hosted s)
{
	static const char *const names[] = {"no", "own-name", "yes"};

	return names[s];
}

/* The registered domain of `domain`, a part of it.  The list is asked for few domains only: those
 * that end as a provider's. */
static struct span
registered(const struct inference *in, struct span domain, struct hostname *name)
{
	if (hostname_read(domain, name) != HOSTNAME_HOST)
		return (struct span){"", 0};
	return public_suffix_registered(in->population->suffixes, name->text);
}

static bool
is_own(const struct inference *in, const struct mx_answer *answer, struct span domain)
{
	struct span id = intern_text(
	    &in->population->names, answer->corrected == 1 ? answer->new_id : answer->id);
	uint32_t company = answer->id_company;
	struct hostname name;

	if (!id.n)
		return false;
	if (span_ends(domain, id) && span_eq(registered(in, domain, &name), id))
		return true;
	return company && company_may_own(in->companies, company, domain) &&
	       company_of(in->companies, registered(in, domain, &name)) == company;
}

enum self_hosted
self_hosted(const struct identify *x, const struct inference *in, struct span domain)
{
	enum self_hosted result = SELF_HOSTED_NO;

	for (size_t i = 0; i < x->answers_n; i++) {
		const struct mx_answer *answer = &x->answers[i];

		if (!answer->ok)
			continue;
		if (!is_own(in, answer, domain))
			return SELF_HOSTED_NO;
		if (result == SELF_HOSTED_NO)
			result = SELF_HOSTED_YES;
		if (answer->source == MX_SOURCE_MX)
			result = SELF_HOSTED_OWN_NAME;
	}
	return result;
}
