/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/fact_writer.h"

#include <stdlib.h>

#include "base/arena.h"
#include "mxinfer/greeting.h"
#include "base/keyed_hash.h"

/* What was described before, by the bytes that it was read from.  Its place is the handle. */
struct fact_memo {
	struct hash128 hash;
	uint32_t note;
	bool used;
};

enum {
	NAME_ROOM = 8 + 1 + HOSTNAME_MAX,
	AS_ROOM = 1 + FACT_AS_MAX * 4,
	TEXT_ROOM = 1 + FACT_WHAT_MAX,
	/* More than any fact takes, but for the names of a certificate. */
	FACT_ROOM = 64 + 4 * NAME_ROOM + AS_ROOM + 2 * TEXT_ROOM,
};

/* Room for one fact, or for one name of a certificate: filled from w->at on, without further ado.
 */
static void
begin(struct fact_writer *w)
{
	w->from = w->at = buf_room(w->out, FACT_ROOM);
}

static void
end(struct fact_writer *w)
{
	buf_added(w->out, (size_t)(w->at - w->from));
}

static void
put(struct fact_writer *w, const void *p, size_t n)
{
	if (n)
		memcpy(w->at, p, n);
	w->at += n;
}

static void
put_u8(struct fact_writer *w, uint8_t value)
{
	*w->at++ = (char)value;
}

static void
put_u32(struct fact_writer *w, uint32_t value)
{
	put(w, &value, sizeof value);
}

static void
put_head(struct fact_writer *w, enum fact_op_kind kind, uint64_t line)
{
	begin(w);
	put_u8(w, (uint8_t)kind);
	put(w, &line, sizeof line);
}

static void
put_name(struct fact_writer *w, struct span text)
{
	uint64_t hash = keyed_hash(text);

	put(w, &hash, sizeof hash);
	put_u8(w, (uint8_t)text.n);
	put(w, text.p, text.n);
}

static void
put_as(struct fact_writer *w, const uint32_t *as, size_t as_n)
{
	size_t n = as_n > FACT_AS_MAX ? FACT_AS_MAX : as_n;

	put_u8(w, (uint8_t)n);
	put(w, as, n * sizeof *as);
}

static struct span
beginning(struct span s, size_t max)
{
	return (struct span){s.p ? s.p : "", s.n > max ? max : s.n};
}

static void
put_text(struct fact_writer *w, struct span s)
{
	s = beginning(s, FACT_WHAT_MAX);
	put_u8(w, (uint8_t)s.n);
	put(w, s.p, s.n);
}

static struct fact_writer *
writer_of(struct facts *f)
{
	return (struct fact_writer *)f;
}

static enum hostname_kind
read_name(const struct fact_writer *w, struct span s, struct hostname *name)
{
	return w->params.compat ? hostname_read_as_is(s, name) : hostname_read(s, name);
}

static void
bad(struct facts *f, uint64_t line, enum fact_bad cause, struct span what)
{
	struct fact_writer *w = writer_of(f);

	put_head(w, FACT_OP_BAD, line);
	put_u8(w, (uint8_t)cause);
	put_text(w, what);
	end(w);
}

static bool
read_domain(struct fact_writer *w, uint64_t line, struct span s, struct hostname *name)
{
	enum hostname_kind kind = read_name(w, s, name);

	if (kind != HOSTNAME_NONE && kind != HOSTNAME_ROOT)
		return true;
	bad(&w->facts, line, FACT_BAD_DOMAIN, s);
	return false;
}

static void
put_domain(struct fact_writer *w, uint64_t line, struct span domain, enum fact_dns dns)
{
	put_head(w, FACT_OP_DOMAIN, line);
	put_u8(w, (uint8_t)dns);
	put_name(w, domain);
	end(w);
	/* Whoever takes the facts has this one for the domain before now. */
	w->domain.n = 0;
}

static void
domain(struct facts *f, const struct fact_domain *fact)
{
	struct fact_writer *w = writer_of(f);
	struct hostname name;

	if (read_domain(w, fact->line, fact->domain, &name))
		put_domain(w, fact->line, hostname_span(&name), fact->dns);
}

static void
put_address(struct fact_writer *w, const struct ip *address, struct span variant)
{
	put(w, address->octets, sizeof address->octets);
	if (variant.n)
		put_name(w, beginning(variant, HOSTNAME_MAX));
}

static bool
same(const struct fact_before *before, struct span now)
{
	return before->n && span_eq((struct span){before->text, before->n}, now);
}

static void
keep(struct fact_before *before, struct span now)
{
	before->n = now.n <= sizeof before->text ? now.n : 0;
	memcpy(before->text, before->n ? now.p : "", before->n);
}

static void
mx(struct facts *f, const struct fact_mx *fact)
{
	struct fact_writer *w = writer_of(f);
	struct hostname domain_name, mx_name;
	enum hostname_kind kind = HOSTNAME_HOST;
	uint8_t flags = 0;

	if (same(&w->domain, fact->domain))
		flags |= FACT_SAME_DOMAIN;
	else if (!read_domain(w, fact->line, fact->domain, &domain_name))
		return;
	if (flags && same(&w->mx, fact->mx))
		flags |= FACT_SAME_MX;
	else
		kind = read_name(w, fact->mx, &mx_name);
	if (kind == HOSTNAME_NONE) {
		bad(f, fact->line, FACT_BAD_MX, fact->mx);
		return;
	}
	if (kind == HOSTNAME_ROOT) {
		if (flags && read_domain(w, fact->line, fact->domain, &domain_name))
			flags = 0;
		put_domain(w, fact->line, hostname_span(&domain_name), FACT_DNS_NULL_MX);
		return;
	}
	keep(&w->domain, fact->domain);
	keep(&w->mx, fact->mx);
	flags |= fact->implicit ? FACT_IMPLICIT : 0;
	if (fact->address)
		flags |= FACT_HAS_ADDRESS | (fact->address->v6 ? FACT_IS_V6 : 0) |
			 (fact->variant.n ? FACT_HAS_VARIANT : 0);
	put_head(w, FACT_OP_MX, fact->line);
	put_u8(w, flags);
	put(w, &fact->preference, sizeof fact->preference);
	if (!(flags & FACT_SAME_DOMAIN))
		put_name(w, hostname_span(&domain_name));
	if (!(flags & FACT_SAME_MX))
		put_name(w, hostname_span(&mx_name));
	if (fact->address) {
		put_u32(w, fact->host);
		put_as(w, fact->as, fact->as_n);
		put_address(w, fact->address, fact->variant);
	}
	end(w);
}

static void
address(struct facts *f, const struct fact_address *fact)
{
	struct fact_writer *w = writer_of(f);

	put_head(w, FACT_OP_ADDRESS, fact->line);
	put_u8(w, (uint8_t)((fact->address.v6 ? FACT_IS_V6 : 0) |
			    (fact->variant.n ? FACT_HAS_VARIANT : 0)));
	put_u32(w, fact->host);
	put_as(w, fact->as, fact->as_n);
	put_address(w, &fact->address, fact->variant);
	end(w);
}

static void
range(struct facts *f, const struct fact_range *fact)
{
	struct fact_writer *w = writer_of(f);
	const struct as_range *of = &fact->range;

	put_head(w, FACT_OP_RANGE, fact->line);
	put_u8(w, of->first.v6 ? FACT_IS_V6 : 0);
	put(w, of->first.octets, sizeof of->first.octets);
	put(w, of->last.octets, sizeof of->last.octets);
	put_as(w, of->as, of->as_n);
	end(w);
}

/* The handle of bytes, remembered or to be. */
static uint32_t
place_of(const struct hash128 *hash)
{
	return (uint32_t)(hash->a & (FACT_SLOTS - 1)) + 1;
}

static bool
recall(struct fact_memo *memos, struct span bytes, uint32_t *handle, uint32_t *note)
{
	struct hash128 hash = keyed_hash_128(bytes);
	const struct fact_memo *m = &memos[place_of(&hash)];

	if (!m->used || m->hash.a != hash.a || m->hash.b != hash.b)
		return false;
	*handle = place_of(&hash);
	*note = m->note;
	return true;
}

static uint32_t
remember(const struct fact_writer *w, struct fact_memo *memos, struct span bytes, uint32_t note)
{
	struct hash128 hash;

	if (!bytes.p || w->params.explain)
		return FACT_SLOT_PASSING;
	hash = keyed_hash_128(bytes);
	memos[place_of(&hash)] = (struct fact_memo){hash, note, true};
	return place_of(&hash);
}

static bool
host_known(struct facts *f, struct span bytes, uint32_t *host, uint32_t *note)
{
	return recall(writer_of(f)->hosts, bytes, host, note);
}

static void
put_greeting(struct fact_writer *w, struct span text)
{
	struct greeting g = {.n = 0};

	if (w->params.compat)
		greeting_read_compat(text, &g);
	else
		greeting_read(text, &g);
	put_u8(w, (uint8_t)g.n);
	for (size_t i = 0; i < g.n; i++)
		put_name(w, hostname_span(&g.names[i]));
	put_text(w, w->params.explain ? text : (struct span){"", 0});
}

/* An empty text is no answer; but the Python tool looks only whether there is one. */
static bool
is_said(const struct fact_writer *w, struct span text)
{
	return text.n || (text.p && w->params.compat);
}

static uint32_t
host(struct facts *f, struct span bytes, uint32_t note, const struct fact_host *fact)
{
	struct fact_writer *w = writer_of(f);
	uint32_t slot = remember(w, w->hosts, bytes, note);
	bool banner = is_said(w, fact->banner), ehlo = is_said(w, fact->ehlo);

	put_head(w, FACT_OP_HOST, 0);
	put_u32(w, slot);
	put_u32(w, fact->cert);
	put_u8(w, (uint8_t)((banner ? FACT_HAS_BANNER : 0) | (ehlo ? FACT_HAS_EHLO : 0) |
			    (fact->trusted ? FACT_IS_TRUSTED : 0)));
	if (banner)
		put_greeting(w, fact->banner);
	if (ehlo)
		put_greeting(w, fact->ehlo);
	end(w);
	return slot;
}

static bool
cert_known(struct facts *f, struct span bytes, uint32_t *cert, uint32_t *note)
{
	return recall(writer_of(f)->certs, bytes, cert, note);
}

static uint32_t
cert(struct facts *f, struct span bytes, uint32_t note, const struct fact_cert *fact)
{
	struct fact_writer *w = writer_of(f);
	uint32_t slot = remember(w, w->certs, bytes, note), n = 0;
	size_t count_at;

	put_head(w, FACT_OP_CERT, 0);
	put_u32(w, slot);
	put_u32(w, 0);
	end(w);
	count_at = w->out->n - sizeof n;
	for (size_t i = 0; i < fact->names_n && fact->names_n <= FACT_CERT_NAMES_MAX; i++) {
		struct hostname name;

		if (read_name(w, fact->names[i], &name) != HOSTNAME_HOST)
			continue;
		begin(w);
		put_name(w, hostname_span(&name));
		end(w);
		n++;
	}
	memcpy(w->out->p + count_at, &n, sizeof n);
	return slot;
}

static bool
verify(struct facts *f, const struct span *chain, size_t chain_n, int64_t time_utc)
{
	const struct fact_writer *w = (struct fact_writer *)f;

	return trust_verify(w->params.trust, chain, chain_n, time_utc) == TRUST_OK;
}

void
fact_writer_init(struct fact_writer *w, struct fact_writer_params params)
{
	*w = (struct fact_writer){
	    .facts = {domain, mx, address, range, host_known, host, cert_known, cert, bad,
		params.trust ? verify : NULL},
	    .params = params,
	    .hosts = must(calloc(FACT_SLOTS_N, sizeof *w->hosts)),
	    .certs = must(calloc(FACT_SLOTS_N, sizeof *w->certs)),
	};
}

void
fact_writer_free(struct fact_writer *w)
{
	free(w->hosts);
	free(w->certs);
}

void
fact_writer_begin(struct fact_writer *w, struct buf *out)
{
	w->out = out;
	w->domain.n = w->mx.n = 0;
}
