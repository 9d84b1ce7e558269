/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Market shares (shares.h). */
#include "mxinfer/output.h"
#include "mxinfer/shares.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/mxfacts.h"
#include "tests/tap.h"

enum { COMPANY = 1 };

static struct company_table *
one_company(struct arena *a)
{
	char path[] = "test_shares.XXXXXX",
	     text[] = "date 2021-11-02\ncompany Big,Inc\n ids big.com\n";
	int fd = mkstemp(path);
	struct company_table *t = company_table_new(a);
	int64_t date_utc;

	if (fd < 0 || write(fd, text, sizeof text - 1) < 0 ||
	    company_table_read(t, path, &date_utc))
		abort();
	close(fd);
	unlink(path);
	return t;
}

static void
add(struct shares *s, uint8_t flags, enum self_hosted own, size_t n,
    const struct mx_answer *answers)
{
	struct mx_answer copy[4] = {0};
	struct identify x = {.answers = copy, .answers_n = n};

	for (size_t i = 0; i < n; i++)
		copy[i] = answers[i];
	shares_add(s, &x, flags, own);
}

static void
add_all(struct shares *s, const struct mxfacts *m)
{
	const uint32_t one = mxfacts_name(m, "one.com"), two = mxfacts_name(m, "two.com");
	const struct mx_answer big = {.ok = true, .company = COMPANY},
			       rented = {.ok = true, .company = COMPANY, .corrected = -1},
			       other = {.ok = true, .id = one},
			       better = {.ok = true, .id = one, .corrected = 1, .new_id = two},
			       none = {.ok = false};

	add(s, DOMAIN_HAS_MX, SELF_HOSTED_NO, 1, &big);
	add(s, DOMAIN_HAS_MX, SELF_HOSTED_NO, 3, (struct mx_answer[]){big, other, none});
	add(s, DOMAIN_HAS_MX | DOMAIN_NO_MX, SELF_HOSTED_NO, 2,
	    (struct mx_answer[]){rented, better});
	add(s, DOMAIN_HAS_MX, SELF_HOSTED_YES, 1, &other);
	add(s, DOMAIN_HAS_MX, SELF_HOSTED_OWN_NAME, 1, &other);
	add(s, DOMAIN_HAS_MX, SELF_HOSTED_NO, 0, NULL);
	add(s, DOMAIN_IMPLICIT, SELF_HOSTED_NO, 1, &big);
	add(s, DOMAIN_NULL_MX, SELF_HOSTED_NO, 0, NULL);
	add(s, DOMAIN_NO_MX, SELF_HOSTED_NO, 0, NULL);
	add(s, DOMAIN_NOT_KNOWN, SELF_HOSTED_NO, 0, NULL);
}

static void
same_shares(const struct shares *s, const struct inference *in, const char *want, const char *name)
{
	char *p = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&p, &n);

	shares_write(s, in, f);
	fclose(f);
	SAME_STR(p, want, name);
	free(p);
}

static void
test_fields(void)
{
	struct buf b;

	buf_init(&b, 1000);
	output_csv_field(&b, SPAN_LIT("one.com"));
	buf_putc(&b, ' ');
	output_csv_field(&b, SPAN_LIT("a \"b\", c"));
	buf_putc(&b, ' ');
	output_csv_field(&b, SPAN_LIT("\xc3\xa9\xc2\x9b[2J\x7f\n\xff"));
	SAME_STR(buf_str(&b),
	    "one.com \"a \"\"b\"\", c\" "
	    "\xc3\xa9\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	    "fields of CSV: quotes where needed, and nothing that acts on a terminal");
	buf_free(&b);
}

int
main(void)
{
	struct arena *a = arena_new();
	struct mxfacts m;
	struct shares s, t;

	test_fields();
	mxfacts_begin(&m, false);
	mxfacts_add(
	    &m, (struct mxfacts_row){.domain = "a.com", .mx = "one.com", .names = "two.com"});
	mxfacts_add(&m, (struct mxfacts_row){.domain = "a.com", .mx = "two.com"});
	mxfacts_settle(&m, 1);
	m.inference.companies = one_company(a);
	shares_init(&s, false);
	add_all(&s, &m);
	same_shares(&s, &m.inference,
	    "kind,name,domains,share\n"
	    "all,,10,\n"
	    "left-out,null MX,1,\n"
	    "left-out,no MX,1,\n"
	    "left-out,implicit MX,1,\n"
	    "left-out,not known,1,\n"
	    "left-out,no SMTP,1,\n"
	    "counted,,5,\n"
	    "self-hosted,,1,0.200000\n"
	    "own-name,,1,0.200000\n"
	    "company,\"Big,Inc\",1.333333,0.266667\n"
	    "id,two.com,0.500000,0.100000\n"
	    "rented-at,\"Big,Inc\",0.500000,0.100000\n"
	    "id,one.com,0.333333,0.066667\n"
	    "no-id,,0.333333,0.066667\n",
	    "shares, what is left out, and by how many they are divided");
	shares_init(&t, true);
	add_all(&t, &m);
	shares_merge(&t, &s);
	SAME_INT(t.domains, 20, "threads are added up");
	SAME_INT(t.implicit_mx, 1, "an implicit MX may count");
	shares_free(&s);
	shares_free(&t);
	mxfacts_end(&m);
	arena_free(a);
	return tap_end();
}
