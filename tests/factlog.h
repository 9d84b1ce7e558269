/* SPDX-License-Identifier: GPL-3.0-or-later */
/* factlog - a struct facts that writes what a reader hands over, a line for each fact: what tests
 * of the input forms look at.
 *
 *	domain LINE NAME no-mx|null-mx|not-known
 *	mx LINE DOMAIN NAME PREFERENCE[ implicit][ ADDRESS[#VARIANT]][ as N,N][ HOST]
 *	address LINE ADDRESS[#VARIANT][ as N,N][ HOST]
 *	range LINE FIRST-LAST as N,N
 *	bad LINE CAUSE WHAT
 * HOST: [banner "..."] [ehlo "..."] [cert NAME,NAME] [trusted], in braces.  Texts are shown safely.
 */
#ifndef EMT_TESTS_FACTLOG_H
#define EMT_TESTS_FACTLOG_H

#include <inttypes.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "mxinfer/facts.h"

enum { FACTLOG_MEMO = 64, FACTLOG_WHAT = 40 };

struct factlog_memo {
	struct factlog_thing {
		char *bytes; /* NULL: not remembered */
		size_t bytes_n;
		uint32_t note;
		char *text;
	} v[FACTLOG_MEMO + 1];
	uint32_t n;
	unsigned made; /* how often one was described */
};

struct factlog {
	struct facts facts; /* first */
	struct buf out;
	struct factlog_memo hosts, certs;
	unsigned counts[FACT_BAD_N];
	unsigned facts_n;
};

static const char *const factlog_causes[FACT_BAD_N] = {
    [FACT_BAD_COLUMNS] = "columns",
    [FACT_BAD_NUL] = "nul",
    [FACT_BAD_SIZE] = "size",
    [FACT_BAD_DOMAIN] = "domain",
    [FACT_BAD_MX] = "mx",
    [FACT_BAD_PREFERENCE] = "preference",
    [FACT_BAD_RECORD] = "record",
    [FACT_BAD_DEPTH] = "depth",
    [FACT_BAD_ADDRESS] = "address",
    [FACT_BAD_AS] = "as",
    [FACT_BAD_SCAN] = "scan",
    [FACT_BAD_CERT] = "cert",
    [FACT_BAD_NAMES] = "names",
    [FACT_OTHER_KIND] = "other-kind",
    [FACT_NO_ROOTS] = "no-roots",
};

static inline void
factlog_as(struct factlog *l, const uint32_t *as, size_t as_n)
{
	for (size_t i = 0; i < as_n; i++)
		buf_printf(&l->out, "%s%" PRIu32, i ? "," : " as ", as[i]);
}

static inline void
factlog_address(struct factlog *l, const struct ip *ip, struct span variant)
{
	char text[IP_TEXT_MAX];

	buf_printf(&l->out, " %s", ip_text(ip, text));
	if (variant.n) {
		buf_putc(&l->out, '#');
		safe_put(&l->out, variant);
	}
}

static inline void
factlog_host(struct factlog *l, uint32_t host)
{
	if (host)
		buf_printf(&l->out, " {%s}", l->hosts.v[host].text);
	buf_putc(&l->out, '\n');
}

static inline void
factlog_on_domain(struct facts *f, const struct fact_domain *fact)
{
	static const char *const dns[] = {"no-mx", "null-mx", "not-known"};
	struct factlog *l = (struct factlog *)f;

	l->facts_n++;
	buf_printf(&l->out, "domain %" PRIu64 " ", fact->line);
	safe_put(&l->out, fact->domain);
	buf_printf(&l->out, " %s\n", dns[fact->dns]);
}

static inline void
factlog_on_mx(struct facts *f, const struct fact_mx *fact)
{
	struct factlog *l = (struct factlog *)f;

	l->facts_n++;
	buf_printf(&l->out, "mx %" PRIu64 " ", fact->line);
	safe_put(&l->out, fact->domain);
	buf_putc(&l->out, ' ');
	safe_put(&l->out, fact->mx.n ? fact->mx : SPAN_LIT("\"\""));
	buf_printf(&l->out, " %d%s", fact->preference, fact->implicit ? " implicit" : "");
	if (fact->address)
		factlog_address(l, fact->address, fact->variant);
	factlog_as(l, fact->as, fact->as_n);
	factlog_host(l, fact->host);
}

static inline void
factlog_on_address(struct facts *f, const struct fact_address *fact)
{
	struct factlog *l = (struct factlog *)f;

	l->facts_n++;
	buf_printf(&l->out, "address %" PRIu64, fact->line);
	factlog_address(l, &fact->address, fact->variant);
	factlog_as(l, fact->as, fact->as_n);
	factlog_host(l, fact->host);
}

static inline void
factlog_on_range(struct facts *f, const struct fact_range *fact)
{
	struct factlog *l = (struct factlog *)f;
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX];

	l->facts_n++;
	buf_printf(&l->out, "range %" PRIu64 " %s-%s", fact->line,
	    ip_text(&fact->range.first, first), ip_text(&fact->range.last, last));
	factlog_as(l, fact->range.as, fact->range.as_n);
	buf_putc(&l->out, '\n');
}

static inline void
factlog_on_bad(struct facts *f, uint64_t line, enum fact_bad cause, struct span what)
{
	struct factlog *l = (struct factlog *)f;

	l->counts[cause]++;
	buf_printf(&l->out, "bad %" PRIu64 " %s ", line, factlog_causes[cause]);
	safe_put(&l->out, (struct span){what.p, what.n < FACTLOG_WHAT ? what.n : FACTLOG_WHAT});
	buf_putc(&l->out, '\n');
}

static inline bool
factlog_known(struct factlog_memo *m, struct span bytes, uint32_t *handle, uint32_t *note)
{
	for (uint32_t i = 1; i <= m->n; i++)
		if (m->v[i].bytes &&
		    span_eq(bytes, (struct span){m->v[i].bytes, m->v[i].bytes_n})) {
			*handle = i;
			*note = m->v[i].note;
			return true;
		}
	return false;
}

/* Takes `text` for good. */
static inline uint32_t
factlog_add(struct factlog_memo *m, struct span bytes, uint32_t note, char *text)
{
	struct factlog_thing *t;

	m->made++;
	m->n = m->n < FACTLOG_MEMO ? m->n + 1 : 1;
	t = &m->v[m->n];
	free(t->bytes);
	free(t->text);
	*t = (struct factlog_thing){NULL, bytes.n, note, text};
	if (bytes.p) {
		t->bytes = malloc(bytes.n + 1);
		memcpy(t->bytes, bytes.p, bytes.n);
	}
	return m->n;
}

static inline bool
factlog_host_known(struct facts *f, struct span bytes, uint32_t *handle, uint32_t *note)
{
	return factlog_known(&((struct factlog *)f)->hosts, bytes, handle, note);
}

static inline bool
factlog_cert_known(struct facts *f, struct span bytes, uint32_t *handle, uint32_t *note)
{
	return factlog_known(&((struct factlog *)f)->certs, bytes, handle, note);
}

static inline void
factlog_text(struct buf *b, const char *key, struct span s)
{
	if (!s.p)
		return;
	buf_printf(b, "%s%s \"", b->n ? " " : "", key);
	safe_put(b, s);
	buf_putc(b, '"');
}

static inline uint32_t
factlog_on_host(struct facts *f, struct span bytes, uint32_t note, const struct fact_host *host)
{
	struct factlog *l = (struct factlog *)f;
	struct buf b;

	buf_init(&b, SIZE_MAX);
	factlog_text(&b, "banner", host->banner);
	factlog_text(&b, "ehlo", host->ehlo);
	if (host->cert)
		buf_printf(&b, "%scert %s", b.n ? " " : "", l->certs.v[host->cert].text);
	if (host->trusted)
		buf_puts(&b, " trusted");
	buf_str(&b);
	return factlog_add(&l->hosts, bytes, note, b.p);
}

static inline uint32_t
factlog_on_cert(struct facts *f, struct span bytes, uint32_t note, const struct fact_cert *cert)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	for (size_t i = 0; i < cert->names_n; i++) {
		if (i)
			buf_putc(&b, ',');
		safe_put(&b, cert->names[i]);
	}
	if (!cert->names_n)
		buf_putc(&b, '-');
	buf_str(&b);
	return factlog_add(&((struct factlog *)f)->certs, bytes, note, b.p);
}

static inline void
factlog_init(struct factlog *l)
{
	*l = (struct factlog){.facts = {factlog_on_domain, factlog_on_mx, factlog_on_address,
				  factlog_on_range, factlog_host_known, factlog_on_host,
				  factlog_cert_known, factlog_on_cert, factlog_on_bad}};
	buf_init(&l->out, SIZE_MAX);
}

static inline void
factlog_free(struct factlog *l)
{
	for (uint32_t i = 1; i <= FACTLOG_MEMO; i++) {
		free(l->hosts.v[i].bytes);
		free(l->hosts.v[i].text);
		free(l->certs.v[i].bytes);
		free(l->certs.v[i].text);
	}
	buf_free(&l->out);
}

/* Reads all of text in one go; what came of it, until the next call.  Line numbers start at 1. */
static inline struct span
factlog_read(struct factlog *l, const struct fact_form *form, struct span text, size_t max_field)
{
	factlog_free(l);
	factlog_init(l);
	form->read(&l->facts, text, 1, max_field);
	return buf_span(&l->out);
}

#endif
