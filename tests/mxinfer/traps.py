#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""traps.py PROGRAM WORK - the small populations of traps/, through emt-mxinfer and through the oracle.  Prints `same NAME` or
`different NAME`."""
import glob
import json
import os
import sys

import brief
import compare
import oracle

KINDS = ("tsv", "zdns", "zgrab", "ip2asn", "pfx2as", "scan")


def check(suite, expect):
    base = expect.removesuffix(".expect")
    name = os.path.basename(base)
    switches = open(base + ".args", encoding="utf-8").read().split() if os.path.exists(base + ".args") else []
    inputs = [(kind, "%s.%s" % (base, kind)) for kind in KINDS if os.path.exists("%s.%s" % (base, kind))]
    with open(expect, encoding="utf-8") as f:
        want = [line.rstrip("\n") for line in f if not line.startswith("#")]
    output = suite.run([file for _, file in inputs] + switches)
    got = [brief.brief(json.loads(line)) for line in (output or b"").decode().splitlines()]
    compare.say(got == want, name, ["got  %s\n#   want %s" % pair for pair in zip(got, want) if pair[0] != pair[1]])
    world = oracle.read_world(["%s:%s" % one for one in inputs], "--compat" in switches)
    truth = [brief.brief(record) for record in suite.truth(world, switches)]
    compare.say(truth == want, "%s: the oracle knows it" % name)


def main():
    suite = compare.Suite(*sys.argv[1:])
    for expect in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "traps", "*.expect"))):
        check(suite, expect)


if __name__ == "__main__":
    main()
