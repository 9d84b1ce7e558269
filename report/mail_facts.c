/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mail_facts.h"

#include "base/json_text.h"
#include "mail/taglist.h"
#include "report/member.h"

enum { WORD_MAX = 128 };

const char *const presence_names[] = {"unknown", "no", "yes"};
const char *const mail_fact_names[] = {
    "spf", "signed", "dkim_key", "dmarc", "mta_sts", "tls_rpt", "mx_tlsa", "confirmed"};

/* A TXT record in presentation form begins with a quote. */
static struct span
unquoted(struct span text)
{
	return span_starts(text, SPAN_LIT("\"")) ? span_from(text, 1) : text;
}

static struct span
text_of(const json_t *value)
{
	if (!json_is_string(value))
		return (struct span){"", 0};
	return (struct span){json_string_value(value), json_string_length(value)};
}

/* Does one of the texts begin with `start`?  *which is that one. */
static enum presence
texts_have(const json_t *texts, struct span start, struct span *which)
{
	enum presence found = json_is_array(texts) ? PRESENCE_NO : PRESENCE_UNKNOWN;
	const json_t *value;
	size_t i;

	json_array_foreach(texts, i, value)
	{
		struct span text = text_of(value), bare = unquoted(text), failure = text;
		size_t colon = span_find(text, ':');

		if (span_istarts(bare, start)) {
			*which = bare;
			return PRESENCE_YES;
		}
		failure.n = colon;
		for (size_t k = 0; k < failure.n; k++)
			if (failure.p[k] < 'A' || failure.p[k] > 'Z')
				failure.n = 0;
		if (failure.n && colon < text.n && !span_eq(failure, SPAN_LIT("NXDOMAIN")) &&
		    !span_eq(failure, SPAN_LIT("NODATA")))
			found = PRESENCE_UNKNOWN;
	}
	return found;
}

/* Yes if one is, unknown if nobody says no for certain. */
static enum presence
either(enum presence a, enum presence b)
{
	if (a == PRESENCE_YES || b == PRESENCE_YES)
		return PRESENCE_YES;
	return a == PRESENCE_UNKNOWN || b == PRESENCE_UNKNOWN ? PRESENCE_UNKNOWN : PRESENCE_NO;
}

static enum presence
dkim_key(const json_t *record)
{
	const json_t *keys = json_object_get(record, "dkim_keys"), *key, *text;
	enum presence found = json_is_array(keys) ? PRESENCE_NO : PRESENCE_UNKNOWN;
	struct span which;
	size_t i, k;

	json_array_foreach(keys, i, key)
	{
		const json_t *texts = json_object_get(key, "key");

		json_array_foreach(
		    texts, k, text) if (taglist_find(unquoted(text_of(text)), SPAN_LIT("p"))
					    .n) return PRESENCE_YES;
		found = either(found, texts_have(texts, SPAN_LIT("v=DKIM1"), &which));
	}
	return found;
}

/* A TLSA record begins with the number of its usage. */
static enum presence
mx_tlsa(const json_t *record)
{
	static const struct span usages[] = {
	    SPAN_LIT("0 "), SPAN_LIT("1 "), SPAN_LIT("2 "), SPAN_LIT("3 ")};
	const json_t *hosts = json_object_get(record, "mx_tlsa"), *host;
	enum presence found = json_is_array(hosts) ? PRESENCE_NO : PRESENCE_UNKNOWN;
	struct span which;
	size_t i;

	json_array_foreach(hosts, i, host) for (size_t k = 0; k < 4; k++) found =
	    either(found, texts_have(json_object_get(host, "tlsa"), usages[k], &which));
	return found;
}

static const char *
policy_of(struct span dmarc)
{
	static const char *const policies[] = {"none", "quarantine", "reject"};
	struct span p = taglist_find(dmarc, SPAN_LIT("p"));

	for (size_t i = 0; i < 3; i++)
		if (span_istarts(p, span_str(policies[i])))
			return policies[i];
	return NULL;
}

static void
add_listed(struct arena *a, const json_t *lists, struct mail_facts *facts)
{
	const json_t *name;
	size_t i;

	facts->listed = arena_alloc(a, MAIL_LISTED_MAX * sizeof *facts->listed);
	json_array_foreach(
	    lists, i, name) if (json_is_string(name) && facts->listed_n < MAIL_LISTED_MAX)
	    facts->listed[facts->listed_n++] = arena_dup(a, text_clip(text_of(name), WORD_MAX));
}

void
mail_facts_of(struct arena *a, const json_t *record, struct mail_facts *facts)
{
	const json_t *ptr = json_object_get(record, "ptr");
	const json_t *confirmed = json_object_get(ptr, "forward_confirmed");
	const json_t *signatures =
	    json_object_get(json_object_get(record, "headers"), "dkim_signature");
	struct span text = {NULL, 0}, dmarc = {NULL, 0};

	*facts = (struct mail_facts){.listed_n = 0};
	facts->fact[FACT_SPF] = texts_have(
	    json_object_get(json_object_get(record, "spf"), "IN_TXT"), SPAN_LIT("v=spf1"), &text);
	facts->fact[FACT_SIGNED] = !json_is_array(signatures)    ? PRESENCE_UNKNOWN
				   : json_array_size(signatures) ? PRESENCE_YES
								 : PRESENCE_NO;
	facts->fact[FACT_DKIM_KEY] = dkim_key(record);
	facts->fact[FACT_DMARC] =
	    texts_have(json_object_get(record, "dmarc"), SPAN_LIT("v=DMARC1"), &dmarc);
	if (facts->fact[FACT_DMARC] != PRESENCE_YES)
		facts->fact[FACT_DMARC] = either(facts->fact[FACT_DMARC],
		    texts_have(json_object_get(json_object_get(record, "dmarc_org"), "txt"),
			SPAN_LIT("v=DMARC1"), &dmarc));
	facts->fact[FACT_MTA_STS] =
	    texts_have(json_object_get(record, "mta_sts"), SPAN_LIT("v=STSv1"), &text);
	facts->fact[FACT_TLS_RPT] =
	    texts_have(json_object_get(record, "tls_rpt"), SPAN_LIT("v=TLSRPTv1"), &text);
	facts->fact[FACT_MX_TLSA] = mx_tlsa(record);
	facts->fact[FACT_CONFIRMED] = json_is_boolean(confirmed)
					  ? (json_is_true(confirmed) ? PRESENCE_YES : PRESENCE_NO)
					  : PRESENCE_UNKNOWN;
	facts->dmarc_policy = policy_of(dmarc);
	add_listed(a, json_object_get(json_object_get(record, "rbl"), "lists"), facts);
}

void
mail_facts_put(struct buf *out, const struct mail_facts *facts)
{
	buf_putc(out, '{');
	for (size_t i = 0; i < MAIL_FACTS_N; i++) {
		json_text_key(out, mail_fact_names[i]);
		json_text_string(out, span_str(presence_names[facts->fact[i]]));
	}
	json_text_key(out, "dmarc_policy");
	json_text_string_or_null(out, span_str(facts->dmarc_policy));
	json_text_key(out, "listed");
	buf_putc(out, '[');
	for (size_t i = 0; i < facts->listed_n; i++) {
		json_text_next(out);
		json_text_string(out, span_str(facts->listed[i]));
	}
	buf_puts(out, "]}");
}

void
mail_facts_read(struct arena *a, struct span text, struct mail_facts *facts)
{
	json_t *value = json_loadb(text.p ? text.p : "", text.n, 0, NULL);
	struct span policy = member_text(value, "dmarc_policy");

	*facts = (struct mail_facts){.listed_n = 0};
	for (size_t i = 0; i < MAIL_FACTS_N; i++)
		for (size_t k = 0; k < PRESENCES_N; k++)
			if (span_eq(member_text(value, mail_fact_names[i]),
				span_str(presence_names[k])))
				facts->fact[i] = (enum presence)k;
	if (policy.p)
		facts->dmarc_policy = arena_dup(a, policy);
	add_listed(a, json_object_get(value, "listed"), facts);
	json_decref(value);
}
