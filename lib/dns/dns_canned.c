/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ldns/ldns.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/cursor.h"
#include "dns/dns_backend.h"
#include "dns/dns_name.h"

enum { WORD_MAX = 300, CANNED_ID = 4711 };

struct canned_answer {
	char name[DNS_NAME_MAX + 1];
	int type;
	enum dns_outcome outcome;
	int rcode;
	enum dns_security dnssec;
	bool ad;
	int64_t after_us;
	const char *why;
	struct span *records; /* lines */
	size_t records_n;
	struct canned_answer *next;
};

struct canned_flight {
	struct canned *canned;
	struct dns_flight *flight;
	struct loop_timer *timer;
};

struct canned {
	struct dns_backend base;
	struct loop *loop;
	struct arena *arena;
	struct canned_answer *first;
};

static bool
is_word_char(char c)
{
	return !is_blank(c);
}

static struct span
word(struct cursor *c)
{
	cur_blanks(c, WORD_MAX);
	return cur_run(c, is_word_char, WORD_MAX);
}

static bool
take_outcome(struct canned_answer *e, struct cursor *c)
{
	struct span text = word(c);

	for (int i = DNS_OK; i <= DNS_MALFORMED; i++) {
		if (!span_eq(text, span_str(dns_outcome_name((enum dns_outcome)i))))
			continue;
		e->outcome = (enum dns_outcome)i;
		if (i == DNS_RCODE) {
			cur_blanks(c, WORD_MAX);
			e->rcode = (int)cur_number(c, 4);
		}
		return !c->failed;
	}
	return false;
}

static bool
take_dnssec(struct canned_answer *e, struct span text)
{
	for (int i = DNS_UNCHECKED; i <= DNS_INDETERMINATE; i++) {
		if (span_eq(text, span_str(dns_security_name((enum dns_security)i)))) {
			e->dnssec = (enum dns_security)i;
			return true;
		}
	}
	return false;
}

/* "NAME TYPE OUTCOME ..."; NULL if it is not of that form. */
static struct canned_answer *
take_answer(struct arena *a, struct span line)
{
	struct canned_answer *e = arena_alloc(a, sizeof *e);
	struct cursor c = cursor_on(line);
	bool named = !dns_name_canonical(word(&c), e->name);

	e->type = (int)ldns_get_rr_type_by_name(arena_dup(a, word(&c)));
	if (!named || !e->type || !take_outcome(e, &c))
		return NULL;
	while (!c.failed && span_trim(c.rest).n) {
		struct span text = word(&c);

		if (span_eq(text, SPAN_LIT("ad"))) {
			e->ad = true;
		} else if (span_eq(text, SPAN_LIT("after"))) {
			cur_blanks(&c, WORD_MAX);
			e->after_us = (int64_t)cur_number(&c, 9) * 1000;
		} else if (span_eq(text, SPAN_LIT("why"))) {
			e->why = arena_dup(a, span_trim(cur_rest(&c)));
		} else if (!take_dnssec(e, text)) {
			return NULL;
		}
	}
	return c.failed ? NULL : e;
}

static const char *
read_text(struct canned *k, struct span text)
{
	struct canned_answer *e = NULL;
	struct arena *a = k->arena;

	for (size_t number = 1; text.p; number++) {
		struct span line = span_cut(&text, '\n');
		bool indented = line.n && is_blank(line.p[0]);
		struct span trimmed = span_trim(line);

		if (!trimmed.n || trimmed.p[0] == '#')
			continue;
		if (indented && e) {
			e->records = arena_grow(
			    a, e->records, e->records_n, e->records_n + 1, sizeof *e->records);
			e->records[e->records_n++] = trimmed;
			continue;
		}
		e = take_answer(a, trimmed);
		if (!e)
			return arena_printf(a,
			    "canned answers, line %zu: not NAME TYPE OUTCOME [DNSSEC] "
			    "[ad] [after MS] [why TEXT]",
			    number);
		e->next = k->first;
		k->first = e;
	}
	return NULL;
}

static int
rcode_of(const struct canned_answer *e)
{
	switch (e->outcome) {
	case DNS_NXDOMAIN: return LDNS_RCODE_NXDOMAIN;
	case DNS_SERVFAIL: return LDNS_RCODE_SERVFAIL;
	case DNS_REFUSED: return LDNS_RCODE_REFUSED;
	case DNS_RCODE: return e->rcode;
	default: return LDNS_RCODE_NOERROR;
	}
}

/* A real message, so that tests go the same way as answers of the network; NULL if a record cannot
 * be read. */
static ldns_pkt *
make_packet(struct arena *a, const struct canned_answer *e)
{
	ldns_pkt *pkt = must(ldns_pkt_query_new(must(ldns_dname_new_frm_str(e->name)),
	    (ldns_rr_type)e->type, LDNS_RR_CLASS_IN, LDNS_QR | LDNS_RD | LDNS_RA));
	ldns_pkt_section section =
	    e->outcome == DNS_OK ? LDNS_SECTION_ANSWER : LDNS_SECTION_AUTHORITY;

	ldns_pkt_set_id(pkt, CANNED_ID);
	ldns_pkt_set_rcode(pkt, (uint8_t)rcode_of(e));
	ldns_pkt_set_ad(pkt, e->ad);
	for (size_t i = 0; i < e->records_n; i++) {
		ldns_rr *rr;

		if (ldns_rr_new_frm_str(&rr, arena_dup(a, e->records[i]), 3600, NULL, NULL)) {
			ldns_pkt_free(pkt);
			return NULL;
		}
		if (!ldns_pkt_push_rr(pkt, section, rr))
			out_of_memory();
	}
	return pkt;
}

static struct span
make_wire(struct arena *a, const struct canned_answer *e)
{
	ldns_pkt *pkt = make_packet(a, e);
	struct span wire = {NULL, 0};
	uint8_t *p;
	size_t n;

	if (pkt && ldns_pkt2wire(&p, pkt, &n) == LDNS_STATUS_OK) {
		wire = arena_span(a, (struct span){(char *)p, n});
		free(p);
	}
	if (pkt)
		ldns_pkt_free(pkt);
	return wire;
}

static const struct canned_answer *
find(const struct canned *k, const struct dns_flight *f)
{
	static const struct canned_answer none = {
	    .outcome = DNS_REFUSED, .why = "no canned answer"};
	const struct canned_answer *e = k->first;

	while (e && (e->type != dns_flight_type(f) || strcmp(e->name, dns_flight_name(f)) != 0))
		e = e->next;
	return e ? e : &none;
}

static void
land(void *arg)
{
	struct canned_flight *cf = arg;
	const struct canned_answer *e = find(cf->canned, cf->flight);
	struct dns_reply reply = {.failed = e->outcome,
	    .rcode = -1,
	    .dnssec = e->dnssec,
	    .why = e->why,
	    .server = "canned",
	    .attempts = 1};
	struct arena *a = arena_new();

	if (e->outcome == DNS_MALFORMED)
		reply.wire = SPAN_LIT("no DNS message");
	else if (e->name[0] && e->outcome != DNS_TIMEOUT && e->outcome != DNS_NETERR)
		reply.wire = make_wire(a, e);
	dns_flight_done(cf->flight, &reply);
	loop_timer_free(cf->timer);
	free(cf);
	arena_free(a);
}

static void
canned_submit(struct dns_backend *b, struct dns_flight *f)
{
	struct canned *k = (struct canned *)b;
	struct canned_flight *cf = must(calloc(1, sizeof *cf));

	*cf = (struct canned_flight){.canned = k, .flight = f};
	cf->timer = loop_timer_new(k->loop, land, cf);
	loop_timer_set(cf->timer, clock_since_us(loop_clock(k->loop)) + find(k, f)->after_us);
	dns_flight_set_handle(f, cf);
}

static void
canned_cancel(struct dns_backend *b, struct dns_flight *f)
{
	struct canned_flight *cf = dns_flight_handle(f);

	(void)b;
	loop_timer_free(cf->timer);
	free(cf);
}

static void
canned_free(struct dns_backend *b)
{
	struct canned *k = (struct canned *)b;

	arena_free(k->arena);
	free(k);
}

/* Records are read when they are asked for; here only whether they can be. */
static const char *
check_records(const struct canned *k)
{
	for (const struct canned_answer *e = k->first; e; e = e->next)
		if (e->records_n && !make_wire(k->arena, e).n)
			return arena_printf(
			    k->arena, "canned answers: a record of %s cannot be read", e->name);
	return NULL;
}

struct dns_backend *
dns_canned_new(struct arena *a, struct loop *l, struct span text, const char **error)
{
	static const struct dns_backend_ops ops = {canned_submit, canned_cancel, canned_free};
	struct canned *k = must(calloc(1, sizeof *k));
	const char *wrong;

	*k = (struct canned){.base = {&ops}, .loop = l, .arena = arena_new()};
	wrong = read_text(k, arena_span(k->arena, text));
	if (!wrong)
		wrong = check_records(k);
	if (!wrong)
		return &k->base;
	*error = arena_dup(a, span_str(wrong));
	canned_free(&k->base);
	return NULL;
}
