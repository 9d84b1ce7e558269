/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Free text.  Nothing of a stranger's octets is copied but a reply code and an enhanced code at the
 * start: words are written as the vocabulary spells them, and whatever is not there is a mark. */
#include "base/buf.h"
#include "report/veil_parts.h"

enum { CODE_LEN = 3 };

/* A reader of one text. */
struct reading {
	struct buf *out;
	struct span code, status; /* those that came at the start; p == NULL: none */
	bool started;             /* something else than a code or "smtp" was seen */
	bool marked;              /* the last thing written is the mark */
};

static bool
is_code(struct span s)
{
	return s.n == CODE_LEN && s.p[0] >= '2' && s.p[0] <= '5' && is_digit(s.p[1]) &&
	       is_digit(s.p[2]);
}

/* RFC 3463 section 2. */
static bool
is_status(struct span s)
{
	size_t at = 1;

	if (!s.n || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5'))
		return false;
	for (int part = 0; part < 2; part++) {
		size_t digits = 0;

		if (at == s.n || s.p[at++] != '.')
			return false;
		while (at < s.n && is_digit(s.p[at])) {
			at++;
			digits++;
		}
		if (!digits || digits > 3)
			return false;
	}
	return at == s.n;
}

static void
put(struct reading *r, struct span s)
{
	if (r->out->n)
		buf_putc(r->out, ' ');
	buf_put(r->out, s);
	r->marked = false;
}

static void
put_mark(struct reading *r)
{
	if (!r->marked)
		put(r, SPAN_LIT(VEIL_MARK));
	r->marked = true;
}

/* A code at the start, or the same again: the lines of one reply. */
static bool
take_code(struct reading *r, struct span s)
{
	struct span *place = is_code(s) ? &r->code : is_status(s) ? &r->status : NULL;

	if (!place || (place->p ? !span_eq(*place, s) : r->started))
		return false;
	*place = s;
	put(r, s);
	return true;
}

/* "550-5.7.1": a line of several. */
static bool
take_codes(struct reading *r, struct span s)
{
	struct span code = {s.p, s.n < CODE_LEN ? s.n : CODE_LEN};

	if (take_code(r, s))
		return true;
	if (s.n <= CODE_LEN || s.p[CODE_LEN] != '-' || !is_code(code) || !take_code(r, code))
		return false;
	s = span_from(s, CODE_LEN + 1);
	if (s.n && !take_code(r, s)) {
		const char *word = veil_word(VEIL_WORDS, s);

		r->started = true;
		if (word)
			put(r, span_str(word));
		else
			put_mark(r);
	}
	return true;
}

static bool
is_around(char c)
{
	return strchr("()[]<>\"',.:;!?", c) != NULL;
}

/* Without the punctuation around it; `end` is the one that is kept of that behind. */
static struct span
bare(struct span s, char *end)
{
	*end = 0;
	while (s.n && s.p[0] && is_around(s.p[0]))
		s = span_from(s, 1);
	while (s.n && s.p[s.n - 1] && is_around(s.p[s.n - 1])) {
		*end = strchr(",.:;", s.p[s.n - 1]) ? s.p[s.n - 1] : *end;
		s.n--;
	}
	return s;
}

static void
take(struct reading *r, struct span s)
{
	const char *word;
	char end;

	if (take_codes(r, s))
		return;
	s = bare(s, &end);
	if (!s.n)
		return;
	word = veil_word(VEIL_WORDS, s);
	if (!word || !span_ieq(s, SPAN_LIT("smtp")))
		r->started = true;
	if (!word) {
		put_mark(r);
		return;
	}
	put(r, span_str(word));
	if (end)
		buf_putc(r->out, end);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *
veil_words(struct veil *v, struct arena *a, const char *text)
{
	struct span s = span_str(text);
	struct reading r = {0};
	const char *veiled;
	struct buf out;

	if (!v || !text || !*text)
		return text;
	buf_init(&out, 4 * s.n + 64);
	r.out = &out;
	while (s.n) {
		size_t n = 0;

		while (n < s.n && !is_space(s.p[n]))
			n++;
		if (n)
			take(&r, (struct span){s.p, n});
		s = span_from(s, n < s.n ? n + 1 : n);
	}
	veiled = arena_dup(a, buf_span(&out));
	buf_free(&out);
	return veiled;
}

const char *
veil_status(struct veil *v, struct arena *a, const char *status)
{
	(void)a;
	return !v || !status || is_status(span_str(status)) ? status : VEIL_MARK;
}

/* Parts of a list with "-" and "_" between. */
const char *
veil_cipher(struct veil *v, struct arena *a, const char *name)
{
	struct buf out;
	const char *veiled;

	if (!v || !name)
		return name;
	buf_init(&out, 2 * strlen(name) + 64);
	for (const char *p = name; *p;) {
		size_t n = strcspn(p, "-_");
		const char *part = veil_word(VEIL_CIPHERS, (struct span){p, n});

		if (!part) {
			buf_free(&out);
			return VEIL_MARK;
		}
		buf_puts(&out, part);
		p += n;
		if (*p)
			buf_putc(&out, *p++);
	}
	veiled = arena_dup(a, buf_span(&out));
	buf_free(&out);
	return veiled;
}

/* The last place in `name` where these labels are; NULL: none. */
static const char *
find_labels(const char *name, const char *labels)
{
	size_t n = strlen(labels);
	const char *found = NULL;

	for (const char *p = name; p; p = strchr(p, '.') ? strchr(p, '.') + 1 : NULL)
		if (strlen(p) >= n && span_ieq((struct span){p, n}, (struct span){labels, n}) &&
		    (!p[n] || p[n] == '.'))
			found = p;
	return found;
}

/* What stands in front of our own part: labels of standards, or a mark for what is none. */
static void
put_front(struct buf *out, const char *name, const char *own)
{
	bool marked = false;

	for (const char *p = name; p < own;) {
		size_t n = strcspn(p, ".");
		const char *label = veil_word(VEIL_LABELS, (struct span){p, n});

		if (label || !marked)
			buf_printf(out, "%s.", label ? label : VEIL_MARK);
		marked = !label;
		p += n + 1;
	}
}

const char *
veil_query(struct veil *v, struct arena *a, const char *name, const char *token, const char *zone)
{
	const char *own, *veiled;
	struct buf out;
	size_t n;

	if (!v || !name)
		return name;
	own = find_labels(name, zone);
	if (!own)
		return VEIL_MARK;
	/* The token stands right in front of the case. */
	n = token ? strlen(token) : 0;
	if (n && own - name >= (ptrdiff_t)n + 1 &&
	    span_ieq((struct span){own - n - 1, n}, (struct span){token, n}) &&
	    (own - n - 1 == name || own[-(ptrdiff_t)n - 2] == '.'))
		own -= n + 1;
	else
		token = NULL;
	buf_init(&out, 8 * strlen(name) + 64);
	put_front(&out, name, own);
	/* Nothing behind: that is the measurement's domain, which the summary names. */
	buf_printf(&out, "%s%s%s", token ? token : "", token ? "." : "", zone);
	veiled = arena_dup(a, buf_span(&out));
	buf_free(&out);
	return veiled;
}
