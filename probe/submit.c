/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/submit.h"

#include <curl/curl.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "smtp/smtp_reply.h"

enum {
	CONNECT_TIMEOUT_S = 60,
	/* RFC 5321 section 4.5.3.2 allows servers minutes for each command, ten for the last. */
	WHOLE_TIMEOUT_FACTOR = 4,
	REPLIES_MAX = 256 * 1024, /* octets; libcurl ends at 300 KiB, with a code for many things */
};

/* What is known of a conversation while it goes on. */
struct talk {
	struct arena *a;
	const struct submit_mail *mail;
	size_t sent;      /* octets of the mail */
	const char *step; /* of the last command that was sent */
	bool auth_sent;
	bool committed, quitting;
	struct smtp_reply reply; /* the last one */
	bool reply_ended;
	bool too_large; /* the replies, for libcurl: it ended the conversation */
};

/* With what follows the verb, so that no octets of an AUTH mechanism look like one. */
static const struct {
	struct span start;
	const char *step;
} commands[] = {
    {SPAN_LIT("EHLO "), "connect"},
    {SPAN_LIT("HELO "), "connect"},
    {SPAN_LIT("STARTTLS\r"), "tls"},
    {SPAN_LIT("AUTH "), "auth"},
    {SPAN_LIT("MAIL "), "mail"},
    {SPAN_LIT("RCPT "), "rcpt"},
    {SPAN_LIT("DATA\r"), "data"},
};

static void
take_command(struct talk *t, struct span line)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (span_istarts(line, commands[i].start))
			t->step = commands[i].step;
	t->auth_sent = t->auth_sent || span_istarts(line, SPAN_LIT("AUTH "));
	t->reply_ended = true;
	/* The reply to QUIT says nothing of the mail. */
	t->quitting = t->quitting || span_istarts(line, SPAN_LIT("QUIT\r"));
}

static void
take_reply(struct talk *t, struct span line)
{
	if (t->quitting)
		return;
	if (t->reply_ended) {
		smtp_reply_init(&t->reply, t->a);
		t->reply_ended = false;
	}
	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	/* A longer one is refused as a whole there; its code is what counts. */
	if (line.n > SMTP_LINE_MAX)
		line.n = SMTP_LINE_MAX;
	if (smtp_reply_line(&t->reply, line) != SMTP_REPLY_MORE)
		t->reply_ended = true;
}

static int
on_debug(CURL *curl, curl_infotype type, char *data, size_t n, void *state)
{
	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		take_command(state, (struct span){data, n});
	else if (type == CURLINFO_HEADER_IN)
		take_reply(state, (struct span){data, n});
	return 0;
}

/* Gives libcurl the mail; at its end, the point of no return. */
static size_t
on_read(char *room, size_t size, size_t n, void *state)
{
	struct talk *t = state;
	struct span rest = span_from(t->mail->text, t->sent);

	n *= size;
	if (rest.n > n)
		rest.n = n;
	if (rest.n)
		memcpy(room, rest.p, rest.n);
	t->sent += rest.n;
	if (!rest.n && !t->committed) {
		if (!t->mail->commit(t->mail->state))
			return CURL_READFUNC_ABORT;
		t->committed = true;
	}
	return rest.n;
}

static bool
set_server(struct arena *a, CURL *curl, const struct submit_server *s)
{
	bool ip6 = strchr(s->host, ':') != NULL;
	const char *url = arena_printf(a, "%s://%s%s%s:%d/%s", s->tls_at_once ? "smtps" : "smtp",
	    ip6 ? "[" : "", s->host, ip6 ? "]" : "", s->port, s->ehlo_name ? s->ehlo_name : "");
	long tls = s->clear_text ? CURLUSESSL_TRY : CURLUSESSL_ALL;

	return !curl_easy_setopt(curl, CURLOPT_URL, url) &&
	       !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
	       /* A proxy of the environment would be another path than the one to be measured. */
	       !curl_easy_setopt(curl, CURLOPT_PROXY, "") &&
	       !curl_easy_setopt(curl, CURLOPT_USE_SSL, tls) &&
	       !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       (!s->roots || (!curl_easy_setopt(curl, CURLOPT_CAINFO, s->roots) &&
				 !curl_easy_setopt(curl, CURLOPT_CAPATH, NULL))) &&
	       !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S) &&
	       !curl_easy_setopt(
		   curl, CURLOPT_TIMEOUT, (long)(s->timeout_s * WHOLE_TIMEOUT_FACTOR)) &&
	       !curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)s->timeout_s);
}

static bool
set_auth(CURL *curl, const struct auth *auth)
{
	if (!auth)
		return true;
	if (curl_easy_setopt(curl, CURLOPT_USERNAME, auth->user))
		return false;
	/* Only what is sent within TLS as it is, and needs no further software. */
	if (auth->password)
		return !curl_easy_setopt(curl, CURLOPT_PASSWORD, auth->password) &&
		       !curl_easy_setopt(
			   curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
	return !curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, auth->bearer) &&
	       !curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=OAUTHBEARER;AUTH=XOAUTH2");
}

static bool
set_mail(CURL *curl, const struct submit_mail *mail, struct curl_slist *to, struct talk *t)
{
	return !curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from) &&
	       !curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to) &&
	       !curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read) &&
	       !curl_easy_setopt(curl, CURLOPT_READDATA, t) &&
	       !curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug) &&
	       !curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t) &&
	       !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
	       /* Minutes lie between two mails: no server keeps a connection for so long. */
	       !curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
}

static bool
is_enhanced_char(char c)
{
	return is_digit(c) || c == '.';
}

/* The enhanced code in front of a reply's text (RFC 2034 section 4): class, subject, detail. */
static const char *
take_enhanced(struct arena *a, struct span *text)
{
	struct cursor c = cursor_on(*text);
	struct span code = cur_run(&c, is_enhanced_char, 9), rest = code;
	struct span class = span_cut(&rest, '.'), subject = span_cut(&rest, '.');

	if (c.failed || class.n != 1 || !memchr("245", class.p[0], 3) || !subject.n ||
	    subject.n > 3 || !rest.n || rest.n > 3 || memchr(rest.p, '.', rest.n) ||
	    (c.rest.n && !is_blank(c.rest.p[0])))
		return NULL;
	*text = span_trim(c.rest);
	return arena_dup(a, code);
}

/* Code, enhanced code and text of the last reply; lines of a longer one are joined by blanks. */
static void
put_reply(struct talk *t, struct submit_outcome *o)
{
	struct buf text;

	o->code = t->reply.code;
	buf_init(&text, SUBMIT_TEXT_MAX);
	for (size_t i = 0; i < t->reply.lines_n; i++) {
		struct span line = span_from(t->reply.lines[i], o->code ? 4 : 0);
		const char *enhanced = take_enhanced(t->a, &line);

		if (!o->enhanced)
			o->enhanced = enhanced;
		if (text.n && line.n)
			buf_putc(&text, ' ');
		buf_put(&text, line);
	}
	if (text.n)
		o->text = arena_dup(t->a, buf_span(&text));
	buf_free(&text);
}

/* Was the last reply a refusal of the mail itself? */
static bool
is_refusal(const struct talk *t)
{
	/* What is too large for a reply accepts nothing either. */
	return (t->reply.code >= 400 || (t->too_large && !t->committed)) &&
	       (!strcmp(t->step, "mail") || !strcmp(t->step, "rcpt") || !strcmp(t->step, "data"));
}

/* What libcurl says of the conversation as a whole, where the last reply does not tell it. */
static const struct {
	CURLcode code;
	const char *step;
	bool for_good;
	const char *mend;
} failures[] = {
    {CURLE_PEER_FAILED_VERIFICATION, "tls", true,
	"name the server in --submission as its certificate does, or the certificate of its "
	"authority with --roots FILE"},
    {CURLE_SSL_CACERT_BADFILE, "tls", true, "name a file of certificates in PEM with --roots"},
    {CURLE_USE_SSL_FAILED, "tls", true,
	"try TLS at once (--submission smtps://HOST), or, where nobody has to authenticate, "
	"--clear-text"},
    {CURLE_SSL_CONNECT_ERROR, "tls", false, NULL},
    {CURLE_LOGIN_DENIED, "auth", true, "look at user and password in the file of --auth-file"},
};

static void
put_failure(const struct talk *t, CURLcode code, const char *why, struct submit_outcome *o)
{
	o->step = t->step;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		if (failures[i].code != code)
			continue;
		o->step = failures[i].step;
		o->for_good = failures[i].for_good;
		o->mend = failures[i].mend;
	}
	if (t->too_large)
		why = "the reply is far longer than any may be";
	if (t->reply.code >= 400) {
		o->for_good = t->reply.code >= 500;
		return;
	}
	/* The last reply was a good one; it says nothing of what came after it. */
	o->code = 0;
	o->enhanced = NULL;
	o->text = arena_dup(t->a, span_str(why));
}

static void
judge(struct talk *t, CURLcode code, const char *why, const struct auth *auth,
    struct submit_outcome *o)
{
	*o = (struct submit_outcome){.end = SUBMIT_FAILED};
	put_reply(t, o);
	if (code == CURLE_OK && t->committed) {
		o->end = SUBMIT_ACCEPTED;
		return;
	}
	put_failure(t, code, why, o);
	/* libcurl goes on without AUTH where the server offers none at all. */
	if (auth && !t->auth_sent && (is_refusal(t) || code == CURLE_LOGIN_DENIED)) {
		o->step = "auth";
		o->for_good = true;
		o->text = "the server offers no way to authenticate that this program has (PLAIN, "
			  "LOGIN, CRAM-MD5; OAUTHBEARER, XOAUTH2)";
		o->mend = NULL;
	} else if (is_refusal(t)) {
		o->end = SUBMIT_REFUSED;
	} else if (t->committed) {
		o->end = SUBMIT_UNCERTAIN;
	}
}

bool
submit_begin(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void
submit_end(void)
{
	curl_global_cleanup();
}

void
submit_mail(struct arena *a, const struct submit_server *server, const struct submit_mail *mail,
    struct submit_outcome *outcome)
{
	struct talk t = {.a = a, .mail = mail, .step = "connect", .reply_ended = true};
	CURL *curl = must(curl_easy_init());
	struct curl_slist *to = must(curl_slist_append(NULL, mail->to));
	char why[CURL_ERROR_SIZE] = "";
	CURLcode code = CURLE_FAILED_INIT;
	long replies = 0;

	smtp_reply_init(&t.reply, a);
	if (set_server(a, curl, server) && set_auth(curl, server->auth) &&
	    set_mail(curl, mail, to, &t) && !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why))
		code = curl_easy_perform(curl);
	t.too_large = code != CURLE_OK &&
		      !curl_easy_getinfo(curl, CURLINFO_HEADER_SIZE, &replies) &&
		      replies > REPLIES_MAX;
	judge(&t, code, *why ? why : curl_easy_strerror(code), server->auth, outcome);
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
}
