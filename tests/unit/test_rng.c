/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/rng.h"

static void
test_seeded(void)
{
	/* The reference implementation's stream of seed 1234567. */
	static const uint64_t want[] = {6457827717110365317u, 3203168211198807973u,
	    9817491932198370423u, 4593380528125082431u, 16408922859458223821u};
	uint64_t seed = 1234567, again = 1234567;
	struct rng r = rng_seeded(&seed), same = rng_seeded(&again);
	unsigned char octets[3 * sizeof *want + 3];
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		wrong += rng_u64(&r) != want[i];
	SAME_INT(wrong, 0, "SplitMix64");
	same.fill(same.state, octets, sizeof octets);
	OK(!memcmp(octets, want, sizeof octets), "octets are those of the words, the last one cut");
}

static void
test_below(void)
{
	uint64_t seed = 10;
	struct rng r = rng_seeded(&seed);
	unsigned count[7] = {0}, wrong = 0, big = 0;

	for (int i = 0; i < 70000; i++)
		count[rng_below(&r, 7)]++;
	for (int i = 0; i < 7; i++)
		wrong += count[i] < 9600 || count[i] > 10400;
	SAME_INT(wrong, 0, "every answer about as often");
	SAME_INT(rng_below(&r, 1), 0, "below 1 there is only 0");
	/* Three quarters of the range: with a plain remainder, the lowest third would come twice as
	 * often. */
	for (int i = 0; i < 9000; i++)
		big += rng_below(&r, UINT64_C(3) << 62) < UINT64_C(1) << 62;
	OK(big > 2800 && big < 3200, "no answer is likelier in a large range");
}

static void
test_system(void)
{
	uint64_t a = rng_u64(&rng_system), b = rng_u64(&rng_system);

	OK(a != b, "the kernel's numbers differ");
}

int
main(void)
{
	test_seeded();
	test_below();
	test_system();
	return tap_end();
}
