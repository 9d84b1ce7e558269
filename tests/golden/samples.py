#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""samples.py SAMPLES RECORDS LOG - what samples.t found in the sample logs, against the truths that come with them.
LOG is complete.log unpacked.  Prints `same NAME` or `different NAME`, and what is different as comments."""
import json
import os
import re
import sys


def read_lines(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return json.load(f)


def say(name, wrong):
    print("different" if wrong else "same", name)
    for line in wrong[:10]:
        print("#", line)


def end_text(record):
    end = record["end"]
    return "%s after %s" % (end["kind"], end["after"]) if end["after"] else end["kind"]


def facts(record):
    """A record in the words of the truth files."""
    return {
        "pid": record["pid"],
        "client_ip": record["client_ip"],
        "client": "%s[%s]" % (record["client_name"], record["client_ip"]),
        "head_missing": record["t_connect"] is None,
        "helo": record["helo"],
        "auth": record["auth"],
        "mails": len(record["mails"]),
        "mail_from": [mail["from"] for mail in record["mails"]],
        "end": end_text(record),
        "complete": record["complete"],
        "dialogue_lines": record["dialogue_lines"],
    }


def compare_told(name, truths, records):
    """Sessions of which somebody told some facts, by pid."""
    wrong = []
    if sorted(t["pid"] for t in truths) != sorted(r["pid"] for r in records):
        wrong.append("pids %s" % [r["pid"] for r in records])
    by_pid = {r["pid"]: facts(r) for r in records}
    for truth in truths:
        for key, want in truth.items():
            if key != "note" and by_pid.get(truth["pid"], {}).get(key) != want:
                wrong.append("%s: %s is %r, not %r" % (truth["pid"], key, by_pid.get(truth["pid"], {}).get(key), want))
    say(name, wrong)


def compare_oracle(oracle, records):
    """Whole sessions of another parser, in order; it draws nothing from lines that are not the session's own."""
    wrong = [] if len(oracle) == len(records) else ["%d sessions, not %d" % (len(records), len(oracle))]
    keys = ("host", "service", "pid", "client_name", "client_ip", "t_connect", "t_end", "helo", "esmtp", "complete",
            "dialogue", "dialogue_lines", "dialogue_sha256")
    for number, (want, got) in enumerate(zip(oracle, records)):
        pairs = [(key, got[key], want[key]) for key in keys]
        pairs.append(("end", got["end"], {"after": None, **want["end"]}))
        pairs.append(("counters", got["counters"], {**want["stats"], "commands": want["commands"]}))
        pairs.append(("tls", got["tls"] and {key: got["tls"][key] for key in want["tls"] or {}}, want["tls"]))
        wrong += ["session %d: %s is %r, not %r" % (number, key, a, b) for key, a, b in pairs if a != b]
    say("complete.log is as the oracle has it", wrong)


def compare_screened(log, records):
    """postscreen's sessions: each DISCONNECT of its is one, and nothing else."""
    wrong, connects, passed = [], {}, 0
    ended = []
    with open(log, encoding="utf-8", errors="replace") as f:
        for line in f:
            said = re.search(r" postfix/postscreen\[(\d+)\]: (.*)", line)
            if not said:
                continue
            client = re.search(r"\[([0-9a-f.:]+)\]:(\d+)", said[2])
            if said[2].startswith("CONNECT "):
                connects[client[0]] = []
            elif said[2].startswith("DISCONNECT "):
                ended.append((client[1], int(client[2]), connects.pop(client[0])))
            elif said[2].startswith("PASS "):
                passed += 1
                connects.pop(client[0])
            elif client and client[0] in connects:
                connects[client[0]].append(said[2])
    if len(records) != len(ended) or connects or not passed:
        wrong.append("%d sessions, not %d" % (len(records), len(ended)))
    for (ip, port, said), record in zip(ended, records):
        failed = {test for test, word in (("dnsbl", "DNSBL "), ("pregreet", "PREGREET "),
                                          ("pipelining", "COMMAND PIPELINING "))
                  if any(text.startswith(word) for text in said)}
        rejects = sum("reject: RCPT" in text for text in said)
        left = any(text.startswith("HANGUP ") for text in said)
        got = (record["client_ip"], record["screen"]["client_port"], set(record["screen"]["failed"]),
               sum(len(mail["rcpts"]) for mail in record["mails"]), record["end"]["kind"])
        want = (ip, port, failed, rejects, "lost" if left else "screened")
        if got != want:
            wrong.append("%r, not %r" % (got, want))
    say("complete.log: what postscreen kept to itself", wrong)


def main():
    samples, work = sys.argv[1], sys.argv[2]
    compare_told("misc_forms.log", read(samples, "misc_forms.truth.json")["sessions"],
                 read_lines(work, "misc_forms.log.jsonl"))
    for name, truth in read(samples, "forum", "truth.json").items():
        compare_told(name, truth["sessions"], read_lines(work, name + ".jsonl"))
    complete = read_lines(work, "complete.jsonl")
    compare_oracle(read_lines(work, "oracle"), [record for record in complete if "screen" not in record])
    compare_screened(sys.argv[3], [record for record in complete if "screen" in record])
    misc = {r["pid"]: r for r in read_lines(work, "misc_forms.log.jsonl")}
    say("zones of one session differ, and it is an hour long",
        [] if misc[107]["t_end"] - misc[107]["t_connect"] == 3600 else [str(misc[107])])
    mails = [mail for record in complete if "screen" not in record for mail in record["mails"]]
    say("complete.log: each mail's way through the queue",
        [] if len(mails) == 311 and sum(m["removed"] for m in mails) == 310 and
        sum(len(m["deliveries"]) for m in mails) == 372 else ["%d mails" % len(mails)])


main()
