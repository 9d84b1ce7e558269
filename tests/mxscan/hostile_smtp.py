#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile_smtp.py LOG - mail hosts that mean no good, one a mode, a thread a connection.

Standard input has a host a line: ADDRESS MODE [CERTIFICATE]; PEM files with key and chain.  MODES below has what each does.
When all listen it prints "ready".  LOG takes a line for each connection at its end: ADDRESS and what was said in clear text."""
import os
import socket
import ssl
import struct
import sys
import threading
import time

log = open(sys.argv[1], "a", buffering=1)
STARTTLS = b"250-x\r\n250 STARTTLS\r\n"


class Gone(Exception):
    pass


class Peer:
    def __init__(self, connection, certificate):
        self.c, self.certificate, self.heard, self.held = connection, certificate, [], b""

    def say(self, octets):
        self.c.sendall(octets)

    def line(self):
        while b"\n" not in self.held:
            piece = self.c.recv(4096)
            if not piece:
                raise Gone
            self.held += piece
        line, self.held = self.held.split(b"\n", 1)
        self.heard.append(line.decode("latin-1").strip())

    def upto(self, *replies):
        """Says each, and hears a line behind it."""
        for reply in replies:
            self.say(reply)
            self.line()

    def reset(self):
        self.c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.c.close()

    def tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.c = context.wrap_socket(self.c, server_side=True)

    def drain(self):
        while self.c.recv(65536):
            pass

    def for_ever(self, octets, pause=0):
        while True:
            self.say(octets)
            time.sleep(pause)


def to_tls(p):
    p.upto(b"220 x\r\n", STARTTLS)


def endless_banner(p): p.for_ever(b"220-more and more\r\n" * 500)
def endless_line(p): p.for_ever(b"220 " + b"x" * 60000)
def endless_ehlo(p): p.upto(b"220 x\r\n"); p.for_ever(b"250-more and more\r\n" * 500)
def drip(p): p.say(b"220 "); p.for_ever(b"x", 0.2)
def drip_ehlo(p): p.upto(b"220 x\r\n"); p.for_ever(b"2", 0.2)
def many_lines(p): p.upto(b"220 x\r\n", b"".join(b"250-LINE%d\r\n" % i for i in range(10000)) + b"250 END\r\n"); p.drain()
def no_newline(p): p.say(b"220 no end"); p.drain()
def http(p): p.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
def nuls(p): p.say(b"\0" * 5000 + b"\r\n"); p.drain()
def escapes(p): p.upto(b"220 \x1b[2J\x1b]0;owned\x07 \xc2\x9b31m\"},{\r\n", b"250 a\x00b\r\n"); p.drain()
def rst_at_once(p): p.reset()
def rst_banner(p): p.say(b"220 x\r\n"); time.sleep(.2); p.reset()
def rst_ehlo(p): p.upto(b"220 x\r\n"); p.reset()
def rst_starttls(p): to_tls(p); p.reset()
def rst_hello(p): to_tls(p); p.say(b"220 go\r\n"); p.c.recv(10); p.reset()
def tls_garbage(p): to_tls(p); p.say(b"220 go\r\n"); p.c.recv(10); p.say(os.urandom(5000)); p.drain()
def tls_endless(p): to_tls(p); p.say(b"220 go\r\n"); p.c.recv(10); p.for_ever(b"\x17\x03\x03\x00\x00" * 2000)
def tls_stall(p): to_tls(p); p.say(b"220 go\r\n"); p.drain()
def tls_drip(p): to_tls(p); p.say(b"220 go\r\n"); p.c.recv(10); p.say(b"\x16\x03\x03\x40\x00"); p.for_ever(b"\x02", 0.2)
def plaintext(p): to_tls(p); p.say(b"220 go\r\n250 injected\r\n"); p.drain()
def after_tls(p): to_tls(p); p.say(b"220 go\r\n"); p.tls(); p.for_ever(b"x" * 16000)
def tls_good(p): to_tls(p); p.say(b"220 go\r\n"); p.tls(); p.drain()
def greet_421(p): p.say(b"421 busy\r\n")
def greet_450(p): p.say(b"450 later\r\n"); p.drain()
def greet_554(p): p.say(b"554 no\r\n"); p.drain()
def greet_354(p): p.say(b"354 send it\r\n"); p.drain()
def greet_000(p): p.say(b"000 x\r\n"); p.drain()
def ehlo_421(p): p.upto(b"220 x\r\n"); p.say(b"421 busy\r\n"); p.drain()
def ehlo_500(p): p.upto(b"220 x\r\n", b"500 what\r\n", b"550 no\r\n"); p.drain()
def starttls_454(p): to_tls(p); p.say(b"454 later\r\n"); p.drain()
def starttls_502(p): to_tls(p); p.say(b"502 what\r\n"); p.drain()
def starttls_354(p): to_tls(p); p.say(b"354 what\r\n"); p.drain()
def all_at_once(p): p.say(b"220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n"); p.drain()



def run(f, peer, address):
    try:
        f(peer)
    except (OSError, ssl.SSLError, Gone):
        pass
    log.write("%s %s\n" % (address, "|".join(peer.heard)))
    try:
        peer.c.close()
    except OSError:
        pass


def serve(listener, address, f, certificate):
    while True:
        connection, _peer = listener.accept()
        threading.Thread(target=run, args=(f, Peer(connection, certificate), address), daemon=True).start()


def main():
    for row in sys.stdin:
        address, mode, *certificate = row.split()
        listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 25))
        listener.listen(128)
        threading.Thread(target=serve, args=(listener, address, globals()[mode], certificate[0] if certificate else None),
                         daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
