/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logcatch - runs a command while it is the syslog daemon, then prints what the command logged, a
 * line a datagram.
 *
 * Usage: logcatch SOCKET COMMAND ARGUMENT...; SOCKET is where syslog(3) looks, /dev/log.  Ends with
 * the command's exit code, or 99 if it had none. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), status = -1;
	char line[8192];
	ssize_t n;
	pid_t pid;

	if (argc < 3 || strlen(argv[1]) >= sizeof at.sun_path)
		return 64;
	memcpy(at.sun_path, argv[1], strlen(argv[1]) + 1);
	unlink(argv[1]);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at)) {
		perror(argv[1]);
		return 99;
	}
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	while ((n = recv(fd, line, sizeof line, MSG_DONTWAIT)) >= 0)
		printf("%.*s\n", (int)n, line);
	unlink(argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
