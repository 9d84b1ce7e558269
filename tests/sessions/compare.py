#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare.py TRUTH RECORDS - what clients.py wrote down against the records of emt-sessions.  Prints `same NAME` or
`different NAME` for each thing compared, and what is different as comments."""
import collections
import hashlib
import json
import sys

SERVICES = {2525: "postfix/smtpd", 2526: "postfix/quick/smtpd", 2527: "postfix-mx2/smtpd", 2465: "postfix/smtps/smtpd"}


def read(name):
    with open(name, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def key_of(x):
    return x["client_ip"], json.dumps(x["dialogue"])


def say(good, name, details=()):
    print("same" if good else "different", name)
    for detail in list(details)[:10]:
        print("#", detail)


def compare_fields(pairs):
    """Each field of which the truth knows, over all sessions."""
    wrong = collections.defaultdict(list)
    for truth, record in pairs:
        facts = {
            "service": (record["service"], SERVICES[truth["port"]]),
            "helo": (record["helo"], truth["helo"]),
            "esmtp": (record["esmtp"], truth["esmtp"]),
            "end": (record["end"], {"kind": truth["end"], "after": truth["after"]}),
            "complete": (record["complete"], True),
            "xclient": ((record["xclient"] or {}).get("from_ip"), truth.get("from_ip")),
            "tls": ((record["tls"] or {}).get("protocol") or False, truth["tls"]),
            "number of mails": (len(record["mails"]), len(truth["mails"])),
            "dialogue_lines": (record["dialogue_lines"], len(truth["dialogue"])),
            "dialogue_sha256": (record["dialogue_sha256"], hashlib.sha256(
                "".join("%s %s\n" % tuple(line) for line in truth["dialogue"]).encode()).hexdigest()),
            "limits": (record["limits"], []),
        }
        for got, want in zip(record["mails"], truth["mails"]):
            for field in ("from", "rcpts", "code", "data"):
                facts["mail's " + field] = (got[field], want[field])
                if got[field] != want[field]:
                    break
            if want["code"] == 250:
                good = [rcpt for rcpt, code in want["rcpts"] if code == 250]
                facts["mail's queue_id"] = (got["queue_id"], want["queue_id"])
                facts["mail's deliveries"] = (
                    {(d["orig_to"] or d["to"], d["status"], d["relay"]) for d in got["deliveries"]},
                    {(rcpt, "sent", "local") for rcpt in good})
                facts["mail's removal"] = (got["removed"], True)
                facts["mail's size"] = (got["size"] is not None and got["size"] > 0, True)
                facts["mail's message_id"] = (got["message_id"] is not None, True)
        for name, (got, want) in facts.items():
            if got != want:
                wrong[name].append("%s: got %r, want %r" % (truth["dialogue"][1:2], got, want))
            else:
                wrong[name] += []
    for name, details in wrong.items():
        say(not details, name, details)


def main():
    truths, records = read(sys.argv[1]), read(sys.argv[2])
    say(len(truths) == len(records), "number of sessions", ["%d and %d" % (len(records), len(truths))])
    by_key = collections.defaultdict(list)
    for record in records:
        by_key[key_of(record)].append(record)
    pairs, missing = [], []
    for truth in truths:
        found = by_key[key_of(truth)]
        if found:
            pairs.append((truth, found.pop()))
        else:
            missing.append(json.dumps(truth["dialogue"])[:2000])
    left = [json.dumps(r["dialogue"])[:2000] for rest in by_key.values() for r in rest]
    say(not missing, "each dialogue, word for word", missing)
    say(not left, "no session that was not", left)
    compare_fields(pairs)
    say(len({r["id"] for r in records}) == len(records), "ids are unique")
    ends = [r["t_end"] for r in records if r["t_end"]]
    say(ends == sorted(ends), "in the order of their ends")


main()
