/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mail/received.h"

#include "base/cursor.h"
#include "mail/header.h"
#include "mail/maildate.h"

enum { PATH_MAX_LEN = 1024 }; /* octets of <ADDRESS>; RFC 5321 section 4.5.3.1.3 says 256 */

/* The octets of a quoted string that starts at s.p[0] == '"', or 1 if it does not end: then the
 * quote is a letter. */
static size_t
quoted_string(struct span s)
{
	for (size_t i = 1; i < s.n && i < PATH_MAX_LEN; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 1;
}

/* The octets of <ADDRESS> at s.p[0] == '<', or 0 if it does not end.  The recipient is the sender's
 * to choose: within quotes it may hold what separates words and comments elsewhere. */
static size_t
path(struct span s)
{
	for (size_t i = 1; i < s.n && i < PATH_MAX_LEN; i++) {
		if (s.p[i] == '>')
			return i + 1;
		if (s.p[i] == '"')
			i += quoted_string(span_from(s, i)) - 1;
	}
	return 0;
}

static bool
is_word_char(char c)
{
	return !is_blank(c) && c != ';' && c != '(';
}

/* The next word; a comment before it is skipped and, if `comment` is given and still empty, kept
 * there. */
static struct span
next_word(struct cursor *c, struct span *comment)
{
	struct span word;

	for (;;) {
		cur_blanks(c, c->rest.n);
		if (cur_peek(c) != '(')
			break;
		struct span whole = {c->rest.p, header_comment(c->rest)};

		if (comment && !comment->p)
			*comment = whole;
		c->rest = span_from(c->rest, whole.n);
	}
	if (cur_maybe(c, SPAN_LIT(";")))
		return SPAN_LIT(";");
	word = (struct span){c->rest.p, cur_peek(c) == '<' ? path(c->rest) : 0};
	c->rest = span_from(c->rest, word.n);
	return word.n ? word : cur_run(c, is_word_char, c->rest.n);
}

/* "(name [192.0.2.1])" or "(name [IPv6:2001:db8::1])": what Postfix writes behind the HELO name. */
static void
read_client(struct received *r, struct span comment)
{
	struct cursor c = cursor_on(comment);
	struct span name;

	cur_literal(&c, SPAN_LIT("("));
	name = span_trim(cur_until(&c, SPAN_LIT("["), 1025));
	cur_maybe_i(&c, SPAN_LIT("IPv6:"));
	r->address = cur_until(&c, SPAN_LIT("]"), 64);
	if (c.failed)
		r->address = (struct span){NULL, 0};
	else if (name.n)
		r->hostname = name;
}

static struct span
without_angles(struct span s)
{
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return (struct span){s.p + 1, s.n - 2};
	return s;
}

/* The offset of the last semicolon that is in no comment and no quoted string, or s.n. */
static size_t
last_semicolon(struct span s)
{
	size_t at = s.n;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '(')
			i += header_comment(span_from(s, i)) - 1;
		else if (s.p[i] == '"')
			i += quoted_string(span_from(s, i)) - 1;
		else if (s.p[i] == ';')
			at = i;
	}
	return at;
}

struct received
received_read(struct span text)
{
	struct received r = {0};
	size_t semicolon = last_semicolon(text);
	struct cursor c = cursor_on((struct span){text.p, semicolon});
	struct span comment = {NULL, 0}, word, value;
	const struct {
		struct span name;
		struct span *value;
	} clauses[] = {{SPAN_LIT("from"), &r.helo}, {SPAN_LIT("by"), &r.by},
	    {SPAN_LIT("with"), &r.with}, {SPAN_LIT("id"), &r.id}, {SPAN_LIT("for"), &r.for_addr}};

	while ((word = next_word(&c, r.helo.p && !r.by.p ? &comment : NULL)).n) {
		for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
			if (!clauses[i].value->p && span_ieq(word, clauses[i].name)) {
				value = next_word(&c, NULL);
				if (value.n && !span_eq(value, SPAN_LIT(";")))
					*clauses[i].value = value;
				break;
			}
		}
	}
	if (comment.p)
		read_client(&r, comment);
	r.for_addr = without_angles(r.for_addr);
	if (semicolon < text.n)
		r.has_time = maildate_read(span_from(text, semicolon + 1), &r.time_utc);
	return r;
}
