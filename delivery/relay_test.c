/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/relay_test.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/ip.h"
#include "base/utf8.h"
#include "dns/dns_name.h"

#define OUR_SENDER "emt-relay-test"
#define OUR_RECIPIENT "emt-relay-test-recipient"

enum {
	SMTP_PORT = 25,
	GOODBYE_US = 2000000, /* for RSET and QUIT, when the answer is known */
	REPLY_SHOWN_MAX = 500 /* octets of a reply in the result, before they are made safe */
};

enum step { GREETING, EHLO, HELO, MAIL, RCPT, RSET, QUIT };

/* What was sent, and is not answered yet. */
static const char *const step_names[] = {
    [GREETING] = "greeting",
    [EHLO] = "EHLO",
    [HELO] = "HELO",
    [MAIL] = "MAIL",
    [RCPT] = "RCPT",
};

/* One client being tested, or one that is not and waits to be told so. */
struct running {
	struct relay_test *test;
	struct arena *arena;
	struct smtp_client *client; /* NULL: nobody connects */
	struct loop_timer *soon;
	enum step step;
	int64_t deadline_us;
	const char *text; /* the result; NULL: not known yet */
	relay_test_done *done;
	void *arg;
	TAILQ_ENTRY(running) entry;
};

struct relay_test {
	struct relay_test_params p;
	struct arena *arena;
	const char *ehlo_name, *sender, *recipient;
	struct ip_range *allow;
	TAILQ_HEAD(, running) running;
};

static const char *
read_settings(struct relay_test *t)
{
	const struct relay_test_params *p = &t->p;

	if (!p->domain)
		return "open_relay_test = yes needs a domain for its addresses; set domain";
	t->ehlo_name = dns_name_own(t->arena, p->ehlo_name);
	if (!t->ehlo_name)
		return "open_relay_test = yes needs a name to give in EHLO, and this host has "
		       "none; set ehlo_name";
	t->sender = arena_printf(t->arena, OUR_SENDER "@%s", p->domain);
	t->recipient = arena_printf(t->arena, OUR_RECIPIENT "@%s", p->domain);
	t->allow = arena_alloc(t->arena, p->allow.n * sizeof *t->allow);
	for (size_t i = 0; i < p->allow.n; i++)
		if (ip_range_read(span_str(p->allow.v[i]), &t->allow[i]))
			return "open_relay_allow holds what is no range of addresses";
	return NULL;
}

struct relay_test *
relay_test_new(struct arena *a, const struct relay_test_params *p, const char **error)
{
	struct arena *own = arena_new();
	struct relay_test *t = arena_alloc(own, sizeof *t);
	const char *wrong;

	t->p = *p;
	t->arena = own;
	if (!t->p.connect)
		t->p.connect = smtp_client_new;
	TAILQ_INIT(&t->running);
	wrong = p->on ? read_settings(t) : NULL;
	if (!wrong)
		return t;
	*error = arena_dup(a, span_str(wrong));
	arena_free(own);
	return NULL;
}

/* Tells the result, and forgets the run. */
static void
report(struct running *r)
{
	TAILQ_REMOVE(&r->test->running, r, entry);
	loop_timer_free(r->soon);
	r->done(r->arg, r->text);
	arena_free(r->arena);
}

static void
on_soon(void *arg)
{
	report(arg);
}

/* A reply as one line, its lines joined by " / ". */
static const char *
reply_text(struct arena *a, const struct smtp_reply *reply)
{
	struct buf raw, safe;
	const char *text;

	buf_init(&raw, REPLY_SHOWN_MAX);
	for (size_t i = 0; i < reply->lines_n; i++) {
		buf_puts(&raw, i ? " / " : "");
		buf_put(&raw, reply->lines[i]);
	}
	buf_init(&safe, 4 * REPLY_SHOWN_MAX + 4);
	safe_put(&safe, buf_span(&raw));
	buf_puts(&safe, raw.overflow ? " ..." : "");
	text = arena_dup(a, buf_span(&safe));
	buf_free(&raw);
	buf_free(&safe);
	return text;
}

/* "refused at MAIL: WHAT"; for what is said of RCPT itself just "refused: WHAT". */
static const char *
verdict(const struct running *r, const char *word, bool rcpt_is_plain, const char *what)
{
	return rcpt_is_plain && r->step == RCPT
		   ? arena_printf(r->arena, "%s: %s", word, what)
		   : arena_printf(r->arena, "%s at %s: %s", word, step_names[r->step], what);
}

static void
say(struct running *r, enum step step, const char *line)
{
	r->step = step;
	smtp_client_send(r->client, span_str(line));
}

/* The result is known: what is left is politeness, for a short time. */
static void
leave(struct running *r, const char *text)
{
	int64_t soon_us = clock_since_us(loop_clock(r->test->p.loop)) + GOODBYE_US;

	r->text = text;
	if (soon_us < r->deadline_us)
		smtp_client_deadline(r->client, soon_us);
	if (r->step == RCPT)
		say(r, RSET, "RSET");
	else
		say(r, QUIT, "QUIT");
}

static void
next_step(struct running *r)
{
	const struct relay_test *t = r->test;

	switch (r->step) {
	case GREETING: say(r, EHLO, arena_printf(r->arena, "EHLO %s", t->ehlo_name)); return;
	case EHLO:
	case HELO: say(r, MAIL, arena_printf(r->arena, "MAIL FROM:<%s>", t->sender)); return;
	case MAIL: say(r, RCPT, arena_printf(r->arena, "RCPT TO:<%s>", t->recipient)); return;
	case RCPT:
	case RSET:
	case QUIT: abort(); /* nothing comes behind RCPT but leaving */
	}
}

/* Is it a reply that says yes to this step (RFC 5321 section 4.3.2)?  Others of 2xx are none: who
 * answers RCPT with 220 has not listened, and does not relay for that. */
static bool
is_yes(enum step step, int code)
{
	return code == (step == GREETING ? 220 : 250) || (step == RCPT && code == 251);
}

static void
on_reply(void *arg, struct smtp_client *c, const struct smtp_reply *reply)
{
	struct running *r = arg;
	const char *text = reply_text(r->arena, reply);
	int class = reply->code / 100;

	if (r->step == RSET)
		say(r, QUIT, "QUIT");
	else if (r->step == QUIT)
		smtp_client_close(c);
	else if (class < 4 && !is_yes(r->step, reply->code))
		leave(r, verdict(r, "bad reply", false, text));
	else if (class < 4 && r->step == RCPT)
		leave(r, verdict(r, "accepted", true, text));
	else if (class < 4)
		next_step(r);
	else if (class == 5 && r->step == EHLO)
		say(r, HELO, arena_printf(r->arena, "HELO %s", r->test->ehlo_name));
	else
		leave(r, verdict(r, class == 4 ? "deferred" : "refused", true, text));
}

static void
on_ended(void *arg, const struct smtp_ended *e)
{
	struct running *r = arg;
	const char *why = smtp_ended_text(r->arena, e);

	r->client = NULL;
	if (!r->text) {
		switch (e->how) {
		case SMTP_END_NO_CONNECT:
			r->text = arena_printf(r->arena, "no connection: %s", why);
			break;
		case SMTP_END_CLOSED:
		case SMTP_END_LOST: r->text = verdict(r, "lost", false, why); break;
		case SMTP_END_BAD_REPLY:
		case SMTP_END_TLS: /* it says no STARTTLS */
		case SMTP_END_EARLY: r->text = verdict(r, "bad reply", false, why); break;
		case SMTP_END_DEADLINE: r->text = verdict(r, "no answer", true, why); break;
		}
	}
	report(r);
}

static bool
is_allowed(const struct relay_test *t, const struct ip *ip)
{
	for (size_t i = 0; i < t->p.allow.n; i++)
		if (ip_range_has(&t->allow[i], ip))
			return true;
	return false;
}

static bool
is_address_of(const struct ip *ip, const struct sockaddr *address)
{
	struct ip own = {.v6 = address->sa_family == AF_INET6};

	if (own.v6)
		memcpy(own.octets, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
	else if (address->sa_family == AF_INET)
		memcpy(own.octets, &((const struct sockaddr_in *)address)->sin_addr, 4);
	else
		return false;
	return ip_eq(ip, &own);
}

/* Is it, for all that can be known, an address of this machine?  Asked each time: addresses come
 * and go. */
static bool
is_own(const struct ip *ip)
{
	struct ifaddrs *all;
	bool own = false;

	if (getifaddrs(&all))
		return true;
	for (const struct ifaddrs *i = all; i && !own; i = i->ifa_next)
		own = i->ifa_addr && is_address_of(ip, i->ifa_addr);
	freeifaddrs(all);
	return own;
}

static bool
is_our_probe(const struct relay_test *t, const struct relay_mail *mail)
{
	struct span sender = span_str(t->sender), recipient = span_str(t->recipient);

	return span_ieq(mail->sender, sender) || span_ieq(mail->sender, recipient) ||
	       span_ieq(mail->recipient, sender) || span_ieq(mail->recipient, recipient);
}

/* Why this client is not to be tested, or NULL; then it is written down as tested. */
static const char *
why_not(struct relay_test *t, const struct relay_mail *mail, struct ip *ip)
{
	char text[IP_TEXT_MAX];

	if (!t->p.on || !ip_read(mail->client_address, ip) || !is_allowed(t, ip))
		return "not tested";
	if (ip_is_no_host(ip))
		return "not tested: no address that another host can have";
	if (is_our_probe(t, mail))
		return "not tested: a mail of our own test";
	if (is_own(ip))
		return "not tested: an address of this host";
	switch (enrich_state_relay(t->p.state, ip_text(ip, text), t->p.per_hour)) {
	case ENRICH_STATE_RELAY_GO: return NULL;
	case ENRICH_STATE_RELAY_TODAY: return "not tested: tested within the last 24 hours";
	case ENRICH_STATE_RELAY_HOURLY: return "not tested: rate limit";
	case ENRICH_STATE_RELAY_NO_STATE: return "not tested: state_dir cannot be used";
	}
	abort();
}

static struct smtp_client *
connect_to(struct running *r, const struct ip *ip)
{
	static const struct smtp_events events = {on_reply, on_ended};
	const struct relay_test_params *p = &r->test->p;
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(SMTP_PORT)};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(SMTP_PORT)};

	memcpy(&v6.sin6_addr, ip->octets, 16);
	memcpy(&v4.sin_addr, ip->octets, 4);
	return ip->v6 ? p->connect(
			    p->loop, (struct sockaddr *)&v6, sizeof v6, r->deadline_us, &events, r)
		      : p->connect(
			    p->loop, (struct sockaddr *)&v4, sizeof v4, r->deadline_us, &events, r);
}

void
relay_test_ask(struct relay_test *t, const struct relay_mail *mail, int64_t deadline_us,
    relay_test_done *done, void *arg)
{
	struct arena *a = arena_new();
	struct running *r = arena_alloc(a, sizeof *r);
	struct ip ip;

	*r = (struct running){
	    .test = t, .arena = a, .deadline_us = deadline_us, .done = done, .arg = arg};
	TAILQ_INSERT_TAIL(&t->running, r, entry);
	r->text = why_not(t, mail, &ip);
	if (r->text) {
		r->soon = loop_timer_new(t->p.loop, on_soon, r);
		loop_timer_set(r->soon, clock_since_us(loop_clock(t->p.loop)));
	} else {
		r->client = connect_to(r, &ip);
	}
}

void
relay_test_free(struct relay_test *t)
{
	struct running *r;

	if (!t)
		return;
	while ((r = TAILQ_FIRST(&t->running))) {
		smtp_client_free(r->client);
		if (!r->text)
			r->text = verdict(r, "no answer", true, "given up");
		report(r);
	}
	arena_free(t->arena);
}
