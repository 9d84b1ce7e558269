#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server side of Dovecot's authentication protocol (version 1), for a Postfix of a test: sasl.py SOCKET

Knows one user, bob@example.net: password "secret", token "ya29.good"; PLAIN, LOGIN, XOAUTH2, OAUTHBEARER."""
import base64
import os
import socketserver
import sys

USER, PASSWORD, TOKEN = "bob@example.net", "secret", "ya29.good"


class Connection(socketserver.StreamRequestHandler):
    def say(self, *fields):
        self.wfile.write(("\t".join(fields) + "\n").encode())

    def answer(self, number, good):
        self.say("OK" if good else "FAIL", number, "user=" + USER)

    def check(self, mechanism, answer):
        if mechanism == "PLAIN":
            return answer == "\0%s\0%s" % (USER, PASSWORD)
        if mechanism == "XOAUTH2":
            return answer == "user=%s\1auth=Bearer %s\1\1" % (USER, TOKEN)
        return answer.startswith("n,a=%s,\1" % USER) and "\1auth=Bearer %s\1" % TOKEN in answer

    def handle(self):
        self.say("VERSION", "1", "2")
        for mechanism in ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"):
            self.say("MECH", mechanism)
        for line in (("SPID", "1"), ("CUID", "1"), ("COOKIE", "0" * 32), ("DONE",)):
            self.say(*line)
        talks = {}
        for line in self.rfile:
            fields = line.decode().rstrip("\n").split("\t")
            if fields[0] == "AUTH":
                number, mechanism = fields[1:3]
                first = [f[5:] for f in fields if f.startswith("resp=")]
                talks[number] = [mechanism]
                if not first:
                    self.say("CONT", number, base64.b64encode(b"Username:").decode() if mechanism == "LOGIN" else "")
                    continue
                answer = first[0]
            elif fields[0] == "CONT":
                number, answer = fields[1:3]
            else:
                continue
            talk = talks[number]
            talk.append(base64.b64decode(answer).decode())
            if talk[0] != "LOGIN":
                self.answer(number, self.check(talk[0], talk[1]))
            elif len(talk) == 2:
                self.say("CONT", number, base64.b64encode(b"Password:").decode())
            else:
                self.answer(number, talk[1:] == [USER, PASSWORD])


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


server = Server(sys.argv[1], Connection)
os.chmod(sys.argv[1], 0o666)
open(sys.argv[1] + ".ready", "w").close()
server.serve_forever()
