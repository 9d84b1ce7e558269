/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonekit - zones for unit tests: written, signed and read in a folder that goes away. */
#ifndef EMT_ZONEKIT_H
#define EMT_ZONEKIT_H

#include <dirent.h>
#include <fcntl.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "site/proof.h"
#include "site/zone_sign.h"

enum { ZONEKIT_NOW = 1795000000 };

struct zonekit {
	struct arena *a;
	char folder[20];
	int fd;
};

static inline void
zonekit_begin(struct zonekit *kit)
{
	*kit = (struct zonekit){.a = arena_new(), .folder = "zones-XXXXXX"};
	if (!mkdtemp(kit->folder))
		abort();
	kit->fd = open(kit->folder, O_RDONLY | O_DIRECTORY);
}

static inline void
zonekit_end(struct zonekit *kit)
{
	DIR *dir = fdopendir(kit->fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		unlinkat(kit->fd, entry->d_name, 0);
	closedir(dir);
	rmdir(kit->folder);
	arena_free(kit->a);
}

static inline const char *
zonekit_path(struct zonekit *kit, const char *name)
{
	return arena_printf(kit->a, "%s/%s", kit->folder, name);
}

static inline void
zonekit_write(struct zonekit *kit, const char *name, const char *text)
{
	FILE *out = fopen(zonekit_path(kit, name), "w");

	if (!out || fputs(text, out) < 0 || fclose(out))
		abort();
}

/* The whole file, as a C string. */
static inline char *
zonekit_read(struct zonekit *kit, const char *name)
{
	FILE *in = fopen(zonekit_path(kit, name), "r");
	char *text = arena_alloc(kit->a, 1 << 20);

	if (!in)
		return NULL;
	text[fread(text, 1, (1 << 20) - 1, in)] = '\0';
	fclose(in);
	return text;
}

/* A zone of these records, its apex's added; NAME.zone. */
static inline void
zonekit_zone(struct zonekit *kit, const char *origin, const char *records)
{
	zonekit_write(kit, arena_printf(kit->a, "%s.zone", origin),
	    arena_printf(kit->a,
		"$ORIGIN %s.\n$TTL 300\n@ 5 IN SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A "
		"192.0.2.1\n%s",
		origin, records));
}

/* Signs NAME.zone into NAME.signed.  NULL, or what zone_sign says. */
static inline const char *
zonekit_sign(struct zonekit *kit, const char *origin, const struct zone_sign_ds *ds, size_t ds_n)
{
	struct zone_key key;
	struct zone_signed done;
	struct zone_sign job = {.origin = origin,
	    .file = zonekit_path(kit, arena_printf(kit->a, "%s.zone", origin)),
	    .out_name = arena_printf(kit->a, "%s.signed", origin),
	    .out_dir = kit->folder,
	    .out_dir_fd = kit->fd,
	    .key = &key,
	    .ds = ds,
	    .ds_n = ds_n,
	    .now_utc = ZONEKIT_NOW,
	    .validity_s = 86400};
	const char *error = zone_key_open(kit->a, kit->folder, kit->fd, origin, true, &key);

	return error ? error : zone_sign(kit->a, &job, &done);
}

static inline const char *
zonekit_ds(struct zonekit *kit, const char *origin)
{
	struct zone_key key;

	return zone_key_open(kit->a, kit->folder, kit->fd, origin, true, &key)
		   ? ""
		   : zone_key_ds(kit->a, &key);
}

/* Reads NAME.signed for a proof. */
static inline const char *
zonekit_load(struct zonekit *kit, const char *origin, struct zonefile *zone, struct proof *proof)
{
	const char *error = zonefile_read(
	    kit->a, zonekit_path(kit, arena_printf(kit->a, "%s.signed", origin)), origin, zone);

	if (!error)
		proof_begin(proof, kit->a, zone, ZONEKIT_NOW);
	return error;
}

/* Takes the line that holds both texts out of NAME.signed; false if there is none. */
static inline bool
zonekit_drop(struct zonekit *kit, const char *origin, const char *one, const char *two)
{
	const char *name = arena_printf(kit->a, "%s.signed", origin);
	struct span rest = span_str(zonekit_read(kit, name));
	FILE *out = fopen(zonekit_path(kit, name), "w");
	bool dropped = false;

	while (out && rest.n) {
		const char *line = arena_dup(kit->a, span_cut(&rest, '\n'));

		if (!dropped && strstr(line, one) && strstr(line, two))
			dropped = true;
		else
			fprintf(out, "%s\n", line);
	}
	if (!out || fclose(out))
		abort();
	return dropped;
}

static inline ldns_rdf *
zonekit_name(const char *text)
{
	return must(ldns_dname_new_frm_str(text));
}

#endif
