/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include "sessionparse/journal_export.h"

static struct journal_export j;
static struct buf texts; /* of all entries, one a line; others are "?" */

static void
take(enum journal_st st, const struct logline *l)
{
	if (st == JOURNAL_MORE)
		return;
	if (st == JOURNAL_ENTRY)
		buf_put(&texts, l->text);
	else
		buf_putc(&texts, '?');
	buf_putc(&texts, '|');
}

/* Reads a stream whose lines come cut at `cut` octets. */
static struct span
read_stream(struct span stream, size_t cut)
{
	struct logline l;

	buf_clear(&texts);
	while (stream.n) {
		struct span line = span_cut(&stream, '\n');
		uint64_t octets = line.n + (stream.p != NULL);

		line.n = line.n < cut ? line.n : cut;
		take(journal_export_line(&j, line, octets, &l), &l);
	}
	take(journal_export_end(&j, &l), &l);
	return buf_span(&texts);
}

#define HEAD \
	"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795354563027877\n_HOSTNAME=mx1\n" \
	"SYSLOG_IDENTIFIER=postfix/smtpd\nSYSLOG_PID=77\n_PID=1\n"
#define LENGTH(octets) octets "\0\0\0\0\0\0\0"
#define gives(stream, want, name) \
	SAME_SPAN(read_stream(SPAN_LIT(stream), 1000), SPAN_LIT(want), name)

static void
test_entries(void)
{
	struct logline l;

	OK(journal_export_is(SPAN_LIT("__CURSOR=s")) && !journal_export_is(SPAN_LIT("CURSOR=s")) &&
		!journal_export_is(SPAN_LIT("")),
	    "how such a stream begins");
	gives(HEAD "MESSAGE=a=b\n\n" HEAD "MESSAGE=c\n\n", "a=b|c|", "two entries");
	gives(HEAD "MESSAGE=a\n", "a|", "one without its end");
	gives(HEAD "MESSAGE=a", "a|", "nor that of its line");
	gives("", "", "nothing");
	gives("\n\n", "", "empty lines");
	gives(HEAD "MESSAGE=\n\n", "|", "an empty text");
	gives(HEAD "MESSAGE\n" LENGTH("\3") "a\nb\nOTHER\n" LENGTH("\1") "\n\n\n", "a\nb|",
	    "values with a length");
	gives(HEAD "MESSAGE\n" LENGTH("\n") "a\n\nMESS=b\n\n\n", "a\n\nMESS=b\n|",
	    "a length that is a newline, and a value that looks like an entry");
	gives(HEAD "MESSAGE=a\nMESSAGE=b\n\n", "a|", "the first of two counts");
	gives("__CURSOR=x\nMESSAGE=kernel\n_HOSTNAME=mx1\n\n" HEAD "MESSAGE=a\n\n", "?|a|",
	    "one of no program");
	gives("__CURSOR=x\nMESSAGE=x\nSYSLOG_IDENTIFIER=a\nSYSLOG_PID=x\n\n", "?|", "no pid");

	OK(journal_export_line(&j, SPAN_LIT("__REALTIME_TIMESTAMP=5"), 23, &l) == JOURNAL_MORE &&
		journal_export_line(&j, SPAN_LIT("_HOSTNAME=mx1"), 14, &l) == JOURNAL_MORE &&
		journal_export_line(&j, SPAN_LIT("SYSLOG_IDENTIFIER=a/b"), 22, &l) ==
		    JOURNAL_MORE &&
		journal_export_line(&j, SPAN_LIT("_PID=12"), 8, &l) == JOURNAL_MORE &&
		journal_export_line(&j, SPAN_LIT("MESSAGE=x"), 10, &l) == JOURNAL_MORE &&
		journal_export_line(&j, SPAN_LIT(""), 1, &l) == JOURNAL_ENTRY,
	    "an entry, field by field");
	SAME_SPAN(l.when, SPAN_LIT("5"), "its time");
	SAME_SPAN(l.host, SPAN_LIT("mx1"), "its host");
	SAME_SPAN(l.tag, SPAN_LIT("a/b"), "its tag");
	SAME_INT(l.pid, 12, "the pid that the journal saw, where none was given");
}

static void
test_broken(void)
{
	gives(HEAD "MESSAGE\n" LENGTH("\3") "abcd\n\n" HEAD "MESSAGE=x\n\n", "?|x|",
	    "a value longer than its length");
	gives(HEAD "MESSAGE\n" LENGTH("\5") "abc\n\n", "?|", "one that ends with the stream");
	gives(HEAD "MESSAGE\n\1\0\n", "?|", "a length that does");
	gives(
	    HEAD "MESSAGE\n\377\377\377\377\377\377\377\377abc\n\n\n", "?|", "an enormous length");
}

static void
test_cut(void)
{
	static const char stream[] =
	    HEAD "OTHER=abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklm\n"
		 "MESSAGE=0123456789012345678901234567890123456789012345678\n"
		 "BLOB\n" LENGTH(
		     "\x40") "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\n\n"
			     "\n\n" HEAD "MESSAGE=x\n\n";

	SAME_SPAN(read_stream((struct span){stream, sizeof stream - 1}, 50),
	    SPAN_LIT("012345678901234567890123456789012345678901|x|"),
	    "lines that come cut, in fields of both kinds");
}

static void
test_long(void)
{
	struct buf stream;

	buf_init(&stream, 1 << 20);
	buf_puts(&stream, HEAD "MESSAGE=");
	for (int i = 0; i < 2 * JOURNAL_FIELD_MAX; i++)
		buf_putc(&stream, 'x');
	buf_puts(&stream, "\n\n");
	SAME_INT(read_stream(buf_span(&stream), 1 << 20).n, JOURNAL_FIELD_MAX + 1,
	    "so much of a field is kept");
	buf_free(&stream);
}

int
main(void)
{
	journal_export_init(&j);
	buf_init(&texts, 1 << 20);
	test_entries();
	test_broken();
	test_cut();
	test_long();
	journal_export_free(&j);
	buf_free(&texts);
	return tap_end();
}
