/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <sys/stat.h>

#include "tests/zonekit.h"

static struct zonekit kit;

static const char *
open_key(const char *zone, bool make, struct zone_key *key)
{
	return zone_key_open(kit.a, kit.folder, kit.fd, zone, make, key);
}

static bool
says(const char *error, const char *what)
{
	bool good = error && strstr(error, what);

	if (!good)
		printf("# says: %s\n", error ? error : "nothing");
	return good;
}

int
main(void)
{
	struct zone_key one, two;
	struct ldns_struct_key *copy;
	const char *ds;
	struct stat st;
	ldns_rr *rr;

	zonekit_begin(&kit);
	OK(says(open_key("a.example", false, &one), "a.example.private: missing"),
	    "a key that is not there is not made");
	OK(access(zonekit_path(&kit, "a.example.private"), F_OK), "and leaves nothing");
	OK(!open_key("a.example", true, &one), "unless that is asked for");
	OK(!stat(zonekit_path(&kit, "a.example.private"), &st) && (st.st_mode & 07777) == 0600,
	    "for its owner alone");
	OK(!open_key("a.example", true, &two), "then it is read");
	SAME_INT(two.tag, one.tag, "the same key tag");
	ds = zone_key_ds(kit.a, &one);
	SAME_STR(zone_key_ds(kit.a, &two), ds, "the same DS");
	SAME_INT(strlen(ds), strlen(arena_printf(kit.a, "%u 13 2 ", (unsigned)one.tag)) + 64,
	    "a DS of algorithm 13 and type 2");
	copy = zone_key_copy(&one);
	SAME_INT(ldns_key_keytag(copy), one.tag, "a copy for another thread");
	SAME_INT(ldns_key_flags(copy), ZONE_KEY_FLAGS, "with its flags");
	ldns_key_deep_free(copy);
	rr = NULL;
	OK(ldns_rr_new_frm_str(&rr, zonekit_read(&kit, "a.example.key"), 0, NULL, NULL) ==
		    LDNS_STATUS_OK &&
		ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNSKEY && ldns_calc_keytag(rr) == one.tag,
	    "the public file is its DNSKEY record");
	ldns_rr_free(rr);

	unlink(zonekit_path(&kit, "a.example.key"));
	OK(!open_key("a.example", false, &two) &&
		!access(zonekit_path(&kit, "a.example.key"), R_OK),
	    "a public file that is gone comes back");
	OK(!open_key("b.example", true, &two) && two.tag != one.tag, "another zone, another key");
	zonekit_write(&kit, "a.example.key", zonekit_read(&kit, "b.example.key"));
	OK(says(open_key("a.example", true, &two), "not the public half"),
	    "a public key of another");
	zonekit_write(&kit, "a.example.key", "nonsense\n");
	OK(says(open_key("a.example", true, &two), "not the public half"), "one that is none");
	unlink(zonekit_path(&kit, "b.example.private"));
	OK(says(open_key("b.example", true, &two), "missing, but b.example.key is there"),
	    "a private key that is gone is not made anew");
	OK(access(zonekit_path(&kit, "b.example.private"), F_OK), "it leaves nothing");
	OK(!open_key(".", true, &two) && !access(zonekit_path(&kit, "root.private"), R_OK),
	    "the root has a name of its own");
	zonekit_write(&kit, "c.example.private",
	    arena_printf(kit.a, "%05000d", 0)); /* larger than a key file can be */
	chmod(zonekit_path(&kit, "c.example.private"), 0600);
	OK(says(open_key("c.example", true, &two), "no key file"), "a file that is too large");
	zonekit_end(&kit);
	return tap_end();
}
