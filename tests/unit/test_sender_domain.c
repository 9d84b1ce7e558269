/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/sender_domain.h"
#include "tests/tap.h"

static void
from(const char *text, const char *want)
{
	SAME_SPAN(address_domain(span_str(text)), span_str(want), text);
}

int
main(void)
{
	from("a@example.com", "example.com");
	from("<a@example.com>", "example.com");
	from("A Name <a@example.com>", "example.com");
	from("\"b@other.example\" <a@example.com>", "example.com");
	from("\"a \\\" <b@other.example>\" <a@example.com>", "example.com");
	from("b@other.example <a@example.com>", "example.com");
	from("b@other.example, Inc <a@example.com>", "other.example");
	from("Name, A <a@example.com>", "example.com");
	from("a@example.com (b@other.example)", "example.com");
	from("(b@other.example (nested)) a@example.com", "example.com");
	from("a@example.com, b@other.example", "example.com");
	from("A <a@example.com>, B <b@other.example>", "example.com");
	from("Group: a@example.com, b@other.example;", "example.com");
	from("\"odd@local\"@example.com", "example.com");
	from("<@one.example,@two.example:a@example.com>", "example.com");
	from("a@b@example.com", "example.com");
	from("a@[192.0.2.1]", "[192.0.2.1]");
	from("nobody", NULL);
	from("", NULL);
	from("<>", NULL);
	from("a@", "");
	from("\"unended a@example.com", NULL);
	from("(unended a@example.com", NULL);
	from("<a@example.com", "example.com");

	OK(is_internet_name(SPAN_LIT("Example.com")), "a name");
	OK(is_internet_name(SPAN_LIT("example.com.")), "with a dot at its end");
	OK(!is_internet_name(SPAN_LIT("unknown")), "one label is none");
	OK(!is_internet_name(SPAN_LIT("192.0.2.1")), "an address is none");
	OK(!is_internet_name(SPAN_LIT("[192.0.2.1]")), "an address literal is none");
	OK(!is_internet_name(SPAN_LIT("../../etc")), "a path is none");
	OK(!is_internet_name((struct span){NULL, 0}), "nothing is none");

	SAME_SPAN(sender_domain(SPAN_LIT("a@example.com"), SPAN_LIT("b@bounce.example")),
	    SPAN_LIT("example.com"), "From comes first");
	SAME_SPAN(sender_domain(SPAN_LIT("a@localhost"), SPAN_LIT("b@bounce.example")),
	    SPAN_LIT("bounce.example"), "the envelope stands in");
	OK(!sender_domain((struct span){NULL, 0}, SPAN_LIT("")).p, "neither");
	return tap_end();
}
