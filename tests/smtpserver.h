/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtpserver - a server for unit tests that says what its script says, however wrong, and keeps
 * what it was told.  It is a process of its own on a port of 127.0.0.1 that the kernel chose, for
 * one connection, and ends with it or with the test. */
#ifndef EMT_SMTPSERVER_H
#define EMT_SMTPSERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

enum serve_do {
	SERVE_END,   /* waits until the client has closed */
	SERVE_SAY,   /* sends the text */
	SERVE_DRIP,  /* sends it octet by octet */
	SERVE_FLOOD, /* sends it again and again until the client has closed */
	SERVE_READ,  /* takes one line */
	SERVE_CLOSE, /* closes in order */
	SERVE_RESET, /* breaks the connection */
	SERVE_CALL,  /* serve_call has the connection from here to its end */
};

/* A program's own server: the connection, and where to write what it hears. */
static void (*serve_call)(int fd, int log);

struct serve {
	enum serve_do what;
	const char *text;
};

struct smtp_server {
	pid_t pid;
	int heard; /* what the client sent, end of file with the server's end */
	struct sockaddr_in address;
};

static inline void
serve_send(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		text += sent;
		n -= (size_t)sent;
	}
}

/* Takes octets up to the end of a line, or all that come.  False at the end. */
static inline bool
serve_read(int fd, int log, bool all)
{
	char c;

	while (recv(fd, &c, 1, 0) == 1) {
		if (write(log, &c, 1) != 1)
			return false;
		if (c == '\n' && !all)
			return true;
	}
	return false;
}

/* Until the client has closed, without reading all too much of what it says. */
static inline void
serve_flood(int fd, const char *text)
{
	size_t n = strlen(text);

	while (send(fd, text, n, MSG_NOSIGNAL) > 0)
		continue;
}

static inline void
serve_script(int fd, int log, const struct serve *script)
{
	struct linger reset = {1, 0};

	for (;; script++) {
		switch (script->what) {
		case SERVE_END: serve_read(fd, log, true); return;
		case SERVE_SAY: serve_send(fd, script->text, strlen(script->text)); break;
		case SERVE_DRIP:
			for (const char *p = script->text; *p; p++)
				serve_send(fd, p, 1);
			break;
		case SERVE_FLOOD: serve_flood(fd, script->text); return;
		case SERVE_READ:
			if (!serve_read(fd, log, false))
				return;
			break;
		case SERVE_CLOSE: return;
		case SERVE_RESET:
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
			return;
		case SERVE_CALL: serve_call(fd, log); return;
		}
	}
}

static inline struct smtp_server
smtp_server_start(const struct serve *script)
{
	struct smtp_server s = {
	    .address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}};
	socklen_t len = sizeof s.address;
	int pipe_fds[2], fd, one = 1, listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t parent = getpid();

	if (listening < 0 || bind(listening, (struct sockaddr *)&s.address, len) ||
	    listen(listening, 1) || getsockname(listening, (struct sockaddr *)&s.address, &len) ||
	    pipe(pipe_fds))
		abort();
	fflush(stdout);
	s.pid = fork();
	if (s.pid < 0)
		abort();
	if (s.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		close(pipe_fds[0]);
		fd = accept(listening, NULL, NULL);
		close(listening);
		if (fd < 0)
			_exit(1);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		serve_script(fd, pipe_fds[1], script);
		close(fd);
		_exit(0);
	}
	close(listening);
	close(pipe_fds[1]);
	s.heard = pipe_fds[0];
	return s;
}

/* Ends the server, if it has not ended yet: that is when the client has never connected. */
static inline void
smtp_server_end(struct smtp_server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->heard);
}

/* Waits for the end of the connection, and gives all that the client sent. */
static inline void
smtp_server_heard(struct smtp_server *s, struct buf *heard)
{
	char *room;
	ssize_t n;

	while ((room = buf_room(heard, 4096)) && (n = read(s->heard, room, 4096)) > 0)
		buf_added(heard, (size_t)n);
	smtp_server_end(s);
}

#endif
