/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/redact.h"

enum {
	STRAY_MIN = 8, /* octets of a word that looks like base64 out of nowhere */
	ECHO_MIN = 4,  /* no base64 is shorter; "=" is in many replies */
};

static bool
looks_like_base64(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && !strchr("+/=", s.p[i]))
			return false;
	return s.n > 1;
}

/* Letters of one case only are a word of a language: "disconnect", "AUTHPLAIN".  Of the passwords
 * in base64, fewer than one in 600 looks like that. */
static bool
is_plain_word(struct span s)
{
	size_t upper = 0, lower = 0;

	for (size_t i = 0; i < s.n; i++) {
		upper += s.p[i] >= 'A' && s.p[i] <= 'Z';
		lower += s.p[i] >= 'a' && s.p[i] <= 'z';
	}
	return upper == s.n || lower == s.n;
}

/* The blanks and the word behind them that s starts with. */
static struct span
next_word(struct span s, size_t *blanks)
{
	size_t end;

	*blanks = 0;
	while (*blanks < s.n && is_blank(s.p[*blanks]))
		++*blanks;
	for (end = *blanks; end < s.n && !is_blank(s.p[end]);)
		end++;
	return (struct span){s.p + *blanks, end - *blanks};
}

static struct span
redact_all(struct redact *r, struct span line, struct buf *out)
{
	r->secret = line;
	buf_puts(out, REDACTED);
	return buf_span(out);
}

static struct span
redact_behind(struct redact *r, struct span line, struct span head, struct buf *out)
{
	struct span secret = span_trim(span_from(line, (size_t)(head.p + head.n - line.p)));

	if (!secret.n)
		return line;
	r->secret = secret;
	buf_put(out, (struct span){line.p, (size_t)(head.p + head.n - line.p)});
	buf_puts(out, " " REDACTED);
	return buf_span(out);
}

static struct span
redact_stray_words(struct redact *r, struct span line, struct buf *out)
{
	struct span rest = line, word;
	size_t blanks;

	while (rest.n) {
		word = next_word(rest, &blanks);
		buf_put(out, (struct span){rest.p, blanks});
		if (word.n >= STRAY_MIN && looks_like_base64(word) && !is_plain_word(word)) {
			if (!r->secret.n)
				r->secret = word;
			r->secret.n = (size_t)(word.p + word.n - r->secret.p);
			buf_puts(out, REDACTED);
		} else {
			buf_put(out, word);
		}
		rest = span_from(rest, blanks + word.n);
	}
	return r->secret.n ? buf_span(out) : line;
}

void
redact_start_missing(struct redact *r)
{
	r->start_missing = r->in_auth = true;
}

struct span
redact_line(struct redact *r, struct span line, const struct command *command, struct buf *out)
{
	struct command inner;

	buf_clear(out);
	r->secret = (struct span){NULL, 0};
	/* A lone * gives the exchange up and tells nothing. */
	if (r->answers)
		return span_eq(line, SPAN_LIT("*")) ? line : redact_all(r, line, out);
	if (command->verb != VERB_NONE) {
		r->start_missing = false;
		r->in_auth = command->verb == VERB_AUTH;
	}
	switch (command->verb) {
	case VERB_AUTH: return redact_behind(r, line, command->head, out);
	case VERB_HELO:
	case VERB_EHLO:
		inner = command_parse(command->arg);
		if (inner.verb == VERB_AUTH)
			return redact_behind(r, line, inner.head, out);
		return line;
	case VERB_NONE: break;
	default: return line;
	}
	if (r->start_missing && span_trim(line).n && !span_eq(line, SPAN_LIT("*")))
		return redact_all(r, line, out);
	if (r->in_auth && looks_like_base64(span_trim(line)))
		return redact_all(r, line, out);
	return redact_stray_words(r, line, out);
}

/* Octets of the longest word of the secret that s starts with. */
static size_t
echo_len(struct span secret, struct span s)
{
	size_t longest = 0, blanks;

	while (secret.n) {
		struct span word = next_word(secret, &blanks);

		if (word.n >= ECHO_MIN && word.n > longest && span_starts(s, word))
			longest = word.n;
		secret = span_from(secret, blanks + word.n);
	}
	return longest;
}

struct span
redact_reply(const struct redact *r, struct span line, struct buf *out)
{
	bool found = false;

	if (!r->secret.n)
		return line;
	buf_clear(out);
	for (size_t i = 0; i < line.n;) {
		size_t n = echo_len(r->secret, span_from(line, i));

		if (n)
			buf_puts(out, REDACTED);
		else
			buf_putc(out, line.p[i]);
		found = found || n;
		i += n ? n : 1;
	}
	return found ? buf_span(out) : line;
}

void
redact_replied(struct redact *r, int code)
{
	r->answers = code == 334;
	r->start_missing = false;
}
