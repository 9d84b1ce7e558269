/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/auth_file.h"

static struct arena *a;
static char path[] = "auth-XXXXXX";

static const char *
read_text(const char *text, size_t n, mode_t mode, struct auth *auth)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(text, 1, n, f) != n || fclose(f) || chmod(path, mode))
		return "cannot write";
	return auth_file_read(a, path, auth);
}

#define READ(text, auth) read_text(text, sizeof text - 1, 0600, auth)

static bool
says(const char *error, const char *words)
{
	return error && strstr(error, words) && !strstr(error, "hunter2");
}

int
main(void)
{
	struct auth auth;

	a = arena_new();
	if (mkstemp(path) < 0)
		return 1;
	OK(!READ("# a comment\n\n user = bob@example.net \r\npassword=$x #=hunter2\n", &auth),
	    "user and password");
	SAME_STR(auth.user, "bob@example.net", "the user, without blanks");
	SAME_STR(auth.password, "$x #=hunter2", "the password as it is");
	OK(!auth.bearer, "and no token");
	OK(!READ("bearer = ya29.hunter2\nuser = bob", &auth) && auth.bearer && !auth.password,
	    "user and token, no newline at the end");
	OK(says(READ("user = bob\n", &auth), "password"), "neither");
	OK(says(READ("user = bob\npassword = hunter2\nbearer = hunter2\n", &auth), "not both"),
	    "both");
	OK(says(READ("password = hunter2\n", &auth), "no line user"), "no user");
	OK(says(READ("user = bob\npasswd = hunter2\n", &auth), ":2: this line is none of"),
	    "an unknown name");
	OK(says(READ("user = bob\npassword = hunter2\nuser = x\n", &auth),
	       ":3: this line is there twice"),
	    "twice");
	OK(says(READ("user =\npassword = hunter2\n", &auth), ":1: this line has no value"),
	    "no value");
	OK(says(READ("user = bob\npassword = hunter2\001\n", &auth), ":2: this line has a control"),
	    "a control character");
	OK(says(READ("user = bob\npassword = hunter2\0x\n", &auth), ":2: this line has a control"),
	    "NUL");
	OK(says(read_text("user = bob\n", 11, 0640, &auth), "others may read it (mode 0640)"),
	    "a file that the group may read");
	OK(says(read_text("user = bob\n", 11, 0604, &auth), "others may read it"),
	    "a file that others may read");
	unlink(path);
	OK(says(auth_file_read(a, path, &auth), "No such file"), "no file");
	OK(mkfifo(path, 0600) == 0 && says(auth_file_read(a, path, &auth), "no plain file"),
	    "a FIFO");
	unlink(path);
	arena_free(a);
	return tap_end();
}
