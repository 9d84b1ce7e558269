/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessionparse/postconf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/log.h"

enum {
	FIELDS_BEFORE_COMMAND = 5, /* private unpriv chroot wakeup maxproc */
	EXIT_NO_PROGRAM = 127,
};

void
postconf_init(struct postconf *pc, struct arena *a)
{
	*pc = (struct postconf){.arena = a};
	pc->services_end = &pc->services;
}

static bool
is_word_char(char c)
{
	return !is_blank(c);
}

static struct span
take_word(struct cursor *c)
{
	cur_blanks(c, c->rest.n);
	return cur_run(c, is_word_char, c->rest.n);
}

/* A word, or what stands between braces, which may hold blanks and further braces. */
static struct span
take_argument(struct cursor *c)
{
	size_t depth = 1, n = 0;
	struct span inner;

	cur_blanks(c, c->rest.n);
	if (!cur_maybe(c, SPAN_LIT("{")))
		return cur_run(c, is_word_char, c->rest.n);
	for (; n < c->rest.n; n++) {
		depth += c->rest.p[n] == '{';
		depth -= c->rest.p[n] == '}';
		if (!depth)
			break;
	}
	inner = (struct span){c->rest.p, n};
	c->rest = span_from(c->rest, n);
	cur_literal(c, SPAN_LIT("}"));
	return span_trim(inner);
}

static struct postconf_parameter *
new_parameter(struct arena *a, struct span text, struct postconf_parameter *next)
{
	struct postconf_parameter *p = arena_alloc(a, sizeof *p);

	p->name = span_trim(span_cut(&text, '='));
	p->value = text.p ? span_trim(text) : SPAN_LIT("");
	p->next = next;
	return p;
}

/* "-v", "-vv", "-Dv", "-n NAME": letters, the last of which may want an argument. */
static void
take_letters(struct postconf_service *s, struct cursor *c, struct span letters)
{
	for (size_t i = 0; i < letters.n; i++) {
		if (letters.p[i] == 'v') {
			s->verbose++;
		} else if (strchr("cimnostu", letters.p[i])) {
			if (i + 1 == letters.n)
				take_argument(c);
			return;
		}
	}
}

static void
take_arguments(struct postconf *pc, struct postconf_service *s, struct cursor *c)
{
	struct span override;

	for (;;) {
		cur_blanks(c, c->rest.n);
		if (!cur_maybe(c, SPAN_LIT("-")))
			return; /* an operand: no program that we ask of has any */
		if (!cur_maybe(c, SPAN_LIT("o"))) {
			take_letters(s, c, cur_run(c, is_word_char, c->rest.n));
			continue;
		}
		override = take_argument(c);
		if (!override.n || c->failed)
			return;
		s->overrides = new_parameter(pc->arena, override, s->overrides);
	}
}

static bool
is_type(struct span word)
{
	static const struct span types[] = {
	    {"inet", 4}, {"unix", 4}, {"fifo", 4}, {"pass", 4}, {"unix-dgram", 10}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (span_eq(word, types[i]))
			return true;
	return false;
}

static const char *
take_service(struct postconf *pc, struct cursor *c)
{
	struct postconf_service *s = arena_alloc(pc->arena, sizeof *s);

	s->name = take_word(c);
	s->type = take_word(c);
	for (int i = 0; i < FIELDS_BEFORE_COMMAND; i++)
		take_word(c);
	s->command = take_word(c);
	if (!s->command.n || !is_type(s->type))
		return "neither NAME = VALUE nor a service of master.cf; save the output of "
		       "postconf -x and of postconf -Mx";
	if (pc->services_n == POSTCONF_SERVICES_MAX)
		return "too many services";
	take_arguments(pc, s, c);
	pc->services_n++;
	*pc->services_end = s;
	pc->services_end = &s->next;
	return NULL;
}

/* A whole line, its continuations included. */
static const char *
take_line(struct postconf *pc, struct span line)
{
	struct span name = span_trim((struct span){line.p, span_find(line, '=')});
	struct cursor c = cursor_on(line);

	if (name.n == span_trim(line).n || span_find(name, ' ') != name.n ||
	    span_find(name, '\t') != name.n)
		return take_service(pc, &c);
	if (span_find(name, '/') != name.n)
		return NULL; /* of postconf -P */
	if (pc->parameters_n == POSTCONF_PARAMETERS_MAX)
		return "too many parameters";
	pc->parameters_n++;
	pc->parameters = new_parameter(pc->arena, line, pc->parameters);
	return NULL;
}

/* The next line with its continuations, which become blanks, and without comments between them; its
 * first line's number. */
static struct span
next_line(struct arena *a, struct span *rest, unsigned *number, unsigned *first)
{
	struct buf line;
	struct span piece, whole;

	buf_init(&line, POSTCONF_TEXT_MAX);
	*first = *number + 1;
	do {
		piece = span_cut(rest, '\n');
		++*number;
		if (span_trim(piece).n && span_trim(piece).p[0] != '#') {
			if (!line.n)
				*first = *number;
			buf_putc(&line, ' ');
			buf_put(&line, span_trim(piece));
		}
	} while (rest->n && (!line.n || strchr(" \t\n#", rest->p[0])));
	whole = arena_span(a, span_trim(buf_span(&line)));
	buf_free(&line);
	return whole;
}

const char *
postconf_take(struct postconf *pc, const char *file, struct span text)
{
	unsigned number = 0, first;
	const char *wrong = NULL;

	while (text.n && !wrong) {
		struct span line = next_line(pc->arena, &text, &number, &first);

		if (line.n && (wrong = take_line(pc, line)) != NULL)
			wrong = arena_printf(pc->arena, "%s:%u: %s", file, first, wrong);
	}
	return wrong;
}

/* In the child: postconf wherever Postfix may be installed, and with nothing of our environment. */
static _Noreturn void
become_postconf(int out_fd, const char *dir, const char *what)
{
	static const char *const programs[] = {"/usr/sbin/postconf", "/usr/local/sbin/postconf",
	    "/sbin/postconf", "/usr/bin/postconf", "/usr/local/bin/postconf"};
	static const char *const env[] = {
	    "PATH=/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C", NULL};
	const char *argv[5] = {"postconf", what, dir ? "-c" : NULL, dir, NULL};

	if (dup2(out_fd, STDOUT_FILENO) >= 0)
		for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
			execve(programs[i], (char *const *)argv, (char *const *)env);
	_exit(EXIT_NO_PROGRAM);
}

/* False, with errno, if reading fails; EFBIG: it is too much. */
static bool
read_all(int fd, struct buf *out)
{
	char piece[16384];
	ssize_t n;

	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf_put(out, (struct span){piece, (size_t)n});
		if (out->overflow) {
			errno = EFBIG;
			return false;
		}
	}
	return true;
}

/* What `postconf WHAT` prints. */
static bool
ask(const char *dir, const char *what, struct buf *out)
{
	int fds[2], status = 0;
	bool good;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		log_error("postconf %s: %s", what, strerror(errno));
		return false;
	}
	if (pid == 0)
		become_postconf(fds[1], dir, what);
	close(fds[1]);
	good = read_all(fds[0], out);
	if (!good)
		log_error("postconf %s: %s", what, strerror(errno));
	close(fds[0]); /* one that goes on writing dies of it */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!good)
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_PROGRAM)
		log_error("postconf is not there: is Postfix installed on this machine?");
	else if (status)
		log_error("postconf %s failed; it reads the configuration in %s", what,
		    dir ? dir : "Postfix' own folder");
	return status == 0;
}

bool
postconf_run(struct postconf *pc, const char *dir)
{
	static const char *const questions[] = {"-x", "-Mx"};
	bool good = true;

	for (size_t i = 0; i < 2 && good; i++) {
		const char *wrong;
		struct buf text;

		buf_init(&text, POSTCONF_TEXT_MAX);
		good = ask(dir, questions[i], &text);
		if (good && (wrong = postconf_take(pc, "postconf", buf_span(&text))) != NULL) {
			log_error("%s", wrong);
			good = false;
		}
		buf_free(&text);
	}
	return good;
}

struct span
postconf_value(const struct postconf *pc, const struct postconf_service *service, struct span name)
{
	for (int i = 0; i < 2; i++) {
		const struct postconf_parameter *p = i         ? pc->parameters
						     : service ? service->overrides
							       : NULL;

		for (; p; p = p->next)
			if (span_eq(p->name, name))
				return p->value;
	}
	return (struct span){NULL, 0};
}
