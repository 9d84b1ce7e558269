/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Model files of emt-mxinfer: the input is one, whose digest is put right so that what it holds is
 * looked at.  What can be read is written again as the same octets. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sha256.h"
#include "mxinfer/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
with_digest(const uint8_t *data, size_t size)
{
	char *file = malloc(size + SHA256_LEN);
	struct sha256 s;

	if (!file)
		abort();
	if (size)
		memcpy(file, data, size);
	sha256_init(&s);
	sha256_add(&s, (struct span){file, size});
	sha256_end(&s, (unsigned char *)file + size);
	return file;
}

/* Of the Public Suffix List: the one that the file says is right. */
static int64_t
list_time(const uint8_t *data, size_t size)
{
	uint64_t utc = 0;

	for (size_t i = 0; i < 8 && size >= 24; i++)
		utc |= (uint64_t)data[16 + i] << (8 * i);
	return (int64_t)utc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *file = with_digest(data, size), *again = NULL;
	size_t again_n = 0;
	struct model m;
	FILE *f;

	model_init(&m, list_time(data, size));
	if (!model_read(&m, (struct span){file, size + SHA256_LEN})) {
		f = open_memstream(&again, &again_n);
		if (!f || !model_write(&m, f) || fclose(f))
			abort();
		free(again);
	}
	model_free(&m);
	free(file);
	return 0;
}
