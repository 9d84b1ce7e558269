/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rng.h"
#include "probe/traces.h"

#define TOKEN "abcdefghijklmnopqrstuvwx27"

static struct arena *a;

static bool
found(const struct traces *t, struct span text)
{
	int fd = memfd_create("traces", MFD_CLOEXEC), in_file;
	bool in_text = traces_in(t, text);

	if (write(fd, text.p, text.n) != (ssize_t)text.n || lseek(fd, 0, SEEK_SET))
		return !in_text;
	in_file = traces_in_file(t, fd);
	close(fd);
	OK(in_file == in_text, "the file says the same as the text");
	return in_text;
}

static void
examples(void)
{
	struct traces t = {.a = a};

	traces_add_token(&t, SPAN_LIT("ABCDEFGHIJKLMNOPQRSTUVWX27"));
	traces_add_address(&t, SPAN_LIT("Bob@Example.net"));
	traces_add_id(&t, SPAN_LIT("0123456789abcdef"));
	traces_ready(&t);
	OK(found(&t, SPAN_LIT("to=<measurement@" TOKEN ".mail-ok.example.com>")), "a token");
	OK(found(&t, SPAN_LIT("to=<measurement@ABCDefghijklmnopqrstuvwx27.mail-ok>")), "0x20");
	OK(found(&t, SPAN_LIT("\x1a" TOKEN "\x07mail-ok")), "in a DNS message");
	OK(found(&t, SPAN_LIT("xx" TOKEN "yy")), "within a word");
	OK(!found(&t, SPAN_LIT("abcdefghijklmnopqrstuvwx2 7")), "not a part of one");
	OK(found(&t, SPAN_LIT("From: <bob@example.net>")), "an address");
	OK(found(&t, SPAN_LIT("BOB@EXAMPLE.NET")), "in capitals, alone");
	OK(found(&t, SPAN_LIT("write to bob@example.net.")), "at the end of a sentence");
	OK(!found(&t, SPAN_LIT("jimbob@example.net")), "another's that ends so");
	OK(!found(&t, SPAN_LIT("jim.bob@example.net")), "with a dot");
	OK(!found(&t, SPAN_LIT("bob@example.network")), "another's that begins so");
	OK(!found(&t, SPAN_LIT("bob@example.net.example.com")), "a longer domain");
	OK(found(&t, SPAN_LIT("\"session\":\"0123456789ABCDEF\"")), "an id");
	OK(!found(&t, SPAN_LIT("")), "nothing");
}

/* By the letter: at every place, compare. */
static bool
slow(struct span text, const char *word, bool whole)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++) {
		bool same = span_ieq((struct span){text.p + i, n}, (struct span){word, n});
		char before = i ? text.p[i - 1] : ' ';
		char behind = i + n < text.n ? text.p[i + n] : ' ';

		if (behind == '.')
			behind = i + n + 1 < text.n ? text.p[i + n + 1] : ' ';
		if (same && (!whole || (before == ' ' && behind == ' ')))
			return true;
	}
	return false;
}

/* Files as long as two pieces, with a word somewhere about where they are cut. */
static void
cuts(void)
{
	enum { LEN = 600 * 1024, PIECE = 256 * 1024 };
	static const char *const words[] = {TOKEN, "b@c.d", "b@c.dx", "xb@c.d", "b@c.d.e"};
	char *text = must(malloc(LEN));
	uint64_t state = 99;
	struct rng rng = rng_seeded(&state);
	struct traces t = {.a = a};
	size_t wrong = 0, hits = 0;

	traces_add_token(&t, SPAN_LIT(TOKEN));
	traces_add_address(&t, SPAN_LIT("b@c.d"));
	traces_ready(&t);
	for (int i = 0; i < 400; i++) {
		const char *word = words[rng_below(&rng, 5)];
		size_t at = PIECE * (1 + rng_below(&rng, 2)) - 400 + rng_below(&rng, 800);
		size_t n = rng_below(&rng, 3) ? LEN : at + strlen(word);
		int fd = memfd_create("traces", MFD_CLOEXEC), in_file;
		bool want;

		memset(text, ' ', LEN);
		memcpy(text + at, word, strlen(word));
		want = slow((struct span){text, n}, TOKEN, false) ||
		       slow((struct span){text, n}, "b@c.d", true);
		if (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET))
			wrong++;
		in_file = traces_in_file(&t, fd);
		wrong += in_file != want;
		hits += want;
		close(fd);
	}
	SAME_INT(wrong, 0, "wherever a file is cut, the same as by the letter");
	OK(hits > 50 && hits < 350, "found and not found");
	free(text);
}

static void
many(void)
{
	uint64_t state = 7;
	struct rng rng = rng_seeded(&state);
	struct traces t = {.a = a};
	char tokens[500][PROBE_TOKEN_LEN];
	bool all = true;

	for (size_t i = 0; i < 500; i++) {
		for (size_t k = 0; k < PROBE_TOKEN_LEN; k++)
			tokens[i][k] = "abcdefghijklmnopqrstuvwxyz234567"[rng_below(&rng, 32)];
		if (i % 2)
			traces_add_token(&t, (struct span){tokens[i], PROBE_TOKEN_LEN});
	}
	traces_ready(&t);
	for (size_t i = 0; i < 500; i++)
		all = all && traces_in(&t, (struct span){tokens[i], PROBE_TOKEN_LEN}) == (i % 2);
	OK(all, "of many tokens those that were added, and no other");
}

int
main(void)
{
	a = arena_new();
	examples();
	cuts();
	many();
	arena_free(a);
	return tap_end();
}
