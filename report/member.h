/* SPDX-License-Identifier: GPL-3.0-or-later */
/* member - the members of a record that was read, as this program wants them.
 *
 * Records are of our own programs, but what is in them is a stranger's, and a file may have been
 * changed by anybody: a member that is missing or of another type is "not known", never an error
 * here. */
#ifndef EMT_REPORT_MEMBER_H
#define EMT_REPORT_MEMBER_H

#include "base/value_tree.h"
#include "io/record.h"

enum { MEMBER_ID_LEN = 16 }; /* octets of a record's id */

/* Reads the text of one record of the given schema, as record_read does, in a tree whose memory
 * serves the next one. */
enum record_read member_read(struct value_tree *tree, struct span text, const char *schema,
    const struct value_node **record) __attribute__((warn_unused_result));

/* What stands under a name, NULL if nothing does; the same of what is in that. */
const struct value_node *member_get(const struct value_node *object, const char *key);

/* A text of its own; p == NULL: it is none. */
struct span node_text(const struct value_node *node);
bool node_is_true(const struct value_node *node);
bool node_is_bool(const struct value_node *node);

/* A number without fraction. */
bool node_int(const struct value_node *node, int64_t *value);

/* The elements of an array: for (at = node_element(a); at; at = value_node_next(a, at)). */
const struct value_node *node_element(const struct value_node *array);

/* p == NULL: there is no text.  It lives as long as the record. */
struct span member_text(const struct value_node *object, const char *key);

/* The same, at most `max` octets of it; cut between characters. */
struct span member_clip(const struct value_node *object, const char *key, size_t max);
struct span text_clip(struct span s, size_t max);

int64_t member_int(const struct value_node *object, const char *key, int64_t otherwise);
bool member_true(const struct value_node *object, const char *key);

/* Seconds as microseconds; false: there is no number, or one that is no time. */
bool member_time(const struct value_node *object, const char *key, int64_t *us);

/* An id of 32 hexadecimal digits; false: there is none. */
bool member_id(const struct value_node *object, const char *key, unsigned char id[MEMBER_ID_LEN]);

/* The other way round. */
void member_id_text(struct span id, char text[2 * MEMBER_ID_LEN + 1]);

#endif
