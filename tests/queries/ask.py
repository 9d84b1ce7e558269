#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ask.py SERVER4 SERVER6 CLIENT4 CLIENT6 - asks a name server of measurement.example.com in every way that resolvers
do, and prints what was asked and answered, one JSON line each: the truth that emt-queries is held to.

Makes and reads its messages by itself.  Each question comes from a port of its own, the same in every run."""
import json
import socket
import struct
import sys

SERVER = {4: sys.argv[1], 6: sys.argv[2]}
CLIENT = {4: sys.argv[3], 6: sys.argv[4]}
BASE = [b"measurement", b"example", b"com"]
TOKEN = b"lpd3weo73zwpz7hqeubfbpapvy"
TYPES = {"A": 1, "NS": 2, "MX": 15, "TXT": 16, "AAAA": 28, "DS": 43, "DNSKEY": 48, "TLSA": 52, "ANY": 255,
         "TYPE65280": 65280, "SOA": 6, "PTR": 12}
port_next = 20000


def wire_name(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def text_name(labels):
    """RFC 4343 section 2.1, as the record has it."""
    def text(octet):
        if octet <= 32 or octet >= 127:
            return "\\%03d" % octet
        return ("\\" if chr(octet) in ".;()\\" else "") + chr(octet)
    return ".".join("".join(map(text, label)) for label in labels) or "."


def option(code, data):
    return struct.pack(">HH", code, len(data)) + data


class Question:
    def __init__(self, labels, qtype, qclass=1, rd=0, cd=0, edns=None, do=0, version=0, options=(), subnet=None, below=True):
        self.labels = list(labels) + (BASE if below else [])
        self.type, self.qclass, self.rd, self.cd = qtype, qclass, rd, cd
        self.edns, self.do, self.version, self.options, self.subnet = edns, do, version, list(options), subnet

    def wire(self, number):
        flags = self.rd << 8 | self.cd << 4
        out = struct.pack(">HHHHHH", number, flags, 1, 0, 0, 1 if self.edns is not None else 0)
        out += wire_name(self.labels) + struct.pack(">HH", TYPES[self.type], self.qclass)
        if self.edns is not None:
            data = b"".join(option(code, octets) for code, octets in self.options)
            out += b"\0" + struct.pack(">HHBBHH", 41, self.edns, 0, self.version, self.do << 15, len(data)) + data
        return out

    def truth(self, family, port, number, proto, answer):
        edns = self.edns is not None
        rcode = extended_rcode(answer)
        return {
            "server": SERVER[family], "server_port": 53, "client": CLIENT[family], "port": port, "proto": proto,
            "family": "ipv%d" % family, "name": text_name(self.labels), "type": self.type,
            "class": {1: "IN", 3: "CH"}[self.qclass], "opcode": 0, "msg_id": number,
            "flags.rd": bool(self.rd), "flags.do": bool(self.do) and edns, "flags.cd": bool(self.cd),
            "edns.present": edns, "edns.version": self.version if edns else None, "edns.size": self.edns,
            "edns.options": [code for code, _ in self.options] if edns else [], "edns.subnet": self.subnet,
            "size": len(self.wire(number)), "malformed": False, "answer_only": False,
            "rcode": rcode, "flags.tc": bool(answer[2] & 2), "flags.aa": bool(answer[2] & 4),
            "flags.ad": bool(answer[3] & 0x20), "answer_size": len(answer)}


def skip_name(data, at):
    while data[at]:
        if data[at] >= 0xc0:
            return at + 2
        at += data[at] + 1
    return at + 1


def extended_rcode(answer):
    counts = struct.unpack(">HHHH", answer[4:12])
    at, rcode = 12, answer[3] & 15
    for _ in range(counts[0]):
        at = skip_name(answer, at) + 4
    for _ in range(sum(counts[1:])):
        at = skip_name(answer, at)
        rtype, _, ttl, length = struct.unpack(">HHIH", answer[at:at + 10])
        at += 10 + length
        if rtype == 41:
            rcode |= ttl >> 24 << 4
    return rcode


def new_socket(family, kind):
    global port_next
    s = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((CLIENT[family], port_next))
    s.settimeout(10)
    port_next += 1
    return s, port_next - 1


def say(question, family, port, number, proto, answer):
    print(json.dumps(question.truth(family, port, number, proto, answer)), flush=True)


def udp(question, family=4):
    s, port = new_socket(family, socket.SOCK_DGRAM)
    number = port * 7 & 0xffff
    s.sendto(question.wire(number), (SERVER[family], 53))
    answer = s.recv(65535)
    assert answer[:2] == struct.pack(">H", number)
    say(question, family, port, number, "udp", answer)
    s.close()


def recv_exactly(s, n):
    data = b""
    while len(data) < n:
        piece = s.recv(n - len(data))
        assert piece
        data += piece
    return data


def tcp(questions, family=4, by_octet=False):
    """Several in one connection, each after the answer of the one before."""
    s, port = new_socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.connect((SERVER[family], 53))
    for i, question in enumerate(questions):
        number = (port * 7 + i) & 0xffff
        data = question.wire(number)
        data = struct.pack(">H", len(data)) + data
        for piece in [data[k:k + 1] for k in range(len(data))] if by_octet else [data]:
            s.sendall(piece)
        answer = recv_exactly(s, struct.unpack(">H", recv_exactly(s, 2))[0])
        say(question, family, port, number, "tcp", answer)
    s.close()


def main():
    Q = Question
    token = [TOKEN, b"v4-mail", b"v6only"]
    for family in 4, 6:
        udp(Q([b"v4-mail"], "MX"), family)
        udp(Q([b"V4-mAiL"], "MX", rd=1), family)
        udp(Q([TOKEN.upper(), b"v4-mail"], "A", edns=1232, do=1), family)
        udp(Q([b"_25", b"_tcp", b"LpD3weo73ZWPZ7hqeubfbpapvy", b"mx", b"v4-mail"], "TLSA", edns=4096, do=1, cd=1), family)
        udp(Q([], "DNSKEY", edns=1400, do=1), family)
        udp(Q([b"dnssec-broken"], "DS", edns=1232, do=1), family)
        udp(Q([b"v6only"], "NS", edns=512), family)
        udp(Q([b"v6only"], "A"), family)
        udp(Q(token, "MX", edns=1232, do=1), family)
        udp(Q([b"mx", b"v4-mail"], "A", edns=1232), family)
        udp(Q([b"big"], "TXT", edns=1232, do=1), family)
        tcp([Q([b"big"], "TXT", edns=1232, do=1)], family)
        tcp([Q([b"v4-mail"], "MX"), Q([TOKEN, b"v6-mail"], "AAAA", edns=1232)], family, by_octet=True)
        # As long as a name can be, and odd octets.
        udp(Q([b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 36], "A"), family)
        udp(Q([b"a b.c", b"\\(x);\"|'", b"\0\1\x7f\xff"], "TXT"), family)
        udp(Q([b"$@", b"', do = 1, bufsize = 9: x"], "A", edns=1232), family)
        # Fragments: the MTU is 1300; PowerDNS takes 1500 octets at most, as it is set up.
        udp(Q([b"v4-mail"], "MX", edns=1232, options=[(12, bytes(1400))]), family)
    udp(Q([b"v4-mail"], "MX", edns=1232, options=[(8, bytes([0, 1, 24, 0, 198, 51, 100]))], subnet="198.51.100.0/24/0"))
    udp(Q([b"v4-mail"], "MX", edns=1232, options=[(8, bytes([0, 2, 32, 0, 0x20, 1, 0xd, 0xb8]))], subnet="2001:db8::/32/0"))
    udp(Q([b"v4-mail"], "A", edns=1232, options=[(10, b"12345678"), (3, b"")]))
    udp(Q([b"v4-mail"], "A", edns=1232, version=1))
    udp(Q([b"no", b"such", b"name"], "TYPE65280", edns=1232))
    udp(Q([b"example", b"org"], "MX", below=False))
    udp(Q([], "NS", below=False))
    # Not compared, for servers differ in what they do with them: ports from 30000 on.
    global port_next
    port_next = 30000
    for octets in b"", b"\1\2\3\4\5", bytes(12), bytes(11) + b"\xff", b"\0\1\0\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1":
        s, _ = new_socket(4, socket.SOCK_DGRAM)
        s.sendto(octets, (SERVER[4], 53))
        s.close()


main()
