/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small world: "example" at one server, which delegates whole, unsigned, broken and lonely zones
 * to another, whose name is in example, and one with IPv6 glue alone to a third. */
#include "tests/tap.h"

#include "site/paper.h"
#include "site/recipe.h"
#include "tests/zonekit.h"

enum { TOP, WHOLE, BROKEN, PLAIN, V6, LONELY, ZONES_N };

static const char *const origins[ZONES_N] = {
    "example", "whole.example", "broken.example", "plain.example", "v6.example", "lonely.example"};

static struct zonekit kit;
static struct zonefile zones[ZONES_N];
static struct proof proofs[ZONES_N];
static struct paper_server servers[4];
static const struct proof *of_top[3], *of_children[3], *of_v6[1];
static struct paper_top top;
static struct paper paper = {servers, 4, &top, 1};
static const char *top_ds[1];

static const struct paper_resolver v4 = {"IPv4-only", true, false}, v6 = {"IPv6-only", false, true};

static void
set_server(size_t i, const char *ip, const struct proof **v, size_t n)
{
	servers[i] = (struct paper_server){.zones = v, .zones_n = n};
	if (!ip_read(span_str(ip), &servers[i].ip))
		abort();
}

static void
load(size_t i)
{
	if (zonekit_load(&kit, origins[i], &zones[i], &proofs[i]))
		abort();
}

static void
build(void)
{
	struct zone_sign_ds ds[ZONES_N - 1];
	size_t ds_n = 0;

	zonekit_zone(&kit, "whole.example",
	    "host A 192.0.2.50\n*.wild MX 10 host\n*.wild TXT w\nin CNAME host\nout CNAME "
	    "host.plain.example.\nround CNAME round2\nround2 CNAME round\n");
	zonekit_zone(&kit, "broken.example", "host A 192.0.2.51\n");
	zonekit_zone(&kit, "plain.example", "host A 192.0.2.52\n");
	zonekit_zone(&kit, "v6.example", "host A 192.0.2.53\n");
	zonekit_zone(&kit, "lonely.example", "host A 192.0.2.54\n");
	for (size_t i = WHOLE; i < ZONES_N; i++) {
		const char *data = zonekit_ds(&kit, origins[i]);

		if (i != PLAIN)
			ds[ds_n++] = (struct zone_sign_ds){
			    origins[i], i == BROKEN ? recipe_ds_no_key(kit.a, data) : data};
		if (zonekit_sign(&kit, origins[i], NULL, 0))
			abort();
	}
	zonekit_zone(&kit, "example",
	    "second A 192.0.2.2\nsecond AAAA 2001:db8::2\nwhole NS second\nbroken NS second\n"
	    "plain NS second\nv6 NS ns.v6\nns.v6 AAAA 2001:db8::3\nlonely NS ns.other.org.\n"
	    "www A 192.0.2.60\n");
	if (zonekit_sign(&kit, "example", ds, ds_n))
		abort();
	for (size_t i = 0; i < ZONES_N; i++)
		load(i);
	of_top[0] = &proofs[TOP];
	of_children[0] = &proofs[WHOLE];
	of_children[1] = &proofs[BROKEN];
	of_children[2] = &proofs[PLAIN];
	of_v6[0] = &proofs[V6];
	set_server(0, "192.0.2.1", of_top, 1);
	set_server(1, "192.0.2.2", of_children, 3);
	set_server(2, "2001:db8::2", of_children, 3);
	set_server(3, "2001:db8::3", of_v6, 1);
	zonekit_write(
	    &kit, "delegation", "example. IN NS ns.example.\nns.example. IN A 192.0.2.1\n");
	top_ds[0] = zonekit_ds(&kit, "example");
	top = (struct paper_top){.origin = "example", .ds = top_ds, .ds_n = 1};
	if (zonefile_read(kit.a, zonekit_path(&kit, "delegation"), "example", &top.delegation))
		abort();
}

static struct paper_answer
ask(const struct paper_resolver *resolver, const char *name, ldns_rr_type type)
{
	struct paper_answer answer;

	paper_ask(kit.a, &paper, resolver, name, type, &answer);
	return answer;
}

/* "secure an answer 192.0.2.60", or the like. */
static const char *
said(const struct paper_answer *answer)
{
	return arena_printf(kit.a, "%s %s%s%s",
	    answer->bogus    ? "bogus"
	    : answer->secure ? "secure"
			     : "insecure",
	    paper_outcome_name(answer->outcome), answer->set ? " " : "",
	    answer->set ? zonefile_data(kit.a, answer->set->rrs[0]) : "");
}

static void
same(const struct paper_resolver *resolver, const char *name, ldns_rr_type type, const char *want)
{
	struct paper_answer answer = ask(resolver, name, type);

	SAME_STR(said(&answer), want,
	    arena_printf(kit.a, "%s: %s type %d", resolver->name, name, (int)type));
	if (answer.why)
		printf("# %s\n", answer.why);
}

static void
test_answers(void)
{
	same(&v4, "www.example", LDNS_RR_TYPE_A, "secure an answer 192.0.2.60");
	same(&v4, "www.example", LDNS_RR_TYPE_MX, "secure \"no such record\"");
	same(&v4, "none.example", LDNS_RR_TYPE_A, "secure \"no such name\"");
	same(&v4, "example", LDNS_RR_TYPE_SOA,
	    "secure an answer ns.example. hostmaster.example. 1 2 3 4 5");
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "secure an answer 192.0.2.50");
	same(&v4, "x.wild.whole.example", LDNS_RR_TYPE_MX,
	    "secure an answer 10 host.whole.example.");
	same(&v4, "x.y.wild.whole.example", LDNS_RR_TYPE_TXT, "secure an answer \"w\"");
	same(&v4, "x.wild.whole.example", LDNS_RR_TYPE_A, "secure \"no such record\"");
	same(&v4, "wild.whole.example", LDNS_RR_TYPE_MX, "secure \"no such record\"");
	same(&v4, "in.whole.example", LDNS_RR_TYPE_A, "secure an answer 192.0.2.50");
	same(&v4, "in.whole.example", LDNS_RR_TYPE_CNAME, "secure an answer host.whole.example.");
	same(&v4, "out.whole.example", LDNS_RR_TYPE_A, "insecure an answer 192.0.2.52");
	same(&v4, "round.whole.example", LDNS_RR_TYPE_A, "secure no answer");
	same(&v4, "host.plain.example", LDNS_RR_TYPE_A, "insecure an answer 192.0.2.52");
	same(&v4, "none.plain.example", LDNS_RR_TYPE_A, "insecure \"no such name\"");
	same(&v4, "host.broken.example", LDNS_RR_TYPE_A, "bogus an answer 192.0.2.51");
	same(&v4, "none.broken.example", LDNS_RR_TYPE_A, "bogus \"no such name\"");
	same(&v4, "plain.example", LDNS_RR_TYPE_DS, "secure \"no such record\"");
	same(&v4, "www.org", LDNS_RR_TYPE_A, "insecure a referral elsewhere");
	same(&v4, "host.lonely.example", LDNS_RR_TYPE_A, "secure no answer");
}

static void
test_families(void)
{
	same(&v6, "www.example", LDNS_RR_TYPE_A, "secure no answer");
	same(&v4, "host.v6.example", LDNS_RR_TYPE_A, "secure no answer");
	/* The zone above, too, has to be reached over IPv6. */
	zonekit_write(&kit, "delegation",
	    "example. IN NS ns.example.\nns.example. IN A 192.0.2.1\n"
	    "ns.example. IN AAAA 2001:db8::1\n");
	if (zonefile_read(kit.a, zonekit_path(&kit, "delegation"), "example", &top.delegation))
		abort();
	set_server(0, "2001:db8::1", of_top, 1);
	same(&v6, "host.v6.example", LDNS_RR_TYPE_A, "secure an answer 192.0.2.53");
	same(&v6, "host.whole.example", LDNS_RR_TYPE_A, "secure an answer 192.0.2.50");
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "secure no answer");
	set_server(0, "192.0.2.1", of_top, 1);
}

/* Each mistake of a site has its sign. */
static void
test_mistakes(void)
{
	of_top[1] = &proofs[V6];
	set_server(0, "192.0.2.1", of_top, 2);
	same(&v4, "host.v6.example", LDNS_RR_TYPE_A, "secure an answer 192.0.2.53");
	set_server(0, "192.0.2.1", of_top, 1);
	same(&v4, "host.v6.example", LDNS_RR_TYPE_A, "secure no answer");

	top_ds[0] = recipe_ds_no_key(kit.a, top_ds[0]);
	same(&v4, "www.example", LDNS_RR_TYPE_A, "bogus an answer 192.0.2.60");
	/* The address of its name server is bogus, and not used. */
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "bogus no answer");
	top_ds[0] = zonekit_ds(&kit, "example");
	top.ds_n = 0;
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "insecure an answer 192.0.2.50");
	same(&v4, "host.broken.example", LDNS_RR_TYPE_A, "insecure an answer 192.0.2.51");
	top.ds_n = 1;

	set_server(1, "192.0.2.2", of_children, 0);
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "secure no answer");
	set_server(1, "192.0.2.2", of_children, 3);

	zonekit_drop(&kit, "whole.example", "host.whole.example.", "\tRRSIG\tA ");
	load(WHOLE);
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "bogus an answer 192.0.2.50");
	same(&v4, "in.whole.example", LDNS_RR_TYPE_A, "bogus an answer 192.0.2.50");
	zonekit_drop(&kit, "example", "whole.example.", "\tRRSIG\tDS ");
	zonekit_drop(&kit, "example", "second.example.", "\tRRSIG\tA ");
	load(TOP);
	same(&v4, "host.whole.example", LDNS_RR_TYPE_A, "bogus no answer");
}

int
main(void)
{
	zonekit_begin(&kit);
	build();
	test_answers();
	test_families();
	test_mistakes();
	zonekit_end(&kit);
	return tap_end();
}
