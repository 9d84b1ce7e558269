# SPDX-License-Identifier: GPL-3.0-or-later
"""repeat_log.py LOG OCTETS: writes the Postfix log LOG (RFC 3164 stamps, long queue ids) to standard output, again and again
until there are OCTETS, each time later and with pids and queue ids of its own: as long a log as if it had gone on."""
import datetime
import os
import re
import sys

HEADER = re.compile(rb"^(.{15}) (\S+ [^ \[]+\[)(\d+)(?=\]: )")
CHILD = re.compile(rb"(?<= pid )\d+(?= (?:killed|exit))")
QUEUE_ID = re.compile(rb"\]: ([0-9A-Za-z]{12,}): client=")
BASE_52 = b"0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"


def time_of(stamp):
    return datetime.datetime.strptime("2024 " + stamp.decode(), "%Y %b %d %H:%M:%S")


def stamp_of(time):
    return (time.strftime("%b ") + "%2d" % time.day + time.strftime(" %H:%M:%S")).encode()


def main():
    with open(sys.argv[1], "rb") as f:
        text = f.read()
    lines = text.splitlines(keepends=True)
    headers = [HEADER.match(line) for line in lines]
    pids = max(int(header[3]) for header in headers) + 1
    prefix = os.path.commonprefix(QUEUE_ID.findall(text))
    if len(prefix) < 3:
        sys.exit("the log's queue ids have no time in common")
    stamps = {header[1] for header in headers}
    length = max(map(time_of, stamps)) - min(map(time_of, stamps)) + datetime.timedelta(seconds=1)
    written = 0
    for turn in range(len(BASE_52) ** 2):
        if written >= int(sys.argv[2]):
            return
        later = {stamp: stamp_of(time_of(stamp) + turn * length) for stamp in stamps}
        pair = bytes([BASE_52[turn // 52], BASE_52[turn % 52]])
        copy = bytearray()
        for line, header in zip(lines, headers):
            rest = line[header.end():]
            if b" pid " in rest:
                rest = CHILD.sub(lambda pid: b"%d" % (int(pid[0]) + turn * pids), rest)
            copy += b"%s %s%d%s" % (later[header[1]], header[2], int(header[3]) + turn * pids, rest)
        copy = copy.replace(prefix, prefix[:-2] + pair)
        sys.stdout.buffer.write(copy)
        written += len(copy)
    sys.exit("the log is too short to be repeated so often")


main()
