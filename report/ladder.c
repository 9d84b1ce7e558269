/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/ladder.h"

#include "report/capability.h"
#include "report/clock_marks.h"
#include "report/ladder_parts.h"
#include "report/set_clock.h"

enum { TIMES_AT_LEAST = 2 /* a client without recipient has to come */ };

const char *const rung_names[RUNGS_N] = {
    [RUNG_NOTHING] = "nothing",
    [RUNG_SUBMITTED] = "submitted",
    [RUNG_MX_ASKED] = "MX asked",
    [RUNG_ADDRESS_ASKED] = "address asked",
    [RUNG_CONNECTED] = "connected",
    [RUNG_EHLO] = "EHLO",
    [RUNG_STARTTLS] = "STARTTLS tried",
    [RUNG_TLS] = "TLS up",
    [RUNG_RECIPIENT] = "recipient named",
    [RUNG_ACCEPTED] = "accepted",
    [RUNG_STORED] = "stored",
};

_Static_assert(EVIDENCE_N == 17, "a new kind of evidence needs a weight, or it decides at once");

const enum evidence_weight evidence_weights[EVIDENCE_N] = {
    [SEEN_STORED] = DECIDES,
    [SEEN_STORED_IPV4] = DECIDES,
    [SEEN_STORED_IPV6] = DECIDES,
    [SEEN_STORED_TLS] = DECIDES,
    [SEEN_STORED_CLEAR] = DECIDES,
    [SEEN_STORED_AT_ONCE] = DECIDES,
    [SEEN_SECOND_ATTEMPT] = DECIDES,
    [SEEN_ONE_ATTEMPT] = NEEDS_PATIENCE,
    [SEEN_HANDSHAKE] = DECIDES,
    [SEEN_HANDSHAKE_FAILED] = NEEDS_PATIENCE,
    [SEEN_REFUSED_CLEAR] = NEEDS_PATIENCE, /* it may come again with STARTTLS */
    [SEEN_TLS_THEN_CLEAR] = NEEDS_CONTROLS,
    [SEEN_LEFT_AFTER_EHLO] = NEEDS_CONTROLS,
    [SEEN_LEFT_AFTER_TLS] = NEEDS_CONTROLS,
    [SEEN_QUERY_IPV6] = DECIDES,
    [SEEN_CUT_ASKED] = NEEDS_PATIENCE,
    [SEEN_NOTHING] = NEEDS_EXPLANATION,
};

struct climb {
	struct arena *a;
	const struct probe_set *set;
	const struct probe *probe;
	const struct verdict_settings *settings;
	struct ladder *l;
	bool sessions_count;
	int64_t now_us;
};

static void
show(struct climb *c, enum evidence e, const struct item *item)
{
	struct shown *s = &c->l->seen[e];

	s->there = true;
	if (!item || s->n == SHOWN_MAX)
		return;
	if (!s->items)
		s->items = arena_alloc(c->a, SHOWN_MAX * sizeof(struct item *));
	s->items[s->n++] = item;
}

static void
reach(struct climb *c, enum rung rung)
{
	if (rung > c->l->rung)
		c->l->rung = rung;
}

static bool
counts(const struct climb *c, const struct item *item)
{
	return (item->kind != ITEM_SESSION || c->sessions_count) &&
	       (item->kind != ITEM_DSN || item->time_us <= c->now_us) &&
	       ladder_counts(c->set, c->probe, item);
}

static bool
is_kind(const struct climb *c, size_t i, enum item_kind kind)
{
	return c->probe->items[i].kind == kind && counts(c, &c->probe->items[i]);
}

static void
count_sessions(struct climb *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->probe->items_n; i++) {
		const struct item *item = &c->probe->items[i];

		/* A session that named the probe's address is surely one of its coming. */
		n += ((item->kind == ITEM_SESSION && item->ehlo) || item->kind == ITEM_ATTEMPT) &&
		     ladder_counts(c->set, c->probe, item);
	}
	c->sessions_count = n >= TIMES_AT_LEAST;
}

/* Submissions, DSNs, foreign mails, rungs: what is no evidence of rules. */
static void
take_facts(struct climb *c, const struct item *item)
{
	struct ladder *l = c->l;

	switch (item->kind) {
	case ITEM_SUBMISSION:
		l->tried = true;
		l->submitted |= item->accepted;
		/* It is under way once more; dates of notifications are whole seconds. */
		if (item->accepted && item->time_us > c->probe->sent_us)
			l->final_dsn = NULL;
		l->refused = !item->accepted && item->code ? item : l->refused;
		reach(c, item->accepted ? RUNG_SUBMITTED : RUNG_NOTHING);
		break;
	case ITEM_QUERY:
		l->explained = true;
		reach(c, item->type && (!strcmp(item->type, "A") || !strcmp(item->type, "AAAA"))
			     ? RUNG_ADDRESS_ASKED
			     : RUNG_MX_ASKED);
		break;
	case ITEM_DSN:
		l->explained = true;
		if (item->is_final && !l->final_dsn)
			l->final_dsn = item;
		break;
	case ITEM_SESSION:
	case ITEM_ATTEMPT:
		l->smtp = true;
		reach(c, item->ehlo ? RUNG_EHLO : RUNG_CONNECTED);
		reach(c, item->starttls ? RUNG_STARTTLS : RUNG_CONNECTED);
		reach(c, item->tls ? RUNG_TLS : RUNG_CONNECTED);
		if (item->kind == ITEM_ATTEMPT)
			reach(c, item->accepted ? RUNG_ACCEPTED : RUNG_RECIPIENT);
		l->taken |= item->kind == ITEM_ATTEMPT && item->accepted;
		l->undelivered = item->undelivered ? item : l->undelivered;
		break;
	case ITEM_MAIL:
		l->smtp = l->taken = true;
		reach(c, RUNG_STORED);
		break;
	case ITEM_CUT:
	case ITEM_KINDS_N: break;
	}
}

/* The item that tells of a mail's session; NULL: none does. */
static const struct item *
session_of(const struct climb *c, const struct item *mail)
{
	if (mail->session_known)
		return mail;
	for (size_t i = 0; mail->session && i < c->probe->items_n; i++)
		if (is_kind(c, i, ITEM_ATTEMPT) &&
		    ladder_same_text(c->probe->items[i].session, mail->session))
			return &c->probe->items[i];
	return NULL;
}

static bool
was_put_off(const struct item *item)
{
	return item->kind == ITEM_ATTEMPT && item->code == 450;
}

static bool
put_off_before(const struct climb *c, int64_t time_us)
{
	for (size_t i = 0; i < c->probe->items_n; i++)
		if (is_kind(c, i, ITEM_ATTEMPT) && was_put_off(&c->probe->items[i]) &&
		    c->probe->items[i].time_us <= time_us)
			return true;
	return false;
}

/* The first mail decides; a second copy of it says nothing more. */
static void
see_stored(struct climb *c)
{
	for (size_t i = 0; i < c->probe->items_n; i++) {
		const struct item *mail = &c->probe->items[i], *session;

		if (!is_kind(c, i, ITEM_MAIL))
			continue;
		session = session_of(c, mail);
		show(c, SEEN_STORED, mail);
		if (mail->from.address)
			show(c, mail->from.ipv6 ? SEEN_STORED_IPV6 : SEEN_STORED_IPV4, mail);
		if (session)
			show(c, session->tls ? SEEN_STORED_TLS : SEEN_STORED_CLEAR, mail);
		if (session && !put_off_before(c, mail->time_us))
			show(c, SEEN_STORED_AT_ONCE, mail);
		return;
	}
}

static bool
is_attempt(const struct climb *c, size_t i)
{
	return is_kind(c, i, ITEM_ATTEMPT) || is_kind(c, i, ITEM_MAIL);
}

enum distance { TOO_NEAR, NOT_KNOWN, FAR_ENOUGH };

/* When each attempt was: looked up once, since each is compared with all the others. */
static const enum probe_time *
times_of_attempts(const struct climb *c)
{
	enum probe_time *times = arena_alloc(c->a, (c->probe->items_n + 1) * sizeof *times);

	for (size_t i = 0; i < c->probe->items_n; i++)
		if (is_attempt(c, i))
			times[i] = ladder_time(c->set, c->probe, &c->probe->items[i]);
	return times;
}

/* The least time apart, however much live checks tell that our host's clock was moved meanwhile.
 * Nor is it known if one of them cannot have been when our host says, and the other can. */
static enum distance
distance(const struct climb *c, const enum probe_time *times, size_t a, size_t b)
{
	int64_t a_us = c->probe->items[a].time_us, b_us = c->probe->items[b].time_us;
	int64_t moved_us = clock_marks_moved(c->set->clock, a_us, b_us);

	if (b_us - a_us + moved_us < c->settings->retry_least_us)
		return TOO_NEAR;
	if (b_us - a_us - moved_us < c->settings->retry_least_us || times[a] != times[b])
		return NOT_KNOWN;
	return FAR_ENOUGH;
}

/* METHOD, greylisting: same sender, which is not the null sender, the least time apart. */
static void
see_attempts(struct climb *c)
{
	const struct item *v = c->probe->items, *first = NULL;
	const enum probe_time *times = times_of_attempts(c);
	enum distance apart;

	for (size_t i = 0; i < c->probe->items_n; i++) {
		if (!is_attempt(c, i))
			continue;
		for (size_t k = 0; k < i; k++) {
			if (!is_kind(c, k, ITEM_ATTEMPT) || !was_put_off(&v[k]))
				continue;
			apart = distance(c, times, k, i);
			if (apart == TOO_NEAR) {
				c->l->quick_return = &v[i];
			} else if (apart == NOT_KNOWN) {
				c->l->stepped = &v[i];
			} else if (v[k].mail_from && v[k].mail_from[0] &&
				   ladder_same_text(v[i].mail_from, v[k].mail_from)) {
				show(c, SEEN_SECOND_ATTEMPT, &v[k]);
				show(c, SEEN_SECOND_ATTEMPT, &v[i]);
				return;
			} else {
				c->l->other_sender = &v[i];
			}
		}
		if (was_put_off(&v[i]) && !first)
			first = &v[i];
	}
	/* Whatever comes within the least time is the same attempt still. */
	if (first && !c->l->taken && !c->l->other_sender && !c->l->stepped)
		show(c, SEEN_ONE_ATTEMPT, first);
}

static bool
tells_session(const struct climb *c, size_t i)
{
	const struct item *item = &c->probe->items[i];

	return is_kind(c, i, ITEM_SESSION) || is_kind(c, i, ITEM_ATTEMPT) ||
	       (is_kind(c, i, ITEM_MAIL) && item->session_known);
}

static bool
is_refused_clear(const struct item *item)
{
	return item->refused_clear ||
	       (item->kind == ITEM_ATTEMPT && item->code == 530 && !item->tls);
}

/* The client went of its own accord: neither was it we who ended it, nor is the end missing. */
static bool
left(const struct item *item)
{
	return item->kind == ITEM_SESSION && item->complete && item->end &&
	       (!strcmp(item->end, "quit") || !strcmp(item->end, "lost")) && !item->refused_clear;
}

static void
see_tls(struct climb *c)
{
	const struct item *v = c->probe->items, *left_tls = NULL;

	for (size_t i = 0; i < c->probe->items_n; i++) {
		if (!tells_session(c, i))
			continue;
		if (v[i].tls)
			show(c, SEEN_HANDSHAKE, &v[i]);
		else if (v[i].starttls)
			show(c, SEEN_HANDSHAKE_FAILED, &v[i]);
		if (is_refused_clear(&v[i]))
			show(c, SEEN_REFUSED_CLEAR, &v[i]);
		if (is_refused_clear(&v[i]) && left_tls) {
			show(c, SEEN_TLS_THEN_CLEAR, left_tls);
			show(c, SEEN_TLS_THEN_CLEAR, &v[i]);
			left_tls = NULL;
		}
		if (left(&v[i]) && v[i].starttls) {
			show(c, SEEN_LEFT_AFTER_TLS, &v[i]);
			left_tls = &v[i];
		} else if (left(&v[i]) && v[i].ehlo) {
			show(c, SEEN_LEFT_AFTER_EHLO, &v[i]);
		}
	}
	if (c->l->seen[SEEN_HANDSHAKE].there)
		c->l->seen[SEEN_HANDSHAKE_FAILED] = (struct shown){0};
}

/* Did this resolver ask for the token of a control? */
static bool
asked_for_twin(const struct climb *c, const char *resolver)
{
	const struct testcase *t = c->probe->testcase;

	for (size_t p = 0; p < c->set->probes_n; p++) {
		const struct probe *probe = &c->set->probes[p];
		bool twin = false;

		for (size_t i = 0; i < t->controls_n; i++)
			twin |= t->controls[i] == probe->testcase;
		for (size_t i = 0; twin && i < probe->items_n; i++)
			if (probe->items[i].kind == ITEM_QUERY &&
			    ladder_counts(c->set, probe, &probe->items[i]) &&
			    ladder_same_text(probe->items[i].resolver, resolver))
				return true;
	}
	return false;
}

/* Who validates asks for keys; everybody who resolves asks for the zone.  One who asked over IPv6
 * is none that cannot: then something else kept it from the zone's server. */
static bool
shows_cut(const struct climb *c, const struct item *item)
{
	const struct capability *capability = capability_find(c->probe->testcase->capability);
	bool keys = item->type &&
		    (ladder_same_text(item->type, "DS") || ladder_same_text(item->type, "DNSKEY"));

	if (capability && capability->by_keys)
		return item->kind == ITEM_CUT && keys && asked_for_twin(c, item->resolver);
	return !item->over_ipv6 && (item->kind == ITEM_QUERY || asked_for_twin(c, item->resolver));
}

/* That its resolver has IPv6: by a query at the cut, whenever and for whom it was, by one with
 * another token of the set, or by an address that is probably of the same resolver. */
static void
see_ipv6_elsewhere(struct climb *c)
{
	for (size_t p = 0; p < c->set->probes_n; p++) {
		const struct probe *probe = &c->set->probes[p];

		for (size_t i = 0; !c->l->ipv6_elsewhere && i < probe->items_n; i++) {
			const struct item *item = &probe->items[i];
			bool of_cut = item->kind == ITEM_CUT && probe == c->probe;

			if (item->over_ipv6 && ladder_is_of_path(probe, item) &&
			    (of_cut ||
				(item->kind == ITEM_QUERY && ladder_counts(c->set, probe, item))))
				c->l->ipv6_elsewhere = item;
		}
	}
}

static void
see_queries(struct climb *c)
{
	const struct capability *capability = capability_find(c->probe->testcase->capability);
	bool by_keys = capability && capability->by_keys;

	/* Who is probably of the path says nothing for it alone. */
	for (size_t i = 0; i < c->probe->items_n; i++)
		if (is_kind(c, i, ITEM_QUERY) && c->probe->items[i].over_ipv6 &&
		    c->probe->items[i].certainty == CERTAIN)
			show(c, SEEN_QUERY_IPV6, &c->probe->items[i]);
	/* A zone below the measurement's alone has a cut. */
	if (c->l->smtp || !c->probe->testcase->zone[0])
		return;
	for (size_t i = 0; i < c->probe->items_n; i++)
		if ((is_kind(c, i, ITEM_CUT) || is_kind(c, i, ITEM_QUERY)) &&
		    (!c->l->seen[SEEN_QUERY_IPV6].there || by_keys) &&
		    shows_cut(c, &c->probe->items[i]))
			show(c, SEEN_CUT_ASKED, &c->probe->items[i]);
	if (!by_keys)
		see_ipv6_elsewhere(c);
}

struct ladder
ladder_climb(struct arena *a, const struct probe_set *set, const struct probe *probe,
    const struct verdict_settings *settings, int64_t now_us)
{
	struct ladder l = {.probe = probe};
	struct climb c = {
	    .a = a, .set = set, .probe = probe, .settings = settings, .l = &l, .now_us = now_us};

	count_sessions(&c);
	for (size_t i = 0; i < probe->items_n; i++) {
		const struct item *item = &probe->items[i];

		if (counts(&c, item))
			take_facts(&c, item);
		else if (item->kind == ITEM_MAIL && item->foreign &&
			 !ladder_names_another(probe, item) && !l.foreign_mail)
			l.foreign_mail = item;
	}
	if (l.submitted)
		l.refused = NULL;
	see_stored(&c);
	see_attempts(&c);
	see_tls(&c);
	see_queries(&c);
	if (!l.smtp)
		show(&c, SEEN_NOTHING, NULL);
	return l;
}
