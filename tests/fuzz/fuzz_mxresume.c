/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --resume reads (mxinfer/scan/resume.h): a file of any octets. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mxinfer/scan/resume.h"

static uint64_t octets;

static void
on_line(void *arg, struct span line)
{
	(void)arg;
	octets += line.n;
}

static void
on_domain(void *arg, struct span domain)
{
	(void)arg;
	if (!domain.n)
		abort();
}

static void
on_target(void *arg, const struct ip *ip, struct span variant, struct span name,
    const struct route_look *tlsa, const char *tlsa_base)
{
	char text[IP_TEXT_MAX];

	(void)arg;
	(void)variant;
	if (!name.n || !ip_text(ip, text) || tlsa->texts.n > ROUTE_TEXTS_MAX ||
	    (tlsa_base && !tlsa->asked))
		abort();
}

static void
on_address(void *arg, const struct ip *ip, struct span variant)
{
	char text[IP_TEXT_MAX];

	(void)arg;
	(void)variant;
	if (!ip_text(ip, text))
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static const struct resume_events events = {on_line, on_domain, on_target, on_address};
	struct arena *a = arena_new();
	int fd = memfd_create("records", MFD_CLOEXEC);
	uint64_t whole;

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	octets = 0;
	/* All that is whole was handed out, and nothing behind it. */
	if (!resume_read(a, fd, "FILE", &events, NULL, &whole) && (whole != octets || whole > n))
		abort();
	close(fd);
	arena_free(a);
	return 0;
}
