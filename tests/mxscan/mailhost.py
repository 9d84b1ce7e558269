#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mailhost.py LOG - mail hosts of a test, a thread a connection; it shares no line with what it tests.

Standard input has a host a line: ADDRESS MODE [CERTIFICATE]; PEM files with key and chain.  Modes:
  ok       greets and says EHLO; STARTTLS if there is a certificate
  retry    421, and closes
  refuse   554, and closes
  silent   says nothing
  helo     knows HELO alone
  slow     greets after a moment, so that connections overlap
  raw      a greeting that is not UTF-8
When all listen it prints "ready".  LOG takes a line for each connection at its end:
  ADDRESS OPEN-OF-ALL OPEN-OF-/24 SNI COMMANDS
where the second and third are how many were open, itself included, when it began."""
import collections
import socket
import ssl
import sys
import threading
import time

lock = threading.Lock()
opened = collections.Counter()
log = open(sys.argv[1], "a", buffering=1)


def net(address):
    if ":" in address:
        return ":".join(socket.inet_pton(socket.AF_INET6, address)[i:i + 2].hex() for i in (0, 2, 4))
    return address.rsplit(".", 1)[0]


class Session:
    def __init__(self, connection, address, mode, certificate):
        self.connection, self.address, self.mode, self.certificate = connection, address, mode, certificate
        self.commands, self.sni, self.ended = [], "-", False

    def count(self, change):
        with lock:
            self.ended = change < 0
            for key in "all", net(self.address):
                opened[key] += change
            return opened["all"], opened[net(self.address)]

    def say(self, text):
        self.connection.sendall(text.replace("\n", "\r\n").encode("latin-1"))

    def lines(self):
        held = b""
        while True:
            piece = self.connection.recv(4096)
            if not piece:
                return
            held += piece
            while b"\n" in held:
                line, held = held.split(b"\n", 1)
                yield line.decode("latin-1").strip()

    def starttls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.sni_callback = lambda _socket, name, _context: setattr(self, "sni", name or "-")
        self.connection = context.wrap_socket(self.connection, server_side=True)

    def talk(self):
        if self.mode == "silent":
            self.connection.recv(1)
            return
        if self.mode in ("retry", "refuse"):
            self.say("421 later\n" if self.mode == "retry" else "554 no service here\n")
            return
        if self.mode == "slow":
            time.sleep(0.05)
        self.say("220 \xff\xfe\n" if self.mode == "raw" else "220 %s ESMTP\n" % self.name())
        for line in self.lines():
            self.commands.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                # Who hears this may begin the next one at once.
                self.count(-1)
                self.say("221 bye\n")
                return
            if verb == "STARTTLS" and self.certificate:
                self.say("220 go on\n")
                self.starttls()
            elif verb == "EHLO" and self.mode != "helo":
                self.say("250-%s\n250%sSIZE 1000\n" % (self.name(), "-" if self.certificate else " "))
                if self.certificate:
                    self.say("250 STARTTLS\n")
            elif verb == "HELO":
                self.say("250 %s\n" % self.name())
            else:
                self.say("502 what?\n")

    def name(self):
        return "host-%s.example.com" % self.address.replace(":", "-").replace(".", "-")

    def run(self):
        now = self.count(1)
        try:
            self.talk()
        except (OSError, ssl.SSLError):
            pass
        if not self.ended:
            self.count(-1)
        with lock:
            log.write("%s %d %d %s %s\n" % (self.address, *now, self.sni, "|".join(self.commands)))
        self.connection.close()


def serve(listener, address, mode, certificate):
    while True:
        connection, _peer = listener.accept()
        threading.Thread(target=Session(connection, address, mode, certificate).run, daemon=True).start()


def main():
    for row in sys.stdin:
        address, mode, *certificate = row.split()
        listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 25))
        listener.listen(128)
        threading.Thread(target=serve, args=(listener, address, mode, certificate[0] if certificate else None),
                         daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
