#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""enrich_time.py FOLDER FIRST LAST one|all - puts records of senders FIRST to LAST into FOLDER, one after the other or all at
once, waits until the daemon has completed them, and prints how long that took.

"slowest" is the answer that took longest or, if that is longer, the MX answer and then that about the TLSA records of the host
that it names: nobody could be faster.  An answer from the cache took no time."""
import json
import os
import re
import sys
import time

folder, first, last, how = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


def record(n):
    host = "out%d.mail.test" % n
    return {"schema": "mail/1", "tool": "emt-deliver 0.1", "sender": "b@d%d.mail.test" % n, "arrived": time.time(),
            "client": {"address": "192.0.2.%d" % (n % 254 + 1), "port": None, "helo": host, "hostname": host,
                       "protocol": "ESMTPS"},
            "headers": {"from": "A <a@d%d.mail.test>" % n,
                        "dkim_signature": [{"text": "", "tags": {"s": "s", "d": "d%d.mail.test" % n}}]},
            "enrichment": "pending"}


def put(n):
    name = os.path.join(folder, "m%d" % n)
    with open(folder + "/.new", "w") as f:
        json.dump(record(n), f)
    inode = os.stat(folder + "/.new").st_ino
    begun = time.monotonic()
    os.link(folder + "/.new", name)
    os.unlink(folder + "/.new")
    return name, inode, begun


def wait(puts):
    """For each (name, inode, begun): milliseconds until another file has its name."""
    left, took = list(puts), {}
    while left:
        now = time.monotonic()
        for item in list(left):
            if os.stat(item[0]).st_ino != item[1]:
                took[item[0]] = (now - item[2]) * 1000
                left.remove(item)
        time.sleep(0.0002)
        if left and now - left[0][2] > 120:
            sys.exit("a record is not completed after two minutes")
    return took


def slowest(done):
    ms = {(l["name"], l["type"]): 0 if l["cached"] else l["ms"] for l in done["lookups"]}

    def of(kind, pattern):
        return max([v for (name, t), v in ms.items() if t in kind and re.match(pattern, name)], default=0)

    return max([of(("MX",), "") + of(("TLSA",), "_25._tcp.in")] + list(ms.values()))


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


took = {}
if how == "one":
    for n in range(first, last + 1):
        took.update(wait([put(n)]))
else:
    took = wait([put(n) for n in range(first, last + 1)])
done = {}
for name in took:
    with open(name) as f:
        done[name] = json.load(f)
states = [d["enrichment"] for d in done.values()]
over = [took[n] - slowest(done[n]) for n in took]
print("%3d mails, %d complete, %d partial, %d look-ups each" % (
    len(took), states.count("complete"), states.count("partial"), median([len(d["lookups"]) for d in done.values()])))
print("    to the record     median %8.1f ms, slowest %8.1f ms" % (median(took.values()), max(took.values())))
print("    slowest answer    median %8.1f ms, slowest %8.1f ms" % (
    median([slowest(d) for d in done.values()]), max(slowest(d) for d in done.values())))
print("    over that answer  median %8.1f ms, most    %8.1f ms; ratio, median %.3f, most %.3f" % (
    median(over), max(over), median([took[n] / max(slowest(done[n]), .001) for n in took]),
    max(took[n] / max(slowest(done[n]), .001) for n in took)))
