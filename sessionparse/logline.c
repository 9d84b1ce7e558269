/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/logline.h"

#include "sessionparse/logjson.h"
#include "base/stamp.h"

enum {
	HOST_MAX = 255,
	TAG_MAX = 255,
	RFC3164_LEN = 15, /* octets of "Nov 21 19:34:06" */
};

struct span
logline_daemon(const struct logline *l)
{
	const char *slash = l->tag.n ? memrchr(l->tag.p, '/', l->tag.n) : NULL;

	return slash ? span_from(l->tag, (size_t)(slash - l->tag.p) + 1) : l->tag;
}

struct span
logline_instance(struct span tag)
{
	return (struct span){tag.p, span_find(tag, '/')};
}

/* The octets of the stamp in front, 0 if there is none.  The two usual forms are known by their
 * punctuation; whether they hold a time is found when somebody asks for it. */
static size_t
stamp_len(struct span line)
{
	const char *p = line.p;
	struct cursor c = cursor_on(line);
	struct stamp s;

	if (line.n > RFC3164_LEN && p[3] == ' ' && p[6] == ' ' && p[9] == ':' && p[12] == ':' &&
	    p[RFC3164_LEN] == ' ')
		return RFC3164_LEN;
	if (line.n > STAMP_LEN_MAX && p[4] == '-' && p[7] == '-' && p[10] == 'T')
		return span_find((struct span){p, STAMP_LEN_MAX}, ' ');
	stamp_take(&c, &s);
	return c.failed ? 0 : line.n - c.rest.n;
}

/* A word and the blank behind it; fails the cursor if it is empty or too long. */
static struct span
take_word(struct cursor *c, size_t max)
{
	struct span word = {c->rest.p, span_find(c->rest, ' ')};

	if (!word.n || word.n == c->rest.n || word.n > max)
		cur_fail(c);
	else
		c->rest = span_from(c->rest, word.n + 1);
	return word;
}

/* A pid of 1 to 10 digits; -1 if it is none. */
static int64_t
pid_of(struct span s)
{
	int64_t pid = 0;

	if (!s.n || s.n > 10)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return -1;
		pid = pid * 10 + s.p[i] - '0';
	}
	return pid;
}

/* TAG[PID]: and TEXT */
static bool
split_tag(struct logline *l, struct span rest)
{
	struct span tag = {rest.p, span_find(rest, ' ')};
	const char *bracket;

	if (tag.n < 4 || tag.n > TAG_MAX || tag.p[tag.n - 1] != ':' || tag.p[tag.n - 2] != ']')
		return false;
	bracket = memrchr(tag.p, '[', tag.n);
	if (!bracket || bracket == tag.p)
		return false;
	l->tag = (struct span){tag.p, (size_t)(bracket - tag.p)};
	l->pid = pid_of((struct span){bracket + 1, (size_t)(tag.p + tag.n - 2 - (bracket + 1))});
	l->text = span_from(rest, tag.n + 1);
	return l->pid >= 0;
}

/* Solaris puts [ID 197553 mail.info] in front of the text. */
static void
skip_message_id(struct logline *l)
{
	struct cursor c = cursor_on(l->text);

	if (!cur_maybe(&c, SPAN_LIT("[ID ")))
		return;
	cur_until(&c, SPAN_LIT("] "), 60);
	if (!c.failed)
		l->text = c.rest;
}

/* [NAME KEY="VALUE" ...] once or several times, or '-'. */
static void
skip_structured_data(struct cursor *c)
{
	bool quoted = false;

	if (cur_maybe(c, SPAN_LIT("-")))
		return;
	while (cur_maybe(c, SPAN_LIT("["))) {
		size_t i = 0;

		for (; i < c->rest.n && (quoted || c->rest.p[i] != ']'); i++) {
			if (c->rest.p[i] == '\\' && i + 1 < c->rest.n)
				i++;
			else if (c->rest.p[i] == '"')
				quoted = !quoted;
		}
		c->rest = span_from(c->rest, i);
		cur_literal(c, SPAN_LIT("]"));
	}
}

/* RFC 5424 behind "<PRI>1 ". */
static bool
split_rfc5424(struct logline *l, struct cursor c)
{
	l->when = take_word(&c, STAMP_LEN_MAX);
	l->host = take_word(&c, HOST_MAX);
	l->tag = take_word(&c, TAG_MAX);
	l->pid = pid_of(take_word(&c, 128));
	take_word(&c, 32); /* MSGID */
	skip_structured_data(&c);
	if (c.failed)
		return false;
	cur_blanks(&c, c.rest.n);
	cur_maybe(&c, SPAN_LIT("\xef\xbb\xbf"));
	l->text = cur_rest(&c);
	l->tag_is_cut = span_find(l->tag, '/') == l->tag.n;
	return l->pid >= 0;
}

/* Kubernetes' container log: behind the stamp, "stdout F " or "stderr F ", then the line. */
static bool
is_container_line(struct cursor *c)
{
	/* Asked of every line. */
	if (cur_peek(c) != 's')
		return false;
	return cur_maybe(c, SPAN_LIT("stdout F ")) || cur_maybe(c, SPAN_LIT("stderr F "));
}

/* STAMP HOST TAG[PID]: TEXT; `nested`: found within a container's line. */
static bool
split_plain(struct logline *l, struct span line, bool nested)
{
	size_t n = stamp_len(line);
	struct cursor c = cursor_on(span_from(line, n + 1));

	if (!n || n >= line.n || line.p[n] != ' ')
		return false;
	l->when = (struct span){line.p, n};
	if (!nested && is_container_line(&c))
		return logline_split_nested(l, c.rest);
	if (cur_peek(&c) == '<')
		cur_until(&c, SPAN_LIT("> "), 40); /* FreeBSD's <mail.info> */
	l->host = take_word(&c, HOST_MAX);
	if (c.failed || !split_tag(l, c.rest))
		return false;
	if (l->text.n && l->text.p[0] == '[')
		skip_message_id(l);
	return true;
}

bool
logline_split_nested(struct logline *l, struct span line)
{
	struct span outer = l->when;

	if (!split_plain(l, line, true)) {
		/* Some container images log without stamp and host. */
		l->host = (struct span){"", 0};
		if (!split_tag(l, line))
			return false;
	}
	if (outer.n)
		l->when = outer;
	return true;
}

bool
logline_guess_text(struct span line, struct span *text)
{
	const char *bracket;

	/* JSON hides its text, and in RFC 5424 the first bracket may be anywhere. */
	if (!line.n || line.p[0] == '{' || line.p[0] == '<')
		return false;
	bracket = memchr(line.p, ']', line.n);
	*text = bracket ? span_from(line, (size_t)(bracket - line.p) + 3) : (struct span){NULL, 0};
	return text->n && bracket[1] == ':' && bracket[2] == ' ';
}

bool
logline_split(struct logline *l, struct span line, struct buf *scratch)
{
	struct cursor c = cursor_on(line);
	int first = cur_peek(&c);

	*l = (struct logline){.pid = -1};
	if (first == '{')
		return logjson_split(l, line, scratch);
	if (first != '<')
		return split_plain(l, line, false);
	cur_literal(&c, SPAN_LIT("<"));
	cur_number(&c, 3);
	cur_literal(&c, SPAN_LIT(">"));
	if (cur_maybe(&c, SPAN_LIT("1 ")))
		return split_rfc5424(l, c);
	return !c.failed && split_plain(l, c.rest, false);
}
