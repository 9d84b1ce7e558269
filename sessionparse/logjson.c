/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/logjson.h"

#include "base/cursor.h"

/* The members wanted, as they stand in the line: strings without their quotes, escapes not yet
 * undone. */
enum member {
	DOCKER_LOG,
	DOCKER_TIME,
	MESSAGE,
	IDENTIFIER,
	PID_GIVEN,
	PID_SEEN,
	HOST,
	TIME_US,
	MEMBERS_N
};

static const struct span names[MEMBERS_N] = {
    [DOCKER_LOG] = {"log", 3},
    [DOCKER_TIME] = {"time", 4},
    [MESSAGE] = {"MESSAGE", 7},
    [IDENTIFIER] = {"SYSLOG_IDENTIFIER", 17},
    [PID_GIVEN] = {"SYSLOG_PID", 10},
    [PID_SEEN] = {"_PID", 4},
    [HOST] = {"_HOSTNAME", 9},
    [TIME_US] = {"__REALTIME_TIMESTAMP", 20},
};

/* Behind the opening quote: the string up to its closing quote, which is taken. */
static struct span
take_string(struct cursor *c)
{
	struct span s = {c->rest.p, 0};

	while (s.n < c->rest.n && s.p[s.n] != '"')
		s.n += s.p[s.n] == '\\' ? 2 : 1;
	if (s.n >= c->rest.n) {
		cur_fail(c);
		return (struct span){NULL, 0};
	}
	c->rest = span_from(c->rest, s.n + 1);
	return s;
}

/* A number, a word, an array or an object: up to the comma or brace that ends it. */
static struct span
take_other(struct cursor *c)
{
	const char *start = c->rest.p;
	int depth = 0;

	while (c->rest.n) {
		int octet = cur_peek(c);

		if (depth == 0 && (octet == ',' || octet == '}'))
			return (struct span){start, (size_t)(c->rest.p - start)};
		c->rest = span_from(c->rest, 1);
		if (octet == '"')
			take_string(c);
		else if (octet == '[' || octet == '{')
			depth++;
		else if (octet == ']' || octet == '}')
			depth--;
	}
	cur_fail(c);
	return (struct span){start, 0};
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Reads the members of the object; false if it is none. */
static bool
take_members(struct span line, struct span *values)
{
	struct cursor c = cursor_on(line);
	bool more = cur_literal(&c, SPAN_LIT("{"));

	while (more) {
		struct span name, value;

		cur_run(&c, is_space, line.n);
		cur_literal(&c, SPAN_LIT("\""));
		name = take_string(&c);
		cur_run(&c, is_space, line.n);
		cur_literal(&c, SPAN_LIT(":"));
		cur_run(&c, is_space, line.n);
		value = cur_maybe(&c, SPAN_LIT("\"")) ? take_string(&c) : take_other(&c);
		for (size_t i = 0; i < MEMBERS_N; i++)
			if (span_eq(name, names[i]))
				values[i] = value;
		cur_run(&c, is_space, line.n);
		more = cur_maybe(&c, SPAN_LIT(","));
	}
	cur_literal(&c, SPAN_LIT("}"));
	return !c.failed;
}

/* Four hex digits at the cursor; -1 if they are not there. */
static int
take_hex4(struct cursor *c)
{
	int value = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i < c->rest.n ? hex_value(c->rest.p[i]) : -1;

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	c->rest = span_from(c->rest, 4);
	return value;
}

static void
put_utf8(struct buf *out, unsigned code)
{
	if (code < 0x80) {
		buf_putc(out, (char)code);
	} else if (code < 0x800) {
		buf_putc(out, (char)(0xc0 | code >> 6));
		buf_putc(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_putc(out, (char)(0xe0 | code >> 12));
		buf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | code >> 18));
		buf_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* Behind \u.  A half of a surrogate pair that stands alone means nothing: U+FFFD. */
static void
put_code(struct buf *out, struct cursor *c)
{
	int high = take_hex4(c), low;
	struct cursor next = *c;

	if (high >= 0xd800 && high < 0xdc00 && cur_maybe(&next, SPAN_LIT("\\u"))) {
		low = take_hex4(&next);
		if (low >= 0xdc00 && low < 0xe000) {
			*c = next;
			put_utf8(out,
			    0x10000 + ((unsigned)(high - 0xd800) << 10) + (unsigned)(low - 0xdc00));
			return;
		}
	}
	put_utf8(out, high < 0 || (high >= 0xd800 && high < 0xe000) ? 0xfffd : (unsigned)high);
}

/* Appends a string with its escapes undone. */
static void
put_unescaped(struct buf *out, struct span s)
{
	struct cursor c = cursor_on(s);

	while (c.rest.n) {
		static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
		size_t plain = span_find(c.rest, '\\');
		const char *at;
		int octet;

		buf_put(out, (struct span){c.rest.p, plain});
		c.rest = span_from(c.rest, plain + 1);
		octet = cur_peek(&c);
		if (octet < 0)
			return;
		c.rest = span_from(c.rest, 1);
		at = octet ? strchr(from, octet) : NULL;
		if (octet == 'u')
			put_code(out, &c);
		else
			buf_putc(out, at ? to[at - from] : (char)octet);
	}
}

/* Appends the octets of an array of numbers: [110,97,109] */
static void
put_octets(struct buf *out, struct span array)
{
	struct cursor c = cursor_on(array);

	cur_literal(&c, SPAN_LIT("["));
	while (!c.failed && cur_peek(&c) != ']') {
		cur_run(&c, is_space, array.n);
		buf_putc(out, (char)cur_number(&c, 3));
		cur_run(&c, is_space, array.n);
		cur_maybe(&c, SPAN_LIT(","));
	}
}

/* Adds a value's text to scratch, which has room for all that a line can become and so does not
 * move. */
static struct span
unescape(struct span value, struct buf *scratch)
{
	size_t start = scratch->n;

	if (value.n && value.p[0] == '[')
		put_octets(scratch, value);
	else
		put_unescaped(scratch, value);
	return span_from(buf_span(scratch), start);
}

static bool
split_docker(struct logline *l, const struct span *values, struct buf *scratch)
{
	struct span line;

	l->when = unescape(values[DOCKER_TIME], scratch);
	line = unescape(values[DOCKER_LOG], scratch);
	if (span_ends(line, SPAN_LIT("\n")))
		line.n--;
	return logline_split_nested(l, line);
}

static bool
split_journal(struct logline *l, const struct span *values, struct buf *scratch)
{
	struct cursor pid = cursor_on(values[PID_GIVEN].n ? values[PID_GIVEN] : values[PID_SEEN]);

	l->when = values[TIME_US];
	l->host = unescape(values[HOST], scratch);
	l->tag = unescape(values[IDENTIFIER], scratch);
	l->text = unescape(values[MESSAGE], scratch);
	l->pid = (int64_t)cur_number(&pid, 10);
	return l->tag.n && cur_done(&pid);
}

bool
logjson_split(struct logline *l, struct span line, struct buf *scratch)
{
	struct span values[MEMBERS_N] = {{NULL, 0}};

	/* Twice: the two octets of a \u without digits become the three of U+FFFD. */
	buf_clear(scratch);
	if (!take_members(line, values) || !buf_room(scratch, 2 * line.n))
		return false;
	if (values[DOCKER_LOG].p)
		return split_docker(l, values, scratch);
	return values[MESSAGE].p && split_journal(l, values, scratch);
}
