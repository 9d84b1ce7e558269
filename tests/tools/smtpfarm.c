/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtpfarm [HOLD] - a mail host at every address of 127.0.0.0/8, for thousands of sessions at once.
 *
 * Prints its port, and ends when standard input does.  It greets with its address, offers STARTTLS
 * in answer to EHLO, makes the handshake with one of its certificates (CERTIFICATES, by the
 * address), and says 221 to QUIT.  With HOLD, handshakes wait until so many have begun: then so
 * many go on at the same time.  One thread; it reads with nothing of ours. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/certificate_make.h"

enum { CERTIFICATES = 16, LINE_SIZE = 600, EVENTS_N = 256, BACKLOG = 8192 };

struct session {
	int fd;
	SSL *ssl; /* NULL: clear text */
	char line[LINE_SIZE];
	size_t line_n;
	struct session *next; /* of those held */
	bool held, quit;
};

static struct {
	SSL_CTX *contexts[CERTIFICATES];
	int epoll, listener;
	struct session *held;
	size_t held_n, hold;
} farm;

static SSL_CTX *
context_new(struct arena *a, int number)
{
	const char *name = arena_printf(a, "mx%d.example.com", number);
	const struct certificate_wish wish = {
	    .subject = name, .names = &name, .names_n = 1, .until_utc = 4000000000};
	struct certificate_key *key = certificate_key_new(a);
	struct certificate_issuer self = {.key = key};
	struct span key_pem = certificate_key_pem(a, key);
	struct span pem = certificate_make(a, &wish, key, &self, &rng_system);
	BIO *key_in = must(BIO_new_mem_buf(key_pem.p, (int)key_pem.n));
	BIO *in = must(BIO_new_mem_buf(pem.p, (int)pem.n));
	EVP_PKEY *pkey = must(PEM_read_bio_PrivateKey(key_in, NULL, NULL, NULL));
	X509 *x = must(PEM_read_bio_X509(in, NULL, NULL, NULL));
	SSL_CTX *ctx = must(SSL_CTX_new(TLS_server_method()));

	if (!SSL_CTX_use_certificate(ctx, x) || !SSL_CTX_use_PrivateKey(ctx, pkey))
		abort();
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	X509_free(x);
	EVP_PKEY_free(pkey);
	BIO_free(key_in);
	BIO_free(in);
	return ctx;
}

static struct in_addr
own_address(int fd)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &len))
		at.sin_addr.s_addr = 0;
	return at.sin_addr;
}

static void
session_end(struct session *s)
{
	SSL_free(s->ssl);
	close(s->fd);
	free(s);
}

static bool
say(struct session *s, const char *text)
{
	size_t n = strlen(text);

	if (s->ssl)
		return SSL_write(s->ssl, text, (int)n) == (int)n;
	return send(s->fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void
watch(int fd, void *who, int op)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = who};

	if (epoll_ctl(farm.epoll, op, fd, &e))
		abort();
}

/* False if the session is over. */
static bool
shake(struct session *s)
{
	int result = SSL_do_handshake(s->ssl);

	return result == 1 || SSL_get_error(s->ssl, result) == SSL_ERROR_WANT_READ;
}

/* Enough of them are here: all go on. */
static void
release(void)
{
	struct session *s = farm.held;

	farm.held = NULL;
	farm.held_n = 0;
	while (s) {
		struct session *next = s->next;

		s->held = false;
		watch(s->fd, s, EPOLL_CTL_ADD);
		s = next;
	}
}

static bool
starttls(struct session *s)
{
	unsigned char last = (unsigned char)(ntohl(own_address(s->fd).s_addr) & 255);

	if (!say(s, "220 go ahead\r\n"))
		return false;
	s->ssl = must(SSL_new(farm.contexts[last % CERTIFICATES]));
	SSL_set_fd(s->ssl, s->fd);
	SSL_set_accept_state(s->ssl);
	if (!farm.hold)
		return true;
	s->held = true;
	s->next = farm.held;
	farm.held = s;
	epoll_ctl(farm.epoll, EPOLL_CTL_DEL, s->fd, NULL);
	if (++farm.held_n >= farm.hold)
		release();
	return true;
}

/* One command; false if the session is over. */
static bool
answer(struct session *s)
{
	if (!strncmp(s->line, "EHLO ", 5))
		return say(s, "250-mx.example.com\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
			      "250-STARTTLS\r\n250 8BITMIME\r\n");
	if (!strncmp(s->line, "STARTTLS\r", 9) && !s->ssl)
		return starttls(s);
	if (!strncmp(s->line, "QUIT\r", 5)) {
		say(s, "221 bye\r\n");
		return false;
	}
	return say(s, "500 what?\r\n");
}

/* What has come; false if the session is over. */
static bool
hear(struct session *s)
{
	size_t room = sizeof s->line - 1 - s->line_n;
	char *end;
	int n;

	if (s->ssl && !SSL_is_init_finished(s->ssl))
		return shake(s);
	n = s->ssl ? SSL_read(s->ssl, s->line + s->line_n, (int)room)
		   : (int)recv(s->fd, s->line + s->line_n, room, 0);
	if (n <= 0)
		return s->ssl ? SSL_get_error(s->ssl, n) == SSL_ERROR_WANT_READ
			      : n < 0 && errno == EAGAIN;
	s->line_n += (size_t)n;
	s->line[s->line_n] = '\0';
	end = strchr(s->line, '\n');
	if (!end)
		return s->line_n + 1 < sizeof s->line;
	s->line_n = 0;
	return answer(s);
}

static void
welcome(void)
{
	int fd;

	while ((fd = accept4(farm.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct session *s = must(calloc(1, sizeof *s));
		char text[100], address[INET_ADDRSTRLEN];
		struct in_addr own = own_address(fd);

		s->fd = fd;
		snprintf(text, sizeof text, "220 [%s] ESMTP\r\n",
		    inet_ntop(AF_INET, &own, address, sizeof address));
		if (say(s, text))
			watch(fd, s, EPOLL_CTL_ADD);
		else
			session_end(s);
	}
}

/* On the loopback interface alone, whatever the address. */
static unsigned
open_listener(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof at;

	farm.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (farm.listener < 0 ||
	    setsockopt(farm.listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof "lo") ||
	    bind(farm.listener, (struct sockaddr *)&at, len) || listen(farm.listener, BACKLOG) ||
	    getsockname(farm.listener, (struct sockaddr *)&at, &len)) {
		perror("smtpfarm");
		exit(75);
	}
	return ntohs(at.sin_port);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS_N];
	struct arena *a = arena_new();
	char ignored[100];

	farm.hold = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	farm.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < CERTIFICATES; i++)
		farm.contexts[i] = context_new(a, i);
	printf("%u\n", open_listener());
	fflush(stdout);
	watch(farm.listener, &farm.listener, EPOLL_CTL_ADD);
	watch(STDIN_FILENO, &farm, EPOLL_CTL_ADD);
	for (;;) {
		int n = epoll_wait(farm.epoll, events, EVENTS_N, -1);

		for (int i = 0; i < n; i++) {
			void *who = events[i].data.ptr;

			if (who == &farm) {
				if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0)
					return 0;
			} else if (who == &farm.listener) {
				welcome();
			} else if (!hear(who)) {
				session_end(who);
			}
		}
	}
}
