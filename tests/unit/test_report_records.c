/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of records share: lines of a growing file, members, facts in short, clients. */
#include "tests/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/client_table.h"
#include "report/daylines.h"
#include "report/mail_facts.h"
#include "report/member.h"

static struct arena *a;

static void
lines(void)
{
	char name[] = "daylines-XXXXXX";
	int fd = mkstemp(name);
	struct daylines d;
	struct span line;
	struct buf text;

	unlink(name);
	buf_init(&text, DAYLINES_MAX * 2u);
	buf_puts(&text, "one\n\n");
	for (int i = 0; i < 1000000; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "\nhalf");
	OK(write(fd, text.p, text.n) == (ssize_t)text.n, "a file");
	daylines_init(&d, fd, 0);
	OK(daylines_next(&d, &line) && span_eq(line, SPAN_LIT("one")) && d.offset == 4, "a line");
	OK(daylines_next(&d, &line) && line.p && !line.n && d.offset == 5, "an empty one");
	OK(daylines_next(&d, &line) && line.n == 1000000, "one of a megabyte");
	OK(!daylines_next(&d, &line) && d.offset == 1000006 && !d.error, "half of one waits");
	OK(write(fd, " whole\n", 7) == 7 && daylines_next(&d, &line) &&
		span_eq(line, SPAN_LIT("half whole")),
	    "until it is whole");
	daylines_free(&d);
	buf_clear(&text);
	for (size_t i = 0; i < DAYLINES_MAX + 10u; i++)
		buf_putc(&text, 'y');
	buf_puts(&text, "\nbehind\n");
	OK(ftruncate(fd, 0) == 0 && pwrite(fd, text.p, text.n, 0) == (ssize_t)text.n,
	    "a huge line");
	daylines_init(&d, fd, 0);
	OK(daylines_next(&d, &line) && !line.p, "is told of, and not given");
	OK(daylines_next(&d, &line) && span_eq(line, SPAN_LIT("behind")), "the next one is");
	daylines_free(&d);
	buf_free(&text);
	close(fd);
}

static struct value_tree tree;

static const struct value_node *
json(const char *text)
{
	return value_tree_read(&tree, span_str(text));
}

static void
members(void)
{
	const struct value_node *o =
	    json("{\"t\":\"a\\u0000b\",\"n\":3,\"m\":-4,\"f\":3.0,\"l\":12345678901234567890,\"y\":"
		 "true,\"a\":[\"b\",2],\"s\":1795290567.621223,\"neg\":-1,\"big\":1e300,"
		 "\"id\":\"000102030405060708090a0b0c0d0e0f\",\"x\":\"00010203\"}");
	unsigned char id[MEMBER_ID_LEN];
	char text[2 * MEMBER_ID_LEN + 1];
	const struct value_node *record;
	struct value_tree other;
	int64_t us;

	value_tree_init(&other);
	SAME_SPAN(member_text(o, "t"), ((struct span){"a\0b", 3}), "a text with a NUL");
	OK(!member_text(o, "n").p && !member_text(o, "none").p, "no text");
	SAME_INT(member_int(o, "n", 7), 3, "a number");
	SAME_INT(member_int(o, "t", 7), 7, "no number");
	SAME_INT(member_int(o, "m", 7), -4, "one below zero");
	SAME_INT(member_int(o, "f", 7) + member_int(o, "l", 7), 14,
	    "a fraction, or one larger than any of ours, is not known");
	OK(member_true(o, "y") && !member_true(o, "t") && !member_true(o, "none"), "a word");
	SAME_SPAN(node_text(node_element(member_get(o, "a"))), SPAN_LIT("b"), "an element");
	OK(!node_element(o) && !member_get(member_get(o, "a"), "t") && !member_get(NULL, "t"),
	    "what is no array has none, what is no object no member");
	OK(member_read(&other, SPAN_LIT("{\"schema\":\"a/1\"}"), "a/1", &record) ==
		    RECORD_READ_OK &&
		record &&
		member_read(&other, SPAN_LIT("{\"schema\":\"a/1\"}"), "b/1", &record) ==
		    RECORD_READ_SCHEMA &&
		!record &&
		member_read(&other, SPAN_LIT("[]"), "b/1", &record) == RECORD_READ_NOT_OBJECT &&
		member_read(&other, SPAN_LIT("{"), "b/1", &record) == RECORD_READ_NOT_JSON,
	    "records of a schema");
	value_tree_free(&other);
	OK(member_time(o, "s", &us) && us == INT64_C(1795290567621223), "microseconds");
	OK(!member_time(o, "neg", &us) && !member_time(o, "big", &us) && !member_time(o, "t", &us),
	    "no times");
	OK(member_id(o, "id", id) && id[15] == 15 && !member_id(o, "x", id), "ids");
	member_id_text((struct span){(const char *)id, sizeof id}, text);
	SAME_STR(text, "000102030405060708090a0b0c0d0e0f", "and back");
	SAME_SPAN(text_clip(SPAN_LIT("aä"), 2), SPAN_LIT("a"), "no half of a character");
}

/* The record's facts as one line. */
static const char *
facts_of(const char *record)
{
	const struct value_node *o = json(record);
	struct mail_facts facts, again;
	struct buf text, second;
	const char *line;

	mail_facts_of(a, o, &facts);
	buf_init(&text, 65536);
	buf_init(&second, 65536);
	mail_facts_put(&text, &facts);
	mail_facts_read(a, buf_span(&text), &again);
	mail_facts_put(&second, &again);
	SAME_SPAN(buf_span(&second), buf_span(&text), "facts survive being written and read");
	line = arena_dup(a, buf_span(&text));
	buf_free(&text);
	buf_free(&second);
	return line;
}

static void
facts(void)
{
	SAME_STR(facts_of("{}"),
	    "{\"spf\":\"unknown\",\"signed\":\"unknown\",\"dkim_key\":\"unknown\",\"dmarc\":"
	    "\"unknown\","
	    "\"mta_sts\":\"unknown\",\"tls_rpt\":\"unknown\",\"mx_tlsa\":\"unknown\",\"confirmed\":"
	    "\"unknown\",\"dmarc_policy\":null,\"listed\":[]}",
	    "nothing looked up: nothing known");
	SAME_STR(
	    facts_of(
		"{\"headers\":{\"dkim_signature\":[{}]},\"spf\":{\"IN_TXT\":[\"\\\"other\\\"\","
		"\"\\\"V=spf1 -all\\\"\"]},\"dmarc\":[\"NXDOMAIN: no\"],\"dmarc_org\":{\"txt\":"
		"[\"\\\"v=DMARC1; p=quarantine\\\"\"]},\"mta_sts\":[\"NODATA: no\"],\"tls_rpt\":"
		"[\"TIMEOUT: no answer\"],\"mx_tlsa\":[{\"host\":\"m\",\"tlsa\":[\"BOGUS: x\"]},"
		"{\"host\":\"n\",\"tlsa\":[\"3 1 1 AB\"]}],\"dkim_keys\":[{\"key\":[\"\\\"k=rsa; "
		"p=AB\\\"\"]}],\"ptr\":{\"forward_confirmed\":false},\"rbl\":{\"lists\":[\"l."
		"example\"]}}"),
	    "{\"spf\":\"yes\",\"signed\":\"yes\",\"dkim_key\":\"yes\",\"dmarc\":\"yes\",\"mta_"
	    "sts\":"
	    "\"no\",\"tls_rpt\":\"unknown\",\"mx_tlsa\":\"yes\",\"confirmed\":\"no\",\"dmarc_"
	    "policy\":"
	    "\"quarantine\",\"listed\":[\"l.example\"]}",
	    "what is published, what is not, what nobody knows");
}

static const char *
operator_of(struct store *s, int64_t id)
{
	struct statement *st = store_cached(s, "SELECT operator FROM client WHERE id = ?1");
	const char *operator;

	statement_int(st, 1, id);
	operator= statement_row(st) ? statement_dup(st, 0, a) : "none";
	statement_reset(st);
	return operator;
}

static uint32_t
as_of(void *state, const struct ip *ip)
{
	(void)state;
	return ip->octets[3] == 9 ? 64500 : 0;
}

static uint32_t
no_as_of(void *state, const struct ip *ip)
{
	(void)state;
	(void)ip;
	return 0;
}

static int64_t
as_number_of(struct store *s, int64_t id)
{
	struct statement *st =
	    store_cached(s, "SELECT COALESCE(as_number, 0) FROM client WHERE id = ?1");
	int64_t as;

	statement_int(st, 1, id);
	as = statement_row(st) ? statement_get_int(st, 0) : -1;
	statement_reset(st);
	return as;
}

static void
clients(void)
{
	const struct client_as as = {as_of, NULL}, as_none = {no_as_of, NULL};
	struct public_suffixes *suffixes = public_suffixes_open();
	struct client_table *t;
	struct store *s;
	int64_t one, two;

	unlink("clients.db");
	OK(!store_open(a, "clients.db", ".", STORE_WRITE, &s), "an index");
	t = client_table_new(s, suffixes, NULL);
	store_begin(s);
	one = client_table_id(t, SPAN_LIT("192.0.2.1"), SPAN_LIT("unknown"));
	SAME_STR(operator_of(s, one), "192.0.2.1", "without a name an address stands for itself");
	two = client_table_id(t, SPAN_LIT("192.0.2.1"), SPAN_LIT("Out.mail.Example.co.uk."));
	SAME_STR(operator_of(s, two), "example.co.uk", "the registered domain of the name");
	OK(one != two, "they are two");
	SAME_STR(operator_of(s, one), "example.co.uk", "of one operator, since the address is one");
	SAME_INT(client_table_id(t, SPAN_LIT("192.0.2.1"), SPAN_LIT("out.mail.example.co.uk")), two,
	    "names have no case");
	SAME_INT(client_table_id(t, SPAN_LIT("unknown"), SPAN_LIT("x.example")), 0,
	    "no address, no client");
	one = client_table_id(t, SPAN_LIT("2001:DB8:0::9"), SPAN_LIT("<script>"));
	SAME_STR(
	    operator_of(s, one), "2001:db8::9", "what is no name is none; addresses have one form");
	two = client_table_id(t, SPAN_LIT("192.0.2.9"), SPAN_LIT(""));
	client_table_free(t);
	t = client_table_new(s, suffixes, &as);
	client_table_apply_as(t);
	SAME_STR(operator_of(s, two), "AS64500", "a table of AS that came later");
	SAME_STR(operator_of(s, one), "2001:db8::9", "knows one of them");
	one = client_table_id(t, SPAN_LIT("198.51.100.9"), SPAN_LIT("a.example.org"));
	SAME_STR(operator_of(s, one), "example.org", "a name is more than an AS");
	SAME_INT(as_number_of(s, one) * 1000000 + as_number_of(s, two), 64500064500,
	    "which is kept beside it");
	client_table_free(t);
	t = client_table_new(s, suffixes, &as_none);
	client_table_apply_as(t);
	SAME_INT(as_number_of(s, one) + as_number_of(s, two), 0, "another table knows none");
	SAME_STR(operator_of(s, two), "192.0.2.9", "and each stands for itself again");
	store_commit(s);
	client_table_free(t);
	store_close(s);
	public_suffixes_free(suffixes);
	unlink("clients.db");
	unlink("clients.db.lock");
}

int
main(void)
{
	a = arena_new();
	value_tree_init(&tree);
	lines();
	members();
	facts();
	clients();
	value_tree_free(&tree);
	arena_free(a);
	return tap_end();
}
