#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare.py SUITE PROGRAM WORK - random populations (generate.py) through emt-mxinfer and through the oracle.

SUITE: names, tsv, forms, scan, mixed, ways, model, tables, shares, switches, compat, shards.  Prints `same NAME` or
`different NAME`, differences as comments, and `domains N`: how many were compared.  EMT_SOAK=1 compares ten times as
many, of other seeds."""
import csv
import gzip
import json
import os
import random
import shutil
import subprocess
import sys

import generate
import oracle

SOAK = bool(os.environ.get("EMT_SOAK"))
SWITCHES = ["disable_tls", "disable_banner", "disable_heuristics", "disable_heuristics_as",
            "disable_heuristics_tls_pattern", "disable_heuristics_banner_pattern"]


class Suite:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.suffixes = oracle.Suffixes(oracle.PSL)
        self.providers = oracle.Providers(oracle.PROVIDERS)
        self.patterns = oracle.NamePatterns(oracle.PATTERNS)
        self.domains_n = 0

    def generate(self, seed, domains, *options):
        """A new population, in the place of the one before; its folder."""
        where = os.path.join(self.work, "population")
        shutil.rmtree(where, ignore_errors=True)
        generate.main(["--seed", str(seed), "--domains", str(domains), "-o", where] + list(options))
        return where

    def run(self, arguments, stdin=None):
        """Standard output of emt-mxinfer, or None with a comment."""
        done = subprocess.run([self.program] + arguments, stdin=stdin or subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            print("# %s: exit status %d" % (" ".join(arguments)[:300], done.returncode))
            print("#", done.stderr.decode("utf-8", "replace")[-500:].replace("\n", "\n# "))
            return None
        return done.stdout

    def truth(self, world, switches, population=None):
        """The oracle's records of a world; with the counts of another population."""
        options = oracle.parse_arguments(["none:"] + switches)
        population = population or world
        for domain in list(world.domains.values()) + list(population.domains.values()):
            domain.primary = None
        inference = oracle.Inference(options, self.suffixes, self.providers, self.patterns)
        return inference.records(world, population)

    def compare(self, name, output, records):
        """One line for a test; the first few differences below it."""
        self.domains_n += len(records)
        got = bare_lines(output)
        want = [bare(record) for record in records]
        say(output is not None and got == want, name, differences(got, want))


def differences(got, want):
    """What is wrong, domain by domain."""
    found = {one["domain"]: one for one in got}
    wanted = {one["domain"]: one for one in want}
    for name in [name for name in found if name not in wanted][:5]:
        yield "not wanted: %s" % json.dumps(found[name])
    for name in wanted:
        if found.get(name) != wanted[name]:
            yield "got  %s\n#   want %s" % (json.dumps(found.get(name)), json.dumps(wanted[name]))
    if [one["domain"] for one in got] != [one["domain"] for one in want]:
        yield "the domains are not those, or not in their order"


def bare_lines(output):
    return [bare(json.loads(line)) for line in (output or b"").decode("utf-8", "surrogateescape").splitlines()]


def bare(record):
    """What a record must say: the texts of what is no answer, and further keys, are free."""
    ids = [{key: entry[key] for key in ("mx", "id", "type", "source", "score", "corrected", "new_id", "company")}
           | ({"reason": entry["reason"]} if entry["corrected"] else {}) for entry in record["ids"]]
    return {"schema": record["schema"], "domain": record["domain"], "self_hosted": record["self_hosted"], "ids": ids,
            "no_id": [entry["mx"] for entry in record["no_id"]]}


def say(good, name, details=()):
    print("same" if good else "different", name, flush=True)
    for detail in list(details)[:3]:
        print("#  ", detail)


def shard_files(where, form, n=1):
    return [os.path.join(where, "%s.%d" % (form, i)) for i in range(n)]


def tables(where):
    return [(kind, os.path.join(where, kind)) for kind in ("zgrab", "ip2asn", "pfx2as", "addresses")
            if os.path.exists(os.path.join(where, kind))]


def sizes(*pairs):
    """(seed, domains) of each population."""
    return [(seed + 1000 * i, n) for seed, n in pairs for i in range(10 if SOAK else 1)]


def suite_tsv(s):
    for seed, n in sizes((1, 1), (2, 3), (3, 30), (4, 300), (5, 3000), (6, 12000)):
        where = s.generate(seed, n, "--forms", "tsv")
        world = oracle.read_world(["tsv:%s/tsv.0" % where], False)
        s.compare("TSV, seed %d, %d domains" % (seed, n), s.run(shard_files(where, "tsv")), s.truth(world, []))
    for seed, n in sizes((11, 10), (12, 200), (13, 2000), (14, 5000)):
        where = s.generate(seed, n, "--forms", "tsv", "--dirty")
        world = oracle.read_world(["tsv:%s/tsv.0" % where], False)
        s.compare("TSV with bad rows, seed %d, %d domains" % (seed, n), s.run(shard_files(where, "tsv")),
                  s.truth(world, []))
        said = [subprocess.run([s.program, "-j", j] + shard_files(where, "tsv"), capture_output=True) for j in "128"]
        say(len({(one.returncode, one.stdout, one.stderr) for one in said}) == 1 and said[0].stderr.count(b"tsv.0:") > 3,
            "the same answers and warnings from 1, 2 and 8 threads, seed %d" % seed)


def suite_names(s):
    """The registered domain of names at, below and far below each rule of the Public Suffix List."""
    r = random.Random(61)
    rows = ["domain_name\tmx\tmx_pref\tip_of_mx\tasn_of_ip\tdict_scanning_data\tip_scan_debug_message"]
    with open(oracle.PSL, encoding="utf-8") as f:
        rules = [line.split()[0] for line in f if line.strip() and not line.startswith("//")]
    for i, rule in enumerate(rules):
        rule = rule.removeprefix("!").replace("*", "any")
        names = [rule, "a." + rule, "b.a." + rule, rule.partition(".")[2] or rule]
        for k, name in enumerate(names):
            if r.random() < 0.5:
                name = ".".join(map(oracle.a_label, name.split(".")))
            if r.random() < 0.1:
                name = "".join(c.upper() if c.isascii() else c for c in name) + "."
            rows.append("d%d-%d.com\t%s\t10\t192.0.2.1\t\t{'smtp': {'starttls': {'banner': '220 x'}}}" % (i, k, name))
    where = os.path.join(s.work, "names.tsv")
    with open(where, "w", encoding="utf-8") as f:
        f.write("\n".join(rows) + "\n")
    world = oracle.read_world(["tsv:" + where], False)
    s.compare("names around each rule of the Public Suffix List", s.run([where]), s.truth(world, []))


def suite_forms(s):
    for seed, n, *options in ((21, 10), (22, 500), (23, 8000), (24, 3, "--several-as"), (25, 500, "--several-as"),
                              (26, 8000, "--several-as")):
        for seed, n in sizes((seed, n)):
            where = s.generate(seed, n, "--forms", "zdns", *options)
            inputs = [("zdns", os.path.join(where, "zdns.0"))] + tables(where)
            world = oracle.read_world(["%s:%s" % one for one in inputs], False)
            output = s.run([name for _, name in inputs])
            s.compare("zdns, zgrab2 and %s, seed %d, %d domains" % (inputs[-1][0], seed, n), output, s.truth(world, []))
            other = s.run([name for _, name in reversed(inputs)])
            say(output is not None and other == output, "the files in another order, seed %d" % seed)


def suite_scan(s):
    for seed, n, *options in ((71, 10), (72, 500, "--several-as"), (73, 12000, "--several-as"), (74, 500, "--variants"),
                              (75, 6000, "--variants")):
        for seed, n in sizes((seed, n)):
            where = s.generate(seed, n, "--forms", "scan", *options)
            files = [os.path.join(where, name) for name in ("scan.0", "addresses")]
            world = oracle.read_world(["scan:" + name for name in files], False)
            records = s.truth(world, [])
            output = s.run(files)
            s.compare("mx-scan/1, seed %d, %d domains" % (seed, n), output, records)
            say(output is not None and s.run(files[::-1]) == output, "the addresses before the domains, seed %d" % seed)
            mixed = os.path.join(where, "mixed")  # one file, addresses among the domains, as a scanner writes them
            mix(files, mixed, seed)
            say(output is not None and s.run([mixed]) == output, "addresses among the domains, seed %d" % seed)


def mix(files, mixed, seed):
    """The lines of two files in one, those of each in their order."""
    r = random.Random(seed)
    lines = []
    for name in files:
        with open(name, encoding="utf-8") as f:
            lines.append(f.readlines())
    first, second = map(iter, lines)
    order = [first] * len(lines[0]) + [second] * len(lines[1])
    r.shuffle(order)
    with open(mixed, "w", encoding="utf-8") as f:
        f.writelines(map(next, order))


def text_of(record):
    """A record as the Python tool's sample output has it."""
    yield "Domain: " + record["domain"]
    if not record["ids"]:
        yield "\tInfered Provider ID: N/A"
    for entry in record["ids"]:
        start = "\tID:%s, Type:%s, Source:%s" % (entry["id"], entry["type"], entry["source"])
        if entry["corrected"] == 0:
            message = {"TLS": "Cert ID Ok", "Banner/EHLO": "Banner/EHLO ID Ok", "MX": "MX RD Ok"}[entry["source"]]
            yield "%s, Debug MSG:%s, Conf_Score:%d" % (start, message, entry["score"])
            if entry["company"]:
                yield "\t\tSuggested Company: " + entry["company"]
            continue
        yield "%s, Conf_Score:%d" % (start, entry["score"])
        if entry["corrected"] == 1:
            yield "\t\tHeuristics suggests new provider id: %s, reason: %s" % (entry["new_id"], entry["reason"])
            yield "\t\tSuggested company: " + entry["company"]
        else:
            yield "\t\tHeuristics suggests that this provider id might NOT be accurate, reason: " + entry["reason"]


def suite_mixed(s):
    """Files of several kinds together, also where they contradict each other."""
    for seed, n in sizes((101, 20), (102, 1500)):
        where = s.generate(seed, n, "--forms", "tsv,zdns,scan", *(["--variants"] if n > 1000 else []))
        with open(os.path.join(where, "ip2asn"), encoding="ascii") as f, \
                open(os.path.join(where, "other"), "w", encoding="ascii") as out:
            for i, line in enumerate(f):
                first, last, number, *rest = line.split("\t")
                out.write("\t".join([first, last, str((15169, 64999, int(number))[i % 3])] + rest))
        for names in ("tsv.0 ip2asn", "tsv.0 other", "tsv.0 zgrab", "zdns.0 addresses", "scan.0 zgrab ip2asn",
                      "scan.0 addresses other", "scan.0 tsv.0 addresses zgrab", "zdns.0 zgrab zgrab ip2asn other",
                      "tsv.0 zdns.0 zgrab"):
            kinds = {"tsv.0": "tsv", "zdns.0": "zdns", "scan.0": "scan", "addresses": "scan", "other": "ip2asn"}
            inputs = [(kinds.get(name, name), os.path.join(where, name)) for name in names.split()]
            world = oracle.read_world(["%s:%s" % one for one in inputs], False)
            s.compare("%s, seed %d, %d domains" % (names, seed, n), s.run([name for _, name in inputs]), s.truth(world, []))


def suite_ways(s):
    """Ways for the same data to come and to go."""
    where = s.generate(81, 3000, "--forms", "tsv,scan,zdns", "--dirty")
    tsv, scan = os.path.join(where, "tsv.0"), shard_files(where, "scan") + [os.path.join(where, "addresses")]
    want = s.run([tsv])
    with open(tsv, "rb") as f:
        data = f.read()
    for name, packed in (("gzip", gzip.compress(data)), ("gzip in two parts", gzip.compress(data[:99999]) + gzip.compress(
            data[99999:])), ("zstd", subprocess.run(["zstd", "-q", "-c", tsv], capture_output=True).stdout)):
        file = os.path.join(where, "packed")
        with open(file, "wb") as f:
            f.write(packed)
        say(want and s.run([file]) == want, name)
        with open(file, "rb") as f:
            say(s.run(["-"], f) == want, name + " from standard input")
    say(s.run(["infer", "--input", "tsv", tsv]) == want, "infer, --input")
    say(s.run(["--load_data_from_path", tsv]) == want, "--load_data_from_path")
    out = os.path.join(where, "out")
    say(s.run(["-o", out, tsv]) == b"" and open(out, "rb").read() == want, "-o")
    records = [json.loads(line) for line in want.decode("utf-8").splitlines()]
    rows = list(csv.DictReader((s.run(["--format", "csv", tsv]) or b"").decode("utf-8").splitlines()))
    wanted = [(record["domain"], record["self_hosted"], entry["mx"]) + tuple("" if entry.get(key) is None else str(entry[key])
              for key in ("id", "source", "score", "corrected", "new_id", "company"))
              for record in records for entry in record["ids"] + record["no_id"]]
    got = [tuple(row[key] for key in ("domain", "self_hosted", "mx", "id", "source", "score", "corrected", "new_id", "company"))
           for row in rows if row["mx"]]
    say(sorted(got) == sorted(wanted), "--format csv", sorted(set(got) ^ set(wanted)))
    said = [line for line in (s.run(["--format", "text", tsv]) or b"").decode("utf-8").splitlines()
            if line.strip().startswith(("Domain:", "ID:", "Infered", "Heuristics", "Suggested"))]
    wanted = [line for record in records for line in text_of(record)]
    say(said == wanted, "--format text", ["got  %s\n#   want %s" % pair for pair in zip(said, wanted) if pair[0] != pair[1]])
    header, _, rest = data.partition(b"\n")
    parts = []
    for i, cut in enumerate((rest[:rest.find(b"\n", 500000) + 1], rest[rest.find(b"\n", 500000) + 1:])):
        parts.append(os.path.join(where, "part%d" % i))
        with open(parts[-1], "wb") as f:
            f.write(header + b"\n" + cut)
    say(s.run(parts) == want, "a table in two files")
    for form, files in (("tsv", scan), ("mx-scan", scan), ("mx-scan", shard_files(where, "zdns") + [
            name for _, name in tables(where) if not name.endswith("addresses")])):
        file = os.path.join(where, "converted")
        done = s.run(["convert", "--to", form] + files + ["-o", file])
        name = "convert --to %s of %s" % (form, os.path.basename(files[0]))
        got, want = s.run([file]), s.run(files)
        if form == "mx-scan":
            say(done is not None and want and got == want, name)
        else:  # that a look-up failed cannot be said there
            say(done is not None and want and bare_lines(got) == bare_lines(want), name)


    blind = os.path.join(where, "blind")
    with open(blind, "w", encoding="ascii") as f:
        f.write(json.dumps({"ip": "192.0.2.1", "data": {"smtp": {"protocol": "smtp", "result": {"tls": {"handshake_log": {
            "server_certificates": {"certificate": {"parsed": {"names": ["mx.alpha.com"]}}, "validation": {
                "browser_trusted": False, "browser_error": "x509: failed to load system roots"}}}}}}}}) + "\n")
    done = subprocess.run([s.program, shard_files(where, "zdns")[0], blind], capture_output=True)
    say(done.returncode == 0 and b"system roots" in done.stderr, "a scanner without roots is warned of")


def suite_model(s):
    """A few domains with the model of others: some of their names are in it, some are not."""
    for seed, n in sizes((111, 300), (112, 3000)):
        where = s.generate(seed, n, "--forms", "tsv", "--shards", "5")
        first, *others = shard_files(where, "tsv", 5)
        model = os.path.join(where, "model")
        s.run(["count"] + others + ["-o", model])
        world = oracle.read_world(["tsv:" + first], False)
        population = oracle.read_world(["tsv:" + name for name in others], False)
        s.compare("--model, seed %d" % seed, s.run(["--model", model, first]), s.truth(world, [], population))


def suite_tables(s):
    """Tables and a Public Suffix List of one's own."""
    for seed, n in sizes((121, 300), (122, 2000)):
        where = s.generate(seed, n, "--forms", "tsv")
        r = random.Random(seed)
        files = {name: os.path.join(where, name) for name in ("psl", "companies", "servers")}
        world = oracle.read_world(["tsv:%s/tsv.0" % where], False)
        ids = sorted({entry["id"] for record in s.truth(world, []) for entry in record["ids"]})
        r.shuffle(ids)
        with open(files["companies"], "w", encoding="utf-8") as f:
            f.write("date 2026-01-01\n# of our own\ncompany Google\n\tids google.com\n\tas 64496 64497\n")
            for i in range(0, min(len(ids), 60), 3):
                f.write("company Company-%d\n\tids %s\n\tas %s\n" % (i, " ".join(ids[i:i + 3]), " ".join(
                    map(str, r.sample(generate.AS_NUMBERS, 6)))))
            f.write("company Stars\n\tids raven*.com *.nl\n\tas 15169\ncompany Filter\n\tids filter.example\n"
                    "\tas 64496 3356 8075\n\tfilter filter.example except 8075\n")
        with open(files["servers"], "w", encoding="utf-8") as f:
            f.write("date 2026-01-01\ndomain google.com\n\town has:x\n\trented begins:alt\n")
            for one in sorted(set(ids[:30]) - {"google.com"}):
                f.write("domain %s\n\town begins:mx is:mx.%s\n\trented greeting has:mx\n\town has:in.\n\trandom\n" % (one, one))
        with open(oracle.PSL, encoding="utf-8") as f:
            rules = [line for line in f if not line.strip() or line.startswith("//") or line[:1] in "!*" or line.startswith("com") or
                     r.random() < 0.7]
        with open(files["psl"], "w", encoding="utf-8") as f:
            f.writelines(rules + ["raven.com\n*.falcon.com\n!a.falcon.com\n"])
        switches = ["--psl", files["psl"], "--providers", files["companies"], "--patterns", files["servers"],
                    "--heuristics_threshold", "1000"]
        before = s.suffixes, s.providers, s.patterns
        for used in (switches, switches[:2], switches[2:4] + switches[6:], switches[4:]):
            s.suffixes = oracle.Suffixes(files["psl"]) if "--psl" in used else before[0]
            s.providers = oracle.Providers(oracle.PROVIDERS, files["companies"]) if "--providers" in used else before[1]
            s.patterns = oracle.NamePatterns(oracle.PATTERNS, files["servers"]) if "--patterns" in used else before[2]
            s.compare("%s, seed %d" % (" ".join(used[::2]), seed), s.run(shard_files(where, "tsv") + used), s.truth(world, []
                      if "--heuristics_threshold" not in used else ["--heuristics_threshold", "1000"]))
        s.suffixes, s.providers, s.patterns = before


def suite_shares(s):
    for seed, n in sizes((91, 50), (8, 5000)):
        where = s.generate(seed, n, "--forms", "scan,zdns")
        for form, files in (("scan", [os.path.join(where, name) for name in ("scan.0", "addresses")]),
                            ("zdns", [os.path.join(where, name) for name in ("zdns.0", "zgrab", "ip2asn")])):
            world = oracle.read_world(["%s:%s" % (form if i == 0 or form == "scan" else os.path.basename(name), name)
                                       for i, name in enumerate(files)], False)
            want = oracle.shares(world, s.truth(world, []))
            file = os.path.join(where, "shares")
            s.run(["--shares", file] + files)
            with open(file, encoding="utf-8", newline="") as f:
                rows = list(csv.reader(f))[1:]
            got = {(kind, name): float(n) for kind, name, n, _ in rows}
            wrong = ["%s %s: got %s, want %s" % (*key, got.get(key), want.get(key)) for key in got.keys() | want.keys()
                     if abs(got.get(key, 0) - want.get(key, 0)) > 1e-5]
            say(not wrong, "--shares, %s, seed %d" % (form, seed), wrong)
            if form == "scan":
                check_joined(s, world, files, seed)
            total = sum(float(share) for *_, share in rows if share)
            say(abs(total - 1) < 1e-3, "the shares are a whole, %s, seed %d" % (form, seed), [total])


def check_joined(s, world, files, seed):
    """--metadata lists the certificates that join ids of two known companies."""
    file = os.path.join(s.work, "metadata")
    s.run(["--metadata", file] + files)
    with open(file, encoding="utf-8") as f:
        got = [sorted((one["id"], one["company"]) for one in ids) for ids in json.load(f)["joined"]]
    want = []
    for domain in world.domains.values():
        for _, seen in domain.primary:
            for names, trusted in (one for facts in seen.values() for one in facts.certificates):
                found = {s.suffixes.registered(oracle.canonical(name)) for name in names} - {None}
                known = sorted((one, s.providers.company(one)) for one in found if s.providers.company(one))
                if trusted and len({company for _, company in known}) > 1 and known not in want:
                    want.append(known)
    say(sorted(want) == sorted({tuple(map(tuple, one)): one for one in got}.values()),
        "certificates that join companies: %d, seed %d" % (len(want), seed), [got, want])


def suite_switches(s):
    for seed, n in sizes((31, 1500), (32, 400)):
        where = s.generate(seed, n, "--forms", "tsv")
        world = oracle.read_world(["tsv:%s/tsv.0" % where], False)
        sets = [["--" + name] for name in SWITCHES]
        sets += [["--heuristics_threshold", str(t)] for t in (0, 1, 2, 6, 1000000)]
        sets += [["--map_id_to_company", "False"], ["--map_id_to_company"], ["--map_id_to_company", "True"]]
        r = random.Random(seed)
        for _ in range(12):
            some = ["--" + name for name in SWITCHES if name != "disable_heuristics" and r.random() < 0.4]
            sets.append(some + ["--heuristics_threshold", str(r.choice((1, 3, 10, 100)))])
        for switches in sets:
            s.compare("%s, seed %d" % (" ".join(switches), seed), s.run(shard_files(where, "tsv") + switches),
                      s.truth(world, switches))


def suite_compat(s):
    for seed, n in sizes((41, 5), (42, 100), (43, 1000), (44, 8000)):
        where = s.generate(seed, n, "--forms", "tsv", "--plain")
        world = oracle.read_world(["tsv:%s/tsv.0" % where], True)
        for switches in [["--compat"]] + ([["--compat", "--heuristics_threshold", "1000"],
                                           ["--compat", "--disable_heuristics_as"],
                                           ["--compat", "--disable_tls"]] if n < 5000 else []):
            s.compare("%s, seed %d, %d domains" % (" ".join(switches), seed, n),
                      s.run(switches + shard_files(where, "tsv")), s.truth(world, switches))


def suite_shards(s):
    """count | merge | infer of any partition, and any -j, is the one-shot run byte for byte."""
    r = random.Random(51)
    cases = [(51, 2000, k, "tsv") for k in (range(1, 17) if SOAK else (1, 2, 3, 7, 16))]
    cases += [(53, 1500, k, "scan") for k in (range(1, 17) if SOAK else (1, 4, 16))]
    cases += [(52, 1500, k, "zdns") for k in (range(1, 17) if SOAK else (1, 2, 5, 16))]
    for seed, n, k, form in cases:
        where = s.generate(seed, n, "--forms", form, "--shards", str(k))
        files = shard_files(where, form, k)
        joined = [name for _, name in tables(where)]
        want = s.run(["-j", "1"] + files + joined)
        for threads in ("2", "3", "8"):
            say(want is not None and s.run(["-j", threads] + files + joined) == want,
                "%s, %d files, -j %s" % (form, k, threads))
        states = []
        for i, name in enumerate(files):
            states.append(os.path.join(where, "state.%d" % i))
            s.run(["count", "-j", r.choice("123"), name] + joined + ["-o", states[-1]])
        r.shuffle(states)
        model = os.path.join(where, "model")
        s.run(["merge"] + merged_by_steps(s, where, states, r) + ["-o", model])
        got = [s.run(["infer", "-j", r.choice("123"), "--model", model, name] + joined) for name in files]
        say(want and None not in got and b"".join(got) == want, "%s, %d shards: count, merge, infer" % (form, k))


def merged_by_steps(s, where, states, r):
    """Some states merged before, so that merging is seen to be associative."""
    if len(states) < 3:
        return states
    cut = r.randrange(2, len(states))
    part = os.path.join(where, "part")
    s.run(["merge"] + states[:cut] + ["-o", part])
    return states[cut:] + [part]


def main():
    suite, program, work = sys.argv[1:]
    s = Suite(program, work)
    globals()["suite_" + suite](s)
    print("domains", s.domains_n)


if __name__ == "__main__":
    main()
