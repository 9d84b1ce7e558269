#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what an index holds, whatever the numbers of its rows: the same for the same records read in any order."""
import sqlite3
import sys

QUERIES = [
    "SELECT 'client', address, name, operator FROM client",
    """SELECT 'mail', m.name, m.host, m.flavour, m.queue_id, c.address, c.name, m.helo, m.protocol, m.sender,
       m.from_domain, m.recipient, m.token, m.testcase, m.set_sha256, m.number, m.arrived, m.size, f.text
       FROM mail m LEFT JOIN client c ON c.id = m.client LEFT JOIN facts f ON f.id = m.facts""",
    """SELECT 'session', hex(s.record), s.host, s.service, s.testcase, c.address, c.name, s.helo, s.begun, s.ended,
       s.tls_protocol, s.tls_cipher, s.tls_error, s.ehlo, s.starttls, s.refused_clear, s.recipients, s.end_kind,
       s.end_after, s.complete, d.text FROM session s LEFT JOIN client c ON c.id = s.client
       LEFT JOIN dialogue d ON d.session = s.id""",
    """SELECT 'attempt', hex(s.record), a.n, a.sender, a.recipient, a.token, a.testcase, a.code, a.enhanced, a.reply,
       a.accepted, a.queue_id FROM attempt a JOIN session s ON s.id = a.session""",
    "SELECT 'undelivered', hex(session), queue_id, recipient, status, dsn, text FROM undelivered",
    """SELECT 'query', time, hex(id), client, family, name, type, token, testcase, cut, apex, do, cd, proto, rcode,
       identity FROM query""",
    "SELECT 'resolver', address, operator FROM resolver",
    "SELECT 'gap', hex(id), since, until, event, identity FROM query_gap",
    "SELECT 'health', testcase, part, family, time, hex(id), ok, detail FROM health",
    "SELECT 'dsn', * FROM dsn",
    "SELECT 'set', * FROM probe_set",
    "SELECT 'probe', * FROM probe",
    "SELECT 'submission', * FROM submission",
    "SELECT 'set_sender', operator, first, probe_set FROM set_sender",
    """SELECT 'bare', b.testcase, b.operator, b.begun, hex(s.record) FROM bare b LEFT JOIN session s
       ON s.id = b.session""",
]

db = sqlite3.connect(sys.argv[1])
db.text_factory = lambda octets: octets.decode("utf-8", "backslashreplace")
check = db.execute("PRAGMA integrity_check").fetchone()[0]
print(check)
for query in QUERIES:
    for row in sorted(map(repr, db.execute(query))):
        print(row)
