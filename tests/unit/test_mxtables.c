/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of companies and of servers' names (table_file.h, company_table.h, server_table.h). */
#include <stdlib.h>
#include <unistd.h>

#include "mxinfer/company_table.h"
#include "mxinfer/server_table.h"
#include "tests/tap.h"

static struct arena *arena;

static char *
write_file(const char *text)
{
	char *path = arena_dup(arena, SPAN_LIT("test_mxtables.XXXXXX"));
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	return path;
}

static const char *
read_companies(struct company_table *t, const char *text, int64_t *date_utc)
{
	char *path = write_file(text);
	const char *error = company_table_read(t, path, date_utc);

	unlink(path);
	return error ? strchr(error, ':') : NULL;
}

static const char *
read_servers(struct server_table *t, const char *text)
{
	char *path = write_file(text);
	int64_t date_utc;
	const char *error = server_table_read(t, path, &date_utc);

	unlink(path);
	return error ? strchr(error, ':') : NULL;
}

static const char *
company(const struct company_table *t, const char *id)
{
	uint32_t c = company_of(t, span_str(id));

	return c ? arena_dup(arena, company_name(t, c)) : "none";
}

static void
test_companies(void)
{
	struct company_table *t = company_table_new(arena);
	int64_t date_utc;
	uint32_t b;

	OK(!read_companies(t,
	       "# of old\n\ndate 2021-11\ncompany A\n ids a.com\n ids *.a.net a*.org\n"
	       " as 7 3 # not 5\ncompany B\n ids b.com\n as 1\n as 2 9\n filter f.com "
	       "except 2\n",
	       &date_utc),
	    "a table");
	SAME_INT(date_utc, 1635724800, "its date");
	SAME_STR(company(t, "a.com"), "A", "an id");
	SAME_STR(company(t, "x.y.a.net"), "A", "a wildcard");
	SAME_STR(company(t, "a.net"), "none", "which needs its dot");
	SAME_STR(company(t, "a.org"), "A", "one that stands for nothing");
	SAME_STR(company(t, "xa.com"), "none", "an end of a name is no id");
	b = company_of(t, SPAN_LIT("b.com"));
	OK(company_in_as(t, b, (uint32_t[]){5, 9}, 2), "an AS");
	OK(!company_in_as(t, b, (uint32_t[]){3, 5, 7, 10}, 4), "none");
	SAME_INT(company_filters_n(t), 1, "a filter");
	SAME_INT(company_filter(t, 0)->as_n, 2, "less the exceptions");
	OK(!company_as_meet((uint32_t[]){2}, 1, company_filter(t, 0)->as, 2),
	    "which are not in it");
	OK(company_may_own(t, b, SPAN_LIT("x.b.com")), "a domain that may be the company's");
	OK(!company_may_own(t, b, SPAN_LIT("x.a.com")), "and one that cannot");
	OK(!read_companies(t, "date 2026-01-31\ncompany B\n ids a.com bb.com\n", &date_utc),
	    "a later table");
	SAME_STR(company(t, "a.com"), "B", "an id moves");
	SAME_STR(company(t, "bb.com"), "B", "a company is replaced");
	SAME_STR(company(t, "b.com"), "none", "with all that it had");
	OK(!company_has_as(t, company_of(t, SPAN_LIT("bb.com"))), "its AS, too");
	SAME_INT(company_filters_n(t), 0, "and its filter");
	SAME_STR(company(t, "z.a.net"), "A", "others stay");
}

static void
test_mistakes(void)
{
	static const char *const texts[] = {
	    "company A\n ids a.com\n",
	    "date 2021-13\ncompany A\n",
	    "date 2021-11\ncompany\n",
	    "date 2021-11\ncompany A B\n",
	    "date 2021-11\nids a.com\n",
	    "date 2021-11\ncompany A\nids a..com\n",
	    "date 2021-11\ncompany A\nas 0\n",
	    "date 2021-11\ncompany A\nas 4294967296\n",
	    "date 2021-11\ncompany A\nas AS5\n",
	    "date 2021-11\ncompany A\nfilter f.com without 5\n",
	    "date 2021-11\ncompany A\ncompany A\n",
	    "date 2021-11\nkompany A\n",
	};
	int64_t date_utc;
	const char *error;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		error = read_companies(company_table_new(arena), texts[i], &date_utc);
		OK(error && is_digit(error[1]), error ? error : texts[i]);
	}
	error = read_servers(server_table_new(arena), "date 2021-11\nown\n");
	OK(error && error[1] == '2', error);
	error = read_servers(server_table_new(arena), "date 2021-11\ndomain a.com\nown has:\n");
	OK(error && error[1] == '3', error);
	error = read_servers(server_table_new(arena), "date 2021-11\ndomain a.com\nown some\n");
	OK(error && error[1] == '3', error);
	OK(company_table_read(company_table_new(arena), "/nonexistent/table", &date_utc),
	    "no file");
}

static void
server(const struct server_table *t, const char *name, bool greeting, enum server_kind want,
    enum server_kind want_compat)
{
	SAME_INT(server_kind(t, span_str(name), greeting), want, name);
	SAME_INT(server_kind_compat(t, span_str(name), greeting), want_compat, "--compat");
}

static void
test_servers(void)
{
	struct server_table *t = server_table_new(arena);
	const enum server_kind none = SERVER_UNKNOWN, own = SERVER_OWN, rented = SERVER_RENTED;

	OK(!read_servers(t,
	       "date 2021-11\n"
	       "domain a.com\n own has:smtp has:.prod.\n own has:mail.a.com\n rented begins:vps\n"
	       " rented three-dashes:s\n rented four-numbers\n own is:a.com\n"
	       "domain g.com\n own greeting is:mx.g.com\n rented greeting\n own\n"
	       "domain r.com\n random\n"
	       "domain b*.com\n own\n"
	       "domain 180r.com\n own\n"
	       "domain z.com\n rented\n"),
	    "a table");
	server(t, "smtp1.prod.a.com", false, own, own);
	server(t, "smtp1.a.com", false, none, none);
	server(t, "x.mail.a.com", false, own, own);
	server(t, "vps-1.a.com", false, rented, rented);
	server(t, "s1-2-3-4.a.com", false, rented, rented);
	server(t, "s1-2-3.a.com", false, none, none);
	server(t, "192-0-2-1.a.com", false, rented, rented);
	server(t, "192-0-2-256.a.com", false, none, none);
	server(t, "192-0-2.a.com", false, none, none);
	server(t, "a.com", false, own, own);
	server(t, "mx.g.com", true, own, own);
	server(t, "xx.g.com", true, rented, rented);
	server(t, "xx.g.com", false, own, own);
	server(t, "qx7.r.com", false, rented, rented);
	server(t, "mx.bxy.com", false, own, own);
	/* What the Python tool gets wrong. */
	server(t, "vps.notr.com", false, none, rented);
	server(t, "vps.a.com.example", false, none, rented);
	server(t, "smtp.prod.a.com.example", false, none, own);
	server(t, "z.com", false, rented, own);
	server(t, "example.org", false, none, own);
	OK(!read_servers(t, "date 2026-01-01\ndomain r.com\n own\n"), "a later table");
	server(t, "qx7.r.com", false, own, own);
}

static void
test_glob(void)
{
	OK(table_glob(SPAN_LIT("a*b*c"), SPAN_LIT("axxbyybzc")),
	    "it goes back as often as it must");
	OK(!table_glob(SPAN_LIT("a*b*c"), SPAN_LIT("axxbyybz")), "and ends");
	OK(table_glob(SPAN_LIT("**"), SPAN_LIT("")), "nothing");
	OK(!table_glob(SPAN_LIT(""), SPAN_LIT("a")), "the empty pattern");
}

int
main(void)
{
	arena = arena_new();
	test_companies();
	test_mistakes();
	test_servers();
	test_glob();
	arena_free(arena);
	return tap_end();
}
