-- SPDX-License-Identifier: GPL-3.0-or-later
-- The index of emt-report: what the records, the ledger and the returned mails say, in a form that can be joined.
-- It holds nothing that could not be read from them again.  Times are microseconds since 1970 UTC.
PRAGMA application_id = 0x656d7452; -- "emtR"
PRAGMA user_version = 1;

-- Files that were read, and how far.
CREATE TABLE source (
	path TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	inode INTEGER NOT NULL,
	size INTEGER NOT NULL,
	mtime_ns INTEGER NOT NULL,
	octets_read INTEGER NOT NULL,
	head BLOB -- SHA-256 of the octets read, of the first 4096 of them
);

-- A client address with the name that was confirmed for it at that time.
CREATE TABLE client (
	id INTEGER PRIMARY KEY,
	address TEXT NOT NULL,
	name TEXT NOT NULL,     -- forward-confirmed, lower case; '' : none
	operator TEXT NOT NULL, -- registered domain of the name, else ASnnn, else the address
	UNIQUE (address, name)
);
CREATE INDEX client_operator ON client (operator);

CREATE TABLE mail (
	id TEXT PRIMARY KEY, -- file name of the record
	host TEXT NOT NULL,  -- folder that it came from: see emt-report(1)
	flavour TEXT NOT NULL,
	queue_id TEXT,
	client INTEGER REFERENCES client,
	helo TEXT, protocol TEXT,
	sender TEXT,         -- envelope; '' : the null sender
	from_domain TEXT,    -- of the From field, lower case
	recipient TEXT,
	token TEXT, testcase TEXT,
	set_id TEXT, number INTEGER, -- of a subject id
	arrived INTEGER NOT NULL,
	size INTEGER NOT NULL,
	facts TEXT NOT NULL  -- JSON: what emt-enrich found, in short (see report/ingest_mail.c)
) WITHOUT ROWID;
CREATE INDEX mail_token ON mail (token) WHERE token IS NOT NULL;
CREATE INDEX mail_client ON mail (client);
CREATE INDEX mail_queue ON mail (queue_id);

CREATE TABLE session (
	id TEXT PRIMARY KEY,
	host TEXT NOT NULL, service TEXT NOT NULL,
	testcase TEXT,       -- if the service is that of a case's own addresses
	client INTEGER REFERENCES client,
	helo TEXT,
	begun INTEGER, ended INTEGER, -- NULL: the log lacks it
	tls_protocol TEXT, tls_cipher TEXT, tls_error TEXT,
	ehlo INTEGER NOT NULL, starttls INTEGER NOT NULL, -- were they said, and accepted
	refused_clear INTEGER NOT NULL, -- a 530 that demands STARTTLS
	recipients INTEGER NOT NULL,    -- RCPT commands
	end_kind TEXT, end_after TEXT,
	complete INTEGER NOT NULL,
	dialogue TEXT        -- what was said, for the page: JSON, cut at 4 KiB
) WITHOUT ROWID;
CREATE INDEX session_client ON session (client, begun);
CREATE INDEX session_without ON session (testcase, begun) WHERE recipients = 0;

-- One recipient named in a session.
CREATE TABLE attempt (
	session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
	n INTEGER NOT NULL,   -- counts over the session
	sender TEXT, recipient TEXT,
	token TEXT, testcase TEXT,
	code INTEGER, enhanced TEXT, reply TEXT, -- to RCPT
	accepted INTEGER NOT NULL,  -- the mail was taken: 250 behind its end
	queue_id TEXT,
	PRIMARY KEY (session, n)
) WITHOUT ROWID;
CREATE INDEX attempt_token ON attempt (token) WHERE token IS NOT NULL;
CREATE INDEX attempt_queue ON attempt (queue_id) WHERE queue_id IS NOT NULL;

CREATE TABLE query (
	id TEXT PRIMARY KEY,
	time INTEGER NOT NULL,
	client TEXT NOT NULL, family TEXT,
	name TEXT, type TEXT,
	token TEXT, testcase TEXT,
	cut TEXT,  -- zone whose cut it touches, below the measurement's domain
	apex INTEGER NOT NULL,
	do INTEGER, cd INTEGER, proto TEXT, rcode TEXT, identity TEXT
) WITHOUT ROWID;
CREATE INDEX query_token ON query (token) WHERE token IS NOT NULL;
CREATE INDEX query_cut ON query (client, cut, time) WHERE cut IS NOT NULL;
CREATE INDEX query_client ON query (client, time);

-- Times in which queries may be missing.
CREATE TABLE query_gap (
	id TEXT PRIMARY KEY,
	since INTEGER, until INTEGER NOT NULL,
	event TEXT NOT NULL, identity TEXT
) WITHOUT ROWID;

CREATE TABLE health (
	id TEXT PRIMARY KEY,
	time INTEGER NOT NULL,
	testcase TEXT NOT NULL, part TEXT NOT NULL, family TEXT,
	ok INTEGER NOT NULL, detail TEXT
) WITHOUT ROWID;
CREATE INDEX health_case ON health (testcase, time);

-- A delivery status notification that came back to the participant (RFC 3464), one recipient of it.
CREATE TABLE dsn (
	id TEXT PRIMARY KEY, -- SHA-256 of the message, and the number of the recipient
	time INTEGER NOT NULL,
	reporting_mta TEXT,
	action TEXT NOT NULL, -- failed, delayed, delivered, relayed, expanded
	status TEXT,          -- RFC 3463
	diagnostic TEXT, remote_mta TEXT, recipient TEXT,
	token TEXT, testcase TEXT
) WITHOUT ROWID;
CREATE INDEX dsn_token ON dsn (token) WHERE token IS NOT NULL;

-- The ledger's, as they were when it was read last.
CREATE TABLE probe_set (
	id TEXT PRIMARY KEY,
	participant TEXT NOT NULL, address TEXT, provider TEXT,
	created INTEGER NOT NULL, seed INTEGER NOT NULL, mode TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE probe (
	token TEXT PRIMARY KEY,
	probe_set TEXT NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, testcase TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX probe_of_set ON probe (probe_set, number);
CREATE TABLE submission (
	token TEXT NOT NULL, time INTEGER NOT NULL, outcome TEXT NOT NULL, step TEXT, code INTEGER,
	enhanced TEXT, text TEXT,
	PRIMARY KEY (token, time)
) WITHOUT ROWID;
