/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, the lock, and what is taken and stored, in folders of its own. */
#include "delivery/enrich_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/record.h"
#include "tests/tap.h"

static char base[] = P_tmpdir "/emt-folder-XXXXXX";
static char path[200];

static void
put_file(const struct enrich_folder *f, const char *name, const char *text)
{
	int fd = openat(enrich_folder_fd(f), name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd))
		abort();
}

/* The names that come next, in alphabetical order, as the folder's own order is anybody's. */
static const char *
names(struct enrich_folder *f)
{
	static char seen[27 * 2];
	char there[26] = {0};
	size_t n = 0;
	const char *name;
	bool failed;

	while ((name = enrich_folder_next(f, &failed)))
		there[name[0] - 'a']++;
	for (int i = 0; i < 26; i++)
		for (int times = 0; times < there[i]; times++)
			seen[n++] = (char)('a' + i);
	seen[n] = '\0';
	return seen;
}

static void
test_names(struct enrich_folder *f)
{
	char name[20];
	bool failed;

	put_file(f, "a", "");
	put_file(f, "b", "");
	put_file(f, ".hidden", "");
	SAME_STR(names(f), "", "nothing to do before a scan");
	enrich_folder_scan(f);
	SAME_STR(names(f), "ab", "a scan finds what is there, but hidden files");
	SAME_STR(names(f), "", "once");
	enrich_folder_add(f, "c");
	enrich_folder_add(f, "a");
	SAME_STR(names(f), "ac", "what is added, there or not");
	enrich_folder_scan(f);
	enrich_folder_next(f, &failed);
	put_file(f, "d", "");
	enrich_folder_scan(f);
	OK(strlen(names(f)) >= 4, "a scan that is asked for during one follows it");
	SAME_STR(names(f), "", "once");
	enrich_folder_scan(f);
	enrich_folder_add(f, "e");
	SAME_STR(enrich_folder_next(f, &failed), "e", "what was added goes first");
	SAME_STR(names(f), "abd", "then the scan goes on");
	for (int i = 0; i <= ENRICH_NAMES_MAX; i++) {
		snprintf(name, sizeof name, "x%d", i);
		enrich_folder_add(f, name);
	}
	SAME_STR(names(f), "abd", "too many names become a scan");
}

static enum enrich_take
take(struct enrich_folder *f, const char *text)
{
	struct stat st;
	json_t *record = NULL;
	enum enrich_take taken;

	put_file(f, "record", text);
	taken = enrich_folder_take(f, "record", &st, &record);
	if (taken == ENRICH_TAKE_PENDING)
		json_decref(record);
	return taken;
}

static void
test_take(struct enrich_folder *f)
{
	struct stat st;
	json_t *record;

	SAME_INT(take(f, "{\"schema\":\"mail/1\",\"enrichment\":\"pending\"}"), ENRICH_TAKE_PENDING,
	    "pending");
	SAME_INT(take(f, "{\"schema\":\"mail/1\",\"enrichment\":\"complete\"}"), ENRICH_TAKE_DONE,
	    "done");
	SAME_INT(take(f, "{\"schema\":\"mail/1\"}"), ENRICH_TAKE_FOREIGN, "no state");
	SAME_INT(take(f, "{\"schema\":\"mail/2\",\"enrichment\":\"pending\"}"), ENRICH_TAKE_FOREIGN,
	    "another schema");
	SAME_INT(take(f, "{\"schema\":"), ENRICH_TAKE_FOREIGN, "no JSON");
	SAME_INT(enrich_folder_take(f, "none", &st, &record), ENRICH_TAKE_GONE, "no file");
	if (symlinkat("record", enrich_folder_fd(f), "link") ||
	    mkfifoat(enrich_folder_fd(f), "fifo", 0600))
		abort();
	SAME_INT(enrich_folder_take(f, "link", &st, &record), ENRICH_TAKE_FOREIGN,
	    "a link is not followed");
	SAME_INT(enrich_folder_take(f, "fifo", &st, &record), ENRICH_TAKE_FOREIGN,
	    "a pipe is not waited for");
	SAME_INT(enrich_folder_take(f, ".", &st, &record), ENRICH_TAKE_FOREIGN, "a folder");
}

static void
test_store(struct enrich_folder *f)
{
	struct stat st;
	json_t *record;

	put_file(f, "record", "{\"schema\":\"mail/1\",\"enrichment\":\"pending\"}");
	if (enrich_folder_take(f, "record", &st, &record) != ENRICH_TAKE_PENDING)
		abort();
	record_set(record, "enrichment", json_string("partial"));
	OK(enrich_folder_store(f, "record", &st, record), "stored");
	json_decref(record);
	SAME_INT(enrich_folder_take(f, "record", &st, &record), ENRICH_TAKE_DONE, "and done");
	OK(faccessat(enrich_folder_fd(f), ".replacing", F_OK, 0) != 0, "nothing is left beside it");
}

static void
test_lock_and_place(struct enrich_folder *f)
{
	char moved[sizeof path + 10];
	struct enrich_folder *other;

	OK(!enrich_folder_open(path) && errno == EWOULDBLOCK,
	    "a folder is one enricher's at a time");
	OK(enrich_folder_is_there(f), "it is where it was");
	snprintf(moved, sizeof moved, "%s.moved", path);
	if (rename(path, moved))
		abort();
	OK(!enrich_folder_is_there(f), "moved away");
	OK(!enrich_folder_open(path) && errno == ENOENT, "nothing there");
	if (mkdir(path, 0700))
		abort();
	OK(!enrich_folder_is_there(f), "another in its place");
	other = enrich_folder_open(path);
	OK(other && other != f, "which is free");
	enrich_folder_unref(other);
	enrich_folder_ref(f);
	enrich_folder_unref(f);
	OK(!enrich_folder_open(moved) && errno == EWOULDBLOCK, "still held");
	enrich_folder_unref(f);
	other = enrich_folder_open(moved);
	OK(other != NULL, "and given back with the last reference");
	enrich_folder_unref(other);
}

static int
remove_one(const char *file, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(file);
}

int
main(void)
{
	struct enrich_folder *f;

	if (!mkdtemp(base))
		abort();
	snprintf(path, sizeof path, "%s/json", base);
	if (mkdir(path, 0700))
		abort();
	f = enrich_folder_open(path);
	if (!OK(f != NULL, "opened"))
		return tap_end();
	test_names(f);
	test_take(f);
	test_store(f);
	test_lock_and_place(f);
	nftw(base, remove_one, 10, FTW_DEPTH | FTW_PHYS);
	return tap_end();
}
