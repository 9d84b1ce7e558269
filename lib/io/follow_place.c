/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/follow_place.h"

#include <inttypes.h>

#include "base/cursor.h"

static const struct span version = {"place/1", 7};

static bool
mark_same(const struct follow_mark *a, const struct follow_mark *b)
{
	return a->inode == b->inode && a->offset == b->offset && a->size == b->size &&
	       a->changed_ns == b->changed_ns && a->head_len == b->head_len &&
	       !memcmp(a->head_sha256, b->head_sha256, SHA256_LEN);
}

bool
follow_place_same(const struct follow_place *a, const struct follow_place *b)
{
	return mark_same(&a->part, &b->part) && mark_same(&a->before, &b->before);
}

/* INODE:OFFSET:SIZE:CHANGED:HEAD_LEN:SHA-256 */
static void
mark_put(struct buf *out, const struct follow_mark *m)
{
	if (!m->inode) {
		buf_putc(out, '-');
		return;
	}
	buf_printf(out, "%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRIu32 ":", m->inode,
	    m->offset, m->size, (uint64_t)m->changed_ns, m->head_len);
	for (size_t i = 0; i < SHA256_LEN; i++)
		buf_printf(out, "%02x", m->head_sha256[i]);
}

void
follow_place_put(struct buf *out, const struct follow_place *place)
{
	buf_put(out, version);
	buf_putc(out, ' ');
	mark_put(out, &place->part);
	buf_putc(out, ' ');
	mark_put(out, &place->before);
}

/* A number up to `max`, as we write it: without zeros in front. */
static uint64_t
take_number(struct cursor *c, uint64_t max)
{
	uint64_t n = 0;
	size_t digits = 0;

	for (; cur_peek(c) >= '0' && cur_peek(c) <= '9'; digits++) {
		uint64_t digit = (uint64_t)(cur_peek(c) - '0');

		if ((digits && !n) || n > max / 10 || n * 10 > max - digit) {
			cur_fail(c);
			return 0;
		}
		n = n * 10 + digit;
		c->rest = span_from(c->rest, 1);
	}
	if (!digits)
		cur_fail(c);
	return n;
}

static unsigned char
take_hex_digit(struct cursor *c)
{
	int octet = cur_peek(c);
	const char *at = octet > 0 ? strchr("0123456789abcdef", octet) : NULL;

	if (!at) {
		cur_fail(c);
		return 0;
	}
	c->rest = span_from(c->rest, 1);
	return (unsigned char)(*at >= 'a' ? *at - 'a' + 10 : *at - '0');
}

/* The numbers of a mark cannot contradict each other: what follows them need not check. */
static bool
mark_makes_sense(const struct follow_mark *m)
{
	static const unsigned char none[SHA256_LEN];

	return m->inode && m->size >= m->offset && m->head_len <= m->offset &&
	       (m->head_len > 0) == (m->offset > 0) &&
	       (m->head_len > 0 || !memcmp(m->head_sha256, none, SHA256_LEN));
}

static void
mark_take(struct cursor *c, struct follow_mark *m)
{
	*m = (struct follow_mark){0};
	if (cur_maybe(c, SPAN_LIT("-")))
		return;
	m->inode = take_number(c, UINT64_MAX);
	cur_literal(c, SPAN_LIT(":"));
	m->offset = take_number(c, INT64_MAX);
	cur_literal(c, SPAN_LIT(":"));
	m->size = take_number(c, INT64_MAX);
	cur_literal(c, SPAN_LIT(":"));
	m->changed_ns = (int64_t)take_number(c, INT64_MAX);
	cur_literal(c, SPAN_LIT(":"));
	m->head_len = (uint32_t)take_number(c, FOLLOW_HEAD_MAX);
	cur_literal(c, SPAN_LIT(":"));
	for (size_t i = 0; i < SHA256_LEN; i++) {
		m->head_sha256[i] = (unsigned char)(take_hex_digit(c) << 4);
		m->head_sha256[i] |= take_hex_digit(c);
	}
	if (!c->failed && !mark_makes_sense(m))
		cur_fail(c);
}

bool
follow_place_parse(struct span text, struct follow_place *place)
{
	struct cursor c = cursor_on(text);

	cur_literal(&c, version);
	cur_literal(&c, SPAN_LIT(" "));
	mark_take(&c, &place->part);
	cur_literal(&c, SPAN_LIT(" "));
	mark_take(&c, &place->before);
	if (!place->part.inode && place->before.inode)
		cur_fail(&c);
	if (cur_done(&c))
		return true;
	*place = (struct follow_place){0};
	return false;
}
