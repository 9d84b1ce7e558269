/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a scan (mxinfer/scan/scan_record.h) and what --resume reads in them
 * (mxinfer/scan/resume.h): what one writes the other understands, whatever octets hosts sent. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mxinfer/scan/resume.h"
#include "mxinfer/scan/scan_record.h"
#include "tests/tap.h"

#define START "{\"schema\":\"mx-scan/1\",\"tool\":\"emt-mxscan 0.1\",\"kind\":"

static struct arena *arena;
static struct buf out;

static struct ip
ip(const char *text)
{
	struct ip address;

	if (!ip_read(span_str(text), &address))
		abort();
	return address;
}

static const char *
record(void)
{
	const char *text = arena_dup(arena, buf_span(&out));

	buf_clear(&out);
	return text;
}

static struct mail_route
a_route(void)
{
	static const char *const sts[] = {"\"v=STSv1; id=1\""}, *const tlsa[] = {"3 1 1 AB"},
				 *const alias[] = {"mail.example.net"};
	static struct ip addresses[2];
	static struct route_mx mx[2];

	addresses[0] = ip("192.0.2.1");
	addresses[1] = ip("2001:db8::1");
	mx[0] = (struct route_mx){.name = "mx.example.net",
	    .preference = 10,
	    .resolved = true,
	    .a = {.asked = true, .outcome = DNS_OK},
	    .aaaa = {.asked = true, .outcome = DNS_OK},
	    .cname = {alias, 1},
	    .addresses = addresses,
	    .addresses_n = 2,
	    .tlsa = {.asked = true, .outcome = DNS_OK, .dnssec = DNS_SECURE, .texts = {tlsa, 1}},
	    .tlsa_base = "mail.example.net"};
	mx[1] = (struct route_mx){.name = "mx2.example.net",
	    .preference = 20,
	    .resolved = true,
	    .a = {.asked = true, .outcome = DNS_TIMEOUT}};
	return (struct mail_route){.domain = "example.com",
	    .time_us = 1795000000250000,
	    .outcome = DNS_OK,
	    .dnssec = DNS_SECURE,
	    .mta_sts = {.asked = true, .outcome = DNS_OK, .texts = {sts, 1}},
	    .mx = mx,
	    .mx_n = 2};
}

static void
test_domains(void)
{
	struct mail_route route = a_route();
	struct route_mx null_mx = {.name = "."};

	scan_record_domain(&out, &route, false);
	SAME_STR(record(),
	    START
	    "\"domain\",\"domain\":\"example.com\",\"time\":1795000000.250000,\"outcome\":\"ok\","
	    "\"dnssec\":\"secure\",\"mta_sts\":{\"outcome\":\"ok\","
	    "\"txt\":[\"\\\"v=STSv1; id=1\\\"\"]},\"mx\":[{\"name\":\"mx.example.net\","
	    "\"preference\":10,\"a\":\"ok\",\"aaaa\":\"ok\",\"cname\":[\"mail.example.net\"],"
	    "\"addresses\":[\"192.0.2.1\",\"2001:db8::1\"],\"tlsa\":{\"outcome\":\"ok\","
	    "\"dnssec\":\"secure\",\"base\":\"mail.example.net\",\"records\":[\"3 1 1 AB\"]}},"
	    "{\"name\":\"mx2.example.net\",\"preference\":20,\"a\":\"timeout\","
	    "\"addresses\":[]}]}\n",
	    "all of a domain");
	scan_record_domain(&out, &route, true);
	OK(strstr(record(), "[\"192.0.2.1#mx.example.net\",\"2001:db8::1#mx.example.net\"]"),
	    "addresses by MX");
	route = (struct mail_route){.domain = "null.example",
	    .time_us = 1000000,
	    .outcome = DNS_OK,
	    .mx = &null_mx,
	    .mx_n = 1};
	scan_record_domain(&out, &route, false);
	SAME_STR(record(),
	    START "\"domain\",\"domain\":\"null.example\",\"time\":1,\"outcome\":\"ok\","
		  "\"mx\":[{\"name\":\".\",\"preference\":0}]}\n",
	    "the null MX");
	route = (struct mail_route){.domain = "gone.example",
	    .time_us = 1000000,
	    .outcome = DNS_SERVFAIL,
	    .why = "say \"no\""};
	scan_record_domain(&out, &route, false);
	SAME_STR(record(),
	    START "\"domain\",\"domain\":\"gone.example\",\"time\":1,\"outcome\":\"servfail\","
		  "\"why\":\"say \\\"no\\\"\",\"mx\":[]}\n",
	    "a failure");
}

static void
test_addresses(void)
{
	static const uint32_t as[] = {64496, 4200000000};
	static unsigned char chain[1][SHA256_LEN] = {{0xab}};
	const struct span der[] = {SPAN_LIT("DER"), SPAN_LIT("CA")},
			  names[] = {SPAN_LIT("mx.example.net")},
			  san[] = {SPAN_LIT("*.example.net"), {"a\0b", 3}};
	struct certificate certificate = {.names = (struct span *)(uintptr_t)san,
	    .names_n = 2,
	    .common_name = SPAN_LIT("example.net"),
	    .not_before_utc = 5,
	    .not_after_utc = INT64_MIN,
	    .sha256 = {1}};
	struct visit visit = {.begun_utc_us = 1795000000000000,
	    .took_us = 1234567,
	    .outcome = VISIT_OK,
	    .banner = SPAN_LIT("220 \xff\x00 x"),
	    .ehlo = SPAN_LIT("250-a\r\n250 b"),
	    .helo = true,
	    .cut = true,
	    .starttls = STARTTLS_OK,
	    .tls_version = "TLSv1.3",
	    .tls_cipher = "C",
	    .chain = (struct span *)(uintptr_t)der,
	    .chain_n = 2};
	struct scan_address a = {.address = ip("192.0.2.1"),
	    .variant = SPAN_LIT("mx.example.net"),
	    .outcome = "ok",
	    .as = as,
	    .as_n = 2,
	    .visit = &visit,
	    .certificate = &certificate,
	    .chain = (const unsigned char(*)[SHA256_LEN])chain,
	    .chain_n = 1,
	    .trusted = true,
	    .verify = "name-mismatch",
	    .compared = names,
	    .compared_n = 1,
	    .dane = "ok",
	    .raw = true};

	scan_record_address(&out, &a);
	SAME_STR(record(),
	    START "\"address\",\"address\":\"192.0.2.1\",\"variant\":\"mx.example.net\","
		  "\"time\":1795000000,\"ms\":1234,\"outcome\":\"ok\",\"as\":[64496,4200000000],"
		  "\"banner\":\"220 \xef\xbf\xbd\\u0000 x\",\"banner_b64\":\"MjIwIP8AIHg=\","
		  "\"ehlo\":\"250-a\\r\\n250 b\",\"helo\":true,\"cut\":true,\"starttls\":\"ok\","
		  "\"tls\":{\"version\":\"TLSv1.3\",\"cipher\":\"C\"},\"dane\":\"ok\","
		  "\"trusted\":true,\"verify\":\"name-mismatch\",\"compared\":[\"mx.example.net\"],"
		  "\"certificate\":{\"sha256\":"
		  "\"0100000000000000000000000000000000000000000000000000000000000000\","
		  "\"names\":[\"example.net\",\"*.example.net\",\"a\\u0000b\"],\"not_before\":5,"
		  "\"raw\":\"REVS\"},\"chain\":["
		  "\"ab00000000000000000000000000000000000000000000000000000000000000\"]}\n",
	    "all of an address");
	a = (struct scan_address){.address = ip("2001:db8::1"), .outcome = "blocked"};
	scan_record_address(&out, &a);
	SAME_STR(record(),
	    START "\"address\",\"address\":\"2001:db8::1\",\"outcome\":\"blocked\"}\n",
	    "one that is not touched");
	visit = (struct visit){
	    .begun_utc_us = 1000000, .outcome = VISIT_RESET, .why = "closed", .banner = {"", 0}};
	a.visit = &visit;
	a.outcome = "reset";
	scan_record_address(&out, &a);
	SAME_STR(record(),
	    START "\"address\",\"address\":\"2001:db8::1\",\"time\":1,\"ms\":0,"
		  "\"outcome\":\"reset\",\"why\":\"closed\",\"banner\":\"\"}\n",
	    "a visit without much");
}

/* Whatever octets a host says, a record is one line of JSON, and the octets can be had again. */
static void
test_any_octets(void)
{
	char octets[256];
	struct visit visit = {.outcome = VISIT_OK, .banner = {octets, sizeof octets}};
	struct scan_address a = {.address = ip("192.0.2.1"), .outcome = "ok", .visit = &visit};
	const char *text;
	json_t *o;

	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (char)i;
	scan_record_address(&out, &a);
	text = record();
	OK(strchr(text, '\n') == text + strlen(text) - 1, "one line");
	o = json_loads(text, JSON_ALLOW_NUL, NULL);
	OK(o != NULL, "JSON");
	OK(json_string_length(json_object_get(o, "banner_b64")) == 344, "octets in base64");
	json_decref(o);
}

/* What resume_read told, as text. */
static struct buf told;
static size_t lines_octets;

static void
on_line(void *arg, struct span line)
{
	(void)arg;
	lines_octets += line.n;
}

static void
on_domain(void *arg, struct span domain)
{
	(void)arg;
	buf_printf(&told, "domain %.*s\n", (int)domain.n, domain.p);
}

static void
on_target(void *arg, const struct ip *address, struct span variant, struct span name,
    const struct route_look *tlsa, const char *base)
{
	char text[IP_TEXT_MAX];

	(void)arg;
	buf_printf(&told, "target %s (%.*s) %.*s", ip_text(address, text), (int)variant.n,
	    variant.p, (int)name.n, name.p);
	if (tlsa->asked)
		buf_printf(&told, " tlsa %s %s %s %s", dns_outcome_name(tlsa->outcome),
		    dns_security_name(tlsa->dnssec), tlsa->texts.n ? tlsa->texts.v[0] : "-", base);
	buf_putc(&told, '\n');
}

static void
on_address(void *arg, const struct ip *address, struct span variant)
{
	char text[IP_TEXT_MAX];

	(void)arg;
	buf_printf(&told, "address %s (%.*s)\n", ip_text(address, text), (int)variant.n, variant.p);
}

static const struct resume_events events = {on_line, on_domain, on_target, on_address};

static const char *
resume(struct span file, uint64_t *whole)
{
	int fd = memfd_create("records", 0);
	const char *error;

	if (fd < 0 || write(fd, file.p, file.n) != (ssize_t)file.n)
		abort();
	buf_clear(&told);
	lines_octets = 0;
	error = resume_read(arena, fd, "FILE", &events, NULL, whole);
	close(fd);
	return error;
}

static void
test_resume(void)
{
	struct mail_route route = a_route();
	struct scan_address a = {.address = ip("192.0.2.1"),
	    .variant = SPAN_LIT("mx.example.net"),
	    .outcome = "blocked"};
	struct span file;
	uint64_t whole;
	size_t cut;
	int bad = 0;

	scan_record_domain(&out, &route, true);
	cut = out.n;
	scan_record_address(&out, &a);
	file = arena_span(arena, buf_span(&out));
	buf_clear(&out);
	SAME_STR(resume(file, &whole), NULL, "records are understood");
	SAME_STR(buf_str(&told),
	    "domain example.com\n"
	    "target 192.0.2.1 (mx.example.net) mx.example.net tlsa ok secure 3 1 1 AB "
	    "mail.example.net\n"
	    "target 2001:db8::1 (mx.example.net) mx.example.net tlsa ok secure 3 1 1 AB "
	    "mail.example.net\n"
	    "address 192.0.2.1 (mx.example.net)\n",
	    "what they say");
	SAME_INT(whole, file.n, "all is whole");
	SAME_INT(lines_octets, file.n, "and comes as it stands");
	/* A kill leaves any number of octets. */
	for (size_t n = 0; n < file.n; n++) {
		const char *error = resume((struct span){file.p, n}, &whole);

		bad += error || whole != (n < cut ? 0 : cut);
	}
	SAME_INT(bad, 0, "cut short anywhere");
	SAME_STR(resume(SPAN_LIT("{\"schema\":\"mx-scan/1\"}\n"), &whole),
	    "FILE:1: no record of emt-mxscan; name the file of the run to go on with",
	    "records of others");
	SAME_STR(
	    resume(SPAN_LIT(START "\"address\",\"address\":\"::1\",\"outcome\":\"ok\"}\nhello\n"),
		&whole),
	    "FILE:2: no record of emt-mxscan; name the file of the run to go on with", "no record");
	SAME_STR(resume(SPAN_LIT(START "\"domain\",\"mx\":[]}\n"), &whole),
	    "FILE:1: no record of emt-mxscan; name the file of the run to go on with",
	    "a domain without a name");
}

int
main(void)
{
	arena = arena_new();
	buf_init(&out, SIZE_MAX / 4);
	buf_init(&told, SIZE_MAX / 4);
	test_domains();
	test_addresses();
	test_any_octets();
	test_resume();
	buf_free(&out);
	buf_free(&told);
	arena_free(arena);
	return tap_end();
}
