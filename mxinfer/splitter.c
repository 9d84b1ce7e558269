/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/splitter.h"

#include <stdint.h>

enum { SLACK = 64 * 1024 }; /* octets of a row beside its two largest fields */

/* Reads n more octets behind those of b; false at the end. */
static void
read_more(struct splitter *s, struct buf *b, size_t n)
{
	char *room = buf_room(b, n);
	size_t got = input_read(s->in, room, n);

	buf_added(b, got);
	s->end = got < n;
}

bool
splitter_begin(struct splitter *s, struct input *in, const char *name, size_t max_field)
{
	*s = (struct splitter){.in = in, .max_field = max_field};
	buf_init(&s->carry, SIZE_MAX / 4);
	read_more(s, &s->carry, SLACK);
	for (size_t i = 0; i < fact_forms_n && !s->form; i++)
		if (name ? !strcmp(fact_forms[i]->name, name)
			 : fact_forms[i]->detect(buf_span(&s->carry)))
			s->form = fact_forms[i];
	if (!s->form && !s->carry.n)
		s->form = fact_forms[0];
	return s->form;
}

void
splitter_free(struct splitter *s)
{
	buf_free(&s->carry);
}

/* Drops the rest of a line that was given up.  False if the input ended before the line did. */
static bool
pass_line(struct splitter *s, struct buf *text)
{
	for (;;) {
		size_t at = span_find(buf_span(text), '\n');

		if (at < text->n) {
			text->n -= at + 1;
			memmove(text->p, text->p + at + 1, text->n);
			s->passing = false;
			return true;
		}
		buf_clear(text);
		if (s->end)
			return false;
		read_more(s, text, SPLITTER_BLOCK);
	}
}

/* The first records of the text, which are whole, become the block; the rest waits. */
static void
cut(struct splitter *s, struct block *block, size_t whole)
{
	block->whole = whole;
	buf_clear(&s->carry);
	buf_put(&s->carry, span_from(buf_span(&block->text), whole));
}

bool
splitter_next(struct splitter *s, struct block *block)
{
	struct buf *text = &block->text;
	size_t seen = 0, whole;

	block->given_up = s->passing;
	buf_clear(text);
	buf_put(text, buf_span(&s->carry));
	if (s->passing && !pass_line(s, text)) {
		s->passing = false;
		cut(s, block, 0);
		return true;
	}
	for (;;) {
		if (!s->end && text->n < SPLITTER_BLOCK)
			read_more(s, text, SPLITTER_BLOCK - text->n);
		whole = text->n ? s->form->whole(buf_span(text), seen, s->max_field, s->end) : 0;
		seen = text->n;
		if (whole || s->end)
			break;
		if (text->n > 2 * s->max_field + SLACK) {
			size_t line = span_find(buf_span(text), '\n');

			/* Quotes that never end: then the row is its line. */
			if (line < text->n) {
				whole = line + 1;
				break;
			}
			s->passing = true;
			buf_clear(text);
			break;
		}
		read_more(s, text, text->n + SPLITTER_BLOCK);
	}
	cut(s, block, whole);
	return whole || block->given_up || s->passing;
}
