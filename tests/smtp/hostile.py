# SPDX-License-Identifier: GPL-3.0-or-later
"""An SMTP server on port 25 for each way of being odd: hostile.py FOLDER ADDRESS=WAY...

What a client says to it goes to FOLDER/WAY (odd characters as _), octet for octet, behind a line CONNECT for each
connection.  When all listen, FOLDER/ready is made.  A way is a name below, or AT:WHAT: polite up to the answer AT (greeting, EHLO, MAIL, RCPT,
RSET), in whose place it does WHAT: silent, reset, close, or says what stands there."""
import re
import select
import socket
import struct
import sys
import threading

STEPS = {b"EHLO": "EHLO", b"HELO": "HELO", b"MAIL": "MAIL", b"RCPT": "RCPT", b"RSET": "RSET", b"QUIT": "QUIT"}
POLITE = {"greeting": b"220 hi\r\n", "EHLO": b"250-hello\r\n250 PIPELINING\r\n", "HELO": b"250 hello\r\n",
          "MAIL": b"250 ok\r\n", "RCPT": b"554 5.7.1 relay access denied\r\n", "RSET": b"250 ok\r\n",
          "QUIT": b"221 bye\r\n"}


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def drain(s, log):
    """Takes what comes until the client has gone."""
    while data := s.recv(4096):
        log.write(data)
    s.close()


def lines(s, log):
    rest = b""
    while data := s.recv(4096):
        log.write(data)
        rest += data
        while b"\n" in rest:
            line, rest = rest.split(b"\n", 1)
            yield line.rstrip(b"\r")


def talk(s, log, at, what, drip=False):
    def say(step):
        if step != at:
            text = POLITE[step]
        elif what == "silent":
            drain(s, log)
            return False
        elif what == "reset":
            reset(s)
            return False
        elif what == "close":
            s.close()
            return False
        else:
            text = what.encode("latin-1")
        for octet in ([bytes([c]) for c in text] if drip else [text]):
            s.sendall(octet)
        return True

    if not say("greeting"):
        return
    for line in lines(s, log):
        if not say(STEPS.get(line[:4].upper(), "QUIT")):
            return
    s.close()


def flood(s, log, text):
    s.setblocking(False)
    while True:
        readable, _, _ = select.select([s], [s], [])
        if readable:
            data = s.recv(4096)
            if not data:
                return
            log.write(data)
        try:
            s.send(text)
        except BlockingIOError:
            pass


def trickle(s, log):
    """One octet of a banner that never ends, ten times a second, whatever the client does."""
    while not select.select([s], [], [], 0.1)[0]:
        s.sendall(b"x")


WAYS = {
    "endless-banner": lambda s, log: flood(s, log, b"220-banner banner banner\r\n" * 100),
    "endless-greetings": lambda s, log: flood(s, log, b"220 hello\r\n" * 100),
    "no-newline": lambda s, log: flood(s, log, b"220 and on and on " * 100),
    "newlines": lambda s, log: flood(s, log, b"\r\n" * 100),
    "zeros": lambda s, log: flood(s, log, bytes(1000)),
    "trickle": trickle,
    "drip": lambda s, log: talk(s, log, None, None, drip=True),
    "polite": lambda s, log: talk(s, log, None, None),
    "ten-thousand-lines": lambda s, log: talk(s, log, "EHLO", "250-x\r\n" * 10000 + "250 x\r\n"),
    "escapes": lambda s, log: talk(s, log, "RCPT", "550 \x1b]0;x\x07\x00\xff{}\r\n"),
}


def serve(s, way, folder):
    with open(f"{folder}/{re.sub('[^a-zA-Z0-9:]', '_', way)}", "ab", buffering=0) as log:
        log.write(b"CONNECT\n")
        try:
            if way in WAYS:
                WAYS[way](s, log)
            else:
                at, what = way.split(":", 1)
                talk(s, log, at, what if what in ("silent", "reset", "close") else what + "\r\n")
        except (ConnectionError, OSError):
            pass
        s.close()


def listen(address, way, folder):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 25))
    listener.listen(5)

    def accept():
        while True:
            s, _ = listener.accept()
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(s, way, folder), daemon=True).start()

    threading.Thread(target=accept).start()


for argument in sys.argv[2:]:
    listen(*argument.split("=", 1), sys.argv[1])
open(f"{sys.argv[1]}/ready", "w").close()
