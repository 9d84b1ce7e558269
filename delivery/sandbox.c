/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/sandbox.h"

#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

/* AddressSanitizer's shadow alone is terabytes of address space, and its search for leaks, at the
 * exit, reads /proc. */
#ifdef __SANITIZE_ADDRESS__
enum { UNDER_SANITIZER = 1 };
#else
enum { UNDER_SANITIZER = 0 };
#endif

enum { MEMORY_MAX = 512 * 1024 * 1024 }; /* octets of address space; a mail takes a few MiB */

static void
give_up(int signal_number)
{
	(void)signal_number;
	_exit(EX_TEMPFAIL); /* the mail has no name yet, or it is whole: a retry finishes it */
}

/* Only ever lowers: where a stricter limit stands, the call fails and that one stays. */
static void
limit(int resource, rlim_t most)
{
	setrlimit(resource, &(struct rlimit){.rlim_cur = most, .rlim_max = most});
}

void
sandbox_limit(unsigned timeout_s)
{
	umask(077);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGALRM, give_up);
	alarm(timeout_s);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	limit(RLIMIT_CORE, 0);
	if (!UNDER_SANITIZER)
		limit(RLIMIT_AS, MEMORY_MAX);
}

void
sandbox_confine(const int *dir_fds, size_t n)
{
	/* The rights of the first version; later ones add some that file modes keep from us anyway.
	 */
	const struct landlock_ruleset_attr all = {
	    .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
	const __u64 kept = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
			   LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
			   LANDLOCK_ACCESS_FS_REMOVE_FILE;
	int ruleset =
	    UNDER_SANITIZER ? -1 : (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);

	if (ruleset < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct landlock_path_beneath_attr rule = {
		    .allowed_access = kept, .parent_fd = dir_fds[i]};

		/* A folder that cannot be named would be locked out: better no confinement than no
		 * delivery. */
		if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)) {
			close(ruleset);
			return;
		}
	}
	syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
}
