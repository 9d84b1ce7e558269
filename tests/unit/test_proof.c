/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "tests/zonekit.h"

static struct zonekit kit;
static struct zonefile zone;
static struct proof proof;

enum question { RRSET, NO_TYPE, NO_NAME, NO_NAME_BUT_WILDCARD };

/* What the proof says of the name, or "" if it is proven. */
static const char *
ask(enum question question, const char *name, ldns_rr_type type)
{
	ldns_rdf *owner = zonekit_name(name);
	const struct zonefile_rrset *set;
	const char *why = NULL;

	switch (question) {
	case RRSET:
		set = zonefile_find(&zone, owner, type);
		why = set ? proof_rrset(&proof, set) : "it is not there";
		break;
	case NO_TYPE: why = proof_no_type(&proof, owner, type); break;
	case NO_NAME: why = proof_no_name(&proof, owner, true); break;
	case NO_NAME_BUT_WILDCARD: why = proof_no_name(&proof, owner, false); break;
	}
	ldns_rdf_deep_free(owner);
	return why ? why : "";
}

static void
load(void)
{
	const char *error = zonekit_load(&kit, "example", &zone, &proof);

	OK(!error, error ? error : "the zone can be read");
}

/* Every name of a list that is not there is proven not to be, whatever its hash. */
static void
test_many(void)
{
	size_t proven = 0;

	for (int i = 0; i < 300; i++) {
		char name[40];

		snprintf(name, sizeof name, "%sx%d.example", i % 3 ? "y." : "", i);
		proven += ask(NO_NAME, name, 0)[0] == '\0';
	}
	SAME_INT(proven, 300, "names that are not there are proven so");
}

int
main(void)
{
	const char *ds[1], *none[] = {"1 13 2 00"};
	char hash[PROOF_HASH_LEN + 1];
	ldns_rdf *name;

	zonekit_begin(&kit);
	zonekit_zone(&kit, "example",
	    "www A 192.0.2.2\na.b.c TXT x\nalias CNAME www\n"
	    "*.wild MX 10 www\nchild NS ns\n");
	ds[0] = zonekit_ds(&kit, "example");
	OK(!zonekit_sign(&kit, "example", NULL, 0), "signed");
	load();
	OK(!proof_keys(&proof, ds, 1), "the DS stands for the key");
	OK(proof_keys(&proof, none, 1) != NULL, "another does not");
	OK(proof_keys(&proof, NULL, 0) != NULL, "nor does none");
	none[0] = "nonsense";
	OK(proof_keys(&proof, none, 1) != NULL, "nor does one that is none");

	SAME_STR(ask(RRSET, "www.example", LDNS_RR_TYPE_A), "", "an RRset is signed");
	SAME_STR(ask(RRSET, "*.wild.example", LDNS_RR_TYPE_MX), "", "so is a wildcard");
	OK(ask(RRSET, "child.example", LDNS_RR_TYPE_NS)[0], "a delegation is not");
	SAME_STR(ask(NO_TYPE, "www.example", LDNS_RR_TYPE_AAAA), "", "a type that is not there");
	OK(ask(NO_TYPE, "www.example", LDNS_RR_TYPE_A)[0], "one that is");
	OK(ask(NO_TYPE, "alias.example", LDNS_RR_TYPE_A)[0], "a CNAME stands for every type");
	SAME_STR(ask(NO_TYPE, "c.example", LDNS_RR_TYPE_A), "", "an empty name has no type");
	SAME_STR(ask(NO_TYPE, "child.example", LDNS_RR_TYPE_DS), "", "a delegation without DS");
	OK(ask(NO_TYPE, "none.example", LDNS_RR_TYPE_A)[0],
	    "a name that is not there is no NODATA");
	SAME_STR(ask(NO_NAME, "none.example", 0), "", "a name that is not there");
	SAME_STR(ask(NO_NAME, "x.y.www.example", 0), "", "... far below one that is");
	SAME_STR(ask(NO_NAME, "x.b.c.example", 0), "", "... below an empty one");
	OK(ask(NO_NAME, "www.example", 0)[0], "one that is there");
	OK(ask(NO_NAME, "x.wild.example", 0)[0], "one that a wildcard makes");
	SAME_STR(
	    ask(NO_NAME_BUT_WILDCARD, "x.wild.example", 0), "", "is proven to be the wildcard's");
	OK(ask(NO_NAME, "other.org", 0)[0], "another zone's");
	test_many();
	name = zonekit_name("EXAMPLE");
	proof_hash(name, hash);
	/* RFC 5155 appendix A hashes with a salt; this is its algorithm without one, as
	 * ldns-nsec3-hash prints it. */
	SAME_INT(strlen(hash), PROOF_HASH_LEN, "a hash has 32 characters");
	OK(proof_nsec3(&zone, hash) != NULL, "in any case of its name");
	ldns_rdf_deep_free(name);

	proof.now_utc = ZONEKIT_NOW + 86401;
	OK(strstr(ask(RRSET, "www.example", LDNS_RR_TYPE_A), "expired") != NULL, "a day later");
	proof.now_utc = ZONEKIT_NOW - ZONE_SIGN_SKEW_S - 1;
	OK(ask(RRSET, "www.example", LDNS_RR_TYPE_A)[0], "before it was signed");

	OK(zonekit_drop(&kit, "example", "www.example.", "\tRRSIG\tA "), "a signature taken out");
	load();
	SAME_STR(
	    ask(RRSET, "www.example", LDNS_RR_TYPE_A), "www.example has no signature", "is missed");
	OK(zonekit_drop(&kit, "example", "\tDNSKEY\t", ""), "the key taken out");
	load();
	OK(proof_keys(&proof, ds, 1) && ask(RRSET, "ns.example", LDNS_RR_TYPE_A)[0],
	    "nothing is proven");
	while (zonekit_drop(&kit, "example", "\tNSEC3\t", ""))
		;
	load();
	OK(ask(NO_NAME, "none.example", 0)[0] && ask(NO_TYPE, "www.example", LDNS_RR_TYPE_MX)[0],
	    "nor without NSEC3 records");
	zonekit_end(&kit);
	return tap_end();
}
