#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""oracle.py [OPTION...] KIND:FILE... - which provider is behind each domain, slowly and obviously.

An independent truth for emt-mxinfer, written from the method's text alone and sharing no code with it: `mx-id/1` lines
to standard output.  KIND says what a file is: tsv, zdns, zgrab, ip2asn, pfx2as, scan.  Where the method leaves room,
README.md has a numbered reading, named here as [R5]."""
import argparse
import ast
import base64
import fractions
import functools
import ipaddress
import json
import os
import re
import sys

BLANKS = " \t\r\v\f"
MARKS = ":,;!."
HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
OLD_HOST = re.compile(r"([a-zA-Z0-9_-]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_-])?\.)+[a-zA-Z]{2,}\n?")
REASONS = {"Cisco": "All IPs are in Cisco Ironport's AS"}
MISLEADING = (".spamhaus.org", ".abuseat.org", ".trustedsource.org", "eecs.umich.edu")
TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tables")
PSL = "/usr/share/publicsuffix/public_suffix_list.dat"
PROVIDERS = os.path.join(TABLES, "companies.conf")
PATTERNS = os.path.join(TABLES, "servers.conf")


# ---- names -----------------------------------------------------------------------------------------------------------

def a_label(label):
    """A label in the form that the DNS knows."""
    try:
        label.encode("ascii")
        return label
    except UnicodeEncodeError:
        return label.encode("idna").decode("ascii")


@functools.cache
def canonical(name):
    """Lower case, trailing dots off, A-labels.  What cannot be converted stays as it is: it has no registered domain."""
    name = name.strip(BLANKS).rstrip(".")
    try:
        return ".".join(a_label(label.lower()) for label in name.split("."))
    except UnicodeError:
        return name.lower()


@functools.cache
def address_of(text):
    """The address that is written there (without a zone), or None."""
    try:
        return None if "%" in text else ipaddress.ip_address(text.strip(BLANKS))
    except ValueError:
        return None


def is_address(text):
    return address_of(text.strip("[]").removeprefix("IPv6:").removeprefix("ipv6:")) is not None


class Suffixes:
    """The Public Suffix List with its private section and without a rule for unknown top-level domains."""

    def __init__(self, file):
        self.rules, self.wild, self.except_ = set(), set(), set()
        self.known = {}
        with open(file, encoding="utf-8") as f:
            for line in f:
                rule = line.split()[0] if line.split() else ""
                if not rule or rule.startswith("//"):
                    continue
                where = self.rules
                if rule.startswith("!"):
                    rule, where = rule[1:], self.except_
                elif rule.startswith("*."):
                    rule, where = rule[2:], self.wild
                where.add(".".join(a_label(label) for label in rule.lower().split(".")))

    def registered(self, name):
        """The registered domain of a canonical name, or None."""
        if name not in self.known:
            self.known[name] = self.find(name)
        return self.known[name]

    def find(self, name):
        labels = name.split(".")
        if is_address(name) or len(name) > 253 or any(not label or len(label) > 63 for label in labels):
            return None
        if not all(re.fullmatch(r"[a-z0-9_-]+", label) for label in labels[1:]) or \
                not re.fullmatch(r"\*|[a-z0-9_-]+", labels[0]):
            return None  # [R5]
        suffix_n = 0
        for n in range(1, len(labels) + 1):
            tail = ".".join(labels[-n:])
            if tail in self.except_:
                suffix_n = n - 1
                break
            if tail in self.rules:
                suffix_n = max(suffix_n, n)
            if n > 1 and ".".join(labels[1 - n:]) in self.wild:
                suffix_n = max(suffix_n, n)
        if suffix_n == 0 or suffix_n >= len(labels):
            return None
        return ".".join(labels[-suffix_n - 1:])

    def registered_as_written(self, name):
        """The same for a name whose case and form were kept: --compat."""
        bare = name.rstrip(".")
        found = self.registered(canonical(name))
        if found is None:
            return ""
        return ".".join(bare.split(".")[-len(found.split(".")):])


# ---- tables ----------------------------------------------------------------------------------------------------------

def glob(pattern, text):
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.DOTALL) is not None


def words_of(file):
    """The lines of a table, in words."""
    with open(file, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                yield line.split()


class Providers:
    """tables/companies.conf."""

    def __init__(self, *files):
        self.exact, self.patterns, self.as_numbers = {}, [], {}
        self.filters = []  # [company, id, AS that prove nothing]: Cisco before ProofPoint
        for file in files:
            self.read(file)

    def read(self, file):
        company = None
        for word, *words in words_of(file):
            if word == "company":
                company = " ".join(words)
                if company in self.as_numbers:  # of a file before: this one takes its place
                    self.exact = {one: owner for one, owner in self.exact.items() if owner != company}
                    self.patterns = [(one, owner) for one, owner in self.patterns if owner != company]
                    self.filters = [row for row in self.filters if row[0] != company]
                self.as_numbers[company] = set()
            elif word == "ids":
                for one in words:
                    if "*" in one:
                        self.patterns.append((one, company))
                    else:
                        self.exact[one] = company
            elif word == "as":
                self.as_numbers[company] |= {int(number) for number in words}
            elif word == "filter":
                self.filters.append((company, words[0], {int(number) for number in words[2:]}))
            elif word != "date":
                raise ValueError("unknown word " + word)

    def company(self, registered):
        if registered in self.exact:
            return self.exact[registered]
        for pattern, company in self.patterns:
            if glob(pattern, registered):
                return company
        return None


class NamePatterns:
    """tables/servers.conf."""

    def __init__(self, *files):
        self.rules = []  # (domain, [condition], class) in the order of the file
        for file in files:
            self.read(file)

    def read(self, file):
        """[R21] A later file's rules stand before those that are there."""
        domain, found = None, []
        for word, *words in words_of(file):
            if word == "domain":
                domain = words[0]
                self.rules = [rule for rule in self.rules if rule[0] != domain]
            elif word != "date":
                found.append((domain, words, {"own": "dedicated", "rented": "vps", "random": "vps"}[word]))
        self.rules = found + self.rules

    def holds(self, condition, name, domain, from_greeting, anywhere):
        word, _, text = condition.partition(":")
        first = name.split(".")[0]
        if word == "greeting":
            return from_greeting
        if word == "is":
            return name == text
        if word == "begins":
            return name.startswith(text)
        if word == "has":
            before = name if anywhere or domain in text else name[:len(name) - len(domain)]
            return text in before
        if word == "four-numbers":
            numbers = first.split("-")
            return len(numbers) == 4 and all(re.fullmatch("[0-9]+", n) and int(n) < 256 for n in numbers)
        if word == "three-dashes":
            return first.startswith(text) and first.count("-") == 3
        raise ValueError("unknown condition " + condition)

    def matches(self, domain, name):
        """The name is the domain or below it."""
        labels = name.split(".")
        return any(glob(domain, ".".join(labels[n:])) for n in range(len(labels)))

    def is_rented(self, name, from_greeting):
        domain = next((d for d, _, _ in self.rules if self.matches(d, name)), None)
        return self.decide(domain, name, from_greeting, False)

    def is_rented_compat(self, name, from_greeting):
        """Domains are looked for anywhere in the name; whoever gets as far as 180r.com is dedicated."""
        for domain, _, _ in self.rules:
            if domain == "180r.com":
                return False
            if domain in name:
                return self.decide(domain, name, from_greeting, True)
        return False

    def decide(self, domain, name, from_greeting, anywhere):
        for rule_domain, conditions, kind in self.rules:
            if rule_domain == domain and \
                    all(self.holds(c, name, domain, from_greeting, anywhere) for c in conditions):
                return kind == "vps"
        return False


# ---- greetings -------------------------------------------------------------------------------------------------------

def looks_like_host(token, suffixes):
    """[R8] what a token of a greeting is taken for: (name, registered domain) or None."""
    token = token.strip(MARKS)
    name = "eigbox.net" if "bosimpinc" in token.lower() else canonical(token) if token.isascii() else ""
    if len(name) > 253 or not HOST.fullmatch(name) or any(text in name for text in MISLEADING):
        return None
    registered = suffixes.registered(name)
    return (name, registered) if registered else None


def greeting_host(text, suffixes):
    for line in text.split("\n"):
        if line.strip(BLANKS + MARKS):
            break
    else:
        return None
    line = line.strip(BLANKS)
    tokens = [t for t in re.split("[%s]+" % BLANKS, line) if t.strip(MARKS)]
    if re.match("[0-9]{3}[-%s]" % BLANKS, line):
        after = line[4:].strip(BLANKS)
        found = after and looks_like_host(re.split("[%s]" % BLANKS, after)[0], suffixes)
        if found:
            return found
    return looks_like_host(tokens[-1], suffixes)


def greeting_host_compat(text, suffixes):
    """What the Python tool finds: one blank between code and name, and a name without a registered domain (but of the
    right look) ends the search."""
    lines = [line.strip() for line in text.split("\n") if line.strip().strip(MARKS).strip()]
    if not lines:
        return None
    line = lines[0]
    token = None
    if len(line) > 3 and line[0].isdigit() and line[1].isdigit() and line[2].isdigit():
        if line[3] == "-":
            token = line.split(" ")[0][4:].strip(MARKS)
        elif line[3] == " ":
            token = line.split(" ")[1].strip(MARKS)
    if token is not None:
        if "bosimpinc" in token:
            return "eigbox.net", "eigbox.net"
        if OLD_HOST.fullmatch(token) and not any(text in token for text in MISLEADING):
            registered = suffixes.registered_as_written(token)
            return (token.lower(), registered.lower()) if registered else None
    if " " in line:
        token = [t.strip().strip(MARKS).strip() for t in line.split(" ")]
        token = [t for t in token if t][-1]
    else:
        token = line
    if OLD_HOST.fullmatch(token) and not any(text in token for text in MISLEADING):
        registered = suffixes.registered_as_written(token)
        return (token.lower(), registered.lower()) if registered else None
    return None


# ---- certificates ----------------------------------------------------------------------------------------------------

def der_items(data):
    """The (tag, content) pairs that lie in some DER octets, one behind the other."""
    at, items = 0, []
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length > 127:
            n = length - 128
            length = int.from_bytes(data[at:at + n], "big")
            at += n
        if at + length > len(data):
            raise ValueError("cut")
        items.append((tag, data[at:at + length]))
        at += length
    return items


def names_of_certificate(der):
    """Common name (of the subject, if it holds a dot) and DNS names of a certificate."""
    fields = der_items(der_items(der_items(der)[0][1])[0][1])
    if fields[0][0] == 0xa0:
        fields = fields[1:]
    names = []
    for _, rdn in der_items(fields[4][1]):
        for _, attribute in der_items(rdn):
            (_, kind), (tag, value) = der_items(attribute)
            if kind == bytes([0x55, 4, 3]) and not names:
                text = value.decode("utf-16-be" if tag == 0x1e else "utf-8" if tag == 0x0c else "latin-1")
                names += [text] if "." in text else []
    for tag, content in fields[6:]:
        if tag != 0xa3:
            continue
        for _, extension in der_items(der_items(content)[0][1]):
            parts = der_items(extension)
            if parts[0][1] == bytes([0x55, 0x1d, 0x11]):
                names += [value.decode("latin-1") for kind, value in der_items(der_items(parts[-1][1])[0][1])
                          if kind == 0x82]
    return names


def names_of_raw(raw):
    """The same of PEM or of base64 text; none of what is neither."""
    try:
        text = re.sub("-----[A-Z ]*-----", "", raw)
        return names_of_certificate(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, IndexError, UnicodeError):
        return []


# ---- what is known ---------------------------------------------------------------------------------------------------

class Facts:
    """What was seen at an address."""

    def __init__(self):
        self.as_numbers, self.banners, self.ehlos, self.certificates = [], [], [], []  # these: (names, trusted)
        self.empty = False  # an empty greeting was told of: with --compat it is one
        self.plain = self.only_variants = False  # which records of mx-scan/1 the MX speaks of

    def has_smtp(self, compat):
        return bool(self.banners or self.ehlos or self.certificates or (compat and self.empty))

    def add(self, other):
        self.as_numbers += other.as_numbers
        self.banners += other.banners
        self.ehlos += other.ehlos
        self.certificates += other.certificates
        self.empty = self.empty or other.empty


class Domain:
    def __init__(self, name):
        self.name = name
        self.mx = {}  # (name, preference) -> {address: Facts}
        self.without = None  # why it has none: "null MX", "no MX", "not known"
        self.primary = None


    def says(self, without):
        """[R20] Why it has no MX; of several reasons the one that tells most."""
        order = (None, "not known", "no MX", "null MX")
        self.without = max(self.without, without, key=order.index)


class World:
    def __init__(self, compat):
        self.compat = compat
        self.domains = {}
        self.seen = {}  # (address, variant) -> Facts, of the joined records
        self.variants = []  # (Facts of an MX's address, address, variant)
        self.ranges = []  # (first, last, [AS])
        self.prefixes = {}  # (version, length, bits) -> [AS]
        self.bad_n = 0
        self.row_before, self.parts_n = None, 0

    def name(self, text):
        return text if self.compat else canonical(text)

    def domain(self, text):
        name = self.name(text)
        return self.domains.setdefault(name, Domain(name))

    def domain_of_row(self, text):
        """With --compat rows that are not next to each other make a domain each time."""
        if self.compat and text != self.row_before:
            self.parts_n += 1
        self.row_before = text
        if not self.compat:
            return self.domain(text)
        return self.domains.setdefault((self.parts_n, text), Domain(text))

    def as_of(self, address):
        found = []
        for first, last, numbers in self.ranges:
            if first.version == address.version and first <= address <= last:
                found += numbers
        bits = address.max_prefixlen
        for length in range(bits, -1, -1):
            numbers = self.prefixes.get((address.version, length, int(address) >> (bits - length)))
            if numbers is not None:
                return found + numbers
        return found

    def join(self):
        """Gives the joined records' and tables' facts to each address that an MX has."""
        for facts, address, variant in self.variants:
            if (address, variant) in self.seen:
                facts.add(self.seen[address, variant])
        known = {}
        for domain in self.domains.values():
            for addresses in domain.mx.values():
                for address, facts in addresses.items():
                    if (address, None) in self.seen and not facts.only_variants:
                        facts.add(self.seen[address, None])
                    if self.ranges or self.prefixes:
                        if address not in known:
                            known[address] = [n for n in self.as_of(address) if n]
                        facts.as_numbers += known[address]


# ---- the Python tool's TSV -------------------------------------------------------------------------------------------

def certificate_of(tls):
    """(names, trusted) of what a scan says of TLS, or None if it says of no certificate."""
    if not isinstance(tls, dict):
        return None
    certificate = tls.get("certificate")
    if not isinstance(certificate, dict) or not ("raw" in certificate or "parsed" in certificate):
        return None
    parsed = certificate.get("parsed")
    names = parsed.get("names") if isinstance(parsed, dict) else None
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, (list, tuple, set)):
        names = names_of_raw(certificate.get("raw") or "")
    validation = tls.get("validation")
    trusted = isinstance(validation, dict) and validation.get("browser_trusted") is True
    return [n for n in names if isinstance(n, str)], trusted


@functools.lru_cache(20000)
def scan_column(text):
    """What the column says; None if it is no literal."""
    facts = Facts()
    try:
        try:
            scan = json.loads(text)
        except ValueError:
            scan = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        scan, facts = None, None
    if isinstance(scan, dict) and isinstance(scan.get("smtp"), dict) and isinstance(scan["smtp"].get("starttls"), dict):
        starttls = scan["smtp"]["starttls"]
        for key, where in (("banner", facts.banners), ("ehlo", facts.ehlos)):
            said = starttls.get(key)
            if isinstance(said, bytes):
                said = said.decode("utf-8", "surrogateescape")
            if isinstance(said, str) and said:
                where.append(said)
            facts.empty = facts.empty or said == ""
        certificate = certificate_of(starttls.get("tls"))
        if certificate:
            facts.certificates.append(certificate)
    return facts


def as_column(text):
    """[R12] `8075`, `AS8075`, `{1,2}`, `1 2`, empty: the AS numbers."""
    if text in ("", "None", "set()"):
        return []
    text = text.strip("{}[]() ")
    numbers = [re.sub("^[Aa][Ss]", "", one.strip()) for one in re.split("[, _]+", text)]
    numbers = [n.removesuffix(".0") for n in numbers]
    return [int(n) for n in numbers if re.fullmatch("[0-9]{1,10}", n) and 0 < int(n) < 1 << 32]


QUOTED = re.compile(r'"(?:[^"]|"")*"(?!")')
PLAIN = re.compile(r"[^\t\n]*")


def holds_a_row(quoted):
    """[R22] Does one of the further lines in quotes look like a row?"""
    return any(line.split("\t")[0].strip(BLANKS) and line.count("\t") >= 5 for line in quoted.split("\n")[1:])


def fields_of(text):
    """The fields of some lines, if they are one row; None if its quotes are astray, "open" if it goes on behind them."""
    fields, at = [], 0
    text = text.removesuffix("\n").removesuffix("\r")
    while True:
        quoted = text.startswith('"', at)
        field = (QUOTED if quoted else PLAIN).match(text, at)
        if holds_a_row(field[0] if field else text[at:]):
            return None
        if not field:
            return "open"
        fields.append(field[0][1:-1].replace('""', '"') if quoted else field[0])
        at = field.end()
        if at == len(text):
            return fields
        if text[at] != "\t":
            return None
        at += 1


def is_flawless(row):
    """[R22] What a row of several lines has to be."""
    if len(row) not in (6, 7) or any("\0" in field for field in row) or any("\n" in field for field in row[:5]):
        return False
    name, mx, preference, address, number, scan = ["" if field == "\\N" else field for field in row[:6]]
    if mx.strip(BLANKS) and not (is_preference(preference) and (address_of(address) or not address)):
        return False
    numbers = [] if number == "set()" else re.split("[, _]+", number.strip("{}[]() "))
    if not all(re.fullmatch(r"((AS)?[0-9]{1,10}(\.0)?)?", one, re.IGNORECASE) for one in numbers):
        return False
    return bool(name.strip(BLANKS)) and (scan in ("", "None") or scan_column(scan) is not None)


def table_rows(text):
    """[R22] The rows of a table; None for each line that is none."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    at = 0
    while at < len(lines):
        taken, row = 1, fields_of(lines[at])
        while row == "open" and at + taken < len(lines):
            taken += 1
            row = fields_of("".join(lines[at:at + taken]))
        if row == "open" or (taken > 1 and row and not is_flawless(row)):
            row = None
        at += taken if row else 1
        yield row


def read_tsv(world, data):
    for row in table_rows(data.decode("utf-8", "surrogateescape")):
        if row is None or row[0] != "domain_name" and row != [""]:
            world.bad_n += 0 if row and tsv_row(world, row) else 1


def is_name(text):
    """[R13] what can be the name of a domain or an MX at all."""
    return re.fullmatch("[!-~]{1,253}", canonical(text)) is not None


def is_preference(text):
    number = re.fullmatch(r"([0-9]{1,5})(\.0)?", text.strip(BLANKS))
    return number is not None and int(number[1]) <= 65535


def tsv_row(world, row):
    """Takes one row; False if it had to be skipped, or was read leniently."""
    if len(row) not in (6, 7) or any("\0" in field for field in row):
        return False
    name, mx, preference, address, number, scan = ["" if field == "\\N" else field for field in row[:6]]
    if not is_name(name) or (canonical(mx) and not is_name(mx)):
        return False
    if not mx:
        world.domain_of_row(name).says("null MX" if is_preference(preference) else "no MX")  # [R23]
        return True
    if not is_preference(preference):
        return False
    preference = int(float(preference))
    domain = world.domain_of_row(name)
    if not canonical(mx):
        domain.says("null MX")
        return True
    addresses = domain.mx.setdefault((world.name(mx), preference), {})
    if address_of(address) is None:
        return not address
    facts = Facts()
    facts.as_numbers = as_column(number)
    if scan and scan != "None":
        seen = scan_column(scan)
        if seen:
            facts.add(seen)
    where = address_of(address)
    if world.compat and where in addresses:
        addresses[where] = Facts()  # the last row of an address is the one that the Python tool keeps
    addresses.setdefault(where, Facts()).add(facts)
    return True


# ---- other forms -----------------------------------------------------------------------------------------------------

def objects(data):
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        if line.strip():
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if isinstance(one, dict):
                yield one


def read_zdns(world, data):
    for one in objects(data):
        domain = world.domain(one["name"])
        result = one["results"]["MXLOOKUP"] if "results" in one else one
        if result.get("status") != "NOERROR":
            domain.says("not known")
            continue
        domain.says("no MX")
        for exchange in (result.get("data") or {}).get("exchanges") or []:
            if not canonical(exchange["name"]):
                domain.says("null MX")
                continue
            addresses = domain.mx.setdefault((world.name(exchange["name"]), exchange["preference"]), {})
            for text in (exchange.get("ipv4_addresses") or []) + (exchange.get("ipv6_addresses") or []):
                addresses.setdefault(ipaddress.ip_address(text), Facts())


def read_zgrab(world, data):
    for one in objects(data):
        for scan in one["data"].values():
            result = scan.get("result")
            if scan.get("protocol") != "smtp" or not isinstance(result, dict):
                continue
            facts = world.seen.setdefault((ipaddress.ip_address(one["ip"]), None), Facts())
            for key, where in (("banner", facts.banners), ("ehlo", facts.ehlos)):
                if isinstance(result.get(key), str) and result[key]:
                    where.append(result[key])
            log = (result.get("tls") or {}).get("handshake_log") or {}
            certificate = certificate_of(log.get("server_certificates"))
            if certificate:
                facts.certificates.append(certificate)


def read_mxscan(world, data):
    for one in objects(data):
        if one["kind"] == "address":
            facts = world.seen.setdefault((ipaddress.ip_address(one["address"]), one.get("variant")), Facts())
            facts.as_numbers += one.get("as", [])
            for key, where in (("banner", facts.banners), ("ehlo", facts.ehlos)):
                text = one.get(key)
                if key + "_b64" in one:
                    text = base64.b64decode(one[key + "_b64"]).decode("utf-8", "surrogateescape")
                if text:
                    where.append(text)
            if "certificate" in one:
                facts.certificates.append((one["certificate"]["names"], one.get("trusted") is True))
            continue
        domain = world.domain(one["domain"])
        domain.says("no MX" if one["outcome"] in ("ok", "nodata", "nxdomain") else "not known")
        for mx in one["mx"]:
            if not canonical(mx["name"]):
                domain.says("null MX")
                continue
            addresses = domain.mx.setdefault((world.name(mx["name"]), mx["preference"]), {})
            for text in mx.get("addresses", []):
                text, _, variant = text.partition("#")
                address = ipaddress.ip_address(text)
                facts = addresses.setdefault(address, Facts())
                if variant:
                    facts.only_variants = facts.only_variants or not facts.plain
                    world.variants.append((facts, address, variant))
                else:
                    facts.plain, facts.only_variants = True, False


def read_ip2asn(world, data):
    for line in data.decode().splitlines():
        first, last, number = line.split("\t")[:3]
        world.ranges.append((ipaddress.ip_address(first), ipaddress.ip_address(last), [int(number)]))


def read_pfx2as(world, data):
    for line in data.decode().splitlines():
        prefix, length, numbers = line.split("\t")
        net = ipaddress.ip_network("%s/%s" % (prefix, length), strict=False)
        key = net.version, net.prefixlen, int(net.network_address) >> (net.max_prefixlen - net.prefixlen)
        world.prefixes[key] = [int(n) for n in re.split("[_,]", numbers)]


# ---- the method ------------------------------------------------------------------------------------------------------

class Inference:
    def __init__(self, options, suffixes, providers, patterns):
        self.o, self.suffixes, self.providers, self.patterns = options, suffixes, providers, patterns
        self.compat = options.compat
        self.hosts = {}
        self.mx_n, self.address_n, self.domain_n = {}, {}, {}
        self.group = {}

    def registered(self, name):
        return self.suffixes.registered_as_written(name) if self.compat else self.suffixes.registered(name)

    def trusted_names(self, facts):
        """Of all trusted certificates of an address; as --compat takes them, with repetitions and in order."""
        names = [name for names, trusted in facts.certificates if trusted for name in names]
        if self.compat:
            return names
        return [n for n in map(canonical, names) if self.suffixes.registered(n)]

    def greeting_names(self, facts):
        """[(name, registered domain)] of EHLO answers and banners."""
        found = []
        for text in facts.ehlos + facts.banners:
            if text not in self.hosts:
                find = greeting_host_compat if self.compat else greeting_host
                self.hosts[text] = find(text, self.suffixes)
            if self.hosts[text]:
                found.append(self.hosts[text])
        return found

    # 1
    def primary(self, domain):
        """[(MX name, {address: Facts})] that count."""
        if domain.primary is None:
            domain.primary = self.find_primary(domain)
        return domain.primary

    def find_primary(self, domain):
        alive = {}
        for (name, preference), addresses in domain.mx.items():
            alive[name, preference] = {a: f for a, f in addresses.items() if f.has_smtp(self.compat)}
        preferences = [preference for (_, preference), addresses in alive.items() if addresses]
        if not preferences:
            return []
        best = min(preferences)
        return sorted((name, addresses) for (name, preference), addresses in alive.items()
                      if preference == best and (addresses or self.compat))

    # 2
    def count(self, domains):
        for domain in domains:
            mx_names, addresses, registered = set(), set(), set()
            for name, seen in self.primary(domain):
                mx_names.add(name)
                addresses.update(seen)
                for facts in seen.values():
                    registered.update(self.registered(n) for n in self.trusted_names(facts))
            for found, counts in ((mx_names, self.mx_n), (addresses, self.address_n), (registered, self.domain_n)):
                for one in found:
                    counts[one] = counts.get(one, 0) + 1

    # 3
    def make_groups(self, domains):
        """Connected parts of the graph whose edges are: named next to each other in a certificate."""
        beside = {}
        for domain in domains:
            for _, seen in self.primary(domain):
                for facts in seen.values():
                    for names, trusted in facts.certificates:
                        one = Facts()
                        one.certificates = [(names, trusted)]
                        names = self.trusted_names(one)
                        for name in names:
                            beside.setdefault(name, set())
                        for a, b in zip(names, names[1:]):
                            beside[a].add(b)
                            beside[b].add(a)
        for start in beside:
            if start in self.group:
                continue
            part, todo = {start}, [start]
            while todo:
                for name in beside[todo.pop()]:
                    if name not in part:
                        part.add(name)
                        todo.append(name)
            best = min(part, key=lambda name: (-self.domain_n.get(self.registered(name), 0), name.encode(
                "utf-8", "surrogateescape")))
            for name in part:
                self.group[name] = self.registered(best)

    # 4
    def from_tls(self, addresses):
        named = {a: self.trusted_names(f) for a, f in addresses.items()}
        groups = {self.group[name] for names in named.values() for name in names}
        if len(groups) != 1:
            return None
        found = groups.pop()
        pairs = [(a, name) for a, names in named.items() for name in names]
        if self.compat:
            pairs = pairs[1:]  # the very first name is left out
            if not pairs:
                return found, 1
        return found, max([1, self.domain_n.get(found, 0)] + [self.address_n.get(a, 0) for a, _ in pairs])

    def from_greetings(self, mx, addresses):
        named = {a: self.greeting_names(f) for a, f in addresses.items()}
        found = {registered for names in named.values() for _, registered in names}
        if len(found) != 1:
            return None
        counts = [self.address_n.get(a, 0) for a, names in named.items() if names]
        return found.pop(), max([1, self.mx_n.get(mx, 0)] + counts)

    def one_mx(self, mx, addresses):
        """An entry of `ids`, or None."""
        tls = None if self.o.disable_tls else self.from_tls(addresses)
        greetings = None if self.o.disable_banner else self.from_greetings(mx, addresses)
        if tls:
            source, found = "TLS", tls
        elif greetings:
            source, found = "Banner/EHLO", greetings
        else:
            source, found = "MX", (self.registered(mx), 1)
        if not found[0] and source == "MX":
            return None
        entry = {"mx": mx, "id": found[0], "type": "OK", "source": source, "score": found[1], "corrected": 0,
                 "new_id": None, "company": None, "reason": None}
        if not self.o.disable_heuristics and self.low(found[1]) and source != "MX":
            self.correct(entry, addresses)
        if self.o.map_id_to_company:
            entry["company"] = self.providers.company(entry["new_id"] or entry["id"])
        return entry

    # 6
    def low(self, score):
        return score < self.o.heuristics_threshold if self.compat else score <= self.o.heuristics_threshold

    def correct(self, entry, addresses):
        decided = not self.o.disable_heuristics_as and self.check_as(entry, addresses)
        if decided or not self.providers.company(entry["id"]):
            return
        if entry["source"] == "TLS" and not self.o.disable_heuristics_tls_pattern:
            self.check_certificate_name(entry, addresses)
        if entry["source"] != "TLS" and not self.o.disable_heuristics_banner_pattern:
            check = self.check_greetings_compat if self.compat else self.check_greetings
            check(entry, addresses)

    def check_as(self, entry, addresses):
        company = self.providers.company(entry["id"])
        known = [set(f.as_numbers) for f in addresses.values() if f.as_numbers]
        if company and any(not numbers & self.providers.as_numbers[company] for numbers in known):
            entry.update(corrected=-1, reason="IP in an unseen AS")
            return True
        for owner, new_id, left_out in self.providers.filters:
            theirs = self.providers.as_numbers[owner] - left_out
            if (known or self.compat) and all(numbers & theirs for numbers in known):
                if not company:
                    entry.update(corrected=1, new_id=new_id, reason=REASONS.get(owner, "All IPs are in %s's AS" % owner))
                    return True
                if self.compat:
                    return True  # nothing is changed, and no other check is made
        return False

    def check_greetings(self, entry, addresses):
        names = {name for facts in addresses.values() for name, _ in self.greeting_names(facts)}
        if names and all(self.patterns.is_rented(name, True) for name in names):
            entry.update(corrected=-1, reason="FQDN (%s) used by Banner/EHLO Indicates Potentially VPS" % min(names))

    def check_greetings_compat(self, entry, addresses):
        """A verdict after each address, and an address without a name is as good as a rented one."""
        rented, last = True, None
        for facts in addresses.values():
            for name, _ in self.greeting_names(facts):
                if self.patterns.is_rented_compat(name, True):
                    last = name
                else:
                    rented = False
            if rented:
                entry.update(corrected=-1, reason="FQDN (%s) used by Banner/EHLO Indicates Potentially VPS" % last)
                return

    def check_certificate_name(self, entry, addresses):
        names = [name for facts in addresses.values() for name in self.trusted_names(facts)]
        name = names[0] if self.compat else min(names)
        is_rented = self.patterns.is_rented_compat if self.compat else self.patterns.is_rented
        if is_rented(name, False):
            entry.update(corrected=-1, reason="FQDN used by Cert Indicates Potentially VPS")

    # output
    def self_hosted(self, domain, ids):
        own = self.suffixes.registered(canonical(domain.name))
        company = self.providers.company(own) if own else None
        if not ids or not own:
            return "no"
        for entry in ids:
            found = canonical(entry["new_id"] or entry["id"])
            if found != own and (not company or self.providers.company(found) != company):
                return "no"
        return "own-name" if any(entry["source"] == "MX" for entry in ids) else "yes"

    def records(self, world, population):
        """Of each domain of a world, with the counts and groups of a population.  [R19]"""
        self.count(population.domains.values())
        self.make_groups(list(population.domains.values()) + (list(world.domains.values()) if population is not world else []))
        return [self.record(domain) for domain in world.domains.values()]

    def record(self, domain):
        ids, no_id = [], []
        for mx, addresses in self.primary(domain):
            entry = self.one_mx(mx, addresses)
            if entry:
                ids.append(entry)
            else:
                no_id.append({"mx": mx})
        return {"schema": "mx-id/1", "domain": domain.name, "self_hosted": self.self_hosted(domain, ids), "ids": ids,
                "no_id": no_id}


def shares(world, records):
    """{(kind, name): domains} of the market: of each domain that counts, 1/n to each of its n primary MX."""
    found = {("left-out", name): 0 for name in ("null MX", "no MX", "implicit MX", "not known", "no SMTP")}
    found.update({("all", ""): len(records), ("counted", ""): 0, ("self-hosted", ""): 0, ("own-name", ""): 0})
    for domain, record in zip(world.domains.values(), records):
        parts = record["ids"] + record["no_id"]
        if not parts:
            found["left-out", "no SMTP" if domain.mx else domain.without] += 1
            continue
        found["counted", ""] += 1
        if record["self_hosted"] != "no":
            found["self-hosted" if record["self_hosted"] == "yes" else "own-name", ""] += 1
            continue
        for part in parts:
            if "id" not in part:
                key = "no-id", ""
            elif part["corrected"] == -1:
                key = "rented-at", part["company"]
            else:
                key = ("company", part["company"]) if part["company"] else ("id", part["new_id"] or part["id"])
            found[key] = found.get(key, 0) + fractions.Fraction(1, len(parts))
    return found


READERS = {"tsv": read_tsv, "zdns": read_zdns, "zgrab": read_zgrab, "ip2asn": read_ip2asn, "pfx2as": read_pfx2as,
           "scan": read_mxscan}


def parse_arguments(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--psl", default=PSL)
    parser.add_argument("--providers", default=PROVIDERS)
    parser.add_argument("--patterns", default=PATTERNS)
    parser.add_argument("--model-of", action="append", default=[], help="count in these KIND:FILE instead")
    for name in ("compat", "disable_tls", "disable_banner", "disable_heuristics", "disable_heuristics_as",
                 "disable_heuristics_tls_pattern", "disable_heuristics_banner_pattern"):
        parser.add_argument("--" + name, action="store_true")
    parser.add_argument("--heuristics_threshold", type=int, default=5)
    parser.add_argument("--map_id_to_company", nargs="?", const="True", default="True", choices=("True", "False"))
    parser.add_argument("inputs", nargs="+", metavar="KIND:FILE")
    options = parser.parse_args(arguments)
    options.map_id_to_company = options.map_id_to_company == "True"
    return options


def read_world(inputs, compat):
    world = World(compat)
    for one in inputs:
        kind, _, name = one.partition(":")
        with open(name, "rb") as f:
            READERS[kind](world, f.read())
    world.join()
    return world


def main():
    options = parse_arguments(sys.argv[1:])
    inference = Inference(options, Suffixes(options.psl), Providers(options.providers), NamePatterns(options.patterns))
    world = read_world(options.inputs, options.compat)
    population = read_world(options.model_of, options.compat) if options.model_of else world
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    for record in inference.records(world, population):
        out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
