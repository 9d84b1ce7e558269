/* SPDX-License-Identifier: GPL-3.0-or-later */
/* envelope - who sent a mail to whom and through which client, from the three places that know it.
 *
 * pipe(8) gives arguments, uncensored.  local(8) gives environment variables, in which every octet
 * outside Postfix' command_expansion_filter is "_", and the true addresses in the fields that it
 * puts above its own Received field. Where both have no word, that topmost Received field is asked;
 * nothing below it is believed, since the sender wrote it. */
#ifndef EMT_ENVELOPE_H
#define EMT_ENVELOPE_H

#include "base/arena.h"
#include "mail/received.h"

/* Values of --queue-id and so on; NULL: not given. */
struct envelope_args {
	const char *queue_id, *sender, *recipient, *original_recipient;
	const char *client_address, *client_port, *client_helo, *client_hostname, *client_protocol;
};

/* p == NULL: not known.  The null sender is known and empty. */
struct envelope {
	struct span queue_id, sender, recipient, original_recipient;
	struct span client_address; /* without "IPv6:" */
	struct span client_helo, client_hostname, client_protocol;
	int64_t client_port;       /* 0: not known */
	struct span delivered_to;  /* the first Delivered-To field */
	struct received received;  /* the topmost */
	struct span received_text; /* the same, unfolded */
};

/* `getenv_fn` is getenv(3) or a test's.  `head` is the mail's beginning, mbox line included. */
struct envelope envelope_gather(struct arena *a, const struct envelope_args *args,
    char *(*getenv_fn)(const char *), struct span head);

#endif
