/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/explain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "mxinfer/hostname.h"

static struct span
name_text(const struct population *p, uint32_t name)
{
	return intern_text(&p->names, name);
}

static void
keep_text(char to[FACT_WHAT_MAX + 1], struct span text)
{
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
}

/* A host comes right before the fact that has it. */
static void
keep_said(struct explain_said *said, const struct fact_op *op)
{
	said->has_banner = op->has_banner;
	said->has_ehlo = op->has_ehlo;
	if (op->has_banner)
		keep_text(said->banner, op->banner_text);
	if (op->has_ehlo)
		keep_text(said->ehlo, op->ehlo_text);
}

static bool
is_own(struct explain *e, uint32_t domain)
{
	if (!e->id && domain &&
	    span_eq(population_domain(e->intake->population, domain), e->domain))
		e->id = domain;
	return domain && domain == e->id;
}

static void
watch(void *state, const struct fact_op *op, uint32_t domain, uint32_t address, uint32_t host,
    uint32_t link)
{
	struct explain *e = state;
	struct explain_note note = {.file = e->intake->file,
	    .line = e->intake->line + op->line,
	    .link = link,
	    .address = address,
	    .host = host};

	if (op->kind == FACT_OP_HOST) {
		keep_said(&e->said, op);
		return;
	}
	if (op->kind == FACT_OP_ADDRESS) {
		e->addresses = intern_beside(
		    e->addresses, &e->addresses_room, e->addresses_n, sizeof *e->addresses);
		e->addresses[e->addresses_n++] = note;
		return;
	}
	if (!is_own(e, domain))
		return;
	note.dns = op->dns;
	if (op->kind == FACT_OP_MX && op->host) {
		const struct explain_said *said = &e->said;

		note.banner = said->has_banner ? arena_dup(e->a, span_str(said->banner)) : NULL;
		note.ehlo = said->has_ehlo ? arena_dup(e->a, span_str(said->ehlo)) : NULL;
	}
	e->own = intern_beside(e->own, &e->own_room, e->own_n, sizeof *e->own);
	e->own[e->own_n++] = note;
}

bool
explain_begin(struct explain *e, struct arena *a, struct population *p, const struct intake *intake,
    const char *domain)
{
	struct hostname name;
	enum hostname_kind kind = p->compat ? hostname_read_as_is(span_str(domain), &name)
					    : hostname_read(span_str(domain), &name);

	*e = (struct explain){.a = a, .intake = intake};
	if (kind == HOSTNAME_NONE || kind == HOSTNAME_ROOT)
		return false;
	e->domain = arena_span(a, hostname_span(&name));
	p->watch = watch;
	p->watch_state = e;
	return true;
}

void
explain_end(struct explain *e)
{
	free(e->own);
	free(e->addresses);
}

static void
put_names(
    struct buf *out, const struct population *p, const char *what, const char *text, uint32_t name)
{
	buf_printf(out, "      %s", what);
	if (text) {
		buf_puts(out, " \"");
		safe_put(out, span_str(text));
		buf_putc(out, '"');
	}
	if (!name) {
		buf_puts(out, ": names no host\n");
		return;
	}
	buf_puts(out, ": names ");
	buf_put(out, name_text(p, name));
	if (p->name_rd[name]) {
		buf_puts(out, ", registered domain ");
		buf_put(out, name_text(p, p->name_rd[name]));
	} else {
		buf_puts(out, ", which has no registered domain");
	}
	buf_putc(out, '\n');
}

static void
put_cert(struct buf *out, const struct population *p, const struct population_host *host)
{
	size_t n, shown = 0;
	const uint32_t *names = population_words(&p->certs, host->cert, &n);

	buf_printf(
	    out, "      certificate, %strusted:", host->flags & FACT_IS_TRUSTED ? "" : "not ");
	for (size_t i = 0; i < n && shown < 50; i++, shown++) {
		buf_putc(out, ' ');
		buf_put(out, name_text(p, names[i]));
		if (!p->name_rd[names[i]])
			buf_puts(out, " (does not count: no registered domain)");
	}
	buf_puts(out, n > shown ? " and more\n" : n ? "\n" : " no names\n");
}

static void
put_host(struct buf *out, const struct population *p, const struct explain_note *note)
{
	const struct population_host *host;
	size_t n;
	const uint32_t *as;

	if (!note->host)
		return;
	host = population_host(p, note->host);
	as = population_words(&p->as_sets, host->as, &n);
	if (n)
		buf_puts(out, "      AS");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " %" PRIu32, as[i]);
	if (n)
		buf_putc(out, '\n');
	if (host->flags & FACT_HAS_BANNER)
		put_names(out, p, "banner", note->banner, host->banner);
	if (host->flags & FACT_HAS_EHLO)
		put_names(out, p, "EHLO answer", note->ehlo, host->ehlo);
	if (host->cert)
		put_cert(out, p, host);
}

static void
put_place(struct buf *out, const struct explain_note *note)
{
	buf_puts(out, "  ");
	safe_put(out, span_str(note->file));
	buf_printf(out, ":%" PRIu64 ": ", note->line);
}

static void
put_ip(struct buf *out, const struct population *p, uint32_t address)
{
	const struct population_address *a = (const void *)intern_words(&p->addresses, address);
	struct ip ip = population_ip(p, address);
	char text[IP_TEXT_MAX];

	buf_printf(out, "address %s", ip_text(&ip, text));
	if (a->variant) {
		buf_puts(out, ", variant ");
		safe_put(out, name_text(p, a->variant));
	}
}

static void
put_own(struct buf *out, const struct population *p, const struct explain_note *note)
{
	static const char *const dns[] = {"no MX record", "a null MX", "MX records not known"};

	put_place(out, note);
	if (!note->link) {
		buf_printf(out, "%s\n", dns[note->dns]);
		return;
	}
	buf_puts(out, "MX ");
	buf_put(out, name_text(p, population_link(p, note->link)->mx));
	buf_printf(out, ", preference %" PRIu32, population_link(p, note->link)->preference);
	if (note->address) {
		buf_puts(out, ", ");
		put_ip(out, p, note->address);
	} else {
		buf_puts(out, ", no address");
	}
	buf_putc(out, '\n');
	put_host(out, p, note);
}

static bool
has_address(const struct explain *e, uint32_t address)
{
	for (size_t i = 0; i < e->own_n; i++)
		if (e->own[i].address == address)
			return true;
	return false;
}

bool
explain_print(const struct explain *e, const struct inference *in, FILE *out)
{
	const struct population *p = in->population;
	struct identify x = {.answers_n = 0};
	struct buf text;

	if (!e->id)
		return false;
	buf_init(&text, 64 << 20);
	buf_put(&text, e->domain);
	buf_puts(&text, "\n\nFacts\n");
	for (size_t i = 0; i < e->own_n; i++)
		put_own(&text, p, &e->own[i]);
	for (size_t i = 0; i < e->addresses_n; i++) {
		if (!has_address(e, e->addresses[i].address))
			continue;
		put_place(&text, &e->addresses[i]);
		put_ip(&text, p, e->addresses[i].address);
		buf_putc(&text, '\n');
		put_host(&text, p, &e->addresses[i]);
	}
	explain_steps(in, e->id, &x, &text);
	fwrite(text.p, 1, text.n, out);
	buf_free(&text);
	identify_free(&x);
	return true;
}
