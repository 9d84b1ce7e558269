/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queryparse/subject.h"

#include "mail/probe.h"

/* A name in lower case, its text and its octets without the root. */
struct known_name {
	const char *text;
	struct span wire;
};

struct subjects {
	struct known_name domain; /* text NULL: not known */
	struct known_name *cases, *zones;
	size_t cases_n, zones_n;
};

static bool
know(struct arena *a, struct span text, struct known_name *known)
{
	struct dns_qname name;

	if (!dns_qname_read(text, &name))
		return false;
	dns_qname_lower(name.wire, name.n);
	known->text = arena_dup(a, text);
	known->wire = arena_span(a, (struct span){(const char *)name.wire, (size_t)name.n - 1});
	return true;
}

static bool
is_known(const struct known_name *v, size_t n, struct span text)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(span_str(v[i].text), text))
			return true;
	return false;
}

struct subjects *
subjects_new(struct arena *a, const char *domain, const char *const *cases, size_t cases_n)
{
	struct subjects *s = arena_alloc(a, sizeof *s);

	*s = (struct subjects){.cases = arena_alloc(a, (cases_n + 1) * sizeof *s->cases),
	    .zones = arena_alloc(a, (cases_n + 1) * sizeof *s->zones)};
	if (!domain || !know(a, span_str(domain), &s->domain))
		s->domain.text = NULL;
	for (size_t i = 0; i < cases_n; i++) {
		struct span zone = span_str(cases[i]);

		if (know(a, zone, &s->cases[s->cases_n]))
			s->cases_n++;
		span_cut(&zone, '.');
		if (zone.n && !is_known(s->zones, s->zones_n, zone) &&
		    know(a, zone, &s->zones[s->zones_n]))
			s->zones_n++;
	}
	return s;
}

static const char *
find(const struct known_name *v, size_t n, struct span wire)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(v[i].wire, wire))
			return v[i].text;
	return NULL;
}

static bool
is_token(struct span label)
{
	if (label.n != PROBE_TOKEN_LEN)
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!(label.p[i] >= 'a' && label.p[i] <= 'z') &&
		    !(label.p[i] >= '2' && label.p[i] <= '7'))
			return false;
	return true;
}

/* The case and the cut that the name is at or below, the longest names first; how many labels stand
 * in front of the case, or all. */
static size_t
find_case(const struct subjects *known, struct span rest, const struct span *labels,
    size_t labels_n, struct subject *s)
{
	size_t front = labels_n;

	for (size_t i = 0; i < labels_n; i++) {
		struct span tail = span_from(rest, (size_t)(labels[i].p - 1 - rest.p));

		if (!s->testcase) {
			s->testcase = find(known->cases, known->cases_n, tail);
			if (s->testcase)
				front = i;
		}
		if (!s->cut) {
			s->cut = find(known->zones, known->zones_n, tail);
			s->is_apex = s->cut && i == 0;
		}
	}
	return front;
}

void
subject_of(const struct subjects *known, struct span wire, struct subject *s)
{
	struct dns_qname lower;
	struct span labels[DNS_QNAME_LABELS], rest = {NULL, 0};
	const struct span *below = &known->domain.wire;
	size_t n, front;

	*s = (struct subject){.is_below = false};
	if (wire.n < 2)
		return;
	memcpy(lower.wire, wire.p, wire.n);
	dns_qname_lower(lower.wire, wire.n);
	rest = (struct span){(const char *)lower.wire, wire.n - 1};
	if (known->domain.text) {
		if (!span_ends(rest, *below))
			return;
		rest.n -= below->n;
	}
	n = dns_qname_labels(rest, labels);
	/* Else the domain's octets lie within a label. */
	if (rest.n && (!n || labels[n - 1].p + labels[n - 1].n != rest.p + rest.n))
		return;
	s->is_below = known->domain.text != NULL;
	front = find_case(known, rest, labels, n, s);
	for (size_t i = front; i-- > 0 && !s->token[0];)
		if (is_token(labels[i]))
			memcpy(s->token, labels[i].p, PROBE_TOKEN_LEN);
	s->is_between = s->testcase && front > 0 &&
			((front == 1 && span_eq(labels[0], SPAN_LIT("mx"))) ||
			    span_eq(labels[0], SPAN_LIT("_tcp")));
}
