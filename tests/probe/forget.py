#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tree of data is to be after somebody was forgotten, by the letter and without haste.

forget.py want BEFORE ADDRESS TOKEN...     prints the tree that is to be left of BEFORE
forget.py have AFTER                       prints the tree that is there
forget.py traces AFTER ADDRESS TOKEN...    prints the files that still have traces

A tree is printed as a line for each file: path, mode, SHA-256.  State folders are left out of the first two."""
import hashlib
import json
import os
import re
import sys

DAY = re.compile(r"\d{4}-\d\d-\d\d\.jsonl$")


def files(top):
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            yield os.path.relpath(path, top), path


def pattern(address, tokens):
    parts = [re.escape(t) for t in tokens]
    if address != "-":
        parts.append(r"(?<![A-Za-z0-9.!#$%&'*+\-/=?^_`{|}~])" + re.escape(address) + r"(?!\.?[A-Za-z0-9-])")
    return re.compile("|".join(parts).encode(), re.I)


def show(path, mode, content):
    print(path, oct(mode), hashlib.sha256(content).hexdigest())


def is_state(path):
    return path.split(os.sep)[0] == "state" or os.path.basename(path).startswith(".")


def want(top, address, tokens):
    traces, tree = pattern(address, tokens), {}
    for rel, path in files(top):
        with open(path, "rb") as f:
            tree[rel] = (os.stat(path).st_mode & 0o7777, f.read())
    gone, ids = set(), []
    for rel, (_, content) in tree.items():
        if DAY.search(rel):
            ids += [json.loads(line)["id"].encode() for line in content.splitlines()
                    if traces.search(line) and json.loads(line)["schema"] == "session/1"]
        elif traces.search(rel.encode()) or traces.search(content):
            stem = rel[:-5] if rel.startswith("sessions") and rel.endswith(".json") else rel
            gone |= {stem, stem + ".json" if rel.startswith("sessions") else stem}
            for one, other in (("mails/", "json/"), ("json/", "mails/")):
                gone.add(stem.replace(one, other))
    for rel, (mode, content) in sorted(tree.items()):
        if is_state(rel) or (rel in gone and "dnstap" not in rel):
            continue
        if DAY.search(rel):
            content = b"".join(line for line in content.splitlines(True)
                               if not traces.search(line) and not any(i in line for i in ids))
        show(rel, mode, content)


def have(top):
    for rel, path in sorted(files(top)):
        if not is_state(rel):
            with open(path, "rb") as f:
                show(rel, os.stat(path).st_mode & 0o7777, f.read())


def left(top, address, tokens):
    traces = pattern(address, tokens)
    for rel, path in sorted(files(top)):
        with open(path, "rb") as f:
            if traces.search(f.read()) or traces.search(rel.encode()):
                print(rel)


if sys.argv[1] == "want":
    want(sys.argv[2], sys.argv[3], sys.argv[4:])
elif sys.argv[1] == "have":
    have(sys.argv[2])
else:
    left(sys.argv[2], sys.argv[3], sys.argv[4:])
