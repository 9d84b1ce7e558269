/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convert_files - emt-mxinfer convert: input files of any form in, one form out. */
#ifndef EMT_MXINFER_CONVERT_FILES_H
#define EMT_MXINFER_CONVERT_FILES_H

#include <stdio.h>

#include "base/option.h"
#include "mxinfer/convert.h"

struct convert_job {
	enum convert_to to;
	bool raw;                  /* convert_params */
	const struct trust *trust; /* likewise */
	const char *form;          /* --input; NULL: told by the content */
	struct option_list as;     /* AS tables; a MaxMind database is known by its name, .mmdb */
	size_t max_field;
	bool strict;
};

/* AS tables among the files are read first, wherever they stand; standard input ("-", or no file)
 * is read once, in its turn.  Trouble is reported.  The exit code. */
int convert_files(const struct convert_job *job, char *const *files, int files_n, FILE *out);

#endif
