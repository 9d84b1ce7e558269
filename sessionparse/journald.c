/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/journald.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cursor.h"

enum { CONF_MAX = 65536 }; /* octets of one file */

/* As the files leave it; they are read in the order of their rank, and the last word counts. */
struct limit {
	bool off;
	uint64_t burst;
};

/* Zero in any unit is no limit at all. */
static bool
is_zero(struct span value)
{
	return value.n && value.p[0] == '0' && (value.n == 1 || is_alpha(value.p[1]));
}

static void
take_line(struct limit *l, struct span line)
{
	struct span name = span_trim(span_cut(&line, '=')), value = span_trim(line);
	struct cursor c = cursor_on(value);

	if (span_eq(name, SPAN_LIT("RateLimitIntervalSec"))) {
		l->off = is_zero(value);
	} else if (span_eq(name, SPAN_LIT("RateLimitBurst"))) {
		l->burst = cur_number(&c, 9);
		l->off = l->off || l->burst == 0;
	}
}

static void
take_file(struct limit *l, int dir_fd, const char *name)
{
	char text[CONF_MAX];
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	struct span rest = {text, n > 0 ? (size_t)n : 0};

	while (rest.n)
		take_line(l, span_cut(&rest, '\n'));
	if (fd >= 0)
		close(fd);
}

static int
is_conf(const struct dirent *entry)
{
	return span_ends(span_str(entry->d_name), SPAN_LIT(".conf"));
}

static void
take_folder(struct limit *l, int root_fd, const char *folder)
{
	struct dirent **entries;
	int dir_fd = openat(root_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = dir_fd < 0 ? 0 : scandirat(dir_fd, ".", &entries, is_conf, alphasort);

	for (int i = 0; i < n; i++) {
		take_file(l, dir_fd, entries[i]->d_name);
		free(entries[i]);
	}
	if (n > 0)
		free(entries);
	if (dir_fd >= 0)
		close(dir_fd);
}

static bool
log_is_the_journal(int root_fd)
{
	static const struct span folder = {"/run/systemd/journal/", 21};
	char target[100];
	ssize_t n = readlinkat(root_fd, "dev/log", target, sizeof target);

	return n > 0 && span_starts((struct span){target, (size_t)n}, folder);
}

bool
journald_drops_lines(const char *root)
{
	struct limit l = {.burst = JOURNALD_BURST};
	int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool drops;

	if (root_fd < 0)
		return false;
	take_file(&l, root_fd, "etc/systemd/journald.conf");
	take_folder(&l, root_fd, "usr/lib/systemd/journald.conf.d");
	take_folder(&l, root_fd, "run/systemd/journald.conf.d");
	take_folder(&l, root_fd, "etc/systemd/journald.conf.d");
	drops = log_is_the_journal(root_fd) && !l.off && l.burst <= JOURNALD_BURST;
	close(root_fd);
	return drops;
}
