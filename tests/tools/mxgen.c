/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mxgen FORM SEED DOMAINS - a made-up population of domains for benchmarks, to standard output, in
 * one of the forms of emt-mxinfer's input: tsv (the Python tool's table), scan (mx-scan/1), or
 * zdns, zgrab and ip2asn.  All forms of a seed say the same.
 *
 * FORM chain: DOMAINS rows of TSV, each with a certificate of two names, of which one is the next
 * row's too, from both ends of the chain at once.
 *
 * Everything follows from the seed and a number, so nothing is kept in memory.  Most domains use
 * the hosts of a few providers; 12 in 100 have a server of their own. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOSTS_A_PROVIDER = 8,
	CERTIFICATE_LINES = 26, /* of 64 characters, as much as a usual certificate has */
	OWN_PERCENT = 12,
	NO_MX_PERCENT = 8,
	NULL_MX_PERCENT = 2
};

static const char *const known_providers[] = {"google.com", "outlook.com", "secureserver.net",
    "ovh.net", "pphosted.com", "yandex.net", "mimecast.com", "emailsrvr.com", "qq.com", "zoho.com"};
static const unsigned as_numbers[] = {15169, 8075, 26496, 16276, 22843, 13238, 30031, 27357, 132203,
    2639, 16417, 64496, 64497, 64498};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct population {
	uint64_t seed;
	uint64_t domains_n, hosts_n;
	FILE *out;
};

enum what { OF_DOMAIN, OF_CHOICE, OF_ADDRESS, OF_CERTIFICATE, OF_AS };

/* A server: one of the providers' (number below hosts_n), or a domain's own behind those. */
struct server {
	uint64_t number;
	char mx[64], registered[48];
	unsigned addresses_n;
};

/* A number that looks random, always the same for the same question (the finalizer of SplitMix64).
 */
static uint64_t
draw(const struct population *p, enum what what, uint64_t n)
{
	uint64_t z = p->seed * 0x9e3779b97f4a7c15 + (uint64_t)what * 0xd1342543de82ef95 + n;

	for (int i = 0; i < 2; i++) {
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		z ^= z >> 31;
	}
	return z;
}

static void
domain_name(uint64_t domain, char *name, size_t n)
{
	static const char *const suffixes[] = {"com", "org", "de", "co.uk"};

	snprintf(name, n, "domain-%llu.%s", (unsigned long long)domain,
	    suffixes[domain % COUNT(suffixes)]);
}

static void
server_name(const struct population *p, struct server *s, uint64_t number)
{
	uint64_t provider = number / HOSTS_A_PROVIDER;

	s->number = number;
	s->addresses_n = 1 + (draw(p, OF_ADDRESS, number) % 4 == 0);
	if (number >= p->hosts_n) {
		domain_name(number - p->hosts_n, s->registered, sizeof(s->registered));
	} else if (provider < COUNT(known_providers)) {
		snprintf(s->registered, sizeof(s->registered), "%s", known_providers[provider]);
	} else {
		snprintf(s->registered, sizeof(s->registered), "provider%llu.com",
		    (unsigned long long)provider);
	}
	snprintf(
	    s->mx, sizeof(s->mx), "mx%u.%s", (unsigned)(number % HOSTS_A_PROVIDER), s->registered);
}

/* The servers of a domain: 0, 1 or 2. */
static unsigned
servers_of(const struct population *p, uint64_t domain, struct server found[2])
{
	uint64_t r = draw(p, OF_DOMAIN, domain), percent = r % 100, n = 1 + (r >> 32) % 2;

	if (percent < NO_MX_PERCENT + NULL_MX_PERCENT)
		return 0;
	if (percent < NO_MX_PERCENT + NULL_MX_PERCENT + OWN_PERCENT) {
		server_name(p, &found[0], p->hosts_n + domain);
		return 1;
	}
	/* The cube makes some providers much larger than others. */
	for (uint64_t i = 0; i < n; i++) {
		double u = (double)(draw(p, OF_CHOICE, domain) >> 11) / 9007199254740992.0;
		uint64_t host = (uint64_t)((double)p->hosts_n * u * u * u);

		server_name(p, &found[i], (host + i) % p->hosts_n);
	}
	return (unsigned)n;
}

static bool
is_null_mx(const struct population *p, uint64_t domain)
{
	return draw(p, OF_DOMAIN, domain) % 100 < NULL_MX_PERCENT;
}

static void
put_domain(const struct population *p, uint64_t domain)
{
	char name[48];

	domain_name(domain, name, sizeof(name));
	fputs(name, p->out);
}

static void
put_address(const struct population *p, const struct server *s, unsigned n)
{
	uint64_t a = s->number * 2 + n;

	fprintf(p->out, "%u.%u.%u.%u", 11 + (unsigned)(a >> 24 & 127), (unsigned)(a >> 16 & 255),
	    (unsigned)(a >> 8 & 255), (unsigned)(a & 255));
}

/* By the /16 that the address lies in, as ip2asn says it. */
static unsigned
as_of(const struct population *p, const struct server *s, unsigned n)
{
	return as_numbers[draw(p, OF_AS, (s->number * 2 + n) >> 16) % COUNT(as_numbers)];
}

static bool
is_trusted(const struct population *p, const struct server *s)
{
	return s->number < p->hosts_n || draw(p, OF_CERTIFICATE, s->number) % 2 == 0;
}

/* The names of a server's certificate, `quote` around each. */
static void
put_names(const struct population *p, const struct server *s, char quote)
{
	struct server next;

	fprintf(p->out, "%c%s%c,%c*.%s%c", quote, s->mx, quote, quote, s->registered, quote);
	if (draw(p, OF_CERTIFICATE, s->number) % 50 == 1) {
		server_name(p, &next, s->number + HOSTS_A_PROVIDER);
		fprintf(p->out, ",%c%s%c", quote, next.mx, quote);
	}
}

/* What stands for the octets of a certificate: as long, and of the same characters. */
static void
put_raw(const struct population *p, const struct server *s, const char *line_end)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[65] = "";

	fprintf(p->out, "-----BEGIN CERTIFICATE-----%s", line_end);
	for (unsigned i = 0; i < CERTIFICATE_LINES; i++) {
		uint64_t r = 0;

		for (unsigned k = 0; k < 64; k++, r >>= 6) {
			if (k % 10 == 0)
				r = draw(p, OF_CERTIFICATE, s->number << 10 | i << 4 | k / 10);
			line[k] = digits[r & 63];
		}
		fprintf(p->out, "%s%s", line, line_end);
	}
	fprintf(p->out, "-----END CERTIFICATE-----%s", line_end);
}

static void
tsv_row(const struct population *p, uint64_t domain, const struct server *s, unsigned n)
{
	put_domain(p, domain);
	fprintf(p->out, "\t%s\t10\t", s->mx);
	put_address(p, s, n);
	fprintf(p->out,
	    "\t%u\t{'smtp': {'starttls': {'banner': '220 %s ESMTP ready\\r\\n', 'ehlo': "
	    "'250-%s Hello\\r\\n250-SIZE 52428800\\r\\n250-8BITMIME\\r\\n250-STARTTLS\\r\\n250 HELP"
	    "\\r\\n', 'tls': {'certificate': {'raw': '",
	    as_of(p, s, n), s->mx, s->mx);
	put_raw(p, s, "\\n");
	fputs("', 'parsed': {'names': [", p->out);
	put_names(p, s, '\'');
	fprintf(p->out, "]}}, 'validation': {'browser_trusted': %s}}}, 'x509_msg': 'OK'}}\t\n",
	    is_trusted(p, s) ? "True" : "False");
}

static void
tsv_header(const struct population *p)
{
	fputs("domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\t"
	      "ip_scan_debug_message\n",
	    p->out);
}

static void
tsv(const struct population *p)
{
	struct server servers[2];

	tsv_header(p);
	for (uint64_t domain = 0; domain < p->domains_n; domain++) {
		unsigned n = servers_of(p, domain, servers);

		for (unsigned i = 0; i < n; i++)
			for (unsigned k = 0; k < servers[i].addresses_n; k++)
				tsv_row(p, domain, &servers[i], k);
		if (n == 0) {
			put_domain(p, domain);
			fputs(
			    is_null_mx(p, domain) ? "\t.\t0\t\t\t\t\n" : "\t\t\t\t\t\t\n", p->out);
		}
	}
}

static void
zdns(const struct population *p)
{
	struct server servers[2];

	for (uint64_t domain = 0; domain < p->domains_n; domain++) {
		unsigned n = servers_of(p, domain, servers);

		fputs("{\"name\":\"", p->out);
		put_domain(p, domain);
		fputs("\",\"class\":\"IN\",\"results\":{\"MXLOOKUP\":{\"data\":{\"exchanges\":[",
		    p->out);
		for (unsigned i = 0; i < n; i++) {
			fprintf(p->out,
			    "%s{\"class\":\"IN\",\"name\":\"%s\",\"preference\":10,\"ttl\":300,"
			    "\"type\":"
			    "\"MX\",\"ipv4_addresses\":[\"",
			    i ? "," : "", servers[i].mx);
			for (unsigned k = 0; k < servers[i].addresses_n; k++) {
				fputs(k ? "\",\"" : "", p->out);
				put_address(p, &servers[i], k);
			}
			fputs("\"]}", p->out);
		}
		if (n == 0 && is_null_mx(p, domain))
			fputs("{\"name\":\"\",\"preference\":0}", p->out);
		fputs("]},\"status\":\"NOERROR\"}}}\n", p->out);
	}
}

static void
zgrab_lines(const struct population *p, uint64_t number)
{
	struct server s;

	server_name(p, &s, number);
	for (unsigned k = 0; k < s.addresses_n; k++) {
		fputs("{\"ip\":\"", p->out);
		put_address(p, &s, k);
		fprintf(p->out,
		    "\",\"data\":{\"smtp\":{\"status\":\"success\",\"protocol\":\"smtp\","
		    "\"result\":{"
		    "\"banner\":\"220 %s ESMTP ready\\r\\n\",\"ehlo\":\"250-%s Hello\\r\\n250 "
		    "HELP\\r\\n\","
		    "\"tls\":{\"handshake_log\":{\"server_certificates\":{\"certificate\":{"
		    "\"parsed\":{"
		    "\"names\":[",
		    s.mx, s.mx);
		put_names(p, &s, '"');
		fprintf(p->out, "]}},\"validation\":{\"browser_trusted\":%s}}}}}}}}\n",
		    is_trusted(p, &s) ? "true" : "false");
	}
}

static void
scan_domain(const struct population *p, uint64_t domain)
{
	struct server servers[2];
	unsigned n = servers_of(p, domain, servers);

	fputs(
	    "{\"schema\":\"mx-scan/1\",\"tool\":\"emt-mxscan 0\",\"kind\":\"domain\",\"domain\":\"",
	    p->out);
	put_domain(p, domain);
	fputs("\",\"outcome\":\"ok\",\"mx\":[", p->out);
	for (unsigned i = 0; i < n; i++) {
		fprintf(p->out,
		    "%s{\"name\":\"%s\",\"preference\":10,\"a\":\"ok\",\"addresses\":[\"",
		    i ? "," : "", servers[i].mx);
		for (unsigned k = 0; k < servers[i].addresses_n; k++) {
			fputs(k ? "\",\"" : "", p->out);
			put_address(p, &servers[i], k);
		}
		fputs("\"]}", p->out);
	}
	if (n == 0 && is_null_mx(p, domain))
		fputs("{\"name\":\".\",\"preference\":0}", p->out);
	fputs("]}\n", p->out);
}

static void
scan_addresses(const struct population *p, uint64_t number)
{
	struct server s;

	server_name(p, &s, number);
	for (unsigned k = 0; k < s.addresses_n; k++) {
		fputs("{\"schema\":\"mx-scan/1\",\"tool\":\"emt-mxscan 0\",\"kind\":\"address\","
		      "\"address\":\"",
		    p->out);
		put_address(p, &s, k);
		fprintf(p->out,
		    "\",\"time\":1622505600.123456,\"ms\":187,\"outcome\":\"ok\",\"as\":[%u],"
		    "\"banner\":\"220 %s ESMTP ready\",\"ehlo\":\"250-%s Hello\\r\\n250-SIZE "
		    "52428800\\r\\n250-8BITMIME\\r\\n250-STARTTLS\\r\\n250 "
		    "HELP\",\"starttls\":\"ok\","
		    "\"tls\":{\"version\":\"TLSv1.3\",\"cipher\":\"TLS_AES_256_GCM_SHA384\"},"
		    "\"trusted\":%s,\"certificate\":{\"sha256\":\"%016llx%016llx%016llx%016llx\","
		    "\"names\":[",
		    as_of(p, &s, k), s.mx, s.mx, is_trusted(p, &s) ? "true" : "false",
		    (unsigned long long)number, (unsigned long long)number,
		    (unsigned long long)number, (unsigned long long)number);
		put_names(p, &s, '"');
		fputs("],\"not_before\":1609459200,\"not_after\":1640995200}}\n", p->out);
	}
}

static bool
has_own_server(const struct population *p, uint64_t domain)
{
	struct server servers[2];

	return servers_of(p, domain, servers) == 1 && servers[0].number >= p->hosts_n;
}

static void
zgrab(const struct population *p)
{
	for (uint64_t number = 0; number < p->hosts_n; number++)
		zgrab_lines(p, number);
	for (uint64_t domain = 0; domain < p->domains_n; domain++)
		if (has_own_server(p, domain))
			zgrab_lines(p, p->hosts_n + domain);
}

static void
scan(const struct population *p)
{
	for (uint64_t number = 0; number < p->hosts_n; number++)
		scan_addresses(p, number);
	for (uint64_t domain = 0; domain < p->domains_n; domain++) {
		scan_domain(p, domain);
		if (has_own_server(p, domain))
			scan_addresses(p, p->hosts_n + domain);
	}
}

static void
ip2asn(const struct population *p)
{
	uint64_t last = (p->hosts_n + p->domains_n) * 2 >> 16;

	for (uint64_t i = 0; i <= last; i++) {
		unsigned first = 11 + (unsigned)(i >> 8 & 127), second = (unsigned)(i & 255);

		fprintf(p->out, "%u.%u.0.0\t%u.%u.255.255\t%u\tZZ\tNET\n", first, second, first,
		    second, as_numbers[draw(p, OF_AS, i) % COUNT(as_numbers)]);
	}
}

static void
chain(const struct population *p)
{
	tsv_header(p);
	for (uint64_t i = 0; i < p->domains_n; i++) {
		/* From both ends at once. */
		uint64_t n = i % 2 ? p->domains_n - 1 - i / 2 : i / 2;

		fprintf(p->out,
		    "d%llu.com\tmx.d%llu.com\t1\t%u.%u.%u.%u\t\t{'smtp':{'starttls':{'tls':{"
		    "'certificate':{'parsed':{'names':['mx.n%07llu.com','mx.n%07llu.com']}},"
		    "'validation':{'browser_trusted':True}}}}}\n",
		    (unsigned long long)n, (unsigned long long)n, 11 + (unsigned)(n >> 24),
		    (unsigned)(n >> 16 & 255), (unsigned)(n >> 8 & 255), (unsigned)(n & 255),
		    (unsigned long long)n, (unsigned long long)n + 1);
	}
}

static const struct form {
	const char *name;
	void (*write)(const struct population *p);
} forms[] = {{"tsv", tsv}, {"scan", scan}, {"zdns", zdns}, {"zgrab", zgrab}, {"ip2asn", ip2asn},
    {"chain", chain}};

int
main(int argc, char **argv)
{
	struct population p = {.out = stdout};

	if (argc != 4) {
		fprintf(stderr, "usage: %s FORM SEED DOMAINS\n", argv[0]);
		return 64;
	}
	p.seed = strtoull(argv[2], NULL, 10);
	p.domains_n = strtoull(argv[3], NULL, 10);
	p.hosts_n = p.domains_n / 200 + 200;
	for (size_t i = 0; i < COUNT(forms); i++)
		if (strcmp(argv[1], forms[i].name) == 0) {
			forms[i].write(&p);
			return ferror(stdout) || fflush(stdout) ? 75 : 0;
		}
	fprintf(stderr, "%s: no form %s\n", argv[0], argv[1]);
	return 64;
}
