/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/envelope.h"

#include "base/cursor.h"
#include "mail/header.h"

/* The fields that local(8) and pipe(8) put in front, in this order, before our own Received field.
 */
struct own_fields {
	struct span return_path, x_original_to, delivered_to, received;
};

static struct own_fields
read_own_fields(struct arena *a, struct span head)
{
	struct own_fields own = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
	struct header_reader r = {span_from(head, header_mbox_line(head))};
	struct header_field field;
	const struct {
		struct span name;
		struct span *value;
	} wanted[] = {{SPAN_LIT("Return-Path"), &own.return_path},
	    {SPAN_LIT("X-Original-To"), &own.x_original_to},
	    {SPAN_LIT("Delivered-To"), &own.delivered_to}, {SPAN_LIT("Received"), &own.received}};

	while (!own.received.p && header_next(&r, &field))
		for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
			if (!wanted[i].value->p && span_ieq(field.name, wanted[i].name))
				*wanted[i].value = header_unfold(a, field.body);
	return own;
}

static struct span
without_angles(struct span s)
{
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return (struct span){s.p + 1, s.n - 2};
	return s;
}

/* An address as Postfix has it in variables: without the quotes and backslashes of a local part
 * (RFC 5321 section 4.1.2). */
static struct span
without_quoting(struct arena *a, struct span address)
{
	char *p = arena_alloc(a, address.n + 1);
	size_t n = 0, i = 1;

	if (!address.n || address.p[0] != '"')
		return address;
	for (; i < address.n && address.p[i] != '"'; i++) {
		i += address.p[i] == '\\' && i + 1 < address.n;
		p[n++] = address.p[i];
	}
	for (i++; i < address.n; i++)
		p[n++] = address.p[i];
	return (struct span){p, n};
}

/* Could `censored` be what Postfix makes of `plain`?  Each octet is the same or an underscore. */
static bool
is_censored_form(struct span censored, struct span plain)
{
	if (censored.n != plain.n)
		return false;
	for (size_t i = 0; i < plain.n; i++)
		if (censored.p[i] != plain.p[i] && censored.p[i] != '_')
			return false;
	return true;
}

/* What a stranger chose: the argument, else the field if the variable is its censored form, else
 * the variable, else the field. */
static struct span
choose_text(struct arena *a, const char *arg, const char *variable, struct span field)
{
	if (arg)
		return span_str(arg);
	if (variable &&
	    (!field.p || !is_censored_form(span_str(variable), without_quoting(a, field))))
		return span_str(variable);
	return field;
}

static struct span
choose(const char *arg, const char *variable, struct span fallback)
{
	return arg ? span_str(arg) : variable ? span_str(variable) : fallback;
}

static struct span
without_ipv6_tag(struct span address)
{
	struct span tag = SPAN_LIT("IPv6:");

	return span_istarts(address, tag) ? span_from(address, tag.n) : address;
}

static int64_t
read_port(const char *text)
{
	struct cursor c = cursor_on(span_str(text));
	int64_t port = (int64_t)cur_number(&c, 5);

	return cur_done(&c) && port < 65536 ? port : 0;
}

struct envelope
envelope_gather(struct arena *a, const struct envelope_args *args, char *(*getenv_fn)(const char *),
    struct span head)
{
	struct own_fields own = read_own_fields(a, head);
	struct received received = received_read(own.received);

	return (struct envelope){
	    .queue_id = choose(args->queue_id, NULL, received.id),
	    .sender =
		choose_text(a, args->sender, getenv_fn("SENDER"), without_angles(own.return_path)),
	    .recipient = choose_text(a, args->recipient, getenv_fn("RECIPIENT"), own.delivered_to),
	    .original_recipient = choose_text(
		a, args->original_recipient, getenv_fn("ORIGINAL_RECIPIENT"), own.x_original_to),
	    .client_address = without_ipv6_tag(
		choose(args->client_address, getenv_fn("CLIENT_ADDRESS"), received.address)),
	    .client_helo =
		choose_text(a, args->client_helo, getenv_fn("CLIENT_HELO"), received.helo),
	    .client_hostname =
		choose(args->client_hostname, getenv_fn("CLIENT_HOSTNAME"), received.hostname),
	    .client_protocol =
		choose(args->client_protocol, getenv_fn("CLIENT_PROTOCOL"), received.with),
	    .client_port = args->client_port ? read_port(args->client_port) : 0,
	    .delivered_to = own.delivered_to,
	    .received = received,
	    .received_text = own.received,
	};
}
