/* SPDX-License-Identifier: GPL-3.0-or-later */
/* veil - stand-ins for what names a person or a machine, so that a report can be published.
 *
 * A stand-in is the start of HMAC-SHA-256 (RFC 2104) of the thing under a key of the publisher's:
 * the same thing has the same stand-in in every report of that key, and nobody without the key can
 * try names out.  Replaced are
 *
 * - local parts of mail addresses (the key of the stand-in is local part and domain in lower case),
 *   wherever an `@` shows one, in quotes or not;
 * - IP addresses, in any text: dotted, with hyphens or underscores in the place of the dots, as in
 *   reverse names, and of IPv6 all forms that RFC 4291 has, with hyphens for colons, and nibbles;
 * - names of participants;
 * - what stands in front of the registered domain in names and greetings of clients, for the DNS
 *   makes an address of these; and the whole if there is no registered domain;
 * - in free text, all of these that the same set is known by, as words of it;
 * - ids of records: they are made of hashes of senders, without a key.
 *
 * Kept are domain names (of operators, From fields, providers, resolvers, anything that a reply
 * names; what stands in their place and is none is replaced), AS numbers, times, tokens, ids of
 * sets, codes and words of replies.
 *
 * Without a veil (NULL) every function hands back what it was given. */
#ifndef EMT_REPORT_VEIL_H
#define EMT_REPORT_VEIL_H

#include "report/verdict.h"

enum { VEIL_KEY_LEAST = 16 /* octets */ };

struct veil;

/* The key is what stands in the file, less line ends at its end.  NULL, or what is wrong and the
 * mend. */
const char *veil_open(struct arena *a, const char *key_file, struct veil **veil)
    __attribute__((warn_unused_result));
void veil_close(struct veil *v); /* NULL is fine */

/* Words that are replaced in free text from now on, until veil_forget. */
void veil_know(struct veil *v, const char *word, const char *stand_in);
void veil_forget(struct veil *v);

/* In the arena; NULL gives NULL. */
const char *veil_text(struct veil *v, struct arena *a, const char *text);
const char *veil_participant(struct veil *v, struct arena *a, const char *name);
const char *veil_host(struct veil *v, struct arena *a, const char *name);
const char *veil_operator(struct veil *v, struct arena *a, const char *name);
const char *veil_address(struct veil *v, struct arena *a, const char *ip);
const char *veil_id(struct veil *v, struct arena *a, const char *id);

/* All texts of a set and of its verdicts, in place.  Verdicts are drawn before. */
void veil_set(struct veil *v, struct arena *a, struct probe_set *set, struct verdicts *verdicts);

#endif
