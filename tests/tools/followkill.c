/* SPDX-License-Identifier: GPL-3.0-or-later */
/* followkill - a log that is written, rotated in every way, and followed by a program that is
 * killed again and again.
 *
 * Usage: followkill FOLDER SEED LINES|FILE ROTATIONS KILLS PROGRAM ARGUMENT...
 * Writes a made-up mail log (tests/sessiongen.h), or the log FILE, an absolute path, to FOLDER/log
 * piece by piece and all of it to FOLDER/whole; between the pieces the program is run, each time to
 * its end or to a SIGKILL at a system call of the dice's choice; at the end twice without a kill.
 * Prints what it did. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "tests/sessiongen.h"

enum { PARTS_MAX = 64, NAME_LEN = 64, LINES_OF_A_SESSION = 26, NOISE = 9 };

static struct {
	char **program;
	struct rng rng;
	uint64_t position;
	struct buf text;     /* the whole log */
	size_t at;           /* octets of it that are written */
	int log_fd, late_fd; /* late_fd: a renamed part that is still written to, or -1 */
	bool dated;
	unsigned dates_n;
	long calls; /* system call stops of a whole run, about */
	unsigned runs, kills, rotations, late_writes, packed, copied;
} w = {.log_fd = -1, .late_fd = -1, .calls = 2000};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static size_t
below(size_t n)
{
	return (size_t)rng_below(&w.rng, n);
}

static void
write_all(int fd, const char *p, size_t n)
{
	if (write(fd, p, n) != (ssize_t)n)
		die("write");
}

static pid_t
start(char *const *argv, bool traced)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (traced)
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static void
pack(char *name)
{
	static char tools[3][8] = {"gzip", "bzip2", "zstd"}, quiet[] = "-q", force[] = "-f",
		    rm[] = "--rm";
	size_t i = below(3);
	char *const argv[] = {tools[i], quiet, force, i == 2 ? rm : force, name, NULL};
	int status;

	w.packed++;
	if (waitpid(start(argv, false), &status, 0) > 0 && status == 0)
		return;
	fprintf(stderr, "%s %s: failed\n", tools[i], name);
	exit(1);
}

/* Runs the program, with SIGKILL at the stop `kill_at`; 0: never. */
static void
run(long kill_at)
{
	pid_t pid = start(w.program, kill_at > 0);
	long stops = 0;
	int status;

	w.runs++;
	for (;;) {
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		if (!WIFSTOPPED(status))
			break;
		if (++stops == kill_at)
			kill(pid, SIGKILL);
		else
			ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && kill_at) {
		w.kills++;
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "run %u: status %x\n", w.runs, (unsigned)status);
		exit(1);
	} else if (kill_at) {
		w.calls = stops;
	}
}

static void
maybe_run(void)
{
	size_t dice = below(10);

	if (dice < 6)
		run(1 + (long)below((size_t)w.calls));
	else if (dice < 8)
		run(0);
}

static void
open_log(void)
{
	w.log_fd = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (w.log_fd < 0)
		die("log");
}

/* Numbered parts move on by one: log.1.gz becomes log.2.gz. */
static void
shift_parts(void)
{
	for (int n = PARTS_MAX; n > 0; n--) {
		static const char *const suffixes[] = {"", ".gz", ".bz2", ".zst"};

		for (int i = 0; i < 4; i++) {
			char from[NAME_LEN], to[NAME_LEN];

			snprintf(from, sizeof from, "log.%d%s", n, suffixes[i]);
			snprintf(to, sizeof to, "log.%d%s", n + 1, suffixes[i]);
			if (rename(from, to) && errno != ENOENT)
				die(from);
		}
	}
}

static void
name_of_next_part(char *name)
{
	if (w.dated) {
		w.dates_n++;
		snprintf(
		    name, NAME_LEN, "log-2026%02u%02u", 1 + w.dates_n / 28, 1 + w.dates_n % 28);
	} else {
		shift_parts();
		snprintf(name, NAME_LEN, "log.1");
	}
}

/* What an earlier rotation left unpacked, as with logrotate's delaycompress. */
static void
pack_an_older_one(void)
{
	char name[NAME_LEN];

	if (w.dated)
		snprintf(name, sizeof name, "log-2026%02u%02u", 1 + (w.dates_n - 1) / 28,
		    1 + (w.dates_n - 1) % 28);
	else
		snprintf(name, sizeof name, "log.2");
	if (access(name, F_OK) == 0)
		pack(name);
}

static void
copy_log(const char *to)
{
	char block[65536];
	int in = open("log", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0644);
	ssize_t n;

	if (in < 0 || out < 0)
		die(to);
	while ((n = read(in, block, sizeof block)) > 0)
		write_all(out, block, (size_t)n);
	close(in);
	close(out);
}

static void
finish_late_writes(void)
{
	if (w.late_fd < 0)
		return;
	close(w.late_fd);
	w.late_fd = -1;
}

/* Ends the line that is half written, so that no part is cut within a line. */
static void
end_line(void)
{
	size_t n = 0;

	while (w.at > 0 && w.at < w.text.n && w.text.p[w.at + n - 1] != '\n')
		n++;
	write_all(w.log_fd, w.text.p + w.at, n);
	w.at += n;
}

static void
rotate(void)
{
	char name[NAME_LEN];

	finish_late_writes();
	w.rotations++;
	if (below(3) == 0) {
		end_line();
		name_of_next_part(name);
		copy_log(name);
		maybe_run();
		if (ftruncate(w.log_fd, 0))
			die("truncate");
		w.copied++;
		return;
	}
	if (below(2))
		pack_an_older_one();
	name_of_next_part(name);
	if (rename("log", name))
		die("rename");
	maybe_run();
	if (below(2)) {
		w.late_fd = w.log_fd;
		w.late_writes++;
		open_log();
	} else {
		end_line();
		close(w.log_fd);
		open_log();
		maybe_run();
		if (below(3) == 0)
			pack(name);
	}
}

static void
write_piece(size_t n)
{
	if (n > w.text.n - w.at)
		n = w.text.n - w.at;
	if (w.late_fd >= 0) {
		/* The writer has not reopened its log yet; it will, between two lines. */
		int fd = w.log_fd;

		w.log_fd = w.late_fd;
		write_all(w.late_fd, w.text.p + w.at, n / 2);
		w.at += n / 2;
		n -= n / 2;
		maybe_run();
		end_line();
		w.log_fd = fd;
		finish_late_writes();
		if (n > w.text.n - w.at)
			n = w.text.n - w.at;
	}
	write_all(w.log_fd, w.text.p + w.at, n);
	w.at += n;
}

static void
keep_line(void *state, struct span line)
{
	(void)state;
	buf_put(&w.text, line);
	buf_putc(&w.text, '\n');
}

static void
read_log(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		die(path);
	do {
		n = read(fd, buf_room(&w.text, 1 << 20), 1 << 20);
		if (n < 0)
			die(path);
		buf_added(&w.text, (size_t)n);
	} while (n);
	close(fd);
}

static void
generate_log(uint64_t seed, size_t lines)
{
	struct gen_params params = {
	    .seed = seed,
	    .sessions = 1 + lines / (LINES_OF_A_SESSION * (NOISE + 1)),
	    .at_once = 1 + lines / 1000,
	    .noise = NOISE,
	    .line = keep_line,
	};
	struct gen g;

	gen_run(&g, &params);
	/* Whoever is silent until now is gone, and the log says so. */
	for (int i = 0; i < GEN_HOSTS; i++) {
		static const char text[] =
		    "daemon started -- version 3.7.11, configuration /etc/postfix";

		gen_put_line(&g, gen_hosts[i], "postfix/master", 3, text);
		gen_put_line(&g, gen_hosts[i], "postfix-mx2/master", 3, text);
	}
	printf("sessions %zu\nlines %zu\noctets %zu\n", g.started_n, g.lines_n, w.text.n);
	gen_free(&g);
}

static void
make_log(uint64_t seed, const char *what)
{
	int fd;

	buf_init(&w.text, SIZE_MAX / 2);
	if (what[0] == '/')
		read_log(what);
	else
		generate_log(seed, strtoul(what, NULL, 10));
	fd = open("whole", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	for (size_t at = 0; at < w.text.n; at += 1 << 20)
		write_all(fd, w.text.p + at, w.text.n - at < 1 << 20 ? w.text.n - at : 1 << 20);
	close(fd);
}

int
main(int argc, char **argv)
{
	size_t rotations, kills, steps;

	if (argc < 7) {
		fprintf(
		    stderr, "usage: %s FOLDER SEED LINES ROTATIONS KILLS PROGRAM...\n", argv[0]);
		return 64;
	}
	if (chdir(argv[1]))
		die(argv[1]);
	w.position = strtoull(argv[2], NULL, 10);
	w.rng = rng_seeded(&w.position);
	w.dated = w.position % 2;
	rotations = strtoul(argv[4], NULL, 10);
	kills = strtoul(argv[5], NULL, 10);
	w.program = argv + 6;
	make_log(w.position, argv[3]);
	steps = rotations + kills / 2;
	open_log();
	for (size_t step = 0; step < steps || w.kills < kills; step++) {
		size_t left = step < steps ? steps - step : 1;

		if (w.at < w.text.n)
			write_piece(step + 1 < steps ? 1 + below(2 * (w.text.n - w.at) / left)
						     : w.text.n - w.at);
		if (w.rotations < rotations && below(left) < rotations - w.rotations)
			rotate();
		maybe_run();
		if (w.kills < kills)
			run(1 + (long)below((size_t)w.calls));
	}
	finish_late_writes();
	if (w.at < w.text.n)
		write_all(w.log_fd, w.text.p + w.at, w.text.n - w.at);
	run(0);
	printf("runs %u\nkills %u\nrotations %u\ncopied %u\nlate-writes %u\npacked %u\n", w.runs,
	    w.kills, w.rotations, w.copied, w.late_writes, w.packed);
	return fflush(stdout) ? 1 : 0;
}
