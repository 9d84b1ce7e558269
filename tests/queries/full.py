#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""full.py DIR EMT-QUERIES USER - the disk DIR/disk is full while a name server sends, then it is larger: the file stays
whole, later frames are in it, and that some are missing is told."""
import json
import os
import signal
import subprocess
import sys

folder, emt, user = sys.argv[1:4]
sys.argv = ["taps.py", folder, "1", "0", emt, user]
source = open(os.path.join(os.path.dirname(__file__), "taps.py")).read()
# Its words, without what it does.
taps = {}
exec(compile(source.split("\nnumber = 0\n")[0], "taps.py", "exec"), taps)
taps["out"] = os.path.join(folder, "disk", "out")
taps["log"] = os.path.join(taps["out"], "queries.dnstap")
os.mkdir(taps["out"])
subprocess.run(["chown", user, taps["out"]], check=True)
said = os.path.join(folder, "said")

collector = taps["start_collector"]()
server = taps["Server"]()
for number in range(500):
    server.send(taps["frame"](number))
taps["wait_for"](lambda: "frames are dropped" in open(said).read())
subprocess.run(["mount", "-o", "remount,size=10m", os.path.join(folder, "disk")], check=True)
taps["wait_for"](lambda: "can be written again" in open(said).read())
before = taps["size"]()
server.send(taps["frame"](1000))
taps["wait_for"](lambda: taps["size"]() > before)
collector.send_signal(signal.SIGTERM)
assert collector.wait() == 0
found = subprocess.run([emt, "--strict", taps["log"]], capture_output=True, text=True)
print(found.stderr)
assert found.returncode == 0
records = [json.loads(line) for line in found.stdout.splitlines()]
names = [r["name"] for r in records if r["schema"] == "query/1"]
gaps = [r for r in records if r.get("event") == "dropped"]
print("found %d of 501, %d gaps" % (len(names), len(gaps)))
assert names[0] == "n0" and names[-1] == "n1000" and 10 < len(names) < 501
assert gaps and all(gap["since"] <= gap["time"] for gap in gaps)
