/* SPDX-License-Identifier: GPL-3.0-or-later */
/* span - a run of bytes that belongs to somebody else.
 *
 * Bytes from a mail, a log or a peer are never C strings: they may hold NUL and need not end in a
 * newline.  A span borrows them; whoever made it says how long they live.  An empty span may have p
 * == NULL.
 *
 * What is inline here and in cursor.h is so because parsers of logs call it dozens of times a line:
 * calls made them a quarter slower. */
#ifndef EMT_SPAN_H
#define EMT_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *p;
	size_t n; /* octets */
};

#define SPAN_LIT(s) ((struct span){"" s, sizeof(s) - 1})

static inline struct span
span_str(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

static inline bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Comparisons that ignore the case of ASCII letters, and of nothing else, whatever the locale. */
bool span_ieq(struct span a, struct span b);
bool span_istarts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);

static inline bool
span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq((struct span){s.p, prefix.n}, prefix);
}

/* The offset of the first `byte`, or s.n if there is none. */
static inline size_t
span_find(struct span s, char byte)
{
	const char *at = s.n ? memchr(s.p, byte, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* s without leading and trailing blanks, tabs, CR and LF. */
struct span span_trim(struct span s);

/* Cuts s at the first `byte`: what stands before it is returned, *s becomes what stands behind it.
 * Without that byte everything is returned and *s becomes empty with p == NULL, so `while (s.p)`
 * visits every piece once. */
struct span span_cut(struct span *s, char byte);

/* s from octet `from` on; empty if s is shorter. */
static inline struct span
span_from(struct span s, size_t from)
{
	if (from >= s.n)
		return (struct span){s.p ? s.p + s.n : NULL, 0};
	return (struct span){s.p + from, s.n - from};
}

/* Octet classes of ASCII, independent of the locale. */
static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline char
to_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The value of a hex digit of either case; -1 if it is none. */
static inline int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
