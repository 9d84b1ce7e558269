/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/site_sign.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/recipe.h"
#include "io/tree.h"
#include "site/zone_sign.h"

enum { DS_FILE_MAX = 4096 };

/* A zone of the plan, and what is known of it here. */
struct member {
	const struct plan_zone *zone;
	bool ours; /* to be signed; otherwise another machine's */
	struct zone_key key;
	const char *ds;  /* what its parent holds, broken or not; NULL: not known here */
	const char *dir; /* of its file */
};

struct signing {
	struct arena *a;
	const struct site_sign *job;
	struct member *members; /* as plan->zones */
};

const char *
site_sign_path(struct arena *a, const struct site_sign *job, const char *path_in_tree)
{
	struct span rest = span_str(path_in_tree);

	/* The machine's own folder is the root of it there. */
	if (job->machine && span_starts(rest, span_str(job->machine)))
		rest = span_from(rest, strlen(job->machine) + 1);
	return arena_printf(a, "%s/%.*s", job->dir, (int)rest.n, rest.p);
}

static const char *
folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_dup(a, (struct span){path, (size_t)(slash - path)}) : ".";
}

/* Opens the folder of a machine's keys, makes it if need be, and keeps every other signer out of
 * it until the descriptor is closed. */
static const char *
open_keys(struct signing *s, const char *dir, int *fd)
{
	struct stat st;

	*fd = -1;
	if (mkdir(folder_of(s->a, dir), 0755) && errno != EEXIST)
		return arena_printf(s->a, "%s: %s; render the site first", dir, strerror(errno));
	if (mkdir(dir, 0700) && errno != EEXIST)
		return arena_printf(s->a, "%s: %s", dir, strerror(errno));
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) || flock(*fd, LOCK_EX))
		return arena_printf(
		    s->a, "%s: %s; make it a folder of yours", dir, strerror(errno));
	if (st.st_mode & 077)
		return arena_printf(s->a, "%s: others may look into it (mode %03o); chmod 700 it",
		    dir, (unsigned)st.st_mode & 0777);
	return NULL;
}

static const char *
keys_dir(struct signing *s, const struct plan_zone *zone)
{
	return site_sign_path(
	    s->a, s->job, arena_printf(s->a, "%s/" SITE_KEYS, zone->host->machine->name));
}

/* The DS that the parent is to hold. */
static const char *
ds_for_parent(struct signing *s, const struct member *m)
{
	const char *ds = zone_key_ds(s->a, &m->key);

	return m->zone->trust == TRUST_DS_BROKEN ? recipe_ds_no_key(s->a, ds) : ds;
}

static const char *
take_key(struct signing *s, struct member *m)
{
	const char *dir = keys_dir(s, m->zone), *error;
	int fd;

	error = open_keys(s, dir, &fd);
	if (!error)
		/* A machine on its own never makes a key: its parents hold the DS of the old one.
		 */
		error = zone_key_open(s->a, dir, fd, m->zone->origin, !s->job->machine, &m->key);
	if (!error)
		m->ds = ds_for_parent(s, m);
	if (fd >= 0)
		close(fd);
	return error;
}

/* "CHILD. IN DS DATA" beside the parent's zone file, as an earlier run on the whole tree left it.
 */
static const char *
take_ds_file(struct signing *s, struct member *child, const struct member *parent)
{
	const char *path = arena_printf(s->a, "%s/%s.ds", parent->dir, child->zone->origin);
	const char *intro = arena_printf(s->a, "%s. IN DS ", child->zone->origin), *error;
	struct span text;

	error = tree_read(s->a, path, DS_FILE_MAX, &text);
	if (error)
		return arena_printf(
		    s->a, "%s; sign the whole tree once, then bring this file here", error);
	text = span_trim(text);
	if (!span_starts(text, span_str(intro)) || span_find(text, '\n') != text.n)
		return arena_printf(
		    s->a, "%s: not one line \"%s...\"; sign the whole tree again", path, intro);
	child->ds = arena_dup(s->a, span_from(text, strlen(intro)));
	return NULL;
}

static struct member *
parent_of(struct signing *s, const struct member *m)
{
	return m->zone->parent ? &s->members[m->zone->parent - s->job->plan->zones] : NULL;
}

/* Writes DIR/ORIGIN.ds.  One that says otherwise is of a key that was here before: its loss must
 * not go unnoticed, since the parent goes on with the old DS. */
static const char *
write_ds_file(struct signing *s, const struct member *m, const char *dir)
{
	const char *text = arena_printf(s->a, "%s. IN DS %s\n", m->zone->origin, m->ds);
	const char *name = arena_printf(s->a, "%s.ds", m->zone->origin);
	const char *path = arena_printf(s->a, "%s/%s", dir, name);
	struct span there;

	if (!access(path, F_OK)) {
		const char *error = tree_read(s->a, path, DS_FILE_MAX, &there);

		if (!error && !span_eq(there, span_str(text)))
			error = arena_printf(s->a,
			    "%s: is of another key than %s/%s.private; put the old key back, or "
			    "delete this file and give its new content to the parent",
			    path, keys_dir(s, m->zone), m->zone->origin);
		return error;
	}
	return tree_write(s->a, dir, name, 0644, span_str(text));
}

static const char *
write_ds(struct signing *s, const struct member *m)
{
	const struct member *parent = parent_of(s, m);

	if (parent && parent->ours)
		return write_ds_file(s, m, parent->dir);
	if (!parent && !s->job->machine)
		return write_ds_file(s, m, arena_printf(s->a, "%s/owner", s->job->dir));
	return NULL; /* another machine's zone: the run on the whole tree wrote it */
}

static const char *
gather(struct signing *s)
{
	const struct plan *plan = s->job->plan;
	const char *error = NULL;

	s->members = arena_alloc(s->a, plan->zones_n * sizeof *s->members);
	for (size_t i = 0; i < plan->zones_n && !error; i++) {
		struct member *m = &s->members[i];

		m->zone = &plan->zones[i];
		m->dir = folder_of(s->a, site_sign_path(s->a, s->job, m->zone->file));
		m->ours =
		    !s->job->machine || !strcmp(s->job->machine, m->zone->host->machine->name);
		if (m->ours)
			error = take_key(s, m);
	}
	for (size_t i = 0; i < plan->zones_n && !error; i++) {
		struct member *m = &s->members[i], *parent = parent_of(s, m);

		if (m->ds)
			error = write_ds(s, m);
		else if (parent && parent->ours)
			error = take_ds_file(s, m, parent);
	}
	return error;
}

static void
report(struct signing *s, const struct member *m, const struct zone_signed *done)
{
	if (s->job->out)
		fprintf(s->job->out, "%s: %zu signatures, key %u%s%s\n", m->zone->origin,
		    done->signatures_n, (unsigned)m->key.tag,
		    m->zone->trust == TRUST_DS_BROKEN ? "; broken on purpose: " : "",
		    m->zone->trust == TRUST_DS_BROKEN ? recipes[RECIPE_DS_NO_KEY].name : "");
}

static const char *
sign_zone(struct signing *s, const struct member *m)
{
	const struct plan *plan = s->job->plan;
	const char *file = site_sign_path(s->a, s->job, m->zone->file), *error;
	struct zone_sign_ds *ds = arena_alloc(s->a, plan->zones_n * sizeof *ds);
	struct zone_sign job = {.origin = m->zone->origin,
	    .file = file,
	    .out_name = arena_printf(s->a, "%s.signed", strrchr(file, '/') + 1),
	    .out_dir = m->dir,
	    .key = &m->key,
	    .ds = ds,
	    .now_utc = s->job->now_utc,
	    .validity_s = s->job->validity_s,
	    .serial = plan->serial};
	struct zone_signed done;

	for (size_t i = 0; i < plan->zones_n; i++)
		if (plan->zones[i].parent == m->zone)
			ds[job.ds_n++] =
			    (struct zone_sign_ds){plan->zones[i].origin, s->members[i].ds};
	job.out_dir_fd = open(m->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job.out_dir_fd < 0)
		return arena_printf(s->a, "%s: %s; render the site first", m->dir, strerror(errno));
	error = flock(job.out_dir_fd, LOCK_EX)
		    ? arena_printf(s->a, "%s: %s", m->dir, strerror(errno))
		    : zone_sign(s->a, &job, &done);
	close(job.out_dir_fd);
	if (!error)
		report(s, m, &done);
	return error;
}

const char *
site_sign(struct arena *a, const struct site_sign *job)
{
	struct signing s = {.a = a, .job = job};
	const char *error = gather(&s);
	size_t signed_n = 0;

	for (size_t i = 0; i < job->plan->zones_n && !error; i++) {
		if (!s.members[i].ours)
			continue;
		error = sign_zone(&s, &s.members[i]);
		signed_n++;
	}
	if (!error && job->machine && !signed_n)
		error = arena_printf(
		    a, "%s: no zone is served there; name a machine of the site", job->machine);
	return error;
}
