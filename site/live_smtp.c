/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the site's mail hosts say: at each address one connection that goes as far as RCPT, for all
 * cases there, and then one for each older version of TLS.  No mail is sent. */
#include "site/live_smtp.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "smtp/smtp_client.h"

enum { SMTP_PORT = 25, SENDER_LETTERS = 20 };

/* What was said last. */
enum step {
	STEP_BANNER,
	STEP_EHLO,
	STEP_CLEAR_MAIL, /* before STARTTLS: is that demanded? */
	STEP_RSET,
	STEP_STARTTLS,
	STEP_HANDSHAKE,
	STEP_TLS_EHLO,
	STEP_MAIL,
	STEP_RCPT,
	STEP_RELAY,
	STEP_QUIT,
};

static const char *const step_names[] = {
    [STEP_BANNER] = "the greeting",
    [STEP_EHLO] = "EHLO",
    [STEP_CLEAR_MAIL] = "MAIL before STARTTLS",
    [STEP_RSET] = "RSET",
    [STEP_STARTTLS] = "STARTTLS",
    [STEP_HANDSHAKE] = "the TLS handshake",
    [STEP_TLS_EHLO] = "EHLO in TLS",
    [STEP_MAIL] = "MAIL",
    [STEP_RCPT] = "RCPT",
    [STEP_RELAY] = "RCPT to a stranger",
    [STEP_QUIT] = "QUIT",
};

/* An address of a host. */
struct target {
	struct live_smtp *all;
	const struct role *role;
	const struct site_pair *ip;
	enum live_family family;
	const char *address;
	struct live_case **cases; /* whose mail is received there */
	size_t cases_n;
	enum tls_version version; /* TLS_ANY: the first connection, that does everything */
	enum step step;
	bool offered, up;
	size_t rcpt; /* 2 for each case */
	struct smtp_client *client;
};

struct live_smtp {
	struct live *live;
	struct target *targets;
	size_t targets_n;
};

static bool
demands_tls(const struct role *role)
{
	return role->id == ROLE_TLS_FORCE || role->id == ROLE_TLS_INVALID;
}

static void
bad(struct target *t, enum live_part part, const char *what, const char *why, const char *mend)
{
	const struct live_fault fault = {t->address, what, why, mend};

	for (size_t i = 0; i < t->cases_n; i++)
		live_bad(t->all->live, t->cases[i], part, t->family, &fault);
}

static void
good(struct target *t, enum live_part part, const char *detail)
{
	for (size_t i = 0; i < t->cases_n; i++)
		live_ok(t->all->live, t->cases[i], part, t->family, detail);
}

/* The last line of a reply, for people; findings are made safe where they are printed. */
static const char *
last_line(struct target *t, const struct smtp_reply *r)
{
	struct span line = r->lines[r->lines_n - 1];

	line.n = line.n > 200 ? 200 : line.n;
	return arena_dup(t->all->live->a, line);
}

static const char *
unexpected(struct target *t, const struct smtp_reply *r)
{
	return arena_printf(
	    t->all->live->a, "answers to %s: \"%s\"", step_names[t->step], last_line(t, r));
}

/* The connection came to its end too early: what it has not shown is not there. */
static void
fail(struct target *t, const char *what)
{
	static const enum live_part rest[] = {LIVE_LISTENER, LIVE_STARTTLS, LIVE_TLS,
	    LIVE_CERTIFICATE, LIVE_TLSA, LIVE_RECIPIENT, LIVE_RELAY};
	struct live *l = t->all->live;
	const struct live_fault fault = {t->address, what,
	    "senders cannot deliver, or not as the case means it",
	    "see Postfix' log on the host, and whether port 25 is open over this family"};

	for (size_t i = 0; i < t->cases_n; i++)
		for (size_t k = 0; k < sizeof rest / sizeof *rest; k++) {
			struct live_case *c = t->cases[i];
			bool hangs = c->checks[rest[k]][t->family].state == LIVE_PENDING;

			/* Without a TLS connection there is none to compare TLSA records with. */
			if (rest[k] == LIVE_TLSA)
				hangs &=
				    c->testcase->tlsa != TLSA_NONE && !c->shown[t->family].seen;
			if (hangs)
				live_bad(l, c, rest[k], t->family, &fault);
		}
}

static void
say(struct target *t, enum step step, const char *line)
{
	t->step = step;
	smtp_client_send(t->client, span_str(line));
}

static void
quit(struct target *t)
{
	say(t, STEP_QUIT, "QUIT");
}

static void
say_mail(struct target *t, enum step step)
{
	say(t, step, arena_printf(t->all->live->a, "MAIL FROM:<%s>", t->all->live->sender));
}

static void
say_rcpt(struct target *t)
{
	struct live *l = t->all->live;
	const struct live_case *c;

	if (t->rcpt == 2 * t->cases_n) {
		say(t, STEP_RELAY, "RCPT TO:<postmaster@example.org>");
		return;
	}
	c = t->cases[t->rcpt / 2];
	say(t, STEP_RCPT, arena_printf(l->a, "RCPT TO:<measurement@%s>", c->domains[t->rcpt % 2]));
}

static bool
offers_starttls(const struct smtp_reply *r)
{
	for (size_t i = 1; i < r->lines_n; i++)
		if (span_ieq(span_trim(span_from(r->lines[i], 4)), SPAN_LIT("STARTTLS")))
			return true;
	return false;
}

static void
after_ehlo(struct target *t, const struct smtp_reply *r)
{
	bool wanted = t->role->certificate != CERTIFICATE_NONE;

	t->offered = offers_starttls(r);
	if (t->version != TLS_ANY) {
		if (t->offered)
			say(t, STEP_STARTTLS, "STARTTLS");
		else
			quit(t);
		return;
	}
	good(t, LIVE_LISTENER, last_line(t, r));
	if (t->offered && !wanted)
		bad(t, LIVE_STARTTLS, "offers STARTTLS", "the case is about a host that has none",
		    "set smtpd_tls_security_level = none, as rendered, and reload Postfix");
	if (!t->offered && wanted)
		bad(t, LIVE_STARTTLS, "does not offer STARTTLS",
		    "a whole case that is broken: senders that insist on TLS do not get through",
		    "see whether Postfix can read its certificate, and reload it");
	if (!wanted)
		good(t, LIVE_STARTTLS, "not offered, as meant");
	say_mail(t, t->offered && wanted ? STEP_CLEAR_MAIL : STEP_MAIL);
}

static void
after_clear_mail(struct target *t, const struct smtp_reply *r)
{
	bool demands = r->code == 530;

	if (demands && !demands_tls(t->role))
		bad(t, LIVE_STARTTLS, "demands STARTTLS",
		    "senders without it look as if they failed at something else",
		    "set smtpd_tls_security_level = may, as rendered, and reload Postfix");
	if (!demands && demands_tls(t->role))
		bad(t, LIVE_STARTTLS, "does not demand STARTTLS",
		    "a broken case that is whole: senders get through without it",
		    "set smtpd_tls_security_level = encrypt, as rendered, and reload Postfix");
	good(t, LIVE_STARTTLS, demands ? "demanded, as meant" : "offered, as meant");
	if (r->code / 100 == 2)
		say(t, STEP_RSET, "RSET");
	else
		say(t, STEP_STARTTLS, "STARTTLS");
}

static void
on_up(void *arg, struct smtp_client *client, const struct tls *tls)
{
	struct target *t = arg;
	struct live *l = t->all->live;
	struct span *chain;
	size_t n = tls_chain(tls, l->a, &chain);

	(void)client;
	t->up = true;
	if (t->version != TLS_ANY) {
		quit(t);
		return;
	}
	if (strcmp(tls_protocol(tls), tls_version_name(TLS_1_3)) != 0)
		bad(t, LIVE_TLS, arena_printf(l->a, "speaks %s at most", tls_protocol(tls)),
		    "senders that speak TLSv1.3 alone do not get through",
		    "install OpenSSL 1.1.1 or later, and leave smtpd_tls_protocols as rendered");
	for (size_t i = 0; i < t->cases_n; i++)
		live_certificate(l, t->cases[i], t->family, chain, n);
	say(t, STEP_TLS_EHLO, arena_printf(l->a, "EHLO %s", l->ehlo_name));
}

static void
after_rcpt(struct target *t, const struct smtp_reply *r)
{
	struct live *l = t->all->live;
	struct live_case *c = t->cases[t->rcpt / 2];
	bool greylists = t->role->id == ROLE_GREYLISTING;
	struct live_fault fault = {.where = t->address};

	if (greylists && r->code / 100 == 2) {
		fault.what =
		    arena_printf(l->a, "accepts %s at the first attempt", c->domains[t->rcpt % 2]);
		fault.why = "a broken case that is whole: nobody is put off";
		fault.mend = "start postgrey with the rendered options, and reload Postfix";
	} else if (r->code != (greylists ? 450 : 250)) {
		fault.what = arena_printf(
		    l->a, "refuses %s: \"%s\"", c->domains[t->rcpt % 2], last_line(t, r));
		fault.why = "mail to the case does not arrive";
		fault.mend = "install the rendered files of the host again, and reload Postfix";
	}
	if (fault.what)
		live_bad(l, c, LIVE_RECIPIENT, t->family, &fault);
	else if (t->rcpt % 2)
		live_ok(l, c, LIVE_RECIPIENT, t->family, last_line(t, r));
	t->rcpt++;
	say_rcpt(t);
}

static void
after_relay(struct target *t, const struct smtp_reply *r)
{
	if (r->code / 100 == 5)
		good(t, LIVE_RELAY, last_line(t, r));
	else
		bad(t, LIVE_RELAY,
		    arena_printf(t->all->live->a, "does not refuse mail for others: \"%s\"",
			last_line(t, r)),
		    r->code / 100 == 2
			? "an open relay: spam goes through it, and its address is listed soon"
			: "a host that could be an open relay at another time",
		    "set smtpd_relay_restrictions as rendered, and reload Postfix");
	quit(t);
}

/* What each reply has to begin with to go on. */
static bool
is_expected(const struct target *t, const struct smtp_reply *r)
{
	switch (t->step) {
	case STEP_BANNER:
	case STEP_STARTTLS: return r->code == 220;
	case STEP_EHLO:
	case STEP_RSET:
	case STEP_TLS_EHLO:
	case STEP_MAIL: return r->code / 100 == 2;
	default: return true;
	}
}

static void
on_reply(void *arg, struct smtp_client *client, const struct smtp_reply *r)
{
	struct target *t = arg;
	struct live *l = t->all->live;
	const struct tls_wish wish = {.version = t->version, .name = t->cases[0]->hosts[0]};

	if (!is_expected(t, r)) {
		if (t->version == TLS_ANY)
			fail(t, unexpected(t, r));
		quit(t);
		return;
	}
	switch (t->step) {
	case STEP_BANNER: say(t, STEP_EHLO, arena_printf(l->a, "EHLO %s", l->ehlo_name)); break;
	case STEP_EHLO: after_ehlo(t, r); break;
	case STEP_CLEAR_MAIL: after_clear_mail(t, r); break;
	case STEP_RSET: say(t, STEP_STARTTLS, "STARTTLS"); break;
	case STEP_STARTTLS:
		t->step = STEP_HANDSHAKE;
		smtp_client_starttls(client, &wish, on_up);
		break;
	case STEP_HANDSHAKE: abort(); /* on_up */
	case STEP_TLS_EHLO: say_mail(t, STEP_MAIL); break;
	case STEP_MAIL: say_rcpt(t); break;
	case STEP_RCPT: after_rcpt(t, r); break;
	case STEP_RELAY: after_relay(t, r); break;
	case STEP_QUIT: smtp_client_close(client); break;
	}
}

static void connect_to(struct target *t);

/* After the connection that does everything, one for each older version. */
static void
go_on(struct target *t)
{
	struct live *l = t->all->live;
	bool first = t->version == TLS_ANY, up = t->up;

	/* It was not asked in time, which is not to say that it would not. */
	if (!up && clock_since_us(loop_clock(l->loop)) >= l->deadline_us) {
		live_end(l);
		return;
	}
	if (!first && !up)
		bad(t, LIVE_TLS,
		    arena_printf(l->a, "does not speak %s", tls_version_name(t->version)),
		    "a second difference: older senders do not get through",
		    "leave smtpd_tls_protocols and tls_medium_cipherlist as rendered, and reload "
		    "Postfix");
	if ((first && !up) || t->version == TLS_1_2) {
		good(t, LIVE_TLS, "TLSv1 to TLSv1.3");
		live_end(l);
		return;
	}
	t->version = first ? TLS_1_0 : (enum tls_version)(t->version + 1);
	connect_to(t);
}

static void
on_ended(void *arg, const struct smtp_ended *e)
{
	struct target *t = arg;
	struct live *l = t->all->live;

	t->client = NULL;
	if (t->version == TLS_ANY && t->step != STEP_QUIT)
		fail(
		    t, arena_printf(l->a, "%s: %s", step_names[t->step], smtp_ended_text(l->a, e)));
	go_on(t);
}

static socklen_t
address_of(const struct ip *ip, struct sockaddr_storage *out)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(SMTP_PORT)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(SMTP_PORT)};

	if (ip->v6) {
		memcpy(&in6.sin6_addr, ip->octets, sizeof in6.sin6_addr);
		memcpy(out, &in6, sizeof in6);
		return sizeof in6;
	}
	memcpy(&in.sin_addr, ip->octets, sizeof in.sin_addr);
	memcpy(out, &in, sizeof in);
	return sizeof in;
}

static void
connect_to(struct target *t)
{
	static const struct smtp_events events = {.reply = on_reply, .ended = on_ended};
	struct sockaddr_storage address;
	socklen_t n = address_of(t->family == LIVE_IPV4 ? &t->ip->ip4 : &t->ip->ip6, &address);

	t->step = STEP_BANNER;
	t->up = t->offered = false;
	t->client = smtp_client_new(t->all->live->loop, (const struct sockaddr *)&address, n,
	    t->all->live->deadline_us, &events, t);
}

static struct target *
target_of(struct live_smtp *all, const struct live_case *c, enum live_family family)
{
	struct live *l = all->live;
	struct target *t = all->targets;

	while (t < all->targets + all->targets_n && (t->ip != c->ip || t->family != family))
		t++;
	if (t == all->targets + all->targets_n) {
		all->targets_n++;
		*t = (struct target){.all = all,
		    .role = c->testcase->host,
		    .ip = c->ip,
		    .family = family,
		    .address = live_ip(l, c->ip, family)};
		t->cases = arena_alloc(l->a, l->plan->cases->n * sizeof(struct live_case *));
	}
	return t;
}

/* A sender that nobody has had before, so that postgrey does not know it, and that tells in a
 * host's log which run this was.  Letters alone: it takes numbers for those of a list, all the
 * same. */
static const char *
new_sender(struct live *l)
{
	char letters[SENDER_LETTERS + 1] = "";

	for (int i = 0; i < SENDER_LETTERS; i++)
		letters[i] = (char)('a' + rng_below(l->rng, 26));
	return arena_printf(l->a, "health-%s@%s", letters, l->plan->site->domain);
}

struct live_smtp *
live_smtp_start(struct live *l)
{
	struct live_smtp *all = arena_alloc(l->a, sizeof *all);
	size_t most = 2 * l->plan->cases->n;

	*all = (struct live_smtp){.live = l};
	l->sender = new_sender(l);
	all->targets = arena_alloc(l->a, most * sizeof *all->targets);
	for (size_t i = 0; i < l->plan->cases->n; i++)
		for (int f = LIVE_IPV4; f < LIVE_FAMILIES_N; f++) {
			struct live_case *c = &l->cases[i];
			struct target *t;

			if (!live_has(c, LIVE_LISTENER, (enum live_family)f))
				continue;
			t = target_of(all, c, (enum live_family)f);
			t->cases[t->cases_n++] = c;
		}
	for (size_t i = 0; i < all->targets_n; i++) {
		live_begin(l);
		connect_to(&all->targets[i]);
	}
	return all;
}

void
live_smtp_end(struct live_smtp *all)
{
	for (size_t i = 0; i < all->targets_n; i++)
		smtp_client_free(all->targets[i].client);
}
