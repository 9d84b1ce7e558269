/* SPDX-License-Identifier: GPL-3.0-or-later */
/* enrich_jobs - the records in flight: takes names from folders as far as there is room, has each
 * completed, and stores it.
 *
 * There is room for so many records, for so many octets of them, and only while the DNS keeps up
 * (dns_is_busy): ten thousand pending records are not ten thousand in memory, and the deadline of a
 * mail begins when its questions can go out.  Files are read a few at a time, so that a folder of
 * many never holds up the answers to what is in flight. */
#ifndef EMT_ENRICH_JOBS_H
#define EMT_ENRICH_JOBS_H

#include "delivery/enrich_folder.h"
#include "delivery/enrich_mail.h"

enum { ENRICH_FOLDERS_MAX = 3 }; /* one a flavour */

struct enrich_jobs_params {
	const struct enrich_sources *sources; /* borrowed */
	int64_t deadline_s;                   /* setting enrich_deadline */
	int64_t parallel;                     /* setting enrich_parallel */
	bool progress;                        /* show on standard error how far it is */
};

struct enrich_jobs_events {
	/* Nothing is in flight, and no folder has a further name just now. */
	void (*idle)(void *arg);
	/* Something in that folder could not be read or written; it is logged. */
	void (*failed)(void *arg, struct enrich_folder *folder);
};

struct enrich_jobs;

struct enrich_jobs *enrich_jobs_new(const struct enrich_jobs_params *p);

/* Who is told, from now on; `events` is borrowed.  Before anything is begun. */
void enrich_jobs_tell(struct enrich_jobs *j, const struct enrich_jobs_events *events, void *arg);

/* After enrich_jobs_stop, and after the sources are freed. */
void enrich_jobs_free(struct enrich_jobs *j);

/* Takes names from this folder too, and holds it; the same folder only once. */
void enrich_jobs_add_folder(struct enrich_jobs *j, struct enrich_folder *folder);
void enrich_jobs_remove_folder(struct enrich_jobs *j, struct enrich_folder *folder);

/* Folders may have new names.  Called from the loop. */
void enrich_jobs_go_on(struct enrich_jobs *j);

/* Takes that one, if it is pending. */
enum enrich_take enrich_jobs_take(
    struct enrich_jobs *j, struct enrich_folder *folder, const char *name);

size_t enrich_jobs_in_flight(const struct enrich_jobs *j);

/* Starts no more, and leaves those in flight as they were: pending. */
void enrich_jobs_stop(struct enrich_jobs *j);

/* The last line of the progress. */
void enrich_jobs_show_end(const struct enrich_jobs *j);

#endif
