/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sha256.h"
#include "delivery/deposit.h"
#include "delivery/mail_record.h"
#include "io/record.h"

static char folder[] = "deposit-XXXXXX";
static int mail_dir, json_dir;
static struct arena *arena;

struct one {
	const char *text, *queue_id, *recipient;
	char sha256[SHA256_HEX_LEN + 1];
};

static json_t *
make_record(void *state, struct span id)
{
	struct one *one = state;
	json_t *record = record_new(MAIL_SCHEMA, "test");

	record_set_bytes(record, "id", id);
	record_set_bytes(record, "queue_id", span_str(one->queue_id));
	record_set_bytes(record, "recipient", span_str(one->recipient));
	record_set_bytes(record, "content_sha256", span_str(one->sha256));
	return record;
}

/* Deposits a mail with the id ID; "STATE NAME". */
static const char *
deposit(const char *queue_id, const char *text)
{
	static const char *const states[] = {"stored", "again", "error"};
	struct one one = {text, queue_id, "r", ""};
	struct spool_file file;
	struct deposit d = {.arena = arena,
	    .mail_dir = mail_dir,
	    .json_dir = json_dir,
	    .id = SPAN_LIT("ID"),
	    .rcpt = SPAN_LIT("r"),
	    .key = {span_str(queue_id), SPAN_LIT("r"), one.sha256},
	    .mail = &file,
	    .record = make_record,
	    .state = &one};
	const char *name, *step;
	enum deposit_st st;

	sha256_hex_of(
	    span_from(span_str(text), strncmp(text, "From ", 5) ? 0 : strcspn(text, "\n") + 1),
	    one.sha256);
	if (spool_begin(&file, mail_dir) != SPOOL_OK ||
	    spool_write(&file, span_str(text)) != SPOOL_OK || spool_flush(&file) != SPOOL_OK)
		return "no file";
	st = deposit_mail(&d, &name, &step);
	spool_end(&file);
	return arena_printf(arena, "%s %s", states[st], st == DEPOSIT_ERROR ? step : name);
}

/* The names in a folder, hidden ones too. */
static const char *
names_in(int dir_fd)
{
	char path[40];
	struct dirent **v;
	struct buf b;
	const char *text;
	int n;

	snprintf(path, sizeof path, "/proc/self/fd/%d", dir_fd);
	n = scandir(path, &v, NULL, alphasort);
	buf_init(&b, 10000);
	for (int i = 0; i < n; i++) {
		if (strcmp(v[i]->d_name, ".") && strcmp(v[i]->d_name, ".."))
			buf_printf(&b, "%s ", v[i]->d_name);
		free(v[i]);
	}
	if (n >= 0)
		free(v);
	text = arena_dup(arena, buf_span(&b));
	buf_free(&b);
	return text;
}

static void
both_have(const char *names, const char *what)
{
	SAME_STR(names_in(mail_dir), names, what);
	SAME_STR(names_in(json_dir), names, "and the records are called the same");
}

static void
clean(void)
{
	int dirs[2] = {mail_dir, json_dir};

	for (int i = 0; i < 2; i++) {
		struct span rest = span_str(names_in(dirs[i]));

		while (rest.n)
			unlinkat(dirs[i], arena_dup(arena, span_cut(&rest, ' ')), 0);
	}
}

static void
put_file(int dir_fd, const char *name, const char *text)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
		abort();
}

static void
test_names(void)
{
	SAME_STR(deposit("Q1", "one"), "stored ID-r", "a mail");
	SAME_STR(deposit("Q2", "two"), "stored ID.2-r", "another one that wants its name");
	SAME_STR(deposit("Q3", "one"), "stored ID.3-r",
	    "the same bytes in another delivery are another mail");
	SAME_STR(deposit(NULL, "one"), "stored ID.4-r", "and in one without a queue id");
	both_have("ID-r ID.2-r ID.3-r ID.4-r ", "four mails");
}

static void
test_again(void)
{
	SAME_STR(deposit("Q1", "one"), "again ID-r", "the first one again");
	SAME_STR(deposit("Q2", "two"), "again ID.2-r", "the second one again");
	SAME_STR(deposit(NULL, "one"), "again ID.4-r", "the one without a queue id again");
	SAME_STR(deposit("Q2", "three"), "stored ID.5-r", "another mail with its queue id");
	both_have("ID-r ID.2-r ID.3-r ID.4-r ID.5-r ", "no second copies");
	clean();
	SAME_STR(deposit("Q1", "From a 1\nx"), "stored ID-r", "with an mbox line");
	SAME_STR(deposit("Q1", "From a 2\nx"), "again ID-r", "which a later attempt changes");
	both_have("ID-r ", "one mail");
	clean();
}

static bool
record_has(const char *want)
{
	char record[1000];
	int fd = openat(json_dir, "ID-r", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, record, sizeof record);

	close(fd);
	return n > 0 && memmem(record, (size_t)n, want, strlen(want));
}

/* What a kill leaves. */
static void
test_left_over(void)
{
	char hex[SHA256_HEX_LEN + 1];

	put_file(mail_dir, "ID-r", "From x\none");
	SAME_STR(deposit("Q1", "From y\none"), "stored ID-r",
	    "a mail without record, ours: the record is made");
	both_have("ID-r ", "and nothing else");
	clean();
	put_file(mail_dir, "ID-r", "From x, another time\none");
	SAME_STR(
	    deposit("Q1", "From y\none"), "stored ID-r", "the mbox line may be of another length");
	sha256_hex_of(SPAN_LIT("From x, another time\none"), hex);
	OK(record_has(arena_printf(arena, "\"sha256\":\"%s\"", hex)),
	    "the record has the digest of the mail that is there");
	OK(record_has("\"size\":24"), "and its size");
	clean();
	put_file(mail_dir, "ID-r", "another");
	SAME_STR(deposit("Q1", "one"), "stored ID.2-r",
	    "a mail without record, not ours: the next name");
	SAME_STR(deposit("Q1", "one"), "again ID.2-r", "where it is found again");
	SAME_STR(deposit("Q2", "another"), "stored ID-r", "its owner finishes it");
	both_have("ID-r ID.2-r ", "two mails");
	clean();
	SAME_STR(deposit("Q1", "one"), "stored ID-r", "a mail");
	unlinkat(mail_dir, "ID-r", 0);
	SAME_STR(deposit("Q1", "one"), "again ID-r", "a record whose mail is gone");
	both_have("ID-r ", "the mail is there again");
	unlinkat(mail_dir, "ID-r", 0);
	SAME_STR(deposit("Q2", "two"), "stored ID.2-r", "to others such a name is taken");
	clean();
}

static void
test_bad_records(void)
{
	static const char *const records[] = {"", "{", "[]", "{\"schema\":\"mail/2\"}",
	    "{\"schema\":\"mail/1\",\"content_sha256\":\"no\"}"};

	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		put_file(json_dir, "ID-r", records[i]);
		SAME_STR(deposit("Q1", "one"), "stored ID.2-r",
		    "a record that cannot be read is not ours");
		clean();
	}
	if (symlinkat("/dev/null", json_dir, "ID-r"))
		abort();
	SAME_STR(deposit("Q1", "one"), "stored ID.2-r", "a link is not followed: another's name");
	clean();
	if (mkfifoat(json_dir, "ID-r", 0600))
		abort();
	SAME_STR(deposit("Q1", "one"), "stored ID.2-r", "a pipe is not waited for");
	clean();
	if (mkfifoat(mail_dir, "ID-r", 0600))
		abort();
	SAME_STR(deposit("Q1", "one"), "stored ID.2-r", "neither in the place of a mail");
	clean();
	if (mkdirat(mail_dir, "ID-r", 0700))
		abort();
	SAME_STR(deposit("Q1", "one"), "stored ID.2-r", "nor is a folder there an obstacle");
	unlinkat(mail_dir, "ID-r", AT_REMOVEDIR);
	clean();
}

/* Polls until a process waits for a lock of ours. */
static bool
is_waited_for(void)
{
	static char locks[1 << 16];
	char waiter[40];

	snprintf(waiter, sizeof waiter, "-> FLOCK  ADVISORY  WRITE %d ", (int)getppid());
	for (int i = 0; i < 12000; i++) {
		int fd = open("/proc/locks", O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, locks, sizeof locks - 1);

		close(fd);
		locks[n > 0 ? n : 0] = '\0';
		if (strstr(locks, waiter))
			return true;
		usleep(5000);
	}
	return false;
}

/* A mail that is being written is waited for, then seen for what it is. */
static void
test_locked(void)
{
	int ready[2], fd, status;
	pid_t writer;
	char go;

	fflush(stdout);
	if (pipe(ready) || (writer = fork()) < 0)
		abort();
	if (writer == 0) {
		put_file(mail_dir, "ID-r", "one");
		fd = openat(mail_dir, "ID-r", O_RDWR | O_CLOEXEC);
		if (flock(fd, LOCK_EX) || write(ready[1], "x", 1) != 1)
			_exit(1);
		if (!is_waited_for())
			_exit(2);
		put_file(json_dir, "ID-r", "{\"schema\":\"mail/1\",\"queue_id\":\"Q9\"}");
		_exit(0);
	}
	if (read(ready[0], &go, 1) != 1)
		abort();
	SAME_STR(deposit("Q1", "one"), "stored ID.2-r", "waits for the record, which is another's");
	waitpid(writer, &status, 0);
	SAME_INT(status, 0, "the other one ended well");
	clean();
}

int
main(void)
{
	arena = arena_new();
	json_object_seed(1);
	if (!mkdtemp(folder) || chdir(folder) || mkdir("mails", 0700) || mkdir("json", 0700))
		return 1;
	mail_dir = open("mails", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	json_dir = open("json", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	test_names();
	test_again();
	test_left_over();
	test_bad_records();
	test_locked();
	rmdir("mails");
	rmdir("json");
	if (chdir("..") || rmdir(folder))
		return 1;
	arena_free(arena);
	return tap_end();
}
