/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts, groups, ids and their corrections: each step of the method (counts.h, cert_groups.h,
 * identify.h, misidentify.h, self_hosted.h), on tables of the test's own. */
#include "mxinfer/identify.h"

#include <stdlib.h>
#include <unistd.h>

#include "mxinfer/self_hosted.h"
#include "tests/mxfacts.h"
#include "tests/tap.h"

static const char companies_text[] = "date 2021-11-02\n"
				     "company Big\n\tids big.com big.net\n\tas 64500 64501\n"
				     "company Filter\n\tids filter.com\n\tas 64510 64511\n"
				     "\tfilter filter.com except 64511\n"
				     "company Free\n\tids free.com\n";
static const char servers_text[] = "date 2021-11-02\n"
				   "domain big.com\n\town has:smtp\n\trented begins:vps\n\trandom\n"
				   "domain free.com\n\trented greeting\n\town\n";

static struct arena *arena;
static struct company_table *companies;
static struct server_table *servers;

static char *
write_file(const char *text)
{
	char *path = arena_dup(arena, SPAN_LIT("test_identify.XXXXXX"));
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	return path;
}

static void
read_tables(void)
{
	char *path = write_file(companies_text);
	int64_t date_utc;

	companies = company_table_new(arena);
	OK(!company_table_read(companies, path, &date_utc), "the companies");
	unlink(path);
	path = write_file(servers_text);
	servers = server_table_new(arena);
	OK(!server_table_read(servers, path, &date_utc), "the names of servers");
	unlink(path);
}

static void
settle(struct mxfacts *m)
{
	uint32_t *filter_ids = arena_alloc(arena, sizeof *filter_ids);

	/* Before the others: the counts have room for every name. */
	filter_ids[0] = population_add_name(
	    &m->population, SPAN_LIT("filter.com"), keyed_hash(SPAN_LIT("filter.com")));
	mxfacts_settle(m, 2);
	m->inference.companies = companies;
	m->inference.servers = servers;
	m->inference.filter_ids = filter_ids;
}

/* The answers for a domain: "MX=ID SOURCE SCORE CORRECTED [NEW] [COMPANY] [(REASON)]; ..." */
static const char *
answers(struct mxfacts *m, const char *domain)
{
	static char text[2000];
	struct identify x = {.answers_n = 0};
	struct buf out;

	buf_init(&out, sizeof text - 1);
	identify_node(&x, &m->inference, mxfacts_node(m, domain));
	for (size_t i = 0; i < x.answers_n; i++) {
		const struct mx_answer *a = &x.answers[i];

		buf_puts(&out, i ? "; " : "");
		buf_put(&out, intern_text(&m->population.names, a->mx));
		buf_putc(&out, '=');
		if (!a->ok) {
			buf_puts(&out, "NONE");
			continue;
		}
		buf_put(&out, intern_text(&m->population.names, a->id));
		buf_printf(&out, " %s %u %d", mx_source_name(a->source), a->score, a->corrected);
		if (a->corrected == 1) {
			buf_putc(&out, ' ');
			buf_put(&out, intern_text(&m->population.names, a->new_id));
		}
		if (a->company) {
			buf_putc(&out, ' ');
			buf_put(&out, company_name(companies, a->company));
		}
		if (a->reason != MX_REASON_NONE) {
			buf_puts(&out, " (");
			identify_reason(&out, &m->inference, a);
			buf_putc(&out, ')');
		}
	}
	buf_printf(&out, " %s", self_hosted_name(self_hosted(&x, &m->inference, span_str(domain))));
	snprintf(text, sizeof text, "%s", buf_str(&out));
	buf_free(&out);
	identify_free(&x);
	return text;
}

/* Steps 2 and 3. */
static void
test_groups(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	mxfacts_add(&m, (struct mxfacts_row){"a.com", "mx.a.com", 0, "192.0.2.1", .trusted = true,
			    .names = "x.one.com y.two.com localhost"});
	mxfacts_add(&m, (struct mxfacts_row){"b.com", "mx.b.com", 0, "192.0.2.2", .trusted = true,
			    .names = "y.two.com z.three.com"});
	mxfacts_add(&m, (struct mxfacts_row){"c.com", "mx.c.com", 0, "192.0.2.3", .trusted = true,
			    .names = "m.three.com localhost"});
	mxfacts_add(&m, (struct mxfacts_row){"d.com", "mx.d.com", 0, "192.0.2.4", .trusted = false,
			    .names = "q.four.com z.three.com"});
	mxfacts_add(&m, (struct mxfacts_row){"e.com", "mx.e.com", 9, "192.0.2.5", .trusted = true,
			    .names = "x.five.com z.three.com"});
	mxfacts_add(&m,
	    (struct mxfacts_row){"e.com", "mx.e.com", 1, "192.0.2.5", .banner = "220 a.five.com"});
	mxfacts_add(&m, (struct mxfacts_row){"f.com", "mx.f.com", 1, "192.0.2.6", .trusted = true,
			    .names = "x.six.com x.seven.com"});
	settle(&m);
	SAME_INT(m.counts.rd[mxfacts_name(&m, "two.com")], 2, "a registered domain's count");
	SAME_INT(m.counts.rd[mxfacts_name(&m, "three.com")], 2, "that of others");
	SAME_INT(m.counts.rd[mxfacts_name(&m, "four.com")], 0, "not of untrusted ones");
	SAME_INT(m.counts.rd[mxfacts_name(&m, "five.com")], 0, "nor of MX that are not primary");
	SAME_INT(m.counts.mx[mxfacts_name(&m, "mx.e.com")], 1, "an MX counts once in a domain");
	/* one.com is in 1 domain, two.com and three.com are in 2; of their names y.two.com is the
	 * smallest. */
	SAME_STR(answers(&m, "a.com"), "mx.a.com=two.com TLS 2 0 no", "the best name of a chain");
	SAME_STR(answers(&m, "b.com"), "mx.b.com=two.com TLS 2 0 no", "its other end");
	SAME_STR(answers(&m, "c.com"), "mx.c.com=three.com TLS 2 0 no",
	    "names without registered domain tie nobody together");
	SAME_STR(answers(&m, "d.com"), "mx.d.com=d.com MX 1 0 own-name", "untrusted: no id of TLS");
	SAME_STR(answers(&m, "e.com"), "mx.e.com=five.com Banner/EHLO 1 0 no", "nor its groups");
	SAME_STR(answers(&m, "f.com"), "mx.f.com=seven.com TLS 1 0 no", "equal counts: the bytes");
	mxfacts_end(&m);
}

/* Step 4. */
static void
test_sources(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	mxfacts_add(&m, (struct mxfacts_row){"a.com", "mx.p.com", 0, "192.0.2.1",
			    .banner = "220 h.one.com", .trusted = true, .names = "x.one.com"});
	mxfacts_add(&m, (struct mxfacts_row){"a.com", "mx.p.com", 0, "192.0.2.2",
			    .banner = "220 h.two.com", .trusted = true, .names = "x.two.com"});
	mxfacts_add(
	    &m, (struct mxfacts_row){"b.com", "mx.p.com", 0, "192.0.2.1", .banner = "220 h.two.com",
		    .ehlo = "250 k.two.com", .trusted = true, .names = "x.one.com"});
	mxfacts_add(&m, (struct mxfacts_row){"b.com", "mx.p.com", 0, "192.0.2.2",
			    .banner = "220 nobody", .trusted = true, .names = "x.two.com"});
	mxfacts_add(
	    &m, (struct mxfacts_row){"c.com", "1.2.3.4", 0, "192.0.2.3", .banner = "220 x"});
	mxfacts_add(
	    &m, (struct mxfacts_row){"c.com", "mx.c.com", 0, "192.0.2.4", .banner = "220 x"});
	mxfacts_add(&m, (struct mxfacts_row){"d.com", "mx.c.com", 0, "192.0.2.5",
			    .banner = "220 h.d.com", .ehlo = "250 h.d.com"});
	settle(&m);
	SAME_STR(answers(&m, "a.com"), "mx.p.com=p.com MX 1 0 no",
	    "certificates disagree, so do banners: the MX name");
	SAME_STR(answers(&m, "b.com"), "mx.p.com=two.com Banner/EHLO 2 0 no",
	    "certificates disagree: banners; the address that names nobody does not count");
	SAME_STR(answers(&m, "c.com"), "1.2.3.4=NONE; mx.c.com=c.com MX 1 0 own-name",
	    "an address has no id; the other MX stands");
	SAME_STR(answers(&m, "d.com"), "mx.c.com=d.com Banner/EHLO 2 0 yes",
	    "the score is the MX name's count, too");
	m.inference.options.disable_banner = true;
	SAME_STR(answers(&m, "b.com"), "mx.p.com=p.com MX 1 0 no", "--disable_banner");
	mxfacts_end(&m);
}

static void
correction_rows(struct mxfacts *m)
{
	mxfacts_add(m, (struct mxfacts_row){"in.com", "mx.x.com", 0, "192.0.2.1", .as = 64501,
			   .banner = "220 smtp.big.com"});
	mxfacts_add(m, (struct mxfacts_row){"out.com", "mx.y.com", 0, "192.0.2.2", .as = 64999,
			   .banner = "220 smtp.big.com"});
	mxfacts_add(m, (struct mxfacts_row){"several.com", "mx.z.com", 0, "192.0.2.3", .as = 64999,
			   .banner = "220 smtp.big.com"});
	mxfacts_add(
	    m, (struct mxfacts_row){"several.com", "mx.z.com", 0, "192.0.2.3", .as = 64500});
	mxfacts_add(m, (struct mxfacts_row){"unknown.com", "mx.u.com", 0, "192.0.2.4",
			   .banner = "220 vps7.big.com"});
	mxfacts_add(m, (struct mxfacts_row){"random.com", "mx.v.com", 0, "192.0.2.5",
			   .banner = "220 xyz.big.com", .ehlo = "250 smtp.big.com"});
	mxfacts_add(m, (struct mxfacts_row){"filtered.com", "mx.filtered.com", 0, "192.0.2.6",
			   .as = 64510, .banner = "220 mx.filtered.com"});
	mxfacts_add(m, (struct mxfacts_row){"filtered.com", "mx.filtered.com", 0, "192.0.2.7",
			   .banner = "220 mx.filtered.com"});
	mxfacts_add(m, (struct mxfacts_row){"except.com", "mx.except.com", 0, "192.0.2.8",
			   .as = 64511, .banner = "220 mx.except.com"});
	mxfacts_add(m, (struct mxfacts_row){
			   "none.com", "mx.none.com", 0, "192.0.2.9", .banner = "220 mx.none.com"});
	mxfacts_add(m, (struct mxfacts_row){"cert.com", "mx.w.com", 0, "192.0.2.10",
			   .trusted = true, .names = "zz.big.com vps1.big.com"});
	mxfacts_add(m, (struct mxfacts_row){"free.com", "mx.free.com", 0, "192.0.2.11", .as = 1,
			   .banner = "220 a.free.com"});
	mxfacts_add(m, (struct mxfacts_row){"freecert.com", "mx.q.com", 0, "192.0.2.12", .as = 1,
			   .trusted = true, .names = "a.free.com"});
}

/* Step 6. */
static void
test_corrections(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	correction_rows(&m);
	settle(&m);
	SAME_STR(answers(&m, "in.com"), "mx.x.com=big.com Banner/EHLO 1 0 Big no", "its own AS");
	SAME_STR(answers(&m, "out.com"),
	    "mx.y.com=big.com Banner/EHLO 1 -1 Big (IP in an unseen AS) no", "another AS");
	SAME_STR(answers(&m, "several.com"), "mx.z.com=big.com Banner/EHLO 1 0 Big no",
	    "one of several AS is enough");
	SAME_STR(answers(&m, "unknown.com"),
	    "mx.u.com=big.com Banner/EHLO 1 -1 Big "
	    "(FQDN (vps7.big.com) used by Banner/EHLO Indicates Potentially VPS) no",
	    "no AS is known: the name decides");
	SAME_STR(answers(&m, "random.com"), "mx.v.com=big.com Banner/EHLO 1 0 Big no",
	    "not every name is a rented machine's");
	SAME_STR(answers(&m, "filtered.com"),
	    "mx.filtered.com=filtered.com Banner/EHLO 1 1 filter.com Filter "
	    "(All IPs are in Filter's AS) no",
	    "all that are known are the filter's");
	SAME_STR(answers(&m, "except.com"), "mx.except.com=except.com Banner/EHLO 1 0 yes",
	    "but for the exceptions");
	SAME_STR(answers(&m, "none.com"), "mx.none.com=none.com Banner/EHLO 1 0 yes",
	    "none is known: no verdict");
	SAME_STR(answers(&m, "cert.com"),
	    "mx.w.com=big.com TLS 1 -1 Big (FQDN used by Cert Indicates Potentially VPS) no",
	    "the smallest name of the certificate decides");
	SAME_STR(answers(&m, "free.com"),
	    "mx.free.com=free.com Banner/EHLO 1 -1 Free "
	    "(FQDN (a.free.com) used by Banner/EHLO Indicates Potentially VPS) yes",
	    "a company of no known AS is not asked for it");
	SAME_STR(answers(&m, "freecert.com"), "mx.q.com=free.com TLS 1 0 Free no",
	    "a rule for greetings is none for certificates");
	m.inference.options.heuristics_threshold = 0;
	SAME_STR(answers(&m, "out.com"), "mx.y.com=big.com Banner/EHLO 1 0 Big no",
	    "above the threshold nothing is checked");
	m.inference.options.heuristics_threshold = 1;
	m.inference.options.disable_heuristics_as = true;
	SAME_STR(answers(&m, "out.com"), "mx.y.com=big.com Banner/EHLO 1 0 Big no",
	    "--disable_heuristics_as");
	SAME_STR(answers(&m, "filtered.com"), "mx.filtered.com=filtered.com Banner/EHLO 1 0 yes",
	    "both kinds");
	m.inference.options.disable_heuristics_tls_pattern = true;
	m.inference.options.disable_heuristics_banner_pattern = true;
	SAME_STR(answers(&m, "cert.com"), "mx.w.com=big.com TLS 1 0 Big no",
	    "--disable_heuristics_tls_pattern");
	SAME_STR(answers(&m, "unknown.com"), "mx.u.com=big.com Banner/EHLO 1 0 Big no",
	    "--disable_heuristics_banner_pattern");
	m.inference.options.map_company = false;
	SAME_STR(answers(&m, "in.com"), "mx.x.com=big.com Banner/EHLO 1 0 no", "no companies");
	mxfacts_end(&m);
}

static void
test_self_hosted(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	mxfacts_add(&m, (struct mxfacts_row){
			    "big.net", "mx.big.com", 0, "192.0.2.1", .banner = "220 smtp.big.com"});
	mxfacts_add(&m, (struct mxfacts_row){"sub.own.com", "mx.own.com", 0, "192.0.2.2",
			    .banner = "220 mx.own.com"});
	mxfacts_add(&m,
	    (struct mxfacts_row){"sub.own.com", "mx2.own.com", 0, "192.0.2.3", .banner = "220 x"});
	mxfacts_add(&m, (struct mxfacts_row){"notown.com", "mx.own.com", 0, "192.0.2.2",
			    .banner = "220 mx.own.com"});
	mxfacts_add(&m, (struct mxfacts_row){"a.blogspot.com", "mx.b.blogspot.com", 0, "192.0.2.4",
			    .banner = "220 mx.b.blogspot.com"});
	settle(&m);
	SAME_STR(answers(&m, "big.net"), "mx.big.com=big.com Banner/EHLO 1 0 Big yes",
	    "a company's other domain");
	SAME_STR(answers(&m, "sub.own.com"),
	    "mx.own.com=own.com Banner/EHLO 2 0; mx2.own.com=own.com MX 1 0 own-name",
	    "one id by the MX name alone");
	SAME_STR(answers(&m, "notown.com"), "mx.own.com=own.com Banner/EHLO 2 0 no",
	    "an end of the name without a dot before it is no domain");
	SAME_STR(answers(&m, "a.blogspot.com"),
	    "mx.b.blogspot.com=b.blogspot.com Banner/EHLO 1 0 no",
	    "customers of one private suffix are not each other");
	mxfacts_end(&m);
}

/* A million certificates, each of which has a name of the one before. */
static void
test_chain(void)
{
	enum { CHAIN = 1000000 };
	struct cert_groups g;

	cert_groups_init(&g, CHAIN + 1);
	for (uint32_t i = CHAIN; i >= 1; i--)
		cert_groups_join(&g, i, i + 1);
	OK(cert_groups_root(&g, 1) == cert_groups_root(&g, CHAIN + 1), "a chain is one group");
	cert_groups_free(&g);
	cert_groups_init(&g, CHAIN + 1);
	for (uint32_t i = 1; i <= CHAIN; i++)
		cert_groups_join(&g, i + 1, i);
	OK(cert_groups_root(&g, 1) == cert_groups_root(&g, CHAIN + 1), "from the other end, too");
	cert_groups_free(&g);
}

int
main(void)
{
	arena = arena_new();
	read_tables();
	test_groups();
	test_sources();
	test_corrections();
	test_self_hosted();
	test_chain();
	arena_free(arena);
	return tap_end();
}
