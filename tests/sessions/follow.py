#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""follow.py WHOLE OUT: what a log read at once gives (WHOLE, session/1 lines) against the files that following it left
in the folder OUT.  Prints what differs; exits 1 if anything does."""
import glob
import json
import os
import sys

whole = {}
for line in open(sys.argv[1], encoding="utf-8"):
    record = json.loads(line)
    whole[record["id"]] = record
out = sys.argv[2]
wrong = []


def complain(text):
    wrong.append(text)


def settled(record):
    """The record without what depends on when it was written."""
    return {key: value for key, value in record.items() if key != "limits"} | {
        "limits": [limit for limit in record["limits"] if limit != "held"]
    }


def deliveries_of(record):
    return [
        dict(delivery, queue_id=mail["queue_id"])
        for mail in record["mails"]
        for delivery in mail["deliveries"]
    ]


def text_of(delivery):
    return json.dumps(delivery, sort_keys=True)


daily, later = {}, {}
for name in sorted(glob.glob(out + "/????-??-??.jsonl")):
    for line in open(name, encoding="utf-8"):
        record = json.loads(line)
        if record["schema"] == "delivery/1":
            key = record["session"]
            later.setdefault(key, []).append(
                {k: v for k, v in record.items() if k not in ("schema", "tool", "session", "time")}
            )
        elif record["id"] in daily:
            complain(f"{name}: {record['id']} twice")
        else:
            daily[record["id"]] = record
    if os.stat(name).st_mode & 0o777 != 0o600:
        complain(f"{name}: not 0600")

files = {}
for name in glob.glob(out + "/*.json"):
    record = json.load(open(name, encoding="utf-8"))
    if record["id"] in files:
        complain(f"{name}: {record['id']} twice")
    files[record["id"]] = name
    want = whole.get(record["id"])
    if want is None or settled(record) != settled(want):
        complain(f"{name}: is not what the log says")
    raw = open(name[: -len(".json")], "rb").read()
    spoken = sum(1 for line in raw.split(b"\n") if b"]: < " in line or b"]: > " in line)
    if spoken != record["dialogue_lines"]:
        complain(f"{name}: {record['dialogue_lines']} lines of dialogue, {spoken} in the log's lines")
    if os.stat(name).st_mode & 0o777 != 0o600:
        complain(f"{name}: not 0600")

for key, want in whole.items():
    if key not in daily or key not in files:
        complain(f"{key}: lost")
        continue
    together = deliveries_of(daily[key]) + later.get(key, [])
    if sorted(map(text_of, together)) != sorted(map(text_of, deliveries_of(want))):
        complain(f"{key}: deliveries {together}, not {deliveries_of(want)}")
for key in daily.keys() - whole.keys():
    complain(f"{key}: invented")

print(f"sessions {len(whole)} daily {len(daily)} files {len(files)} later {sum(map(len, later.values()))}")
for text in wrong[:20]:
    print(text)
sys.exit(1 if wrong else 0)
