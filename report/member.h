/* SPDX-License-Identifier: GPL-3.0-or-later */
/* member - the members of a record that was read, as this program wants them.
 *
 * Records are of our own programs, but what is in them is a stranger's, and a file may have been
 * changed by anybody: a member that is missing or of another type is "not known", never an error
 * here. */
#ifndef EMT_REPORT_MEMBER_H
#define EMT_REPORT_MEMBER_H

#include "io/record.h"

enum { MEMBER_ID_LEN = 16 }; /* octets of a record's id */

/* p == NULL: there is no text.  It lives as long as the record. */
struct span member_text(const json_t *object, const char *key);

/* The same, at most `max` octets of it; cut between characters. */
struct span member_clip(const json_t *object, const char *key, size_t max);
struct span text_clip(struct span s, size_t max);

int64_t member_int(const json_t *object, const char *key, int64_t otherwise);
bool member_true(const json_t *object, const char *key);

/* Seconds as microseconds; false: there is no number, or one that is no time. */
bool member_time(const json_t *object, const char *key, int64_t *us);

/* An id of 32 hexadecimal digits; false: there is none. */
bool member_id(const json_t *object, const char *key, unsigned char id[MEMBER_ID_LEN]);

/* The other way round. */
void member_id_text(struct span id, char text[2 * MEMBER_ID_LEN + 1]);

#endif
