/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_folder - one folder of records: which names may be pending, reading one, replacing one.
 *
 * Names come from a scan of the folder, which goes on as they are asked for, and from whoever adds
 * one.  A name is no promise: what is there may be gone, done, or no record at all.  A folder is
 * one enricher's at a time (flock(2) on the folder), so that a record is completed once. */
#ifndef EMT_ENRICH_FOLDER_H
#define EMT_ENRICH_FOLDER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/stat.h>

enum {
	ENRICH_RECORD_MAX = 16 * 1024 * 1024, /* octets of a record; emt-deliver's are smaller */
	ENRICH_NAMES_MAX = 10000,             /* added and not yet taken; more mean a new scan */
};

struct enrich_folder;

/* Opens and locks a folder, with nothing to do in it yet.  `path` is borrowed.  NULL, with errno;
 * EWOULDBLOCK: another process works on it. */
struct enrich_folder *enrich_folder_open(const char *path);

/* Counts references; the last one closes and unlocks it. */
struct enrich_folder *enrich_folder_ref(struct enrich_folder *f);
void enrich_folder_unref(struct enrich_folder *f); /* NULL is fine */

const char *enrich_folder_path(const struct enrich_folder *f);
int enrich_folder_fd(const struct enrich_folder *f);

/* Is it what its path leads to now?  Folders are moved away and made anew. */
bool enrich_folder_is_there(const struct enrich_folder *f);

/* Everything may be pending: the next names are those of the whole folder. */
void enrich_folder_scan(struct enrich_folder *f);

/* This one may be. */
void enrich_folder_add(struct enrich_folder *f, const char *name);

/* The next name that may be pending, alive until the next call; NULL: none just now.  *failed: the
 * folder could not be read. */
const char *enrich_folder_next(struct enrich_folder *f, bool *failed);

enum enrich_take {
	ENRICH_TAKE_PENDING,
	ENRICH_TAKE_DONE,    /* a record that is not pending */
	ENRICH_TAKE_FOREIGN, /* no record mail/1; a line in the log says why */
	ENRICH_TAKE_GONE,    /* no such file any more */
	ENRICH_TAKE_FAILED,  /* cannot be read just now; a line in the log says why */
};

/* Reads a record; *st and *record (the caller's) only if it is pending. */
enum enrich_take enrich_folder_take(
    struct enrich_folder *f, const char *name, struct stat *st, json_t **record);

/* Puts the completed record in the place of the pending one, which had `st`.  False, with errno:
 * the pending one is still there. */
bool enrich_folder_store(struct enrich_folder *f, const char *name, const struct stat *st,
    const json_t *record) __attribute__((warn_unused_result));

#endif
