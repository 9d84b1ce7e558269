/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials that stand where nobody expects them (what stands where it should: test_command), and
 * text that only looks like them. */
#include "tests/tap.h"

#include "base/base64.h"
#include "base/rng.h"
#include "sessionparse/hidden_text.h"
#include "sessionparse/redact.h"

static struct redact r;
static struct buf out, scratch;

static struct span
shown(const char *line)
{
	struct command c = command_parse(span_str(line));

	return redact_line(&r, span_str(line), &c, &out);
}

static void
becomes(const char *line, const char *want)
{
	SAME_SPAN(shown(line), span_str(want), line);
}

static void
test_mechanisms(void)
{
	static const char *const names[] = {"PLAIN", "login", "Cram-MD5", "DIGEST-MD5", "ntlm",
	    "GSSAPI", "EXTERNAL", "XOAUTH2", "OAuthBearer", "Scram-Sha-256", "GS2-KRB5", "SECURID",
	    "KERBEROS_V4", "9798-U-RSA-SHA1-ENC", "otp", "NOSUCHMECHANISM"};
	static const char *const secrets[] = {"c2VjcmV0", "c2VjcmV0MTIz", "AGFsaWNlAHNlY3JldA",
	    "Ym9i", "YWxpY2U", "YWxpY2U=", "QUJD", "12345678", "Passw0rd", "s3cret!", "hunter-Two"};
	char line[100], want[100];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(line, sizeof line, "AUTH %s x", names[i]);
		snprintf(want, sizeof want, "AUTH %s [redacted]", names[i]);
		becomes(line, want);
	}
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		snprintf(line, sizeof line, "auth  %s", secrets[i]);
		becomes(line, "auth [redacted]");
		snprintf(line, sizeof line, "EHLO AUTH %s", secrets[i]);
		becomes(line, "EHLO AUTH [redacted]");
	}
}

/* "\0alice\0secret" is AGFsaWNlAHNlY3JldA==, "secret123" c2VjcmV0MTIz, "secret" c2VjcmV0. */
static void
test_pieces(void)
{
	r = (struct redact){0};
	becomes("AUTH:PLAIN:AGFsaWNlAHNlY3JldA==", "AUTH:PLAIN:[redacted]");
	becomes("AUTH=AGFsaWNlAHNlY3JldA==", "AUTH=[redacted]");
	becomes("\"AGFsaWNlAHNlY3JldA==\",", "\"[redacted]\",");
	becomes("user=YWxpY2VAeA==&pass=c2VjcmV0MTIz;", "user=[redacted]&pass=[redacted];");
	becomes("pw=c2VjcmV0", "pw=[redacted]");
	becomes("<c2VjcmV0>", "<[redacted]>");
	becomes("smtp/c2VjcmV0.", "smtp/[redacted].");
	becomes("AUTHPLAINAGFsaWNlAHNlY3JldA==", "AUTHPLAIN[redacted]");
	becomes("x-AUTHPLAINc2VjcmV0MTIz!", "x-AUTHPLAIN[redacted]!");
	becomes("(cMOkc3Nl)", "([redacted])");
	becomes("AUHT PLAIN YII3f6C2Z8hFh5mx1qQx9A==", "AUHT PLAIN [redacted]");
	r.in_auth = true;
	becomes("\"Ym9i\"", "[redacted]");
	becomes("<YWxpY2U=>;", "[redacted]");
}

static void
test_honest(void)
{
	static const char *const lines[] = {"Subject: Download Provides Sebastien McVittie",
	    "Content-Type: multipart/mixed; boundary=\"----=_NextPart_000\"",
	    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
	    "GET /cgi-bin/FormMail/Login.php HTTP/1.1", "PUT /Upload/FormMail HTTP/1.0",
	    "https://www.example.com/Path/To/Some/Document.html?Query=Something",
	    "Received: from MX10.Sender.Example ([192.0.2.10])", "urgency=medium", "OPTIONS *",
	    "DISCONNECT disconnect AUTHPLAIN", "Message-ID: <20261121.Ab@mail.sender.example>",
	    "X-Priority: Normal", "MAILFROM:<alice@sender.example>"};

	r = (struct redact){0};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		becomes(lines[i], lines[i]);
}

static void
test_echo(void)
{
	r = (struct redact){0};
	becomes("PLAIN:c2VjcmV0MTIz, x", "PLAIN:[redacted], x");
	SAME_SPAN(redact_reply(&r, SPAN_LIT("502 PLAIN:c2VjcmV0MTIz, x"), &out),
	    SPAN_LIT("502 PLAIN:[redacted], x"), "the reply that repeats it");
	becomes("a=c2VjcmV0MTIz b=YWxpY2VAeA==", "a=[redacted] b=[redacted]");
	SAME_SPAN(redact_reply(&r, SPAN_LIT("502 c2VjcmV0MTIz b=YWxpY2VAeA=="), &out),
	    SPAN_LIT("502 [redacted] [redacted]"), "each of two");
}

static void
escaped(const char *text, const char *after, const char *want)
{
	SAME_SPAN(
	    redact_escaped(span_str(text), span_str(after), &out, &scratch), span_str(want), text);
}

static void
test_escaped(void)
{
	escaped(
	    "EHLO x\\r\\nMAIL FROM:<a@b>\\r\\n", "CONNECT", "EHLO x\\r\\nMAIL FROM:<a@b>\\r\\n");
	escaped("EHLO x\\r\\nAUTH PLAIN AGFsaWNl\\r\\nQUIT\\r\\n", "CONNECT",
	    "EHLO x\\r\\nAUTH PLAIN [redacted]\\r\\nQUIT\\r\\n");
	escaped("auth login\\nYWxpY2U=\\nc2VjcmV0\\nQUIT", "EHLO",
	    "auth login\\n[redacted]\\n[redacted]\\nQUIT");
	escaped("YWxpY2U=\\r\\nYm9i\\r\\n", "AUTH", "[redacted]\\r\\n[redacted]\\r\\n");
	escaped("c2VjcmV0\\r", "AUTH", "[redacted]\\r");
	escaped("", "AUTH", "");
}

/* Random credentials, glued to all sorts of things: none is shown whole.  One in some hundred of
 * the shortest may be (hidden_text.h). */
static void
test_random(void)
{
	static const char *const around[][2] = {{"AUTH:", ""}, {"AUTH=PLAIN,", ""}, {"\"", "\""},
	    {"pw=", ";"}, {"x AUHT PLAIN ", ""}, {"user/", "."}, {"(", ")"}, {"PLAIN:", ""},
	    {"a b ", " c"}};
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%.-_";
	uint64_t position = 1;
	struct rng rng = rng_seeded(&position);
	struct buf base64;
	int leaks = 0;

	r = (struct redact){0};
	buf_init(&base64, 1000);
	for (int i = 0; i < 20000; i++) {
		char secret[40], line[200];
		size_t n = 8 + rng_below(&rng, 12);

		for (size_t j = 0; j < n; j++)
			secret[j] = letters[rng_below(&rng, sizeof letters - 1)];
		buf_clear(&base64);
		base64_put(&base64, (struct span){secret, n});
		snprintf(line, sizeof line, "%s%s%s", around[i % 9][0], buf_str(&base64),
		    around[i % 9][1]);
		leaks += memmem(shown(line).p, shown(line).n, base64.p, base64.n) != NULL;
	}
	printf("# %d of 20000 shown\n", leaks);
	OK(leaks < 20, "hardly any of the random credentials is shown");
	buf_free(&base64);
}

int
main(void)
{
	buf_init(&out, 4000);
	buf_init(&scratch, 4000);
	test_mechanisms();
	test_pieces();
	test_honest();
	test_echo();
	test_escaped();
	test_random();
	buf_free(&out);
	buf_free(&scratch);
	return tap_end();
}
