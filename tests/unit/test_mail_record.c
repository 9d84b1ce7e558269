/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tap.h"

#include <stdlib.h>

#include "delivery/mail_record.h"
#include "io/record.h"

static struct arena *arena;
static char text[1 << 24];

/* The record of a mail with this header, as text; `head_cut` as the intake would say. */
static const char *
record_of(struct span head, bool head_cut)
{
	struct intake intake = {.head = head,
	    .head_cut = head_cut,
	    .size = (int64_t)head.n,
	    .sha256 = "aa",
	    .content_sha256 = "bb"};
	struct envelope envelope = {.sender = SPAN_LIT(""), .recipient = SPAN_LIT("r\xff")};
	struct mail_facts facts = {.flavour = "spam", .id = SPAN_LIT("1:x"), .arrived_us = 1500000};
	json_t *record = mail_record(arena, &facts, &envelope, &intake);
	struct buf out;

	buf_init(&out, sizeof text - 1);
	record_put(&out, record);
	memcpy(text, buf_str(&out), out.n + 1);
	buf_free(&out);
	json_decref(record);
	return text;
}

static json_t *
headers_of(struct span head, bool head_cut, json_t **record)
{
	*record =
	    json_loads(record_of(head, head_cut), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	return json_object_get(*record, "headers");
}

static void
test_whole(void)
{
	const char *got = record_of(SPAN_LIT("From: a\n\n"), false);

	OK(strstr(got, "\"id\":\"1:x\",\"flavour\":\"spam\",\"queue_id\":null,\"sender\":\"\","
		       "\"recipient\":\"r\xef\xbf\xbd\",\"recipient_b64\":\"cv8=\",\"original_"
		       "recipient\":null,"
		       "\"client\":{\"address\":null,\"port\":null,\"helo\":null,\"hostname\":null,"
		       "\"protocol\":null},"
		       "\"token\":null,\"testcase\":null,\"sha256\":\"aa\",\"content_sha256\":"
		       "\"bb\",\"size\":9,"
		       "\"arrived\":1.5,\"headers\":{\"from\":\"a\","),
	    "the keys of mail/1");
	OK(strstr(
	       got, "\"fields\":1,\"from_fields\":1,\"cut\":false},\"enrichment\":\"pending\"}\n"),
	    "to its end");
}

static void
test_headers(void)
{
	json_t *record,
	    *h = headers_of(SPAN_LIT("From a@b Mon\n"
				     "FROM: first\n one\nFrom: second\nSubject:\nDKIM-Signature: "
				     "v=1; d=x.example;\n\tb=a b;d=twice; s; =n\n"
				     "DKIM-Signature: none of it\nAuthentication-Results: h; "
				     "spf=pass\nARC-Seal: i=2\nARC-Seal: i=1\n"
				     "Received: from a (b [192.0.2.1]) by c; Mon, 5 Jan 2026 "
				     "10:00:00 +0000\nReceived: nonsense\n"
				     "Message-ID: <\xff>\n\nSubject: body\n"),
		false, &record);
	json_t *dkim = json_object_get(h, "dkim_signature"),
	       *received = json_object_get(h, "received");
	json_t *tags = json_object_get(json_array_get(dkim, 0), "tags");

	SAME_STR(
	    json_string_value(json_object_get(h, "from")), "first one", "the first From, unfolded");
	SAME_INT(json_integer_value(json_object_get(h, "from_fields")), 2, "how many there are");
	SAME_STR(json_string_value(json_object_get(h, "subject")), "", "an empty subject is one");
	OK(json_is_null(json_object_get(h, "date")), "no date");
	SAME_STR(json_string_value(json_object_get(tags, "d")), "x.example",
	    "the first of a tag counts");
	SAME_STR(json_string_value(json_object_get(tags, "b")), "a b", "a tag that was folded");
	SAME_INT(json_object_size(tags), 3, "tags without a name or a value are none");
	SAME_INT(json_array_size(dkim), 2, "every signature");
	SAME_STR(json_string_value(json_object_get(json_array_get(dkim, 1), "text")), "none of it",
	    "raw text beside");
	SAME_INT(json_array_size(json_object_get(h, "arc_seal")), 2, "ARC sets");
	SAME_INT(json_array_size(received), 2, "every Received");
	SAME_STR(json_string_value(json_object_get(json_array_get(received, 0), "address")),
	    "192.0.2.1", "parsed");
	SAME_INT(json_integer_value(json_object_get(json_array_get(received, 0), "time")),
	    1767607200, "its time");
	OK(json_is_null(json_object_get(json_array_get(received, 1), "time")),
	    "no time in nonsense");
	SAME_STR(json_string_value(json_object_get(h, "message_id_b64")), "PP8+",
	    "bytes that are no text");
	json_decref(record);
}

static struct span
repeated(const char *field, size_t n)
{
	size_t len = strlen(field);
	char *p = arena_alloc(arena, n * len + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(p + i * len, field, len);
	return (struct span){p, n * len};
}

/* Each limit cuts something off, says so, and leaves a record that can be read. */
static void
test_limits(void)
{
	json_t *record, *h = headers_of(repeated("Received: x\n", MAIL_LIST_MAX), false, &record);

	OK(json_is_false(json_object_get(h, "cut")), "as many Received as are kept");
	json_decref(record);
	h = headers_of(repeated("Received: x\n", MAIL_LIST_MAX + 1), false, &record);
	OK(json_is_true(json_object_get(h, "cut")), "one more");
	SAME_INT(json_array_size(json_object_get(h, "received")), MAIL_LIST_MAX, "is not kept");
	json_decref(record);
	h = headers_of(repeated("X: y\n", MAIL_FIELDS_MAX), false, &record);
	OK(json_is_false(json_object_get(h, "cut")), "as many fields as are looked at");
	SAME_INT(
	    json_integer_value(json_object_get(h, "fields")), MAIL_FIELDS_MAX, "all are counted");
	json_decref(record);
	h = headers_of(repeated("X: y\n", MAIL_FIELDS_MAX + 1), false, &record);
	OK(json_is_true(json_object_get(h, "cut")), "one field more");
	json_decref(record);
	h = headers_of(SPAN_LIT("X: y\n"), true, &record);
	OK(json_is_true(json_object_get(h, "cut")), "what the intake cut is said");
	json_decref(record);
	h = headers_of(repeated("Subject: 1\n 2", 1 << 13), false, &record);
	OK(json_string_length(json_object_get(h, "subject")) <= MAIL_FIELD_TEXT_MAX,
	    "a long field is cut");
	OK(json_is_true(json_object_get(h, "cut")), "and says so");
	json_decref(record);
	h = headers_of(repeated("DKIM-Signature: a=1;b=2", 3000), false, &record);
	OK(h != NULL, "a signature of many tags");
	json_decref(record);
}

/* A tag's name becomes a key, whatever a stranger calls it. */
static void
test_tag_names(void)
{
	json_t *record,
	    *h = headers_of(SPAN_LIT("DKIM-Signature: \"\\\x01\xff\x00k=1;\xc3\xa9=2; k k=3\n"),
		false, &record);
	json_t *tags =
	    json_object_get(json_array_get(json_object_get(h, "dkim_signature"), 0), "tags");

	SAME_STR(json_string_value(json_object_get(tags, "\"\\k")), "1",
	    "only printing ASCII is left of it");
	SAME_STR(json_string_value(json_object_get(tags, "kk")), "3", "blanks go");
	SAME_INT(json_object_size(tags), 2, "and a name of nothing is none");
	json_decref(record);
}

static void
test_names(void)
{
	struct mail_names names = mail_names_read(
	    arena, SPAN_LIT("From x y\nSubject: s\n 1\nfrom: a\nFrom: b\n\nSubject: t\n"));

	SAME_SPAN(names.from, SPAN_LIT("a"), "the first From");
	SAME_SPAN(names.subject, SPAN_LIT("s 1"), "the Subject, unfolded");
	names = mail_names_read(arena, SPAN_LIT("From x y\nFrom:\n\n"));
	OK(names.from.p && !names.from.n && !names.subject.p, "an empty From is one; no Subject");
}

int
main(void)
{
	arena = arena_new();
	json_object_seed(1);
	test_whole();
	test_headers();
	test_limits();
	test_tag_names();
	test_names();
	arena_free(arena);
	return tap_end();
}
