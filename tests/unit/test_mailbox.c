/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/mailbox.h"

static char folder[] = "mailbox-XXXXXX";
static struct arena *a;

static const char *
path_of(const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static void
put(const char *name, struct span text)
{
	FILE *f = fopen(path_of(name), "w");

	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f))
		abort();
}

/* All messages, each in brackets with its line; keeps the digest of the last one. */
static const char *
all_of(const char *name, char sha256[SHA256_HEX_LEN + 1])
{
	struct mailbox_message m;
	struct mailbox *box;
	const char *error = mailbox_open(a, path_of(name), &box), *text = "";

	if (error)
		return error;
	while (mailbox_next(box, &m, &error)) {
		text = error ? error
			     : arena_printf(a, "%s%llu[%.*s]%s", text, (unsigned long long)m.line,
				   (int)m.text.n, m.text.p ? m.text.p : "", m.cut ? "cut" : "");
		memcpy(sha256, m.sha256, sizeof m.sha256);
	}
	mailbox_close(box);
	return text;
}

static void
mboxes(void)
{
	char one[SHA256_HEX_LEN + 1], two[SHA256_HEX_LEN + 1];

	put("one",
	    SPAN_LIT("From a@b Sat Nov 21\nSubject: x\n\nFrom here on\n>From there\n\nbody\n\n"
		     "From c@d Sun\nSubject: y\n\nlast\n"));
	SAME_STR(all_of("one", one),
	    "1[Subject: x\n]4[>From there\n\nbody\n]9[Subject: y\n\nlast\n]",
	    "a line From behind an empty one begins a message, quoted or not");
	put("two", SPAN_LIT("From other line\r\nSubject: y\n\nlast\n"));
	all_of("two", two);
	SAME_STR(two, one, "the mbox line is no part of the digest");
	put("open", SPAN_LIT("From a\nA: b\n\nno newline"));
	SAME_STR(all_of("open", one), "1[A: b\n\nno newline]", "a last line without its end");
	put("empty", SPAN_LIT(""));
	SAME_STR(all_of("empty", one), "1[]", "an empty file");
	put("end", SPAN_LIT("From a\nA: b\n\nbody\n\n\n"));
	SAME_STR(all_of("end", one), "1[A: b\n\nbody\n\n]", "one empty line divides, no more");
	OK(strstr(all_of("none", one), "none: No such file") != NULL, "a missing file");
}

static void
large(void)
{
	struct buf text;
	struct mailbox_message m;
	struct mailbox *box;
	const char *error;

	buf_init(&text, MAILBOX_MAX * 2);
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "a line of about sixty octets, as they are in most mails here\n");
	put("large", buf_span(&text));
	error = mailbox_open(a, path_of("large"), &box);
	OK(!error && mailbox_next(box, &m, &error) && m.cut && m.text.n == MAILBOX_MAX,
	    "a message that is too long is cut");
	OK(!mailbox_next(box, &m, &error), "and is one");
	mailbox_close(box);
	buf_free(&text);
}

static void
maildir(void)
{
	char sha256[SHA256_HEX_LEN + 1], mbox[SHA256_HEX_LEN + 1];

	mkdir(path_of("Maildir"), 0700);
	OK(strstr(all_of("Maildir", sha256), "Maildir/cur") != NULL, "a folder that is no Maildir");
	mkdir(path_of("Maildir/cur"), 0700);
	mkdir(path_of("Maildir/new"), 0700);
	put("Maildir/cur/1:2,S", SPAN_LIT("A: 1\n\nFrom here\n"));
	put("Maildir/new/2", SPAN_LIT("Subject: y\n\nlast\n"));
	SAME_STR(all_of("Maildir", sha256), "1[A: 1\n\nFrom here\n]1[Subject: y\n\nlast\n]",
	    "a file is a message, whatever is in it");
	all_of("two", mbox);
	SAME_STR(sha256, mbox, "it has the digest that it has in a mbox");
}

int
main(void)
{
	a = arena_new();
	if (!mkdtemp(folder))
		abort();
	mboxes();
	large();
	maildir();
	for (const char *const *name = (const char *const[]){"one", "two", "open", "empty", "end",
		 "large", "Maildir/cur/1:2,S", "Maildir/new/2", NULL};
	     *name; name++)
		unlink(path_of(*name));
	rmdir(path_of("Maildir/cur"));
	rmdir(path_of("Maildir/new"));
	rmdir(path_of("Maildir"));
	rmdir(folder);
	arena_free(a);
	return tap_end();
}
