/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/auth_file.h"

#include <errno.h>
#include <unistd.h>

#include "io/secret_file.h"

enum { AUTH_FILE_MAX = 64 * 1024 /* octets; bearer tokens are some thousand */ };

static const char *
read_file(struct arena *a, const char *path, int fd, struct span *text)
{
	char *all = arena_alloc(a, AUTH_FILE_MAX + 1);
	size_t n = 0;
	ssize_t got;

	while (n <= AUTH_FILE_MAX && (got = read(fd, all + n, AUTH_FILE_MAX + 1 - n)) != 0) {
		if (got < 0 && errno != EINTR)
			return arena_printf(a, "%s: %s", path, strerror(errno));
		n += got > 0 ? (size_t)got : 0;
	}
	if (n > AUTH_FILE_MAX)
		return arena_printf(a, "%s: is too large for an authentication file", path);
	*text = (struct span){all, n};
	return NULL;
}

static bool
is_clean(struct span value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 32 || value.p[i] == 127)
			return false;
	return true;
}

/* NULL, or what is wrong with the line. */
static const char *
take_line(struct arena *a, struct span line, struct auth *auth)
{
	const struct {
		struct span name;
		const char **value;
	} known[] = {
	    {SPAN_LIT("user"), &auth->user},
	    {SPAN_LIT("password"), &auth->password},
	    {SPAN_LIT("bearer"), &auth->bearer},
	};
	struct span value = span_trim(line), name;

	if (!value.n || value.p[0] == '#')
		return NULL;
	name = span_trim(span_cut(&value, '='));
	value = span_trim(value);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (!span_eq(name, known[i].name))
			continue;
		if (*known[i].value)
			return "is there twice; leave one away";
		if (!value.n)
			return "has no value; write one behind the equals sign";
		if (!is_clean(value))
			return "has a control character in its value; take it out";
		*known[i].value = arena_dup(a, value);
		return NULL;
	}
	return "is none of user =, password =, bearer =";
}

static const char *
take_text(struct arena *a, const char *path, struct span text, struct auth *auth)
{
	for (unsigned n = 1; text.n; n++) {
		const char *error = take_line(a, span_cut(&text, '\n'), auth);

		if (error)
			return arena_printf(a, "%s:%u: this line %s", path, n, error);
	}
	if (!auth->user)
		return arena_printf(a, "%s: has no line user =; write one", path);
	if (!auth->password == !auth->bearer)
		return arena_printf(
		    a, "%s: needs one line password = or one line bearer =, not both", path);
	return NULL;
}

const char *
auth_file_read(struct arena *a, const char *path, struct auth *auth)
{
	int fd;
	const char *error = secret_file_open(a, path, "the password", &fd);
	struct span text;

	*auth = (struct auth){0};
	if (error)
		return error;
	error = read_file(a, path, fd, &text);
	close(fd);
	return error ? error : take_text(a, path, text, auth);
}
