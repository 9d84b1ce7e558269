/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The population, and the views of its domains (population.h, view.h, view_order.h). */
#include "mxinfer/population.h"

#include <stdlib.h>

#include "mxinfer/view_order.h"
#include "tests/mxfacts.h"
#include "tests/tap.h"

/* The MX of a view as "NAME/PREFERENCE[*](ADDRESS...)"; * marks primary ones. */
static const char *
view_text(struct mxfacts *m, const char *domain)
{
	static char text[2000];
	struct view v = {.mx_n = 0};
	struct buf out;

	buf_init(&out, sizeof text - 1);
	view_build(&v, &m->population, mxfacts_node(m, domain));
	view_order(&v, &m->population);
	for (size_t i = 0; i < v.mx_n; i++) {
		struct span name = intern_text(&m->population.names, v.mx[i].name);

		buf_printf(&out, "%s%.*s/%u%s(", i ? " " : "", (int)name.n, name.p,
		    v.mx[i].preference, v.mx[i].primary ? "*" : "");
		for (size_t k = 0; k < v.mx[i].addresses_n; k++) {
			struct ip ip =
			    population_ip(&m->population, view_address(&v, &v.mx[i], k)->id);
			char ip_is[IP_TEXT_MAX];

			buf_printf(&out, "%s%s", k ? " " : "", ip_text(&ip, ip_is));
		}
		buf_putc(&out, ')');
	}
	snprintf(text, sizeof text, "%s", buf_str(&out));
	buf_free(&out);
	view_free(&v);
	return text;
}

static void
test_sharing(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	for (int i = 0; i < 1000; i++) {
		char domain[32];

		snprintf(domain, sizeof domain, "d%d.com", i);
		mxfacts_add(&m, (struct mxfacts_row){.domain = domain,
				    .mx = "mx.example.com",
				    .preference = 10,
				    .address = "192.0.2.1",
				    .as = 64500,
				    .banner = "220 mx.example.com hi",
				    .names = "mx.example.com",
				    .trusted = true});
	}
	for (int i = 0; i < 1000; i++)
		mxfacts_add(
		    &m, (struct mxfacts_row){
			    .domain = "many.com", .mx = "mx.example.com", .address = "192.0.2.1"});
	mxfacts_apply(&m);
	SAME_INT(m.population.domains.n, 1001, "domains");
	SAME_INT(m.population.nodes.n, 2, "equal domains end at one node; repeated rows add none");
	SAME_INT(m.population.links.n, 2, "links are held once");
	SAME_INT(m.population.addresses.n, 1, "so are addresses");
	SAME_INT(m.population.certs.n, 1, "and certificates");
	SAME_INT(m.population.hosts.n, 1, "and what hosts said");
	mxfacts_end(&m);
}

static void
test_many_links(void)
{
	struct mxfacts m;
	size_t nodes = 0;

	mxfacts_begin(&m, false);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 300; i++) {
			char mx[32];

			snprintf(mx, sizeof mx, "mx%d.com", i);
			mxfacts_add(&m, (struct mxfacts_row){.domain = "a.com", .mx = mx});
			if (i % 7 == 0)
				mxfacts_add(&m, (struct mxfacts_row){.domain = "b.com", .mx = mx});
			if (round == 0 && i == 299) {
				mxfacts_apply(&m);
				nodes = m.population.nodes.n;
			}
		}
	mxfacts_apply(&m);
	SAME_INT(m.population.nodes.n, nodes, "a domain of many links has each once");
	SAME_INT(nodes, 300 + 42, "and has all of them; two share the first");
	mxfacts_end(&m);
}

static void
test_names(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	mxfacts_add(&m, (struct mxfacts_row){.domain = "A.Example.COM.",
			    .mx = "MX.b\xc3\xbc"
				  "cher.example.",
			    .address = "192.0.2.1",
			    .banner = "220 x"});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "a.example.com",
			    .mx = "1.2.3.4",
			    .address = "192.0.2.2",
			    .banner = "220 x"});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "null.com", .mx = "."});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "none.com"});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "a.example.com",
			    .mx = "localhost",
			    .address = "192.0.2.3",
			    .banner = "220 x"});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "a b", .mx = "x.com"});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "a.example.com", .mx = "x y"});
	mxfacts_settle(&m, 2);
	SAME_INT(m.bad, 2, "what is no name is bad");
	SAME_INT(m.population.domains.n, 3, "a domain is one, however it is written");
	SAME_STR(view_text(&m, "a.example.com"),
	    "1.2.3.4/0*(192.0.2.2) localhost/0*(192.0.2.3) "
	    "mx.xn--bcher-kva.example/0*(192.0.2.1)",
	    "names are canonical; an address is a name, too");
	SAME_INT(m.population.name_rd[mxfacts_name(&m, "1.2.3.4")], 0, "without registered domain");
	SAME_INT(m.population.name_rd[mxfacts_name(&m, "localhost")], 0, "like localhost");
	SAME_INT(m.population.domain_flags[2], DOMAIN_NULL_MX, "the null MX");
	SAME_INT(m.population.domain_flags[3], DOMAIN_NO_MX, "no MX");
	mxfacts_end(&m);
}

static void
primary_rows(struct mxfacts *m)
{
	mxfacts_add(
	    m, (struct mxfacts_row){
		   .domain = "a.com", .mx = "dead.com", .preference = 1, .address = "192.0.2.1"});
	mxfacts_add(m, (struct mxfacts_row){.domain = "a.com",
			   .mx = "cert.com",
			   .preference = 5,
			   .address = "192.0.2.2",
			   .names = "x.com"});
	mxfacts_add(
	    m, (struct mxfacts_row){
		   .domain = "a.com", .mx = "dead.com", .preference = 5, .address = "192.0.2.1"});
	mxfacts_add(
	    m, (struct mxfacts_row){
		   .domain = "a.com", .mx = "half.com", .preference = 5, .address = "192.0.2.3"});
	mxfacts_add(m, (struct mxfacts_row){.domain = "a.com",
			   .mx = "half.com",
			   .preference = 5,
			   .address = "2001:db8::1",
			   .ehlo = "250 x"});
	mxfacts_add(m, (struct mxfacts_row){.domain = "a.com",
			   .mx = "late.com",
			   .preference = 10,
			   .address = "192.0.2.4",
			   .banner = "220 x"});
	mxfacts_add(m, (struct mxfacts_row){.domain = "empty.com",
			   .mx = "mx.com",
			   .preference = 10,
			   .address = "192.0.2.5",
			   .banner = ""});
	mxfacts_add(m, (struct mxfacts_row){.domain = "bare.com", .mx = "mx.com"});
}

/* Step 1. */
static void
test_primary(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	primary_rows(&m);
	mxfacts_settle(&m, 1);
	SAME_STR(view_text(&m, "a.com"),
	    "cert.com/5*(192.0.2.2) dead.com/1(192.0.2.1) dead.com/5(192.0.2.1) "
	    "half.com/5*(2001:db8::1) late.com/10(192.0.2.4)",
	    "the lowest preference with SMTP, without the dead, and without dead addresses");
	SAME_STR(view_text(&m, "empty.com"), "mx.com/10(192.0.2.5)", "an empty banner is none");
	SAME_STR(view_text(&m, "bare.com"), "mx.com/0()", "an MX without address");
	mxfacts_end(&m);
	mxfacts_begin(&m, true);
	primary_rows(&m);
	mxfacts_settle(&m, 1);
	SAME_STR(view_text(&m, "a.com"),
	    "dead.com/1(192.0.2.1) cert.com/5*(192.0.2.2) dead.com/5*() half.com/5*(2001:db8::1) "
	    "late.com/10(192.0.2.4)",
	    "--compat keeps the dead of that preference, and the order of the rows");
	SAME_STR(
	    view_text(&m, "empty.com"), "mx.com/10*(192.0.2.5)", "there an empty banner is one");
	mxfacts_end(&m);
}

/* Facts of an address count wherever it is; those of a row do not. */
static void
test_joined(void)
{
	struct mxfacts m;

	mxfacts_begin(&m, false);
	mxfacts_add(
	    &m, (struct mxfacts_row){
		    .domain = "a.com", .mx = "mx.com", .address = "192.0.2.1", .banner = "220 x"});
	mxfacts_add(
	    &m, (struct mxfacts_row){.domain = "b.com", .mx = "mx.com", .address = "192.0.2.1"});
	mxfacts_add(
	    &m, (struct mxfacts_row){.domain = "c.com", .mx = "mx.com", .address = "2001:db8::1"});
	mxfacts_add(
	    &m, (struct mxfacts_row){
		    .domain = "c.com", .mx = "mx.com", .address = "192.0.2.9", .variant = "x"});
	mxfacts_add(&m, (struct mxfacts_row){.address = "2001:db8::1", .names = ""});
	mxfacts_add(
	    &m, (struct mxfacts_row){.address = "192.0.2.9", .variant = "y", .banner = "220 y"});
	mxfacts_settle(&m, 1);
	SAME_STR(view_text(&m, "a.com"), "mx.com/0*(192.0.2.1)", "a row's fact");
	SAME_STR(view_text(&m, "b.com"), "mx.com/0(192.0.2.1)", "is that domain's alone");
	SAME_STR(view_text(&m, "c.com"), "mx.com/0*(2001:db8::1)",
	    "an address' fact is everybody's, but another variant's is not");
	mxfacts_end(&m);
}

int
main(void)
{
	test_sharing();
	test_many_links();
	test_names();
	test_primary();
	test_joined();
	return tap_end();
}
