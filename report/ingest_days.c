/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Daily files: YYYY-MM-DD.jsonl, which only grow.  One that is shorter than what was read of it, or
 * begins otherwise, was made anew (emt-probe forget, a purge) and is read from its start: what the
 * index has already stays as it is. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sha256.h"
#include "io/dayfiles.h"
#include "report/daylines.h"
#include "report/ingest_parts.h"
#include "report/member.h"

enum { BATCH_OCTETS = 256 * 1024 * 1024, ARENA_LINES = 256 };

struct source_statements {
	struct statement *find, *store;
};

void
source_prepare(struct ingest *in)
{
	struct source_statements *s = arena_alloc(in->arena, sizeof *s);

	s->find = store_prepare(in->store,
	    "SELECT inode, size, mtime_ns, octets_read, lines_read, head FROM source WHERE path = "
	    "?1");
	s->store = store_prepare(in->store,
	    "INSERT OR REPLACE INTO source (path, inode, size, mtime_ns, octets_read, lines_read, "
	    "head) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	in->sources = s;
}

void
source_find(struct ingest *in, struct source *s)
{
	struct statement *st = in->sources->find;
	struct span head;

	*s = (struct source){.path = s->path};
	statement_str(st, 1, s->path);
	if (!statement_row(st))
		return;
	s->is_known = true;
	s->inode = statement_get_int(st, 0);
	s->size = statement_get_int(st, 1);
	s->mtime_ns = statement_get_int(st, 2);
	s->octets_read = statement_get_int(st, 3);
	s->lines_read = statement_get_int(st, 4);
	head = statement_get(st, 5);
	if (head.n == sizeof s->head)
		memcpy(s->head, head.p, sizeof s->head);
	statement_reset(st);
}

void
source_store(struct ingest *in, const struct source *s)
{
	struct statement *st = in->sources->store;

	statement_str(st, 1, s->path);
	statement_int(st, 2, s->inode);
	statement_int(st, 3, s->size);
	statement_int(st, 4, s->mtime_ns);
	statement_int(st, 5, s->octets_read);
	statement_int(st, 6, s->lines_read);
	statement_blob(st, 7, (struct span){(const char *)s->head, sizeof s->head});
	statement_run(st);
}

/* The digest of the first octets, of those up to `n`. */
static void
head_of(int fd, int64_t n, unsigned char digest[SHA256_LEN])
{
	char head[SOURCE_HEAD];
	ssize_t got = pread(fd, head, n < SOURCE_HEAD ? (size_t)n : SOURCE_HEAD, 0);
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, (struct span){head, got > 0 ? (size_t)got : 0});
	sha256_end(&sha, digest);
}

/* A daily file that is being read. */
struct day {
	struct ingest *in;
	const struct ingest_folder *folder;
	struct span host;
	const char *path; /* for messages */
	int fd;
	struct source source;
	struct daylines lines;
};

static void
take_line(struct day *d, struct span line)
{
	struct ingest *in = d->in;
	uint64_t number = (uint64_t)d->source.lines_read;
	const struct ingest_kind *const all[] = {
	    &ingest_session, &ingest_delivery, &ingest_query, &ingest_query_gap, &ingest_health};
	enum record_read read = RECORD_READ_SCHEMA;
	enum ingest_taken taken = TAKEN_BAD;
	const struct ingest_kind *kind = NULL;
	const struct value_node *record = NULL;

	for (size_t i = 0; i < 2 && read == RECORD_READ_SCHEMA && d->folder->kinds[i]; i++) {
		kind = d->folder->kinds[i];
		/* The schema stands in front: another kind's is not parsed in vain. */
		if (i == 0 && d->folder->kinds[1] &&
		    span_starts(line, SPAN_LIT("{\"schema\":\"")) &&
		    !span_starts(span_from(line, 11), span_str(kind->schema)))
			continue;
		read = member_read(&in->tree, line, kind->schema, &record);
	}
	if (read != RECORD_READ_OK) {
		ingest_bad(in, d->path, number, read == RECORD_READ_SCHEMA ? BAD_SCHEMA : BAD_JSON,
		    record_read_name(read));
		return;
	}
	taken = kind->take(in, record, d->host);
	for (size_t i = 0; i < INGEST_KINDS; i++)
		in->taken[i][taken] += all[i] == kind;
	if (taken == TAKEN_BAD)
		ingest_bad(in, d->path, number, BAD_MEMBER, kind->schema);
	in->is_changed |= taken == TAKEN_NEW || taken == TAKEN_CHANGED;
}

/* How far the file was read, with the rows of its lines. */
static void
commit(struct day *d)
{
	d->source.octets_read = d->lines.offset;
	head_of(d->fd, d->source.octets_read, d->source.head);
	source_store(d->in, &d->source);
	store_commit(d->in->store);
}

static void
new_arena(struct ingest *in)
{
	arena_free(in->record);
	in->record = arena_new();
}

static void
take_lines(struct day *d)
{
	struct ingest *in = d->in;
	int64_t committed = d->source.octets_read;
	struct span line;

	store_begin(in->store);
	while (daylines_next(&d->lines, &line)) {
		d->source.lines_read++;
		if (line.p)
			take_line(d, line);
		else
			ingest_bad(
			    in, d->path, (uint64_t)d->source.lines_read, BAD_SIZE, "the line");
		if (d->source.lines_read % ARENA_LINES == 0) {
			new_arena(in);
			ingest_progress(in, d->path);
		}
		if (store_tick(in->store) || d->lines.offset - committed > BATCH_OCTETS) {
			commit(d);
			in->octets += (uint64_t)(d->lines.offset - committed);
			committed = d->lines.offset;
			store_begin(in->store);
		}
	}
	in->octets += (uint64_t)(d->lines.offset - committed);
	commit(d);
	if (d->lines.error)
		ingest_bad(in, d->path, 0, BAD_FILE, strerror(d->lines.error));
}

static void
read_day(struct day *d, const struct stat *st)
{
	struct source *s = &d->source;
	unsigned char head[SHA256_LEN];
	int64_t mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;

	source_find(d->in, s);
	if (s->is_known && s->inode == (int64_t)st->st_ino && s->size == st->st_size &&
	    s->mtime_ns == mtime_ns)
		return;
	head_of(d->fd, s->octets_read, head);
	if (s->octets_read > st->st_size || memcmp(head, s->head, sizeof head) != 0)
		s->octets_read = s->lines_read = 0;
	s->inode = (int64_t)st->st_ino;
	s->size = st->st_size;
	s->mtime_ns = mtime_ns;
	daylines_init(&d->lines, d->fd, s->octets_read);
	take_lines(d);
	daylines_free(&d->lines);
	new_arena(d->in);
}

static void
take_file(struct ingest *in, struct span host, const char *dir, const char *below, const char *name,
    const struct ingest_folder *folder)
{
	struct arena *a = arena_new();
	struct day d = {.in = in, .folder = folder, .host = host};
	struct stat st;

	d.path = arena_printf(a, "%s/%s/%s", dir, below, name);
	d.source.path = arena_printf(a, "%.*s/%s/%s", (int)host.n, host.p, below, name);
	/* Somebody's FIFO is not waited for. */
	d.fd = open(d.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (d.fd < 0 || fstat(d.fd, &st))
		ingest_bad(in, d.path, 0, BAD_FILE, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		ingest_bad(in, d.path, 0, BAD_FILE, "is no file");
	else
		read_day(&d, &st);
	if (d.fd >= 0)
		close(d.fd);
	arena_free(a);
}

static bool
is_day(const char *name)
{
	static const char form[] = "dddd-dd-dd.jsonl";

	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == 'd' && i < 10 ? !is_digit(name[i]) : name[i] != form[i])
			return false;
	return true;
}

static int
is_wanted(const struct dirent *e)
{
	return e->d_name[0] != '.' &&
	       (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN || is_day(e->d_name));
}

static int
compare_names(const struct dirent **x, const struct dirent **y)
{
	return strcmp((*x)->d_name, (*y)->d_name);
}

/* In the order of days; `nested` is a folder within. */
static void
take_folder(struct ingest *in, struct span host, const char *dir, const char *below,
    const struct ingest_folder *folder, bool nested)
{
	struct arena *a = arena_new();
	struct dirent **names;
	const char *path = arena_printf(a, "%s/%s", dir, below);
	int n = scandir(path, &names, is_wanted, compare_names);

	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		ingest_bad(in, path, 0, BAD_FILE, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (is_day(name))
			take_file(in, host, dir, below, name, folder);
		else if (!nested)
			take_folder(
			    in, host, dir, arena_printf(a, "%s/%s", below, name), folder, true);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	arena_free(a);
}

void
ingest_days(
    struct ingest *in, struct span host, const char *dir, const struct ingest_folder *folder)
{
	take_folder(in, host, dir, folder->name, folder, false);
}
