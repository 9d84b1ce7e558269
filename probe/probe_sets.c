/* SPDX-License-Identifier: GPL-3.0-or-later */
/* new, list, status, mailto */
#include <sysexits.h>

#include "base/log.h"
#include "base/rng.h"
#include "base/share.h"
#include "base/sha256.h"
#include "plan/testcase.h"
#include "probe/address.h"
#include "probe/draw.h"
#include "probe/listing.h"
#include "probe/mailto.h"
#include "probe/message.h"
#include "probe/probe_command.h"

enum { OUT_MAX = 1 << 30, ANONYMOUS_DIGITS = 12 };

static const char *
read_cases(const struct probe_call *call, struct testcases *cases)
{
	const char *share;
	const char *error =
	    share_find(call->a, call->switches->share, "testcases/mail-ok.conf", &share);

	return error ? error
		     : testcases_read(call->a, arena_printf(call->a, "%s/testcases", share), cases);
}

static const char *
wrong_person(const struct probe_switches *s)
{
	if (s->participant && !words_are_plain(span_str(s->participant)))
		return "--participant: is no name of 1 to 200 octets without control characters";
	if (s->provider && !words_are_plain(span_str(s->provider)))
		return "--provider: is no text of 1 to 200 octets without control characters";
	if (s->address && !address_is_plain(span_str(s->address)))
		return "--address: is no plain mail address such as user@example.com: ASCII, "
		       "nothing "
		       "quoted";
	return NULL;
}

/* Of random octets, so that nobody can guess the subject of another's mails. */
static const char *
draw_id(struct arena *a)
{
	char octets[32], hex[SHA256_HEX_LEN + 1];

	rng_system.fill(rng_system.state, octets, sizeof octets);
	sha256_hex_of((struct span){octets, sizeof octets}, hex);
	return arena_dup(a, span_str(hex));
}

static int
add_set(const struct probe_call *call, struct ledger *ledger, struct ledger_draft *draft)
{
	enum ledger_st st = ledger_add_set(ledger, draft);
	struct buf out;
	int code;

	if (st != LEDGER_OK)
		return probe_say(st == LEDGER_FAILED   ? EX_TEMPFAIL
				 : st == LEDGER_UNLIKE ? EX_USAGE
						       : EX_CONFIG,
		    ledger_message(ledger));
	buf_init(&out, OUT_MAX);
	buf_printf(&out, "%s\n", draft->id);
	code = probe_write(&out);
	buf_free(&out);
	log_info("%s has %zu probes; emt-probe list, mailto or send --probe-set %.8s goes on",
	    draft->participant, draft->probes_n, draft->id);
	(void)call;
	return code;
}

int
probe_new(const struct probe_call *call)
{
	const struct probe_switches *s = call->switches;
	struct ledger_draft draft = {.id = draw_id(call->a),
	    .participant = s->participant,
	    .address = s->address,
	    .provider = s->provider,
	    .created_us = probe_now_us(call),
	    .seed = s->seed >= 0 ? s->seed : (int64_t)rng_below(&rng_system, PROBE_SEED_MAX + 1),
	    .all_in_one = s->all_in_one};
	const char *error = wrong_person(s);
	struct testcases cases;
	struct ledger *ledger;
	int code;

	if (error)
		return probe_say(EX_USAGE, error);
	if (!call->settings->token_secret)
		return probe_say(EX_CONFIG,
		    "token_secret is not set; name the site file that holds "
		    "it with -c: tokens are made from it");
	error = read_cases(call, &cases);
	if (!error)
		error = draw_set(call->a, &cases, draft.seed, &draft.probes, &draft.probes_n);
	if (error)
		return probe_say(EX_CONFIG, error);
	if (!draft.participant)
		draft.participant =
		    arena_printf(call->a, "anonymous-%.*s", ANONYMOUS_DIGITS, draft.id);
	code = probe_open(call, true, &ledger);
	if (code != EX_OK)
		return code;
	code = add_set(call, ledger, &draft);
	ledger_close(ledger);
	return code;
}

static int
put_sets(const struct probe_call *call, struct ledger *ledger, const struct listing *l)
{
	struct ledger_set *sets;
	struct buf out;
	size_t n;
	int code;

	if (ledger_sets(ledger, call->switches->set ? call->switches->set : "", &sets, &n) !=
	    LEDGER_OK)
		return probe_say(EX_TEMPFAIL, ledger_message(ledger));
	if (!n && call->switches->set)
		return probe_say(
		    EX_USAGE, "--probe-set: no such set (emt-probe status lists them)");
	buf_init(&out, OUT_MAX);
	if (l->format == LISTING_CSV)
		listing_head(&out);
	for (size_t i = 0; i < n; i++)
		listing_put(call->a, &out, l, &sets[i]);
	code = probe_write(&out);
	buf_free(&out);
	return code;
}

static int
show(const struct probe_call *call, bool status)
{
	struct listing l = {.status = status,
	    .format = call->switches->format >= 0 ? (enum listing_format)call->switches->format
						  : LISTING_TEXT,
	    .domain = call->settings->domain,
	    .attempts = call->settings->probe_attempts};
	struct ledger *ledger;
	int code;

	if (status && l.format == LISTING_CSV)
		return probe_say(EX_USAGE, "status has --format text or json");
	code = probe_open(call, false, &ledger);
	if (code != EX_OK)
		return code;
	code = put_sets(call, ledger, &l);
	ledger_close(ledger);
	return code;
}

int
probe_list(const struct probe_call *call)
{
	return show(call, false);
}

int
probe_status(const struct probe_call *call)
{
	return show(call, true);
}

static int
put_links(const struct probe_call *call, struct ledger *ledger)
{
	const struct probe_switches *s = call->switches;
	const struct settings *settings = call->settings;
	const struct ledger_set *set;
	int code = probe_one_set(call, ledger, &set);
	int64_t now_us = probe_now_us(call);
	struct buf out;

	if (code != EX_OK)
		return code;
	if (set->all_in_one != s->all_in_one)
		return probe_say(EX_USAGE,
		    set->all_in_one
			? "the set is one mail to all addresses; say --all-in-one, too"
			: "the set has a mail for each address; make another one with emt-probe "
			  "new --all-in-one: such a set is marked, and never compared with others");
	buf_init(&out, OUT_MAX);
	if (s->invitation) {
		const struct invitation i = {.set = set,
		    .contact = settings->contact,
		    .domain = settings->domain,
		    .time_us = now_us};

		message_invitation(call->a, &out, &i);
	} else {
		const struct mailto m = {.set = set,
		    .contact = settings->contact,
		    .domain = settings->domain,
		    .time_us = now_us,
		    .html = s->html};

		mailto_put(call->a, &out, &m);
	}
	code = probe_write(&out);
	buf_free(&out);
	return code;
}

int
probe_mailto(const struct probe_call *call)
{
	struct ledger *ledger;
	int code = probe_need_contact(call);

	if (call->switches->html && call->switches->invitation)
		return probe_say(
		    EX_USAGE, "an invitation is a mail in plain text; leave --html away");
	if (code == EX_OK)
		code = probe_open(call, false, &ledger);
	if (code != EX_OK)
		return code;
	code = put_links(call, ledger);
	ledger_close(ledger);
	return code;
}
