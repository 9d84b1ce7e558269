#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_delay.py LISTEN UPSTREAM MIN MAX - passes DNS questions over UDP on to UPSTREAM, and each answer back after MIN to MAX
milliseconds, the same ones for the same name: a resolver some way off."""
import asyncio
import socket
import sys
import zlib

SO_RCVBUFFORCE = 33  # Linux; the socket module does not have it
listen, upstream = sys.argv[1], sys.argv[2]
least, most = float(sys.argv[3]) / 1000, float(sys.argv[4]) / 1000


def question(message):
    """Name and type, in lower case: what the delay is made of."""
    at = 12
    while at < len(message) and message[at]:
        at += 1 + message[at]
    return message[12:at + 5].lower()


class Upstream(asyncio.DatagramProtocol):
    """One question on its way."""

    def __init__(self, server, client, message):
        self.server, self.client, self.message = server, client, message

    def connection_made(self, transport):
        self.transport = transport
        transport.sendto(self.message)
        asyncio.get_running_loop().call_later(5, transport.close)

    def datagram_received(self, data, _):
        share = zlib.crc32(question(self.message)) % 1000 / 1000
        asyncio.get_running_loop().call_later(least + share * (most - least), self.server.sendto, data, self.client)
        self.transport.close()

    def error_received(self, _):
        pass


class Server(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, client):
        loop = asyncio.get_running_loop()
        loop.create_task(loop.create_datagram_endpoint(
            lambda: Upstream(self.transport, client, data), remote_addr=(upstream, 53)))


async def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    sock.bind((listen, 53))
    await asyncio.get_running_loop().create_datagram_endpoint(Server, sock=sock)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
