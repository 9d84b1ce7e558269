/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A template, filled with two values; the text behind the first NUL is one of them. */
#include <stdint.h>
#include <stdlib.h>

#include "base/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = {(const char *)data, size}, text = span_cut(&rest, '\0');
	struct template_value values[] = {{SPAN_LIT("A"), rest.p ? rest : SPAN_LIT(""), false},
	    {SPAN_LIT("NAME"), SPAN_LIT("@A@"), false}};
	struct arena *a = arena_new();
	struct buf out;
	const char *error;

	buf_init(&out, 1 << 20);
	error = template_fill(a, &out, text, values, 2);
	if (error && !*error)
		abort();
	/* Without an error every place was filled: both names are there. */
	if (!error && (!values[0].used || !values[1].used))
		abort();
	buf_free(&out);
	arena_free(a);
	return 0;
}
