/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input - the octets of one input file, plain, gzip or zstd, whichever it is.
 *
 * The kind is told by the first octets, not by the name.  What is damaged or cut short in a
 * compressed file is an error after the octets before it. */
#ifndef EMT_MXINFER_INPUT_H
#define EMT_MXINFER_INPUT_H

#include <stddef.h>

struct input;

/* Opens a file; "-" is standard input.  NULL: errno says why not. */
struct input *input_open(const char *path) __attribute__((warn_unused_result));
void input_close(struct input *in); /* NULL is fine */

/* Fills p with the next octets, as many as there are up to n; fewer than n only at the end or at an
 * error. */
size_t input_read(struct input *in, char *p, size_t n) __attribute__((warn_unused_result));

/* Why it ended too early ("cut short", "damaged", an error of the system); NULL if it did not. */
const char *input_error(const struct input *in);

#endif
