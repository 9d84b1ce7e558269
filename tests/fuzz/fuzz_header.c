/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole mail: header fields, the names that it gives, its envelope and its record. */
#include <stdint.h>
#include <stdlib.h>

#include "delivery/envelope.h"
#include "delivery/mail_record.h"
#include "delivery/mailname.h"
#include "io/record.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
no_variable(const char *name)
{
	(void)name;
	return NULL;
}

/* Fields lie in the mail, one behind the other. */
static void
check_fields(struct span mail)
{
	struct header_reader r = {span_from(mail, header_mbox_line(mail))};
	const char *at = r.rest.p;
	struct header_field f;

	while (header_next(&r, &f)) {
		if (f.name.p != at || f.body.p <= f.name.p || f.body.p + f.body.n > mail.p + mail.n)
			abort();
		at = r.rest.p;
	}
	if (header_end(mail) > mail.n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct envelope_args none;
	struct span mail = {(const char *)data, size};
	struct arena *a = arena_new();
	struct intake intake = {.head = mail, .size = (int64_t)size};
	struct envelope e = envelope_gather(a, &none, no_variable, mail);
	struct mail_names names = mail_names_read(a, mail);
	struct mail_facts facts = {.flavour = "all",
	    .id = mailname_id(a, names.subject, names.from, e.received.time_utc),
	    .probe = probe_of_address(a, e.recipient, SPAN_LIT("example.com"))};
	const char *name = mailname_file(a, facts.id, e.recipient);
	json_t *record = mail_record(a, &facts, &e, &intake), *again;
	struct buf text;

	check_fields(mail);
	if (strlen(name) > MAILNAME_MAX || strchr(name, '/') || name[0] == '.')
		abort();
	buf_init(&text, 1 << 26);
	record_put(&text, record);
	if (record_read(buf_span(&text), MAIL_SCHEMA, &again) != RECORD_READ_OK)
		abort();
	json_decref(again);
	json_decref(record);
	buf_free(&text);
	arena_free(a);
	return 0;
}
