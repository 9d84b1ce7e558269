/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `postfix check`, as the host's own Postfix would say it: it needs root, looks at absolute paths,
 * and writes into the queue folder.  So it runs in a mount namespace of its own, where the tree
 * lies over /etc and /var is empty; nothing of it reaches the machine. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "site/check.h"
#include "site/loopback.h"
#include "site/maincf.h"

#define POSTFIX "/usr/sbin/postfix"

enum {
	TIME_MAX_S = 60,
	SAID_MAX = 65536, /* octets of what it says */
	CANNOT = 96, /* exit codes of the child before exec: the namespace cannot be made ... */
	CANNOT_EXEC, /* ... or there is no Postfix */
};

struct run {
	struct check *c;
	const struct plan_host *host;
	const char *config;       /* /etc/postfix-mail */
	const char *queue, *data; /* absolute */
	uid_t owner;              /* of data: Postfix' user */
	const char *overlay,
	    *etc_path; /* options of mount(2); the machine's folder etc of the tree */
};

/* A folder and those above it, within the empty /var. */
static int
make_folder(const char *path, uid_t owner, mode_t mode)
{
	char whole[1024];
	size_t n = strlen(path);

	if (n >= sizeof whole)
		return -1;
	memcpy(whole, path, n + 1);
	for (char *slash = strchr(whole + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(whole, 0755) && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return (mkdir(whole, mode) && errno != EEXIST) || chown(whole, owner, 0) ? -1 : 0;
}

/* In the child.  No outcome but exec or exit. */
static _Noreturn void
become(const struct run *r, int out_fd)
{
	static const char *const environment[] = {
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	int null_fd = open("/dev/null", O_RDWR);

	if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(out_fd, 1) < 0 || dup2(out_fd, 2) < 0)
		_exit(CANNOT);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("overlay", "/etc", "overlay", MS_RDONLY, r->overlay) ||
	    mount("tmpfs", "/var", "tmpfs", 0, "mode=0755,size=16m") ||
	    make_folder(r->queue, 0, 0755) || make_folder(r->data, r->owner, 0700) ||
	    make_folder("/var/log", 0, 0755) || make_folder("/var/tmp", 0, 01777) ||
	    !loopback_enter(r->host->ips, r->host->ips_n))
		_exit(CANNOT);
	execle(POSTFIX, "postfix", "-c", r->config, "check", (char *)NULL, environment);
	_exit(CANNOT_EXEC);
}

/* A pseudo-terminal: what is written to *inner can be read from *outer.  False: errno says why. */
static bool
open_terminal(int *outer, int *inner)
{
	char name[64];

	*inner = -1;
	*outer = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*outer >= 0 && !grantpt(*outer) && !unlockpt(*outer) &&
	    !ptsname_r(*outer, name, sizeof name))
		*inner = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return *inner >= 0;
}

/* Reads what it says until it ends or its time is over; false for the latter. */
static bool
listen_to(int fd, struct buf *said)
{
	int64_t end_us = clock_since_us(&clock_system) + (int64_t)TIME_MAX_S * 1000000;
	char piece[4096];

	for (;;) {
		int64_t left_us = end_us - clock_since_us(&clock_system);
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int ready = left_us > 0 ? poll(&p, 1, (int)(left_us / 1000) + 1) : 0;
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) /* EIO: nobody has the terminal any more */
			return true;
		buf_put(said, (struct span){piece, (size_t)n});
	}
}

/* Each line that it says is a finding. */
static void
take_said(const struct run *r, struct span said, int status)
{
	const char *where = check_path(r->c, r->host->machine, r->config);
	bool told = false;
	struct span line;

	while (check_next_line(&said, &line)) {
		/* "postfix/postfix-script: warning: ..." */
		check_finding(r->c, where,
		    arena_printf(r->c->a, "postfix check says \"%.*s\"",
			(int)(line.n > 1000 ? 1000 : line.n), line.p),
		    "Postfix would start with it, or not at all", "mend what it names");
		told = true;
	}
	if (!told && status != 0)
		check_finding(r->c, where,
		    arena_printf(r->c->a, "postfix check fails, with exit code %d", status),
		    "Postfix would not start", "run it there by hand");
}

static void
run_one(const struct run *r)
{
	int outer, inner, status = 0;
	struct buf said;
	bool in_time;
	pid_t pid;

	if (!open_terminal(&outer, &inner) || (pid = fork()) < 0) {
		check_skipped(r->c, "postfix check", strerror(errno));
		return;
	}
	if (pid == 0) {
		/* All that it starts is one group, so that nothing outlives its time. */
		setpgid(0, 0);
		become(r, inner);
	}
	close(inner);
	buf_init(&said, SAID_MAX);
	in_time = listen_to(outer, &said);
	if (!in_time)
		kill(-pid, SIGKILL);
	close(outer);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	if (status == CANNOT)
		check_skipped(r->c, "postfix check", "no namespace with an overlay to be had");
	else if (status == CANNOT_EXEC)
		check_skipped(r->c, "postfix check", "there is no " POSTFIX);
	else if (!in_time)
		check_skipped(r->c, "postfix check", "it took longer than a minute");
	else
		take_said(r, buf_span(&said), status);
	buf_free(&said);
}

/* A folder that is named in the options of an overlay: a colon or a comma would end it. */
static bool
can_be_lower(const char *path)
{
	return !strpbrk(path, ":,\\");
}

static bool
prepare(struct run *r)
{
	const char *folder = check_path(r->c, r->host->machine, "etc");
	char *whole = realpath(folder, NULL);
	struct maincf m;
	struct span text;

	if (!whole)
		return false;
	r->etc_path = arena_dup(r->c->a, span_str(whole));
	free(whole);
	r->config = arena_printf(r->c->a, "/etc/postfix%s", r->host->suffix);
	if (!check_read(r->c,
		check_path(r->c, r->host->machine, arena_printf(r->c->a, "%s/main.cf", r->config)),
		&text))
		return false;
	maincf_read(&m, r->c->a, text);
	r->queue = maincf_get(&m, "queue_directory");
	r->data = maincf_get(&m, "data_directory");
	r->queue = r->queue ? r->queue : "/var/spool/postfix";
	r->data = r->data ? r->data : "/var/lib/postfix";
	r->overlay = arena_printf(r->c->a, "lowerdir=%s:/etc", r->etc_path);
	return true;
}

void
check_postfix(struct check *c)
{
	struct passwd *user = getpwnam("postfix");

	if (!c->try_postfix)
		return;
	if (geteuid() != 0) {
		check_skipped(c, "postfix check", "it needs root");
		return;
	}
	if (access(POSTFIX, X_OK) || !user) {
		check_skipped(c, "postfix check", "there is no Postfix on this machine");
		return;
	}
	for (size_t i = 0; i < c->plan->hosts_n; i++) {
		struct run r = {.c = c, .host = &c->plan->hosts[i], .owner = user->pw_uid};

		if (r.host->site->role->dns || !prepare(&r))
			continue;
		if (can_be_lower(r.etc_path))
			run_one(&r);
		else
			check_skipped(c, r.etc_path, "a path with a colon, comma or backslash");
	}
}
