/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faults - runs emt-deliver once for every system call that it makes, and lets just that call go
 * wrong.
 *
 * Usage: faults EMT-DELIVER FOLDER KIND WAY FOLDERS, in TAP.
 *   KIND     kill (SIGKILL before the call), short (a read or write of half the octets), or an
 * error's name; with a + it is an error of this call and of every later one of its kind, as of a
 * disk that stays full WAY      tmpfile: unnamed files; hidden: as where the file system has none
 *   FOLDERS  what was there before: fresh (nothing), second (another mail of that name), leftover
 * (this mail, from a delivery that was killed before its record) After each run: exit code 0 or 75,
 * nothing printed, no partial file visible, after 0 the mail and its record; then once more without
 * a fault: 0, one mail, one record.  strace could do it, at fifty times the cost. */
#include "tests/tap.h"

#if !defined(__x86_64__)
int
main(void)
{
	puts("1..0 # SKIP system calls are changed by their registers, which is written for x86-64 "
	     "alone");
	return 0;
}
#else

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sha256.h"

#define RECEIVED(id) \
	"Received: from mx.example.net (mx.example.net [192.0.2.1])\n" \
	"\tby mail.example.com (Postfix) with ESMTP id " id "\n" \
	"\tfor <m@example.com>; Mon,  5 Jan 2026 10:00:00 +0000 (UTC)\nFrom: a@example.net\n\n"
/* The mbox line of an earlier attempt is another one. */
#define EARLIER "From a@example.net  Mon Jan  5 10:00:01 2026\n" RECEIVED("Q1") "ours\n"
#define OURS "From a@example.net  Mon Jan  5 10:01:59 2026\n" RECEIVED("Q1") "ours\n"
#define OTHERS RECEIVED("Q2") "others\n"

enum { CALLS_MAX = 3000 }; /* a program that makes more loops for ever */

enum kind { KIND_NONE, KIND_KILL, KIND_SHORT, KIND_ERROR };

static struct {
	const char *program, *folders;
	char base_dir[300];
	enum kind kind;
	int error;
	bool persistent, hidden;
	int mails_fd, json_fd, input_fd, output_fd;
	char size_text[20];
} test;

/* What one run came to. */
struct outcome {
	int calls; /* after the first one of main() */
	int call;  /* the number of the call that went wrong, -1: none did */
	bool endless;
	int status; /* of waitpid */
};

/* ---- the run ---- */

static _Noreturn void
run_program(void)
{
	char set[350];

	snprintf(set, sizeof set, "base_dir=%s", test.base_dir);
	lseek(test.input_fd, 0, SEEK_SET);
	dup2(test.input_fd, STDIN_FILENO);
	dup2(test.output_fd, STDOUT_FILENO);
	dup2(test.output_fd, STDERR_FILENO);
	clearenv();
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	execl(test.program, "emt-deliver", "-o", set, "--queue-id", "Q1", "--recipient",
	    "m@example.com", (char *)NULL);
	_exit(99);
}

static void
set_register(pid_t pid, size_t offset, long value)
{
	if (ptrace(PTRACE_POKEUSER, pid, (void *)offset, (void *)value))
		perror("ptrace");
}
#define SET(pid, name, value) set_register((pid), offsetof(struct user_regs_struct, name), (value))

static bool
is_tmpfile_open(const struct __ptrace_syscall_info *info)
{
	return info->entry.nr == SYS_openat && (info->entry.args[2] & O_TMPFILE) == O_TMPFILE;
}

/* Before a call: lets it go wrong.  Gives the error that it shall have, or 0. */
static int
spoil(pid_t pid, const struct __ptrace_syscall_info *info)
{
	long half = (long)(info->entry.args[2] + 1) / 2;

	switch (test.kind) {
	case KIND_KILL: kill(pid, SIGKILL); break;
	case KIND_SHORT:
		if ((info->entry.nr == SYS_write || info->entry.nr == SYS_read) && half > 0)
			SET(pid, rdx, half);
		break;
	case KIND_ERROR:
		/* The end of the program cannot fail; what the exit code is has been said by then.
		 */
		if (info->entry.nr != SYS_exit_group)
			return test.error;
		break;
	case KIND_NONE: break;
	}
	return 0;
}

/* Runs the program; its call number `at` goes wrong. */
static struct outcome
run(int at)
{
	struct outcome o = {.calls = -1, .call = -1};
	pid_t pid = fork();
	int error = 0, signal_number = 0;

	if (pid == 0)
		run_program();
	waitpid(pid, &o.status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC);
	for (bool started = false;;) {
		struct __ptrace_syscall_info info;

		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal_number);
		if (waitpid(pid, &o.status, 0) < 0 || !WIFSTOPPED(o.status))
			return o;
		signal_number = 0;
		if (o.status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			started = true;
			continue;
		}
		if (WSTOPSIG(o.status) != (SIGTRAP | 0x80)) {
			signal_number = WSTOPSIG(o.status);
			continue;
		}
		if (!started || ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
			continue;
		if (info.op == PTRACE_SYSCALL_INFO_EXIT && error) {
			SET(pid, rax, -error);
			error = 0;
		}
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		/* The C library's start is not ours, and ends where main() opens its first file. */
		if (o.calls >= 0 || info.entry.nr == SYS_openat)
			o.calls++;
		if (o.calls == CALLS_MAX) {
			o.endless = true;
			kill(pid, SIGKILL);
		}
		if (o.calls == at)
			o.call = (int)info.entry.nr;
		if (test.hidden && is_tmpfile_open(&info))
			error = EOPNOTSUPP;
		else if (at >= 0 && (o.calls == at || (test.persistent && o.calls > at &&
							  (int)info.entry.nr == o.call)))
			error = spoil(pid, &info);
		if (error)
			SET(pid, orig_rax, -1); /* the kernel then does nothing */
	}
}

/* ---- what is on the disk ---- */

static struct span
read_file(int dir_fd, const char *name, char *room, size_t max)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, room, max);

	if (fd >= 0)
		close(fd);
	return (struct span){n < 0 ? NULL : room, n < 0 ? 0 : (size_t)n};
}

static void
put_file(int dir_fd, const char *name, struct span text)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n || close(fd))
		abort();
}

static const char *
name_of(unsigned n)
{
	static char name[120];
	char hex[SHA256_HEX_LEN + 1], number[12] = "";

	sha256_hex_of(SPAN_LIT("a@example.net"), hex);
	if (n > 1)
		snprintf(number, sizeof number, ".%u", n);
	snprintf(name, sizeof name, "1767607200:%s%s-m@example.com", hex, number);
	return name;
}

/* Calls fn for each entry of a folder but . and .. */
static void
each_file(int dir_fd, void (*fn)(int dir_fd, const char *name, void *state), void *state)
{
	DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			fn(dir_fd, entry->d_name, state);
	if (dir)
		closedir(dir);
}

struct seen {
	int mails, records; /* of ours, whole */
	int hidden;
	const char *wrong; /* NULL: nothing */
};

static void
look_at_mail(int dir_fd, const char *name, void *state)
{
	struct seen *seen = state;
	char room[1000];
	struct span text = read_file(dir_fd, name, room, sizeof room);

	if (name[0] == '.')
		seen->hidden++;
	else if (span_eq(text, SPAN_LIT(OURS)) || span_eq(text, SPAN_LIT(EARLIER)))
		seen->mails++;
	else if (!span_eq(text, SPAN_LIT(OTHERS)))
		seen->wrong = "a partial mail is visible";
}

static void
look_at_record(int dir_fd, const char *name, void *state)
{
	struct seen *seen = state;
	char room[10000], mail[1000], hex[SHA256_HEX_LEN + 1];
	struct span text = read_file(dir_fd, name, room, sizeof room), stored;
	const char *queue_id = NULL, *sha256 = NULL, *recipient = NULL;
	json_t *record;

	if (name[0] == '.') {
		seen->hidden++;
		return;
	}
	record = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	stored = read_file(test.mails_fd, name, mail, sizeof mail);
	sha256_hex_of(stored, hex);
	json_unpack(record, "{s:s,s:s,s:s}", "queue_id", &queue_id, "sha256", &sha256, "recipient",
	    &recipient);
	if (!record || !recipient || text.p[text.n - 1] != '\n')
		seen->wrong = "a partial record is visible";
	else if (!stored.p || strcmp(hex, sha256))
		seen->wrong = "a record without its mail";
	else if (!strcmp(queue_id, "Q1"))
		seen->records++;
	json_decref(record);
}

static struct seen
look(void)
{
	struct seen seen = {0};

	each_file(test.mails_fd, look_at_mail, &seen);
	each_file(test.json_fd, look_at_record, &seen);
	return seen;
}

static void
remove_file(int dir_fd, const char *name, void *state)
{
	(void)state;
	unlinkat(dir_fd, name, 0);
}

static void
prepare(void)
{
	char hex[SHA256_HEX_LEN + 1], record[400];
	int n;

	each_file(test.mails_fd, remove_file, NULL);
	each_file(test.json_fd, remove_file, NULL);
	if (ftruncate(test.output_fd, 0))
		abort();
	lseek(test.output_fd, 0, SEEK_SET);
	if (!strcmp(test.folders, "leftover"))
		put_file(test.mails_fd, name_of(1), SPAN_LIT(EARLIER));
	if (!strcmp(test.folders, "second")) {
		put_file(test.mails_fd, name_of(1), SPAN_LIT(OTHERS));
		sha256_hex_of(SPAN_LIT(OTHERS), hex);
		n = snprintf(record, sizeof record,
		    "{\"schema\":\"mail/"
		    "1\",\"queue_id\":\"Q2\",\"recipient\":\"m@example.com\",\"sha256\":\"%s\","
		    "\"content_sha256\":\"%s\"}\n",
		    hex, hex);
		put_file(test.json_fd, name_of(1), (struct span){record, (size_t)n});
	}
}

/* ---- the sweep ---- */

static bool
ended_with(const struct outcome *o, int code)
{
	return WIFEXITED(o->status) && WEXITSTATUS(o->status) == code;
}

static const char *
check_run(const struct outcome *o)
{
	bool killed =
	    test.kind == KIND_KILL && WIFSIGNALED(o->status) && WTERMSIG(o->status) == SIGKILL;
	struct seen seen = look();

	if (o->endless)
		return "makes calls without end";
	if (!ended_with(o, 0) && !ended_with(o, 75) && !killed)
		return "neither exit code 0 nor 75";
	if (lseek(test.output_fd, 0, SEEK_END) != 0)
		return "printed something";
	if (seen.wrong)
		return seen.wrong;
	if (seen.mails > 1 || seen.records > 1)
		return "a second copy";
	if (ended_with(o, 0) && (seen.mails != 1 || seen.records != 1))
		return "exit code 0, but mail or record are not there";
	/* Only a kill, a removal that fails itself, and the lack of random numbers, which ends the
	 * program at once, may leave something hidden. */
	if (seen.hidden && !killed && o->call != SYS_unlinkat && o->call != SYS_getrandom)
		return "a hidden file is left over";
	return NULL;
}

static const char *
check_retry(void)
{
	struct outcome o = run(-1);
	struct seen seen = look();

	if (!ended_with(&o, 0))
		return "the retry does not end with 0";
	if (seen.wrong)
		return seen.wrong;
	return seen.mails == 1 && seen.records == 1
		   ? NULL
		   : "not exactly one mail and one record after the retry";
}

static void
sweep(const char *what)
{
	int stored = 0, deferred = 0, killed = 0, bad = 0, calls;
	struct outcome o;

	prepare();
	o = run(-1);
	calls = o.calls;
	OK(ended_with(&o, 0) && !check_run(&o), "it works without a fault");
	for (int at = 0; at <= calls; at++) {
		const char *wrong, *wrong_retry;

		prepare();
		o = run(at);
		wrong = check_run(&o);
		wrong_retry = check_retry();
		stored += ended_with(&o, 0);
		deferred += ended_with(&o, 75);
		killed += WIFSIGNALED(o.status);
		if (wrong || wrong_retry) {
			bad++;
			printf("# call %d (number %d), status 0x%x: %s; %s\n", at, o.call,
			    (unsigned)o.status, wrong ? wrong : "well",
			    wrong_retry ? wrong_retry : "retry well");
		}
	}
	printf("# %s: %d calls: %d stored, %d deferred, %d killed\n", what, calls + 1, stored,
	    deferred, killed);
	OK(bad == 0, what);
}

static bool
read_kind(const char *kind)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EMFILE", EMFILE},
	    {"EROFS", EROFS}, {"EINTR", EINTR}, {"ENOMEM", ENOMEM}, {"ENOSYS", ENOSYS}};
	struct span name = span_str(kind);

	test.persistent = span_ends(name, SPAN_LIT("+"));
	name.n -= test.persistent;
	test.kind = span_eq(name, SPAN_LIT("kill")) ? KIND_KILL : KIND_SHORT;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		if (span_eq(name, span_str(errors[i].name))) {
			test.kind = KIND_ERROR;
			test.error = errors[i].error;
		}
	}
	return test.kind != KIND_SHORT || span_eq(name, SPAN_LIT("short"));
}

/* Opens FOLDER/NAME, which is made. */
static int
open_folder(const char *base, const char *name)
{
	char path[400];

	snprintf(path, sizeof path, "%s/%s", base, name);
	mkdir(path, 0700);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
main(int argc, char **argv)
{
	char what[100];

	if (argc != 6 || !read_kind(argv[3]))
		return 64;
	test.program = argv[1];
	snprintf(test.base_dir, sizeof test.base_dir, "%s", argv[2]);
	test.hidden = !strcmp(argv[4], "hidden");
	test.folders = argv[5];
	test.mails_fd = open_folder(test.base_dir, "mails");
	test.json_fd = open_folder(test.base_dir, "json");
	test.input_fd = open(test.base_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	test.output_fd = open(test.base_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (test.mails_fd < 0 || test.json_fd < 0 ||
	    write(test.input_fd, OURS, sizeof OURS - 1) < 0)
		return 1;
	snprintf(what, sizeof what, "%s at every call, %s, %s folders", argv[3], argv[4], argv[5]);
	sweep(what);
	return tap_end();
}
#endif
