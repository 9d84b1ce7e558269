/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/zone_records.h"

#include <ldns/ldns.h>

struct reader {
	FILE *in;
	int line;
	uint32_t ttl;
	ldns_rdf *origin, *previous;
	ldns_rr_list *records;
};

/* Takes the next record; at a line that holds none, nothing. */
static ldns_status
take(struct reader *r)
{
	ldns_rr *rr = NULL;
	ldns_status st =
	    ldns_rr_new_frm_fp_l(&rr, r->in, &r->ttl, &r->origin, &r->previous, &r->line);

	switch (st) {
	case LDNS_STATUS_OK:
		if (!ldns_rr_list_push_rr(r->records, rr))
			out_of_memory();
		return LDNS_STATUS_OK;
	case LDNS_STATUS_SYNTAX_EMPTY:
	case LDNS_STATUS_SYNTAX_TTL:
	case LDNS_STATUS_SYNTAX_ORIGIN: return LDNS_STATUS_OK;
	case LDNS_STATUS_SYNTAX_INCLUDE: return LDNS_STATUS_SYNTAX_INCLUDE_ERR_NOTIMPL;
	default: return st;
	}
}

const char *
zone_records_read(struct arena *a, FILE *in_own, const char *file, const char *origin,
    struct ldns_struct_rr_list **records)
{
	struct reader r = {.in = in_own,
	    .ttl = ZONE_RECORDS_TTL_S,
	    .origin = must(ldns_dname_new_frm_str(origin)),
	    .previous = must(ldns_dname_new_frm_str(origin)),
	    .records = must(ldns_rr_list_new())};
	ldns_status st = LDNS_STATUS_OK;

	while (st == LDNS_STATUS_OK && !feof(in_own) && !ferror(in_own))
		st = take(&r);
	if (st == LDNS_STATUS_OK && ferror(in_own))
		st = LDNS_STATUS_FILE_ERR;
	fclose(in_own);
	ldns_rdf_deep_free(r.origin);
	ldns_rdf_deep_free(r.previous);
	*records = r.records;
	if (st == LDNS_STATUS_OK)
		return NULL;
	ldns_rr_list_deep_free(r.records);
	*records = NULL;
	return arena_printf(
	    a, "%s:%d: %s; mend the line", file, r.line, ldns_get_errorstr_by_id(st));
}
