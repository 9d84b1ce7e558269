/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessionparse/journald.h"

static char root[] = "journald-XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		perror(name);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static bool
drops(void)
{
	return journald_drops_lines(".");
}

static bool
drops_with(const char *conf, const char *later)
{
	put("etc/systemd/journald.conf", conf);
	put("etc/systemd/journald.conf.d/10-rate.conf", later);
	return drops();
}

int
main(void)
{
	static const char *const folders[] = {"dev", "etc", "etc/systemd",
	    "etc/systemd/journald.conf.d", "usr", "usr/lib", "usr/lib/systemd",
	    "usr/lib/systemd/journald.conf.d"};

	if (!mkdtemp(root) || chdir(root) != 0)
		return 1;
	OK(!drops(), "nothing there");
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		if (mkdir(folders[i], 0700) != 0)
			return 1;
	put("dev/log", "");
	OK(!drops(), "another syslog");
	if (unlink("dev/log") != 0 || symlink("/run/systemd/journal/dev-log", "dev/log") != 0)
		return 1;
	OK(drops(), "the journal, with its default");
	OK(drops_with("[Journal]\n#RateLimitBurst=0\nStorage=auto\n", ""), "a comment");
	OK(!drops_with("[Journal]\nRateLimitBurst=200000\n", ""), "a limit that was raised");
	OK(drops_with("[Journal]\nRateLimitBurst=200\n", ""), "one that was not");
	OK(!drops_with("RateLimitBurst=0\n", "") && !drops_with("RateLimitIntervalSec=0\n", "") &&
		!drops_with(" RateLimitIntervalSec = 0s ", ""),
	    "no limit");
	OK(drops_with("RateLimitIntervalSec=30s", ""), "an interval");
	OK(!drops_with("RateLimitBurst=1", "RateLimitBurst=100000"), "the later file counts");
	OK(drops_with("RateLimitBurst=100000", "RateLimitBurst=1"), "either way");
	put("usr/lib/systemd/journald.conf.d/99.conf", "RateLimitBurst=100000");
	OK(drops_with("", "RateLimitBurst=1"), "the distributor's gives way to the machine's");
	put("etc/systemd/journald.conf.d/99.conf~", "RateLimitBurst=100000");
	OK(drops_with("", "RateLimitBurst=1"), "a file that is none of its files");
	OK(!journald_drops_lines("/nonexistent"), "no folder");
	OK(chdir("..") == 0 && nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0, "cleaned up");
	return tap_end();
}
