/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option_value.h"

#include <arpa/inet.h>

#include "base/cursor.h"
#include "base/utf8.h"

enum { ADDRESSES_MAX = 64 };

static const char *
wrong(struct arena *a, const struct option *o, const char *text, const char *mend)
{
	struct buf b;
	const char *message;

	buf_init(&b, 400);
	safe_put(&b, span_str(text));
	message = arena_printf(a, "%s: \"%s\" %s", o->name, buf_str(&b), mend);
	buf_free(&b);
	return message;
}

static int64_t
unit_seconds(char c)
{
	switch (c) {
	case 's': return 1;
	case 'm': return 60;
	case 'h': return 3600;
	case 'd': return 86400;
	case 'w': return 604800;
	default: return 0;
	}
}

static const char *
store_number(struct arena *a, const struct option *o, const char *text, int64_t *field)
{
	struct cursor c = cursor_on(span_str(text));
	bool minus = cur_maybe(&c, SPAN_LIT("-"));
	int64_t value = (int64_t)cur_number(&c, 15), factor = 1;

	if (o->type == OPT_SECONDS && c.rest.n == 1)
		factor = unit_seconds(cur_rest(&c).p[0]);
	if (__builtin_mul_overflow(value, minus ? -factor : factor, &value))
		value = minus ? INT64_MIN : INT64_MAX;
	if (!cur_done(&c) || !factor)
		return wrong(a, o, text,
		    o->type == OPT_SECONDS ? "is no time; write digits and s, m, h, d or w"
					   : "is no whole number");
	if (value < o->min || value > o->max)
		return wrong(a, o, text,
		    arena_printf(a, "is out of range; write %lld to %lld", (long long)o->min,
			(long long)o->max));
	*field = value;
	return NULL;
}

static const char *
store_choice(struct arena *a, const struct option *o, const char *text, int64_t *field)
{
	struct span words = span_str(o->choices);

	for (int64_t i = 0; words.p; i++) {
		if (span_eq(span_cut(&words, '|'), span_str(text))) {
			*field = i;
			return NULL;
		}
	}
	return wrong(a, o, text, arena_printf(a, "is none of %s", o->choices));
}

static bool
is_host_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
}

/* RFC 1035 2.3.4: labels of 1 to 63 octets, 253 in all as text; a trailing dot is cut off. */
static bool
is_domain(struct span s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (!s.n || s.n > 253)
		return false;
	while (s.p) {
		struct span label = span_cut(&s, '.');
		struct cursor c = cursor_on(label);

		cur_run(&c, is_host_char, 63);
		if (!label.n || !cur_done(&c))
			return false;
	}
	return true;
}

static bool
is_list_gap(char c)
{
	return is_blank(c) || c == ',';
}

static bool
is_list_item(char c)
{
	return !is_list_gap(c);
}

static const char *
store_resolvers(
    struct arena *a, const struct option *o, const char *text, struct option_list *field)
{
	struct cursor c = cursor_on(span_str(text));
	unsigned char binary[16];
	const char **v = arena_alloc(a, ADDRESSES_MAX * sizeof *v);
	size_t n = 0;

	*field = (struct option_list){v, 0};
	if (!strcmp(text, "system"))
		return NULL;
	for (;;) {
		struct span item;

		cur_run(&c, is_list_gap, 1000);
		if (c.rest.n == 0)
			break;
		item = cur_run(&c, is_list_item, 1000);
		if (c.failed || n == ADDRESSES_MAX)
			return wrong(a, o, text, "holds too much; write at most 64 addresses");
		v[n] = arena_dup(a, item);
		if (inet_pton(AF_INET, v[n], binary) != 1 && inet_pton(AF_INET6, v[n], binary) != 1)
			return wrong(a, o, v[n],
			    "is no IPv4 or IPv6 address; write one such as 192.0.2.1 "
			    "or 2001:db8::1");
		n++;
	}
	field->n = n;
	return n ? NULL : wrong(a, o, text, "holds no address");
}

const char *
option_value_store(struct arena *a, const struct option *o, const char *text, void *target)
{
	void *field = (char *)target + o->field;

	switch (o->type) {
	case OPT_FLAG: *(bool *)field = true; return NULL;
	case OPT_TEXT: *(const char **)field = text; return NULL;
	case OPT_PATH:
		*(const char **)field = text;
		return text[0] == '/' ? NULL
				      : wrong(a, o, text, "is no absolute path; start it with /");
	case OPT_NAME:
		*(const char **)field = text;
		return is_domain(span_str(text)) ? NULL : wrong(a, o, text, "is no domain name");
	case OPT_CHOICE: return store_choice(a, o, text, field);
	case OPT_YESNO:
		*(bool *)field = !strcmp(text, "yes");
		return *(bool *)field || !strcmp(text, "no")
			   ? NULL
			   : wrong(a, o, text, "is neither yes nor no");
	case OPT_NUMBER:
	case OPT_SECONDS: return store_number(a, o, text, field);
	case OPT_TEXTS: {
		struct option_list *list = field;

		list->v = arena_grow(a, list->v, list->n, list->n + 1, sizeof *list->v);
		list->v[list->n++] = text;
		return NULL;
	}
	case OPT_RESOLVERS: return store_resolvers(a, o, text, field);
	}
	return wrong(a, o, text, "has a type that nobody reads");
}
