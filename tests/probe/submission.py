#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A submission server for tests: submission.py FOLDER

FOLDER/config (JSON, read again for each connection) says what it does:
  mechanisms   of AUTH, in the order offered; user, password, token: what it takes
  starttls     false: none is offered; require_auth: MAIL before AUTH is refused
  answers      {"STEP": [[REGEX, REPLY, TIMES], ...]}: at STEP (greeting ehlo auth mail rcpt data dot) the first row whose
               REGEX is in the command (dot: in the recipient) answers, TIMES times (0: always); REPLY "close" hangs up
  kill         {"seed": N, "one_in": N}: at random steps it ends the process whose pid is in FOLDER/victim with SIGKILL
FOLDER/cert.pem and key.pem are its certificate.  The ports (STARTTLS, TLS at once) go to FOLDER/ports when it listens.
FOLDER/log has a JSON line for each mail that it took: from, to, auth, tls, ehlo, data."""
import base64
import hashlib
import hmac
import json
import os
import random
import re
import signal
import socket
import ssl
import sys
import threading

folder = sys.argv[1]
used = {}
chance = None


def config():
    with open(folder + "/config") as f:
        return json.load(f)


class Gone(Exception):
    pass


class Talk:
    def __init__(self, s, tls):
        self.s, self.tls, self.f = s, tls, s.makefile("rb")
        self.c = config()
        self.auth = self.ehlo = None
        self.mail = self.rcpt = ""

    def say(self, text):
        self.s.sendall(("\r\n".join(text.split("\n")) + "\r\n").encode("latin-1"))

    def line(self):
        line = self.f.readline(100000)
        if not line.endswith(b"\n"):
            raise Gone
        return line.rstrip(b"\r\n").decode("latin-1")

    def maybe_kill(self, step):
        global chance
        kill = self.c.get("kill")
        if not kill:
            return False
        if chance is None:
            chance = random.Random(kill["seed"])
        if chance.randrange(kill["one_in"]):
            return False
        with open(folder + "/victim") as f:
            pid = int(f.read())
        with open(folder + "/kills", "a") as f:
            f.write(step + " " + self.rcpt + "\n")
        os.kill(pid, signal.SIGKILL)
        return True

    def answer(self, step, command, good):
        """The configured reply or the good one; true if it is the latter."""
        self.maybe_kill(step)
        for i, (regex, reply, times) in enumerate(self.c.get("answers", {}).get(step, [])):
            if not re.search(regex, command):
                continue
            key = (step, i, regex)
            if times and used.get(key, 0) >= times:
                continue
            used[key] = used.get(key, 0) + 1
            if reply == "close":
                raise Gone
            self.say(reply)
            return False
        if good:
            self.say(good)
        return True

    def ask(self, prompt):
        self.say("334 " + base64.b64encode(prompt.encode()).decode())
        return base64.b64decode(self.line())

    def check(self, mechanism, first):
        c = self.c
        if mechanism == "PLAIN":
            got = base64.b64decode(first) if first else self.ask("")
            return got == ("\0%s\0%s" % (c["user"], c["password"])).encode()
        if mechanism == "LOGIN":
            user = base64.b64decode(first) if first else self.ask("Username:")
            return user == c["user"].encode() and self.ask("Password:") == c["password"].encode()
        if mechanism == "CRAM-MD5":
            got = self.ask("<1.2@example.net>").decode()
            want = hmac.new(c["password"].encode(), b"<1.2@example.net>", hashlib.md5).hexdigest()
            return got == c["user"] + " " + want
        got = base64.b64decode(first) if first else self.ask("")
        if mechanism == "XOAUTH2":
            good = got == ("user=%s\1auth=Bearer %s\1\1" % (c["user"], c["token"])).encode()
        else:
            good = got.startswith(b"n,a=" + c["user"].encode() + b",\1") and \
                b"\1auth=Bearer " + c["token"].encode() + b"\1" in got
        if not good:  # RFC 7628 section 3.2.3: the error, then an empty answer
            self.say("334 " + base64.b64encode(b'{"status":"invalid_token"}').decode())
            self.line()
        return good

    def do_auth(self, command):
        words = command.split()
        mechanism = words[1].upper()
        if not self.answer("auth", command, None):
            return
        if mechanism not in self.c.get("mechanisms", []) or not self.tls:
            self.say("504 5.5.4 not offered")
        elif self.check(mechanism, words[2] if len(words) > 2 else None):
            self.auth = mechanism
            self.say("235 2.7.0 ok")
        else:
            self.say("535 5.7.8 wrong user or password")

    def do_ehlo(self, command):
        lines = ["hello", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if not self.tls and self.c.get("starttls", True):
            lines.append("STARTTLS")
        if self.tls and self.c.get("mechanisms"):
            lines.append("AUTH " + " ".join(self.c["mechanisms"]))
        self.ehlo = command[5:]
        self.answer("ehlo", command, "\n".join("250%s%s" % ("-" if i + 1 < len(lines) else " ", x)
                                               for i, x in enumerate(lines)))

    def do_data(self, command):
        if not self.answer("data", self.rcpt, "354 go on"):
            return
        data = []
        while (line := self.line()) != ".":
            data.append(line[1:] if line.startswith(".") else line)
        # A server that dies here has the mail, or has not; either way nobody was told.
        if self.maybe_kill("dot-lost"):
            raise Gone
        if not self.answer("dot", self.rcpt, None):
            return
        record = {"from": self.mail, "to": self.rcpt, "auth": self.auth, "tls": self.tls,
                  "ehlo": self.ehlo, "data": "\n".join(data)}
        with open(folder + "/log", "a") as f:
            f.write(json.dumps(record) + "\n")
        if self.maybe_kill("dot-taken"):
            raise Gone
        self.say("250 2.0.0 taken")
        self.maybe_kill("told")

    def run(self):
        if not self.answer("greeting", "", "220 hi"):
            return
        while True:
            command = self.line()
            verb = command[:4].upper()
            if verb in ("EHLO", "HELO"):
                self.do_ehlo(command)
            elif command.upper() == "STARTTLS":
                self.say("220 go on")
                self.s = context.wrap_socket(self.s, server_side=True)
                self.f, self.tls = self.s.makefile("rb"), True
            elif verb == "AUTH":
                self.do_auth(command)
            elif verb == "MAIL":
                self.mail = command
                if self.c.get("require_auth") and not self.auth:
                    self.say("530 5.7.0 authentication required")
                else:
                    self.answer("mail", command, "250 2.1.0 ok")
            elif verb == "RCPT":
                self.rcpt = command
                self.answer("rcpt", command, "250 2.1.5 ok")
            elif verb == "DATA":
                self.do_data(command)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 what")


def serve(s, at_once):
    try:
        if at_once:
            s = context.wrap_socket(s, server_side=True)
        Talk(s, at_once).run()
    except (Gone, OSError, ssl.SSLError):
        pass
    s.close()


def listen(at_once):
    server = socket.create_server(("127.0.0.1", 0))

    def loop():
        while True:
            s, _ = server.accept()
            threading.Thread(target=serve, args=(s, at_once), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return server.getsockname()[1]


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
ports = listen(False), listen(True)
with open(folder + "/ports.new", "w") as f:
    f.write("%d %d\n" % ports)
os.rename(folder + "/ports.new", folder + "/ports")
signal.pause()
