/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "site/zone_verify.h"
#include "tests/zonekit.h"

static struct zonekit kit;

static void
sign(void)
{
	static const char records[] = "www A 192.0.2.2\nwww AAAA 2001:db8::2\na.b.c TXT x\n"
				      "*.wild MX 10 www\nchild NS ns.child\nns.child A 192.0.2.3\n"
				      "safe NS ns.safe\nns.safe A 192.0.2.3\n";
	struct zone_sign_ds ds = {"safe.example", "1 13 2 "
						  "00112233445566778899aabbccddeeff"
						  "00112233445566778899aabbccddeeff"};

	zonekit_zone(&kit, "example", records);
	if (zonekit_sign(&kit, "example", &ds, 1))
		abort();
}

static struct zone_verified
verify(void)
{
	struct zone_verified found;
	struct zonefile zone;
	struct proof p;

	if (zonekit_load(&kit, "example", &zone, &p))
		abort();
	zone_verify(&p, &found);
	return found;
}

static bool
told(const struct zone_verified *found, const char *what)
{
	for (size_t i = 0; i < found->troubles_n && i < ZONE_VERIFY_SHOWN; i++)
		if (strstr(found->troubles[i], what))
			return true;
	for (size_t i = 0; i < found->troubles_n && i < ZONE_VERIFY_SHOWN; i++)
		printf("# %s\n", found->troubles[i]);
	return false;
}

/* Each record that signing made is missed when it is gone. */
static void
test_each_line(void)
{
	struct span rest;
	size_t lines = 0, missed = 0;
	const char *whole;

	sign();
	whole = zonekit_read(&kit, "example.signed");
	for (rest = span_str(whole); rest.n; lines++) {
		struct span line = span_cut(&rest, '\n');
		char *without = arena_alloc(kit.a, strlen(whole) + 1);
		size_t before = (size_t)(line.p - whole);

		if (!strstr(arena_dup(kit.a, line), "RRSIG") &&
		    !strstr(arena_dup(kit.a, line), "NSEC3") &&
		    !strstr(arena_dup(kit.a, line), "DNSKEY")) {
			missed++; /* the zone's own: another check compares it with the plan */
			continue;
		}
		memcpy(without, whole, before);
		memcpy(without + before, line.p + line.n + 1, strlen(line.p + line.n + 1) + 1);
		zonekit_write(&kit, "example.signed", without);
		if (verify().troubles_n)
			missed++;
		else
			printf("# not missed: %.*s\n", (int)line.n, line.p);
	}
	SAME_INT(missed, lines, "each record that signing made is missed");
}

int
main(void)
{
	struct zone_verified found;
	char *text, *at;

	zonekit_begin(&kit);
	sign();
	found = verify();
	SAME_INT(found.troubles_n, 0, "a signed zone is whole");
	SAME_INT(found.first_expiry_utc, ZONEKIT_NOW + 86400, "its signatures end");
	SAME_INT(found.validity_s, 86400 + ZONE_SIGN_SKEW_S, "and were made for");
	OK(found.signatures_n > 15, "there are some");
	test_each_line();

	sign();
	text = zonekit_read(&kit, "example.signed");
	at = strstr(text, "192.0.2.2");
	memcpy(at, "192.0.2.9", 9);
	zonekit_write(&kit, "example.signed", text);
	found = verify();
	OK(told(&found, "the signature of www.example does not hold"), "data that were altered");

	sign();
	zonekit_write(&kit, "example.signed",
	    arena_printf(kit.a, "%snew.example. 300 IN A 192.0.2.7\n",
		zonekit_read(&kit, "example.signed")));
	found = verify();
	OK(told(&found, "new.example has no NSEC3"), "a name that signing has not seen");

	sign();
	zonekit_drop(&kit, "example", "www.example.", "\tAAAA\t2001");
	zonekit_drop(&kit, "example", "www.example.", "\tRRSIG\tAAAA");
	found = verify();
	OK(told(&found, "the NSEC3 record of www.example names other types"),
	    "a type that is gone");

	sign();
	zonekit_write(&kit, "example.signed",
	    arena_printf(kit.a,
		"%sns.child.example. 300 IN RRSIG A 13 3 300 20300101000000 20200101000000 1 "
		"example. AAAA\n",
		zonekit_read(&kit, "example.signed")));
	found = verify();
	OK(told(&found, "ns.child.example lies below a delegation and is signed"),
	    "glue that is signed");

	zonekit_write(&kit, "example.signed",
	    "example. 5 IN SOA ns.example. x.example. 1 2 3 4 5\nexample. 5 IN NS ns.example.\n");
	found = verify();
	OK(told(&found, "no DNSKEY record"), "an unsigned zone");
	SAME_INT(found.signatures_n, 0, "has no signature");
	SAME_INT(found.first_expiry_utc, INT64_MAX, "that could end");
	zonekit_end(&kit);
	return tap_end();
}
