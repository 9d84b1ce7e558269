-- SPDX-License-Identifier: GPL-3.0-or-later
-- The ledger of probes: who takes part, which tokens they have, what was submitted and what became of it.
-- Written by emt-probe, read by emt-report ingest.  Times are microseconds since 1970 UTC.
PRAGMA application_id = 0x656d744c; -- "emtL"
PRAGMA user_version = 1;

CREATE TABLE site (
	domain TEXT NOT NULL, -- of the measurement
	secret_sha256 TEXT NOT NULL -- of token_secret: a ledger belongs to one pool
);

CREATE TABLE participant (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE, -- as the operator of the site calls it
	address TEXT,              -- mail address it sends from; NULL: not known
	provider TEXT,             -- whose customer it is, in words; NULL: not known
	created INTEGER NOT NULL
);

CREATE TABLE probe_set (
	id TEXT PRIMARY KEY, -- 64 hexadecimal digits: SHA-256 of random octets
	participant INTEGER NOT NULL REFERENCES participant ON DELETE CASCADE,
	created INTEGER NOT NULL,
	seed INTEGER NOT NULL, -- of the random order
	mode TEXT NOT NULL CHECK (mode IN ('one-by-one', 'all-in-one'))
);

-- One message to one address of a set.  mail-ok has two: the first and the last.
CREATE TABLE probe (
	token TEXT PRIMARY KEY,
	probe_set TEXT NOT NULL REFERENCES probe_set ON DELETE CASCADE,
	number INTEGER NOT NULL,   -- N of the subject id SECONDS:SET:N; counts from 1 by test case
	position INTEGER NOT NULL, -- in the order of sending, from 1
	testcase TEXT NOT NULL,
	pool_number INTEGER NOT NULL, -- of the token in the pool of its case
	UNIQUE (probe_set, number),
	UNIQUE (testcase, pool_number)
);

-- One attempt to hand a probe to the provider's submission server.
CREATE TABLE submission (
	token TEXT NOT NULL REFERENCES probe ON DELETE CASCADE,
	time INTEGER NOT NULL,
	outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused', 'failed')), -- failed: no answer to the mail at all
	step TEXT,     -- where it was refused: connect, tls, auth, mail, rcpt, data
	code INTEGER,  -- of the reply
	enhanced TEXT, -- RFC 3463
	text TEXT,     -- of the reply, or of the failure
	subject_id TEXT,
	PRIMARY KEY (token, time)
);

-- A mail that was handed over but for its last octets.  The row is written before these, and goes when the outcome is
-- known: one that stays (the program was killed, the connection broke) may have been accepted, so it is sent no second
-- time unless somebody says so.
CREATE TABLE intent (
	token TEXT PRIMARY KEY REFERENCES probe ON DELETE CASCADE,
	time INTEGER NOT NULL,
	subject_id TEXT NOT NULL
);

-- Tokens that were given to somebody who was forgotten: never given again, and their mail is not kept.
CREATE TABLE forgotten (
	testcase TEXT NOT NULL,
	pool_number INTEGER NOT NULL,
	token TEXT NOT NULL UNIQUE,
	time INTEGER NOT NULL,
	PRIMARY KEY (testcase, pool_number)
);
