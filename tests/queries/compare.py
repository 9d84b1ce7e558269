#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare.py KIND TRUTH RECORDS [IDENTITY] - the records of emt-queries are what was asked (ask.py), in the same order,
with every fact that a source of that KIND knows, and null for what it does not know.  Exit status 0, or 1 with each
difference."""
import json
import sys

kind, truth_file, records_file = sys.argv[1:4]
identity = sys.argv[4] if len(sys.argv) > 4 else None
ANSWER = ["rcode", "flags.tc", "flags.aa", "flags.ad", "answer_size"]
# What the sources do not tell.
UNTOLD = {
    "dnstap": [],
    "pcap": [],
    "bind": ["server_port", "msg_id", "size", "edns.size"] + ANSWER,
    "powerdns": ["server", "server_port", "port", "msg_id", "size", "class", "opcode", "flags.rd", "flags.cd",
                 "edns.version", "edns.options"] + ANSWER,
}[kind]


def value(record, key):
    for part in key.split("."):
        record = record[part]
    return record


def expected(truth):
    want = {key: None if key in UNTOLD else val for key, val in truth.items()}
    want["qname_lower"] = truth["name"].lower()
    if kind == "bind" and truth["edns.present"]:
        want["edns.options"] = None
    if kind == "powerdns" and not truth["edns.present"] or kind == "powerdns" and truth["edns.size"] == 512 and \
            not truth["flags.do"]:
        # It says 512 either way.
        want["edns.present"] = want["edns.size"] = None
    return want


truths = [json.loads(line) for line in open(truth_file)]
records = [json.loads(line) for line in open(records_file)]
records = [r for r in records if r["schema"] == "query/1" and (not identity or r["identity"] == identity)]
# What was asked before and after, to see whether the server is there; and what is not compared.
mine = {"203.0.113.11", "2001:db8:f::11"}
records = [r for r in records if r["client"] in mine and (r["port"] is None or r["port"] < 30000)]
if kind == "powerdns":
    records = [r for r in records if not r["name"].startswith("the-end.")]
faults = 0
times = [r["time"] for r in records]
if times != sorted(times):
    faults += 1
    print("not in the order of time")
# BIND passes over queries of an EDNS version that it does not know (BADVERS); Knot tells of its answer alone.
if kind == "bind" or identity == "named.test":
    truths = [t for t in truths if t["rcode"] != 16]
if identity == "knot.test":
    unasked = [r for r in records if r["answer_only"]]
    if [r["rcode"] for r in unasked] != [16]:
        faults += 1
        print("only answers: %s" % unasked)
    records = [r for r in records if not r["answer_only"]]
    truths = [t for t in truths if t["rcode"] != 16]
if len(truths) != len(records):
    faults += 1
    print("%d were asked, %d are recorded" % (len(truths), len(records)))
truths = [expected(t) for t in truths]
# Stamps are coarse: a second with PowerDNS, milliseconds with BIND.  Queries of one moment have no order of their own.
if kind == "powerdns":
    def order(r):
        edns = r.get("edns") or {"size": r["edns.size"], "subnet": r["edns.subnet"]}
        return [str(r[key]) for key in ("client", "proto", "name", "type")] + [str(edns["size"]), str(edns["subnet"])]
else:
    def order(r):
        return [r["port"], r["msg_id"] or r["qname_lower"]]
truths.sort(key=order)
records.sort(key=order)
for want, got in zip(truths, records):
    for key, val in want.items():
        if value(got, key) != val:
            faults += 1
            print("%s %s: %s is %r, should be %r" % (want["name"], want["type"], key, value(got, key), val))
if kind in ("dnstap", "pcap"):
    for r in records:
        if r["answered"] is None or not 0 <= r["answered"] - r["time"] < 5:
            faults += 1
            print("%s: answered %r, asked %r" % (r["name"], r["answered"], r["time"]))
    big = [r for r in records if r["name"].startswith("big.")]
    if len(big) != 4:
        faults += 1
        print("no retries over TCP")
    for over_udp, over_tcp in zip(big[::2], big[1::2]):
        if over_tcp["retry_of"] != over_udp["id"] or over_udp["retry_of"] is not None:
            faults += 1
            print("the retry over TCP is not known as one")
if len({r["id"] for r in records}) != len(records):
    faults += 1
    print("an id twice")
sys.exit(faults > 0)
