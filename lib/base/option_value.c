/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/option_value.h"

#include <arpa/inet.h>

#include "base/cursor.h"
#include "base/ip.h"
#include "base/utf8.h"

enum { ADDRESSES_MAX = 64, ITEM_MAX = 1000 };

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

/* The next member of a list; empty at its end. */
static struct span
next_item(struct cursor *c)
{
	cur_run(c, is_list_gap, c->rest.n);
	return cur_run(c, is_list_item, ITEM_MAX);
}

static const char *
check_address(struct arena *a, const struct option *o, char *item)
{
	unsigned char binary[16];

	if (inet_pton(AF_INET, item, binary) == 1 || inet_pton(AF_INET6, item, binary) == 1)
		return NULL;
	return wrong(
	    a, o, item, "is no IPv4 or IPv6 address; write one such as 192.0.2.1 or 2001:db8::1");
}

/* Puts the name in its canonical form. */
static bool
make_canonical(char *name)
{
	size_t n = strlen(name);

	if (!is_domain(span_str(name)))
		return false;
	if (name[n - 1] == '.')
		name[n - 1] = '\0';
	for (; *name; name++)
		*name = to_lower(*name);
	return true;
}

static const char *
check_name(struct arena *a, const struct option *o, char *item)
{
	return make_canonical(item) ? NULL : wrong(a, o, item, "is no domain name");
}

static bool
is_key_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-';
}

/* Keys are secrets: no message shows one. */
static const char *
check_key(struct arena *a, const struct option *o, char *item)
{
	char *equals = strchr(item, '=');
	struct cursor key = cursor_on(span_str(equals ? equals + 1 : ""));

	if (!equals)
		return arena_printf(a, "%s: a member is not of the form DOMAIN=KEY", o->name);
	*equals = '\0';
	if (!make_canonical(item))
		return wrong(a, o, item, "in front of = is no domain name");
	if (!cur_run(&key, is_key_char, 63).n || !cur_done(&key))
		return wrong(
		    a, o, item, "has no key of 1 to 63 letters, digits and hyphens behind its =");
	/* The name may have lost its dot: the key moves up. */
	memmove(item + strlen(item) + 1, equals + 1, strlen(equals + 1) + 1);
	item[strlen(item)] = '=';
	return NULL;
}

static const char *
check_range(struct arena *a, const struct option *o, char *item)
{
	struct ip_range range;
	const char *why = ip_range_read(span_str(item), &range);

	return why ? wrong(a, o, item, why) : NULL;
}

/* Equal names: of OPT_KEYS what stands before the `=`. */
static bool
is_same(enum option_type type, const char *x, const char *y)
{
	struct span a = span_str(x), b = span_str(y);

	return type == OPT_KEYS ? span_eq(span_cut(&a, '='), span_cut(&b, '=')) : span_eq(a, b);
}

static const char *
check_unique(struct arena *a, const struct option *o, const struct option_list *list)
{
	const char *last = list->v[list->n];
	struct span rest = span_str(last), shown = span_cut(&rest, '=');

	for (size_t i = 0; i < list->n; i++)
		if (is_same(o->type, list->v[i], last))
			return wrong(a, o, arena_dup(a, shown), "stands there twice; delete one");
	return NULL;
}

static const struct list_form {
	const char *empty_word; /* the one word that stands for no member */
	size_t max;
	const char *too_many, *nothing;
	/* Checks one member, and may change it in place. */
	const char *(*check)(struct arena *a, const struct option *o, char *item);
	bool unique;
} list_forms[] = {
    [OPT_RESOLVERS] = {"system", ADDRESSES_MAX, "holds too much; write at most 64 addresses",
	"holds no address", check_address, false},
    [OPT_NAMES] = {"none", OPTION_LIST_MAX, "holds too much; write at most 1000 names",
	"holds no name", check_name, true},
    [OPT_KEYS] = {"none", OPTION_LIST_MAX, "holds too much; write at most 1000 keys",
	"holds no key", check_key, true},
    [OPT_RANGES] = {"none", OPTION_LIST_MAX, "holds too much; write at most 1000 ranges",
	"holds no range", check_range, true},
};

static const char *
store_list(struct arena *a, const struct option *o, const char *text, struct option_list *field)
{
	const struct list_form *form = &list_forms[o->type];
	struct cursor c = cursor_on(span_str(text));
	const char **v = NULL;
	size_t room = 0;

	*field = (struct option_list){NULL, 0};
	if (!strcmp(text, form->empty_word))
		return NULL;
	for (;;) {
		struct span item = next_item(&c);
		const char *error;
		char *copy;

		if (!item.n && !c.failed)
			break;
		if (c.failed || field->n == form->max)
			return arena_printf(a, "%s: %s", o->name, form->too_many);
		if (field->n == room) {
			room = room ? 2 * room : 8;
			v = arena_grow(a, v, field->n, room, sizeof *v);
			field->v = v;
		}
		v[field->n] = copy = arena_dup(a, item);
		error = form->check(a, o, copy);
		if (!error && form->unique)
			error = check_unique(a, o, field);
		if (error)
			return error;
		field->n++;
	}
	return field->n ? NULL : wrong(a, o, text, form->nothing);
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
	case OPT_RESOLVERS:
	case OPT_NAMES:
	case OPT_KEYS:
	case OPT_RANGES: return store_list(a, o, text, field);
	case OPT_FAMILY: break; /* option.c gathers its members */
	}
	return wrong(a, o, text, "has a type that nobody reads");
}
