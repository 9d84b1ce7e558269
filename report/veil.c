/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/veil.h"

#include "base/ip.h"
#include "dns/public_suffix.h"
#include "io/tree.h"
#include "report/veil_parts.h"

enum {
	KEY_FILE_MAX = 4096,
	AS_DIGITS_MAX = 10,
	/* Of a label that may be an address. */
	NUMBERS_LEAST = 4,
	DIGITS_LEAST = 7,
	HEX_LEAST = 8
};

const char *
veil_open(struct arena *a, const char *key_file, struct veil **veil)
{
	struct span key;
	const char *error = tree_read(a, key_file, KEY_FILE_MAX, &key);
	struct veil *v = arena_alloc(a, sizeof *v);

	if (error)
		return error;
	while (key.n && (key.p[key.n - 1] == '\n' || key.p[key.n - 1] == '\r'))
		key.n--;
	if (key.n < VEIL_KEY_LEAST)
		return arena_printf(a,
		    "%s: a key of %zu octets can be guessed; put at least %d random ones there "
		    "(openssl rand -hex 32)",
		    key_file, key.n, VEIL_KEY_LEAST);
	v->key = key;
	v->suffixes = public_suffixes_open();
	*veil = v;
	return NULL;
}

void
veil_close(struct veil *v)
{
	if (v)
		public_suffixes_free(v->suffixes);
}

static const char *
of_kind(struct veil *v, struct arena *a, const char *kind, const char *thing)
{
	char out[STAND_IN_MAX];

	if (!v || !thing || !*thing)
		return thing;
	return arena_dup(a, span_str(stand_in(v->key, kind, span_str(thing), out)));
}

const char *
veil_participant(struct veil *v, struct arena *a, const char *name)
{
	return of_kind(v, a, "participant", name);
}

const char *
veil_id(struct veil *v, struct arena *a, const char *id)
{
	return of_kind(v, a, "record", id);
}

const char *
veil_provider(struct veil *v, struct arena *a, const char *name)
{
	return of_kind(v, a, "provider", name);
}

const char *
veil_address(struct veil *v, struct arena *a, const char *address)
{
	char text[IP_TEXT_MAX];
	struct ip ip;

	if (!v || !address || !*address)
		return address;
	if (!ip_read(span_str(address), &ip))
		return of_kind(v, a, "host", address);
	return of_kind(v, a, ip.v6 ? "ip6" : "ip4", ip_text(&ip, text));
}

/* Letters, digits, hyphens, underscores and dots: a name that the DNS may have. */
static bool
is_domain(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!is_alpha(*p) && !is_digit(*p) && !strchr("-_.", *p))
			return false;
	return true;
}

/* "AS64500" */
static bool
is_as_number(const char *name)
{
	size_t digits;

	if (strncmp(name, "AS", 2) != 0)
		return false;
	digits = strspn(name + 2, "0123456789");
	return digits && digits <= AS_DIGITS_MAX && !name[2 + digits];
}

/* Some public suffixes (clouds, dynamic DNS) have one "registered domain" for each machine.  An
 * address in its first label: four numbers, its decimal number, or its hexadecimal digits. */
static bool
may_be_address(struct span label)
{
	size_t digits = 0, numbers = 0, hex = 0, hex_digits = 0;
	bool inside = false;

	for (size_t i = 0; i < label.n; i++) {
		bool digit = is_digit(label.p[i]);
		char c = to_lower(label.p[i]);

		digits += digit;
		numbers += digit && !inside;
		inside = digit;
		if (digit || (c >= 'a' && c <= 'f') || c == '-' || c == '_') {
			hex += c != '-' && c != '_';
			hex_digits += digit;
		} else {
			hex = hex_digits = 0;
		}
		if (hex >= HEX_LEAST && hex_digits)
			return true;
	}
	return numbers >= NUMBERS_LEAST || digits >= DIGITS_LEAST;
}

static const char *
lower_of(struct arena *a, const char *name)
{
	char *lower = arena_dup(a, span_str(name));

	for (char *p = lower; *p; p++)
		*p = to_lower(*p);
	return lower;
}

/* The organisation's domain within `lower` if it may be shown; p == NULL: it may not. */
static struct span
shown_domain(const struct veil *v, const char *lower)
{
	struct span own = {0};

	if (is_domain(lower))
		own = public_suffix_organisation(v->suffixes, lower);
	return own;
}

const char *
veil_operator(struct veil *v, struct arena *a, const char *name)
{
	struct span own, rest;
	const char *lower;
	struct ip ip;

	if (!v || !name || !*name || is_as_number(name))
		return name;
	if (ip_read(span_str(name), &ip))
		return veil_address(v, a, name);
	lower = lower_of(a, name);
	own = shown_domain(v, lower);
	if (!own.p)
		return of_kind(v, a, "host", name);
	rest = own;
	if (may_be_address(span_cut(&rest, '.')))
		return arena_printf(
		    a, "%s.%.*s", of_kind(v, a, "host", lower), (int)rest.n, rest.p);
	if (own.p == lower)
		return lower;
	return arena_printf(a, "%s.%.*s", of_kind(v, a, "host", lower), (int)own.n, own.p);
}

/* `name` with a stand-in for its labels in front of the operator's domain; as a whole if it is not
 * below that. */
static const char *
below(struct veil *v, struct arena *a, const char *kind, const char *name, const char *operator)
{
	struct span own;
	const char *lower, *shown;

	if (!v || !name || !*name)
		return name;
	lower = lower_of(a, name);
	own = shown_domain(v, lower);
	if (!own.p || !operator|| !span_ieq(own, span_str(operator)))
		return of_kind(v, a, kind, lower);
	shown = veil_operator(v, a, operator);
	if (own.p == lower)
		return shown;
	return arena_printf(a, "%s.%s", of_kind(v, a, kind, lower), shown);
}

const char *
veil_host(struct veil *v, struct arena *a, const char *name, const char *operator)
{
	return below(v, a, "host", name, operator);
}

const char *
veil_domain(struct veil *v, struct arena *a, const char *name, const char *operator)
{
	return below(v, a, "domain", name, operator);
}

const char *
veil_mailbox(struct veil *v, struct arena *a, const char *address, const char *operator)
{
	const char *at = address ? strrchr(address, '@') : NULL, *user;

	if (!v || !address || !*address)
		return address;
	user = of_kind(v, a, "user", address);
	return at ? arena_printf(a, "%s@%s", user, veil_domain(v, a, at + 1, operator)) : user;
}
