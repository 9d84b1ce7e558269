/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/command.h"

#include "base/cursor.h"

enum {
	MECHANISM_MAX = 20, /* octets; RFC 4422 3.1 */
	SHORT_BASE64 = 8,   /* octets; one in a hundred of that length is of one case */
};

static enum verb
find_verb(struct span word)
{
	static const struct {
		struct span word;
		enum verb verb;
	} verbs[] = {
	    {{"RCPT", 4}, VERB_RCPT},
	    {{"MAIL", 4}, VERB_MAIL},
	    {{"EHLO", 4}, VERB_EHLO},
	    {{"QUIT", 4}, VERB_QUIT},
	    {{"DATA", 4}, VERB_DATA},
	    {{"BDAT", 4}, VERB_BDAT},
	    {{"STARTTLS", 8}, VERB_STARTTLS},
	    {{"RSET", 4}, VERB_RSET},
	    {{"HELO", 4}, VERB_HELO},
	    {{"AUTH", 4}, VERB_AUTH},
	    {{"XCLIENT", 7}, VERB_XCLIENT},
	    {{"NOOP", 4}, VERB_OTHER},
	    {{"VRFY", 4}, VERB_OTHER},
	    {{"ETRN", 4}, VERB_OTHER},
	    {{"HELP", 4}, VERB_OTHER},
	    {{"EXPN", 4}, VERB_OTHER},
	    {{"XFORWARD", 8}, VERB_OTHER},
	};

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (span_ieq(word, verbs[i].word))
			return verbs[i].verb;
	return VERB_NONE;
}

/* Octets of the word in front: up to a blank. */
static size_t
word_len(struct span s)
{
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]))
		n++;
	return n;
}

/* Where the address ends that starts behind '<': at the '>' outside of quotes that has a blank or
 * the end behind it, so that "<a@b>c>" is one; else at the last '>'; else (a line that was cut) at
 * the end. */
static size_t
address_len(struct span s)
{
	bool quoted = false;
	size_t last = s.n;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && quoted) {
			i++;
		} else if (s.p[i] == '"') {
			quoted = !quoted;
		} else if (s.p[i] == '>' && !quoted) {
			last = i;
			if (i + 1 == s.n || is_blank(s.p[i + 1]))
				return i;
		}
	}
	return last;
}

/* Behind MAIL or RCPT: "FROM:" or "TO:", then the address. */
static struct span
take_address(struct cursor *c, struct span keyword)
{
	cur_blanks(c, c->rest.n);
	if (!cur_maybe_i(c, keyword))
		return (struct span){c->rest.p, 0};
	cur_blanks(c, c->rest.n);
	if (cur_maybe(c, SPAN_LIT("<")))
		return (struct span){c->rest.p, address_len(c->rest)};
	return (struct span){c->rest.p, word_len(c->rest)};
}

static bool
is_known_mechanism(struct span s)
{
	static const struct span names[] = {
	    {"PLAIN", 5},
	    {"LOGIN", 5},
	    {"CRAM-MD5", 8},
	    {"DIGEST-MD5", 10},
	    {"NTLM", 4},
	    {"EXTERNAL", 8},
	    {"GSSAPI", 6},
	    {"XOAUTH2", 7},
	    {"OAUTHBEARER", 11},
	    {"ANONYMOUS", 9},
	    {"OTP", 3},
	    {"SKEY", 4},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_ieq(s, names[i]))
			return true;
	return span_istarts(s, SPAN_LIT("SCRAM-"));
}

/* A name of one case, as all registered ones are.  Base64 is of both, unless it is short: what
 * could be the base64 of six octets or less is no name. */
static bool
is_mechanism(struct span s)
{
	size_t upper = 0, lower = 0, other = 0;

	if (!s.n || s.n > MECHANISM_MAX)
		return false;
	if (is_known_mechanism(s))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		upper += s.p[i] >= 'A' && s.p[i] <= 'Z';
		lower += s.p[i] >= 'a' && s.p[i] <= 'z';
		other += s.p[i] == '-' || s.p[i] == '_';
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	}
	if ((upper > 0) == (lower > 0))
		return false;
	return other || s.n % 4 != 0 || s.n > SHORT_BASE64;
}

/* A client may put its secret where the mechanism belongs: what cannot be the name of one is not
 * taken for one. */
static void
take_mechanism(struct cursor *c, struct command *command, struct span line)
{
	struct span word;

	command->head = (struct span){line.p, line.n - c->rest.n};
	cur_blanks(c, c->rest.n);
	word = (struct span){c->rest.p, word_len(c->rest)};
	if (!is_mechanism(word))
		return;
	command->arg = word;
	command->head = (struct span){line.p, (size_t)(word.p + word.n - line.p)};
}

struct command
command_parse(struct span line)
{
	struct cursor c = cursor_on(line);
	struct command command = {.verb = VERB_NONE};
	struct span word;

	cur_blanks(&c, line.n);
	word = (struct span){c.rest.p, word_len(c.rest)};
	c.rest = span_from(c.rest, word.n);
	command.verb = find_verb(word);
	switch (command.verb) {
	case VERB_HELO:
	case VERB_EHLO: command.arg = span_trim(c.rest); break;
	case VERB_MAIL: command.arg = take_address(&c, SPAN_LIT("FROM:")); break;
	case VERB_RCPT: command.arg = take_address(&c, SPAN_LIT("TO:")); break;
	case VERB_AUTH: take_mechanism(&c, &command, line); break;
	case VERB_BDAT:
		word = span_trim(c.rest);
		command.last =
		    word.n > 4 && span_ieq(span_from(word, word.n - 4), SPAN_LIT("LAST"));
		break;
	default: break;
	}
	return command;
}
