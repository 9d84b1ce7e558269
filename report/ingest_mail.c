/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of mails, mail/1: a file each.  Its name, inode, time and size tell whether it has to be
 * read: emt-enrich replaces a record, and nobody changes one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/sha256.h"
#include "dns/dns_name.h"
#include "report/ingest_parts.h"
#include "report/mail_facts.h"
#include "report/member.h"

enum {
	PLACE_LEN = 16,                /* octets of mail.place */
	RECORD_MAX = 64 * 1024 * 1024, /* octets of a record */
	ADDRESS_MAX = 512,             /* of a mail address */
	WORD_MAX = 255,                /* of a name */
	FACTS_MAX = 64 * 1024,         /* of the facts in short */
	NAMES_AT_ONCE = 4096,          /* of a folder, see take_names */
	BATCH_OCTETS = 1 << 30         /* read between two commits, about */
};

struct mail_statements {
	struct statement *find, *insert, *facts, *find_facts;
};

static void
prepare(struct ingest *in)
{
	struct mail_statements *s = arena_alloc(in->arena, sizeof *s);

	s->find = store_prepare(
	    in->store, "SELECT id, inode, mtime_ns, record_size FROM mail WHERE place = ?1");
	s->insert = store_prepare(in->store,
	    "INSERT OR REPLACE INTO mail (id, place, inode, mtime_ns, record_size, name, host, "
	    "flavour, queue_id, client, helo, protocol, sender, from_domain, recipient, token, "
	    "testcase, set_sha256, number, arrived, size, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
	    "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)");
	s->facts =
	    store_prepare(in->store, "INSERT OR IGNORE INTO facts (digest, text) VALUES (?1, ?2)");
	s->find_facts = store_prepare(in->store, "SELECT id FROM facts WHERE digest = ?1");
	in->mails = s;
}

/* A record's file. */
struct letter {
	struct span host;
	const char *dir, *name; /* dir: as messages call it */
	unsigned char place[PLACE_LEN];
	struct stat st;
	int64_t mtime_ns;
	int64_t id; /* of its row; 0: none yet */
};

static struct span
domain_of(struct arena *a, struct span from)
{
	char name[DNS_NAME_MAX + 1];
	struct span s = from;

	for (size_t i = from.n; i > 0; i--) {
		if (from.p[i - 1] != '<')
			continue;
		s = span_from(from, i);
		s.n = span_find(s, '>');
		break;
	}
	for (size_t i = s.n; i > 0; i--) {
		struct span rest = span_from(s, i);
		size_t n = 0;

		if (s.p[i - 1] != '@')
			continue;
		while (n < rest.n && !is_blank(rest.p[n]) && rest.p[n] != '(')
			n++;
		if (dns_name_canonical((struct span){rest.p, n}, name))
			break;
		return arena_span(a, span_str(name));
	}
	return (struct span){NULL, 0};
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool
is_decimal(char c)
{
	return is_digit(c);
}

/* SECONDS:SHA256HEX:N, a subject id. */
static bool
subject_id(struct span id, struct span *sha256, int64_t *number)
{
	struct cursor c = cursor_on(id);

	cur_run(&c, is_decimal, 20);
	cur_literal(&c, SPAN_LIT(":"));
	*sha256 = cur_run(&c, is_hex, SHA256_HEX_LEN);
	cur_literal(&c, SPAN_LIT(":"));
	*number = (int64_t)cur_number(&c, 9);
	return cur_done(&c) && sha256->n == SHA256_HEX_LEN;
}

static int64_t
facts_id(struct ingest *in, const struct value_node *record)
{
	struct mail_statements *s = in->mails;
	unsigned char digest[SHA256_LEN];
	struct mail_facts facts;
	struct sha256 sha;
	struct buf text;
	int64_t id;

	mail_facts_of(in->record, record, &facts);
	buf_init(&text, FACTS_MAX);
	mail_facts_put(&text, &facts);
	sha256_init(&sha);
	sha256_add(&sha, buf_span(&text));
	sha256_end(&sha, digest);
	statement_blob(s->find_facts, 1, (struct span){(const char *)digest, PLACE_LEN});
	id = statement_row(s->find_facts) ? statement_get_int(s->find_facts, 0) : 0;
	statement_reset(s->find_facts);
	if (!id) {
		statement_blob(s->facts, 1, (struct span){(const char *)digest, PLACE_LEN});
		statement_text(s->facts, 2, buf_span(&text));
		statement_run(s->facts);
		id = store_last_id(in->store);
	}
	buf_free(&text);
	return id;
}

/* What Postfix confirmed; where it could not, what emt-enrich did a moment later. */
static struct span
confirmed_name(const struct value_node *record, const struct value_node *client)
{
	struct span name = member_text(client, "hostname");
	const struct value_node *confirmed =
	    node_element(member_get(member_get(record, "ptr"), "confirmed"));

	if (name.n && !span_ieq(name, SPAN_LIT("unknown")))
		return name;
	return node_text(confirmed);
}

static enum ingest_taken
insert(struct ingest *in, const struct letter *l, const struct value_node *record)
{
	const struct value_node *client = member_get(record, "client");
	const struct value_node *headers = member_get(record, "headers");
	struct span id = member_text(record, "id"), flavour = member_clip(record, "flavour", 32);
	struct span recipient = member_clip(record, "original_recipient", ADDRESS_MAX), sha256;
	int64_t arrived, number, row, facts;
	struct statement *st = in->mails->insert;

	if (!id.p || !flavour.p || !member_time(record, "arrived", &arrived))
		return TAKEN_BAD;
	if (!recipient.n)
		recipient = member_clip(record, "recipient", ADDRESS_MAX);
	row = client_table_id(
	    in->clients, member_text(client, "address"), confirmed_name(record, client));
	facts = facts_id(in, record);
	if (l->id)
		statement_int(st, 1, l->id);
	statement_blob(st, 2, (struct span){(const char *)l->place, PLACE_LEN});
	statement_int(st, 3, (int64_t)l->st.st_ino);
	statement_int(st, 4, l->mtime_ns);
	statement_int(st, 5, l->st.st_size);
	statement_str(st, 6, l->name);
	statement_text(st, 7, l->host);
	statement_text(st, 8, flavour);
	statement_text(st, 9, member_clip(record, "queue_id", WORD_MAX));
	if (row)
		statement_int(st, 10, row);
	statement_text(st, 11, member_clip(client, "helo", WORD_MAX));
	statement_text(st, 12, member_clip(client, "protocol", WORD_MAX));
	statement_text(st, 13, member_clip(record, "sender", ADDRESS_MAX));
	statement_text(st, 14, domain_of(in->record, member_text(headers, "from")));
	statement_text(st, 15, recipient);
	statement_text(st, 16, member_clip(record, "token", WORD_MAX));
	statement_text(st, 17, member_clip(record, "testcase", WORD_MAX));
	if (subject_id(id, &sha256, &number)) {
		statement_text(st, 18, sha256);
		statement_int(st, 19, number);
	}
	statement_int(st, 20, arrived);
	statement_int(st, 21, member_int(record, "size", 0));
	statement_int(st, 22, facts);
	statement_run(st);
	return l->id ? TAKEN_CHANGED : TAKEN_NEW;
}

/* Is the row of this very file there?  Sets its number. */
static bool
is_known(struct ingest *in, struct letter *l, const char *below)
{
	struct statement *st = in->mails->find;
	unsigned char digest[SHA256_LEN];
	struct sha256 sha;
	bool same = false;

	sha256_init(&sha);
	sha256_add(&sha, l->host);
	sha256_add(&sha, SPAN_LIT("/"));
	sha256_add(&sha, span_str(below));
	sha256_add(&sha, SPAN_LIT("/"));
	sha256_add(&sha, span_str(l->name));
	sha256_end(&sha, digest);
	memcpy(l->place, digest, PLACE_LEN);
	statement_blob(st, 1, (struct span){(const char *)l->place, PLACE_LEN});
	if (statement_row(st)) {
		l->id = statement_get_int(st, 0);
		same = statement_get_int(st, 1) == (int64_t)l->st.st_ino &&
		       statement_get_int(st, 2) == l->mtime_ns &&
		       statement_get_int(st, 3) == l->st.st_size;
		statement_reset(st);
	}
	return same;
}

/* All of the file, or NULL; errno. */
static char *
read_all(int fd, int64_t size, size_t *n)
{
	char *text = must(malloc((size_t)size + 1));

	*n = 0;
	while (*n < (size_t)size) {
		ssize_t got = read(fd, text + *n, (size_t)size - *n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(text);
			return NULL;
		}
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	return text;
}

static void
take_text(struct ingest *in, const struct letter *l, const char *path, struct span text)
{
	const struct value_node *record;
	enum record_read read = member_read(&in->tree, text, "mail/1", &record);
	enum ingest_taken taken;

	if (read != RECORD_READ_OK) {
		ingest_bad(in, path, 0, read == RECORD_READ_SCHEMA ? BAD_SCHEMA : BAD_JSON,
		    record_read_name(read));
		return;
	}
	taken = insert(in, l, record);
	in->taken[INGEST_MAILS][taken]++;
	in->is_changed = true;
	if (taken == TAKEN_BAD)
		ingest_bad(in, path, 0, BAD_MEMBER, "mail/1");
}

static void
take_file(struct ingest *in, int dir_fd, struct letter *l)
{
	const char *path = arena_printf(in->record, "%s/%s", l->dir, l->name);
	int fd = openat(dir_fd, l->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *text = NULL;
	size_t n;

	if (fd < 0 || fstat(fd, &l->st)) {
		/* One that has just been replaced or purged. */
		if (errno != ENOENT)
			ingest_bad(in, path, 0, BAD_FILE, strerror(errno));
	} else if (!S_ISREG(l->st.st_mode)) {
		ingest_bad(in, path, 0, BAD_FILE, "is no file");
	} else if (l->st.st_size > RECORD_MAX) {
		ingest_bad(in, path, 0, BAD_SIZE, "the record");
	} else if ((text = read_all(fd, l->st.st_size, &n)) == NULL) {
		ingest_bad(in, path, 0, BAD_FILE, strerror(errno));
	} else {
		take_text(in, l, path, (struct span){text, n});
		in->octets += n;
	}
	free(text);
	if (fd >= 0)
		close(fd);
}

struct name {
	ino_t inode;
	const char *text;
};

static int
compare_inodes(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* Some thousand names at a time, by inode: about the order in which they lie on the disk.  They are
 * within the folder's transaction: places come in no order, so each commit writes most of their
 * index. */
static void
take_names(struct ingest *in, struct span host, const char *dir, const char *below, int dir_fd,
    struct name *names, size_t n)
{
	qsort(names, n, sizeof *names, compare_inodes);
	for (size_t i = 0; i < n; i++) {
		struct letter l = {.host = host, .dir = dir, .name = names[i].text};

		if (fstatat(dir_fd, l.name, &l.st, AT_SYMLINK_NOFOLLOW))
			continue;
		l.mtime_ns = l.st.st_mtim.tv_sec * INT64_C(1000000000) + l.st.st_mtim.tv_nsec;
		if (is_known(in, &l, below)) {
			in->taken[INGEST_MAILS][TAKEN_KNOWN]++;
			continue;
		}
		take_file(in, dir_fd, &l);
		if (arena_used(in->record) > 1024 * 1024) {
			arena_free(in->record);
			in->record = arena_new();
		}
		ingest_progress(in, dir);
		if (store_tick(in->store) || in->octets - in->committed > BATCH_OCTETS) {
			store_commit(in->store);
			store_begin(in->store);
			in->committed = in->octets;
		}
	}
}

static void
take_folder(struct ingest *in, struct span host, const char *below, const char *path)
{
	DIR *d = opendir(path);
	struct name *names;
	struct arena *a = arena_new();
	struct dirent *e;
	size_t n = 0;

	if (!d) {
		if (errno != ENOENT)
			ingest_bad(in, path, 0, BAD_FILE, strerror(errno));
		arena_free(a);
		return;
	}
	names = must(malloc(NAMES_AT_ONCE * sizeof *names));
	store_begin(in->store);
	in->committed = in->octets;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		names[n++] = (struct name){e->d_ino, arena_dup(a, span_str(e->d_name))};
		if (n == NAMES_AT_ONCE) {
			take_names(in, host, path, below, dirfd(d), names, n);
			arena_free(a);
			a = arena_new();
			n = 0;
		}
	}
	take_names(in, host, path, below, dirfd(d), names, n);
	store_commit(in->store);
	free(names);
	arena_free(a);
	closedir(d);
}

void
ingest_mails(struct ingest *in, struct span host, const char *dir)
{
	static const char *const folders[] = {"json", "spam/json", "all/json"};
	struct arena *a = arena_new();

	if (!in->mails)
		prepare(in);
	for (size_t i = 0; i < 3; i++)
		take_folder(in, host, folders[i], arena_printf(a, "%s/%s", dir, folders[i]));
	arena_free(a);
}
