/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/redact.h"

#include "sessionparse/hidden_text.h"

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

/* Whatever in these words looks like a secret. */
static struct span
redact_stray_words(struct redact *r, struct span line, struct buf *out)
{
	struct span rest = line, word, secret;
	size_t blanks;

	while (rest.n) {
		word = secret_next_word(rest, &blanks);
		secret = word.n < HIDDEN_TEXT_MIN ? (struct span){NULL, 0} : hidden_text_in(word);
		if (!secret.n) {
			buf_put(out, (struct span){rest.p, blanks + word.n});
			rest = span_from(rest, blanks + word.n);
			continue;
		}
		buf_put(out, (struct span){rest.p, (size_t)(secret.p - rest.p)});
		buf_puts(out, REDACTED);
		rest = span_from(rest, (size_t)(secret.p + secret.n - rest.p));
		if (!r->secret.n)
			r->secret.p = secret.p;
		r->secret.n = (size_t)(secret.p + secret.n - r->secret.p);
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
	r->trace.n = 0;
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
	if (r->in_auth && hidden_text_is_base64(line))
		return redact_all(r, line, out);
	return redact_stray_words(r, line, out);
}

/* Octets of the longest word of the secret that s starts with. */
static size_t
echo_len(const struct redact *r, struct span s)
{
	size_t longest = secret_trace_match(&r->trace, s), blanks;
	struct span secret = r->secret;

	while (secret.n) {
		struct span word = secret_next_word(secret, &blanks);

		if (word.n >= SECRET_WORD_MIN && word.n > longest && span_starts(s, word))
			longest = word.n;
		secret = span_from(secret, blanks + word.n);
	}
	return longest;
}

struct span
redact_reply(const struct redact *r, struct span line, struct buf *out)
{
	bool found = false;

	if (!r->secret.n && !r->trace.n)
		return line;
	buf_clear(out);
	for (size_t i = 0; i < line.n;) {
		size_t n = echo_len(r, span_from(line, i));

		if (n)
			buf_puts(out, REDACTED);
		else
			buf_putc(out, line.p[i]);
		found = found || n;
		i += n ? n : 1;
	}
	return found ? buf_span(out) : line;
}

size_t
redact_helo_at(struct span text)
{
	static const struct span mark = {" helo=<", 7};
	const char *at = memmem(text.p, text.n, mark.p, mark.n);
	struct command command;

	if (!at)
		return text.n;
	command = command_parse(span_from(text, (size_t)(at - text.p) + mark.n));
	return command.verb == VERB_AUTH ? (size_t)(command.head.p + command.head.n - text.p)
					 : text.n;
}

struct span
redact_escaped(struct span text, struct span after, struct buf *out, struct buf *scratch)
{
	static const struct span line_end = {"\\n", 2};
	struct redact r = {.in_auth = span_ieq(after, SPAN_LIT("AUTH"))};

	buf_clear(out);
	while (text.n) {
		const char *at = memmem(text.p, text.n, line_end.p, line_end.n);
		struct span line = {text.p, at ? (size_t)(at - text.p) : text.n}, ending;
		struct command command;

		if (span_ends(line, SPAN_LIT("\\r")))
			line.n -= 2;
		ending = span_from(text, line.n);
		if (at)
			ending.n = (size_t)(at + line_end.n - ending.p);
		command = command_parse(line);
		buf_put(out, redact_line(&r, line, &command, scratch));
		buf_put(out, ending);
		text = span_from(text, line.n + ending.n);
	}
	return buf_span(out);
}

void
redact_replied(struct redact *r, int code)
{
	r->answers = code == 334;
	r->start_missing = false;
}
