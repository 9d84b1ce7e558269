#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""strangers.py DIR EMT-QUERIES USER - beside a name server others connect to emt-queries collect: more than there are
places, who say nothing; and, as root, users who are no name server's.  The name server is heard all the same."""
import os
import signal
import socket
import subprocess
import sys

folder, emt, user = sys.argv[1:4]
sys.argv = ["taps.py", folder, "1", "0", emt, user]
source = open(os.path.join(os.path.dirname(__file__), "taps.py")).read()
# Its words, without what it does.
taps = {}
exec(compile(source.split("\nnumber = 0\n")[0], "taps.py", "exec"), taps)
said = os.path.join(folder, "said")
STRANGER, ALLOWED = 1, 2  # users of every Debian: daemon and bin


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect(taps["path"])
    s.settimeout(30)
    return s


def is_heard(uid):
    """Is what a process of this user says taken?  It asks, and is answered or shown the door."""
    child = os.fork()
    if child == 0:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        s = connect()
        try:
            s.sendall(taps["control"](taps["READY"]))
            answer = s.recv(1000)
        except OSError:
            answer = b""
        os._exit(answer == taps["control"](taps["ACCEPT"]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def collect(*more):
    arguments = taps["subprocess"].Popen
    taps["subprocess"].Popen = lambda line, **rest: arguments(line + list(more), **rest)
    process = taps["start_collector"]()
    taps["subprocess"].Popen = arguments
    return process


def end(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0


collector = collect()
server = taps["Server"]()
silent = [connect() for _ in range(200)]
before = taps["size"]()
server.send(taps["frame"](1))
taps["wait_for"](lambda: taps["size"]() > before)
late = taps["Server"]()  # finds a place
before = taps["size"]()
late.send(taps["frame"](2))
taps["wait_for"](lambda: taps["size"]() > before)
if os.geteuid() == 0:
    assert not is_heard(STRANGER), "a stranger was heard"
    assert "user daemon (1)" in open(said).read()
    for _ in range(100):
        assert not is_heard(STRANGER)
    assert open(said).read().count("may not") <= 20, "every stranger makes a line"
end(collector)
if os.geteuid() == 0:
    collector = collect("--from", "bin")
    assert is_heard(ALLOWED) and not is_heard(STRANGER)
    end(collector)
    collector = collect("--group", "bin")
    assert oct(os.stat(taps["path"]).st_mode & 0o777) == "0o660"
    assert is_heard(ALLOWED)
    end(collector)
found = subprocess.run([emt, "--strict", taps["log"]], capture_output=True, text=True)
assert found.returncode == 0, found.stderr
assert found.stdout.count('"query/1"') == 2, found.stdout
