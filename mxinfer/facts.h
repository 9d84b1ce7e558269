/* SPDX-License-Identifier: GPL-3.0-or-later */
/* facts - the one way in which the readers of the input forms hand over what they read.
 *
 * A reader turns records of its form into calls of the functions of a `struct facts`: it decides
 * nothing, canonicalises nothing, interns nothing.  Behind them stands fact_batch (for the
 * inference), fact_text (for tests) or the writer of `convert`.  Spans are borrowed for the time of
 * a call.  All bytes are a stranger's.
 *
 * What a fact belongs to:
 * - `mx` facts belong to their MX, which is a domain, a name and a preference: what a row says of
 * an address counts there, and for no other domain.
 * - `address` facts (zgrab2, host records of mx-scan/1) and AS tables belong to the address,
 *   whichever domain's it is.
 * All facts of one address are a union: several banners, certificates or AS numbers stand side by
 * side.  Neither the order of rows nor that of files matters, nor does a row that is there twice. A
 * name that is no name with a registered domain (an address, "localhost", "Foo Ltd.") is left out
 * of a certificate, as if it did not stand there.
 *
 * How a record that is not as it should be is read ("bad rows"); each has one counted
 * diagnostic, `bad`:
 * - The whole row is skipped: not 6 or 7 columns, or quotes astray (tsv.h): a row of several lines
 * that is not as it should be is its first line alone; NUL in it; a field over --max-field; no
 * domain, or one that is no name (the core finds that out); MX name without a preference, or with
 * one that is no number of 0 to 65535; a line that is no JSON object, or nested deeper than
 * FACT_DEPTH_MAX.
 * - That part is left out: an address that is none; AS numbers that are none (AS8075, {1,2}, 1_2
 * and 1,2 are read; 0 is "not known", without diagnostic); a scan column that is cut short or no
 *   literal (the row's other columns stand; nothing of the column does); a PEM or DER that is none
 *   (the certificate is there, without names).
 * - No diagnostic: what is empty, None, null or \N is not there, nor is an AS column of set().
 * An empty banner is none: nobody answered (the core finds that out).  `names` of a certificate win
 * over its raw form; without the key, or with None, the names are those of the raw form: subject CN
 * and DNS names. */
#ifndef EMT_MXINFER_FACTS_H
#define EMT_MXINFER_FACTS_H

#include <stdint.h>

#include "base/ip.h"
#include "base/span.h"
#include "base/value.h"
#include "io/as_table.h"

enum {
	FACT_DEPTH_MAX = VALUE_DEPTH_MAX, /* nesting of a literal or of JSON */
	FACT_CERT_NAMES_MAX = 2000000,    /* names of a certificate; of more, none is taken */
	FACT_AS_MAX = AS_MAX, /* AS numbers of an address in one row; more are left out */
};

/* What the DNS said of a domain's MX records, where it is not one of them. */
enum fact_dns {
	FACT_DNS_NO_MX,     /* none: NOERROR without any, NXDOMAIN, an empty mx column */
	FACT_DNS_NULL_MX,   /* "0 ." (RFC 7505) */
	FACT_DNS_NOT_KNOWN, /* an error or no answer: neither yes nor no */
};

enum fact_bad {
	FACT_BAD_COLUMNS,    /* row: not 6 or 7 columns, or quotes astray */
	FACT_BAD_NUL,        /* row: a NUL octet */
	FACT_BAD_SIZE,       /* row: a field over --max-field */
	FACT_BAD_DOMAIN,     /* row: no domain, or one that is no name */
	FACT_BAD_MX,         /* row: the MX name is none */
	FACT_BAD_PREFERENCE, /* row: missing, or no number of 0 to 65535 */
	FACT_BAD_RECORD,     /* row: no JSON object, or a member that must be there is not */
	FACT_BAD_DEPTH,      /* row or scan column: nested too deeply */
	FACT_BAD_ADDRESS,    /* part: no IP address */
	FACT_BAD_AS,         /* part: no AS number */
	FACT_BAD_SCAN,       /* part: the scan column is no literal */
	FACT_BAD_CERT,       /* part: neither PEM nor DER of a certificate */
	FACT_BAD_NAMES,      /* part: more than FACT_CERT_NAMES_MAX names */
	FACT_OTHER_KIND,     /* row: a record of another kind; counted, and no fault */
	FACT_NO_ROOTS,       /* part: browser_error "failed to load system roots"; no fault */
	FACT_BAD_N,
};

/* One domain as one row has it.  It has a line in the output even if this is all. */
struct fact_domain {
	uint64_t line; /* of the file, 1 is the first */
	struct span domain;
	enum fact_dns dns;
};

/* What a server said: a host, found again by its handle. */
struct fact_host {
	struct span banner, ehlo; /* texts, escapes undone; p == NULL: none */
	uint32_t cert;            /* handle of `cert`; 0: none was sent */
	bool trusted;             /* the certificate: valid and signed by a known root */
};

struct fact_cert {
	const struct span *names; /* as they stand; wildcards too */
	size_t names_n;
	struct span raw; /* as it stands in the input: PEM or base64; p == NULL: not there.
			    Only `convert` looks at it. */
};

/* One MX record of a domain, and one of its addresses if there is one. */
struct fact_mx {
	uint64_t line;
	struct span domain, mx; /* mx "" or "." is the null MX */
	uint16_t preference;
	bool implicit; /* no MX record: the domain's own address (RFC 5321 section 5.1) */
	const struct ip *address; /* NULL: none */
	struct span variant; /* which of several scans of the address (its SNI); usually empty */
	const uint32_t *as;  /* never 0 */
	size_t as_n;
	uint32_t host; /* handle of `host`; 0: nothing is known here */
};

/* What is known of an address, whichever domain's. */
struct fact_address {
	uint64_t line;
	struct ip address;
	struct span variant;
	const uint32_t *as;
	size_t as_n;
	uint32_t host;
};

/* The AS numbers of a range of addresses, from an AS table. */
struct fact_range {
	uint64_t line;
	struct as_range range;
};

/* Handles.  host() and cert() give one that holds until the next call of the same function.  With
 * `bytes` (p != NULL: the very bytes that it was read from) it is remembered beside `note`, a
 * number of the reader's own (what was bad about it, for instance): for the same bytes host_known
 * and cert_known then answer true, with a handle that holds until the next call of the same pair,
 * and the note.  That memory is bounded, so it may be forgotten: then the reader reads it again.
 * Ask it first, with the raw field: a row repeats the certificate and greetings of its address. */
struct facts {
	void (*domain)(struct facts *f, const struct fact_domain *fact);
	void (*mx)(struct facts *f, const struct fact_mx *fact);
	void (*address)(struct facts *f, const struct fact_address *fact);
	void (*range)(struct facts *f, const struct fact_range *fact);

	bool (*host_known)(struct facts *f, struct span bytes, uint32_t *host, uint32_t *note);
	uint32_t (*host)(
	    struct facts *f, struct span bytes, uint32_t note, const struct fact_host *host);
	bool (*cert_known)(struct facts *f, struct span bytes, uint32_t *cert, uint32_t *note);
	uint32_t (*cert)(
	    struct facts *f, struct span bytes, uint32_t note, const struct fact_cert *cert);

	/* `what` is cut and made safe where it is shown; it may be the field itself. */
	void (*bad)(struct facts *f, uint64_t line, enum fact_bad cause, struct span what);

	/* Was a certificate to be trusted at that time?  chain: DER, the host's own first.  For
	 * forms that have it; NULL: what the record says of it stands. */
	bool (*verify)(struct facts *f, const struct span *chain, size_t chain_n, int64_t time_utc);
};

/* One input form.  Readers are functions without state of their own, so that any number of threads
 * may read parts of one file. */
struct fact_form {
	const char *name; /* of --input */

	/* Does a file that starts with these octets (some 64 kB, or all of it) have this form? */
	bool (*detect)(struct span start);

	/* How many octets at the start of `text` are whole records, or some of them; `end`: nothing
	 * comes after it, which ends a record, too.  0: none ends within; the caller comes back
	 * with twice as much, and gives up on the record, FACT_BAD_SIZE, once it is larger than two
	 * fields may be.  The first `seen` octets were shown before without success. */
	size_t (*whole)(struct span text, size_t seen, size_t max_field, bool end);

	/* Reads whole records, the first of which starts at `line`; gives the number of lines in
	 * them. */
	uint64_t (*read)(struct facts *f, struct span records, uint64_t line, size_t max_field);
};

/* The forms in the order in which they are tried: the reader's (forms.c). */
extern const struct fact_form *const fact_forms[];
extern const size_t fact_forms_n;

#endif
