-- SPDX-License-Identifier: GPL-3.0-or-later
-- The index of emt-report: what the records, the ledger and the returned mails say, in a form that can be joined.
-- It holds nothing that could not be read from them again.  Times are microseconds since 1970 UTC.  Ids of records are
-- the 16 octets that their 32 hexadecimal digits stand for; numbers of rows differ from one index to the next, all else
-- depends on what was read alone, not on the order.
PRAGMA application_id = 0x656d7452; -- "emtR"
PRAGMA user_version = 4;

-- Files that were read, and how far.  Records of mails are not among them: see mail.
CREATE TABLE source (
	path TEXT PRIMARY KEY, -- HOST/sessions/2026-11-22.jsonl; ledger and mailbox: as they were named
	inode INTEGER NOT NULL,
	size INTEGER NOT NULL,
	mtime_ns INTEGER NOT NULL,
	octets_read INTEGER NOT NULL,
	lines_read INTEGER NOT NULL,
	head BLOB -- SHA-256 of the first 4096 of the octets read
) WITHOUT ROWID;

-- What is remembered between runs; see report/derive.h.
CREATE TABLE memory (
	key TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) WITHOUT ROWID;

-- A client address with the name that was confirmed for it at that time.
CREATE TABLE client (
	id INTEGER PRIMARY KEY,
	address TEXT NOT NULL,
	name TEXT NOT NULL,     -- forward-confirmed, lower case; '' : none
	-- Registered domain of the name; of an address without name, that of a name that it has at another time, else
	-- ASnnn, else the address.
	operator TEXT NOT NULL,
	as_number INTEGER,      -- of the address, by the tables of ingest --as; NULL: not known
	UNIQUE (address, name)
);
CREATE INDEX client_operator ON client (operator);

-- What emt-enrich found of a sender, in short (report/mail_facts.h), once for all mails that it holds for.
CREATE TABLE facts (
	id INTEGER PRIMARY KEY,
	digest BLOB NOT NULL UNIQUE,
	text TEXT NOT NULL
);

CREATE TABLE mail (
	id INTEGER PRIMARY KEY,
	place BLOB NOT NULL UNIQUE, -- start of the SHA-256 of HOST/FLAVOUR/NAME
	-- Of the record's file, so that it is read again only if it changed.
	inode INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, record_size INTEGER NOT NULL,
	name TEXT NOT NULL,  -- file name of the record
	host TEXT NOT NULL,  -- folder that it came from: see emt-report(1)
	flavour TEXT NOT NULL,
	queue_id TEXT,
	client INTEGER REFERENCES client,
	helo TEXT, protocol TEXT,
	sender TEXT,         -- envelope; '' : the null sender
	from_domain TEXT,    -- of the From field, lower case
	recipient TEXT,
	token TEXT, testcase TEXT,
	set_sha256 TEXT, number INTEGER, -- of a subject id
	arrived INTEGER NOT NULL,
	size INTEGER NOT NULL,
	facts INTEGER REFERENCES facts
);
CREATE INDEX mail_token ON mail (token) WHERE token IS NOT NULL;
CREATE INDEX mail_client ON mail (client);

CREATE TABLE session (
	id INTEGER PRIMARY KEY,
	record BLOB NOT NULL UNIQUE,
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
	complete INTEGER NOT NULL
);
CREATE INDEX session_client ON session (client, begun);
CREATE INDEX session_without ON session (testcase, begun) WHERE recipients = 0 AND testcase IS NOT NULL;

-- What was said in a session that a token or a case's own address makes one of the measurement: JSON, cut at 4 KiB.
CREATE TABLE dialogue (
	session INTEGER PRIMARY KEY,
	text TEXT NOT NULL
);

-- One recipient named in a session.
CREATE TABLE attempt (
	session INTEGER NOT NULL,
	n INTEGER NOT NULL,   -- counts over the session
	sender TEXT, recipient TEXT,
	token TEXT, testcase TEXT,
	code INTEGER, enhanced TEXT, reply TEXT, -- to RCPT
	accepted INTEGER NOT NULL,  -- the mail was taken: 250 behind its end
	queue_id TEXT,
	PRIMARY KEY (session, n)
) WITHOUT ROWID;
CREATE INDEX attempt_token ON attempt (token) WHERE token IS NOT NULL;
-- The live check's (report/clock_marks.h).
CREATE INDEX attempt_health ON attempt (sender) WHERE sender GLOB 'health-*';
CREATE INDEX attempt_queue ON attempt (queue_id) WHERE queue_id IS NOT NULL;

-- What our own host could not deliver to its emt-deliver at once: the sender's part was done.
CREATE TABLE undelivered (
	session BLOB NOT NULL, -- id of its record
	queue_id TEXT NOT NULL, recipient TEXT NOT NULL,
	status TEXT NOT NULL,  -- deferred, bounced ...
	dsn TEXT NOT NULL, text TEXT NOT NULL,
	PRIMARY KEY (session, queue_id, recipient, status, dsn, text)
) WITHOUT ROWID;

-- In the order of time, in which they come.
CREATE TABLE query (
	time INTEGER NOT NULL,
	id BLOB NOT NULL,
	client TEXT, family TEXT,
	name TEXT, type TEXT,
	token TEXT, testcase TEXT,
	cut TEXT,  -- zone whose cut it touches, below the measurement's domain
	apex INTEGER NOT NULL,
	do INTEGER, cd INTEGER, proto TEXT, rcode INTEGER, identity TEXT,
	PRIMARY KEY (time, id)
) WITHOUT ROWID;
CREATE INDEX query_token ON query (token) WHERE token IS NOT NULL;
CREATE INDEX query_cut ON query (client, cut) WHERE cut IS NOT NULL;
CREATE INDEX query_client ON query (client, time, token);

-- Whose the addresses are that asked, by the tables of ingest --as: ASnnn.  One that is not here stands for itself.
CREATE TABLE resolver (
	address TEXT PRIMARY KEY, -- query.client
	operator TEXT NOT NULL
) WITHOUT ROWID;

-- Times in which queries may be missing.
CREATE TABLE query_gap (
	id BLOB PRIMARY KEY,
	since INTEGER, until INTEGER NOT NULL,
	event TEXT NOT NULL, identity TEXT
) WITHOUT ROWID;

CREATE TABLE health (
	testcase TEXT NOT NULL, part TEXT NOT NULL,
	family TEXT NOT NULL, -- '' : none
	time INTEGER NOT NULL,
	id BLOB NOT NULL,
	ok INTEGER NOT NULL, detail TEXT,
	sender TEXT, -- of the run, in the host's log, too
	PRIMARY KEY (testcase, part, family, time, id)
) WITHOUT ROWID;

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

-- Derived from the above at the end of each run (report/derive.h).
-- Who delivered mail of a set, and when first.
CREATE TABLE set_sender (
	probe_set TEXT NOT NULL, operator TEXT NOT NULL, first INTEGER NOT NULL,
	PRIMARY KEY (probe_set, operator)
) WITHOUT ROWID;
CREATE INDEX set_sender_first ON set_sender (operator, first, probe_set);
-- Sessions at a case's own addresses that named no recipient.
CREATE TABLE bare (
	testcase TEXT NOT NULL, operator TEXT NOT NULL, begun INTEGER NOT NULL, session INTEGER NOT NULL,
	PRIMARY KEY (testcase, operator, begun, session)
) WITHOUT ROWID;
CREATE INDEX bare_begun ON bare (testcase, begun);
