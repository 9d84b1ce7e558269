/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/hidden_text.h"

#include "base/utf8.h"

enum {
	LONG_MIN = 16, /* characters of base64 that no word has, unless it is of one case */
	SHORT_MAX = 9, /* octets that fewer than HIDDEN_TEXT_GLUED characters stand for */
};

/* Without the = at its end. */
static bool
is_base64_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '+' || c == '/';
}

bool
hidden_text_is_base64(struct span s)
{
	while (s.n && !is_base64_char(s.p[0]) && s.p[0] != '=')
		s = span_from(s, 1);
	while (s.n && !is_base64_char(s.p[s.n - 1]) && s.p[s.n - 1] != '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		if (!is_base64_char(s.p[i]) && s.p[i] != '=')
			return false;
	return s.n > 1;
}

static unsigned
value_of(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0') + 52;
	if (is_alpha(c))
		return (unsigned)(c >= 'a' ? c - 'a' + 26 : c - 'A');
	return c == '+' ? 62 : 63;
}

/* The octets that a group of up to four characters stands for; their number. */
static size_t
decode_group(struct span group, char out[3])
{
	unsigned bits = 0;

	for (size_t i = 0; i < group.n; i++) {
		bits = bits << 6 | value_of(group.p[i]);
		if (i)
			out[i - 1] = (char)(bits >> (6 - 2 * i));
	}
	return group.n ? group.n - 1 : 0;
}

static struct span
group_at(struct span s, size_t i)
{
	return (struct span){s.p + i, s.n - i < 4 ? s.n - i : 4};
}

static size_t
count_text(const char *octets, size_t n)
{
	size_t text = 0;

	for (size_t i = 0; i < n; i++)
		text += (octets[i] >= ' ' && octets[i] < 0x7f) || octets[i] == 0 || octets[i] == 1;
	return text;
}

/* All of a long one need not be ASCII; a short one is to be UTF-8 without control characters. */
static bool
hides_text(struct span s)
{
	char octets[SHORT_MAX], group[3];
	size_t n = 0, text = 0, high = 0;

	for (size_t i = 0; i < s.n; i += 4) {
		size_t m = decode_group(group_at(s, i), group);

		text += count_text(group, m);
		for (size_t j = 0; j < m; j++, n++) {
			high += (unsigned char)group[j] >= 0x80;
			if (n < SHORT_MAX)
				octets[n] = group[j];
		}
	}
	if (s.n >= HIDDEN_TEXT_GLUED)
		return 4 * text >= 3 * n;
	return text + high == n && n <= SHORT_MAX && utf8_valid((struct span){octets, n});
}

/* Where the text begins that the end of s hides, if its groups of four begin at `from`. */
static size_t
text_at_end(struct span s, size_t from)
{
	char octets[3];

	for (size_t i = from; i < s.n; i += 4) {
		size_t n = decode_group(group_at(s, i), octets);

		if (count_text(octets, n) != n)
			from = i + 4;
	}
	return from < s.n ? from : s.n;
}

/* Letters of one case only are a word of a language: "disconnect", "AUTHPLAIN".  Of random
 * passwords of six letters and digits one in 160 has such a base64, of eight one in 900. */
static bool
is_plain(struct span s)
{
	size_t upper = 0, lower = 0;

	for (size_t i = 0; i < s.n; i++) {
		upper += s.p[i] >= 'A' && s.p[i] <= 'Z';
		lower += s.p[i] >= 'a' && s.p[i] <= 'z';
	}
	return upper == s.n || lower == s.n;
}

/* What is no text, yet no word either: a ticket of Kerberos. */
static bool
is_random(struct span s)
{
	bool upper = false, lower = false, digit = false;

	for (size_t i = 0; i < s.n; i++) {
		upper = upper || (s.p[i] >= 'A' && s.p[i] <= 'Z');
		lower = lower || (s.p[i] >= 'a' && s.p[i] <= 'z');
		digit = digit || is_digit(s.p[i]);
	}
	return s.n >= LONG_MIN && upper && lower && digit;
}

/* Where in a run of characters of base64 a secret begins; s.n: there is none. */
static size_t
find_start(struct span s)
{
	size_t start = s.n;

	if (s.n < HIDDEN_TEXT_MIN || is_plain(s))
		return s.n;
	if (hides_text(s))
		return 0;
	for (size_t i = 0; i < 4; i++) {
		size_t at = text_at_end(s, i);
		bool apart = at && (s.p[at - 1] == '/' || s.p[at - 1] == '+');

		if (s.n - at >= (apart ? HIDDEN_TEXT_MIN : HIDDEN_TEXT_GLUED) && at < start)
			start = at;
	}
	return start;
}

struct span
hidden_text_in(struct span word)
{
	struct span whole = word, run, secret;

	while (whole.n && whole.p[whole.n - 1] == '=')
		whole.n--;
	while (word.n) {
		for (run = (struct span){word.p, 0}; run.n < word.n; run.n++)
			if (!is_base64_char(word.p[run.n]))
				break;
		secret = span_from(run, find_start(run));
		if (!secret.n && run.n == whole.n && is_random(run))
			secret = run;
		if (secret.n) {
			const char *end = word.p + word.n;

			while (secret.p + secret.n < end && secret.p[secret.n] == '=')
				secret.n++;
			return secret;
		}
		word = span_from(word, run.n + 1);
	}
	return (struct span){NULL, 0};
}
