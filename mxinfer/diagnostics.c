/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mxinfer/diagnostics.h"

#include <inttypes.h>

#include "base/log.h"

enum { SHOWN_MAX = 3, WHAT_MAX = 60 };

static const struct {
	const char *name, *text;
	bool fault;
} causes[] = {
    [FACT_BAD_COLUMNS] = {"columns", "row skipped: not 6 or 7 columns, or quotes astray", true},
    [FACT_BAD_NUL] = {"nul", "row skipped: a NUL octet", true},
    [FACT_BAD_SIZE] = {"size", "row skipped: a field over --max-field", true},
    [FACT_BAD_DOMAIN] = {"domain", "row skipped: no domain name", true},
    [FACT_BAD_MX] = {"mx", "row skipped: no MX name", true},
    [FACT_BAD_PREFERENCE] = {"preference", "row skipped: no preference of 0 to 65535", true},
    [FACT_BAD_RECORD] = {"record", "record skipped: no JSON object of this form", true},
    [FACT_BAD_DEPTH] = {"depth", "nested too deeply", true},
    [FACT_BAD_ADDRESS] = {"address", "left out: no IP address", true},
    [FACT_BAD_AS] = {"as", "left out: no AS number", true},
    [FACT_BAD_SCAN] = {"scan", "left out: scan data that cannot be read", true},
    [FACT_BAD_CERT] = {"certificate", "left out: a certificate that cannot be read", true},
    [FACT_BAD_NAMES] = {"names", "left out: a certificate of too many names", true},
    [FACT_OTHER_KIND] = {"other_kind", "record skipped: of another kind", false},
    [FACT_NO_ROOTS] = {"no_roots", "not verified: the scanner had no system roots", false},
};

const char *
diagnostics_name(enum fact_bad cause)
{
	return causes[cause].name;
}

bool
diagnostics_is_fault(enum fact_bad cause)
{
	return causes[cause].fault;
}

void
diagnostics_add(
    struct diagnostics *d, const char *file, uint64_t line, enum fact_bad cause, struct span what)
{
	uint64_t n = d->counts[cause]++;

	if (!causes[cause].fault || d->fatal)
		return;
	if (what.n > WHAT_MAX)
		what.n = WHAT_MAX;
	if (d->strict) {
		d->fatal = true;
		log_error("%s:%" PRIu64 ": %s: %.*s; mend it, or go on without --strict", file,
		    line, causes[cause].text, SPAN_ARG(what));
	} else if (n < SHOWN_MAX) {
		log_warning(
		    "%s:%" PRIu64 ": %s: %.*s", file, line, causes[cause].text, SPAN_ARG(what));
	}
}

void
diagnostics_summary(const struct diagnostics *d)
{
	for (size_t i = 0; i < FACT_BAD_N; i++)
		if (causes[i].fault && d->counts[i] > SHOWN_MAX && !d->strict)
			log_warning("%s: %" PRIu64 " in all", causes[i].text, d->counts[i]);
	if (d->counts[FACT_NO_ROOTS])
		log_warning("%" PRIu64
			    " certificates count as not trusted, since the scanner had no "
			    "system roots; --verify verifies them here",
		    d->counts[FACT_NO_ROOTS]);
}
