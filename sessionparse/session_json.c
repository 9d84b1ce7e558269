/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/session_json.h"

#include "base/settings.h"
#include "base/json_text.h"
#include "sessionparse/screentext.h"

static void
key_string(struct buf *out, const char *key, struct span s)
{
	json_text_key(out, key);
	json_text_string_or_null(out, s);
}

static void
key_int(struct buf *out, const char *key, int64_t value)
{
	json_text_key(out, key);
	json_text_int(out, value);
}

static void
key_int_or_null(struct buf *out, const char *key, int64_t value, bool known)
{
	json_text_key(out, key);
	if (known)
		json_text_int(out, value);
	else
		buf_put(out, SPAN_LIT("null"));
}

static void
key_bool(struct buf *out, const char *key, bool value)
{
	json_text_key(out, key);
	buf_put(out, value ? SPAN_LIT("true") : SPAN_LIT("false"));
}

static void
key_null(struct buf *out, const char *key)
{
	json_text_key(out, key);
	buf_put(out, SPAN_LIT("null"));
}

static void
key_time(struct buf *out, const char *key, int64_t us)
{
	json_text_key(out, key);
	if (us == TIME_UNKNOWN)
		buf_put(out, SPAN_LIT("null"));
	else
		json_text_seconds(out, us);
}

static void
put_xclient(struct buf *out, const struct session *s)
{
	if (!s->first_name.p) {
		key_null(out, "xclient");
		return;
	}
	json_text_key(out, "xclient");
	buf_putc(out, '{');
	key_string(out, "from_name", s->first_name);
	key_string(out, "from_ip", s->first_ip);
	buf_putc(out, '}');
}

static void
put_tls(struct buf *out, const struct session *s)
{
	if (!s->has_tls) {
		key_null(out, "tls");
		return;
	}
	json_text_key(out, "tls");
	buf_putc(out, '{');
	key_string(out, "protocol", s->tls.protocol);
	key_string(out, "cipher", s->tls.cipher);
	key_int_or_null(out, "bits", s->tls.bits, s->tls.bits > 0);
	key_string(out, "trust", s->tls.trust);
	key_string(out, "sni", s->tls.sni);
	key_string(out, "error", s->tls.error);
	buf_putc(out, '}');
}

static void
put_auth(struct buf *out, const struct session *s)
{
	if (!s->has_auth) {
		key_null(out, "auth");
		return;
	}
	json_text_key(out, "auth");
	buf_putc(out, '{');
	key_string(out, "mech", s->auth_mech);
	key_bool(out, "ok", s->auth_ok);
	buf_putc(out, '}');
}

static void
put_delivery_keys(struct buf *out, const struct session_delivery *d)
{
	key_string(out, "to", d->to);
	key_string(out, "orig_to", d->orig_to);
	key_string(out, "relay", d->relay);
	key_string(out, "dsn", d->dsn);
	key_string(out, "status", d->status);
	json_text_key(out, "delay");
	buf_put(out, d->delay);
	key_string(out, "text", d->text);
}

static void
put_rcpts(struct buf *out, const struct session_mail *m)
{
	json_text_key(out, "rcpts");
	buf_putc(out, '[');
	for (size_t i = 0; i < m->rcpts_n; i++) {
		json_text_next(out);
		buf_putc(out, '[');
		json_text_string(out, m->rcpts[i].address);
		buf_putc(out, ',');
		json_text_int(out, m->rcpts[i].code);
		buf_putc(out, ']');
	}
	buf_putc(out, ']');
}

static void
put_mail(struct buf *out, const struct session_mail *m)
{
	static const struct span data[] = {
	    [DATA_NONE] = {NULL, 0},
	    [DATA_DATA] = {"DATA", 4},
	    [DATA_BDAT] = {"BDAT", 4},
	};

	json_text_next(out);
	buf_putc(out, '{');
	key_string(out, "from", m->from);
	put_rcpts(out, m);
	key_string(out, "queue_id", m->queue_id);
	key_string(out, "data", data[m->data]);
	key_int_or_null(out, "code", m->code, m->code != 0);
	key_string(out, "message_id", m->message_id);
	key_int_or_null(out, "size", m->size, m->size >= 0);
	json_text_key(out, "deliveries");
	buf_putc(out, '[');
	for (size_t i = 0; i < m->deliveries_n; i++) {
		json_text_next(out);
		buf_putc(out, '{');
		put_delivery_keys(out, &m->deliveries[i]);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
	json_text_key(out, "notices");
	buf_putc(out, '[');
	for (size_t i = 0; i < m->notices_n; i++) {
		json_text_next(out);
		json_text_string(out, m->notices[i]);
	}
	buf_putc(out, ']');
	key_bool(out, "removed", m->removed);
	buf_putc(out, '}');
}

static void
put_mails(struct buf *out, const struct session *s)
{
	json_text_key(out, "mails");
	buf_putc(out, '[');
	for (const struct session_mail *m = s->mails; m; m = m->next)
		put_mail(out, m);
	buf_putc(out, ']');
}

static void
put_end(struct buf *out, const struct session *s)
{
	static const char *const kinds[] = {
	    [END_OTHER] = "other",
	    [END_QUIT] = "quit",
	    [END_LOST] = "lost",
	    [END_TIMEOUT] = "timeout",
	    [END_TOO_MANY_ERRORS] = "too-many-errors",
	    [END_NON_SMTP] = "non-smtp",
	    [END_REFUSED] = "refused",
	    [END_KILLED] = "killed",
	    [END_SCREENED] = "screened",
	};

	json_text_key(out, "end");
	buf_putc(out, '{');
	key_string(out, "kind", span_str(kinds[s->end]));
	key_string(out, "after", s->end_after);
	buf_putc(out, '}');
}

static void
put_counters(struct buf *out, const struct session *s)
{
	if (!s->counters) {
		key_null(out, "counters");
		return;
	}
	json_text_key(out, "counters");
	buf_putc(out, '{');
	for (size_t i = 0; i < s->counters_n; i++) {
		json_text_next(out);
		json_text_string(out, s->counters[i].name);
		buf_puts(out, ":[");
		json_text_int(out, s->counters[i].good);
		buf_putc(out, ',');
		json_text_int(out, s->counters[i].all);
		buf_putc(out, ']');
	}
	buf_putc(out, '}');
}

/* "[192.0.2.1]:25" as KEY_ip and KEY_port. */
static void
put_endpoint(struct buf *out, const char *ip_key, const char *port_key, struct span endpoint)
{
	struct cursor c = cursor_on(endpoint);
	struct logevent_client client = {.has_port = false};
	struct span port;

	screentext_endpoint(&c, &client);
	port = client.endpoint.p ? span_from(endpoint, client.ip.n + 3) : client.ip;
	c = cursor_on(port);
	if (ip_key)
		key_string(out, ip_key, client.ip);
	key_int_or_null(out, port_key, (int64_t)cur_number(&c, 5), port.n > 0);
}

/* Only of postscreen's sessions. */
static void
put_screen(struct buf *out, const struct session_screen *screen)
{
	bool dnsbl = screen->failed & 1u << SCREEN_DNSBL;

	if (!screen->endpoint.p)
		return;
	json_text_key(out, "screen");
	buf_putc(out, '{');
	put_endpoint(out, NULL, "client_port", screen->endpoint);
	put_endpoint(out, "server_ip", "server_port", screen->server);
	json_text_key(out, "failed");
	buf_putc(out, '[');
	for (int i = 0; i < SCREEN_TESTS; i++) {
		if (!(screen->failed & 1u << i))
			continue;
		json_text_next(out);
		json_text_string(out, span_str(screen_test_name((enum screen_test)i)));
	}
	buf_putc(out, ']');
	key_int_or_null(out, "dnsbl_rank", screen->dnsbl_rank, dnsbl);
	key_bool(out, "passed", screen->passed);
	buf_putc(out, '}');
}

static void
put_limits(struct buf *out, const struct session *s)
{
	static const struct {
		enum session_limit limit;
		struct span name;
	} limits[] = {
	    {LIMIT_DIALOGUE, {"dialogue", 8}},
	    {LIMIT_MAILS, {"mails", 5}},
	    {LIMIT_RCPTS, {"rcpts", 5}},
	    {LIMIT_DELIVERIES, {"deliveries", 10}},
	    {LIMIT_SESSIONS, {"sessions", 8}},
	    {LIMIT_HELD, {"held", 4}},
	    {LIMIT_RAW, {"raw", 3}},
	};

	json_text_key(out, "limits");
	buf_putc(out, '[');
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (!(s->limits & limits[i].limit))
			continue;
		json_text_next(out);
		json_text_string(out, limits[i].name);
	}
	buf_putc(out, ']');
}

static void
put_dialogue(struct buf *out, const struct session *s)
{
	struct sha256 digest = s->digest; /* more lines, or another writing, may follow */
	char hex[SHA256_HEX_LEN + 1];

	json_text_key(out, "dialogue");
	buf_putc(out, '[');
	for (size_t i = 0; i < s->dialogue_n; i++) {
		if (i)
			buf_putc(out, ',');
		buf_put(out, s->dialogue[i].who == 'C' ? SPAN_LIT("[\"C\",") : SPAN_LIT("[\"S\","));
		json_text_string(out, s->dialogue[i].text);
		buf_putc(out, ']');
	}
	buf_putc(out, ']');
	sha256_hex(&digest, hex);
	key_string(out, "dialogue_sha256", span_str(hex));
	key_int(out, "dialogue_lines", (int64_t)s->lines);
}

void
session_json_put(struct buf *out, const struct session *s)
{
	buf_puts(out, "{\"schema\":\"session/1\",\"tool\":\"emt-sessions " EMT_VERSION "\"");
	key_string(out, "id", span_str(s->id));
	key_string(out, "host", s->host);
	key_string(out, "service", s->service);
	key_int(out, "pid", s->pid);
	key_string(out, "client_name", s->client_name);
	key_string(out, "client_ip", s->client_ip);
	put_xclient(out, s);
	key_time(out, "t_connect", s->t_connect);
	key_time(out, "t_end", s->t_end);
	key_string(out, "helo", s->helo);
	json_text_key(out, "esmtp");
	buf_put(out, !s->helo.p ? SPAN_LIT("null")
		     : s->esmtp ? SPAN_LIT("true")
				: SPAN_LIT("false"));
	put_tls(out, s);
	put_auth(out, s);
	put_mails(out, s);
	put_end(out, s);
	key_bool(out, "complete", s->complete);
	put_counters(out, s);
	key_string(out, "notes", s->notes);
	put_screen(out, &s->screen);
	put_limits(out, s);
	put_dialogue(out, s);
	buf_putc(out, '}');
	buf_putc(out, '\n');
}

void
session_json_put_delivery(struct buf *out, const struct session_mail *m,
    const struct session_delivery *d, int64_t time_us)
{
	buf_puts(out, "{\"schema\":\"delivery/1\",\"tool\":\"emt-sessions " EMT_VERSION "\"");
	key_string(out, "session", span_str(m->session->id));
	key_string(out, "queue_id", m->queue_id);
	key_time(out, "time", time_us);
	put_delivery_keys(out, d);
	buf_putc(out, '}');
	buf_putc(out, '\n');
}
