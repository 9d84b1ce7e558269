/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site - the hosts and addresses of a measurement site, as its site file names them.
 *
 * settings.h reads the file; here the lines `host.NAME = ROLE IPV4 IPV6` and `addresses.CASE = IPV4
 * IPV6` get their meaning, and what does not go together is refused.  Everything lives in the
 * arena; the settings are borrowed. */
#ifndef EMT_SITE_H
#define EMT_SITE_H

#include "base/ip.h"
#include "base/settings.h"
#include "plan/role.h"

/* One address of each family: every host and every case with addresses of its own has both. */
struct site_pair {
	struct ip ip4, ip6;
};

struct site_host {
	const char *name; /* "mail" */
	const char *fqdn; /* "mail.measurement.example.com" */
	const struct role *role;
	struct site_pair ip;
	const char *place; /* FILE:LINE */
};

/* Addresses that a test case has to itself, on the host of its role. */
struct site_addresses {
	const char *testcase;
	struct site_pair ip;
	const char *place;
};

enum site_layout {
	LAYOUT_MULTI, /* one machine for each host */
	LAYOUT_SINGLE /* all hosts are parts of one machine with several addresses */
};

enum site_name_server { SERVE_NSD, SERVE_BIND, SERVE_POWERDNS, SERVE_KNOT };

struct site {
	const struct settings *settings;
	const char *file;   /* its name, for messages */
	const char *domain; /* lower case, no dot at its end */
	const char *rname;  /* `contact` as the SOA record writes it, no dot at its end */
	struct ip_range range4, range6; /* settings ipv4 and ipv6: all addresses lie within */
	struct site_host *hosts;
	size_t hosts_n; /* each role once */
	struct site_addresses *addresses;
	size_t addresses_n;
};

/* Reads what `settings` hold; `values` say where each came from.  NULL, or one line "FILE:LINE:
 * what, and the mend" from the arena. */
const char *site_read(struct arena *a, const struct settings *settings, const char *file,
    const struct option_values *values, struct site *site) __attribute__((warn_unused_result));

/* The host of a role; there is always one. */
const struct site_host *site_host(const struct site *site, enum role_id role);

#endif
