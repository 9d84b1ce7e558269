# SPDX-License-Identifier: GPL-3.0-or-later
"""smtp_rate.py MAILS RECIPIENT: sends MAILS mails of 4 kB to 127.0.0.1 over 20 sessions, as fast as one thread can.

smtp-source would do, but its mails all have one From value.  The dialogue is pipelined, so that this side costs little.
"""
import selectors
import socket
import sys

SESSIONS = 20
BODY = b"x" * 78 + b"\r\n"


def dialogue(number, recipient):
    """What is said after the greeting, in two pieces: up to DATA, and the mail."""
    head = (f"From: sender{number}@example.net\r\nSubject: {number}\r\n\r\n").encode()
    return (f"MAIL FROM:<s@example.net>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode(), head + BODY * 50 + b".\r\n")


class Session:
    def __init__(self, numbers, recipient):
        self.numbers = numbers
        self.recipient = recipient
        self.socket = socket.create_connection(("127.0.0.1", 25))
        self.buffer = b""
        self.wanted = 1  # replies that are still to come
        self.steps = self.say()

    def say(self):
        yield b"EHLO sender.example.net\r\n", 1
        for number in self.numbers:
            envelope, mail = dialogue(number, self.recipient)
            yield envelope, 3
            yield mail, 1
        yield b"QUIT\r\n", 1

    def readable(self):
        """Takes what has come; false when all is said."""
        data = self.socket.recv(65536)
        if not data:
            return False
        self.buffer += data
        while b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            if line[:1] not in b"23":
                sys.exit(f"refused: {line!r}")
            self.wanted -= line[3:4] == b" "
        if self.wanted == 0:
            text, self.wanted = next(self.steps, (None, 0))
            if text is None:
                return False
            self.socket.sendall(text)
        return True


def main():
    mails, recipient = int(sys.argv[1]), sys.argv[2]
    selector = selectors.DefaultSelector()
    for i in range(SESSIONS):
        session = Session(range(i, mails, SESSIONS), recipient)
        selector.register(session.socket, selectors.EVENT_READ, session)
    while selector.get_map():
        for key, _ in selector.select():
            if not key.data.readable():
                selector.unregister(key.fileobj)
                key.fileobj.close()


main()
