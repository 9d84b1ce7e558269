/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/secret_trace.h"

struct span
secret_next_word(struct span s, size_t *blanks)
{
	size_t end;

	*blanks = 0;
	while (*blanks < s.n && is_blank(s.p[*blanks]))
		++*blanks;
	for (end = *blanks; end < s.n && !is_blank(s.p[end]);)
		end++;
	return (struct span){s.p + *blanks, end - *blanks};
}

static void
digest_of(const struct secret_trace *t, struct span word, unsigned char digest[SHA256_LEN])
{
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, (struct span){(const char *)t->salt, sizeof t->salt});
	sha256_add(&s, word);
	sha256_end(&s, digest);
}

void
secret_trace_set(struct secret_trace *t, struct span secret, const struct rng *rng)
{
	size_t blanks;

	rng->fill(rng->state, t->salt, sizeof t->salt);
	for (t->n = 0; secret.n && t->n < SECRET_WORDS_MAX;) {
		struct span word = secret_next_word(secret, &blanks);

		if (word.n >= SECRET_WORD_MIN) {
			t->words[t->n].len = word.n;
			digest_of(t, word, t->words[t->n++].sha256);
		}
		secret = span_from(secret, blanks + word.n);
	}
}

size_t
secret_trace_match(const struct secret_trace *t, struct span s)
{
	unsigned char digest[SHA256_LEN];
	size_t longest = 0;

	for (size_t i = 0; i < t->n; i++) {
		size_t len = (size_t)t->words[i].len;

		if (len <= longest || len > s.n)
			continue;
		digest_of(t, (struct span){s.p, len}, digest);
		if (!memcmp(digest, t->words[i].sha256, sizeof digest))
			longest = len;
	}
	return longest;
}

void
secret_trace_code(struct codec *c, struct secret_trace *t)
{
	code_count(c, &t->n, SECRET_WORDS_MAX);
	if (t->n)
		code_octets(c, t->salt, sizeof t->salt);
	for (size_t i = 0; i < t->n; i++) {
		code_u64(c, &t->words[i].len);
		code_octets(c, t->words[i].sha256, sizeof t->words[i].sha256);
		if (!t->words[i].len)
			cur_fail(&c->in);
	}
}
