/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/rng.h"
#include "probe/mailto.h"
#include "probe/message.h"
#include "probe/probe_name.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct ledger_probe probes[] = {
    {.token = "aaaaaaaaaaaaaaaaaaaaaaaaaa", .testcase = "mail-ok", .number = 3, .position = 1},
    {.token = "bbbbbbbbbbbbbbbbbbbbbbbbbb",
	.testcase = "v4-mail.v6only",
	.number = 7,
	.position = 2},
};

static struct arena *a;

static const char *
text_of(void (*put)(struct buf *))
{
	struct buf b;
	const char *text;

	buf_init(&b, 1 << 20);
	put(&b);
	text = arena_dup(a, buf_span(&b));
	buf_free(&b);
	return text;
}

/* Undoes it, by the letter of RFC 3986 section 2.1. */
static size_t
decode(struct span s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '%') {
			const char *hex = "0123456789ABCDEF";

			c = (unsigned char)((strchr(hex, s.p[i + 1]) - hex) * 16 +
					    (strchr(hex, s.p[i + 2]) - hex));
			i += 2;
		}
		out[n++] = (char)c;
	}
	return n;
}

static void
encoding(void)
{
	uint64_t state = 4711;
	struct rng rng = rng_seeded(&state);
	bool back = true, clean = true;
	struct buf b;

	buf_init(&b, 1 << 20);
	mailto_encode(&b, SPAN_LIT("a-Z.0_~ %&?=@\r\n\"<>\0\xff"));
	SAME_STR(buf_str(&b), "a-Z.0_~%20%25%26%3F%3D%40%0D%0A%22%3C%3E%00%FF", "by RFC 3986");
	for (int i = 0; i < 2000; i++) {
		char in[100], out[100];
		size_t n = (size_t)rng_below(&rng, sizeof in);

		rng.fill(rng.state, in, n);
		buf_clear(&b);
		mailto_encode(&b, (struct span){in, n});
		back = back && decode(buf_span(&b), out) == n && (!n || !memcmp(in, out, n));
		for (size_t k = 0; k < b.n; k++)
			clean = clean && (is_alpha(b.p[k]) || is_digit(b.p[k]) ||
					     strchr("%-._~", b.p[k]) != NULL);
	}
	OK(back, "random octets come back");
	OK(clean, "and nothing else is in a link");
	buf_free(&b);
}

static struct ledger_set set = {.id = ID, .probes = probes, .probes_n = 2, .participant = "x"};
static struct mailto link = {.set = &set,
    .domain = "m.example.com",
    .contact = "c@example.com",
    .time_us = 1700000000999999};

static void
put_links(struct buf *b)
{
	mailto_put(a, b, &link);
}

static void
links(void)
{
	const char *text;

	link.brief = true;
	SAME_STR(text_of(put_links),
	    "mailto:measurement@aaaaaaaaaaaaaaaaaaaaaaaaaa.mail-ok.m.example.com?subject=1700000000"
	    "%3A" ID "%3A3\n"
	    "mailto:measurement@bbbbbbbbbbbbbbbbbbbbbbbbbb.v4-mail.v6only.m.example.com?subject="
	    "1700000000%3A" ID "%3A7\n",
	    "a mail for each probe");
	set.all_in_one = true;
	SAME_STR(text_of(put_links),
	    "mailto:measurement@aaaaaaaaaaaaaaaaaaaaaaaaaa.mail-ok.m.example.com,"
	    "measurement@bbbbbbbbbbbbbbbbbbbbbbbbbb.v4-mail.v6only.m.example.com?subject=1700000000"
	    "%3A" ID "%3A0\n",
	    "all in one: marked by number 0");
	link.brief = false;
	link.html = true;
	text = text_of(put_links);
	OK(strstr(text, "&amp;body=This%20is") != NULL, "HTML: the ampersand is escaped");
	OK(strstr(text, "&body") == NULL, "and nowhere bare");
	link.html = false;
	set.all_in_one = false;
}

static void
put_message(struct buf *b)
{
	const struct message m = {.from = "bob@example.net",
	    .to = "measurement@x.m.example.com",
	    .subject = "1700000000:" ID ":3",
	    .contact = "c@example.com",
	    .domain = "m.example.com",
	    .time_us = 1700000000999999,
	    .attempt = 1};

	message_put(b, &m);
}

static void
put_invitation(struct buf *b)
{
	const struct invitation i = {.set = &set,
	    .contact = "c@example.com",
	    .domain = "m.example.com",
	    .time_us = 1700000000999999};

	message_invitation(a, b, &i);
}

static size_t
longest(const char *text)
{
	struct span rest = span_str(text);
	size_t most = 0;

	while (rest.n) {
		size_t n = span_cut(&rest, '\n').n;

		most = n > most ? n : most;
	}
	return most;
}

static void
mails(void)
{
	const char *text = text_of(put_message);
	bool crlf = true;

	for (const char *p = text; *p; p++)
		crlf = crlf && (*p != '\n' || (p > text && p[-1] == '\r')) &&
		       (*p != '\r' || p[1] == '\n');
	OK(crlf, "lines of a mail end in CRLF");
	OK(!strncmp(
	       text, "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nFrom: <bob@example.net>\r\n", 61),
	    "it begins with its date and sender");
	OK(strstr(text, "\r\nSubject: 1700000000:" ID ":3\r\n") != NULL, "the id is the subject");
	OK(strstr(text, "@example.net>\r\nAuto-Submitted: auto-generated\r\n") != NULL,
	    "it has an id, and says who wrote it");
	OK(strstr(text, "c@example.com") && strstr(text, "deleted"), "whom to ask, how to end it");
	text = text_of(put_invitation);
	OK(strstr(text, "To: undisclosed-recipients:;\n") && strstr(text, "mailto:") &&
		!strstr(text, "Reply-To"),
	    "an invitation has the links");
	OK(longest(text) <= 998, "and no line that is too long (RFC 5322 section 2.1.1)");
	set.all_in_one = true;
	set.address = "bob@example.net";
	text = text_of(put_invitation);
	OK(strstr(text, "To: <bob@example.net>\nReply-To: <measurement@aaaaaaaaaaaaaaaaaaaaaaaaaa."
			"mail-ok.m.example.com>,\n <measurement@bbbbbbbbbbbbbbbbbbbbbbbbbb."
			"v4-mail.v6only.m.example.com>\nSubject: ") != NULL,
	    "all in one: the answer goes to all addresses");
	OK(!strstr(text, "mailto:") && strstr(text, "reply all"), "and there is no link");
}

int
main(void)
{
	a = arena_new();
	encoding();
	links();
	mails();
	arena_free(a);
	return tap_end();
}
