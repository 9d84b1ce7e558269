/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_parts - what a model is put together from; for model.c and model_file.c. */
#ifndef EMT_MXINFER_MODEL_PARTS_H
#define EMT_MXINFER_MODEL_PARTS_H

#include "mxinfer/model.h"

enum { MODEL_ADDRESS_WORDS = 5 }; /* four of octets, and whether it is IPv6 */

uint32_t model_name(struct model *m, struct span text);
void model_count_name(struct model *m, uint32_t name, uint32_t mx, uint32_t rd);
void model_count_address(struct model *m, const uint32_t words[MODEL_ADDRESS_WORDS], uint32_t n);
void model_join(struct model *m, uint32_t a, uint32_t b);
uint32_t model_root(const struct model *m, uint32_t name);

#endif
