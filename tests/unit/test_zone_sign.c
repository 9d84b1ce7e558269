/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "tests/zonekit.h"

static struct zonekit kit;

static bool
refused(const char *records, const char *what)
{
	const char *error;

	zonekit_zone(&kit, "bad.example", records);
	error = zonekit_sign(&kit, "bad.example", NULL, 0);
	if (!error || !strstr(error, what)) {
		printf("# says: %s\n", error ? error : "nothing");
		return false;
	}
	return access(zonekit_path(&kit, "bad.example.signed"), F_OK) != 0;
}

/* Counts the lines that hold the text. */
static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* Everything but the octets of signatures. */
static struct span
masked(const char *text)
{
	struct span rest = span_str(text), kept;
	struct buf b;

	buf_init(&b, 1 << 22);
	while (rest.n) {
		struct span line = span_cut(&rest, '\n');
		char *copy = arena_dup(kit.a, line), *last = strrchr(copy, ' ');

		if (strstr(copy, "RRSIG") && last)
			*last = '\0';
		buf_printf(&b, "%s\n", copy);
	}
	kept = arena_span(kit.a, buf_span(&b));
	buf_free(&b);
	return kept;
}

static const char *
sign_big(unsigned threads, uint32_t serial, struct zone_signed *done)
{
	struct zone_key key;
	struct zone_sign job = {.origin = "big.example",
	    .file = zonekit_path(&kit, "big.example.zone"),
	    .out_name = "big.example.signed",
	    .out_dir = kit.folder,
	    .out_dir_fd = kit.fd,
	    .key = &key,
	    .now_utc = ZONEKIT_NOW,
	    .validity_s = 3600,
	    .serial = serial,
	    .threads = threads};

	if (zone_key_open(kit.a, kit.folder, kit.fd, "big.example", true, &key) ||
	    zone_sign(kit.a, &job, done))
		return NULL;
	return zonekit_read(&kit, "big.example.signed");
}

/* More names than one thread takes at a time. */
static void
test_threads(void)
{
	struct zone_signed one, three;
	const char *by_one, *by_three;
	struct buf records;

	buf_init(&records, 1 << 20);
	for (int i = 0; i < 2100; i++)
		buf_printf(&records, "n%d TXT \"x\"\n", i);
	zonekit_zone(&kit, "big.example", buf_str(&records));
	buf_free(&records);
	by_one = sign_big(1, 7, &one);
	by_three = sign_big(3, 7, &three);
	OK(by_one && by_three, "a zone of several slices");
	SAME_INT(one.names_n, 2102, "all names");
	SAME_INT(
	    one.signatures_n, 2 * 2102 + 3, "each its RRset and its NSEC3, the apex four and that");
	SAME_INT(three.signatures_n, one.signatures_n, "as many by three threads");
	OK(span_eq(masked(by_one), masked(by_three)), "and the same zone, in the same order");
	OK(strstr(by_one, " 7 2 3 4 5\n") != NULL, "with the serial that was asked for");
}

int
main(void)
{
	static const char records[] = "www A 192.0.2.2\nwww AAAA 2001:db8::2\n"
				      "a.b.c TXT \"deep\"\n"
				      "child NS ns.child\nns.child A 192.0.2.3\n"
				      "*.wild MX 10 www\n";
	struct zone_sign_ds ds = {"child.example", "1 13 2 "
						   "00112233445566778899aabbccddeeff"
						   "00112233445566778899aabbccddeeff"};
	const char *text;

	zonekit_begin(&kit);
	zonekit_zone(&kit, "example", records);
	OK(!zonekit_sign(&kit, "example", &ds, 1), "sign");
	text = zonekit_read(&kit, "example.signed");
	OK(span_starts(span_str(text), SPAN_LIT("example.\t5\tIN\tSOA\t")), "the SOA comes first");
	SAME_INT(count(text, "\tDNSKEY\t"), 1, "one key");
	SAME_INT(count(text, "\tNSEC3PARAM\t1 0 0 -"), 1, "NSEC3 parameters: no opt-out, no salt");
	SAME_INT(count(text, "child.example.\t300\tIN\tDS\t1 13 2 0011"), 1,
	    "the DS, with the TTL of the delegation");
	SAME_INT(count(text, "child.example.\t300\tIN\tRRSIG\tDS 13 2"), 1, "is signed");
	SAME_INT(count(text, "RRSIG\tNS 13 2"), 0, "the delegation is not");
	SAME_INT(count(text, "ns.child.example.\t300\tIN\tRRSIG"), 0, "nor is glue");
	SAME_INT(count(text, "*.wild.example.\t300\tIN\tRRSIG\tMX 13 2 "), 1,
	    "a wildcard's signature counts one label less");
	/* Names: the apex, ns, www, a.b.c, b.c, c, child, wild, *.wild. */
	SAME_INT(count(text, "\tIN\tNSEC3\t1 0 0 -"), 9, "NSEC3 for empty names too");
	SAME_INT(count(text, " 20261119110640 20261118100640 "), count(text, "RRSIG\t"),
	    "all signatures begin an hour before and end a day after");
	SAME_INT(
	    count(text, "\t5\tIN\tNSEC3\t"), 9, "negative answers live as long as the SOA says");
	zonekit_zone(&kit, "example", "");
	OK(zonekit_sign(&kit, "example", &ds, 1) &&
		!strcmp(zonekit_read(&kit, "example.signed"), text),
	    "a DS without a delegation is an error, and the signed file stays");

	OK(refused("www A\n", "bad.example.zone:6: "), "a record without data, with its line");
	OK(refused("www.example.org. A 192.0.2.1\n", "lies outside the zone"), "another zone's");
	OK(refused("www A 192.0.2.1\nwww CNAME ns\n", "CNAME beside"), "a CNAME beside others");
	OK(refused("www CNAME ns\nwww CNAME bad\n", "CNAME beside"), "two CNAME records");
	OK(refused("www RRSIG A 13 2 300 20300101000000 20200101000000 1 bad.example. AAAA\n",
	       "DNSSEC record"),
	    "a signature");
	OK(refused("www NSEC a A\n", "DNSSEC record"), "an NSEC record");
	OK(refused("@ SOA a b 1 2 3 4 5\n", "a second SOA"), "a second SOA record");
	OK(refused("www SOA a b 1 2 3 4 5\n", "a second SOA"), "a SOA record below the apex");
	OK(refused("$INCLUDE other\n", "bad.example.zone:6: "), "another file");
	zonekit_zone(&kit, "twice.example", "a TXT x\na TXT y\na TXT x\n");
	OK(!zonekit_sign(&kit, "twice.example", NULL, 0) &&
		count(zonekit_read(&kit, "twice.example.signed"), "\tTXT\t\"x\"") == 1,
	    "a record that is there twice is there once");
	zonekit_write(&kit, "bad.example.zone", "www.bad.example. 1 IN A 192.0.2.1\n");
	OK(zonekit_sign(&kit, "bad.example", NULL, 0) != NULL, "no SOA");
	zonekit_write(&kit, "bad.example.zone", "");
	OK(zonekit_sign(&kit, "bad.example", NULL, 0) != NULL, "an empty file");
	test_threads();
	zonekit_end(&kit);
	return tap_end();
}
