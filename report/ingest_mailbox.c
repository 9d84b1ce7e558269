/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails that came back to a participant.  A mailbox may hold anything: only delivery status
 * notifications that name one of our tokens or an address below the measurement's domain get into
 * the index. */
#include <errno.h>
#include <sys/stat.h>

#include "io/mailbox.h"
#include "mail/dsn.h"
#include "mail/probe.h"
#include "report/ingest_parts.h"
#include "report/member.h"

enum { ADDRESS_MAX = 512, WORD_MAX = 255, DIAGNOSTIC_MAX = 512 };

struct dsn_statements {
	struct statement *insert;
};

static void
prepare(struct ingest *in)
{
	in->dsns = arena_alloc(in->arena, sizeof *in->dsns);
	in->dsns->insert = store_prepare(in->store,
	    "INSERT OR IGNORE INTO dsn (id, time, reporting_mta, action, status, diagnostic, "
	    "remote_mta, recipient, token, testcase) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
	    "?10)");
}

/* Whose probe it is: the recipient as the sender gave it tells best, then the final one; a report
 * on one recipient alone may tell by the mail that came back. */
static struct probe
probe_of(struct ingest *in, const struct dsn *dsn, const struct dsn_recipient *to,
    struct span *recipient)
{
	struct arena *a = in->record;
	const struct span found[] = {to->original, to->final,
	    dsn->recipients_n == 1 ? dsn_returned_address(a, dsn, SPAN_LIT("X-Original-To"))
				   : (struct span){NULL, 0},
	    dsn->recipients_n == 1 ? dsn_returned_address(a, dsn, SPAN_LIT("To"))
				   : (struct span){NULL, 0}};
	struct probe probe = {{NULL, 0}, {NULL, 0}};

	*recipient = to->final.p ? to->final : to->original;
	for (size_t i = 0; i < 4 && !probe.token.p; i++) {
		struct probe other = found[i].p ? probe_of_address(a, found[i], in->domain) : probe;

		if (other.token.p || (other.testcase.p && !probe.testcase.p)) {
			probe = other;
			*recipient = found[i];
		}
	}
	return probe;
}

static void
take_recipient(struct ingest *in, const struct mailbox_message *m, const struct dsn *dsn, size_t n)
{
	const struct dsn_recipient *to = &dsn->recipients[n];
	struct statement *st = in->dsns->insert;
	struct span recipient;
	struct probe probe = probe_of(in, dsn, to, &recipient);
	enum ingest_taken taken;

	if (!probe.token.p && !probe.testcase.p) {
		in->taken[INGEST_DSNS][TAKEN_OTHER]++;
		return;
	}
	statement_str(st, 1, arena_printf(in->record, "%s.%zu", m->sha256, n + 1));
	statement_int(st, 2, dsn->time_utc * 1000000);
	statement_text(st, 3, text_clip(dsn->reporting_mta, WORD_MAX));
	statement_str(st, 4, dsn_action_names[to->action]);
	statement_text(st, 5, to->status);
	statement_text(st, 6, text_clip(to->diagnostic, DIAGNOSTIC_MAX));
	statement_text(st, 7, text_clip(to->remote_mta, WORD_MAX));
	statement_text(st, 8, text_clip(recipient, ADDRESS_MAX));
	statement_text(st, 9, probe.token);
	statement_text(st, 10, text_clip(probe.testcase, WORD_MAX));
	taken = statement_run(st) ? TAKEN_NEW : TAKEN_KNOWN;
	in->taken[INGEST_DSNS][taken]++;
	in->is_changed |= taken == TAKEN_NEW;
}

static void
take_message(struct ingest *in, const struct mailbox_message *m)
{
	struct dsn dsn = dsn_read(in->record, m->text);

	if (dsn.form == DSN_NONE)
		return;
	if (!dsn.recipients_n || !dsn.has_time) {
		ingest_bad(in, m->file, m->line, BAD_DSN,
		    dsn.recipients_n ? "without a date" : "without a recipient");
		return;
	}
	for (size_t i = 0; i < dsn.recipients_n; i++)
		take_recipient(in, m, &dsn, i);
}

static void
take_all(struct ingest *in, struct mailbox *box)
{
	struct mailbox_message m;
	const char *error;

	while (mailbox_next(box, &m, &error)) {
		if (error)
			ingest_bad(in, error, 0, BAD_FILE, NULL);
		else
			take_message(in, &m);
		arena_free(in->record);
		in->record = arena_new();
		ingest_progress(in, m.file);
		if (store_tick(in->store)) {
			store_commit(in->store);
			store_begin(in->store);
		}
	}
}

void
ingest_mailbox(struct ingest *in, const char *path)
{
	struct arena *a = arena_new();
	struct source source = {.path = path};
	struct mailbox *box;
	const char *error;
	struct stat st;

	if (!in->dsns)
		prepare(in);
	source_find(in, &source);
	if (stat(path, &st))
		memset(&st, 0, sizeof st); /* mailbox_open says why */
	/* The messages of a Maildir are read each time: a flag alone renames them. */
	if (source.is_known && S_ISREG(st.st_mode) && source.inode == (int64_t)st.st_ino &&
	    source.size == st.st_size &&
	    source.mtime_ns == st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec) {
		arena_free(a);
		return;
	}
	error = mailbox_open(a, path, &box);
	if (error) {
		ingest_bad(in, error, 0, BAD_FILE, NULL);
		arena_free(a);
		return;
	}
	store_begin(in->store);
	take_all(in, box);
	source.inode = (int64_t)st.st_ino;
	source.size = source.octets_read = st.st_size;
	source.mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	source_store(in, &source);
	store_commit(in->store);
	mailbox_close(box);
	arena_free(a);
}
