/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "base/log.h"
#include "sessionparse/postconf.h"

static struct arena *a;
static struct postconf pc;

static const char *
take(const char *text)
{
	if (a)
		arena_free(a);
	a = arena_new();
	postconf_init(&pc, a);
	return postconf_take(&pc, "saved", span_str(text));
}

static struct span
value(const char *name)
{
	return postconf_value(&pc, NULL, span_str(name));
}

static void
test_parameters(void)
{
	OK(!take("# a comment\nempty =\n\nname = a b\n  # another\n  c\n\n\td\nlist=x=y\n"
		 "name = last\nunfinished = e"),
	    "parameters");
	SAME_SPAN(value("empty"), SPAN_LIT(""), "an empty value");
	OK(value("empty").p && !value("nosuch").p, "which is not the same as none");
	SAME_SPAN(value("list"), SPAN_LIT("x=y"), "without blanks around the sign");
	SAME_SPAN(value("name"), SPAN_LIT("last"), "the last one counts");
	SAME_SPAN(value("unfinished"), SPAN_LIT("e"), "a line without its end");
	OK(!take("name = a b\n  # another\n  c\n\n\td\n"), "a value over several lines");
	SAME_SPAN(value("name"), SPAN_LIT("a b c d"), "is one");
	OK(!take("smtp/inet/debug_peer_list = x\n") && !pc.parameters && !pc.services,
	    "what postconf -P says is passed over");
	OK(!take("") && !pc.parameters && !pc.services, "nothing");
}

static void
test_services(void)
{
	const struct postconf_service *s;

	OK(!take("smtp inet n - y - 1 postscreen\n"
		 "smtpd pass - - y - - smtpd -v -o a=1 -o {b = 2, {x} y} -D -vv -n v -o c=\n"
		 "10.0.0.1:smtp\tinet n - n - - smtpd\n\t-o a = \n  -o a=3 -v\n"
		 "maildrop unix - n n - - pipe flags=DRXhu argv=/x -v\n"
		 "a = main\nd = main\n"),
	    "services");
	SAME_INT(pc.services_n, 4, "all of them");
	s = pc.services;
	SAME_SPAN(s->command, SPAN_LIT("postscreen"), "in their order");
	OK(!s->overrides && !s->verbose, "one without arguments");
	s = s->next;
	SAME_SPAN(s->type, SPAN_LIT("pass"), "a type");
	SAME_SPAN(postconf_value(&pc, s, SPAN_LIT("a")), SPAN_LIT("1"), "an override");
	SAME_SPAN(postconf_value(&pc, s, SPAN_LIT("b")), SPAN_LIT("2, {x} y"), "one in braces");
	OK(postconf_value(&pc, s, SPAN_LIT("c")).p && !postconf_value(&pc, s, SPAN_LIT("c")).n,
	    "an empty one");
	SAME_SPAN(postconf_value(&pc, s, SPAN_LIT("d")), SPAN_LIT("main"), "what main.cf says");
	OK(!postconf_value(&pc, s, SPAN_LIT("e")).p, "what nobody says");
	SAME_INT(s->verbose, 3, "letters together, but not the argument of another");
	s = s->next;
	SAME_SPAN(s->name, SPAN_LIT("10.0.0.1:smtp"), "an address");
	s = s->next;
	SAME_INT(s->verbose, 0, "of another program, which has operands");
	OK(take("smtpd pass - - y - - smtpd -o") == NULL && !pc.services->overrides,
	    "an option that is cut off");
	OK(take("smtpd pass - - y - - smtpd -o {a = b") == NULL && !pc.services->overrides,
	    "braces that are not closed");
}

static void
test_bad(void)
{
	struct buf much;

	SAME_STR(take("a = b\n\n# c\nNov 21 19:34:06 mx1 x\n"),
	    "saved:4: neither NAME = VALUE nor a service of master.cf; save the output of postconf "
	    "-x and of postconf -Mx",
	    "a line of something else");
	buf_init(&much, 1 << 20);
	for (int i = 0; i <= POSTCONF_SERVICES_MAX; i++)
		buf_puts(&much, "smtp inet n - y - 1 postscreen\n");
	SAME_STR(take(buf_str(&much)), "saved:1001: too many services", "too many services");
	buf_free(&much);
}

static void
test_run(void)
{
	struct postconf none;

	log_open("test", LOG_TO_STDERR);
	postconf_init(&none, a);
	OK(!postconf_run(&none, "/nonexistent/folder"), "a folder that is not there");
}

int
main(void)
{
	test_parameters();
	test_services();
	test_bad();
	test_run();
	arena_free(a);
	return tap_end();
}
