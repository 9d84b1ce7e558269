#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""brief.py [FILE] - mx-id/1 lines as the .expect files write them:
DOMAIN SELF_HOSTED; MX ID SOURCE SCORE CORRECTED NEW_ID COMPANY "REASON"; MX NONE; ..., MX in order, - for null."""
import json
import sys


def brief(record):
    parts = {entry["mx"]: "%s NONE" % entry["mx"] for entry in record["no_id"] if entry["mx"]}
    for entry in record["ids"]:
        text = " ".join(str("-" if entry[key] is None else entry[key]) for key in (
            "mx", "id", "source", "score", "corrected", "new_id", "company"))
        parts[entry["mx"]] = text + (' "%s"' % entry["reason"] if entry["corrected"] else "")
    return "; ".join(["%s %s" % (record["domain"], record["self_hosted"])] + [parts[mx] for mx in sorted(parts)])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin as f:
        for line in f:
            print(brief(json.loads(line)))
