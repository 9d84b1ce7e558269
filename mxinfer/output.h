/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output - the answer for one domain as text: a line of JSON (mx-id/1), rows of CSV, or what MX
 * Inference prints. */
#ifndef EMT_MXINFER_OUTPUT_H
#define EMT_MXINFER_OUTPUT_H

#include "mxinfer/self_hosted.h"

enum output_format { OUTPUT_JSON, OUTPUT_TEXT, OUTPUT_CSV };

/* A domain and what was found. */
struct output_domain {
	const struct inference *in;
	const struct identify *x; /* its answers and its view */
	struct span domain;
	uint8_t flags; /* DOMAIN_* */
	enum self_hosted self_hosted;
};

/* What the DNS said of the domain: "mx", "implicit", "null-mx", "no-mx" or "not-known". */
const char *output_dns(uint8_t flags);

/* One line of mx-id/1.  Its end, from output_json_tail on, depends on the answers alone. */
void output_json_head(struct buf *out, const struct output_domain *d);
void output_json_tail(struct buf *out, const struct inference *in, const struct identify *x);

/* A field, in quotes where it needs them (RFC 4180); what is no UTF-8 or acts on who shows it
 * (utf8_acts) becomes U+FFFD. */
void output_csv_field(struct buf *out, struct span s);

/* One row for each id and each MX without one; one row if there is neither. */
extern const char output_csv_header[];
void output_csv(struct buf *out, const struct output_domain *d);

/* debug 0: the primary MX alone; 1: all; 2: the names in certificates, too.  Its view was put in
 * order (view_order.h). */
void output_text(struct buf *out, const struct output_domain *d, int64_t debug);

#endif
