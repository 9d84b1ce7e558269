/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ingest_parts - what the modules of ingest share: the run, the kinds of records, what became of
 * them. */
#ifndef EMT_REPORT_INGEST_PARTS_H
#define EMT_REPORT_INGEST_PARTS_H

#include "base/clock.h"
#include "base/value_tree.h"
#include "io/record.h"
#include "plan/testcase.h"
#include "report/client_table.h"
#include "report/ingest.h"
#include "report/ledger_site.h"
#include "report/store.h"

enum ingest_taken {
	TAKEN_NEW,
	TAKEN_CHANGED,
	TAKEN_KNOWN, /* it is in the index as it is */
	TAKEN_OTHER, /* a record that the index has no use for */
	TAKEN_BAD,   /* a member that must be there is not */
	TAKEN_N
};

enum ingest_bad {
	BAD_JSON,   /* the line or file is no JSON object */
	BAD_SCHEMA, /* a record of a kind that does not belong there, or of another version */
	BAD_MEMBER, /* TAKEN_BAD */
	BAD_SIZE,   /* larger than a record can be */
	BAD_FILE,   /* it could not be read */
	BAD_DSN,    /* a returned mail whose report makes no sense */
	BAD_N
};

struct ingest;

/* One kind of records. */
struct ingest_kind {
	const char *schema;
	void (*prepare)(struct ingest *in); /* makes its statements */
	enum ingest_taken (*take)(
	    struct ingest *in, const struct value_node *record, struct span host);
};

enum { INGEST_KINDS = 5 };

/* Of records within daily files. */
extern const struct ingest_kind ingest_session, ingest_delivery, ingest_query, ingest_query_gap,
    ingest_health;

struct ingest {
	struct arena *arena;    /* of the run */
	struct arena *record;   /* of the record that is being read */
	struct value_tree tree; /* that record */
	struct store *store;
	struct client_table *clients;
	const struct testcases *cases;
	struct span domain; /* of the measurement; p == NULL: not known */
	struct ledger_owner owner;
	uint64_t taken[INGEST_KINDS + 2][TAKEN_N]; /* then mails, then DSNs */
	uint64_t bad[BAD_N];
	uint64_t octets;    /* read */
	uint64_t committed; /* of these, when the transaction of a folder of mails began */
	bool is_changed;
	/* Statements of the kinds. */
	struct session_statements *sessions;
	struct query_statements *queries;
	struct mail_statements *mails;
	struct source_statements *sources;
	struct dsn_statements *dsns;
	int64_t shown_us; /* progress */
};

enum { INGEST_MAILS = INGEST_KINDS, INGEST_DSNS };

/* Counts, and says where: "FILE:LINE: what"; line 0: the whole file. */
void ingest_bad(
    struct ingest *in, const char *path, uint64_t line, enum ingest_bad cause, const char *more);

/* Shows how far it is, once a second, if standard error is a terminal. */
void ingest_progress(struct ingest *in, const char *path);

/* Daily files of DIR/FOLDER and of its subfolders; kinds that may be in them. */
struct ingest_folder {
	const char *name;
	const struct ingest_kind *kinds[2]; /* the second may be NULL */
};

void ingest_days(
    struct ingest *in, struct span host, const char *dir, const struct ingest_folder *folder);

/* Records of mails, one a file. */
void ingest_mails(struct ingest *in, struct span host, const char *dir);

/* A mbox file or a Maildir. */
void ingest_mailbox(struct ingest *in, const char *path);

/* NULL, or what is wrong with the ledger and the mend. */
const char *ingest_ledger(struct ingest *in, const char *path) __attribute__((warn_unused_result));

/* The row of a file in the table of sources. */
struct source {
	const char *path;
	int64_t inode, size, mtime_ns, octets_read, lines_read;
	unsigned char head[32]; /* SHA-256 of the first octets read */
	bool is_known;          /* it was read before */
};

enum { SOURCE_HEAD = 4096 };

void source_prepare(struct ingest *in);
void source_find(struct ingest *in, struct source *s);
void source_store(struct ingest *in, const struct source *s); /* within a transaction */

#endif
