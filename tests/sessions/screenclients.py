#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""screenclients.py FOLDER LOG - clients that talk to the postscreen of postscreen.t, all at once, and write down what was
said and what is true of each session: FOLDER/truth, one JSON object a line.
screenclients.py --compare TRUTH RECORDS - that against the records of emt-sessions: `same NAME` or `different NAME` for
each thing compared, and what is different as comments."""
import json
import os
import re
import socket
import ssl
import sys
import threading
import time

WAIT = 30  # seconds, for anything


class Session:
    """One connection.  `said` is all that went over the wire, but for TLS."""

    def __init__(self, ip, port):
        self.socket = socket.create_connection(("127.0.0.1", port), WAIT, (ip, 0))
        self.truth = {"client_ip": ip, "client_port": self.socket.getsockname()[1], "port": port, "said": [],
                      "screened": True, "failed": [], "passed": False, "after": None, "tls": False, "rcpts": []}
        self.buffer = b""

    def lines(self):
        """A reply, all of its lines; [] at the end."""
        lines = []
        while True:
            while b"\n" not in self.buffer:
                try:
                    data = self.socket.recv(65536)
                except ConnectionResetError:
                    data = b""
                if not data:
                    return lines
                self.buffer += data
            line, self.buffer = self.buffer.split(b"\n", 1)
            lines.append(line.rstrip(b"\r").decode())
            self.truth["said"].append(["S", lines[-1]])
            if lines[-1][3:4] != "-":
                return lines

    def say(self, text):
        self.truth["said"].append(["C", text])
        self.socket.sendall(text.encode() + b"\r\n")
        return self.lines()

    def greeting(self):
        """220-teaser and 220 are two lines of one reply."""
        return self.lines()

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.truth["tls"] = self.socket.version()

    def mail(self, rcpt="bob@example.com"):
        self.say("MAIL FROM:<alice@sender.example>")
        code = int(self.say("RCPT TO:<%s>" % rcpt)[-1][:3])
        self.truth["rcpts"].append([rcpt, code])

    def end(self, kind, **facts):
        self.truth.update(facts, end=kind)
        self.socket.close()
        return self.truth


# What clients do.  Each returns what is true of its session.
def passes(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO passes.example")
    s.mail()
    s.say("QUIT")
    return s.end("quit", screened=False)


def is_refused(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO refused.example")
    s.mail()
    s.say("QUIT")
    return s.end("quit", failed=["denylisted"])


def is_refused_under_tls(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO a.example")
    s.say("STARTTLS")
    s.start_tls()
    s.say("EHLO b.example")
    s.mail()
    s.say("QUIT")
    return s.end("quit", failed=["denylisted"])


def gives_a_secret(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO secret.example")
    s.say("AUTH PLAIN AGFsaWNlAHNlY3JldA==")
    s.truth["said"][-2][1] = "AUTH PLAIN [redacted]"
    s.say("QUIT")
    return s.end("quit", failed=["denylisted"])


def sends_data(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO data.example")
    s.mail()
    s.say("DATA")
    return s.end("screened", after="DATA", failed=["denylisted", "no-rcpt"])


def speaks_first(ip, port):
    s = Session(ip, port)
    s.truth["said"].append(["C", "EHLO early.example"])
    s.socket.sendall(b"EHLO early.example\r\n")
    s.lines()
    # The teaser came first; the command was answered in the same reply as far as its lines go.
    said = s.truth["said"]
    said.insert(1, said.pop(0)) if said[1][1].startswith("220-") else None
    s.mail()
    s.say("QUIT")
    return s.end("quit", failed=["pregreet"])


def hangs_up(ip, port):
    s = Session(ip, port)
    teaser = b""
    while b"\n" not in teaser:
        teaser += s.socket.recv(100)
    s.truth["said"].append(["S", teaser.decode().strip()])
    s.socket.shutdown(socket.SHUT_WR)
    s.lines()
    return s.end("lost", after="CONNECT")


def is_gone_after_mail(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO gone.example")
    s.say("MAIL FROM:<>")
    return s.end("lost", after="MAIL", failed=["denylisted"])


def is_dropped(ip, port):
    s = Session(ip, port)
    s.lines()
    return s.end("screened", failed=["denylisted"])


def is_dropped_for_speaking(ip, port):
    s = Session(ip, port)
    s.socket.sendall(b"EHLO early.example\r\n")
    s.lines()
    return s.end("screened", failed=["pregreet"])


def comes_twice(ip, port):
    first = Session(ip, port)
    teaser = first.socket.recv(100)
    second = Session(ip, port)
    second.lines()
    assert teaser.startswith(b"220-")
    first.socket.shutdown(socket.SHUT_WR)
    first.lines()
    return [first.end("lost", after="CONNECT"), second.end("refused")]


def is_ignored(ip, port):
    """It fails, and goes on to smtpd without a word."""
    s = Session(ip, port)
    s.socket.sendall(b"EHLO early.example\r\n")
    s.greeting()
    s.lines()
    s.say("QUIT")
    return s.end("quit", screened=False)


def is_deep(ip, port):
    """Passes all tests, the last of them in a dialogue with postscreen."""
    s = Session(ip, port)
    s.greeting()
    s.say("EHLO deep.example")
    s.mail()
    s.mail("carol@example.com")
    s.say("QUIT")
    return s.end("screened", passed=True, helo="deep.example")


def is_slow(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.say("HELO slow.example")
    s.lines()
    return s.end("timeout", after="HELO", failed=["time-limit"])


def talks_much(ip, port):
    s = Session(ip, port)
    s.greeting()
    while s.say("NOOP")[-1].startswith("250"):
        pass
    return s.end("screened", after="NOOP", failed=["count-limit"])


def pipelines(ip, port):
    s = Session(ip, port)
    s.greeting()
    s.socket.sendall(b"HELO pipe.example\r\nMAIL FROM:<a@sender.example>\r\nRCPT TO:<bob@example.com>\r\nQUIT\r\n")
    for _ in range(4):
        s.lines()
    s.truth["rcpts"] = [["bob@example.com", 550]]
    return s.end("screened", failed=["pipelining"], helo="pipe.example")


PLANS = [(passes, 2525, 3), (passes, 2525, 1), (passes, 2526, 3), (passes, 2527, 2), (is_refused, 2525, 2),
         (is_refused_under_tls, 2525, 2), (gives_a_secret, 2525, 2), (sends_data, 2525, 2), (speaks_first, 2530, 3),
         (hangs_up, 2530, 3), (is_gone_after_mail, 2525, 2), (is_dropped, 2526, 2), (is_dropped_for_speaking, 2531, 3),
         (hangs_up, 2531, 3), (comes_twice, 2531, 3), (is_ignored, 2527, 3), (is_deep, 2528, 3), (is_slow, 2529, 3),
         (talks_much, 2528, 3), (pipelines, 2528, 3)]
COPIES = 4
TOLD = (2525, 2530)  # the ports whose postscreen logs its dialogue


def client(plan, ip, results):
    function, port, _ = plan
    try:
        got = function(ip, port)
        results.extend(got if isinstance(got, list) else [got])
    except Exception as error:  # the main thread reports it
        results.append("%s: %r" % (function.__name__, error))


def talk(folder, log):
    results, threads = [], []
    for i in range(COPIES * len(PLANS)):
        plan = PLANS[i % len(PLANS)]
        ip = "127.0.%d.%d" % (plan[2], i + 1)
        threads.append(threading.Thread(target=client, args=(plan, ip, results)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [r for r in results if isinstance(r, str)]
    if failed:
        raise SystemExit("\n".join(failed))
    deadline = time.monotonic() + WAIT
    while True:
        with open(log, encoding="utf-8", errors="replace") as f:
            text = f.read()
        if len(re.findall(r"(?:postscreen\[\d+\]: DISCONNECT \[|smtpd\[\d+\]: disconnect from )", text)) >= len(results):
            break
        if time.monotonic() > deadline:
            raise SystemExit("still waiting for the last line")
        time.sleep(0.05)
    with open(os.path.join(folder, "truth"), "w", encoding="utf-8") as f:
        for r in results:
            f.write(json.dumps(r) + "\n")


def read(name):
    with open(name, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def compare(truths, records):
    screened = {(r["client_ip"], r["screen"]["client_port"]): r for r in records if "screen" in r}
    others = [r for r in records if "screen" not in r]
    wrong = {"postscreen's sessions": [], "sessions of smtpd": []}
    if len(truths) != len(records) or len(screened) + len(others) != len(records):
        wrong["postscreen's sessions"].append("%d records, not %d" % (len(records), len(truths)))
    smtpd = sorted(t["client_ip"] for t in truths if not t["screened"])
    if smtpd != sorted(r["client_ip"] for r in others):
        wrong["sessions of smtpd"].append("%r, not %r" % (sorted(r["client_ip"] for r in others), smtpd))
    for truth in truths:
        if not truth["screened"]:
            continue
        record = screened.get((truth["client_ip"], truth["client_port"]))
        if not record:
            wrong["postscreen's sessions"].append("missing: %r" % truth)
            continue
        said = truth["said"] if truth["port"] in TOLD else []
        kind, after = truth["end"], truth["after"]
        if truth["port"] not in TOLD and kind == "quit":
            kind = "screened"
        facts = {
            "end": ({"kind": kind, "after": after}, record["end"]),
            "dialogue": (said, record["dialogue"]),
            "tests failed": (truth["failed"], record["screen"]["failed"]),
            "passed": (truth["passed"], record["screen"]["passed"]),
            "server": (["127.0.0.1", truth["port"]],
                       [record["screen"]["server_ip"], record["screen"]["server_port"]]),
            "complete": (True, record["complete"] and record["t_end"] - record["t_connect"] < WAIT),
            "tls": (truth["tls"], (record["tls"] or {}).get("protocol") or False),
            "recipients": (truth["rcpts"], [rcpt for mail in record["mails"] for rcpt in mail["rcpts"]]),
        }
        if "helo" in truth:
            facts["helo"] = (truth["helo"], record["helo"])
        for name, (want, got) in facts.items():
            wrong.setdefault(name, [])
            if want != got:
                wrong[name].append("%s %s: got %r, want %r" % (truth["client_ip"], truth["port"], got, want))
    for name, details in wrong.items():
        print("different" if details else "same", name)
        for detail in details[:5]:
            print("#", detail)


if sys.argv[1] == "--compare":
    compare(read(sys.argv[2]), read(sys.argv[3]))
else:
    talk(sys.argv[1], sys.argv[2])
