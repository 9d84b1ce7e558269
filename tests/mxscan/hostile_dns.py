#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server that does all that it should not: hostile_dns.py ADDRESS, on port 53.

What it does hangs on the second last label of the name it is asked for, x.KIND.test.  It prints "ready".  Without our
parser: it writes its messages octet by octet."""
import asyncio
import os
import random
import struct
import sys

MX, A, AAAA, CNAME, SOA, NS, OPT = 15, 1, 28, 5, 6, 2, 41


def name(text):
    return b''.join(bytes([len(label)]) + label.encode() for label in text.split('.') if label) + b'\0'


def record(owner, rtype, rdata, ttl=60):
    return owner + struct.pack('!HHIH', rtype, 1, ttl, len(rdata)) + rdata


SAME = b'\xc0\x0c'  # the name of the question


def message(query, answers=(), authority=(), additional=(), flags=0x8180, question=None, qid=None):
    at = query.find(b'\0', 12) + 5
    return (query[:2] if qid is None else qid) + struct.pack(
        '!HHHHH', flags, 1, len(answers), len(authority), len(additional)) + (
            query[12:at] if question is None else question) + b''.join(answers) + b''.join(authority) + b''.join(additional)


def fit(query, records):
    """As many as 64 KiB hold."""
    taken, size = [], 600
    for r in records:
        size += len(r)
        if size > 65535:
            break
        taken.append(r)
    return message(query, taken)


def soa(query):
    return [record(SAME, SOA, name('ns.test') + name('h.test') + struct.pack('!5I', 1, 2, 3, 4, 30))]


def answer(query, labels, qtype, tcp):
    """The messages to send: a list, of which None ends the connection and a number waits so many seconds."""
    kind = labels[-2]
    cut = message(query, flags=0x8380)
    mx = [record(SAME, MX, struct.pack('!H', 10) + name('mx.good.test'))]
    if kind == 'good':
        if qtype == MX:
            return [message(query, mx)]
        if qtype == A:
            return [message(query, [record(SAME, A, bytes([192, 0, 2, 1]))])]
        return [message(query, authority=soa(query))]
    if kind == 'big':  # some 4,000 records
        if not tcp:
            return [cut]
        return [fit(query, [record(SAME, MX, struct.pack('!H', i % 65536) + b'\xc0\x0c') for i in range(10000)])]
    if kind == 'crowd':  # thousands of hosts of thousands of addresses
        if not tcp:
            return [cut]
        if qtype == MX:
            return [fit(query, [record(SAME, MX, struct.pack('!H', i) + name('m%d.crowd.test' % i)) for i in range(3000)])]
        if qtype == A:
            return [fit(query, [record(SAME, A, struct.pack('!I', 0x0a000000 + i)) for i in range(10000)])]
        return [fit(query, [record(SAME, AAAA, b'\x20\x01\x0d\xb8' + struct.pack('!QI', 0, i)) for i in range(10000)])]
    if kind == 'loop':
        return [message(query, [record(SAME, CNAME, name('y.loop.test')), record(name('y.loop.test'), CNAME, SAME)])]
    if kind == 'chain':  # each leads to one more
        n = int(labels[0][1:] or 0) if labels[0][1:].isdigit() else 0
        return [message(query, [record(SAME, CNAME, name('c%d.chain.test' % (n + 1)))])]
    if kind == 'manycname':  # one answer of a long chain
        names = [SAME] + [name('n%d.manycname.test' % i) for i in range(1000)]
        return [fit(query, [record(names[i], CNAME, names[i + 1]) for i in range(1000)])] if tcp else [cut]
    if kind == 'other':
        return [message(query, mx, question=name('victim.example') + struct.pack('!HH', MX, 1))]
    if kind == 'otherid':
        return [message(query, mx, qid=bytes([query[0] ^ 255, query[1]]))]
    if kind == 'stranger':  # records of somebody else
        return [message(query, [record(name('victim.example'), MX, b'\0\1' + name('evil.example'))])]
    if kind == 'garbage':
        return [query[:2] + os.urandom(400)]
    if kind == 'short':
        return [query[:7]]
    if kind == 'pointer':  # a name that points at itself
        return [message(query, [b'\xc0' + bytes([12 + len(query[12:query.find(b'\0', 12) + 5])]) + mx[0][2:]])]
    if kind == 'half':
        return [message(query, mx)[:-5]]
    if kind == 'counts':
        return [struct.pack('!2s5H', query[:2], 0x8180, 1, 65535, 65535, 65535) + message(query, mx)[12:]]
    if kind == 'lame':
        return [message(query, authority=[record(name('test'), NS, name('ns.elsewhere.test'))], flags=0x8100)]
    if kind == 'refused':
        return [message(query, flags=0x8185)]
    if kind == 'failing':
        return [message(query, flags=0x8182)]
    if kind == 'notimp':
        return [message(query, flags=0x8184)]
    if kind == 'query':
        return [query]
    if kind == 'always':  # truncated, by TCP too
        return [cut]
    if kind == 'hang':
        return [] if tcp else [cut]
    if kind == 'close':
        return [None] if tcp else [cut]
    if kind == 'drip':  # an octet at a time
        return [1] * 100 if tcp else [cut]
    if kind == 'silent':
        return []
    if kind == 'late':
        return [60, message(query, mx)]
    if kind == 'twice':
        return [message(query, mx), message(query, [record(SAME, MX, b'\0\1' + name('evil.example'))])]
    if kind == 'ede':  # 60,000 octets of why, with escapes for a terminal
        text = b'\x1b[2J' * 15000
        opt = b'\0' + struct.pack('!HHIH', OPT, 1232, 0, len(text) + 6) + struct.pack('!HHH', 15, len(text) + 2, 22) + text
        return [message(query, additional=[opt], flags=0x8182)] if tcp else [cut]
    if kind == 'case':  # not as it was asked
        at = query.find(b'\0', 12) + 5
        return [message(query, mx, question=query[12:at - 4].upper() + query[at - 4:at])]
    return [message(query, authority=soa(query), flags=0x8183)]


def take(query, tcp):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode('ascii', 'replace').lower())
        at += 1 + query[at]
    return answer(query, labels if len(labels) > 1 else ['x', 'x'], struct.unpack('!H', query[at + 1:at + 3])[0], tcp)


class Udp(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        delay = 0
        for part in take(data, False):
            if isinstance(part, int):
                delay += part
            elif delay:
                asyncio.get_event_loop().call_later(delay, self.transport.sendto, part, peer)
            else:
                self.transport.sendto(part, peer)


async def tcp(reader, writer):
    try:
        while True:
            size = struct.unpack('!H', await reader.readexactly(2))[0]
            for part in take(await reader.readexactly(size), True):
                if part is None:
                    writer.close()
                    return
                if isinstance(part, int):
                    writer.write(b'\xff')
                    await writer.drain()
                    await asyncio.sleep(part)
                else:
                    writer.write(struct.pack('!H', len(part)) + part)
                    await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    random.seed(1)
    await asyncio.get_running_loop().create_datagram_endpoint(Udp, (sys.argv[1], 53))
    if sys.argv[2:] != ['udp']:
        await asyncio.start_server(tcp, sys.argv[1], 53)
    print('ready', flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
