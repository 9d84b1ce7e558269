/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_suffix - below which names strangers register domains: the Public Suffix List, by libpsl.
 *
 * The list is the newest of the distribution's (Debian: package publicsuffix) and the one that
 * libpsl was built with.  A top-level domain that it does not know is a public suffix. */
#ifndef EMT_PUBLIC_SUFFIX_H
#define EMT_PUBLIC_SUFFIX_H

#include <stdint.h>

#include "base/span.h"

struct public_suffixes;

/* NULL if libpsl has no list at all. */
struct public_suffixes *public_suffixes_open(void);

/* The same list in the form that answers twice as fast, and takes 10 ms to load: for millions of
 * names. */
struct public_suffixes *public_suffixes_open_fast(void);

/* The list of a file: text as publicsuffix.org has it, or a DAFSA of libpsl's.  NULL if it is none.
 */
struct public_suffixes *public_suffixes_open_file(const char *path);
void public_suffixes_free(struct public_suffixes *s); /* NULL is fine */

/* The organisational domain (RFC 7489 section 3.2): the public suffix of the name and the label in
 * front of it, as a part of `name`, which is canonical (dns_name.h).  p == NULL: the name is a
 * public suffix itself, or there is no list. */
struct span public_suffix_organisation(const struct public_suffixes *s, const char *name);

/* The registered domain: likewise, but only below a suffix that the list has; below an unknown
 * top-level domain ("mail.local", "192.0.2.1") there is none.  Private suffixes count, as above. */
struct span public_suffix_registered(const struct public_suffixes *s, const char *name);

/* When the list is from, in seconds since 1970: its VERSION line's day, else the file's time; 0:
 * not known. */
int64_t public_suffixes_time_utc(const struct public_suffixes *s);

#endif
