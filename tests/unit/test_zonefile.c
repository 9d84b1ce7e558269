/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "tests/zonekit.h"

static struct zonekit kit;

static const struct zonefile_rrset *
find(const struct zonefile *zone, const char *name, ldns_rr_type type)
{
	ldns_rdf *owner = zonekit_name(name);
	const struct zonefile_rrset *set = zonefile_find(zone, owner, type);

	ldns_rdf_deep_free(owner);
	return set;
}

static bool
exists(const struct zonefile *zone, const char *name)
{
	ldns_rdf *owner = zonekit_name(name);
	bool there = zonefile_exists(zone, owner);

	ldns_rdf_deep_free(owner);
	return there;
}

static const char *
cut(const struct zonefile *zone, const char *name)
{
	ldns_rdf *owner = zonekit_name(name);
	const struct zonefile_rrset *set = zonefile_cut(zone, owner);

	ldns_rdf_deep_free(owner);
	return set ? zonefile_text(kit.a, set->owner) : "";
}

int
main(void)
{
	struct zonefile zone;
	const struct zonefile_rrset *set;
	const char *error;
	ldns_rdf *owner;
	struct proof p;

	zonekit_begin(&kit);
	zonekit_zone(&kit, "example",
	    "www A 192.0.2.2\nwww A 192.0.2.3\nWWW AAAA 2001:db8::2\na.b TXT \"x y\"\n"
	    "child NS ns.child\nns.child A 192.0.2.4\nx.y.child NS ns\n");
	OK(!zonefile_read(kit.a, zonekit_path(&kit, "example.zone"), "example", &zone), "read");
	set = find(&zone, "www.example", LDNS_RR_TYPE_A);
	OK(set && set->rrs_n == 2 && set->signatures_n == 0, "an RRset of two, without signatures");
	OK(find(&zone, "WWW.Example", LDNS_RR_TYPE_AAAA) != NULL, "names are found without case");
	OK(!find(&zone, "www.example", LDNS_RR_TYPE_MX), "a type that is not there");
	OK(!find(&zone, "zzz.example", LDNS_RR_TYPE_A), "a name behind the last");
	OK(!find(&zone, "b.example", LDNS_RR_TYPE_TXT), "an empty name has no RRset");
	OK(exists(&zone, "b.example"), "but is there");
	OK(exists(&zone, "example") && exists(&zone, "a.b.example"), "as are others");
	OK(!exists(&zone, "c.example") && !exists(&zone, "z.a.b.example"), "these are not");
	owner = zonekit_name("www.example");
	set = zonefile_at(&zone, owner);
	OK(set && set->type == LDNS_RR_TYPE_A && set[1].type == LDNS_RR_TYPE_AAAA,
	    "the RRsets of a name stand together");
	ldns_rdf_deep_free(owner);
	SAME_STR(cut(&zone, "x.y.child.example"), "child.example", "the highest delegation");
	SAME_STR(cut(&zone, "child.example"), "child.example", "at the delegation itself");
	SAME_STR(cut(&zone, "www.example"), "", "above all");
	SAME_STR(cut(&zone, "example"), "", "the apex is none");
	set = find(&zone, "a.b.example", LDNS_RR_TYPE_TXT);
	SAME_STR(set ? zonefile_data(kit.a, set->rrs[0]) : "", "\"x y\"", "data as text");
	SAME_INT(zone.nsec3_n, 0, "no NSEC3");

	OK(!zonekit_sign(&kit, "example", NULL, 0) && !zonekit_load(&kit, "example", &zone, &p),
	    "signed");
	set = find(&zone, "www.example", LDNS_RR_TYPE_A);
	OK(set && set->rrs_n == 2 && set->signatures_n == 1, "a signature belongs to its RRset");
	SAME_INT(zone.nsec3_n, 6, "NSEC3: the apex, a.b, b, child, ns, www");
	OK(!exists(&zone, "c.example"), "NSEC3 records are no names");

	error = zonefile_read(kit.a, zonekit_path(&kit, "none"), "example", &zone);
	OK(error && strstr(error, "No such file"), "no file");
	zonekit_write(
	    &kit, "bad.zone", "a.example. 1 IN A 192.0.2.1\na.example. 1 IN A nonsense\n");
	error = zonefile_read(kit.a, zonekit_path(&kit, "bad.zone"), "example", &zone);
	OK(error && strstr(error, "bad.zone:2: "), "a bad line, with its number");
	zonekit_write(&kit, "bad.zone", "");
	OK(!zonefile_read(kit.a, zonekit_path(&kit, "bad.zone"), "example", &zone) &&
		zone.sets_n == 0 && !find(&zone, "example", LDNS_RR_TYPE_SOA),
	    "an empty file is an empty zone");
	zonekit_end(&kit);
	return tap_end();
}
