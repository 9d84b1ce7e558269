/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/traces.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	PIECE = 256 * 1024,
	BEHIND = 2, /* octets that tell whether an address ends there */
	/* Kept of a piece for the next: the longest of all, and the octets around it. */
	CARRY = TRACES_ADDRESS_MAX + BEHIND + 2,
};

static bool
is_token_char(char c)
{
	return is_alpha(c) || (c >= '2' && c <= '7');
}

bool
traces_is_token(struct span s)
{
	if (s.n != PROBE_TOKEN_LEN)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char(s.p[i]))
			return false;
	return true;
}

void
traces_add_token(struct traces *t, struct span token)
{
	if (!traces_is_token(token))
		return;
	if (t->tokens_n == t->tokens_room) {
		t->tokens = arena_grow(
		    t->a, t->tokens, t->tokens_n, 2 * t->tokens_n + 64, sizeof *t->tokens);
		t->tokens_room = 2 * t->tokens_n + 64;
	}
	for (size_t i = 0; i < token.n; i++)
		t->tokens[t->tokens_n][i] = to_lower(token.p[i]);
	t->tokens_n++;
}

static void
add_word(struct traces *t, struct span text, bool whole)
{
	char *lower;

	if (!text.n || text.n > TRACES_ADDRESS_MAX)
		return;
	lower = arena_dup(t->a, text);
	for (size_t i = 0; i < text.n; i++)
		lower[i] = to_lower(lower[i]);
	for (size_t i = 0; i < t->words_n; i++)
		if (span_eq(t->words[i].text, (struct span){lower, text.n}))
			return;
	if (t->words_n == t->words_room) {
		t->words =
		    arena_grow(t->a, t->words, t->words_n, 2 * t->words_n + 8, sizeof *t->words);
		t->words_room = 2 * t->words_n + 8;
	}
	t->words[t->words_n++] = (struct traces_word){.text = {lower, text.n}, .whole = whole};
}

void
traces_add_address(struct traces *t, struct span address)
{
	add_word(t, address, true);
}

void
traces_add_id(struct traces *t, struct span id)
{
	add_word(t, id, false);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, PROBE_TOKEN_LEN);
}

void
traces_ready(struct traces *t)
{
	if (t->tokens_n)
		qsort(t->tokens, t->tokens_n, sizeof *t->tokens, compare);
}

/* In each run of characters that tokens are made of, wherever in it. */
static bool
has_token(const struct traces *t, struct span text)
{
	char lower[PROBE_TOKEN_LEN];
	size_t run = 0;

	if (!t->tokens_n)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		run = is_token_char(text.p[i]) ? run + 1 : 0;
		if (run < PROBE_TOKEN_LEN)
			continue;
		for (size_t k = 0; k < PROBE_TOKEN_LEN; k++)
			lower[k] = to_lower(text.p[i + 1 - PROBE_TOKEN_LEN + k]);
		if (bsearch(lower, t->tokens, t->tokens_n, sizeof *t->tokens, compare))
			return true;
	}
	return false;
}

static bool
goes_on_before(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr(".!#$%&'*+-/=?^_`{|}~", c));
}

static bool
goes_on_behind(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-';
}

/* Is the word at `at` there by itself?  A dot behind it may end a sentence. */
static bool
stands_alone(struct span text, size_t at, size_t n)
{
	struct span behind = span_from(text, at + n);

	if (at && goes_on_before(text.p[at - 1]))
		return false;
	if (behind.n > 1 && behind.p[0] == '.')
		return !goes_on_behind(behind.p[1]);
	return !behind.n || !goes_on_behind(behind.p[0]);
}

/* `from`: what begins before it was looked at already.  `more`: the text goes on, so what its last
 * octets are is not known yet. */
static bool
has_word(const struct traces_word *w, struct span text, size_t from, bool more)
{
	size_t end = w->text.n + (more ? BEHIND : 0);
	char first = w->text.p[0];

	for (size_t i = from; i + end <= text.n; i++) {
		struct span here = {text.p + i, w->text.n};

		if (to_lower(text.p[i]) == first && span_ieq(here, w->text) &&
		    (!w->whole || stands_alone(text, i, w->text.n)))
			return true;
	}
	return false;
}

static bool
look(const struct traces *t, struct span text, size_t from, bool more)
{
	if (has_token(t, text))
		return true;
	for (size_t i = 0; i < t->words_n; i++)
		if (has_word(&t->words[i], text, from, more))
			return true;
	return false;
}

bool
traces_in(const struct traces *t, struct span text)
{
	return look(t, text, 0, false);
}

int
traces_in_file(const struct traces *t, int fd)
{
	char *piece = must(malloc(PIECE + CARRY));
	size_t held = 0, from = 0;
	int found = 0;

	while (!found) {
		ssize_t n = read(fd, piece + held, PIECE);
		size_t keep;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			found = -1;
		/* What is at the end may go on: it is judged with the next piece, or as the end. */
		if (n <= 0) {
			if (!n && look(t, (struct span){piece, held}, from, false))
				found = 1;
			break;
		}
		held += (size_t)n;
		if (held > CARRY && look(t, (struct span){piece, held}, from, true))
			found = 1;
		keep = held > CARRY ? CARRY : held;
		if (held > CARRY)
			from = 1;
		memmove(piece, piece + held - keep, keep);
		held = keep;
	}
	free(piece);
	return found;
}
