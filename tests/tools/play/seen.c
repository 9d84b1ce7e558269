/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/play/seen.h"

#include <stdlib.h>

static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

static bool
take_value(struct player *p, struct item *i, struct span key, struct span value)
{
	const char *t = player_text(p, value);

	if (player_is(key, "client"))
		i->from.address = t, i->from.ipv6 = strchr(t, ':') != NULL;
	else if (player_is(key, "host"))
		i->from.name = t;
	else if (player_is(key, "operator"))
		i->from.operator= t;
	else if (player_is(key, "as"))
		i->from.as_number = (uint32_t)strtoul(t, NULL, 10);
	else if (player_is(key, "tls"))
		i->tls = t, i->starttls = true;
	else if (player_is(key, "error"))
		i->tls_error = t;
	else if (player_is(key, "end"))
		i->end = t;
	else if (player_is(key, "from"))
		i->mail_from = player_is(value, "<>") ? "" : t;
	else if (player_is(key, "code"))
		i->code = (int)strtol(t, NULL, 10);
	else if (player_is(key, "status"))
		i->status = t;
	else if (player_is(key, "resolver"))
		i->resolver = t;
	else if (player_is(key, "resolver-operator"))
		i->resolver_operator = t;
	else if (player_is(key, "type"))
		i->type = t;
	else if (player_is(key, "session"))
		i->session = t;
	else if (player_is(key, "sharing"))
		i->sets_sharing = strtoul(t, NULL, 10);
	else if (player_is(key, "case"))
		i->testcase = player_case(p, value);
	else if (player_is(key, "token"))
		i->token = t;
	else
		return false;
	return true;
}

static void
take_word(struct player *p, struct item *i, struct span s)
{
	struct span value = s, key = span_cut(&value, '=');

	if (value.p && take_value(p, i, key, value))
		return;
	if (player_is(s, "starttls"))
		i->starttls = true;
	else if (player_is(s, "no-ehlo"))
		i->ehlo = false;
	else if (player_is(s, "refused-clear"))
		i->refused_clear = true;
	else if (player_is(s, "incomplete"))
		i->complete = false;
	else if (player_is(s, "no-session"))
		i->session_known = false;
	else if (player_is(s, "nobody"))
		i->from = (struct sender){.operator= i->from.operator};
	else if (player_is(s, "accepted"))
		i->accepted = true;
	else if (player_is(s, "final"))
		i->is_final = true;
	else if (player_is(s, "ipv6"))
		i->over_ipv6 = true;
	else if (player_is(s, "undelivered"))
		i->undelivered = "deferred 4.3.0";
	else if (player_is(s, "foreign"))
		i->foreign = true;
	else if (player_is(s, "certain") || player_is(s, "probable") || player_is(s, "background"))
		i->certainty = player_is(s, "certain")    ? CERTAIN
			       : player_is(s, "probable") ? PROBABLE
							  : BACKGROUND;
	else
		player_stop(p, "no such word of an item", s);
}

static enum item_kind
kind_of(struct player *p, struct span s)
{
	for (size_t k = 0; k < ITEM_KINDS_N; k++)
		if (player_is(s, item_kind_names[k]))
			return (enum item_kind)k;
	player_stop(p, "no kind of item", s);
}

static void
play_item(
    struct player *p, int64_t time_us, enum item_kind kind, struct probe *probe, struct span words)
{
	struct played_set *set = player_set(p);
	bool v6 = probe->testcase->families == FAMILIES_IPV6,
	     smtp = kind == ITEM_SESSION || kind == ITEM_ATTEMPT || kind == ITEM_MAIL;
	struct item i = {.kind = kind,
	    .certainty = kind == ITEM_SESSION ? PROBABLE : CERTAIN,
	    .time_us = START_US + time_us,
	    .mail_from = "probe@one.example",
	    .end = "quit",
	    .ehlo = smtp,
	    .complete = true,
	    .session_known = smtp};

	if (smtp)
		i.from = (struct sender){.address = v6 ? "2001:db8::25" : "192.0.2.25",
		    .ipv6 = v6,
		    .name = "mx.one.example",
		    .operator= "one.example" };
	if (kind == ITEM_QUERY || kind == ITEM_CUT)
		i.resolver = set->resolver, i.type = "MX";
	if (probe->items_n == ITEMS_MAX)
		player_stop(p, "too many items of", span_str(probe->testcase->name));
	i.id = arena_printf(
	    p->a, "%s-%zu-%zu", item_kind_names[kind], (size_t)probe->number, probe->items_n + 1);
	for (struct span w = player_word(&words); w.n; w = player_word(&words))
		take_word(p, &i, w);
	probe->items[probe->items_n++] = i;
	qsort(probe->items, probe->items_n, sizeof i, compare_items);
}

bool
is_excepted(struct span list, const char *name)
{
	for (struct span w = player_word(&list); w.n; w = player_word(&list))
		if (player_is(w, name))
			return true;
	return false;
}

/* As a sender without a fault does it: the token is asked for and the mail comes. */
static void
deliver_normally(struct player *p, struct probe *probe, int64_t at_us)
{
	const struct testcase *t = probe->testcase;

	play_item(p, at_us + SECONDS_US(1), ITEM_QUERY, probe,
	    player_is(span_str(t->zone), "v6only") ? SPAN_LIT("ipv6") : SPAN_LIT(""));
	if (t->host->id == ROLE_GREYLISTING) {
		play_item(p, at_us + SECONDS_US(2), ITEM_ATTEMPT, probe, SPAN_LIT("code=450"));
		at_us += SECONDS_US(400);
	}
	play_item(p, at_us + SECONDS_US(2), ITEM_MAIL, probe,
	    t->host->certificate == CERTIFICATE_NONE ? SPAN_LIT("") : SPAN_LIT("tls=TLSv1.3"));
}

void
play_normal(struct player *p, struct span except)
{
	size_t n = p->cases.n + 1;

	span_cut(&except, ' ');
	for (size_t i = 0; i <= n; i++) {
		const char *name = i == 0   ? "mail-ok/1"
				   : i == n ? "mail-ok/2"
					    : p->cases.v[i - 1].name;
		struct probe *probe;

		if (player_is(span_str(name), "mail-ok"))
			continue;
		probe = player_probe(p, span_str(name), true);
		play_item(
		    p, SECONDS_US(60 * i), ITEM_SUBMISSION, probe, SPAN_LIT("accepted code=250"));
		if (!is_excepted(except, name))
			deliver_normally(p, probe, SECONDS_US(60 * i));
	}
}

void
play_probes(struct player *p, struct span names)
{
	if (names.n) {
		for (struct span w = player_word(&names); w.n; w = player_word(&names))
			player_probe(p, w, true);
		return;
	}
	player_probe(p, SPAN_LIT("mail-ok/1"), true);
	for (size_t i = 0; i < p->cases.n; i++)
		player_probe(p, span_str(p->cases.v[i].name), true);
	player_probe(p, SPAN_LIT("mail-ok/2"), true);
}

void
play_seen(struct player *p, struct span line)
{
	struct span at = player_word(&line);
	enum item_kind kind = kind_of(p, player_word(&line));
	struct probe *probe = player_probe(p, player_word(&line), false);

	play_item(p, player_time(p, at), kind, probe, line);
}
