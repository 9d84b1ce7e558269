/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Banners, and names of every kind: what comes out is a name, and reading it again changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mxinfer/greeting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_name(const struct hostname *name)
{
	struct hostname again;

	if (name->n == 0 || name->n > HOSTNAME_MAX || name->text[name->n] != '\0' ||
	    hostname_read(hostname_span(name), &again) == HOSTNAME_NONE ||
	    !span_eq(hostname_span(name), hostname_span(&again)))
		abort();
}

static void
check_greeting(const struct greeting *g)
{
	if (g->n > 2)
		abort();
	for (size_t i = 0; i < g->n; i++) {
		check_name(&g->names[i]);
		if (span_find(hostname_span(&g->names[i]), '.') == g->names[i].n)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct hostname name;
	struct greeting g;
	enum hostname_kind kind = hostname_read(text, &name);

	if (kind == HOSTNAME_HOST || kind == HOSTNAME_TEXT)
		check_name(&name);
	kind = hostname_read_as_is(text, &name);
	if ((kind == HOSTNAME_HOST || kind == HOSTNAME_TEXT) &&
	    (name.n == 0 || name.n > HOSTNAME_MAX))
		abort();
	greeting_read(text, &g);
	check_greeting(&g);
	greeting_read_compat(text, &g);
	check_greeting(&g);
	return 0;
}
