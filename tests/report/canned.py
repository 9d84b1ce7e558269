#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""canned.py INDEX [--hostile] - an index (schema/index.sql) of a few probe sets whose verdicts are easy to see.

Senders: all.example does everything and insists on nothing; strict.example insists; 192.0.2.77 has no name and no IPv6;
AS64500 began a moment before NOW.  A set that nobody started, one that was sent all in one, one whose mail-ok did not
come.  With --hostile every text that a stranger chooses is markup, quotes, controls and marks of direction, too.
Prints NOW, the time to draw verdicts at."""
import hashlib
import json
import sqlite3
import sys

HOSTILE = "--hostile" in sys.argv
START = 1795000000
NOW = START + 8 * 86400
CASES = ["mail-ok", "v4-mail", "v6-mail", "mail-plaintext", "mail-tls-force", "mail-tls-invalid", "mail-dane-ok",
         "mail-dane-bad", "mail-tlsa-invalid", "v4-mail.v6only-ok", "v4-mail.v6only", "v6-mail.v6only",
         "v4-mail.dnssec-ok", "v6-mail.dnssec-ok", "v4-mail.dnssec-broken", "v6-mail.dnssec-broken",
         "v4-mail-greylisting", "v6-mail-greylisting", "mail-ok"]
PARTS = ["dnssec", "mx", "delegation", "name-server", "address", "records", "listener", "starttls", "tlsa", "recipient", "relay",
         "tls", "certificate"]
NASTY = ("</title></textarea></style><script>alert({n})</script><img src=x onerror=alert({n})>\"'><b id=content "
         "onclick=\"x\">&lt;&amp;]]>--><!-- =1+1 \x01\x1b[31m\x7f\u0085\u202e\u2066x\u200f\ufeff javascript:alert({n}) %s%n \\ ")
db = sqlite3.connect(sys.argv[1])
db.executescript(open("schema/index.sql").read())
count = 0


def h(text):
    """A stranger's text."""
    global count
    count += 1
    return NASTY.format(n=count) + text if HOSTILE else text


def digest(*what):
    return hashlib.sha256("/".join(map(str, what)).encode()).digest()[:16]


def token(s, number):
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(letters[b % 32] for b in hashlib.sha256(b"%d/%d" % (s, number)).digest()[:26])


def add(table, **row):
    db.execute("INSERT INTO %s (%s) VALUES (%s)" % (table, ",".join(row), ",".join("?" * len(row))), list(row.values()))
    return db.execute("SELECT last_insert_rowid()").fetchone()[0]


class Sender:
    def __init__(self, operator, name, v4, v6, resolver, strict=False):
        self.operator, self.name, self.strict, self.resolver = operator, h(name) if name else "", strict, resolver
        self.clients = {}
        for family, address in (("ipv4", v4), ("ipv6", v6)):
            if address:
                self.clients[family] = add("client", address=address, name=self.name, operator=operator)
        self.helo = h(name or "[" + v4 + "]")
        self.mailbox = h("user.one@" + (name or "nowhere.example"))
        self.facts = add("facts", digest=digest("facts", operator), text=json.dumps({
            "spf": "yes", "signed": "yes", "dkim_key": "no", "dmarc": "yes", "mta_sts": "no", "tls_rpt": "unknown",
            "mx_tlsa": "yes", "confirmed": "yes", "dmarc_policy": h("reject"), "listed": [h("list.example")]}))


def session(who, family, at, case, rcpt, tls=True, said=(), end="quit"):
    n = db.execute("SELECT COUNT(*) FROM session").fetchone()[0]
    row = add("session", record=digest("session", n), host=h("mail"), service="postfix/%s/smtpd" % case,
              testcase=case if not rcpt else None, client=who.clients[family], helo=who.helo, begun=at, ended=at + 900000,
              tls_protocol="TLSv1.3" if tls else None, tls_cipher=h("TLS_AES_256_GCM_SHA384") if tls else None,
              tls_error=None, ehlo=1, starttls=int(tls), refused_clear=0, recipients=rcpt, end_kind=end,
              end_after=None, complete=1)
    lines = [["S", "220 mail ESMTP"], ["C", "EHLO " + who.helo], ["C", "MAIL FROM:<%s>" % who.mailbox]]
    add("dialogue", session=row, text=json.dumps(lines + [["S", h(x)] for x in said]))
    return row


def deliver(who, family, at, s, number, case, codes=(250,), tls=True):
    t, queue = token(s, number), "Q%d.%d" % (s, number)
    rcpt = "measurement@%s.%s.measurement.example.com" % (t, case)
    for i, code in enumerate(codes):
        when = at + i * 400 * 1000000
        taken = code == 250
        text = "2.1.5 Ok" if taken else "4.2.0 <%s>: come again, %s" % (who.mailbox, "192.0.2.10")
        row = session(who, family, when, case, 1, tls, [text])
        add("attempt", session=row, n=0, sender=who.mailbox, recipient=rcpt, token=t, testcase=case, code=code,
            enhanced="2.1.5" if taken else "4.2.0", reply=h(text), accepted=int(taken), queue_id=queue if taken else None)
    name = "%d:%s:%d-%s" % (when // 1000000, hashlib.sha256(b"%d" % s).hexdigest(), number, rcpt)
    add("mail", place=digest("mail", s, number), inode=1, mtime_ns=1, record_size=1, name=h(name), host=h("mail"),
        flavour="measurement", queue_id=queue, client=who.clients[family], helo=who.helo, protocol="ESMTPS",
        sender=who.mailbox, from_domain=h(who.operator), recipient=rcpt, token=t, testcase=case,
        set_sha256=None, number=number, arrived=when + 500000, size=1000, facts=who.facts)


def ask(resolver, at, name, kind, t=None, case=None, cut=None, apex=0):
    add("query", time=at, id=digest("query", at, name, kind, db.total_changes), client=resolver, family="ipv6" if ":" in resolver else "ipv4",
        name=h(name), type=h(kind) if HOSTILE else kind, token=t, testcase=case, cut=cut, apex=apex, do=1, cd=0, proto="udp",
        rcode=0, identity=None)


def leave(who, at, case, tls):
    for again in (0, 1800):
        when = at + again * 1000000
        row = session(who, "ipv4", when, case, 0, tls, ["250 STARTTLS"])
        add("bare", testcase=case, operator=who.operator, begun=when, session=row)


def probe_set(s, who, start=START, participant="Participant", mode="one-by-one", only=None):
    set_id = hashlib.sha256(b"set %d" % s).hexdigest()
    add("probe_set", id=set_id, participant=h(participant + " %d" % s), address=h("person.%d@mail.example" % s),
        provider=h("Their Mail"), created=(start - 60) * 1000000, seed=1, mode=mode)
    for number, case in enumerate(CASES, 1):
        t, at = token(s, number), (start + number * 100) * 1000000
        add("probe", token=t, probe_set=set_id, number=number, position=number, testcase=case)
        if who is None or (only and case not in only):
            continue
        add("submission", token=t, time=at, outcome="accepted", step="data", code=250, enhanced="2.0.0",
            text=h("2.0.0 Ok: for person.%d@mail.example by 198.51.100.200" % s))
        ask(who.resolver, at + 1000000, "%s.%s.measurement.example.com" % (t, case), "MX", t, case)
        at += 2000000
        v6 = "ipv6" in who.clients
        if case.startswith("v6-") and not v6:
            continue
        family = "ipv6" if case.startswith("v6-") or (v6 and not case.startswith("v4-")) else "ipv4"
        if case in ("mail-tls-invalid", "mail-dane-bad", "mail-tlsa-invalid") and who.strict:
            if case != "mail-tlsa-invalid":
                leave(who, at, case, True)
        elif case == "mail-plaintext" and who.strict:
            leave(who, at, case, False)
        elif case.endswith("v6only") and ":" not in who.resolver:
            ask(who.resolver, at, "v6only.measurement.example.com", "NS", cut="v6only", apex=1)
        elif case.endswith("dnssec-broken") and who.strict:
            ask(who.resolver, at, "dnssec-broken.measurement.example.com", "DNSKEY", cut="dnssec-broken", apex=1)
        else:
            deliver(who, family, at, s, number, case, (450, 250) if "greylisting" in case else (250,), case != "mail-plaintext")
    if who:
        db.execute("INSERT OR IGNORE INTO set_sender SELECT ?, ?, ?", (set_id, who.operator, start * 1000000))
    return set_id


def nasty_operator(name):
    return NASTY.format(n=0) + name if HOSTILE else name


everything = Sender(nasty_operator("all.example"), "out-192-0-2-1.all.example", "192.0.2.1", "2001:db8::1", "2001:db8:53::1")
strict = Sender(nasty_operator("strict.example"), "mx.strict.example", "192.0.2.2", "2001:db8::2", "198.51.100.53", strict=True)
nameless = Sender("192.0.2.77", None, "192.0.2.77", None, "198.51.100.54")
numbered = Sender("AS64500", "mx.numbered.example", "192.0.2.5", None, "198.51.100.54")
probe_set(1, everything)
probe_set(2, strict)
probe_set(3, nameless)
probe_set(4, numbered, start=NOW - 3600, only=("mail-ok", "v4-mail"))
probe_set(5, None)
probe_set(6, everything, mode="all-in-one")
probe_set(7, numbered, only=("v4-mail",))
add("dsn", id=digest("dsn").hex() * 2 + "/1", time=(START + 4000) * 1000000, reporting_mta=h("mx.strict.example"), action="failed",
    status="5.7.5", diagnostic=h("smtp; <person.2@mail.example> 550 5.7.5 no DANE at [2001:db8::24]"), remote_mta=h("x"),
    recipient=h("person.2@mail.example"), token=token(2, 8), testcase="mail-dane-bad")
for day in range(3):
    for flavour in ("spam", "all"):
        add("mail", place=digest(flavour, day), inode=1, mtime_ns=1, record_size=1, name="x%d" % day, host=h("mail"),
            flavour=flavour, client=None, arrived=(START + day * 86400) * 1000000, size=123)
for case in sorted(set(CASES)):
    for part in PARTS:
        for family in ("", "ipv4", "ipv6"):
            for step in range(-3, 24 * 8):
                red = case == "v4-mail" and part == "tlsa" and step == 5
                add("health", testcase=case, part=part, family=family, time=(START + step * 3000) * 1000000,
                    id=digest(case, part, family, step), ok=int(not red),
                    detail=h("answers at 192.0.2.22") if red else "answers")
db.commit()
print(NOW)
