#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""leaks.py DIR EMT-REPORT - that `--pseudonymise` leaves no identifier, however it is written.

Makes the index of canned.py, puts identifiers in many notations into every text that a stranger or a participant chooses,
and writes verdicts (all formats) and pages to DIR.  These, and what common decoders make of them, may hold none; without
the key they hold them (else this would show nothing)."""
import base64
import html
import itertools
import os
import quopri
import re
import sqlite3
import subprocess
import sys
import unicodedata
import urllib.parse

where, report = sys.argv[1:]
os.makedirs(where)
PEOPLE = ["third.person@corp.example", "third.person", "Zoe Quux-Smith", "J\u00fcrgen M\u00fcllerson", "zoetablet"]
ADDRESSES = ["198.18.44.55", "2001:db8::bad:cafe"]


def number(address):
    if ":" in address:
        head, tail = address.split("::")
        head, tail = head.split(":"), tail.split(":")
        return "".join(g.zfill(4) for g in head + ["0"] * (8 - len(head) - len(tail)) + tail)
    return "".join("%02x" % int(x) for x in address.split("."))


def clothes(name):
    raw = name.encode()
    plain = unicodedata.normalize("NFKD", name)
    yield from (name, name.upper(), name.lower(), name.title(), name[::-1], plain)
    yield name.replace("\u00fc", "ue")
    yield from re.split("[ .@-]", name)
    yield ", ".join(reversed(name.split(" "))) + "; Mrs. " + name.split(" ")[-1]
    yield ".".join(reversed(re.split("[.@]", name)))
    yield "id=" + urllib.parse.quote(name, safe="")
    yield "".join("%%%02X" % b for b in raw)
    yield "".join("=%02X" % b for b in raw)
    yield name.replace("@", "=40")
    yield name.replace("@", "=") + "+bounce"
    yield "".join("&#%d;" % ord(c) for c in name)
    yield "".join("&#x%x;" % ord(c) for c in name)
    yield base64.b64encode(raw).decode()
    yield base64.b32encode(raw).decode()
    yield "=?utf-8?B?%s?=" % base64.b64encode(raw).decode()
    yield raw.hex()
    yield " ".join("%02x" % b for b in raw)
    yield " ".join(str(b) for b in raw)
    yield "/home/%s/Maildir" % name
    yield "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in name)
    yield " ".join(name)
    yield "\u200b".join(name)
    yield "550 5.1.1 <%s>: user unknown" % name


def numbers(address):
    digits = number(address)
    yield from (address, address.replace(":", "-"), address.replace(".", "-"), address.replace(".", "_"), digits,
                "ip-%s.dyn.isp.example" % digits, "0x" + digits, str(int(digits, 16)), oct(int(digits, 16)), digits.upper(),
                "-".join(digits[i:i + 2] for i in range(0, len(digits), 2)), ".".join(reversed(digits)),
                " ".join(address.split(".")), ".".join(reversed(address.split("."))), "[IPv6:%s]" % address,
                ".".join(str(int(x or "0", 16)) for x in re.split("[:.]", address)) if ":" in address else
                ".".join("0%o" % int(x) for x in address.split(".")), base64.b64encode(bytes.fromhex(digits)).decode())


ALL = [c for p in PEOPLE for c in clothes(p)] + [c for a in ADDRESSES for c in numbers(a)]
TEXTS = {  # of the index: what strangers and participants choose
    "client": ["name"], "mail": ["name", "helo", "sender", "from_domain"],
    "session": ["helo", "tls_protocol", "tls_cipher", "tls_error", "end_kind"], "attempt": ["sender", "enhanced", "reply"],
    "query": ["name", "type"], "health": ["detail"], "probe_set": ["participant", "address", "provider"],
    "submission": ["enhanced", "text"], "dsn": ["id", "status", "diagnostic"], "undelivered": ["status", "dsn", "text"],
}


def dress(index):
    """Each row has other clothes, so that all are there; dialogues, which are JSON, have all of them."""
    db = sqlite3.connect(index)
    turn = itertools.cycle(ALL)
    db.execute("INSERT OR IGNORE INTO undelivered SELECT s.record, a.queue_id, 'r', 'deferred', '4.3.0', 'x' FROM attempt a "
               "JOIN session s ON s.id = a.session WHERE a.queue_id IS NOT NULL")
    for form in ALL:  # returned mails: all of them, on one probe
        db.execute("INSERT INTO dsn SELECT hex(randomblob(16)), time, ?, action, status, ?, ?, ?, token, testcase FROM dsn LIMIT 1",
                   (form, form, form, form))
    for table, columns in TEXTS.items():
        db.create_function("dress", 1, lambda old: old if old is None else "%s.%s" % (next(turn), old))
        for column in columns:
            where = " WHERE ok = 0" if table == "health" else ""
            if table == "dsn" and column == "diagnostic":
                continue
            db.execute("UPDATE %s SET %s = dress(%s)%s" % (table, column, column, where))
    lines = [["C", "HELO " + form] for form in ALL] + [["S", form] for form in ALL]
    import json
    db.execute("UPDATE dialogue SET text = ?", (json.dumps(lines),))
    db.commit()


def decodings(text):
    yield text
    yield html.unescape(html.unescape(text))
    yield urllib.parse.unquote(text)
    yield quopri.decodestring(text.encode()).decode("utf-8", "replace")
    yield text[::-1]
    for run in set(re.findall("[A-Za-z0-9+/]{8,}={0,2}", text)):
        for decode in (base64.b64decode, base64.b32decode):
            try:
                yield decode(run + "=" * (-len(run) % (4 if decode is base64.b64decode else 8))).decode("utf-8", "replace")
            except ValueError:
                pass
    yield bytes.fromhex("".join(r for r in re.findall(r"\b(?:[0-9a-f]{2})+\b", text.lower()))).decode("utf-8", "replace")


def folded(text):
    text = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in text if not unicodedata.combining(c) and c != "\u200b")


NEEDLES = {"third.person", "third-person", "person.third", "corp.example", "quux", "zoe", "tablet", "jurgen", "juergen",
           "mullerson", "muellerson"}
# Of digits alone: as they are, for they may come about in a hash.
NEEDLES |= {folded(c) for a in ADDRESSES for c in numbers(a) if len(c) >= 8}
NEEDLES |= {folded(c) for p in PEOPLE for c in clothes(p) if len(c) >= 12}


def found(texts):
    return {(n, name) for name, text in texts.items() for d in decodings(text) for d in [folded(d)] for n in NEEDLES if n in d}


def outputs(name, *key):
    texts = {}
    for form, by in itertools.product(("text", "json", "csv"), ("set", "operator")):
        run = [report, "verdicts", "--db", index, "--now", now, "--format", form, "--by", by, *key]
        texts[form + "." + by] = subprocess.run(run, check=True, capture_output=True).stdout.decode()
    folder = os.path.join(where, name)
    subprocess.run([report, "html", "--db", index, "-o", folder, "--now", now, *key], check=True, stderr=subprocess.DEVNULL)
    for base, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(base, file)
            texts[path] = path[len(where):] + "\n" + open(path, encoding="utf-8").read()
    return texts


index = os.path.join(where, "db")
now = subprocess.run(["tests/report/canned.py", index], check=True, capture_output=True, text=True).stdout.strip()
dress(index)
with open(os.path.join(where, "key"), "w") as f:
    f.write("a key of a publisher, for tests alone")
os.chmod(os.path.join(where, "key"), 0o600)
plain, veiled = found(outputs("plain")), found(outputs("veiled", "--pseudonymise", os.path.join(where, "key")))
missing = NEEDLES - {n for n, _ in plain}
print("# %d notations, %d found without a key, %d with it" % (len(ALL), len({n for n, _ in plain}), len(veiled)))
for n, name in sorted(veiled)[:20]:
    print("# %r in %s" % (n, name))
for n in sorted(missing):
    print("# not shown without a key either: %r" % n)
sys.exit(bool(veiled) or len(missing) > len(NEEDLES) // 4)
