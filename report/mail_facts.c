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
text_of(const struct value_node *value)
{
	struct span text = node_text(value);

	return text.p ? text : (struct span){"", 0};
}

/* Nobody says no where there is no array. */
static enum presence
presence_of_array(const struct value_node *value)
{
	return value && value->kind == VALUE_ARRAY ? PRESENCE_NO : PRESENCE_UNKNOWN;
}

/* Does one of the texts begin with `start`?  *which is that one. */
static enum presence
texts_have(const struct value_node *texts, struct span start, struct span *which)
{
	enum presence found = presence_of_array(texts);

	for (const struct value_node *value = node_element(texts); value;
	     value = value_node_next(texts, value)) {
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
dkim_key(const struct value_node *record)
{
	const struct value_node *keys = member_get(record, "dkim_keys");
	enum presence found = presence_of_array(keys);
	struct span which;

	for (const struct value_node *key = node_element(keys); key;
	     key = value_node_next(keys, key)) {
		const struct value_node *texts = member_get(key, "key");

		for (const struct value_node *text = node_element(texts); text;
		     text = value_node_next(texts, text))
			if (taglist_find(unquoted(text_of(text)), SPAN_LIT("p")).n)
				return PRESENCE_YES;
		found = either(found, texts_have(texts, SPAN_LIT("v=DKIM1"), &which));
	}
	return found;
}

/* A TLSA record begins with the number of its usage. */
static enum presence
mx_tlsa(const struct value_node *record)
{
	static const struct span usages[] = {
	    SPAN_LIT("0 "), SPAN_LIT("1 "), SPAN_LIT("2 "), SPAN_LIT("3 ")};
	const struct value_node *hosts = member_get(record, "mx_tlsa");
	enum presence found = presence_of_array(hosts);
	struct span which;

	for (const struct value_node *host = node_element(hosts); host;
	     host = value_node_next(hosts, host))
		for (size_t k = 0; k < 4; k++)
			found =
			    either(found, texts_have(member_get(host, "tlsa"), usages[k], &which));
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
add_listed(struct arena *a, const struct value_node *lists, struct mail_facts *facts)
{
	facts->listed = arena_alloc(a, MAIL_LISTED_MAX * sizeof *facts->listed);
	for (const struct value_node *name = node_element(lists);
	     name && facts->listed_n < MAIL_LISTED_MAX; name = value_node_next(lists, name))
		if (name->kind == VALUE_STRING)
			facts->listed[facts->listed_n++] =
			    arena_dup(a, text_clip(name->text, WORD_MAX));
}

void
mail_facts_of(struct arena *a, const struct value_node *record, struct mail_facts *facts)
{
	const struct value_node *ptr = member_get(record, "ptr");
	const struct value_node *confirmed = member_get(ptr, "forward_confirmed");
	const struct value_node *signatures =
	    member_get(member_get(record, "headers"), "dkim_signature");
	struct span text = {NULL, 0}, dmarc = {NULL, 0};

	*facts = (struct mail_facts){.listed_n = 0};
	facts->fact[FACT_SPF] =
	    texts_have(member_get(member_get(record, "spf"), "IN_TXT"), SPAN_LIT("v=spf1"), &text);
	facts->fact[FACT_SIGNED] =
	    node_element(signatures) ? PRESENCE_YES : presence_of_array(signatures);
	facts->fact[FACT_DKIM_KEY] = dkim_key(record);
	facts->fact[FACT_DMARC] =
	    texts_have(member_get(record, "dmarc"), SPAN_LIT("v=DMARC1"), &dmarc);
	if (facts->fact[FACT_DMARC] != PRESENCE_YES)
		facts->fact[FACT_DMARC] = either(facts->fact[FACT_DMARC],
		    texts_have(member_get(member_get(record, "dmarc_org"), "txt"),
			SPAN_LIT("v=DMARC1"), &dmarc));
	facts->fact[FACT_MTA_STS] =
	    texts_have(member_get(record, "mta_sts"), SPAN_LIT("v=STSv1"), &text);
	facts->fact[FACT_TLS_RPT] =
	    texts_have(member_get(record, "tls_rpt"), SPAN_LIT("v=TLSRPTv1"), &text);
	facts->fact[FACT_MX_TLSA] = mx_tlsa(record);
	facts->fact[FACT_CONFIRMED] = node_is_bool(confirmed)
					  ? (node_is_true(confirmed) ? PRESENCE_YES : PRESENCE_NO)
					  : PRESENCE_UNKNOWN;
	facts->dmarc_policy = policy_of(dmarc);
	add_listed(a, member_get(member_get(record, "rbl"), "lists"), facts);
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
	const struct value_node *value;
	struct value_tree tree;
	struct span policy;

	value_tree_init(&tree);
	value = value_tree_read(&tree, text);
	policy = member_text(value, "dmarc_policy");
	*facts = (struct mail_facts){.listed_n = 0};
	for (size_t i = 0; i < MAIL_FACTS_N; i++)
		for (size_t k = 0; k < PRESENCES_N; k++)
			if (span_eq(member_text(value, mail_fact_names[i]),
				span_str(presence_names[k])))
				facts->fact[i] = (enum presence)k;
	if (policy.p)
		facts->dmarc_policy = arena_dup(a, policy);
	add_listed(a, member_get(value, "listed"), facts);
	value_tree_free(&tree);
}
