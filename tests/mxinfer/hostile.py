#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile.py PROGRAM PEAK WORK - input that somebody made to hurt: sizes, depths, rubbish.  Beside it stand good rows, which must get
their answers; memory and the exit status must be in bounds.  Prints `same NAME` or `different NAME`."""
import gzip
import json
import os
import random
import subprocess
import sys

import brief

MIB = 1 << 20
SLACK = 8 if os.environ.get("SAN") else 1  # what the sanitizers' shadow takes
HEADER = b"domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\tip_scan_debug_message\n"
program, peak, work = sys.argv[1:]
runs = 0


def good(n):
    return b"good%d.com\tmx.good%d.com\t10\t192.0.2.%d\t\t{'smtp': {'starttls': {'banner': '220 mx.alpha.com'}}}\t\n" % (
        n, n, n)


def good_line(n):
    return "good%d.com no; mx.good%d.com alpha.com Banner/EHLO 1 0 - -" % (n, n)


def row(name, scan, mx=b"mx.beta.com", preference=b"10", address=b"198.51.100.1"):
    return b"\t".join([name, mx, preference, address, b"", scan, b""]) + b"\n"


def run(arguments, data, name="input"):
    """(status, standard output, standard error, MiB) of emt-mxinfer; data: octets or pieces of them."""
    global runs
    runs += 1
    path = os.path.join(work, "%s%d" % (name, runs))
    with open(path, "wb") as f:
        f.writelines([data] if isinstance(data, bytes) else data)
    done = subprocess.run([peak, path + ".peak", program] + arguments + [path], stdin=subprocess.DEVNULL, capture_output=True)
    with open(path + ".peak", encoding="ascii") as f:
        kib = int(f.read().split()[2])
    os.unlink(path)
    return done.returncode, done.stdout, done.stderr, kib // 1024


def say(good_, name, details=()):
    print("same" if good_ else "different", name, flush=True)
    for detail in details if not good_ else ():
        print("#  ", str(detail)[:2000].replace("\n", "\n#   "))


def answers(output):
    found = {}
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        record = json.loads(line)
        found[record["domain"]] = brief.brief(record)
    return found


def check(name, pieces, memory, arguments=(), wanted=()):
    """good1 and good2 stand around the pieces."""
    status, out, err, mib = run(list(arguments), [HEADER, good(1)] + pieces + [good(2)])
    found = answers(out) if status == 0 else {}
    lines = [good_line(1), good_line(2)] + list(wanted)
    missing = [line for line in lines if found.get(line.split(" ")[0]) != line]
    say(status == 0 and not missing, name, ["exit status %d" % status, "missing: %r" % missing, err[-1000:]])
    say(mib < memory * SLACK, "%s: memory" % name, ["%d MiB, %d allowed" % (mib, memory)])
    return found


def sizes():
    check("a field of 100 MB", [row(b"big.com", b"'" + b"x" * (100 * MIB) + b"'")], 128)
    check("a name of 100 MB", [row(b"x" * (100 * MIB), b"")], 128)
    check("a row of 100 MB of tabs", [b"\t" * (100 * MIB) + b"\n"], 128)
    check("a line of 100 MB without an end of a quoted field", [row(b"q.com", b"'" + b"x" * 1000 + b"'"),
                                                               b"big.com\t" + b"x" * (100 * MIB) + b"\n"], 128)
    check("fields over --max-field", [row(b"big.com", b"'" + b"x" * 5000 + b"'")], 64, ["--max-field", "4096"])
    check("an MX of 1 MB", [row(b"big.com", b"{'smtp': {'starttls': {'banner': '220 x'}}}", mx=b"x" * MIB + b".com")], 64)
    check("an MX of 100,000 labels",
          [row(b"big.com", b"{'smtp': {'starttls': {'banner': '220 x'}}}", mx=b"x." * 100000 + b"com")], 64)
    token = b"{'smtp': {'starttls': {'banner': '220 %s'}}}"
    check("a greeting of one token of 10 MB", [row(b"big.com", token % (b"a" * (10 * MIB)))], 128)
    check("a greeting of a million blanks and dots", [row(b"big.com", token % (b" ." * 1000000))], 64)
    check("a greeting of a million lines", [row(b"big.com", token % (b"\\n" * 1000000 + b"220 mx.beta.com"))], 64)
    check("a number of a million digits", [row(b"big.com", b"{'smtp': " + b"9" * 1000000 + b"}")], 64)
    check("a preference of a million digits", [row(b"big.com", b"", preference=b"9" * 1000000)], 64)


def quotes():
    """Quotes that lead over many lines: time in proportion to the size, however they lie, or this would take hours."""
    line = b"x" * 60 + b"\n"
    far = b'a"\t"x\n' * 8 + line * 250000 + b'"\n'
    check("4 million lines that close quotes and open them again", [b'a"\t"x\n' * 4000000], 128)
    check("8 million lines that open quotes", [b'\t"\n' * 8000000], 128)
    check("8 million lines of three quotes", [b'"""\n' * 8000000], 128)
    check("a quote that stays open for 40 MB", [b'a\t"x\n' + b"y" * 40 + b"\n"] + [line * 650000], 160)
    check("quotes that close after 15 MB, again and again", [far * 3], 192)
    check("quotes that close after 20 MB", [far.replace(line * 250000, line * 330000) * 2], 192)
    check("literals of several lines that are none", [row(b"b.com", b'"{\n' + b"{" * 60 + b'\n"') * 200000], 128)
    check("100,000 rows cut within quotes", [row(b"cut%d.com" % i, b"")[:-2] + b"\"{'smtp'\n" + good(3) for i in range(100000)], 128,
          wanted=[good_line(3)])


def depths():
    for n in (10000, 1000000):
        check("a literal %d deep" % n, [row(b"deep.com", b"[" * n + b"]" * n)], 64)
        check("a dictionary %d deep" % n, [row(b"deep.com", b"{'smtp': " * n + b"1" + b"}" * n)], 128)
        check("brackets %d deep that stay open" % n, [row(b"deep.com", b"{'smtp': [" * n)], 128)
    for n in (10000, 1000000):
        deep = b'{"name": "deep.com", "data": ' + b"[" * n + b"]" * n + b"}\n"
        line = b'{"name": "a.com", "results": {"MXLOOKUP": {"status": "NOERROR", "data": {"exchanges": []}}}}\n'
        status, out, err, mib = run(["--input", "zdns"], [line, deep, line.replace(b"a.com", b"b.com")])
        say(status == 0 and {"a.com", "b.com"} <= set(answers(out)), "a JSON line %d deep" % n, [status, out, err])
        say(mib < 64 * SLACK, "a JSON line %d deep: memory" % n, [mib])


def certificates():
    digits = "abcdefghijklmnopqrstuvwxyz0123456789"
    names = [digits[i % 36] + digits[i // 36 % 36] + digits[i // 1296 % 36] + digits[i // 46656] + ".de"
             for i in range(1000000)]
    scan = "{'smtp': {'starttls': {'tls': {'certificate': {'parsed': {'names': ['%s']}}, 'validation': " \
           "{'browser_trusted': True}}}}}"
    check("a certificate of 100,000 names", [row(b"many.com", (scan % "','".join(names[:100000])).encode())], 128, wanted=[
        "many.com no; mx.beta.com %s TLS 1 0 - -" % min(names[:100000])])
    found = check("a certificate of a million names", [row(b"many.com", (scan % "','".join(names)).encode())], 256)
    say(found.get("many.com") in ("many.com no; mx.beta.com %s TLS 1 0 - -" % min(names), "many.com no; mx.beta.com beta.com MX 1 0 - -"),
        "a certificate of a million names: all of it or nothing", [found.get("many.com")])
    chain = "{'smtp': {'starttls': {'tls': {'certificate': {'parsed': {'names': ['mx.n%07d.com','mx.n%07d.com']}}," \
            "'validation': {'browser_trusted': True}}}}}"
    n = 30000
    for order in ("forwards", "backwards", "at random", "from both ends"):
        numbers = list(range(n))
        if order == "backwards":
            numbers.reverse()
        if order == "at random":
            random.Random(1).shuffle(numbers)
        if order == "from both ends":
            numbers = [i // 2 if i % 2 == 0 else n - 1 - i // 2 for i in range(n)]
        rows = [row(b"d%d.com" % i, (chain % (i, i + 1)).encode(), address=b"10.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255))
                for i in numbers]
        found = check("a chain of %d certificates, %s" % (n, order), rows, 256)
        ids = {line.split(" ")[3] for name, line in found.items() if name.startswith("d")}
        # Each name but the two at the ends has two domains: the smallest of them is the second of the chain.
        say(ids == {"n0000001.com"}, "its one name, %s" % order, [sorted(ids)[:5]])


def rubbish():
    marker = os.path.join(work, "evaluated")
    code = b"__import__('os').system('touch %s')" % marker.encode()
    for text in (code, b"{'smtp': " + code + b"}", b"[x for x in " + code + b"]", b"f'{" + code + b"}'", b"eval(\"" + code + b"\")"):
        check("code in the scan column: %s" % text[:12].decode(), [row(b"code.com", text)], 64)
    say(not os.path.exists(marker), "nothing was evaluated")
    r = random.Random(2)
    check("bytes of every kind in every column", [bytes(r.choice(b"abc\t\t\t'{}[]:,.\\u1\r\0\xff\xc3\x80") for _ in range(200)) + b"\n"
                                                 for _ in range(5000)], 64)
    base = good(3).replace(b"good3", b"cut").rstrip(b"\n")
    check("a row that was cut at each place", [base[:n] + b"\n" for n in range(len(base))], 64)
    status, _, _, _ = run([], b"")
    say(status in (0, 65), "an empty file", [status])
    status, out, err, _ = run([], HEADER)
    say((status, out) == (0, b""), "a header alone", [status, out, err])
    status, out, err, mib = run(["--input", "tsv"], [r.randbytes(MIB)])
    say(status in (0, 65) and mib < 64 * SLACK, "a megabyte of random bytes", [status, mib, err[-500:]])
    packed = gzip.compress(HEADER + good(1) + good(2))
    status, out, err, _ = run([], packed)
    say(status == 0 and set(answers(out)) == {"good1.com", "good2.com"}, "gzip", [status, out, err])
    status, out, err, _ = run([], packed[:-12])
    say(status not in (0,) and b"input" in err, "gzip that was cut is no success", [status, out, err])
    bomb = gzip.compress(HEADER + good(1) + b"x" * (300 * MIB) + b"\n" + good(2), 1)
    status, out, err, mib = run([], bomb)
    say(status == 0 and set(answers(out)) == {"good1.com", "good2.com"} and mib < 128 * SLACK, "300 MB of one letter in gzip",
        [status, mib, err[-500:]])


def strict():
    status, out, err, _ = run(["--strict"], HEADER + good(1) + good(2))
    say(status == 0 and len(answers(out)) == 2, "--strict, nothing bad", [status, err])
    for name, bad in (("preference", b"a.com\tmx.a.com\tten\t192.0.2.1\t\t\t\n"), ("columns", b"a.com\tmx.a.com\t1\t192.0.2.1\t\n"),
                      ("literal", b"a.com\tmx.a.com\t1\t192.0.2.1\t\t{'smtp': {'st\t\n"),
                      ("quotes", b"a.com\tmx.a.com\t1\t192.0.2.1\t\t\"{'smtp': {'st\n"),
                      ("NUL", b"a.com\tmx\0.a.com\t1\t192.0.2.1\t\t\t\n")):
        status, _, err, _ = run(["--strict"], HEADER + good(1) + bad + good(2), "strict")
        say(status == 65, "--strict, bad %s" % name, [status, err])
        status, out, err, _ = run([], HEADER + good(1) + bad * 1000 + good(2), "lenient")
        say(status == 0 and b":3: " in err and len(err) < 5000, "bad %s: file and line of the first few" % name,
            [status, err[:2000]])


def wide():
    exchanges = ",".join('{"name":"mx%d.beta%d.com","preference":10,"ipv4_addresses":["10.1.%d.%d"]}' % (
        i, i, i >> 8 & 255, i & 255) for i in range(65536))
    line = '{"name":"wide.com","results":{"MXLOOKUP":{"status":"NOERROR","data":{"exchanges":[%s]}}}}\n' % exchanges
    scans = "".join('{"ip":"10.1.%d.%d","data":{"smtp":{"protocol":"smtp","result":{"banner":"220 x"}}}}\n' % (i >> 8, i & 255)
                    for i in range(65536))
    status, out, err, mib = run([], (line + scans).encode())
    record = json.loads(out) if status == 0 and out else {"ids": []}
    names = [entry["mx"] for entry in record["ids"]]
    say(len(names) == 65536 and names == sorted(names), "a domain of 65,536 MX", [status, len(names), err[-500:]])
    say(mib < 256 * SLACK, "a domain of 65,536 MX: memory", [mib])


for part in (sizes, quotes, depths, certificates, rubbish, strict, wide):
    part()
