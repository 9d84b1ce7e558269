/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files into blocks of whole records (splitter.h). */
#include "mxinfer/splitter.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/tap.h"

enum { MAX_FIELD = 300000 };

static char path[] = "test_splitter.XXXXXX";

static void
write_file(struct span text)
{
	FILE *f = fopen(path, "we");

	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f))
		abort();
}

/* The blocks of the file put together; *given_up: how many lines were. */
static size_t
read_back(const char *form, struct buf *out, size_t *given_up)
{
	struct input *in = input_open(path);
	struct block block = {.whole = 0};
	struct splitter s;
	size_t blocks = 0;

	buf_init(&block.text, 1 << 28);
	buf_clear(out);
	*given_up = 0;
	if (splitter_begin(&s, in, form, MAX_FIELD))
		while (splitter_next(&s, &block)) {
			blocks++;
			*given_up += block.given_up;
			if (block.whole && block.text.p[block.whole - 1] != '\n')
				*given_up += 1000; /* only the end of the file may do that */
			buf_put(out, (struct span){block.text.p, block.whole});
		}
	splitter_free(&s);
	input_close(in);
	buf_free(&block.text);
	return blocks;
}

/* Lines of an AS table, about `octets` of them. */
static void
put_lines(struct buf *b, size_t octets)
{
	for (size_t end = b->n + octets; b->n < end;)
		buf_puts(b, "192.0.2.0\t192.0.2.255\t64500\tZZ\tEXAMPLE\n");
}

int
main(void)
{
	struct buf text, out;
	size_t given_up, blocks;
	char *huge = malloc(20 * MAX_FIELD);
	int fd = mkstemp(path);

	close(fd);
	buf_init(&text, 1 << 28);
	buf_init(&out, 1 << 28);
	memset(huge, 'x', 20 * MAX_FIELD);
	write_file(SPAN_LIT(""));
	SAME_INT(read_back(NULL, &out, &given_up), 0, "an empty file has no block");

	put_lines(&text, 3 * SPLITTER_BLOCK);
	write_file(buf_span(&text));
	blocks = read_back(NULL, &out, &given_up);
	OK(blocks >= 3 && given_up == 0, "blocks end where records do");
	OK(span_eq(buf_span(&out), buf_span(&text)), "and nothing is lost");

	buf_clear(&text);
	put_lines(&text, 1000);
	buf_put(&text, (struct span){huge, MAX_FIELD});
	buf_putc(&text, '\n');
	put_lines(&text, 1000);
	write_file(buf_span(&text));
	read_back("ip2asn", &out, &given_up);
	OK(given_up == 0 && span_eq(buf_span(&out), buf_span(&text)),
	    "a large record makes a large block");

	buf_clear(&text);
	put_lines(&text, 1000);
	buf_put(&text, (struct span){huge, 20 * MAX_FIELD});
	buf_putc(&text, '\n');
	put_lines(&text, SPLITTER_BLOCK);
	write_file(buf_span(&text));
	read_back("ip2asn", &out, &given_up);
	SAME_INT(given_up, 1, "one that is too large is given up");
	SAME_INT(out.n, text.n - 20 * MAX_FIELD - 1, "those around it are not");

	text.n -= out.n - 1000;
	write_file((struct span){huge, 20 * MAX_FIELD});
	read_back("ip2asn", &out, &given_up);
	OK(given_up == 1 && out.n == 0, "it may be the last one, without line end");

	/* A quote that never closes: from there on each line is a row of its own. */
	buf_clear(&text);
	buf_puts(&text, "domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\n"
			"a.com\t\t\t\t\t\"{\n");
	for (int i = 0; i < 60000; i++)
		buf_printf(&text, "b%d.com\t\t\t\t\t\n", i);
	write_file(buf_span(&text));
	read_back(NULL, &out, &given_up);
	OK(given_up == 0 && span_eq(buf_span(&out), buf_span(&text)), "quotes that never end");

	unlink(path);
	free(huge);
	buf_free(&text);
	buf_free(&out);
	return tap_end();
}
