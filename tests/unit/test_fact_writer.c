/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts into a batch and out again (fact_writer.h, fact_batch.h). */
#include "mxinfer/fact_writer.h"

#include <stdlib.h>

#include "base/keyed_hash.h"
#include "tests/tap.h"

static struct fact_writer writer;
static struct buf batch;

/* All facts of the batch, a line for each. */
static const char *
facts_text(void)
{
	static char text[4000];
	struct span rest = buf_span(&batch);
	struct buf out;
	struct fact_op op;

	buf_init(&out, sizeof text - 1);
	while (fact_batch_next(&rest, &op)) {
		buf_printf(&out, "%d:%d", (int)op.line, (int)op.kind);
		if (op.kind == FACT_OP_DOMAIN)
			buf_printf(
			    &out, " %.*s %d", (int)op.domain.text.n, op.domain.text.p, (int)op.dns);
		if (op.kind == FACT_OP_MX) {
			buf_printf(&out, " %.*s %.*s %d%s",
			    op.same_domain ? 1 : (int)op.domain.text.n,
			    op.same_domain ? "=" : op.domain.text.p,
			    op.same_mx ? 1 : (int)op.mx.text.n, op.same_mx ? "=" : op.mx.text.p,
			    op.preference, op.implicit ? " implicit" : "");
			if (op.has_address)
				buf_printf(&out, " %u.%u host %u as %zu/%u %.*s",
				    op.first.octets[0], op.first.octets[3], op.host, op.as_n,
				    op.as_n ? op.as[0] : 0, (int)op.variant.text.n,
				    op.variant.text.p ? op.variant.text.p : "");
		}
		if (op.kind == FACT_OP_HOST)
			buf_printf(&out, " %u cert %u %d%d%d %.*s %.*s", op.host, op.cert,
			    op.has_banner, op.has_ehlo, op.trusted, (int)op.banner[0].text.n,
			    op.banner[0].text.p ? op.banner[0].text.p : "", (int)op.ehlo[0].text.n,
			    op.ehlo[0].text.p ? op.ehlo[0].text.p : "");
		if (op.kind == FACT_OP_CERT) {
			buf_printf(&out, " %u", op.cert);
			for (uint32_t i = 0; i < op.names_n; i++) {
				struct fact_name name = fact_batch_name(&rest);

				if (name.hash == keyed_hash(name.text))
					buf_printf(&out, " %.*s", (int)name.text.n, name.text.p);
			}
		}
		if (op.kind == FACT_OP_BAD)
			buf_printf(&out, " %d %.*s", (int)op.bad, (int)op.what.n, op.what.p);
		buf_putc(&out, '\n');
	}
	snprintf(text, sizeof text, "%s", buf_str(&out));
	buf_free(&out);
	buf_clear(&batch);
	fact_writer_begin(&writer, &batch);
	return text;
}

static void
add_mx(const char *domain, const char *mx, uint64_t line)
{
	struct fact_mx fact = {.line = line, .domain = span_str(domain), .mx = span_str(mx)};

	writer.facts.mx(&writer.facts, &fact);
}

static void
add_domain(const char *domain, uint64_t line)
{
	struct fact_domain fact = {.line = line, .domain = span_str(domain)};

	writer.facts.domain(&writer.facts, &fact);
}

static void
test_rows(void)
{
	struct ip ip;
	struct fact_mx full = {.line = 7,
	    .domain = SPAN_LIT("A.com"),
	    .mx = SPAN_LIT("MX.a.com."),
	    .preference = 65535,
	    .implicit = true,
	    .address = &ip,
	    .variant = SPAN_LIT("sni"),
	    .as = (uint32_t[]){64500, 64501},
	    .as_n = 2};

	OK(ip_read(SPAN_LIT("192.0.2.9"), &ip), "an address");
	writer.facts.mx(&writer.facts, &full);
	SAME_STR(facts_text(), "7:1 a.com mx.a.com 65535 implicit 192.9 host 0 as 2/64500 sni\n",
	    "a whole row");
	add_mx("a.com", "x.com", 1);
	add_mx("a.com", "x.com", 2);
	add_mx("a.com", "y.com", 3);
	add_mx("b.com", "y.com", 4);
	SAME_STR(facts_text(), "1:1 a.com x.com 0\n2:1 = = 0\n3:1 = y.com 0\n4:1 b.com y.com 0\n",
	    "what repeats is not written again");
	add_mx("a.com", "x.com", 1);
	SAME_STR(facts_text(), "1:1 a.com x.com 0\n", "but in another batch it is");
	add_mx("a.com", "x.com", 1);
	add_domain("b.com", 2);
	add_mx("a.com", "x.com", 3);
	add_mx("a.com", ".", 4);
	add_mx("a.com", "x.com", 5);
	SAME_STR(facts_text(),
	    "1:1 a.com x.com 0\n2:0 b.com 0\n3:1 a.com x.com 0\n4:0 a.com 1\n5:1 a.com x.com 0\n",
	    "and behind another fact of a domain, too");
	add_mx("a b.com", "x.com", 1);
	add_mx("a.com", "x y", 2);
	add_domain("", 3);
	add_domain(".", 4);
	SAME_STR(facts_text(), "1:6 3 a b.com\n2:6 4 x y\n3:6 3 \n4:6 3 .\n", "what is no name");
}

static void
test_hosts(void)
{
	struct facts *f = &writer.facts;
	const struct span names[] = {
	    SPAN_LIT("A.com"), SPAN_LIT("Foo Ltd."), SPAN_LIT("*.a.com"), SPAN_LIT("[1.2.3.4]")};
	struct fact_cert cert = {.names = names, .names_n = 4};
	struct fact_host host = {
	    .banner = SPAN_LIT("220 mx.a.com hi"), .ehlo = SPAN_LIT(""), .trusted = true};
	const struct span bytes = SPAN_LIT("{'some': 'bytes'}");
	uint32_t handle, again, note = 0;

	OK(!f->cert_known(f, bytes, &handle, &note), "nothing is known");
	host.cert = f->cert(f, bytes, 5, &cert);
	handle = f->host(f, bytes, 9, &host);
	facts_text();
	OK(f->cert_known(f, bytes, &again, &note) && again == host.cert && note == 5,
	    "a certificate is remembered, with the note, for the batches to come");
	OK(f->host_known(f, bytes, &again, &note) && again == handle && note == 9, "a host, too");
	OK(!f->host_known(f, SPAN_LIT("{'some': 'bytex'}"), &again, &note), "others are not");
	host.cert = f->cert(f, (struct span){NULL, 0}, 0, &cert);
	SAME_INT(host.cert, FACT_SLOT_PASSING, "without bytes it is not remembered");
	f->host(f, (struct span){NULL, 0}, 0, &host);
	SAME_STR(facts_text(), "0:5 16385 a.com *.a.com\n0:4 16385 cert 16385 101 mx.a.com \n",
	    "names that are none are left out, an empty answer is none");
}

int
main(void)
{
	buf_init(&batch, 1 << 24);
	fact_writer_init(&writer, (struct fact_writer_params){.compat = false});
	fact_writer_begin(&writer, &batch);
	test_rows();
	test_hosts();
	fact_writer_free(&writer);
	buf_free(&batch);
	return tap_end();
}
