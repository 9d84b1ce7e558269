#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""taps.py DIR SEED ROUNDS EMT-QUERIES USER - name servers that send dnstap to emt-queries collect while either side is
killed, restarted, or ends as it should: what was in the file at some time is in the records once, the file is never
damaged, and every interruption is told as a gap.  Speaks Frame Streams by itself.  Exit status 0, or 1 with faults."""
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time

folder, seed, rounds, emt, user = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
dice = random.Random(seed)
path, out = os.path.join(folder, "sock"), os.path.join(folder, "out")
log = os.path.join(out, "queries.dnstap")
CONTENT = b"protobuf:dnstap.Dnstap"
READY, ACCEPT, START, STOP, FINISH = 4, 1, 2, 3, 5
started = lost = connected = 0


def control(kind, content=True):
    data = struct.pack(">I", kind)
    if content:
        data += struct.pack(">II", 1, len(CONTENT)) + CONTENT
    return struct.pack(">II", 0, len(data)) + data


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def frame(number):
    """A query whose name is its number."""
    label = b"n%d" % number
    dns = struct.pack(">HHHHHH", number & 0xffff, 0, 1, 0, 0, 0) + bytes([len(label)]) + label + b"\0\0\1\0\1"
    dns += bytes(dice.randrange(3) and dice.randrange(2000))  # behind the message: nobody's business
    now = time.time()
    message = field(1, 1) + field(2, 1) + field(3, 1) + field(4, b"\xcb\0\x71\x0b") + field(5, b"\xc6\x33\x64\x1c")
    message += field(6, 1024 + number % 60000) + field(7, 53) + field(8, int(now)) + field(10, dns)
    data = field(1, b"ns.test") + field(14, message) + field(15, 1)
    return struct.pack(">I", len(data)) + data


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def start_collector():
    global started
    started += 1
    ready = os.path.join(folder, "notify")
    if os.path.exists(ready):
        os.unlink(ready)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(ready)
    os.chmod(ready, 0o666)
    notify.settimeout(30)
    process = subprocess.Popen([emt, "collect", "--set", "user=" + user, "--socket", path, "--out", out],
                               stderr=open(os.path.join(folder, "said"), "a"), env={**os.environ, "NOTIFY_SOCKET": ready})
    assert notify.recv(100) == b"READY=1"
    notify.close()
    return process


def size():
    return os.path.getsize(log)


def read_from(offset):
    with open(log, "rb") as f:
        f.seek(offset)
        return f.read()


class Server:
    def __init__(self, bidirectional=True):
        global connected
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(30)
        self.s.connect(path)
        before = size()
        if bidirectional:
            self.s.sendall(control(READY))
            assert self.s.recv(1000) == control(ACCEPT)
        self.s.sendall(control(START))
        wait_for(lambda: size() > before)  # the gap that it was not connected in
        connected += 1

    def send(self, data):
        """In pieces of any size."""
        while data:
            n = dice.randrange(1, 5000)
            self.s.sendall(data[:n])
            data = data[n:]


number = 0
sure = set()     # was seen in the file
sent = set()
faults = []
collector = start_collector()
for _ in range(rounds):
    servers = [Server(dice.randrange(4) > 0) for _ in range(dice.randrange(1, 4))]
    fate = dice.choice(["kill", "kill", "stop collector", "lose", "end"])
    for server in servers:
        before = size()
        numbers, data = [], b""
        for _ in range(dice.randrange(1, 200)):
            numbers.append(number)
            last = frame(number)
            data += last
            number += 1
        sent.update(numbers)
        server.send(data)
        if fate != "kill" or dice.randrange(2):
            wait_for(lambda: last in read_from(before))
            sure.update(numbers)
    if fate == "kill":
        # In the middle of a write, often: half a frame is left.
        for server in servers:
            numbers = list(range(number, number + dice.randrange(400)))
            number += len(numbers)
            sent.update(numbers)
            server.s.setblocking(False)
            try:
                server.s.send(b"".join(frame(n) for n in numbers))
            except BlockingIOError:
                pass
            server.s.settimeout(30)
        collector.kill()
        collector.wait()
        collector = start_collector()
    elif fate == "stop collector":
        collector.send_signal(signal.SIGTERM)
        assert collector.wait() == 0
        collector = start_collector()
    for server in servers:
        if fate == "lose":
            server.s.sendall(frame(10 ** 9)[:20])
            before = size()
            server.s.close()
            lost += 1
            wait_for(lambda: size() > before)
        elif fate == "end":
            server.s.sendall(control(STOP, False))
            assert server.s.recv(1000) == control(FINISH, False)
        server.s.close()

# Those that do not speak the language are shown the door, and nobody else suffers.
good = Server()
for noise in b"\0\0\0\0\0\0\0\x04\0\0\0\x09", b"GET / HTTP/1.0\r\n\r\n", b"\x7f\xff\xff\xff", frame(10 ** 9), control(FINISH), control(READY)[:-1] + b"x":
    bad = socket.socket(socket.AF_UNIX)
    bad.settimeout(30)
    bad.connect(path)
    bad.sendall(noise)
    assert bad.recv(100) == b"", "a stranger was not shown the door: %r" % noise
    bad.close()
before = size()
good.send(frame(number))
sent.add(number)
sure.add(number)
wait_for(lambda: size() > before)
collector.send_signal(signal.SIGTERM)
assert collector.wait() == 0

records = subprocess.run([emt, "--strict", log], capture_output=True, text=True)
if records.returncode:
    faults.append("the file is damaged: " + records.stderr)
records = [json.loads(line) for line in records.stdout.splitlines()]
names = [int(r["name"][1:]) for r in records if r["schema"] == "query/1"]
if len(names) != len(set(names)):
    faults.append("a query twice")
if sure - set(names):
    faults.append("%d queries are lost that were in the file" % len(sure - set(names)))
if set(names) - sent:
    faults.append("queries that nobody asked")
gaps = [r["event"] for r in records if r["schema"] == "query-gap/1"]
for event, n in ("collector-started", started), ("server-connected", connected), ("server-lost", lost):
    if gaps.count(event) != n:
        faults.append("%s: %d times, told %d times" % (event, n, gaps.count(event)))
if [r["event"] for r in records if r["schema"] == "query-gap/1" and r["since"] is None] != ["collector-started"]:
    faults.append("gaps without a start, beside the first")
print("queries %d\nsure %d\nfound %d\nstarts %d\nlost %d" % (len(sent), len(sure), len(names), started, lost))
print("\n".join(faults))
sys.exit(len(faults) > 0)
