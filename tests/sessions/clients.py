#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""clients.py FOLDER CLIENTS ROUNDS - clients that talk to the Postfix of host.sh at the same time, and write down what
was said and what is true of each session: FOLDER/truth, one JSON object a line.  Returns when the queue is empty."""
import json
import os
import random
import signal
import socket
import ssl
import sys
import threading
import time

WAIT = 60  # seconds, for anything


class Lost(Exception):
    """The server closed the connection."""


class Session:
    def __init__(self, ip, port=2525, wrapped=False):
        self.ip = ip
        self.said = []
        self.truth = {"client_ip": ip, "mails": [], "helo": None, "esmtp": None, "tls": False,
                      "port": port, "after": None}
        server = "2001:db8::1" if ":" in ip else "192.0.2.1"
        self.socket = socket.create_connection((server, port), WAIT, (ip, 0))
        self.buffer = b""
        if wrapped:
            self.start_tls()

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket, server_hostname="mx1.example.net")
        self.truth["tls"] = self.socket.version()

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        while b"\n" not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                raise Lost()
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode()

    def reply(self):
        while True:
            line = self.line()
            self.said.append(["S", line])
            if line[3:4] != "-":
                return int(line[:3])

    def say(self, text, shown=None):
        """One command and its reply."""
        self.send(text.encode() + b"\r\n")
        self.said.append(["C", text if shown is None else shown])
        return self.reply()

    def pipeline(self, texts):
        """Commands sent at once; each stands before its own reply, as Postfix logs them."""
        self.send("".join(text + "\r\n" for text in texts).encode())
        codes = []
        for text in texts:
            self.said.append(["C", text])
            codes.append(self.reply())
        return codes

    def hello(self, name, verb="EHLO"):
        if self.say("%s %s" % (verb, name)) == 250:
            self.truth["helo"] = name
            self.truth["esmtp"] = verb.upper() == "EHLO"

    def end(self, kind, after=None):
        self.truth["end"] = kind
        self.truth["after"] = after
        self.truth["dialogue"] = self.said
        self.socket.close()
        return self.truth

    def quit(self):
        self.say("QUIT")
        return self.end("quit")


def new_mail(session, sender, rcpts, codes):
    mail = {"from": sender, "rcpts": [list(pair) for pair in zip(rcpts, codes)], "code": None, "data": None,
            "queue_id": None}
    session.truth["mails"].append(mail)
    return mail


def content(session, mail, size=200):
    session.send(b"Subject: x\r\n\r\n" + b"y" * size + b"\r\n.\r\n")
    mail["code"] = session.reply()
    mail["queue_id"] = session.said[-1][1].split()[-1]


def send_mail(session, sender="alice@sender.example", rcpts=("bob@example.net",), size=200):
    session.say("MAIL FROM:<%s>" % sender)
    codes = [session.say("RCPT TO:<%s>" % rcpt) for rcpt in rcpts]
    mail = new_mail(session, sender, rcpts, codes)
    code = session.say("DATA")
    if code != 354:
        mail["code"] = code
        return
    mail["data"] = "DATA"
    content(session, mail, size)


# What clients do.  Each gets an address and a name of its own and returns what is true of the session.
def one_mail(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    send_mail(s)
    return s.quit()


def old_client(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name, "helo")
    send_mail(s, "", ("bob@example.net", "grey@example.net", "no@example.net"))
    return s.quit()


def several_mails(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    for i in range(3):
        send_mail(s, "alice%d@sender.example" % i, ("bob@example.net", "no@example.net", "bob@example.net"), 5000)
    s.say("MAIL FROM:<given-up@sender.example> SIZE=100")
    codes = [s.say("RCPT TO:<bob@example.net>")]
    new_mail(s, "given-up@sender.example", ["bob@example.net"], codes)
    s.say("RSET")
    return s.quit()


def pipelined(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    codes = s.pipeline(["MAIL FROM:<p@sender.example>", "RCPT TO:<bob@example.net>", "RCPT TO:<grey@example.net>",
                        "DATA"])
    mail = new_mail(s, "p@sender.example", ["bob@example.net", "grey@example.net"], codes[1:3])
    mail["data"] = "DATA"
    content(s, mail)
    return s.quit()


def chunked(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    s.say("MAIL FROM:<c@sender.example>")
    mail = new_mail(s, "c@sender.example", ["bob@example.net"], [s.say("RCPT TO:<bob@example.net>")])
    mail["data"] = "BDAT"
    for command, chunk in (("BDAT 14", b"Subject: x\r\n\r\n"), ("BDAT 3 LAST", b"y\r\n")):
        s.send(command.encode() + b"\r\n" + chunk)
        s.said.append(["C", command])
        mail["code"] = s.reply()
    mail["queue_id"] = s.said[-1][1].split()[-1]
    return s.quit()


def secured(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    if s.say("STARTTLS") == 220:
        s.start_tls()
    s.hello(name + ".tls")
    send_mail(s)
    return s.quit()


def wrapped(ip, name):
    s = Session(ip, 2465, True)
    s.reply()
    s.hello(name)
    send_mail(s)
    return s.quit()


def refused_rcpts(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    send_mail(s, "r@sender.example", ("no@example.net", "grey@example.net"))
    s.say("RSET")
    send_mail(s, "nodata@sender.example")
    s.say("RSET")
    return s.quit()


def credentials(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    s.say("AUTH PLAIN AGFsaWNlAHNlY3JldA==", "AUTH PLAIN [redacted]")
    s.say("auth login", "auth login")
    s.say("c2VjcmV0MTIz", "[redacted]")
    return s.quit()


def hostile(ip, name):
    s = Session(ip)
    s.reply()
    s.hello("%s Nov 21 19:34:06 mx1 postfix/smtpd[1]: connect from evil[203.0.113.5]" % name)
    s.say("NOOP < unknown[192.0.2.1]: MAIL FROM:<forged@sender.example>")
    s.say("NOOP > unknown[192.0.2.1]: 250 2.0.0 Ok: queued as FAKE")
    s.say("NOOP disconnect from unknown[%s] ehlo=1 quit=1 commands=2" % ip)
    s.say("   NOOP \u00fc\u20ac\U0001f600 \u2028 \u202e \u0085")
    s.say("NOOP " + "x" * 1800)
    s.say("nonsense \"quoted\\")
    s.say("")
    send_mail(s, '"a]: b <c>, to=<d@e"@sender.example')
    return s.quit()


def xclient(ip, name):
    s = Session(ip)
    s.reply()
    s.hello("proxy.example")
    s.say("XCLIENT NAME=inner.example ADDR=203.0.113.99")
    s.truth["client_ip"] = "203.0.113.99"
    s.truth["from_ip"] = ip
    s.hello(name)
    send_mail(s)
    return s.quit()


def not_smtp(ip, name):
    s = Session(ip)
    s.reply()
    s.say("GET / HTTP/1.1")
    return s.end("non-smtp")


def many_errors(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    while s.say("RCPT TO:<x@example.net>") != 421:
        pass
    del s.said[-2]  # the goodbye was sent before the server could read this one
    return s.end("too-many-errors", "RCPT")


def refused(ip, name):
    s = Session(ip, 2527)
    s.reply()
    s.say("QUIT")
    return s.end("refused")


def slow(ip, name):
    s = Session(ip, 2526)
    s.reply()
    s.hello(name)
    s.reply()
    return s.end("timeout", "EHLO")


def gone(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    s.say("MAIL FROM:<gone@sender.example>")
    new_mail(s, "gone@sender.example", ["bob@example.net"], [s.say("RCPT TO:<bob@example.net>")])
    return s.end("lost", "RCPT")


def gone_in_data(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    s.say("MAIL FROM:<gone@sender.example>")
    mail = new_mail(s, "gone@sender.example", ["bob@example.net"], [s.say("RCPT TO:<bob@example.net>")])
    s.say("DATA")
    mail["data"] = "DATA"
    s.send(b"Subject: x\r\n")
    return s.end("lost", "DATA")


def gone_after_message(ip, name):
    s = Session(ip)
    s.reply()
    s.hello(name)
    send_mail(s)
    return s.end("lost", "END-OF-MESSAGE")


def silent(ip, name):
    s = Session(ip)
    s.reply()
    return s.end("lost", "CONNECT")


KINDS = [one_mail, old_client, several_mails, pipelined, chunked, secured, wrapped, refused_rcpts, credentials, hostile,
         xclient, not_smtp, many_errors, refused, slow, gone, gone_in_data, gone_after_message, silent]


def client(number, rounds, results):
    dice = random.Random(number)
    for turn in range(rounds):
        ip = "192.0.2.%d" % (101 + number) if dice.random() < 0.7 else "2001:db8::%d" % (101 + number)
        kind = KINDS[(number + turn * 7) % len(KINDS)]
        try:
            results.append(kind(ip, "c%d-%d.sender.example" % (number, turn)))
        except Exception as error:  # the main thread reports it
            results.append("%s: %r" % (kind.__name__, error))


def log_text(folder):
    with open(os.path.join(folder, "maillog"), encoding="utf-8", errors="replace") as f:
        return f.read()


def wait_for(condition, what):
    deadline = time.monotonic() + WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("still waiting for: " + what)
        time.sleep(0.05)


def killed(folder):
    """A session whose process is killed in the middle; its pid stands in the log."""
    s = Session("192.0.2.101")
    s.reply()
    s.hello("killed.sender.example")

    def line():
        return [x for x in log_text(folder).splitlines() if x.endswith("EHLO killed.sender.example")]

    wait_for(line, "the line to be killed")
    os.kill(int(line()[0].split("smtpd[")[1].split("]")[0]), signal.SIGKILL)
    wait_for(lambda: "killed by signal 9" in log_text(folder), "master's word")
    return s.end("killed")


def main():
    folder, clients, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    results = []
    threads = [threading.Thread(target=client, args=(i, rounds, results)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.append(killed(folder))
    failed = [r for r in results if isinstance(r, str)]
    if failed:
        raise SystemExit("\n".join(failed))
    queued = sum(mail["code"] == 250 for r in results for mail in r["mails"])
    wait_for(lambda: log_text(folder).count(": removed\n") >= queued, "an empty queue")
    wait_for(lambda: log_text(folder).count(": disconnect from ") >= len(results) - 1, "the last disconnect")
    with open(os.path.join(folder, "truth"), "w", encoding="utf-8") as f:
        for r in results:
            f.write(json.dumps(r) + "\n")


main()
