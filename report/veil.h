/* SPDX-License-Identifier: GPL-3.0-or-later */
/* veil - what takes the place of that which names a person or a machine, so that a report can be
 * published.
 *
 * Strangers write names in more ways than patterns can know (percent, base64, numbers of one word
 * ...), so nothing is searched for: each field has a form, and what does not have it is replaced.
 *
 * Stand-ins (report/stand_in.h: HMAC-SHA-256, RFC 2104, under a key of the publisher's; the same
 * thing has the same one in every report of that key, and nobody without it can try names out):
 *
 * - participants, their providers, ids of records, IP addresses; local parts of mail addresses;
 * - names of hosts, greetings and domains of senders and From fields: in front of the domain if
 *   that is the domain of the operator whom the item or the set names, else as a whole.
 *
 * The mark "[...]" takes the place of the rest:
 *
 * - free text (replies, diagnostics, dialogues, errors of TLS, details of health) keeps the reply
 *   code and the enhanced code that it begins with, and words of a closed list, as that list spells
 *   them; no number, no name, nothing within a longer word;
 * - names that were asked for keep the token, the case and labels of standards (_25._tcp).
 *
 * Kept are names of operators (registered domains; but a first label that may be an address is
 * replaced), AS numbers, codes, versions of TLS, ciphers, times, tokens and ids of sets.
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

/* All in the arena; NULL gives NULL, and "" gives "". */
const char *veil_words(struct veil *v, struct arena *a, const char *text); /* free text */
const char *veil_participant(struct veil *v, struct arena *a, const char *name);
const char *veil_provider(struct veil *v, struct arena *a, const char *name);
const char *veil_operator(struct veil *v, struct arena *a, const char *name);
const char *veil_address(struct veil *v, struct arena *a, const char *ip);
const char *veil_id(struct veil *v, struct arena *a, const char *id);
const char *veil_status(struct veil *v, struct arena *a, const char *enhanced_code);
const char *veil_cipher(struct veil *v, struct arena *a, const char *name);

/* Of what belongs to an operator, as the index has it; NULL: not known. */
const char *veil_host(struct veil *v, struct arena *a, const char *name, const char *operator);
const char *veil_domain(struct veil *v, struct arena *a, const char *name, const char *operator);
const char *veil_mailbox(
    struct veil *v, struct arena *a, const char *address, const char *operator);

/* A name asked for: `zone` is our own part of it without the measurement's domain ("v4-mail"), the
 * token stands in front of that; NULL: none does. */
const char *veil_query(
    struct veil *v, struct arena *a, const char *name, const char *token, const char *zone);

/* All texts of a set and of its verdicts, in place.  Verdicts are drawn before. */
void veil_set(struct veil *v, struct arena *a, struct probe_set *set, struct verdicts *verdicts);

#endif
