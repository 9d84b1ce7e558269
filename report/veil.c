/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/veil.h"

#include "base/ip.h"
#include "dns/public_suffix.h"
#include "io/tree.h"
#include "report/veil_parts.h"

enum { KEY_FILE_MAX = 4096 };

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
veil_address(struct veil *v, struct arena *a, const char *address)
{
	char text[IP_TEXT_MAX];
	struct ip ip;

	if (!v || !address || !ip_read(span_str(address), &ip))
		return veil_text(v, a, address);
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

const char *
veil_operator(struct veil *v, struct arena *a, const char *name)
{
	const char *veiled;
	size_t known_n;
	struct ip ip;

	if (!v || !name || !*name)
		return name;
	if (ip_read(span_str(name), &ip))
		return veil_address(v, a, name);
	/* The domain of a From field is whatever somebody wrote there: [192.0.2.1], say. */
	if (!is_domain(name))
		return of_kind(v, a, "host", name);
	/* Domains stay, though they be made of words that are known; an address within does not. */
	known_n = v->known_n;
	v->known_n = 0;
	veiled = veil_text(v, a, name);
	v->known_n = known_n;
	return veiled;
}

const char *
veil_host(struct veil *v, struct arena *a, const char *name)
{
	char out[STAND_IN_MAX];
	struct span own;
	char *lower;

	if (!v || !name || !*name)
		return name;
	lower = arena_dup(a, span_str(name));
	for (char *p = lower; *p; p++)
		*p = to_lower(*p);
	own = public_suffix_registered(v->suffixes, lower);
	if (!own.p || !is_domain(own.p))
		return of_kind(v, a, "host", name);
	if (own.p == lower)
		return name;
	stand_in(v->key, "host", span_str(lower), out);
	return arena_printf(a, "%s.%.*s", out, (int)own.n, own.p);
}

void
veil_know(struct veil *v, const char *word, const char *stand_in)
{
	/* Shorter ones are parts of too many words that are none of theirs. */
	if (v && word && strlen(word) >= VEIL_WORD_LEAST && v->known_n < VEIL_KNOWN_MAX &&
	    strcmp(word, stand_in) != 0) {
		for (size_t i = 0; i < v->known_n; i++)
			if (span_ieq(v->known[i].word, span_str(word)))
				return;
		v->known[v->known_n++] = (struct veil_word){span_str(word), stand_in};
	}
}

void
veil_forget(struct veil *v)
{
	if (v)
		v->known_n = 0;
}
