/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/output.h"

#include "base/json_text.h"
#include "base/settings.h"
#include "base/utf8.h"

static const char no_rd[] = "no registered domain in the MX name";

const char *
output_dns(uint8_t flags)
{
	return flags & DOMAIN_HAS_MX     ? "mx"
	       : flags & DOMAIN_IMPLICIT ? "implicit"
	       : flags & DOMAIN_NULL_MX  ? "null-mx"
	       : flags & DOMAIN_NO_MX    ? "no-mx"
					 : "not-known";
}

static struct span
name_text(const struct inference *in, uint32_t name)
{
	return intern_text(&in->population->names, name);
}

void
output_json_head(struct buf *out, const struct output_domain *d)
{
	buf_put(out, SPAN_LIT("{\"schema\":\"mx-id/1\",\"tool\":\"emt-mxinfer " EMT_VERSION
			      "\",\"domain\":"));
	json_text_string(out, d->domain);
	buf_put(out, SPAN_LIT(",\"self_hosted\":\""));
	buf_puts(out, self_hosted_name(d->self_hosted));
	buf_put(out, SPAN_LIT("\",\"dns\":\""));
	buf_puts(out, output_dns(d->flags));
	buf_putc(out, '"');
}

static void
put_company(struct buf *out, const struct inference *in, uint32_t company)
{
	json_text_string_or_null(
	    out, company ? company_name(in->companies, company) : (struct span){NULL, 0});
}

static void
put_id(struct buf *out, const struct inference *in, const struct mx_answer *answer)
{
	struct buf reason;

	buf_put(out, SPAN_LIT("{\"mx\":"));
	json_text_string(out, name_text(in, answer->mx));
	buf_put(out, SPAN_LIT(",\"id\":"));
	json_text_string(out, name_text(in, answer->id));
	buf_put(out, SPAN_LIT(",\"type\":\"OK\",\"source\":\""));
	buf_puts(out, mx_source_name(answer->source));
	buf_put(out, SPAN_LIT("\",\"score\":"));
	json_text_int(out, answer->score);
	buf_put(out, SPAN_LIT(",\"corrected\":"));
	json_text_int(out, answer->corrected);
	buf_put(out, SPAN_LIT(",\"new_id\":"));
	json_text_string_or_null(
	    out, answer->corrected == 1 ? name_text(in, answer->new_id) : (struct span){NULL, 0});
	buf_put(out, SPAN_LIT(",\"company\":"));
	put_company(out, in, answer->company);
	buf_put(out, SPAN_LIT(",\"reason\":"));
	if (answer->reason == MX_REASON_NONE) {
		buf_put(out, SPAN_LIT("null}"));
		return;
	}
	buf_init(&reason, 1024);
	identify_reason(&reason, in, answer);
	json_text_string(out, buf_span(&reason));
	buf_free(&reason);
	buf_putc(out, '}');
}

void
output_json_tail(struct buf *out, const struct inference *in, const struct identify *x)
{
	bool first = true;

	buf_puts(out, x->answers_n ? ",\"smtp\":true,\"ids\":[" : ",\"smtp\":false,\"ids\":[");
	for (size_t i = 0; i < x->answers_n; i++) {
		if (!x->answers[i].ok)
			continue;
		if (!first)
			buf_putc(out, ',');
		first = false;
		put_id(out, in, &x->answers[i]);
	}
	buf_put(out, SPAN_LIT("],\"no_id\":["));
	first = true;
	for (size_t i = 0; i < x->answers_n; i++) {
		if (x->answers[i].ok)
			continue;
		buf_puts(out, first ? "{\"mx\":" : ",{\"mx\":");
		first = false;
		json_text_string(out, name_text(in, x->answers[i].mx));
		buf_put(out, SPAN_LIT(",\"reason\":"));
		json_text_string(out, span_str(no_rd));
		buf_putc(out, '}');
	}
	buf_put(out, SPAN_LIT("]}\n"));
}

const char output_csv_header[] = "domain,self_hosted,dns,mx,id,type,source,score,corrected,new_id,"
				 "company,reason\n";

/* Of nothing but ASCII that prints? */
static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

void
output_csv_field(struct buf *out, struct span s)
{
	bool quotes = span_find(s, ',') < s.n || span_find(s, '"') < s.n;

	if (!quotes && is_plain(s)) {
		buf_put(out, s);
		return;
	}
	if (quotes)
		buf_putc(out, '"');
	while (s.n) {
		unsigned code = 0;
		size_t n = utf8_sequence(s, &code);

		if (!n || utf8_acts(code))
			buf_puts(out, "\xef\xbf\xbd");
		else
			buf_put(out, (struct span){s.p, n});
		if (code == '"')
			buf_putc(out, '"');
		s = span_from(s, n ? n : 1);
	}
	if (quotes)
		buf_putc(out, '"');
}

static void
put_row_head(struct buf *out, const struct output_domain *d)
{
	output_csv_field(out, d->domain);
	buf_printf(out, ",%s,%s,", self_hosted_name(d->self_hosted), output_dns(d->flags));
}

static void
put_row(struct buf *out, const struct output_domain *d, const struct mx_answer *answer)
{
	struct buf reason;

	put_row_head(out, d);
	output_csv_field(out, name_text(d->in, answer->mx));
	if (!answer->ok) {
		buf_printf(out, ",,NONE,,,,,,%s\n", no_rd);
		return;
	}
	buf_putc(out, ',');
	output_csv_field(out, name_text(d->in, answer->id));
	buf_printf(
	    out, ",OK,%s,%u,%d,", mx_source_name(answer->source), answer->score, answer->corrected);
	if (answer->corrected == 1)
		output_csv_field(out, name_text(d->in, answer->new_id));
	buf_putc(out, ',');
	if (answer->company)
		output_csv_field(out, company_name(d->in->companies, answer->company));
	buf_putc(out, ',');
	buf_init(&reason, 1024);
	identify_reason(&reason, d->in, answer);
	output_csv_field(out, buf_span(&reason));
	buf_free(&reason);
	buf_putc(out, '\n');
}

void
output_csv(struct buf *out, const struct output_domain *d)
{
	for (size_t i = 0; i < d->x->answers_n; i++)
		put_row(out, d, &d->x->answers[i]);
	if (d->x->answers_n)
		return;
	put_row_head(out, d);
	buf_puts(out, ",,,,,,,,\n");
}
