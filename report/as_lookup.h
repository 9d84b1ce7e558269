/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_lookup - whose an address is, by tables of autonomous systems (io/as_file.h): ingest --as.
 *
 * An address that several systems announce is that of the smallest number, so that it does not
 * depend on the order of the files. */
#ifndef EMT_REPORT_AS_LOOKUP_H
#define EMT_REPORT_AS_LOOKUP_H

#include "base/option.h"
#include "io/as_table.h"
#include "report/client_table.h"

struct as_lookup {
	struct as_table *table; /* NULL: no file was named */
	struct client_as as;
};

/* Reads the files; NULL, or "FILE: what is wrong" from the arena. */
const char *as_lookup_open(struct arena *a, const struct option_list *files, struct as_lookup *l)
    __attribute__((warn_unused_result));
void as_lookup_close(struct as_lookup *l);

/* What a client_table or resolver_table asks; NULL without a file. */
const struct client_as *as_lookup_of(const struct as_lookup *l);

#endif
