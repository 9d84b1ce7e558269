/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/value.h"

#include <endian.h>

#include "mxinfer/value_text.h"

static void
stop(struct value *v, enum value_why why)
{
	if (!v->why)
		v->why = why;
	v->p = v->end;
}

void
value_init(struct value *v, enum value_dialect dialect, struct span text, struct buf *scratch)
{
	v->p = text.p ? text.p : "";
	v->end = v->p + text.n;
	v->scratch = scratch;
	v->dialect = dialect;
	v->why = VALUE_FINE;
	v->depth = 0;
	v->fresh = false;
}

static inline void
blanks(struct value *v)
{
	while (v->p < v->end && (*v->p == ' ' || *v->p == '\n' || *v->p == '\t' || *v->p == '\r'))
		v->p++;
}

static inline int
peek(const struct value *v, size_t ahead)
{
	return (size_t)(v->end - v->p) > ahead ? (unsigned char)v->p[ahead] : -1;
}

/* Bit 7 of each octet of the result that is 0 in x; above the lowest such octet there may be too
 * many of them. */
static inline uint64_t
zero_octets(uint64_t x)
{
	return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

/* The first `quote` or backslash, or `end`.  Eight octets at a time: this is where most of the time
 * goes, and most strings are too short for memchr's start to pay. */
static inline const char *
string_stop(const char *p, const char *end, char quote)
{
	const uint64_t ones = 0x0101010101010101u;

	for (; end - p >= 8; p += 8) {
		uint64_t word, hits;

		memcpy(&word, p, sizeof word);
		word = le64toh(word);
		hits = zero_octets(word ^ ones * (unsigned char)quote) |
		       zero_octets(word ^ ones * (unsigned char)'\\');
		if (hits)
			return p + __builtin_ctzll(hits) / 8;
	}
	while (p < end && *p != quote && *p != '\\')
		p++;
	return p;
}

struct literal {
	struct span text; /* between the quotes, escapes not yet undone */
	bool escapes, raw, bytes;
};

/* The octets before the quote of a Python string: 'r', "Rb"; -1 if what comes next is no string. */
static int
string_prefix(const struct value *v)
{
	int n = 0;

	if (v->dialect == VALUE_PYTHON)
		while (n < 2 && peek(v, (size_t)n) > 0 && strchr("bBrRuU", peek(v, (size_t)n)))
			n++;
	if (peek(v, (size_t)n) == '"' || (v->dialect == VALUE_PYTHON && peek(v, (size_t)n) == '\''))
		return n;
	return -1;
}

/* Takes a string up to its closing quote. */
static inline void
take_literal(struct value *v, struct literal *l)
{
	int prefix = *v->p == '"' ? 0 : string_prefix(v);
	const char *at;
	char quote;

	*l = (struct literal){{NULL, 0}, false, false, false};
	if (prefix < 0) {
		stop(v, VALUE_BROKEN);
		return;
	}
	for (int i = 0; i < prefix; i++) {
		char letter = to_lower(*v->p++);

		l->raw |= letter == 'r';
		l->bytes |= letter == 'b';
	}
	quote = *v->p++;
	for (at = string_stop(v->p, v->end, quote); at < v->end && *at == '\\';
	     at = string_stop(at, v->end, quote)) {
		l->escapes = true;
		at += v->end - at > 1 ? 2 : 1;
	}
	if (at >= v->end) {
		stop(v, VALUE_BROKEN);
		return;
	}
	l->text = (struct span){v->p, (size_t)(at - v->p)};
	v->p = at + 1;
}

static struct span
take_string(struct value *v)
{
	static const struct span nothing = {"", 0};
	struct literal l;
	size_t start;
	bool good;

	take_literal(v, &l);
	if (v->why)
		return nothing;
	if (!l.escapes || l.raw)
		return l.text;
	/* Once for all strings that are to come, so that none of them moves. */
	start = v->scratch->n;
	good = buf_room(v->scratch, (size_t)(v->end - l.text.p)) &&
	       (v->dialect == VALUE_JSON ? value_text_json(v->scratch, l.text)
					 : value_text_python(v->scratch, l.text, l.bytes));
	if (!good) {
		stop(v, VALUE_BROKEN);
		return nothing;
	}
	return (struct span){v->scratch->p + start, v->scratch->n - start};
}

static bool
in_word(int octet)
{
	return octet > 0 && (is_alpha((char)octet) || is_digit((char)octet) || octet == '_');
}

static size_t
digits(struct value *v)
{
	const char *start = v->p;

	while (v->p < v->end &&
	       (is_digit(*v->p) || (*v->p == '_' && v->dialect == VALUE_PYTHON && v->p > start)))
		v->p++;
	return (size_t)(v->p - start);
}

/* 0x1f, 0o17, 0b11 */
static bool
take_based(struct value *v)
{
	int letter = peek(v, 0) == '0' ? peek(v, 1) | 0x20 : -1;

	if (v->dialect != VALUE_PYTHON || (letter != 'x' && letter != 'o' && letter != 'b'))
		return false;
	v->p += 2;
	if (!in_word(peek(v, 0)))
		stop(v, VALUE_BROKEN);
	while (in_word(peek(v, 0)))
		v->p++;
	return true;
}

static void
take_word(struct value *v)
{
	static const struct {
		struct span word;
		bool json;
	} words[] = {
	    {SPAN_LIT("true"), true},
	    {SPAN_LIT("false"), true},
	    {SPAN_LIT("null"), true},
	    {SPAN_LIT("NaN"), true},
	    {SPAN_LIT("Infinity"), true},
	    {SPAN_LIT("None"), false},
	    {SPAN_LIT("True"), false},
	    {SPAN_LIT("False"), false},
	    {SPAN_LIT("nan"), false},
	    {SPAN_LIT("inf"), false},
	};
	struct span word = {v->p, 0};

	while (in_word(peek(v, word.n)))
		word.n++;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_eq(word, words[i].word) && (words[i].json || v->dialect == VALUE_PYTHON)) {
			v->p += word.n;
			return;
		}
	stop(v, VALUE_BROKEN);
}

static void
take_number(struct value *v)
{
	size_t whole, fraction = 0;

	if (peek(v, 0) == '-' || (peek(v, 0) == '+' && v->dialect == VALUE_PYTHON))
		v->p++;
	if (take_based(v))
		return;
	if (peek(v, 0) >= 0 && is_alpha((char)peek(v, 0))) {
		take_word(v); /* -Infinity */
		return;
	}
	whole = digits(v);
	if (peek(v, 0) == '.') {
		v->p++;
		fraction = digits(v);
		if (v->dialect == VALUE_JSON && (!whole || !fraction))
			whole = fraction = 0;
	}
	if (whole + fraction && (peek(v, 0) == 'e' || peek(v, 0) == 'E')) {
		v->p++;
		if (peek(v, 0) == '-' || peek(v, 0) == '+')
			v->p++;
		whole = digits(v);
		fraction = 0;
	}
	if (!(whole + fraction) || in_word(peek(v, 0)))
		stop(v, VALUE_BROKEN);
}

/* value_kind, in the middle of things. */
static inline enum value_kind
kind_of_next(struct value *v)
{
	int octet;

	blanks(v);
	octet = peek(v, 0);
	if (octet == '"')
		return VALUE_STRING;
	if (octet == '{')
		return VALUE_OBJECT;
	if (octet == '[' || (octet == '(' && v->dialect == VALUE_PYTHON))
		return VALUE_ARRAY;
	if (octet == '-' || (octet >= '0' && octet <= '9'))
		return VALUE_NUMBER;
	if (v->dialect == VALUE_PYTHON && (octet == '+' || octet == '.'))
		return VALUE_NUMBER;
	if (octet < 0)
		return VALUE_END;
	if (string_prefix(v) >= 0)
		return VALUE_STRING;
	return is_alpha((char)octet) ? VALUE_WORD : VALUE_END;
}

enum value_kind
value_kind(struct value *v)
{
	return kind_of_next(v);
}

void
value_enter(struct value *v)
{
	enum value_kind kind = kind_of_next(v);

	if (kind != VALUE_OBJECT && kind != VALUE_ARRAY) {
		stop(v, VALUE_BROKEN);
		return;
	}
	if (v->depth == VALUE_DEPTH_MAX) {
		stop(v, VALUE_DEEP);
		return;
	}
	v->closers[v->depth++] = (char)(*v->p == '{' ? '}' : *v->p == '[' ? ']' : ')');
	v->fresh = true;
	v->p++;
}

/* To the next thing in the container; false behind the last, which leaves it. */
static inline bool
step(struct value *v)
{
	char closer = v->depth ? v->closers[v->depth - 1] : '\0';
	bool comma = false;

	blanks(v);
	if (!v->fresh && peek(v, 0) == ',') {
		comma = true;
		v->p++;
		blanks(v);
	}
	if (v->p >= v->end || !closer) {
		stop(v, VALUE_BROKEN);
		return false;
	}
	if (*v->p == closer && (!comma || v->dialect == VALUE_PYTHON)) {
		v->fresh = false;
		v->p++;
		v->depth--;
		return false;
	}
	if (!comma && !v->fresh) {
		stop(v, VALUE_BROKEN);
		return false;
	}
	v->fresh = false;
	return true;
}

static bool
take_colon(struct value *v)
{
	blanks(v);
	if (peek(v, 0) != ':')
		return false;
	v->p++;
	return true;
}

bool
value_member(struct value *v, struct span *key)
{
	*key = (struct span){"", 0};
	if (!step(v))
		return false;
	if (kind_of_next(v) == VALUE_STRING)
		*key = take_string(v);
	else if (v->dialect == VALUE_PYTHON)
		*key = value_skip(v);
	else
		stop(v, VALUE_BROKEN);
	if (!take_colon(v))
		stop(v, VALUE_BROKEN);
	return !v->why;
}

bool
value_more(struct value *v)
{
	return step(v);
}

static void skip(struct value *v);

/* The members of an object, or in Python the elements of a set: which, the first one tells. */
static void
skip_members(struct value *v)
{
	bool pairs = true;

	for (bool first = true; step(v); first = false) {
		if (v->dialect == VALUE_JSON && kind_of_next(v) != VALUE_STRING)
			stop(v, VALUE_BROKEN);
		skip(v);
		if (first && v->dialect == VALUE_PYTHON) {
			blanks(v);
			pairs = peek(v, 0) == ':';
		}
		if (pairs && !take_colon(v))
			stop(v, VALUE_BROKEN);
		if (pairs)
			skip(v);
	}
}

static void
skip(struct value *v)
{
	struct literal l;

	switch (kind_of_next(v)) {
	case VALUE_STRING: take_literal(v, &l); return;
	case VALUE_NUMBER: take_number(v); return;
	case VALUE_WORD: take_word(v); return;
	case VALUE_OBJECT:
		value_enter(v);
		skip_members(v);
		return;
	case VALUE_ARRAY:
		value_enter(v);
		while (step(v))
			skip(v);
		return;
	case VALUE_END: stop(v, VALUE_BROKEN); return;
	}
}

struct span
value_skip(struct value *v)
{
	const char *start;

	blanks(v);
	start = v->p;
	skip(v);
	return v->why ? (struct span){"", 0} : (struct span){start, (size_t)(v->p - start)};
}

bool
value_string(struct value *v, struct span *s)
{
	*s = (struct span){NULL, 0};
	if (kind_of_next(v) != VALUE_STRING) {
		skip(v);
		return false;
	}
	*s = take_string(v);
	if (v->why)
		*s = (struct span){NULL, 0};
	return !v->why;
}

bool
value_number(struct value *v, uint64_t *n)
{
	enum { DIGITS_MAX = 18 };
	bool number = kind_of_next(v) == VALUE_NUMBER;
	struct span text = value_skip(v);

	*n = 0;
	if (!number || !text.n || text.n > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!is_digit(text.p[i]))
			return false;
		*n = *n * 10 + (uint64_t)(text.p[i] - '0');
	}
	return true;
}

bool
value_true(struct value *v)
{
	struct span text = value_skip(v);

	return span_eq(text, SPAN_LIT("true")) || span_eq(text, SPAN_LIT("True"));
}

bool
value_object(struct value *v)
{
	if (kind_of_next(v) != VALUE_OBJECT) {
		skip(v);
		return false;
	}
	value_enter(v);
	return !v->why;
}

bool
value_array(struct value *v)
{
	enum value_kind kind = kind_of_next(v);

	if (kind != VALUE_ARRAY && (kind != VALUE_OBJECT || v->dialect == VALUE_JSON)) {
		skip(v);
		return false;
	}
	value_enter(v);
	return !v->why;
}

void
value_fail(struct value *v)
{
	stop(v, VALUE_BROKEN);
}

bool
value_done(struct value *v)
{
	blanks(v);
	return !v->why && v->p == v->end && v->depth == 0;
}
