/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/greeting.h"

#include "base/cursor.h"

enum { CODE_N = 3 }; /* digits of a reply code */

/* Space of ASCII, but for the newline, which ends a line. */
static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool
is_space_itself(char c)
{
	return c == ' ';
}

static bool
is_symbol(char c)
{
	return c == ':' || c == ',' || c == ';' || c == '!' || c == '.';
}

static bool
is_filler(char c)
{
	return is_space(c) || is_symbol(c);
}

static struct span
strip(struct span s, bool (*member)(char))
{
	while (s.n && member(s.p[0]))
		s = span_from(s, 1);
	while (s.n && member(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The first line that holds more than blanks and symbols, without blanks around it. */
static struct span
first_line(struct span text)
{
	while (text.p) {
		struct span line = span_cut(&text, '\n');

		if (strip(line, is_filler).n)
			return strip(line, is_space);
	}
	return (struct span){"", 0};
}

/* Takes a token up to the next blank. */
static struct span
take_token(struct span *rest)
{
	size_t n = 0;
	struct span token;

	while (n < rest->n && !is_space(rest->p[n]))
		n++;
	token = (struct span){rest->p, n};
	*rest = span_from(*rest, n);
	return token;
}

/* The last of the tokens between separators that holds more than blanks and symbols. */
static struct span
last_token(struct span line, bool (*is_separator)(char))
{
	struct span s = strip(line, is_filler);
	size_t at = s.n;

	while (at > 0 && !is_separator(s.p[at - 1]))
		at--;
	return strip(span_from(s, at), is_filler);
}

static bool
has_code(struct span line)
{
	return line.n > CODE_N && is_digit(line.p[0]) && is_digit(line.p[1]) &&
	       is_digit(line.p[2]) && (line.p[CODE_N] == '-' || is_space(line.p[CODE_N]));
}

static bool
contains(struct span s, struct span part)
{
	return s.n >= part.n && memmem(s.p, s.n, part.p, part.n);
}

/* Names of others: where to ask why a client was refused. */
static bool
is_misleading(struct span name)
{
	return contains(name, SPAN_LIT(".spamhaus.org")) ||
	       contains(name, SPAN_LIT(".abuseat.org")) ||
	       contains(name, SPAN_LIT(".trustedsource.org")) ||
	       contains(name, SPAN_LIT("eecs.umich.edu"));
}

/* A dot, and a top-level domain of two letters or more, or an A-label. */
static bool
looks_like_host(struct span name, bool a_labels)
{
	const char *dot = name.n ? memrchr(name.p, '.', name.n) : NULL;
	struct span tld;

	if (!dot || span_find(name, '*') < name.n)
		return false;
	tld = span_from(name, (size_t)(dot - name.p) + 1);
	if (a_labels && tld.n > 4 && span_istarts(tld, SPAN_LIT("xn--")))
		return true;
	for (size_t i = 0; i < tld.n; i++)
		if (!is_alpha(tld.p[i]))
			return false;
	return tld.n >= 2;
}

/* The hosts of one provider give names of no domain. */
static struct span
known_alias(struct span token)
{
	return contains(token, SPAN_LIT("bosimpinc")) ? SPAN_LIT("eigbox.net") : token;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Adds the name that a token is, if it is one. */
static bool
add_name(struct greeting *out, struct span token, bool a_labels)
{
	struct hostname *name = &out->names[out->n];
	struct span s = {name->text, 0};

	/* A host gives its name in A-labels (RFC 5321 section 2.3.5): other octets are of a text.
	 */
	if (is_ascii(token) && hostname_read(token, name) == HOSTNAME_HOST)
		s = hostname_span(name);
	if (!looks_like_host(s, a_labels) || is_misleading(s))
		return false;
	out->n++;
	return true;
}

void
greeting_read(struct span text, struct greeting *out)
{
	struct span line = first_line(text), rest;

	out->n = 0;
	if (has_code(line)) {
		rest = span_from(line, CODE_N + 1);
		while (rest.n && is_space(rest.p[0]))
			rest = span_from(rest, 1);
		add_name(out, known_alias(strip(take_token(&rest), is_symbol)), true);
	}
	add_name(out, known_alias(last_token(line, is_space)), true);
	if (out->n == 2 && span_eq(hostname_span(&out->names[0]), hostname_span(&out->names[1])))
		out->n = 1;
}

/* The Python tool's pattern has no place for blanks around it, or a dot at the end. */
static bool
is_bare(struct span token)
{
	return token.n && !is_space(token.p[0]) && !is_space(token.p[token.n - 1]) &&
	       token.p[token.n - 1] != '.';
}

void
greeting_read_compat(struct span text, struct greeting *out)
{
	struct span line = first_line(text), rest;

	out->n = 0;
	if (has_code(line) && (line.p[CODE_N] == '-' || line.p[CODE_N] == ' ')) {
		rest = span_from(line, CODE_N + 1);
		rest.n = span_find(rest, ' ');
		rest = known_alias(strip(rest, is_symbol));
		if (is_bare(rest) && add_name(out, rest, false))
			return;
	}
	if (span_find(line, ' ') < line.n)
		line = last_token(line, is_space_itself);
	if (is_bare(line))
		add_name(out, line, false);
}
