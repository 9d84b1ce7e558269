/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visitload PORT SESSIONS CONCURRENT - visits that many addresses of 127.0.0.0/8, so many at once,
 * and tells what that took: sessions a second, processor time and memory of each.  visitload floor
 * N - what OpenSSL alone takes for the client's half of N such handshakes, in memory.
 *
 * Fails if a visit does not end with a handshake. */
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "io/certificate_make.h"
#include "mxinfer/scan/visit.h"

enum { PATIENCE_US = 120000000 };

static struct {
	struct loop *loop;
	struct visits *visits;
	struct visit_wish wish;
	size_t begun, ended, sessions, failed;
} load;

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long
peak_kib(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

static void on_done(void *arg, const struct visit *v);

static void
begin(void)
{
	size_t n = load.begun++;
	struct ip to = {.octets = {127, (unsigned char)(1 + n / 65025),
			    (unsigned char)(1 + n / 255 % 255), (unsigned char)(1 + n % 255)}};

	load.wish.address = to;
	visit_begin(load.visits, &load.wish, on_done, NULL);
}

static void
on_done(void *arg, const struct visit *v)
{
	(void)arg;
	if (v->starttls != STARTTLS_OK || v->chain_n != 1) {
		if (!load.failed++)
			fprintf(stderr, "visitload: %s, %s: %s\n", visit_outcome_name(v->outcome),
			    visit_starttls_name(v->starttls), v->why ? v->why : "");
	}
	if (++load.ended == load.sessions)
		loop_stop(load.loop);
	else if (load.begun < load.sessions)
		begin();
}

static int
run(unsigned port, size_t sessions, size_t concurrent)
{
	long before;
	double wall, cpu;

	load.loop = loop_new();
	load.visits = visits_new(load.loop);
	load.wish = (struct visit_wish){.port = port,
	    .ehlo_name = "scan.example.org",
	    .connect_us = PATIENCE_US,
	    .patience_us = PATIENCE_US,
	    .total_us = PATIENCE_US};
	before = peak_kib();
	load.sessions = sessions;
	wall = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (size_t i = 0; i < concurrent && i < sessions; i++)
		begin();
	loop_run(load.loop);
	wall = seconds(CLOCK_MONOTONIC) - wall;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%6zu sessions, %5zu at once  %6.0f/s  %5.0f us of CPU each  %5.1f KiB of memory "
	       "each at most\n",
	    sessions, concurrent, (double)sessions / wall, cpu / (double)sessions * 1e6,
	    (double)(peak_kib() - before) / (double)concurrent);
	visits_free(load.visits);
	loop_free(load.loop);
	return load.failed ? 1 : 0;
}

static SSL_CTX *
server_context(void)
{
	static const char *const names[] = {"mx.example.com"};
	const struct certificate_wish wish = {
	    .subject = names[0], .names = names, .names_n = 1, .until_utc = 4000000000};
	struct arena *a = arena_new();
	struct certificate_key *key = certificate_key_new(a);
	struct certificate_issuer self = {.key = key};
	struct span key_pem = certificate_key_pem(a, key);
	struct span pem = certificate_make(a, &wish, key, &self, &rng_system);
	SSL_CTX *ctx = must(SSL_CTX_new(TLS_server_method()));
	BIO *in = must(BIO_new_mem_buf(pem.p, (int)pem.n));
	BIO *key_in = must(BIO_new_mem_buf(key_pem.p, (int)key_pem.n));

	SSL_CTX_use_certificate(ctx, must(PEM_read_bio_X509(in, NULL, NULL, NULL)));
	SSL_CTX_use_PrivateKey(ctx, must(PEM_read_bio_PrivateKey(key_in, NULL, NULL, NULL)));
	SSL_CTX_set_num_tickets(ctx, 0);
	arena_free(a);
	return ctx;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
run_floor(size_t n)
{
	SSL_CTX *theirs = server_context(), *ours = must(SSL_CTX_new(TLS_client_method()));
	double *spent = must(calloc(n + 1, sizeof *spent)), since;

	SSL_CTX_set_verify(ours, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(ours, SSL_SESS_CACHE_OFF);
	for (size_t i = 0; i < n; i++) {
		SSL *server = must(SSL_new(theirs)), *client;
		BIO *one, *other;
		int up = 0;

		SSL_set_accept_state(server);
		since = seconds(CLOCK_PROCESS_CPUTIME_ID);
		client = must(SSL_new(ours));
		BIO_new_bio_pair(&one, 0, &other, 0);
		SSL_set_bio(client, one, one);
		SSL_set_bio(server, other, other);
		SSL_set_connect_state(client);
		for (int turn = 0; turn < 10 && up != 1; turn++) {
			up = SSL_do_handshake(client);
			spent[i] += seconds(CLOCK_PROCESS_CPUTIME_ID) - since;
			SSL_do_handshake(server);
			since = seconds(CLOCK_PROCESS_CPUTIME_ID);
		}
		SSL_free(client);
		spent[i] += seconds(CLOCK_PROCESS_CPUTIME_ID) - since;
		SSL_free(server);
		if (up != 1)
			return 1;
	}
	qsort(spent, n, sizeof *spent, by_size);
	printf("%6zu handshakes of OpenSSL alone, in memory: %5.0f us of CPU each (median)\n", n,
	    spent[n / 2] * 1e6);
	free(spent);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "floor"))
		return run_floor(strtoul(argv[2], NULL, 10));
	if (argc == 4)
		return run((unsigned)strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10),
		    strtoul(argv[3], NULL, 10));
	fprintf(
	    stderr, "usage: %s PORT SESSIONS CONCURRENT\n       %s floor N\n", argv[0], argv[0]);
	return 64;
}
